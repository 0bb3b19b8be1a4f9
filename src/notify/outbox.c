/*
 * outbox.c - see outbox.h.
 */
#include "notify/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "notify/sql.h"

static bool is_among(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static bool is_for_its_people(const struct eh_notify_route *route, const struct eh_notify_message *m)
{
	for (size_t i = 0; i < m->audience_n; i++)
		if (is_among(m->audience[i], route->people, route->people_n))
			return true;
	return route->people_n == 0;
}

/* An incident that somebody else's software keeps knows begin, taking up and end, and no remarks in between. */
static bool is_turn(const struct eh_notify_message *m)
{
	static const char *const remarks[] = {"note", "folded", "comment", "propose"};

	return m->alert != NULL && m->event != NULL && !is_among(m->event, remarks, sizeof remarks / sizeof *remarks);
}

static bool can_say(const struct eh_notify_route *route, const struct eh_notify_message *m)
{
	if (strcmp(m->type, "test") == 0 || strcmp(m->type, "silence") == 0)
		return true;
	if (route->kind == EH_NOTIFY_PAGERDUTY)
		return is_turn(m) && strcmp(m->event, "recovered") != 0;
	if (route->kind == EH_NOTIFY_ALERTMANAGER)
		return is_turn(m) || strcmp(m->type, "heartbeat") == 0;
	return true;
}

bool eh_notify_wants(const struct eh_notify_route *route, const struct eh_notify_message *m)
{
	int level = m->level < 0 ? 0 : m->level >= EH_NOTIFY_LEVELS ? EH_NOTIFY_LEVELS - 1 : m->level;
	bool beat = (m->abouts & EH_NOTIFY_HEARTBEAT) != 0;

	if ((route->abouts & m->abouts) == 0 || !can_say(route, m))
		return false;
	if (beat) /* of the store: it has no severity, source or level */
		return true;
	if (!(m->page ? route->page : route->review) || (route->levels >> level & 1) == 0)
		return false;
	if (route->sources_n > 0 && (m->source == NULL || !is_among(m->source, route->sources, route->sources_n)))
		return false;
	return is_for_its_people(route, m);
}

enum eh_rc eh_notify_enqueue(struct eh_pg *pg, const struct eh_notify_routes *routes, const struct eh_notify_message *message,
                             struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_pg_args args = {0};
	const char **names = eh_arena_zalloc(home, routes->n + 1, sizeof *names);
	const char **told = eh_arena_zalloc(home, routes->n + 1, sizeof *told);
	size_t n = 0, told_n = 0;

	/* Whoever was told of an alert is told of its end, whatever level or severity it has come to. */
	for (size_t i = 0; i < routes->n; i++) {
		if (eh_notify_wants(&routes->route[i], message))
			names[n++] = routes->route[i].name;
		else if (message->alert != NULL && message->over)
			told[told_n++] = routes->route[i].name;
	}
	if (n + told_n == 0)
		return EH_OK;
	EH_JSON_AUTO model = eh_notify_model(message, routes->public_url);
	char *text = json_dumps(model, JSON_COMPACT | JSON_SORT_KEYS);
	EH_ASSERT(text != NULL);
	eh_pg_arg_text_array(&args, home, names, n);
	eh_pg_arg_text(&args, message->key);
	eh_pg_arg_text(&args, text);
	eh_pg_arg_text(&args, message->alert);
	if (message->alert != NULL)
		eh_pg_arg_int8(&args, message->step);
	else
		eh_pg_arg_null(&args);
	if (message->source_id > 0)
		eh_pg_arg_int8(&args, message->source_id);
	else
		eh_pg_arg_null(&args);
	eh_pg_arg_text_array(&args, home, told, told_n);
	enum eh_rc rc = eh_pg_run(pg, &eh_sql_notify_write_outbox, &args, NULL, err);
	free(text);
	return rc;
}
