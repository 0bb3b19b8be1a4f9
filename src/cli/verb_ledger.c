/*
 * verb_ledger.c - evenhand ledger head, evenhand ledger check.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "decision/map.h"
#include "ledger/check.h"
#include "pg/store.h"

const char eh_cli_ledger_usage[] =
	"usage: evenhand ledger head [--json]\n"
	"       evenhand ledger check [--size N --root HEX] [--json]\n"
	"\n"
	"head prints how many leaves the log has, and the root of the tree over them.  Note both\n"
	"somewhere else: `ledger check --size N --root HEX` says later whether the log still begins so.\n"
	"\n"
	"check computes every hash and digest again and holds every row against its leaf: what was\n"
	"altered is named.  Exit code 1 where anything was.\n"
	"\n"
	"  --size N    the number of leaves that was noted\n"
	"  --root HEX  the root that was noted, 64 digits\n"
	"  --json      one JSON object on standard output\n";

/* ---- head ----------------------------------------------------------------------------- */

static int head(struct eh_pg *pg, bool json)
{
	struct eh_ledger_head head;
	char root[EH_SHA256_HEX];
	struct eh_err err;

	if (eh_ledger_read_head(pg, &head, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	eh_sha256_hex(&head.root, root);
	printf(json ? "{\"root\": \"%2$s\", \"size\": %1$" PRId64 "}\n" : "size %1$" PRId64 "\nroot %2$s\n", head.size, root);
	return 0;
}

/* ---- check ---------------------------------------------------------------------------- */

static json_t *instant(int64_t us)
{
	char text[EH_TIME_TEXT];

	if (us == INT64_MIN)
		return json_null();
	eh_time_format(us, text);
	return json_string(text);
}

static json_t *finding_json(const struct eh_ledger_finding *f)
{
	json_t *doc = json_pack("{s:s, s:o, s:s?, s:o, s:o, s:o, s:s}", "what", f->what, "leaf_index",
	                        f->leaf_index >= 0 ? json_integer(f->leaf_index) : json_null(), "source", f->source, "commit",
	                        f->commit_no > 0 ? json_integer(f->commit_no) : json_null(), "first_pane", instant(f->first_pane_us),
	                        "last_pane", instant(f->last_pane_us), "sentence", f->sentence);

	EH_ASSERT(doc != NULL);
	return doc;
}

static void print_json(const struct eh_ledger_check *check)
{
	char root[EH_SHA256_HEX], noted[EH_SHA256_HEX];
	json_t *findings = json_array();

	eh_sha256_hex(&check->head.root, root);
	eh_sha256_hex(&check->noted_root, noted);
	for (const struct eh_ledger_finding *f = check->findings; f != NULL; f = f->next)
		EH_ASSERT(json_array_append_new(findings, finding_json(f)) == 0);
	EH_JSON_AUTO doc = json_pack(
		"{s:b, s:I, s:s, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}, s:I, s:o}", "ok",
		check->findings_n == 0, "size", (json_int_t)check->head.size, "root", root, "noted",
		check->noted ? json_pack("{s:I, s:s}", "size", (json_int_t)check->noted_size, "root", noted) : json_null(), "checked",
		"leaves", (json_int_t)check->leaves, "commits", (json_int_t)check->commits, "deltas", (json_int_t)check->deltas,
		"uncovered_commits", (json_int_t)check->uncovered, "batches", (json_int_t)check->batches, "seals",
		(json_int_t)check->seals, "joined", (json_int_t)check->joined, "pane_closes",
		(json_int_t)check->closes, "alert_steps", (json_int_t)check->steps, "evidence", (json_int_t)check->evidence, "maps",
		(json_int_t)check->maps, "policies", (json_int_t)check->policies, "requests", (json_int_t)check->requests,
		"packs", (json_int_t)check->packs, "findings_n", (json_int_t)check->findings_n, "findings", findings);

	eh_cli_print_json(doc, JSON_INDENT(2));
}

/* A commit's digest is over all its panes: which of them it was, the source knows. */
static void print_way(const struct eh_ledger_finding *f)
{
	char first[EH_TIME_TEXT], last[EH_TIME_TEXT];

	eh_time_format(f->first_pane_us, first);
	eh_time_format(f->last_pane_us + EH_SECOND_US, last);
	printf("    which pane: evenhand recompute --source %s --from %s --to %s\n", f->source, first, last);
}

static void print_text(const struct eh_ledger_check *check)
{
	char root[EH_SHA256_HEX];
	size_t shown = 0;

	eh_sha256_hex(&check->head.root, root);
	printf("%" PRId64 " leaves, root %s\n", check->leaves, root);
	printf("%" PRId64 " commits with %" PRId64 " pane deltas in %" PRId64 " batches, %" PRId64 " joined in %" PRId64 " seals, %" PRId64
	       " pane closes, %" PRId64
	       " alert steps, %" PRId64 " pieces of evidence, %" PRId64 " maps, %" PRId64 " policies, %" PRId64 " answers\n",
	       check->commits, check->deltas, check->batches, check->joined, check->seals, check->closes, check->steps,
	       check->evidence, check->maps, check->policies, check->requests);
	if (check->uncovered > 0)
		printf("%" PRId64 " commits wait for their leaf\n", check->uncovered);
	if (check->findings_n == 0) {
		printf("all agrees%s\n", check->noted ? ", and the log begins with the leaves that were noted" : "");
		return;
	}
	printf("%zu %s not agree:\n", check->findings_n, check->findings_n == 1 ? "thing does" : "things do");
	for (const struct eh_ledger_finding *f = check->findings; f != NULL; f = f->next, shown++) {
		printf("  %s\n", f->sentence);
		if (f->source != NULL && f->first_pane_us < f->last_pane_us)
			print_way(f);
	}
	if (shown < check->findings_n)
		printf("  and %zu more\n", check->findings_n - shown);
}

static enum eh_rc read_noted(const char *size, const char *root, struct eh_ledger_check *check, struct eh_err *err)
{
	char *end;

	check->noted = size != NULL || root != NULL;
	if (!check->noted)
		return EH_OK;
	if (size == NULL || root == NULL)
		return eh_fail(err, EH_BAD_INPUT, "--size and --root belong together: what was noted is both");
	errno = 0;
	check->noted_size = strtoll(size, &end, 10);
	if (errno != 0 || end == size || *end != '\0' || check->noted_size < 0)
		return eh_fail(err, EH_BAD_INPUT, "--size %s is no number of leaves", size);
	if (!eh_unhex(root, check->noted_root.bytes, EH_SHA256_BYTES))
		return eh_fail(err, EH_BAD_INPUT, "--root is not 64 hexadecimal digits");
	return EH_OK;
}

static bool map_means(const char *text, struct eh_sha256 *version)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *map;
	struct eh_err err;

	if (eh_map_parse(arena, "map", text, strlen(text), &map, &err) != EH_OK)
		return false;
	*version = map->version;
	return true;
}

static int check(struct eh_pg *pg, struct eh_ledger_check *check, bool json)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_err err;

	if (eh_ledger_check_run(arena, pg, check, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	if (json)
		print_json(check);
	else
		print_text(check);
	return check->findings_n == 0 ? 0 : 1;
}

int eh_cli_ledger(int argc, char **argv, struct eh_settings *settings)
{
	EH_PG_AUTO pg = NULL;
	const char *size = NULL, *root = NULL;
	bool json = false;
	const struct eh_cli_flag flags[] = {{"size", &size, NULL}, {"root", &root, NULL}, {"json", NULL, &json}, {0}};
	struct eh_ledger_check wanted = {.map_means = map_means};
	struct eh_err err;

	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, &err);
	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 1, 1, &err);
	if (rc == EH_OK && strcmp(argv[1], "head") != 0 && strcmp(argv[1], "check") != 0) {
		(void)eh_fail(&err, EH_BAD_INPUT, "ledger cannot '%s'", argv[1]);
		rc = eh_hint(&err, "it is `evenhand ledger head` or `evenhand ledger check`");
	}
	if (rc == EH_OK)
		rc = read_noted(size, root, &wanted, &err);
	if (rc == EH_OK)
		rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &pg, &err);
	if (rc != EH_OK)
		return eh_cli_failed_json(&err, json);
	return strcmp(argv[1], "head") == 0 ? head(pg, json) : check(pg, &wanted, json);
}
