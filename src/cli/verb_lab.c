/*
 * verb_lab.c - evenhand lab --draft P.yaml: what a draft would have done on history, and what it would do on others like it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "judge/policies.h"
#include "lab/result.h"
#include "pg/store.h"
#include "stats/ehs.h"

#define RUNS 20
#define SEED 1

const char eh_cli_lab_usage[] =
	"usage: evenhand lab --draft P.yaml [--from T] [--to T] [--seed N] [--runs N] [--threads N] [--json]\n"
	"\n"
	"Replays the store's history under a draft policy beside the one in force, in one pass: which\n"
	"alerts the draft gains and loses, and which come earlier or later.  Then tries both on pasts\n"
	"drawn from this one: false alerts a year where no group is treated differently, days until a\n"
	"planted fall to .9, .8, .7 is found, and whether a monitor's volume lets it ever speak.\n"
	"\n"
	"  --draft P.yaml   the draft\n"
	"  --from T --to T  panes that start in [from, to)\n"
	"  --seed N         of the random numbers (1); it stands in the result\n"
	"  --runs N         pasts of each kind (20), at most 1000; 0: only what was, and the reckoning\n"
	"  --threads N      as many as the machine has; the result hangs on it in nothing\n"
	"  --json           the result as canonical JSON, whose SHA-256 is its digest\n";

static void tell_progress(void *ctx, uint32_t done, uint32_t all)
{
	(void)ctx;
	fprintf(stderr, "lab: %u of %u\n", done, all);
}

/* ---- text ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "never";
}

static void print_list(const char *title, const json_t *list)
{
	size_t i;
	json_t *item;

	printf("%s: %zu\n", title, json_array_size(list));
	json_array_foreach(list, i, item)
	{
		const json_t *alert = json_object_get(item, "alert");

		printf("  %s  raised %s, onset %s, %s\n", text_of(item, "about"), text_of(alert, "at"),
		       text_of(alert, "onset"), text_of(alert, "severity"));
	}
}

static void print_both(const json_t *list)
{
	size_t i;
	json_t *item;

	printf("in both: %zu\n", json_array_size(list));
	json_array_foreach(list, i, item)
	{
		printf("  %s  in force %s, draft %s (%s)\n", text_of(item, "about"),
		       text_of(json_object_get(item, "in_force"), "at"), text_of(json_object_get(item, "draft"), "at"),
		       text_of(item, "draft_is"));
	}
}

static void print_false(const json_t *doc, const char *kind)
{
	const json_t *of = json_object_get(json_object_get(doc, "false_alerts"), kind);
	const json_t *a = json_object_get(json_object_get(of, "in_force"), "review"),
		     *b = json_object_get(json_object_get(of, "draft"), "review");

	printf("false alerts a year, %s history of %s years: in force %s (at most %s), draft %s (at most %s)\n", kind,
	       text_of(of, "years"), text_of(a, "a_year"), text_of(a, "a_year_at_most"), text_of(b, "a_year"),
	       text_of(b, "a_year_at_most"));
}

static void print_delays(const json_t *doc)
{
	size_t i;
	json_t *item;

	json_array_foreach(json_object_get(doc, "delays"), i, item)
	{
		const json_t *a = json_object_get(json_object_get(item, "in_force"), "review"),
			     *b = json_object_get(json_object_get(item, "draft"), "review");

		printf("a fall to %s is found, in the middle, after days: in force %s, draft %s\n", text_of(item, "ratio"),
		       text_of(a, "median_days"), text_of(b, "median_days"));
	}
}

static bool is_never(const json_t *days)
{
	const char *text = json_string_value(days);

	return text != NULL && (strcmp(text, "never") == 0 || strcmp(text, "gate") == 0);
}

/* Monitors of a side that the deepest fall would not set off within a year. */
static void print_unreachable(const json_t *doc, const char *side)
{
	size_t i, n = 0, never = 0;
	json_t *item;

	json_array_foreach(json_object_get(doc, "reach"), i, item)
	{
		const json_t *to = json_object_get(item, side);

		n += json_is_array(to);
		never += is_never(json_array_get(to, json_array_size(to) - 1));
	}
	printf("%s: %zu of %zu monitors could not show a fall to %s within a year with the decisions there are\n",
	       strcmp(side, "draft") == 0 ? "draft" : "in force", never, n,
	       json_string_value(json_array_get(json_object_get(doc, "ratios"), 2)));
}

static void print_text(const json_t *doc, const char *digest)
{
	print_list("gained by the draft", json_object_get(doc, "gained"));
	print_list("lost by the draft", json_object_get(doc, "lost"));
	print_both(json_object_get(doc, "both"));
	if (json_integer_value(json_object_get(doc, "runs")) > 0) {
		print_false(doc, "permuted");
		print_false(doc, "bootstrapped");
		print_delays(doc);
	}
	print_unreachable(doc, "in_force");
	print_unreachable(doc, "draft");
	printf("digest %s\n", digest);
}

/* ---- the run ---- */

static enum eh_rc read_number(const char *flag, const char *text, uint64_t most, uint64_t *value, struct eh_err *err)
{
	if (text == NULL)
		return EH_OK;
	if (*text == '\0' || strlen(text) > 16 || text[strspn(text, "0123456789")] != '\0' ||
	    strtoull(text, NULL, 10) > most)
		return eh_fail(err, EH_BAD_INPUT, "--%s %s is not a whole number up to %llu", flag, text,
		               (unsigned long long)most);
	*value = strtoull(text, NULL, 10);
	return EH_OK;
}

static enum eh_rc read_instant(const char *flag, const char *text, int64_t *us, struct eh_err *err)
{
	if (text == NULL || eh_time_parse(text, strlen(text), us))
		return EH_OK;
	eh_fail(err, EH_BAD_INPUT, "--%s %s is not an instant", flag, text);
	return eh_hint(err, "write it as 2026-01-31 or 2026-01-31T12:00:00Z.");
}

struct asked {
	const char *draft, *from, *to, *seed, *runs, *threads;
	bool json;
};

static enum eh_rc read_run(const struct asked *asked, struct eh_lab_run *run, struct eh_err *err)
{
	uint64_t runs = RUNS, threads = 0;
	enum eh_rc rc = EH_OK;

	run->seed = SEED;
	run->compare.from_us = INT64_MIN;
	run->compare.to_us = INT64_MAX;
	rc = read_instant("from", asked->from, &run->compare.from_us, err);
	if (rc == EH_OK)
		rc = read_instant("to", asked->to, &run->compare.to_us, err);
	if (rc == EH_OK && run->compare.from_us >= run->compare.to_us)
		rc = eh_fail(err, EH_BAD_INPUT, "--from %s does not lie before --to %s", asked->from, asked->to);
	if (rc == EH_OK)
		rc = read_number("seed", asked->seed, EH_LAB_SEED_MAX, &run->seed, err);
	if (rc == EH_OK)
		rc = read_number("runs", asked->runs, EH_LAB_RUNS_MAX, &runs, err);
	if (rc == EH_OK)
		rc = read_number("threads", asked->threads, 16, &threads, err);
	run->runs = (uint32_t)runs;
	run->threads = (uint32_t)threads;
	run->progress = tell_progress;
	return rc;
}

static enum eh_rc run_it(const struct eh_lab_run *run, bool json, struct eh_err *err)
{
	EH_BUF_AUTO result = {0};
	struct eh_sha256 digest;
	char hex[EH_SHA256_HEX];
	enum eh_rc rc = eh_lab_result(run, &result, &digest, err);

	if (rc != EH_OK)
		return rc;
	eh_sha256_hex(&digest, hex);
	if (json) {
		puts(result.data);
		return EH_OK;
	}
	EH_JSON_AUTO doc = json_loadb(result.data, result.len, 0, NULL);
	print_text(doc, hex);
	return EH_OK;
}

/* The house's newest version; a store that was never judged stands under the default. */
static enum eh_rc read_newest(struct eh_pg *pg, struct eh_arena *home, const struct eh_policy **policy, struct eh_err *err)
{
	struct eh_policies *versions = NULL;
	enum eh_rc rc = eh_judge_policies_read(pg, home, &versions, err);

	if (rc != EH_OK)
		return rc;
	const struct eh_policies_version *v = eh_policies_at(versions, EH_POLICY_HOUSE, INT64_MAX, INT64_MAX);
	*policy = v != NULL ? v->policy : eh_policy_default(home);
	return EH_OK;
}

int eh_cli_lab(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = NULL;
	struct asked asked = {0};
	const struct eh_cli_flag flags[] = {{"draft", &asked.draft, NULL}, {"from", &asked.from, NULL},
	                                    {"to", &asked.to, NULL},       {"seed", &asked.seed, NULL},
	                                    {"runs", &asked.runs, NULL},   {"threads", &asked.threads, NULL},
	                                    {"json", NULL, &asked.json},   {0}};
	struct eh_lab_run run = {0};
	struct eh_err err;

	ehs_init();
	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, &err);
	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 0, 0, &err);
	if (rc == EH_OK && asked.draft == NULL)
		rc = eh_fail(&err, EH_BAD_INPUT, "lab needs a draft: --draft P.yaml");
	if (rc == EH_OK)
		rc = read_run(&asked, &run, &err);
	if (rc == EH_OK)
		rc = eh_policy_read(home, asked.draft, &run.compare.draft, &err);
	if (rc == EH_OK)
		rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &pg, &err);
	if (rc == EH_OK)
		rc = read_newest(pg, home, &run.in_force, &err);
	run.compare.pg = pg;
	if (rc == EH_OK)
		rc = run_it(&run, asked.json, &err);
	return rc == EH_OK ? 0 : eh_cli_failed_json(&err, asked.json);
}
