/*
 * verb_lab.c - evenhand lab --draft P.yaml: what a draft would have done on history, and what it would do on others like it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/ask.h"
#include "cli/flags.h"
#include "cli/lab_text.h"
#include "cli/sql.h"
#include "cli/verbs.h"
#include "judge/policies.h"
#include "lab/result.h"
#include "pg/store.h"
#include "stats/ehs.h"

#define RUNS 20
#define SEED 1

const char eh_cli_lab_usage[] =
	"usage: evenhand lab --draft P.yaml [--from T] [--to T] [--seed N] [--runs N] [--threads N]\n"
	"                    [--keep --as USER] [--json]\n"
	"       evenhand lab list [--json]\n"
	"       evenhand lab show DIGEST [--json]\n"
	"       evenhand lab verify DIGEST [--threads N] [--json]\n"
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
	"  --keep           asks judge to keep the result, so that a proposal can name its digest\n"
	"  --as USER        who asks; a user of the dashboard\n"
	"  --json           the result as canonical JSON, whose SHA-256 is its digest\n"
	"\n"
	"list names the results that are kept, show prints one, and verify runs it again and says\n"
	"whether the same bytes come of it (exit 1 where not). DIGEST may be its first 6 digits or more.\n";

static void tell_progress(void *ctx, uint32_t done, uint32_t all)
{
	(void)ctx;
	fprintf(stderr, "lab: %u of %u\n", done, all);
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
	const char *draft, *from, *to, *seed, *runs, *threads, *user;
	bool json, keep;
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

/* Judge is asked to keep it; its answer goes where it does not disturb the JSON. */
static enum eh_rc keep(struct eh_pg *pg, const struct asked *asked, const json_t *result, struct eh_err *err)
{
	EH_JSON_AUTO body = json_pack("{s:O}", "result", result);

	return eh_cli_ask(pg, asked->user, "lab-keep", NULL, body, err);
}

static enum eh_rc run_it(const struct eh_lab_run *run, const struct asked *asked, struct eh_err *err)
{
	EH_BUF_AUTO result = {0};
	struct eh_sha256 digest;
	char hex[EH_SHA256_HEX];
	enum eh_rc rc = eh_lab_result(run, &result, &digest, err);

	if (rc != EH_OK)
		return rc;
	eh_sha256_hex(&digest, hex);
	EH_JSON_AUTO doc = json_loadb(result.data, result.len, 0, NULL);
	if (asked->json)
		puts(result.data);
	else
		eh_cli_lab_text(doc, hex);
	return asked->keep ? keep(run->compare.pg, asked, doc, err) : EH_OK;
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

static enum eh_rc try_draft(struct eh_pg *pg, struct eh_arena *home, const struct asked *asked, struct eh_err *err)
{
	struct eh_lab_run run = {.compare = {.pg = pg}};
	enum eh_rc rc = read_run(asked, &run, err);

	if (rc == EH_OK)
		rc = eh_policy_read(home, asked->draft, &run.compare.draft, err);
	if (rc == EH_OK)
		rc = read_newest(pg, home, &run.in_force, err);
	return rc == EH_OK ? run_it(&run, asked, err) : rc;
}

/* ---- kept results ---- */

static enum eh_rc list(struct eh_pg *pg, bool json, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	EH_JSON_AUTO all = json_array();
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_cli_list_lab_results, NULL, &res, err);

	for (int row = 0; rc == EH_OK && row < PQntuples(res); row++) {
		if (!json)
			printf("%s  draft %.12s  kept by %s, %s\n", eh_pg_text(res, row, 0), eh_pg_text(res, row, 1),
			       eh_pg_text(res, row, 2), eh_pg_text(res, row, 3));
		json_array_append_new(all, json_pack("{s:s,s:s,s:s,s:s}", "sha256", eh_pg_text(res, row, 0), "draft_sha256",
		                                     eh_pg_text(res, row, 1), "kept_by", eh_pg_text(res, row, 2),
		                                     "kept_at", eh_pg_text(res, row, 3)));
	}
	if (rc == EH_OK && json)
		eh_cli_print_json(all, JSON_INDENT(2) | JSON_SORT_KEYS);
	return rc;
}

static enum eh_rc find(struct eh_pg *pg, const char *digits, PGresult **res, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	size_t n = strlen(digits);

	if (n < 6 || n > 64 || digits[strspn(digits, "0123456789abcdef")] != '\0')
		return eh_fail(err, EH_BAD_INPUT, "%s is no digest, nor the first 6 hex digits of one", digits);
	eh_pg_arg_text(&args, digits);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_cli_read_lab_result, &args, res, err);
	if (rc != EH_OK || PQntuples(*res) == 1)
		return rc;
	eh_fail(err, EH_BAD_INPUT, PQntuples(*res) == 0 ? "no result of the lab is kept under %s" : "%s begins more than one digest",
	        digits);
	return eh_hint(err, "`evenhand lab list` names the results that are kept.");
}

static enum eh_rc show(struct eh_pg *pg, const char *digits, bool json, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = find(pg, digits, &res, err);

	if (rc != EH_OK)
		return rc;
	if (json) {
		puts(eh_pg_text(res, 0, 1));
		return EH_OK;
	}
	EH_JSON_AUTO doc = json_loads(eh_pg_text(res, 0, 1), 0, NULL);
	eh_cli_lab_text(doc, eh_pg_text(res, 0, 0));
	printf("kept by %s, %s\n", eh_pg_text(res, 0, 2), eh_pg_text(res, 0, 3));
	return EH_OK;
}

static enum eh_rc read_policy(struct eh_arena *home, const json_t *result, const char *side, const struct eh_policy **policy,
                              struct eh_err *err)
{
	EH_BUF_AUTO text = {0};
	enum eh_rc rc = eh_json_canonical(json_object_get(json_object_get(result, side), "policy"), &text, err);

	return rc == EH_OK ? eh_policy_parse_canonical(home, text.data, text.len, policy, err) : rc;
}

/* Runs a kept result again; *same says whether the same bytes came of it. */
static enum eh_rc verify(struct eh_pg *pg, struct eh_arena *home, const char *digits, const struct asked *asked, bool *same,
                         struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	EH_BUF_AUTO again = {0};
	struct eh_lab_run run = {.compare = {.pg = pg}};
	struct asked was = {.threads = asked->threads};
	struct eh_sha256 digest;
	char hex[EH_SHA256_HEX];
	enum eh_rc rc = find(pg, digits, &res, err);

	if (rc != EH_OK)
		return rc;
	EH_JSON_AUTO doc = json_loads(eh_pg_text(res, 0, 1), 0, NULL);
	was.from = json_string_value(json_object_get(doc, "from"));
	was.to = json_string_value(json_object_get(doc, "to"));
	rc = read_run(&was, &run, err);
	if (rc == EH_OK)
		rc = read_policy(home, doc, "draft", &run.compare.draft, err);
	if (rc == EH_OK)
		rc = read_policy(home, doc, "in_force", &run.in_force, err);
	if (rc != EH_OK)
		return rc;
	run.seed = (uint64_t)json_integer_value(json_object_get(doc, "seed"));
	run.runs = (uint32_t)json_integer_value(json_object_get(doc, "runs"));
	run.compare.below = json_integer_value(json_object_get(doc, "leaves_below"));
	rc = eh_lab_result(&run, &again, &digest, err);
	if (rc != EH_OK)
		return rc;
	eh_sha256_hex(&digest, hex);
	*same = strcmp(hex, eh_pg_text(res, 0, 0)) == 0;
	if (asked->json) {
		EH_JSON_AUTO said = json_pack("{s:s,s:s,s:b}", "kept", eh_pg_text(res, 0, 0), "again", hex, "same", *same);

		eh_cli_print_json(said, JSON_INDENT(2) | JSON_SORT_KEYS);
	} else
		printf("kept  %s\nagain %s\n%s\n", eh_pg_text(res, 0, 0), hex, *same ? "the same" : "another result");
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
	                                    {"as", &asked.user, NULL},     {"keep", NULL, &asked.keep},
	                                    {"json", NULL, &asked.json},   {0}};
	struct eh_err err;
	bool same = true;

	ehs_init();
	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, &err);
	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 0, 2, &err);
	const char *word = rc == EH_OK && argc > 1 ? argv[1] : "";
	bool lists = strcmp(word, "list") == 0, shows = strcmp(word, "show") == 0, verifies = strcmp(word, "verify") == 0;
	if (rc == EH_OK && argc > 1 && !(lists && argc == 2) && !((shows || verifies) && argc == 3))
		rc = eh_fail(&err, EH_BAD_INPUT, "lab takes list, show DIGEST or verify DIGEST, and no other words");
	if (rc == EH_OK && argc == 1 && asked.draft == NULL)
		rc = eh_fail(&err, EH_BAD_INPUT, "lab needs a draft: --draft P.yaml");
	if (rc == EH_OK && asked.keep && asked.json)
		rc = eh_fail(&err, EH_BAD_INPUT, "--keep and --json do not go together: judge's answer is no JSON");
	if (rc == EH_OK)
		rc = eh_store_open(settings->store, settings->state, asked.keep ? EH_STORE_WRITER : EH_STORE_READER, &pg, &err);
	if (rc == EH_OK)
		rc = lists      ? list(pg, asked.json, &err)
		     : shows    ? show(pg, argv[2], asked.json, &err)
		     : verifies ? verify(pg, home, argv[2], &asked, &same, &err)
		                : try_draft(pg, home, &asked, &err);
	return rc != EH_OK ? eh_cli_failed_json(&err, asked.json) : same ? 0 : 1;
}
