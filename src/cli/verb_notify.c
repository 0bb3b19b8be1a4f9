/*
 * verb_notify.c - evenhand notify check FILE | test ROUTE | list | retry : the ways that messages leave by.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/flags.h"
#include "cli/sql.h"
#include "cli/verbs.h"
#include "notify/notify.h"
#include "pg/store.h"

const char eh_cli_notify_usage[] = "usage: evenhand notify check FILE.yaml [--json]\n"
				   "       evenhand notify test ROUTE [--json]\n"
				   "       evenhand notify list [--json]\n"
				   "       evenhand notify retry NUMBER|ROUTE\n"
				   "\n"
				   "check reads a file of routes strictly, with the files of its secrets; it ends with 1 where\n"
				   "it cannot be used. test sends one message by a route of the file that the setting `notify`\n"
				   "names, and waits for the answer. list names the routes, and every message that nobody has\n"
				   "received: those that are tried again, and dead letters. retry gives a dead letter, or all\n"
				   "of a route, another round of tries.\n"
				   "\n"
				   "  --json  JSON on standard output\n";

/* ---- check ------------------------------------------------------------------------------------- */

static json_t *words_of(unsigned bits, const char *const *words)
{
	json_t *list = json_array();

	for (int i = 0; words[i] != NULL; i++)
		if (bits >> i & 1)
			json_array_append_new(list, json_string(words[i]));
	return list;
}

static json_t *texts(const char *const *list, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, json_string(list[i]));
	return array;
}

/* What it wants; never where it leads, which may be a secret. */
static json_t *route_json(const struct eh_notify_route *r)
{
	static const char *const abouts[] = {"bias", "data", "governance", "heartbeat", "decision", NULL};
	static const char *const severities[] = {"review", "page", NULL};
	json_t *levels = json_array();

	for (int i = 0; i < EH_NOTIFY_LEVELS; i++)
		if (r->levels >> i & 1)
			json_array_append_new(levels, json_integer(i));
	return json_pack("{s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:I}", "name", r->name, "kind", eh_notify_kind_name(r->kind), "kinds",
	                 words_of(r->abouts, abouts), "severities", words_of((r->review ? 1u : 0u) | (r->page ? 2u : 0u), severities),
	                 "levels", levels, "sources", texts(r->sources, r->sources_n), "people", texts(r->people, r->people_n), "tries",
	                 (json_int_t)r->tries);
}

static void print_words(const char *label, const json_t *list)
{
	size_t i;
	const json_t *item;

	printf("%s", label);
	json_array_foreach(list, i, item)
	{
		if (json_is_integer(item))
			printf("%s%lld", i > 0 ? " " : "", (long long)json_integer_value(item));
		else
			printf("%s%s", i > 0 ? " " : "", json_string_value(item));
	}
}

static void print_route(const struct eh_notify_route *r)
{
	EH_JSON_AUTO doc = route_json(r);

	printf("%-20s %-12s", r->name, eh_notify_kind_name(r->kind));
	print_words(" kinds: ", json_object_get(doc, "kinds"));
	print_words("; severities: ", json_object_get(doc, "severities"));
	if (r->levels != (1u << EH_NOTIFY_LEVELS) - 1)
		print_words("; levels: ", json_object_get(doc, "levels"));
	if (r->sources_n > 0)
		print_words("; sources: ", json_object_get(doc, "sources"));
	if (r->people_n > 0)
		print_words("; people: ", json_object_get(doc, "people"));
	putchar('\n');
}

static enum eh_rc check(struct eh_arena *home, const char *path, bool json, struct eh_err *err)
{
	struct eh_notify_routes routes;
	EH_JSON_AUTO list = json_array();
	enum eh_rc rc = eh_notify_routes_parse(home, path, &routes, err);

	for (size_t i = 0; rc == EH_OK && i < routes.n; i++) {
		if (json)
			json_array_append_new(list, route_json(&routes.route[i]));
		else
			print_route(&routes.route[i]);
	}
	if (rc == EH_OK && json)
		eh_cli_print_json(list, JSON_INDENT(2) | JSON_SORT_KEYS);
	return rc;
}

/* ---- test -------------------------------------------------------------------------------------- */

static enum eh_rc need_routes(struct eh_arena *home, const struct eh_settings *settings, struct eh_notify_routes *routes,
                              struct eh_err *err)
{
	enum eh_rc rc = eh_notify_routes_read(home, settings, routes, err);

	if (rc != EH_OK || routes->n > 0)
		return rc;
	eh_fail(err, EH_BAD_INPUT, "there are no routes");
	return eh_hint(err, "name their file in the setting `notify`.");
}

static enum eh_rc try_route(struct eh_arena *home, const struct eh_settings *settings, const char *name, bool json, struct eh_err *err)
{
	struct eh_notify_routes routes;
	bool delivered = false;
	char detail[256];
	enum eh_rc rc = need_routes(home, settings, &routes, err);

	if (rc != EH_OK)
		return rc;
	const struct eh_notify_route *route = eh_notify_route_find(&routes, name);
	if (route == NULL) {
		eh_fail(err, EH_BAD_INPUT, "there is no route %s", name);
		return eh_hint(err, "`evenhand notify list` names them.");
	}
	int64_t now_us = eh_time_wall_us();
	struct eh_notify_message m = {.type = "test",
	                              .abouts = ~0u,
	                              .key = eh_arena_printf(home, "test/%lld", (long long)now_us),
	                              .sentence = "This is a test of a route of Evenhand. Nothing has happened.",
	                              .at_us = now_us,
	                              .onset_us = INT64_MIN};
	rc = eh_notify_send_now(route, &m, routes.public_url, &delivered, detail, err);
	if (rc != EH_OK)
		return rc;
	if (!delivered)
		return eh_fail(err, EH_AGAIN, "route %s did not take the message: %s", name, detail);
	if (json) {
		EH_JSON_AUTO doc = json_pack("{s:s,s:b,s:s}", "route", name, "delivered", true, "detail", detail);

		eh_cli_print_json(doc, JSON_INDENT(2) | JSON_SORT_KEYS);
	} else {
		printf("route %s took the message: %s\n", name, detail);
	}
	return EH_OK;
}

/* ---- list -------------------------------------------------------------------------------------- */

static json_t *time_or_null(const PGresult *res, int row, int col)
{
	char text[EH_TIME_TEXT];

	if (eh_pg_null(res, row, col))
		return json_null();
	eh_time_format(eh_pg_time(res, row, col), text);
	return json_string(text);
}

static json_t *number_or_null(const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? json_null() : json_integer(eh_pg_int8(res, row, col));
}

static json_t *undelivered_json(const struct eh_notify_routes *routes, const PGresult *res, int i)
{
	const char *route = eh_pg_text(res, i, 1);
	bool dead = eh_pg_bool(res, i, 12), known = eh_notify_route_find(routes, route) != NULL;
	json_t *doc = json_pack("{s:I,s:s,s:s,s:s?,s:o,s:o,s:o,s:o,s:o,s:o,s:s?,s:s}", "number", (json_int_t)eh_pg_int8(res, i, 0), "route",
	                        route, "key", eh_pg_text(res, i, 2), "alert", eh_pg_text(res, i, 3), "step", number_or_null(res, i, 4),
	                        "written", time_or_null(res, i, 5), "tries", number_or_null(res, i, 8), "next_try",
	                        time_or_null(res, i, 7), "last_try", time_or_null(res, i, 9), "status", number_or_null(res, i, 10), "detail",
	                        eh_pg_text(res, i, 11), "state", dead ? "dead letter" : known ? "waiting" : "no such route");

	EH_ASSERT(doc != NULL);
	return doc;
}

static json_t *told_json(const PGresult *res, int i)
{
	return json_pack("{s:I,s:I,s:o,s:o,s:o,s:o,s:s?}", "messages", (json_int_t)eh_pg_int8(res, i, 1), "waiting",
	                 (json_int_t)eh_pg_int8(res, i, 2), "last_delivered", time_or_null(res, i, 3), "refreshed", time_or_null(res, i, 4),
	                 "refreshed_alerts", number_or_null(res, i, 5), "refresh_delivered",
	                 eh_pg_null(res, i, 6) ? json_null() : json_boolean(eh_pg_bool(res, i, 6)), "refresh_detail", eh_pg_text(res, i, 7));
}

/* The routes of the file in its order, then those that are only in the store. */
static json_t *routes_json(const struct eh_notify_routes *routes, const PGresult *res)
{
	json_t *list = json_array();

	for (size_t i = 0; i < routes->n; i++) {
		json_t *doc = json_pack("{s:s,s:s,s:b,s:i,s:i}", "name", routes->route[i].name, "kind",
		                        eh_notify_kind_name(routes->route[i].kind), "in_file", true, "messages", 0, "waiting", 0);

		for (int k = 0; k < PQntuples(res); k++)
			if (strcmp(eh_pg_text(res, k, 0), routes->route[i].name) == 0) {
				EH_JSON_AUTO told = told_json(res, k);

				json_object_update(doc, told);
			}
		json_array_append_new(list, doc);
	}
	for (int k = 0; k < PQntuples(res); k++) {
		if (eh_notify_route_find(routes, eh_pg_text(res, k, 0)) != NULL)
			continue;
		json_t *doc = told_json(res, k);

		json_object_set_new(doc, "name", json_string(eh_pg_text(res, k, 0)));
		json_object_set_new(doc, "kind", json_null());
		json_object_set_new(doc, "in_file", json_false());
		json_array_append_new(list, doc);
	}
	return list;
}

static long long whole(const json_t *doc, const char *key)
{
	return (long long)json_integer_value(json_object_get(doc, key));
}

static const char *text_of(const json_t *doc, const char *key)
{
	const char *text = json_string_value(json_object_get(doc, key));

	return text != NULL ? text : "-";
}

static void print_list(const json_t *routes, const json_t *messages)
{
	size_t i;
	const json_t *doc;

	json_array_foreach(routes, i, doc)
	{
		printf("%-20s %-12s %lld messages, %lld waiting, last delivered %s%s\n", text_of(doc, "name"), text_of(doc, "kind"),
		       whole(doc, "messages"), whole(doc, "waiting"), text_of(doc, "last_delivered"),
		       json_is_true(json_object_get(doc, "in_file")) ? "" : "  (not in the file of routes)");
		if (json_is_false(json_object_get(doc, "refresh_delivered")))
			printf("    what is open could not be told again: %s\n", text_of(doc, "refresh_detail"));
	}
	if (json_array_size(routes) == 0)
		puts("there are no routes");
	json_array_foreach(messages, i, doc)
		printf("%lld  %s  %s  %s: tried %lld times, last %s (%s), next %s\n", whole(doc, "number"), text_of(doc, "key"),
		       text_of(doc, "route"), text_of(doc, "state"), whole(doc, "tries"), text_of(doc, "last_try"), text_of(doc, "detail"),
		       text_of(doc, "next_try"));
	if (json_array_size(messages) == 0)
		puts("every message was received");
}

static enum eh_rc list(struct eh_arena *home, const struct eh_settings *settings, struct eh_pg *pg, bool json, struct eh_err *err)
{
	EH_PGRESULT_AUTO told = NULL;
	EH_PGRESULT_AUTO open = NULL;
	struct eh_notify_routes routes;
	EH_JSON_AUTO messages = json_array();
	enum eh_rc rc = eh_notify_routes_read(home, settings, &routes, err);

	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_cli_read_routes, NULL, &told, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_cli_read_undelivered, NULL, &open, err);
	if (rc != EH_OK)
		return rc;
	for (int i = 0; i < PQntuples(open); i++)
		json_array_append_new(messages, undelivered_json(&routes, open, i));
	EH_JSON_AUTO list_of = routes_json(&routes, told);
	if (json) {
		EH_JSON_AUTO doc = json_pack("{s:O,s:O}", "routes", list_of, "undelivered", messages);

		eh_cli_print_json(doc, JSON_INDENT(2) | JSON_SORT_KEYS);
	} else {
		print_list(list_of, messages);
	}
	return EH_OK;
}

/* ---- retry ------------------------------------------------------------------------------------- */

static enum eh_rc retry(struct eh_pg *pg, const char *which, struct eh_err *err)
{
	const struct passwd *me = getpwuid(getuid());
	struct eh_pg_args args = {0};
	bool number = which[0] != '\0' && which[strspn(which, "0123456789")] == '\0' && strlen(which) <= 18;
	int64_t n = 0;

	if (number)
		eh_pg_arg_int8(&args, strtoll(which, NULL, 10));
	else
		eh_pg_arg_null(&args);
	eh_pg_arg_text(&args, number ? NULL : which);
	eh_pg_arg_text(&args, me != NULL ? me->pw_name : "unknown");
	enum eh_rc rc = eh_pg_run(pg, &eh_sql_cli_write_again, &args, &n, err);
	if (rc == EH_OK && n == 0) {
		eh_fail(err, EH_BAD_INPUT, "there is no dead letter %s%s", number ? "" : "of route ", which);
		return eh_hint(err, "`evenhand notify list` names them; what waits is tried again by itself.");
	}
	if (rc == EH_OK)
		printf("%lld dead letter%s will be tried again while judge runs\n", (long long)n, n == 1 ? "" : "s");
	return rc;
}

static enum eh_rc act(struct eh_arena *home, int argc, char **argv, const struct eh_settings *settings, bool json, struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	const char *what = argc > 1 ? argv[1] : "list";

	if (argc == 3 && strcmp(what, "test") == 0)
		return try_route(home, settings, argv[2], json, err);
	bool lists = argc <= 2 && strcmp(what, "list") == 0;
	if (!lists && !(argc == 3 && strcmp(what, "retry") == 0)) {
		eh_fail(err, EH_BAD_INPUT, "notify has no \"%s\" of that form", what);
		return eh_hint(err, "`evenhand notify --help` shows the forms.");
	}
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_WRITER, &pg, err);
	if (rc != EH_OK)
		return rc;
	return lists ? list(home, settings, pg, json, err) : retry(pg, argv[2], err);
}

int eh_cli_notify(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO home = eh_arena_new();
	bool json = false;
	const struct eh_cli_flag flags[] = {{"json", NULL, &json}, {0}};
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 2, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	if (argc == 3 && strcmp(argv[1], "check") == 0) {
		if (check(home, argv[2], json, &err) == EH_OK)
			return 0;
		(void)eh_cli_failed_json(&err, json);
		return 1;
	}
	return act(home, argc, argv, settings, json, &err) == EH_OK ? 0 : eh_cli_failed_json(&err, json);
}
