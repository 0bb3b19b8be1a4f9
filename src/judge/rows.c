/*
 * rows.c - the statements behind write.c.
 */
#include "judge/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "judge/display.h"
#include "judge/packs.h"
#include "judge/sql.h"
#include "judge/tell.h"

static struct eh_judge_kept_point *point_of(struct eh_judge_writer *w, const struct eh_judge_source *s,
                                            const struct eh_judge_pair *pair, int outcome, int kind)
{
	struct eh_judge_kept_point *p = eh_arena_zalloc(w->tick, 1, sizeof *p);
	EH_JSON_AUTO battery = eh_judge_battery(s, pair, outcome, kind);
	EH_BUF_AUTO key = {0};
	EH_BUF_AUTO line = {0};
	char *text = json_dumps(battery, JSON_COMPACT);

	eh_judge_monitor_key(s, pair, outcome, kind, &key);
	eh_judge_verdict_line(s, pair, outcome, kind, &line);
	*p = (struct eh_judge_kept_point){.source_id = s->source_id,
	                                  .pane_us = s->pane_start_us,
	                                  .monitor = eh_arena_strdup(w->tick, key.data),
	                                  .verdict = eh_arena_strdup(w->tick, line.data),
	                                  .battery = eh_arena_strdup(w->tick, text)};
	free(text);
	return p;
}

static enum eh_rc write_closes(struct eh_judge_writer *w, int64_t first, struct eh_err *err)
{
	enum { COLUMNS = 7 };
	size_t n = 0;
	struct eh_pg_args args = {0};
	int64_t *column[COLUMNS + 1];
	struct eh_pg_bytes *digest;

	for (const struct eh_judge_kept_close *c = w->closes; c != NULL; c = c->next)
		n++;
	if (n == 0)
		return EH_OK;
	for (int i = 0; i <= COLUMNS; i++)
		column[i] = eh_arena_zalloc(w->tick, n, sizeof *column[i]);
	digest = eh_arena_zalloc(w->tick, n, sizeof *digest);
	n = 0;
	for (const struct eh_judge_kept_close *c = w->closes; c != NULL; c = c->next, n++) {
		const int64_t value[COLUMNS + 1] = {
			c->feed->source->source_id, c->step.first_pane_us,     c->step.last_pane_us, c->step.clock_us,
			c->step.included,           first + (int64_t)c->place, (int64_t)c->step.n,   c->step.history};

		for (int i = 0; i <= COLUMNS; i++)
			column[i][n] = value[i];
		digest[n] = (struct eh_pg_bytes){c->step.digest.bytes, EH_SHA256_BYTES};
		if (c->step.n > 0)
			c->feed->last_leaf = first + (int64_t)c->place;
	}
	for (int i = 0; i < COLUMNS; i++)
		eh_pg_arg_int8_array(&args, w->tick, column[i], n);
	eh_pg_arg_bytea_array(&args, w->tick, digest, n);
	eh_pg_arg_int8_array(&args, w->tick, column[COLUMNS], n);
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_close, &args, NULL, err);
}

/* A list of points in one statement; `first` gives its leaf to those that have none yet. */
static enum eh_rc write_list(struct eh_judge_writer *w, const struct eh_pg_sql *sql,
                             const struct eh_judge_kept_point *list, int64_t first, struct eh_err *err)
{
	size_t n = 0, i = 0;
	struct eh_pg_args args = {0};

	for (const struct eh_judge_kept_point *p = list; p != NULL; p = p->next)
		n++;
	if (n == 0)
		return EH_OK;
	int64_t *source = eh_arena_zalloc(w->tick, n, sizeof *source),
		*pane = eh_arena_zalloc(w->tick, n, sizeof *pane);
	int64_t *leaf = eh_arena_zalloc(w->tick, n, sizeof *leaf);
	const char **monitor = eh_arena_zalloc(w->tick, n, sizeof *monitor),
		   **verdict = eh_arena_zalloc(w->tick, n, sizeof *verdict);
	const char **battery = eh_arena_zalloc(w->tick, n, sizeof *battery);
	for (const struct eh_judge_kept_point *p = list; p != NULL; p = p->next, i++) {
		source[i] = p->source_id;
		monitor[i] = p->monitor;
		pane[i] = p->pane_us;
		leaf[i] = p->in_this ? first + (int64_t)p->place : p->leaf_index;
		verdict[i] = p->verdict;
		battery[i] = p->battery;
	}
	eh_pg_arg_int8_array(&args, w->tick, source, n);
	eh_pg_arg_text_array(&args, w->tick, monitor, n);
	eh_pg_arg_int8_array(&args, w->tick, pane, n);
	eh_pg_arg_int8_array(&args, w->tick, leaf, n);
	eh_pg_arg_text_array(&args, w->tick, verdict, n);
	eh_pg_arg_text_array(&args, w->tick, battery, n);
	return eh_pg_run(w->store->pg, sql, &args, NULL, err);
}

/* The points of every monitor of a source as it stands now. */
static struct eh_judge_kept_point *list_points(struct eh_judge_writer *w, const struct eh_judge_feed *feed)
{
	const struct eh_judge_source *s = feed->source;
	struct eh_judge_kept_point *list = NULL, **end = &list;

	for (uint32_t a = 0; a < s->axes; a++)
		for (uint32_t i = 0; i < s->attribute[a].pairs; i++)
			for (int m = 0; m < EH_JUDGE_OUTCOMES * EH_JUDGE_KINDS; m++) {
				const struct eh_judge_pair *pair = s->attribute[a].pair[i];

				if (!eh_judge_watches(w->store->judge, pair, m / EH_JUDGE_KINDS, m % EH_JUDGE_KINDS))
					continue;
				*end = point_of(w, s, pair, m / EH_JUDGE_KINDS, m % EH_JUDGE_KINDS);
				(*end)->leaf_index = feed->last_leaf;
				end = &(*end)->next;
			}
	return list;
}

void eh_judge_row_points(struct eh_judge_writer *w, const struct eh_judge_feed *feed)
{
	*w->points_end = list_points(w, feed);
	for (struct eh_judge_kept_point *p = *w->points_end; p != NULL; p = p->next) {
		p->place = w->last_place;
		p->in_this = w->last_in_this == feed;
		w->points_end = &p->next;
	}
}

/* The state after the last close of each source that this transaction moved. */
static enum eh_rc write_latest(struct eh_judge_writer *w, const struct eh_judge_feed *feed, struct eh_err *err)
{
	const struct eh_judge_source *s = feed->source;
	enum eh_rc rc = write_list(w, &eh_sql_judge_write_latest, list_points(w, feed), 0, err);

	if (rc != EH_OK)
		return rc;
	EH_JSON_AUTO figures = eh_judge_figures(s);
	if (feed->outcomes != NULL) /* until they are reckoned anew */
		json_object_set(figures, "outcomes", feed->outcomes);
	char *text = json_dumps(figures, JSON_COMPACT);
	struct eh_pg_args args = {0};
	eh_pg_arg_int8(&args, s->source_id);
	eh_pg_arg_int8(&args, s->pane_start_us);
	eh_pg_arg_int8(&args, feed->last_leaf);
	eh_pg_arg_text(&args, text);
	rc = eh_pg_run(w->store->pg, &eh_sql_judge_write_source_latest, &args, NULL, err);
	free(text);
	return rc;
}

static enum eh_rc write_all_latest(struct eh_judge_writer *w, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (const struct eh_judge_feed *f = w->store->feeds; rc == EH_OK && f != NULL; f = f->next) {
		bool moved = false;

		for (const struct eh_judge_kept_close *c = w->closes; c != NULL && !moved; c = c->next)
			moved = c->feed == f && c->step.n > 0;
		if (moved)
			rc = write_latest(w, f, err);
	}
	return rc;
}

static void arg_instant(struct eh_pg_args *args, int64_t us)
{
	if (us == INT64_MIN)
		eh_pg_arg_null(args);
	else
		eh_pg_arg_int8(args, us);
}

static enum eh_rc write_alert(struct eh_judge_writer *w, const struct eh_judge_kept_step *s, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, s->alert_id);
	eh_pg_arg_int8(&args, s->source_id);
	eh_pg_arg_text(&args, s->kind);
	eh_pg_arg_text(&args, s->attribute);
	eh_pg_arg_text(&args, s->group);
	eh_pg_arg_text(&args, s->history ? "history" : "live");
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_alert, &args, NULL, err);
}

static enum eh_rc write_evidence(struct eh_judge_writer *w, const struct eh_judge_kept_step *s, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_bytea(&args, s->evidence_sha256.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, s->evidence);
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_evidence, &args, NULL, err);
}

static enum eh_rc write_step(struct eh_judge_writer *w, const struct eh_judge_kept_step *s, int64_t first,
                             struct eh_err *err)
{
	struct eh_pg_args args = {0};
	enum eh_rc rc = s->step_no == 1 ? write_alert(w, s, err) : EH_OK;

	if (rc == EH_OK && s->evidence != NULL)
		rc = write_evidence(w, s, err);
	if (rc != EH_OK)
		return rc;
	eh_pg_arg_text(&args, s->alert_id);
	eh_pg_arg_int8(&args, s->step_no);
	eh_pg_arg_text(&args, s->event);
	eh_pg_arg_text(&args, s->from);
	eh_pg_arg_text(&args, s->to);
	eh_pg_arg_text(&args, s->page ? "page" : "review");
	eh_pg_arg_int8(&args, s->at_us);
	arg_instant(&args, s->pane_end_us);
	arg_instant(&args, s->onset_us);
	eh_pg_arg_text(&args, s->actor);
	eh_pg_arg_text(&args, s->second);
	eh_pg_arg_text(&args, s->reason);
	eh_pg_arg_bytea(&args, s->evidence_sha256.bytes, EH_SHA256_BYTES);
	eh_pg_arg_bytea(&args, s->policy_sha256.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, s->body);
	eh_pg_arg_int8(&args, first + (int64_t)s->place);
	rc = eh_pg_run(w->store->pg, &eh_sql_judge_write_step, &args, NULL, err);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("judge.before_outbox", err);
	return rc == EH_OK && !s->history ? eh_judge_tell_step(w, s, err) : rc;
}

static enum eh_rc write_month(struct eh_judge_writer *w, const struct eh_judge_kept_month *m, int64_t first,
                              struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, m->source_id);
	eh_pg_arg_text(&args, m->month);
	eh_pg_arg_text(&args, m->attribute);
	eh_pg_arg_text(&args, m->group);
	arg_instant(&args, m->hidden ? INT64_MIN : (int64_t)m->n);
	arg_instant(&args, m->hidden ? INT64_MIN : (int64_t)m->adverse);
	eh_pg_arg_bool(&args, m->hidden);
	eh_pg_arg_int8(&args, first + (int64_t)m->place);
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_month, &args, NULL, err);
}

enum eh_rc eh_judge_rows_write(struct eh_judge_writer *w, int64_t first, struct eh_err *err)
{
	enum eh_rc rc =
		write_list(w, &eh_sql_judge_write_points, w->points, first, err); /* before last_leaf moves on */

	if (rc == EH_OK)
		rc = write_closes(w, first, err);
	for (const struct eh_judge_kept_step *s = w->steps; rc == EH_OK && s != NULL; s = s->next)
		rc = write_step(w, s, first, err);
	for (const struct eh_judge_kept_month *m = w->months; rc == EH_OK && m != NULL; m = m->next)
		rc = write_month(w, m, first, err);
	if (rc == EH_OK)
		rc = eh_judge_packs_write(w, first, err);
	if (rc == EH_OK)
		rc = eh_judge_changes_write(w, first, err);
	return rc == EH_OK ? write_all_latest(w, err) : rc;
}
