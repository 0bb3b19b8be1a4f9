/*
 * verb_recompute.c - evenhand recompute [--source NAME] [--from T] [--to T] [--json].
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/flags.h"
#include "cli/sources.h"
#include "cli/verbs.h"
#include "gather/gather.h"
#include "gather/recompute.h"
#include "pg/store.h"

const char eh_cli_recompute_usage[] = "usage: evenhand recompute [--source NAME] [--from T] [--to T] [--json]\n"
				      "\n"
				      "Reads the sources again and compares them with what is stored, pane by pane.\n"
				      "Exit code 1 where a pane differs: rows were changed, deleted or backdated.\n"
				      "\n"
				      "  --source NAME  one source; by default all\n"
				      "  --from T       panes that begin at T or later\n"
				      "  --to T         panes that begin before T\n"
				      "  --json         one JSON object on standard output\n";

static json_t *pane_json(const struct eh_recompute_pane *pane)
{
	char start[EH_TIME_TEXT], end[EH_TIME_TEXT];
	json_t *batches = json_array();

	eh_time_format(pane->pane_us, start);
	eh_time_format(pane->end_us, end);
	for (size_t i = 0; i < pane->batches; i++) {
		const struct eh_recompute_batch *b = &pane->batch[i];
		json_t *leaf = b->leaf_index < 0 ? json_null() : json_integer(b->leaf_index);

		(void)json_array_append_new(batches, json_pack("{s:I, s:I, s:o, s:b}", "commit_first", (json_int_t)b->first_commit,
		                                               "commit_last", (json_int_t)b->last_commit, "leaf_index", leaf,
		                                               "sealed", b->sealed));
	}
	return json_pack("{s:s, s:s, s:I, s:I, s:b, s:o}", "pane_start", start, "pane_end", end, "n_stored",
	                 (json_int_t)pane->n_stored, "n_source", (json_int_t)pane->n_source, "unreadable", pane->unreadable, "batches",
	                 batches);
}

static json_t *source_json(const char *name, const struct eh_recompute *r)
{
	char stored[EH_SHA256_HEX], found[EH_SHA256_HEX];
	json_t *differs = json_array();

	if (!r->gathered)
		return json_pack("{s:s, s:b, s:b}", "name", name, "gathered", 0, "equal", 1);
	for (size_t i = 0; i < r->differs_n; i++)
		(void)json_array_append_new(differs, pane_json(&r->differs[i]));
	eh_sha256_hex(&r->stored, stored);
	eh_sha256_hex(&r->found, found);
	return json_pack("{s:s, s:b, s:b, s:I, s:I, s:I, s:s, s:s, s:o}", "name", name, "gathered", 1, "equal", r->differs_n == 0,
	                 "rows", (json_int_t)r->rows, "set_aside", (json_int_t)r->set_aside, "panes", (json_int_t)r->panes,
	                 "tally_digest_stored", stored, "tally_digest_source", found, "differs", differs);
}

static void print_pane(const struct eh_recompute_pane *pane)
{
	char start[EH_TIME_TEXT];

	eh_time_format(pane->pane_us, start);
	if (pane->unreadable)
		printf("  pane %s: what is stored cannot be read, %" PRIu64 " decisions in the source; counted by", start, pane->n_source);
	else
		printf("  pane %s: %" PRIu64 " decisions stored, %" PRIu64 " in the source; counted by", start, pane->n_stored,
		       pane->n_source);
	for (size_t i = 0; i < pane->batches; i++) {
		const struct eh_recompute_batch *b = &pane->batch[i];

		printf("%s %s %" PRId64 "-%" PRId64, i > 0 ? "," : "", b->sealed ? "sealed commits" : "batch", b->first_commit,
		       b->last_commit);
		if (b->leaf_index >= 0)
			printf(" (leaf %" PRId64 ")", b->leaf_index);
		else
			printf(" (no leaf yet)");
	}
	printf("%s\n", pane->batches == 0 ? " no batch" : "");
}

static void print_source(const char *name, const struct eh_recompute *r)
{
	if (!r->gathered) {
		printf("%s: nothing is counted yet\n", name);
		return;
	}
	printf("%s: %" PRIu64 " rows read again, %" PRIu64 " panes compared, ", name, r->rows, r->panes);
	if (r->differs_n == 0)
		printf("all equal\n");
	else
		printf("%zu %s\n", r->differs_n, r->differs_n == 1 ? "differs" : "differ");
	for (size_t i = 0; i < r->differs_n; i++)
		print_pane(&r->differs[i]);
}

static enum eh_rc run_one(struct eh_arena *arena, const struct eh_settings *settings, struct eh_pg *store,
                          const struct eh_source *source, struct eh_recompute *r, struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	enum eh_rc rc = eh_gather_open_source(settings, source->map, &pg, err);

	return rc == EH_OK ? eh_recompute_run(arena, store, pg, source, r, err) : rc;
}

int eh_cli_recompute(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO store = NULL;
	EH_JSON_AUTO list = json_array();
	const char *name = NULL, *from = NULL, *to = NULL;
	bool json = false, equal = true;
	const struct eh_cli_flag flags[] = {
		{"source", &name, NULL}, {"from", &from, NULL}, {"to", &to, NULL}, {"json", NULL, &json}, {0}};
	struct eh_source *sources = NULL;
	struct eh_recompute r = {0};
	size_t n = 0;
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    eh_cli_span(from, to, &r.from_us, &r.to_us, &err) != EH_OK ||
	    eh_store_open(settings->store, settings->state, EH_STORE_READER, &store, &err) != EH_OK ||
	    eh_cli_sources(arena, store, name, &sources, &n, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	for (size_t i = 0; i < n; i++) {
		if (run_one(arena, settings, store, &sources[i], &r, &err) != EH_OK)
			return eh_cli_failed_json(&err, json);
		equal = equal && r.differs_n == 0;
		if (json)
			EH_ASSERT(json_array_append_new(list, source_json(sources[i].name, &r)) == 0);
		else
			print_source(sources[i].name, &r);
	}
	if (json) {
		EH_JSON_AUTO doc = json_pack("{s:b, s:O}", "equal", equal, "sources", list);

		eh_cli_print_json(doc, JSON_INDENT(2));
	} else if (n == 0) {
		printf("the store has no source\n");
	}
	return equal ? 0 : 1;
}
