/*
 * verb_demo.c - evenhand demo: a year of an invented insurer, nine months as history, three played at a day a second.
 *
 * It goes the way that anybody's log goes: a CSV file is imported by `evenhand import`, and gather,
 * judge and serve run as they do for `evenhand run`.  What the demo adds is the clock that the last
 * three months run on (lab/player.h), and it is refused beside any source that is not generated.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/children.h"
#include "cli/demo.h"
#include "cli/flags.h"
#include "cli/stop.h"
#include "cli/verbs.h"
#include "examples/insurer/insurer.h"
#include "lab/player.h"
#include "pg/cluster.h"
#include "pg/store.h"

const char eh_cli_demo_usage[] =
	"usage: evenhand demo [--speed DAYS] [--no-serve] [--exit-at-end]\n"
	"\n"
	"Shows Evenhand at work on a year of an invented insurer (docs/demo-scenario.md): nine\n"
	"months are loaded and judged, three are played, a day a second. Makes its store anew in\n"
	"the folder `demo` of the state folder, touches no other, and ends on Ctrl-C.\n"
	"\n"
	"  --speed DAYS   days that pass in a second (default 1)\n"
	"  --no-serve     without the dashboard\n"
	"  --exit-at-end  ends when the year is over and judged\n";

#define STEP_MS 50 /* wall time between two commits of the player */
#define TELL_US (EH_SECOND_US / 2)

struct demo {
	struct eh_arena *arena;
	struct eh_settings settings; /* of the demo's own store */
	struct eh_cli_demo_folder folder;
	struct eh_cli_children children;
	const volatile sig_atomic_t *stop;
	int rate; /* scenario seconds a second */
	bool serve, exit_at_end, terminal;

	struct eh_insurer *insurer;
	struct eh_insurer_row row;
	bool more;
	int64_t history_rows;
	char altered_id[32]; /* a decision that the visitor is invited to alter */

	const struct eh_map *map;
	struct eh_pg *store, *source; /* as evenhand_writer, evenhand_source */
	struct eh_player *player;
	const char *url;
};

/* ---- the log -------------------------------------------------------------------------------- */

/* January to September as the CSV file that an insurer would hand over. */
static enum eh_rc write_history(struct demo *d, const char **path, struct eh_err *err)
{
	EH_BUF_AUTO csv = {0};

	d->insurer = eh_insurer_new(d->arena, EH_INSURER_SEED);
	eh_insurer_csv_header(&csv);
	while ((d->more = eh_insurer_next(d->insurer, &d->row)) && d->row.decided_at_us < eh_insurer_plan.play_start) {
		eh_insurer_csv_row(&csv, &d->row);
		d->history_rows++;
		if (strcmp(d->row.decision, "flag") == 0 && d->row.decided_at_us < eh_insurer_plan.play_start - 14 * EH_DAY_US)
			snprintf(d->altered_id, sizeof d->altered_id, "%s", d->row.decision_id);
	}
	return eh_cli_demo_write(d->arena, &d->folder, "history.csv", csv.data, csv.len, path, err);
}

/* One row is always read ahead. */
static bool next_row(void *ctx, int64_t *at_us, struct eh_buf *csv)
{
	struct demo *d = ctx;

	if (!d->more)
		return false;
	*at_us = d->row.decided_at_us;
	eh_insurer_csv_row(csv, &d->row);
	d->more = eh_insurer_next(d->insurer, &d->row);
	return true;
}

static enum eh_rc write_asset(struct demo *d, const char *asset, const char *name, const char **path, struct eh_err *err)
{
	const struct eh_asset *file = eh_asset_find(asset);

	EH_ASSERT(file != NULL);
	return eh_cli_demo_write(d->arena, &d->folder, name, file->data, (size_t)(file->end - file->data), path, err);
}

/* ---- first light ------------------------------------------------------------------------------ */

static void swallow(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

static enum eh_rc run_child(struct demo *d, const char *name, const char *const *argv, struct eh_err *err)
{
	struct eh_cli_child *child = eh_cli_children_add(&d->children, name, argv);

	child->said = swallow;
	return eh_cli_children_run(&d->children, child, d->stop, err);
}

static void take_url(void *ctx, const char *line)
{
	struct demo *d = ctx;

	d->url = eh_arena_strdup(d->arena, line);
}

static enum eh_rc open_store(struct demo *d, struct eh_err *err)
{
	enum eh_rc rc = eh_store_open(NULL, d->settings.state, EH_STORE_WRITER, &d->store, err);

	if (rc == EH_OK)
		rc = eh_store_open(NULL, d->settings.state, EH_STORE_SOURCE, &d->source, err);
	/* From here on nothing of root's is needed; the children are of the same user, and end with this process. */
	return rc == EH_OK ? eh_store_drop_privileges(NULL, d->settings.state, err) : rc;
}

/* Import and the counting of history, each by its own verb. */
static enum eh_rc load_history(struct demo *d, struct eh_err *err)
{
	const char *map_path, *csv_path;
	char through[EH_TIME_TEXT];
	enum eh_rc rc = write_asset(d, "examples/insurer/source.yaml", "source.yaml", &map_path, err);

	if (rc == EH_OK)
		rc = write_asset(d, "examples/insurer/register.yaml", "register.yaml", &d->settings.register_file, err);
	if (rc == EH_OK)
		rc = write_history(d, &csv_path, err);
	if (rc == EH_OK)
		rc = eh_map_read(d->arena, map_path, &d->map, err);
	/* A file of settings of its own: what the user's says of webhooks and registers is not for invented alerts. */
	const char *config = eh_arena_printf(d->arena, "state: %s\n", d->folder.path);
	if (rc == EH_OK)
		rc = eh_cli_demo_write(d->arena, &d->folder, "evenhand.yaml", config, strlen(config), &d->settings.config, err);
	if (rc != EH_OK)
		return rc;
	d->settings.webhook_url = d->settings.notify = NULL;
	eh_settings_export(&d->settings);
	const char *const import[] = {"import", "--map", map_path, csv_path, NULL};
	rc = run_child(d, "import", import, err);
	if (rc != EH_OK || *d->stop != 0)
		return rc;
	eh_time_format(eh_insurer_plan.play_start, through);
	const char *const gather[] = {"gather", "--source", d->map->source, "--once", "--through", through, NULL};
	return run_child(d, "gather", gather, err);
}

static void tell_judged(const struct demo *d, int64_t pane_us)
{
	char at[EH_TIME_TEXT];

	if (!d->terminal || pane_us == INT64_MIN)
		return;
	eh_time_format(pane_us, at);
	fprintf(stderr, "\rjudged through %.10s\033[K", at);
}

/* Until the last pane of history is closed and the dashboard answers. */
static enum eh_rc wait_for_light(struct demo *d, const struct eh_cli_child *serve, struct eh_err *err)
{
	int64_t pane_us = INT64_MIN, last_us = eh_insurer_plan.play_start - 3 * EH_HOUR_US;
	enum eh_rc rc = EH_OK;

	while (rc == EH_OK && *d->stop == 0 && (pane_us < last_us || (d->serve && d->url == NULL))) {
		rc = eh_cli_children_tick(&d->children, 100, err);
		if (rc == EH_OK)
			rc = eh_cli_demo_judged(d->store, &pane_us, err);
		tell_judged(d, pane_us);
		if (rc == EH_OK && d->serve && d->url == NULL && serve->ended_us != 0) {
			(void)eh_fail(err, EH_AGAIN, "the dashboard could not begin");
			rc = eh_hint(err, "another dashboard may listen there; --listen 127.0.0.1:0 takes a free port");
		}
	}
	if (d->terminal)
		fputs("\r\033[K", stderr);
	return rc;
}

static enum eh_rc light_up(struct demo *d, struct eh_cli_demo_user **users, size_t *n, struct eh_err *err)
{
	static const char *const judge[] = {"judge", NULL}, *const serve[] = {"serve", NULL};
	struct eh_cli_child *shown = NULL;

	eh_cli_children_add(&d->children, "judge", judge);
	if (d->serve) {
		shown = eh_cli_children_add(&d->children, "serve", serve);
		shown->said = take_url;
		shown->ctx = d;
	}
	enum eh_rc rc = eh_cli_children_tick(&d->children, 0, err);
	if (rc == EH_OK)
		rc = eh_cli_demo_users(d->arena, d->store, users, n, err);
	return rc == EH_OK ? wait_for_light(d, shown, err) : rc;
}

/* ---- what is printed ----------------------------------------------------------------------------- */

/* How this program is called here. */
static const char *program(struct eh_arena *arena)
{
	char path[4096], cwd[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	if (n <= 0 || getcwd(cwd, sizeof cwd) == NULL)
		return "evenhand";
	path[n] = '\0';
	size_t under = strlen(cwd);
	bool inside = strncmp(path, cwd, under) == 0 && path[under] == '/';
	return eh_arena_strdup(arena, inside ? path + under + 1 : path);
}

static enum eh_rc print_tamper(const struct demo *d, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cluster cluster;
	enum eh_rc rc = eh_cluster_find(arena, d->settings.state, &cluster, err);
	const char *self = program(arena);

	if (rc != EH_OK)
		return rc;
	printf("\nWhat was counted can be checked. Alter a decision of September, and read the log again:\n"
	       "  psql -h %s -U evenhand_source %s -c \"UPDATE demo.decision SET decision = 'approve' WHERE decision_id = '%s'\"\n"
	       "  EVENHAND_STATE=%s %s recompute\n"
	       "names the hour it was decided in, and the batches that counted it. Or alter what was counted:\n"
	       "  psql -h %s -U evenhand_owner %s -c \"UPDATE evenhand.pane_close SET n = n + 1 WHERE leaf_index = "
	       "(SELECT max(leaf_index) FROM evenhand.pane_close)\"\n"
	       "  EVENHAND_STATE=%s %s ledger check\n"
	       "names the close that was altered. Both end with exit code 1.\n\n",
	       cluster.run, EH_CLUSTER_DATABASE, d->altered_id, cluster.state, self, cluster.run, EH_CLUSTER_DATABASE, cluster.state, self);
	return EH_OK;
}

static enum eh_rc print_light(const struct demo *d, const struct eh_cli_demo_user *users, size_t n, double took_s, struct eh_err *err)
{
	printf("\nHarborline Mutual, an invented insurer: %" PRId64 " decisions of January to September 2025 are judged (%.0f s).\n",
	       d->history_rows, took_s);
	if (d->url != NULL)
		printf("\n  dashboard  %s\n", d->url);
	for (size_t i = 0; d->url != NULL && i < n; i++)
		printf("  %-9s  %-10s %s\n", i == 0 ? "sign in as" : "", users[i].name, users[i].password);
	enum eh_rc rc = print_tamper(d, err);
	printf("October to December now pass, %g %s a second. What was put into them is told in docs/demo-scenario.md;\n"
	       "an alert about people is expected in the second week of November. Ctrl-C ends all.\n\n",
	       d->rate / 86400.0, d->rate == 86400 ? "day" : "days");
	fflush(stdout);
	return rc;
}

/* ---- three months ---------------------------------------------------------------------------------- */

static void tell_time(const struct demo *d, int64_t now_us)
{
	char at[EH_TIME_TEXT];

	if (!d->terminal)
		return;
	eh_time_format(now_us, at);
	fprintf(stderr, "\r%.10s  %" PRId64 " decisions played\033[K", at, eh_player_rows(d->player));
}

static enum eh_rc begin_play(struct demo *d, struct eh_err *err)
{
	static const char *columns[EH_INSURER_COLUMNS];
	const struct eh_player_rows rows = {.ctx = d, .next = next_row, .columns = columns, .columns_n = EH_INSURER_COLUMNS};

	for (int i = 0; i < EH_INSURER_COLUMNS; i++)
		columns[i] = eh_insurer_column_name(i);
	enum eh_rc rc = eh_player_open(d->source, d->map, &rows, eh_insurer_plan.play_start, &d->player, err);
	if (rc == EH_OK)
		rc = eh_player_register(d->store, d->map->source, eh_insurer_plan.play_start, d->rate, eh_time_wall_us(), err);
	const char *const gather[] = {"gather", "--source", d->map->source, NULL};
	eh_cli_children_add(&d->children, "gather", gather);
	return rc;
}

static void tell_end(const struct demo *d, int64_t naive)
{
	printf("The year is over: %" PRId64 " decisions were played. An hourly p < .05 rule would have alerted %" PRId64 " times.\n",
	       eh_player_rows(d->player), naive);
	if (!d->exit_at_end)
		puts("The clock stands now, so the pages will call the source stale. Ctrl-C ends the demo.");
	fflush(stdout);
}

/* The clock stands at the end: far enough beyond the year that its last pane can be closed. */
static enum eh_rc play(struct demo *d, struct eh_err *err)
{
	const int64_t end_us = eh_insurer_plan.year_end + EH_HOUR_US, last_pane_us = eh_insurer_plan.year_end - EH_HOUR_US;
	int64_t start = eh_time_steady_us(), told = 0, judged = INT64_MIN;
	bool over = false;
	struct eh_cli_demo_news news = {.after = -1, .terminal = d->terminal};
	enum eh_rc rc = EH_OK;

	while (rc == EH_OK && *d->stop == 0 && !(d->exit_at_end && judged >= last_pane_us)) {
		int64_t now = eh_insurer_plan.play_start + (eh_time_steady_us() - start) * d->rate;

		now = now < end_us ? now : end_us;
		rc = eh_player_play(d->player, now, err);
		if (rc == EH_OK)
			rc = eh_cli_children_tick(&d->children, STEP_MS, err);
		if (rc != EH_OK || eh_time_steady_us() - told < TELL_US)
			continue;
		told = eh_time_steady_us();
		rc = eh_cli_demo_tell(&news, d->store, err);
		if (rc == EH_OK)
			rc = eh_cli_demo_judged(d->store, &judged, err);
		tell_time(d, now);
		if (rc == EH_OK && !over && judged >= last_pane_us) {
			over = true;
			tell_end(d, news.naive);
		}
	}
	if (d->terminal)
		fputs("\r\033[K", stderr);
	if (!over && judged >= last_pane_us)
		tell_end(d, news.naive);
	return rc;
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

static enum eh_rc run(struct demo *d, struct eh_err *err)
{
	int64_t began = eh_time_steady_us();
	struct eh_cli_demo_user *users = NULL;
	size_t n = 0;
	enum eh_rc rc = open_store(d, err);

	if (rc == EH_OK)
		rc = load_history(d, err);
	if (rc == EH_OK && *d->stop == 0)
		rc = light_up(d, &users, &n, err);
	if (rc == EH_OK && *d->stop == 0)
		rc = begin_play(d, err);
	if (rc == EH_OK && *d->stop == 0)
		rc = print_light(d, users, n, (double)(eh_time_steady_us() - began) / 1e6, err);
	if (rc == EH_OK && *d->stop == 0)
		rc = play(d, err);
	return rc;
}

static enum eh_rc finish(struct demo *d, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cluster cluster;
	bool was_up, in_use;

	eh_cli_children_stop(&d->children);
	eh_player_close(d->player);
	eh_pg_close(d->source);
	eh_pg_close(d->store);
	enum eh_rc rc = eh_cluster_find(arena, d->settings.state, &cluster, err);
	if (rc == EH_OK)
		rc = eh_cluster_stop(&cluster, &was_up, &in_use, err);
	if (rc == EH_OK)
		printf("The demo has ended. Its store stays in %s until the next one.\n", d->settings.state);
	return rc;
}

static enum eh_rc read_speed(const char *text, int *rate, struct eh_err *err)
{
	char *end;
	double days = text != NULL ? strtod(text, &end) : 1;

	if (text != NULL && (end == text || *end != '\0' || !(days * 86400 >= 1) || days > 1000)) {
		(void)eh_fail(err, EH_BAD_INPUT, "--speed %s is no number of days", text);
		return eh_hint(err, "write it as 1 or 0.5 or 10, at most 1000");
	}
	*rate = (int)lround(days * 86400);
	return EH_OK;
}

int eh_cli_demo(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct demo d = {.arena = arena, .children = {.arena = arena}, .settings = *settings, .terminal = isatty(STDERR_FILENO) == 1};
	const char *speed = NULL;
	bool no_serve = false;
	const struct eh_cli_flag flags[] = {
		{"speed", &speed, NULL}, {"no-serve", NULL, &no_serve}, {"exit-at-end", NULL, &d.exit_at_end}, {0}};
	struct eh_err err, late;

	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, &err);
	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 0, 0, &err);
	if (rc == EH_OK)
		rc = read_speed(speed, &d.rate, &err);
	if (rc == EH_OK && settings->store != NULL)
		rc = eh_fail(&err, EH_BAD_INPUT, "the demo makes a store of its own, and `store` names another");
	d.stop = eh_cli_stop_on_signal();
	d.serve = !no_serve;
	d.settings.poll_interval_ms = settings->poll_interval_ms < 100 ? settings->poll_interval_ms : 100; /* a day is a second */
	if (rc == EH_OK)
		rc = eh_cli_demo_fresh(arena, settings->state, &d.folder, &err);
	if (rc != EH_OK)
		return eh_cli_failed(&err);
	d.settings.state = d.folder.path;
	rc = run(&d, &err);
	enum eh_rc ended = finish(&d, &late);
	if (rc == EH_OK && ended != EH_OK)
		return eh_cli_failed(&late);
	return rc == EH_OK ? 0 : eh_cli_failed(&err);
}
