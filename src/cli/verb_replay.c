/*
 * verb_replay.c - evenhand replay [--map M.yaml] [--from T] [--to T] [--through DATE] [--policy P.yaml] [--json].
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "gather/gather.h"
#include "judge/replay.h"
#include "judge/run.h"
#include "pg/scratch.h"
#include "pg/store.h"
#include "stats/ehs.h"

const char eh_cli_replay_usage[] =
	"usage: evenhand replay [--map M.yaml] [--from T] [--to T] [--through DATE] [--policy P.yaml] [--json]\n"
	"\n"
	"Judges history again by the live path, without writing to the store, and prints every\n"
	"verdict, every alert event, and a last line with the digests.\n"
	"\n"
	"  --map M.yaml     the source of this map, read into a store of its own for this run;\n"
	"                   without it, the sources and closes of the store\n"
	"  --from T --to T  print only panes that start in [from, to)\n"
	"  --through DATE   with --map: where the clock stops\n"
	"  --policy P.yaml  this policy throughout, whatever its dates\n"
	"  --json           JSON Lines on standard output; without it, alerts as text\n";

struct printing {
	bool json;
	uint64_t verdicts;
};

static void print_alert(const char *line)
{
	json_error_t why;
	EH_JSON_AUTO doc = json_loads(line, 0, &why);
	const char *const keys[] = {"at", "event", "severity", "source", "attribute", "group", "outcome"};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		printf("%s%s", i > 0 ? "  " : "", json_string_value(json_object_get(doc, keys[i])));
	printf("  onset %s\n", json_string_value(json_object_get(doc, "onset")));
}

static enum eh_rc print_line(void *ctx, const char *line, struct eh_err *err)
{
	struct printing *p = ctx;
	bool alert = strncmp(line, "{\"alert\"", 8) == 0;

	(void)err;
	p->verdicts += !alert;
	if (p->json)
		puts(line);
	else if (alert)
		print_alert(line);
	return EH_OK;
}

static enum eh_rc read_instant(const char *flag, const char *text, int64_t *us, struct eh_err *err)
{
	if (text == NULL || eh_time_parse(text, strlen(text), us))
		return EH_OK;
	eh_fail(err, EH_BAD_INPUT, "--%s %s is not an instant", flag, text);
	return eh_hint(err, "write it as 2026-01-31 or 2026-01-31T12:00:00Z.");
}

static enum eh_rc replay_store(struct eh_pg *pg, const struct eh_policy *policy, bool check, int64_t from_us,
                               int64_t to_us, struct printing *printing, struct eh_err *err)
{
	struct eh_judge_replay replay = {.pg = pg,
	                                 .policy = policy,
	                                 .check = check,
	                                 .from_us = from_us,
	                                 .to_us = to_us,
	                                 .line = print_line,
	                                 .ctx = printing};
	struct eh_judge_replayed replayed;
	enum eh_rc rc = eh_judge_replay(&replay, &replayed, err);
	EH_BUF_AUTO end = {0};

	if (rc != EH_OK)
		return rc;
	eh_judge_end_line(&replayed, &end);
	if (printing->json)
		puts(end.data);
	else
		printf("%llu panes with decisions, %llu verdicts\n", (unsigned long long)replayed.panes,
		       (unsigned long long)printing->verdicts);
	return EH_OK;
}

/* Gathers and judges into a scratch store, by the code that does it live. */
static enum eh_rc fill_scratch(struct eh_settings *settings, const struct eh_scratch *scratch, const struct eh_map *map,
                               const struct eh_gather_options *options, const struct eh_policy *policy,
                               struct eh_err *err)
{
	EH_PG_AUTO store = NULL;
	EH_PG_AUTO source = NULL;
	struct eh_gather_result result;
	struct eh_settings alone = *settings;
	enum eh_rc rc = eh_scratch_connect(scratch, EH_STORE_WRITER, &store, err);

	alone.webhook_url = alone.notify = NULL;
	alone.register_file = NULL;
	if (rc == EH_OK)
		rc = eh_gather_open_source(settings, map, &source, err);
	if (rc == EH_OK)
		rc = eh_gather_run(store, source, map, options, &result, err);
	if (rc != EH_OK)
		return rc;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_run run = {.settings = &alone, .pg = store, .policy = policy != NULL ? policy : eh_policy_default(home), .once = true, .quiet = true};
	return eh_judge_run(&run, err);
}

static enum eh_rc replay_map(struct eh_settings *settings, struct eh_arena *home, const char *path,
                             const struct eh_gather_options *options, const struct eh_policy *policy, int64_t from_us,
                             int64_t to_us, struct printing *printing, struct eh_err *err)
{
	const struct eh_map *map;
	struct eh_scratch scratch;
	struct eh_err dropping;
	enum eh_rc rc = eh_map_read(home, path, &map, err);

	if (rc == EH_OK)
		rc = eh_scratch_open(home, settings->state, &scratch, err);
	if (rc != EH_OK)
		return rc;
	rc = fill_scratch(settings, &scratch, map, options, policy, err);
	if (rc == EH_OK) {
		EH_PG_AUTO pg = NULL;

		rc = eh_scratch_connect(&scratch, EH_STORE_READER, &pg, err);
		if (rc == EH_OK)
			rc = replay_store(pg, policy, true, from_us, to_us, printing, err);
	}
	if (eh_scratch_drop(&scratch, &dropping) != EH_OK)
		eh_log_err(&dropping);
	return rc;
}

static enum eh_rc replay_here(struct eh_settings *settings, const struct eh_policy *policy, bool check, int64_t from_us,
                              int64_t to_us, struct printing *printing, struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &pg, err);

	return rc == EH_OK ? replay_store(pg, policy, check, from_us, to_us, printing, err) : rc;
}

int eh_cli_replay(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const char *map = NULL, *from = NULL, *to = NULL, *through = NULL, *draft = NULL;
	struct printing printing = {0};
	struct eh_gather_options options = {.once = true, .history_only = true, .quiet = true};
	const struct eh_cli_flag flags[] = {{"map", &map, NULL},
	                                    {"from", &from, NULL},
	                                    {"to", &to, NULL},
	                                    {"through", &through, NULL},
	                                    {"policy", &draft, NULL},
	                                    {"json", NULL, &printing.json},
	                                    {0}};
	const struct eh_policy *policy = NULL; /* of the store: what was in force then */
	int64_t from_us = INT64_MIN, to_us = INT64_MAX;
	struct eh_err err;

	ehs_init();
	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, &err);
	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 0, 0, &err);
	if (rc == EH_OK)
		rc = read_instant("from", from, &from_us, &err);
	if (rc == EH_OK)
		rc = read_instant("to", to, &to_us, &err);
	if (rc == EH_OK && from_us >= to_us)
		rc = eh_fail(&err, EH_BAD_INPUT, "--from %s does not lie before --to %s", from, to);
	options.has_through = through != NULL;
	if (rc == EH_OK && through != NULL && !eh_gather_parse_through(through, &options.through_us))
		rc = eh_fail(&err, EH_BAD_INPUT, "--through %s is not a date", through);
	if (rc == EH_OK && through != NULL && map == NULL)
		rc = eh_fail(&err, EH_BAD_INPUT,
		             "--through needs --map: the clock of the store stands where it stands");
	if (rc == EH_OK && draft != NULL)
		rc = eh_policy_read(home, draft, &policy, &err);
	if (rc == EH_OK)
		rc = map != NULL ? replay_map(settings, home, map, &options, policy, from_us, to_us, &printing, &err)
		                 : replay_here(settings, policy, draft == NULL, from_us, to_us, &printing, &err);
	return rc == EH_OK ? 0 : eh_cli_failed_json(&err, printing.json);
}
