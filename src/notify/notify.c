/*
 * notify.c - see notify.h: which message is sent when, and what is recorded.
 */
#include "notify/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/json.h"
#include "base/time.h"
#include "notify/outbox.h"
#include "notify/send.h"
#include "notify/sql.h"

#define FLIGHTS 16  /* messages under way at once */
#define OF_A_ROUTE 4 /* of them to one receiver: one that hangs holds up no other */
#define BEATS_TRIES 6 /* a heartbeat that nobody takes is old news before long */

struct eh_notify {
	const struct eh_notify_routes *routes;
	struct eh_notify_limits limits;
	CURLM *multi;
	struct eh_notify_flight *flight[FLIGHTS];
	int64_t look_at_us; /* wall time of the next look into the outbox */
	int64_t *refresh_at_us; /* a route each: wall time of its next refresh */
	struct eh_arena *home;
};

static const struct eh_notify_limits usual = {
	.connect_ms = 5000, .total_ms = 10000, .answer_bytes = 65536, .look_us = 1000000};

static enum eh_rc start_curl(struct eh_err *err)
{
	static bool ready; /* libcurl's own state, once a process */

	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return eh_fail(err, EH_AGAIN, "cannot start libcurl");
	ready = true;
	return EH_OK;
}

enum eh_rc eh_notify_open(const struct eh_notify_routes *routes, const struct eh_notify_limits *limits, struct eh_notify **out,
                          struct eh_err *err)
{
	struct eh_arena *home;
	enum eh_rc rc = start_curl(err);

	*out = NULL;
	if (rc != EH_OK)
		return rc;
	home = eh_arena_new();
	struct eh_notify *notify = eh_arena_zalloc(home, 1, sizeof *notify);
	*notify = (struct eh_notify){.routes = routes,
	                             .limits = limits != NULL ? *limits : usual,
	                             .multi = curl_multi_init(),
	                             .refresh_at_us = eh_arena_zalloc(home, routes->n + 1, sizeof(int64_t)),
	                             .home = home};
	EH_ASSERT(notify->multi != NULL);
	*out = notify;
	return EH_OK;
}

void eh_notify_close(struct eh_notify *notify)
{
	if (notify == NULL)
		return;
	for (int i = 0; i < FLIGHTS; i++)
		if (notify->flight[i] != NULL)
			eh_notify_flight_end(notify->flight[i]);
	(void)curl_multi_cleanup(notify->multi);
	eh_arena_free(notify->home);
}

int eh_notify_under_way(const struct eh_notify *notify)
{
	int n = 0;

	for (int i = 0; i < FLIGHTS; i++)
		n += notify->flight[i] != NULL;
	return n;
}

/* ---- what is recorded ---------------------------------------------------------------------------- */

static enum eh_rc record_refresh(struct eh_pg *pg, const struct eh_notify_flight *f, int64_t now_us, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, f->route->name);
	eh_pg_arg_time(&args, now_us);
	eh_pg_arg_int8(&args, f->alerts);
	eh_pg_arg_bool(&args, f->delivered);
	eh_pg_arg_text(&args, f->detail);
	return eh_pg_run(pg, &eh_sql_notify_write_refresh, &args, NULL, err);
}

static enum eh_rc record(struct eh_pg *pg, const struct eh_notify_flight *f, int64_t now_us, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int tries = f->tries + 1;

	if (f->alerts >= 0)
		return record_refresh(pg, f, now_us, err);
	eh_pg_arg_int8(&args, f->outbox_id);
	eh_pg_arg_int8(&args, tries);
	eh_pg_arg_time(&args, now_us);
	eh_pg_arg_bool(&args, f->delivered);
	if (f->status > 0)
		eh_pg_arg_int8(&args, f->status);
	else
		eh_pg_arg_null(&args);
	eh_pg_arg_text(&args, f->detail);
	eh_pg_arg_bool(&args, !f->delivered && tries >= f->most);
	eh_pg_arg_time(&args, now_us + eh_notify_route_wait_us(f->route, tries));
	return eh_pg_run(pg, &eh_sql_notify_write_attempt, &args, NULL, err);
}

static enum eh_rc record_finished(struct eh_notify *notify, struct eh_pg *pg, int64_t now_us, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(notify->multi, &left)) != NULL) {
		struct eh_notify_flight *f = NULL;

		if (message->msg == CURLMSG_DONE && curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &f) == CURLE_OK)
			eh_notify_flight_answer(f, message->data.result);
	}
	for (int i = 0; rc == EH_OK && i < FLIGHTS; i++) {
		struct eh_notify_flight *f = notify->flight[i];

		if (f == NULL)
			continue;
		eh_notify_flight_move(f);
		if (!f->over)
			continue;
		rc = EH_FAILPOINT("notify.before_record", err);
		if (rc == EH_OK)
			rc = record(pg, f, now_us, err);
		notify->look_at_us = 0; /* there is room for the next */
		notify->flight[i] = NULL; /* where the store failed as well: the flight is over in any case */
		eh_notify_flight_end(f);
	}
	return rc;
}

/* ---- what is sent ------------------------------------------------------------------------------------ */

static bool is_under_way(const struct eh_notify *notify, int64_t outbox_id)
{
	for (int i = 0; i < FLIGHTS; i++)
		if (notify->flight[i] != NULL && notify->flight[i]->outbox_id == outbox_id)
			return true;
	return false;
}

static struct eh_notify_flight **free_place(struct eh_notify *notify, const struct eh_notify_route *route)
{
	struct eh_notify_flight **place = NULL;
	int theirs = 0;

	for (int i = 0; i < FLIGHTS; i++) {
		if (notify->flight[i] == NULL)
			place = &notify->flight[i];
		else
			theirs += notify->flight[i]->route == route;
	}
	return theirs < OF_A_ROUTE ? place : NULL;
}

/* Who keeps an incident takes each message for how it stands now: an old one, tried again, would undo a later one. */
static bool keeps_state(const struct eh_notify_route *route)
{
	return route->kind == EH_NOTIFY_PAGERDUTY || route->kind == EH_NOTIFY_ALERTMANAGER;
}

static void send_one(struct eh_notify *notify, const PGresult *res, int i, int64_t now_us)
{
	const struct eh_notify_route *route = eh_notify_route_find(notify->routes, eh_pg_text(res, i, 1));
	int64_t outbox_id = eh_pg_int8(res, i, 0);
	struct eh_notify_flight **place = free_place(notify, route);
	json_error_t why;

	if (place == NULL || is_under_way(notify, outbox_id))
		return;
	EH_JSON_AUTO model = json_loads(eh_pg_text(res, i, 3), 0, &why);
	if (keeps_state(route) && eh_pg_bool(res, i, 5))
		*place = eh_notify_flight_spared(notify->multi, route, &notify->limits);
	else
		*place = eh_notify_flight_begin(notify->multi, route, &notify->limits, eh_pg_text(res, i, 2), model, now_us);
	(*place)->outbox_id = outbox_id;
	(*place)->tries = (int)eh_pg_int8(res, i, 4);
	(*place)->most = route->tries;
	if (strcmp(eh_notify_said(model, "type"), "heartbeat") == 0 && route->tries > BEATS_TRIES)
		(*place)->most = BEATS_TRIES;
}

static enum eh_rc send_due(struct eh_notify *notify, struct eh_pg *pg, int64_t now_us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_pg_args args = {0};
	const char **names = eh_arena_zalloc(home, notify->routes->n, sizeof *names);

	for (size_t i = 0; i < notify->routes->n; i++)
		names[i] = notify->routes->route[i].name;
	eh_pg_arg_time(&args, now_us);
	eh_pg_arg_text_array(&args, home, names, notify->routes->n);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_notify_read_due, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++)
		send_one(notify, res, i, now_us);
	return rc;
}

/* ---- what an Alertmanager is told again and again: it forgets what it is not told ------------------------ */

static enum eh_rc refresh(struct eh_notify *notify, struct eh_pg *pg, const struct eh_notify_route *route, int64_t now_us,
                          struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	EH_JSON_AUTO list = json_array();
	struct eh_pg_args args = {0};
	struct eh_notify_flight **place = free_place(notify, route);

	eh_pg_arg_text(&args, route->name);
	enum eh_rc rc = place != NULL ? eh_pg_query(pg, &eh_sql_notify_read_open, &args, &res, err) : EH_OK;
	for (int i = 0; rc == EH_OK && res != NULL && i < PQntuples(res); i++) {
		json_error_t why;
		EH_JSON_AUTO model = json_loads(eh_pg_text(res, i, 0), 0, &why);

		if (model != NULL)
			json_array_append_new(list, eh_notify_payload_alert(route, model, now_us));
	}
	if (rc != EH_OK || json_array_size(list) == 0)
		return rc;
	*place = eh_notify_flight_begin(notify->multi, route, &notify->limits, "refresh", list, now_us);
	(*place)->alerts = (int)json_array_size(list);
	return EH_OK;
}

static enum eh_rc refresh_due(struct eh_notify *notify, struct eh_pg *pg, int64_t now_us, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (size_t i = 0; rc == EH_OK && i < notify->routes->n; i++) {
		const struct eh_notify_route *route = &notify->routes->route[i];
		int64_t every_us = route->resend_ms * 1000, *at_us = &notify->refresh_at_us[i];

		if (route->kind != EH_NOTIFY_ALERTMANAGER || (now_us < *at_us && now_us >= *at_us - every_us))
			continue;
		*at_us = now_us + every_us;
		rc = refresh(notify, pg, route, now_us, err);
	}
	return rc;
}

/* ---- a tick -------------------------------------------------------------------------------------------- */

static enum eh_rc move_on(struct eh_notify *notify, struct eh_pg *pg, int64_t now_us, struct eh_err *err)
{
	int running;

	if (eh_notify_under_way(notify) == 0)
		return EH_OK;
	EH_ASSERT(curl_multi_perform(notify->multi, &running) == CURLM_OK);
	return record_finished(notify, pg, now_us, err);
}

enum eh_rc eh_notify_tick(struct eh_notify *notify, struct eh_pg *pg, int64_t now_us, struct eh_err *err)
{
	enum eh_rc rc;

	if (notify->routes->n == 0)
		return EH_OK;
	rc = move_on(notify, pg, now_us, err);
	if (rc == EH_OK && (now_us >= notify->look_at_us || now_us < notify->look_at_us - notify->limits.look_us)) {
		notify->look_at_us = now_us + notify->limits.look_us;
		rc = send_due(notify, pg, now_us, err);
		if (rc == EH_OK)
			rc = refresh_due(notify, pg, now_us, err);
	}
	if (rc == EH_OK)
		rc = move_on(notify, pg, now_us, err);
	return rc == EH_OK ? EH_OK : eh_while(err, "taking messages to their receivers");
}

/* ---- one, now ------------------------------------------------------------------------------------------- */

enum eh_rc eh_notify_send_now(const struct eh_notify_route *route, const struct eh_notify_message *message, const char *public_url,
                              bool *delivered, char detail[256], struct eh_err *err)
{
	enum eh_rc rc = start_curl(err);

	if (rc != EH_OK)
		return rc;
	CURLM *multi = curl_multi_init();
	EH_ASSERT(multi != NULL);
	EH_JSON_AUTO model = eh_notify_model(message, public_url);
	struct eh_notify_flight *f = eh_notify_flight_begin(multi, route, &usual, message->key, model, eh_time_wall_us());
	while (!f->over) {
		CURLMsg *done;
		int n;

		EH_ASSERT(curl_multi_perform(multi, &n) == CURLM_OK);
		while ((done = curl_multi_info_read(multi, &n)) != NULL)
			eh_notify_flight_answer(f, done->data.result);
		eh_notify_flight_move(f);
		if (!f->over)
			EH_ASSERT(curl_multi_poll(multi, NULL, 0, 20, NULL) == CURLM_OK);
	}
	*delivered = f->delivered;
	snprintf(detail, 256, "%.255s", f->detail);
	eh_notify_flight_end(f);
	(void)curl_multi_cleanup(multi);
	return EH_OK;
}
