/*
 * month.c - the regulator's table: calendar months, which do not overlap, so that no
 * cell can be had by subtracting one window from another.
 */
#include <string.h>

#include "base/time.h"
#include "judge/rows.h"
#include "judge/sql.h"
#include "judge/suppress.h"

#define MISSING "(not recorded)"

struct sum {
	struct eh_cube *cube;
	struct eh_err err;
	enum eh_rc rc;
};

static void add_pane(void *ctx, int64_t pane_us, const struct eh_cube *pane)
{
	struct sum *sum = ctx;

	(void)pane_us;
	if (sum->rc == EH_OK)
		sum->rc = eh_cube_merge(sum->cube, pane, &sum->err);
}

static void keep_rows(struct eh_judge_writer *w, const struct eh_judge_source *s, const struct eh_cube *cube,
                      uint32_t a, const char *month)
{
	uint32_t groups = eh_cube_groups(s->names, a) + 1;
	struct eh_cube_count *count = eh_arena_zalloc(w->tick, groups, sizeof *count);
	struct eh_suppress_row *rows = eh_arena_zalloc(w->tick, groups, sizeof *rows);

	eh_cube_by_group(cube, a, count);
	for (uint32_t g = 0; g < groups; g++)
		rows[g] = (struct eh_suppress_row){.n = count[g].n, .adverse = count[g].n - count[g].favourable};
	eh_suppress(rows, groups, EH_SUPPRESS_K);
	for (uint32_t g = 0; g < groups; g++) {
		struct eh_judge_kept_month *m;

		if (rows[g].n == 0)
			continue;
		m = eh_arena_zalloc(w->tick, 1, sizeof *m);
		*m = (struct eh_judge_kept_month){.source_id = s->source_id,
		                                  .month = month,
		                                  .attribute = s->map->protect[a].name,
		                                  .group = g == 0 ? MISSING : eh_cube_group_label(s->names, a, g),
		                                  .n = rows[g].n,
		                                  .adverse = rows[g].adverse,
		                                  .hidden = rows[g].hidden,
		                                  .place = SIZE_MAX};
		*w->months_end = m;
		w->months_end = &m->next;
	}
}

static enum eh_rc add_month(struct eh_judge_writer *w, struct eh_judge_feed *feed, int64_t begins, const char *month,
                            int64_t included, struct eh_err *err)
{
	struct eh_judge_source *s = feed->source;
	struct sum sum = {.cube = eh_cube_new(s->names), .rc = EH_OK};
	enum eh_rc rc = eh_judge_store_walk(w->store, feed, begins, eh_pane_next(EH_PANE_MONTH, begins) - 1, included,
	                                    add_pane, &sum, err);

	if (rc == EH_OK && sum.rc != EH_OK) {
		*err = sum.err;
		rc = sum.rc;
	}
	for (uint32_t a = 0; rc == EH_OK && a < s->shape.attributes; a++)
		keep_rows(w, s, sum.cube, a, eh_arena_strdup(w->tick, month));
	eh_cube_free(sum.cube);
	return rc;
}

enum eh_rc eh_judge_row_month(struct eh_judge_writer *w, struct eh_judge_feed *feed, const struct eh_judge_step *step,
                              struct eh_err *err)
{
	struct eh_judge_source *s = feed->source;
	int64_t opens = eh_pane_start(EH_PANE_MONTH, eh_pane_next(s->pane_kind, step->last_pane_us));
	char text[EH_TIME_TEXT];

	if (!s->any || opens == eh_pane_start(EH_PANE_MONTH, s->pane_start_us) || s->pane_kind == EH_PANE_WEEK)
		return EH_OK; /* weeks do not fit into months */
	int64_t begins = eh_pane_start(EH_PANE_MONTH, s->pane_start_us), known = 0;
	if (begins <= feed->month_us)
		return EH_OK;
	struct eh_pg_args args = {0};
	eh_time_format(begins, text);
	text[10] = '\0';
	eh_pg_arg_int8(&args, s->source_id);
	eh_pg_arg_text(&args, text);
	enum eh_rc rc = eh_pg_query_int8(w->store->pg, &eh_sql_judge_read_month, &args, &known, err);
	if (rc == EH_OK)
		feed->month_us = begins;
	return rc == EH_OK && known == 0 ? add_month(w, feed, begins, text, step->included, err) : rc;
}
