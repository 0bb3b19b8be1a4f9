/*
 * verb_pack.c - evenhand pack list | check | run | show | changes | enable | disable | approve.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/ask.h"
#include "cli/flags.h"
#include "cli/pack_text.h"
#include "cli/sources.h"
#include "cli/sql.h"
#include "cli/verbs.h"
#include "judge/packs.h"
#include "pg/store.h"

#define REASON_MAX_BYTES 2000

const char eh_cli_pack_usage[] =
	"usage: evenhand pack list [--json]\n"
	"       evenhand pack check FILE.yaml [--json]\n"
	"       evenhand pack run --pack NAME|FILE.yaml --from T --to T [--source NAME] [--json]\n"
	"       evenhand pack show [NAME] [--source NAME] [--json]\n"
	"       evenhand pack changes [--source NAME] [--json]\n"
	"       evenhand pack enable NAME|FILE.yaml --as USER --reason TEXT\n"
	"       evenhand pack disable NAME --as USER --reason TEXT\n"
	"       evenhand pack approve REQUEST --as USER\n"
	"\n"
	"A pack is a regulator's test as a dated file. judge runs each pack that is on once, when a\n"
	"calendar period has closed; show prints those results. run looks at any stretch of what is\n"
	"stored and writes nothing. changes prints the test of each component that was new. Two people\n"
	"decide which packs are on: one proposes, an approver approves.\n"
	"\n"
	"  --pack P       a pack's name, or a file\n"
	"  --from T       first day of the stretch\n"
	"  --to T         the day after its last\n"
	"  --source NAME  one source; may be left out where there is one\n"
	"  --as USER      who asks; a user of the dashboard (`evenhand user add`)\n"
	"  --reason TEXT  why\n"
	"  --json         JSON on standard output\n";

struct ask {
	const char *pack, *from, *to, *source, *user, *reason;
	bool json;
};

static json_t *pack_json(const struct eh_pack *pack)
{
	char version[EH_SHA256_HEX];
	json_t *doc = json_loads(pack->canonical, 0, NULL), *out;

	eh_sha256_hex(&pack->version, version);
	out = json_pack("{s:s,s:o}", "sha256", version, "pack", doc);
	EH_ASSERT(out != NULL);
	return out;
}

static bool is_file(const char *word)
{
	return strchr(word, '/') != NULL || strchr(word, '.') != NULL;
}

static enum eh_rc list(struct eh_pg *pg, const struct ask *ask, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_JSON_AUTO out = json_array();
	const struct eh_judge_pack_standing *all;
	size_t n = 0;
	enum eh_rc rc = eh_judge_packs_all(pg, home, &all, &n, err);

	for (size_t i = 0; rc == EH_OK && i < n; i++) {
		const struct eh_pack *p = all[i].pack;

		if (ask->json) {
			json_t *one = pack_json(p);

			json_object_set_new(one, "on", json_boolean(all[i].on));
			json_object_set_new(one, "decided", json_boolean(all[i].decided));
			json_array_append_new(out, one);
		} else {
			printf("%-26s %-3s %-9s %-20s %s\n", p->name, all[i].on ? "on" : "off", eh_pack_period_name(p->period),
			       eh_pack_status_name(p->status), p->citation);
		}
	}
	if (rc == EH_OK && ask->json)
		eh_cli_print_json(out, JSON_INDENT(2) | JSON_SORT_KEYS);
	return rc;
}

static int check(const char *path, bool json)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_pack *pack;
	struct eh_err err;

	if (eh_pack_read(home, path, &pack, &err) != EH_OK) {
		(void)eh_cli_failed_json(&err, json);
		return 1;
	}
	EH_JSON_AUTO doc = pack_json(pack);
	if (!json)
		printf("version %s\n", json_string_value(json_object_get(doc, "sha256")));
	eh_cli_print_json(json ? doc : json_object_get(doc, "pack"), JSON_INDENT(2) | JSON_SORT_KEYS);
	return 0;
}

static enum eh_rc find_pack(struct eh_pg *pg, struct eh_arena *home, const char *name, const struct eh_pack **pack,
                            struct eh_err *err)
{
	const struct eh_judge_pack_standing *all;
	size_t n = 0;

	if (is_file(name))
		return eh_pack_read(home, name, pack, err);
	enum eh_rc rc = eh_judge_packs_all(pg, home, &all, &n, err);
	for (size_t i = 0; rc == EH_OK && i < n; i++) {
		if (strcmp(all[i].pack->name, name) == 0) {
			*pack = all[i].pack;
			return EH_OK;
		}
	}
	if (rc != EH_OK)
		return rc;
	eh_fail(err, EH_BAD_INPUT, "there is no pack %s", name);
	return eh_hint(err, "`evenhand pack list` names them; a file is named with its ending.");
}

static enum eh_rc run(struct eh_pg *pg, const struct ask *ask, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_JSON_AUTO result = NULL;
	const struct eh_pack *pack;
	struct eh_source source;
	int64_t from_us = 0, to_us = 0;

	if (ask->pack == NULL || ask->from == NULL || ask->to == NULL) {
		eh_fail(err, EH_BAD_INPUT, "run needs a pack and a stretch of time");
		return eh_hint(err, "add --pack NAME --from 2025-01-01 --to 2025-04-01.");
	}
	enum eh_rc rc = eh_cli_span(ask->from, ask->to, &from_us, &to_us, err);
	if (rc == EH_OK && to_us <= from_us)
		return eh_fail(err, EH_BAD_INPUT, "the stretch ends before it begins");
	if (rc == EH_OK)
		rc = find_pack(pg, home, ask->pack, &pack, err);
	if (rc == EH_OK)
		rc = eh_cli_one_source(home, pg, ask->source, &source, err);
	if (rc == EH_OK)
		rc = eh_judge_pack_once(pg, source.map->source, pack, from_us, to_us, &result, err);
	if (rc != EH_OK)
		return rc;
	if (ask->json)
		eh_cli_print_json(result, JSON_INDENT(2) | JSON_SORT_KEYS);
	else
		eh_cli_print_pack(result);
	return EH_OK;
}

/* A stored result, with where it stands in the log. */
static json_t *stored(const PGresult *res, int row, int leaf, int body)
{
	json_t *doc = json_loads(eh_pg_text(res, row, body), 0, NULL);

	EH_ASSERT(doc != NULL);
	json_object_set_new(doc, "leaf_index", json_integer(eh_pg_int8(res, row, leaf)));
	return doc;
}

static enum eh_rc show(struct eh_pg *pg, const struct ask *ask, const struct eh_pg_sql *sql, struct eh_err *err)
{
	bool changes = sql == &eh_sql_cli_read_change_results;
	EH_PGRESULT_AUTO res = NULL;
	EH_JSON_AUTO out = json_array();
	struct eh_pg_args args = {0};

	if (!changes)
		eh_pg_arg_text(&args, ask->pack);
	eh_pg_arg_text(&args, ask->source);
	enum eh_rc rc = eh_pg_query(pg, sql, &args, &res, err);
	for (int row = 0; rc == EH_OK && row < PQntuples(res); row++) {
		EH_JSON_AUTO doc = stored(res, row, changes ? 1 : 2, changes ? 2 : 3);

		if (ask->json)
			json_array_append(out, doc);
		else if (changes)
			eh_cli_print_change(doc);
		else
			eh_cli_print_pack(doc);
	}
	if (rc == EH_OK && ask->json)
		eh_cli_print_json(out, JSON_INDENT(2) | JSON_SORT_KEYS);
	else if (rc == EH_OK && PQntuples(res) == 0)
		printf(changes ? "no component was new for 28 days yet\n" : "no pack was run yet: none of their periods has closed\n");
	return rc;
}

static enum eh_rc propose(struct eh_pg *pg, const char *verb, const char *word, const struct ask *ask, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_pack *pack;

	if (ask->reason == NULL || *ask->reason == '\0' || strlen(ask->reason) > REASON_MAX_BYTES) {
		eh_fail(err, EH_BAD_INPUT, "a proposal gives a reason of at most %d bytes", REASON_MAX_BYTES);
		return eh_hint(err, "add --reason TEXT; it becomes part of the record.");
	}
	enum eh_rc rc = find_pack(pg, home, word, &pack, err);
	if (rc != EH_OK)
		return rc;
	EH_JSON_AUTO body = json_pack("{s:s,s:s}", "pack", pack->name, "reason", ask->reason);
	if (is_file(word))
		json_object_set_new(body, "text", json_string(pack->canonical));
	return eh_cli_ask(pg, ask->user, verb, NULL, body, err);
}

static enum eh_rc approve(struct eh_pg *pg, const char *number, const struct ask *ask, struct eh_err *err)
{
	EH_JSON_AUTO body = json_pack("{s:s}", "request_id", number);

	if (number[strspn(number, "0123456789")] != '\0')
		return eh_fail(err, EH_BAD_INPUT, "\"%s\" is not the number of a request", number);
	return eh_cli_ask(pg, ask->user, "pack-approve", NULL, body, err);
}

static enum eh_rc act(struct eh_pg *pg, int argc, char **argv, struct ask *ask, struct eh_err *err)
{
	const char *what = argc > 1 ? argv[1] : "list";

	if (strcmp(what, "list") == 0 && argc <= 2)
		return list(pg, ask, err);
	if (strcmp(what, "run") == 0 && argc == 2)
		return run(pg, ask, err);
	if (strcmp(what, "changes") == 0 && argc == 2)
		return show(pg, ask, &eh_sql_cli_read_change_results, err);
	if (strcmp(what, "show") == 0 && ask->pack == NULL) {
		ask->pack = argc == 3 ? argv[2] : NULL;
		return show(pg, ask, &eh_sql_cli_read_pack_results, err);
	}
	if (strcmp(what, "enable") == 0 && argc == 3)
		return propose(pg, "pack-enable", argv[2], ask, err);
	if (strcmp(what, "disable") == 0 && argc == 3)
		return propose(pg, "pack-disable", argv[2], ask, err);
	if (strcmp(what, "approve") == 0 && argc == 3)
		return approve(pg, argv[2], ask, err);
	eh_fail(err, EH_BAD_INPUT, "pack has no \"%s\" of that form", what);
	return eh_hint(err, "`evenhand pack --help` shows the forms.");
}

int eh_cli_pack(int argc, char **argv, struct eh_settings *settings)
{
	EH_PG_AUTO pg = NULL;
	struct ask ask = {0};
	const struct eh_cli_flag flags[] = {{"pack", &ask.pack, NULL},     {"from", &ask.from, NULL}, {"to", &ask.to, NULL},
	                                    {"source", &ask.source, NULL}, {"as", &ask.user, NULL},   {"reason", &ask.reason, NULL},
	                                    {"json", NULL, &ask.json},     {0}};
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 2, &err) != EH_OK)
		return eh_cli_failed_json(&err, ask.json);
	if (argc == 3 && strcmp(argv[1], "check") == 0)
		return check(argv[2], ask.json);
	bool asks = argc == 3 && strcmp(argv[1], "show") != 0;
	if (eh_store_open(settings->store, settings->state, asks ? EH_STORE_WRITER : EH_STORE_READER, &pg, &err) != EH_OK ||
	    act(pg, argc, argv, &ask, &err) != EH_OK)
		return eh_cli_failed_json(&err, ask.json);
	return 0;
}
