/*
 * verb_deadman.c - evenhand deadman: says that judge is silent, from where judge is not.
 *
 * Judge cannot tell of its own end.  This is for cron or a timer on another
 * machine: it reads the last heartbeat as a reader, and where that is too old, or
 * the store cannot be reached, tells the routes that ask for heartbeats.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/flags.h"
#include "cli/sql.h"
#include "cli/verbs.h"
#include "notify/notify.h"
#include "notify/outbox.h"
#include "pg/store.h"

const char eh_cli_deadman_usage[] = "usage: evenhand deadman [--max-age 2h] [--json]\n"
				    "\n"
				    "Ends with 0 where judge's last heartbeat is not older than that; else it tells every route\n"
				    "that asks for heartbeats, and ends with 1. A store that cannot be reached counts as silence.\n"
				    "For cron or a timer, best on another machine, with a login that may read only.\n"
				    "\n"
				    "  --max-age TIME  how old the heartbeat may be (default 2h; judge writes one an hour)\n"
				    "  --json          one JSON object on standard output\n";

struct look {
	bool reached, any;
	int64_t beat_us, now_us; /* now_us: the store's clock where it was reached */
	char why[256];
};

/* A store that does not answer is what is looked for, and no failure of the look. */
static struct look look_at(const struct eh_settings *settings)
{
	EH_PG_AUTO pg = NULL;
	EH_PGRESULT_AUTO res = NULL;
	struct look look = {.now_us = eh_time_wall_us()};
	struct eh_err err;
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &pg, &err);

	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_cli_read_last_beat, NULL, &res, &err);
	if (rc != EH_OK) {
		snprintf(look.why, sizeof look.why, "%.255s", err.text);
		return look;
	}
	look.reached = true;
	look.any = PQntuples(res) > 0;
	if (look.any) {
		look.beat_us = eh_pg_time(res, 0, 0);
		look.now_us = eh_pg_time(res, 0, 1);
	}
	return look;
}

/* Each route is asked, whatever the one before answered.  A silence has one key for as long as it lasts. */
static int tell_all(struct eh_arena *home, const struct eh_notify_routes *routes, const struct look *look, const char *sentence,
                    json_t *told)
{
	char since[EH_TIME_TEXT] = "never";
	int taken = 0;

	if (look->any)
		eh_time_format(look->beat_us, since);
	struct eh_notify_message m = {.type = "silence",
	                              .abouts = EH_NOTIFY_HEARTBEAT,
	                              .page = true,
	                              .key = eh_arena_printf(home, "silence/%s", since),
	                              .sentence = sentence,
	                              .at_us = eh_time_wall_us(),
	                              .onset_us = look->any ? look->beat_us : INT64_MIN};
	for (size_t i = 0; i < routes->n; i++) {
		bool delivered = false;
		char detail[256];
		struct eh_err err;

		if (!eh_notify_wants(&routes->route[i], &m))
			continue;
		if (eh_notify_send_now(&routes->route[i], &m, routes->public_url, &delivered, detail, &err) != EH_OK)
			snprintf(detail, sizeof detail, "%.255s", err.text);
		eh_log("route %s %s: %s", routes->route[i].name, delivered ? "took the message" : "did not take the message", detail);
		json_array_append_new(told, json_pack("{s:s,s:b,s:s}", "route", routes->route[i].name, "delivered", delivered, "detail", detail));
		taken += delivered;
	}
	return taken;
}

static void say(const struct look *look, int64_t max_age_us, struct eh_buf *sentence)
{
	char at[EH_TIME_TEXT];

	if (!look->reached) {
		eh_buf_puts(sentence, "The store cannot be reached, so nothing is known of the monitor.");
		return;
	}
	if (!look->any) {
		eh_buf_puts(sentence, "The monitor has never written a heartbeat.");
		return;
	}
	eh_time_format(look->beat_us, at);
	eh_buf_printf(sentence, "The monitor wrote its last heartbeat at %s, %lld minutes ago; %lld are allowed.", at,
	              (long long)((look->now_us - look->beat_us) / EH_MINUTE_US), (long long)(max_age_us / EH_MINUTE_US));
}

static enum eh_rc read_age(const char *text, int64_t *us, struct eh_err *err)
{
	if (eh_duration_parse(text, us) && *us >= EH_MINUTE_US)
		return EH_OK;
	eh_fail(err, EH_BAD_INPUT, "--max-age: '%s' is not a length of time of a minute or more", text);
	return eh_hint(err, "write it as 90m, 2h or 1d.");
}

int eh_cli_deadman(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_BUF_AUTO sentence = {0};
	EH_JSON_AUTO told = json_array();
	struct eh_notify_routes routes;
	const char *age = NULL;
	bool json = false;
	int64_t max_age_us;
	const struct eh_cli_flag flags[] = {{"max-age", &age, NULL}, {"json", NULL, &json}, {0}};
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    read_age(age != NULL ? age : "2h", &max_age_us, &err) != EH_OK || eh_notify_routes_read(home, settings, &routes, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	struct look look = look_at(settings);
	bool alive = look.reached && look.any && look.now_us - look.beat_us <= max_age_us;
	say(&look, max_age_us, &sentence);
	if (!look.reached)
		eh_log("%s", look.why);
	if (!alive && tell_all(home, &routes, &look, sentence.data, told) == 0)
		eh_log("no route took the message: routes that list `heartbeat` under `kinds` are told");
	if (json) {
		EH_JSON_AUTO doc = json_pack("{s:b,s:s,s:O}", "alive", alive, "sentence", sentence.data, "told", told);

		eh_cli_print_json(doc, JSON_INDENT(2) | JSON_SORT_KEYS);
	} else {
		printf("%s\n", sentence.data);
	}
	return alive ? 0 : 1;
}
