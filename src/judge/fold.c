/*
 * fold.c - one close of one source: window, blocks, verdicts, alerts.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/fault.h"
#include "judge/inside.h"
#include "judge/lateness.h"
#include "judge/lookout.h"
#include "judge/matured.h"
#include "source/shape.h"
#include "stats/proportion.h"

#define NAIVE_P 0.05

struct eh_judge *eh_judge_new(struct eh_policies *policies, const struct eh_judge_sink *sink)
{
	struct eh_arena *home = eh_arena_new();
	struct eh_judge *judge = eh_arena_zalloc(home, 1, sizeof *judge);

	judge->home = home;
	judge->policies = policies;
	judge->sink = *sink;
	judge->sources_end = &judge->sources;
	return judge;
}

void eh_judge_set_sink(struct eh_judge *judge, const struct eh_judge_sink *sink)
{
	judge->sink = *sink;
}

void eh_judge_hush(struct eh_judge *judge)
{
	judge->hushed = true;
}

bool eh_judge_is_hushed(const struct eh_judge *judge)
{
	return judge->hushed;
}

static void free_source(struct eh_judge_source *source)
{
	eh_cube_free(source->window);
	eh_judge_free_spans(source); /* which have a table for every axis */
	eh_judge_axes_end(source);
	eh_judge_lateness_free(source->lateness);
	eh_judge_lookout_free(source->lookout);
	eh_judge_matured_free(source->matured);
}

static void free_alert(struct eh_judge_alert *alert)
{
	eh_judge_recovery_free(&alert->recovery);
	free(alert->folded);
}

void eh_judge_free(struct eh_judge *judge)
{
	if (judge == NULL)
		return;
	for (struct eh_judge_alert *a = judge->alerts; a != NULL; a = a->next)
		free_alert(a);
	for (struct eh_judge_alert *a = judge->shut; a != NULL; a = a->next)
		free_alert(a);
	for (struct eh_judge_source *s = judge->sources; s != NULL; s = s->next)
		free_source(s);
	free(judge->standing);
	free(judge->log_years);
	free(judge->marked);
	eh_arena_free(judge->home);
}

/* Before its first close a source stands under the version that is in effect since ever. */
static void take_genesis(struct eh_judge_source *s)
{
	const struct eh_policies_version *v =
		eh_policies_at(s->judge->policies, EH_POLICY_HOUSE, EH_POLICIES_ALWAYS, INT64_MAX);
	int64_t window_us[EH_JUDGE_WINDOWS_MAX];

	EH_ASSERT(v != NULL);
	s->in_force[EH_POLICY_HOUSE] = *v;
	eh_judge_keep_windows(s, window_us, eh_judge_windows(s, EH_POLICIES_ALWAYS, INT64_MAX, window_us));
}

static struct eh_judge_source *add_source(struct eh_judge *judge, int64_t source_id, const struct eh_map *map,
                                          struct eh_cube_names *names)
{
	static const enum eh_pane kinds[] = {[EH_MAP_PANE_HOUR] = EH_PANE_HOUR,
	                                     [EH_MAP_PANE_DAY] = EH_PANE_DAY,
	                                     [EH_MAP_PANE_WEEK] = EH_PANE_WEEK,
	                                     [EH_MAP_PANE_MONTH] = EH_PANE_MONTH};
	struct eh_judge_source *s = eh_arena_zalloc(judge->home, 1, sizeof *s);

	s->judge = judge;
	s->source_id = source_id;
	s->map = map;
	s->pane_kind = kinds[map->pane];
	s->shape = eh_source_shape(map);
	s->names = names != NULL ? names : eh_cube_names_new(judge->home, &s->shape);
	s->window = eh_cube_new(s->names);
	take_genesis(s);
	eh_judge_axes_begin(s);
	s->fault = eh_arena_zalloc(judge->home, EH_JUDGE_FAULTS, sizeof *s->fault);
	s->lateness = eh_judge_lateness_new(s->names, s->shape.attributes, eh_pane_per_year(s->pane_kind));
	s->lookout = eh_judge_lookout_new(judge->home, s);
	s->matured = eh_judge_matured_new(s);
	*judge->sources_end = s;
	judge->sources_end = &s->next;
	return s;
}

struct eh_judge_source *eh_judge_add_source(struct eh_judge *judge, int64_t source_id, const struct eh_map *map)
{
	return add_source(judge, source_id, map, NULL);
}

struct eh_judge_source *eh_judge_add_source_like(struct eh_judge *judge, const struct eh_judge_source *like)
{
	return add_source(judge, like->source_id, like->map, like->names);
}

const char *eh_judge_attribute_name(const struct eh_judge_source *source, const struct eh_judge_pair *pair)
{
	return eh_judge_axis_name(source->attribute[pair->attribute].axis);
}

const char *eh_judge_group_name(const struct eh_judge_source *source, const struct eh_judge_pair *pair)
{
	return eh_judge_axis_label(source->attribute[pair->attribute].axis, pair->group);
}

const char *eh_judge_reference_name(const struct eh_judge_source *source, const struct eh_judge_pair *pair)
{
	return eh_judge_axis_reference(source->attribute[pair->attribute].axis);
}

const char *eh_judge_part_name(const struct eh_judge_source *source, const struct eh_judge_pair *pair)
{
	return eh_judge_axis_part(source->attribute[pair->attribute].axis);
}

struct eh_judge_source *eh_judge_sources(const struct eh_judge *judge)
{
	return judge->sources;
}

const struct eh_judge_alert *eh_judge_alerts(const struct eh_judge *judge)
{
	return judge->alerts;
}

static struct eh_judge_pair *find_pair(const struct eh_judge_attribute *at, uint32_t group)
{
	for (uint32_t i = 0; i < at->pairs; i++)
		if (at->pair[i]->group == group)
			return at->pair[i];
	return NULL;
}

/* The pair of the whole book whose alert a part's findings fold into: of the attribute, which was folded before. */
static struct eh_judge_pair *book_of(const struct eh_judge_source *s, const struct eh_judge_attribute *at, uint32_t group)
{
	const struct eh_judge_axis_of *of = eh_judge_axis_is(at->axis);

	for (uint32_t a = 0; of->against != NULL && a < s->axes; a++) { /* one alert for the reference, against whomever */
		const struct eh_judge_axis_of *other = eh_judge_axis_is(s->attribute[a].axis);

		if (other->against != NULL && other->attribute == of->attribute && s->attribute[a].pairs > 0)
			return s->attribute[a].pair[0]->book;
	}
	return eh_judge_axis_is_part(at->axis) ? find_pair(&s->attribute[of->attribute], group) : NULL;
}

/* Along a turned axis the map's reference alone is protected, from the pane on that has the group it is held against:
 * that group's label may have been met live in a pane that is open still. */
static bool is_protected(const struct eh_judge_attribute *at, const struct eh_judge_table *pane, uint32_t group)
{
	const char *only = eh_judge_axis_only(at->axis);

	if (only != NULL && (at->reference == 0 || pane->by_group[at->reference].n == 0))
		return false;
	return group != at->reference && (only == NULL || strcmp(eh_judge_axis_label(at->axis, group), only) == 0);
}

/* A group counts from the close at which it was first seen; new ones join in the order of their labels. */
static void meet_groups(struct eh_judge_source *s, uint32_t a, const struct eh_judge_table *pane, int64_t from_us)
{
	struct eh_judge_attribute *at = &s->attribute[a];

	for (;;) {
		uint32_t best = 0;

		for (uint32_t g = 1; g < pane->groups; g++)
			if (pane->by_group[g].n > 0 && is_protected(at, pane, g) && find_pair(at, g) == NULL &&
			    (best == 0 ||
			     strcmp(eh_judge_axis_label(at->axis, g), eh_judge_axis_label(at->axis, best)) < 0))
				best = g;
		if (best == 0)
			return;
		at->pair = eh_xrealloc(at->pair, at->pairs + 1, sizeof(struct eh_judge_pair *));
		at->naive = eh_xrealloc(at->naive, at->pairs + 1, sizeof *at->naive);
		at->naive[at->pairs] = false;
		at->pair[at->pairs] = eh_judge_pair_new(NULL, a, best, at->projection != NULL, from_us,
		                                        eh_pane_per_year(s->pane_kind));
		at->pair[at->pairs]->reference = at->reference;
		if (eh_judge_axis_is_estimated(at->axis))
			eh_judge_pair_estimate(at->pair[at->pairs]);
		if (book_of(s, at, best) != NULL)
			eh_judge_pair_join(at->pair[at->pairs], book_of(s, at, best));
		eh_judge_enlist(s->judge, s, at->pair[at->pairs]);
		at->pairs++;
	}
}

/* Folds one cube (the pane, or what came late) into the blocks of an attribute's pairs.  What was taken off late is
 * taken off what came late only: the steps that were made with it stand, as closed verdicts do. */
static void fold_attribute(struct eh_judge_source *s, uint32_t a, const struct eh_cube *cube,
                           const struct eh_cube *taken, int64_t from_us, int64_t at_us, bool late)
{
	struct eh_judge_attribute *at = &s->attribute[a];
	uint32_t steps = 0;

	if (cube == NULL)
		return;
	eh_judge_axis_fill(at->axis, &at->pane, cube, taken, at->projection);
	at->reference = eh_judge_axis_find(at->axis, eh_judge_axis_reference(at->axis));
	meet_groups(s, a, &at->pane, from_us);
	for (uint32_t i = 0; i < at->pairs; i++)
		eh_judge_pair_close(at->pair[i], &at->pane, at->reference, from_us, at_us, late, &steps);
}

/* The rule that everybody would write first, counted beside ours: pooled z on the window, p < .05, at every close. */
static void count_naive(struct eh_judge_source *s, uint32_t a)
{
	struct eh_judge_attribute *at = &s->attribute[a];

	for (uint32_t i = 0; i < at->pairs; i++) {
		struct eh_judge_counts c = {.prot = at->window.by_group[at->pair[i]->group]};

		if (at->reference != 0)
			c.ref = at->window.by_group[at->reference];
		struct ehs_test z = ehs_z_pooled(eh_judge_natural(&c, EH_JUDGE_FAVOURABLE));
		bool alert = z.status == EHS_OK && z.p < NAIVE_P;
		if (alert && !at->naive[i])
			s->naive_alerts++;
		at->naive[i] = alert;
	}
}

static void count_day(struct eh_judge_source *s, const struct eh_judge_close *close)
{
	int64_t day_us = eh_pane_start(EH_PANE_DAY, close->last_pane_us);

	if (s->days == 0 || s->day[s->days - 1].day_us != day_us) {
		if (s->days == EH_JUDGE_DAYS) {
			memmove(s->day, s->day + 1, (EH_JUDGE_DAYS - 1) * sizeof s->day[0]);
			s->days--;
		}
		s->day[s->days++] = (struct eh_judge_day){.day_us = day_us};
	}
	struct eh_judge_day *day = &s->day[s->days - 1];
	day->n += eh_cube_n(close->pane);
	if (!close->history)
		day->live += eh_cube_n(close->pane);
	day->late += s->late_waiting;
	s->late_waiting = 0;
	for (uint32_t a = 0; a < s->shape.attributes; a++)
		day->missing[a] += s->attribute[a].pane.by_group[0].n;
}

static enum eh_rc tell_verdicts(struct eh_judge *judge, const struct eh_judge_source *s, struct eh_buf *lines,
                                struct eh_err *err)
{
	EH_BUF_AUTO line = {0};
	enum eh_rc rc = EH_OK;

	for (uint32_t a = 0; rc == EH_OK && a < s->axes; a++)
		for (uint32_t i = 0; rc == EH_OK && i < s->attribute[a].pairs; i++)
			for (int m = 0; rc == EH_OK && m < EH_JUDGE_OUTCOMES * EH_JUDGE_KINDS; m++) {
				const struct eh_judge_pair *pair = s->attribute[a].pair[i];
				int outcome = m / EH_JUDGE_KINDS, kind = m % EH_JUDGE_KINDS;

				if (!eh_judge_watches(judge, pair, outcome, kind))
					continue;
				eh_buf_reset(&line);
				eh_judge_verdict_line(s, pair, outcome, kind, &line);
				eh_buf_put(lines, line.data, line.len);
				eh_buf_putc(lines, '\n');
				if (judge->sink.verdict != NULL)
					rc = judge->sink.verdict(judge->sink.ctx, line.data, err);
			}
	return rc;
}

/* The steps of a close that saw decisions in its pane. */
static enum eh_rc judge_pane(struct eh_judge *judge, struct eh_judge_source *s, const struct eh_judge_close *close,
                             struct eh_buf *lines, struct eh_err *err)
{
	s->pane_start_us = close->last_pane_us;
	s->pane_end_us = eh_pane_next(s->pane_kind, close->last_pane_us);
	if (!s->any)
		s->naive_since_us = s->pane_start_us;
	s->any = true;
	s->panes++;
	count_day(s, close);
	if (!judge->hushed)
		eh_judge_show_windows(s, close->last_pane_us);
	for (uint32_t a = 0; !judge->hushed && a < s->shape.attributes; a++)
		count_naive(s, a);
	eh_judge_weigh(judge, s);
	enum eh_rc rc = judge->hushed ? EH_OK : tell_verdicts(judge, s, lines, err);
	return rc == EH_OK ? eh_judge_alert_step(judge, s, close, lines, err) : rc;
}

/* A correction takes one row off and puts one on: it is not late. */
static uint64_t late_rows(const struct eh_cube *late, const struct eh_cube *taken)
{
	uint64_t n = late != NULL ? eh_cube_n(late) : 0, less = taken != NULL ? eh_cube_n(taken) : 0;

	return n > less ? n - less : 0;
}

enum eh_rc eh_judge_fold(struct eh_judge *judge, struct eh_judge_source *s, const struct eh_judge_close *close,
                         struct eh_sha256 *digest, struct eh_err *err)
{
	EH_BUF_AUTO lines = {0};
	int64_t end_us = eh_pane_next(s->pane_kind, close->last_pane_us);
	bool seen = close->pane != NULL && eh_cube_n(close->pane) > 0;

	bool changed = eh_judge_take_versions(s, close);
	eh_judge_axes_follow(s, changed);
	enum eh_rc rc = judge->hushed ? EH_OK : eh_judge_move_windows(s, close, err);
	if (rc != EH_OK)
		return rc;
	if (changed && s->any && !judge->hushed)
		eh_judge_show_windows(s, close->last_pane_us);
	s->late_waiting += late_rows(close->late, close->late_taken) + late_rows(close->older, close->older_taken);
	for (uint32_t a = 0; a < s->axes; a++) {
		fold_attribute(s, a, close->older, close->older_taken, close->older_from_us, end_us, true);
		fold_attribute(s, a, close->late, close->late_taken, close->late_from_us, end_us, true);
		fold_attribute(s, a, seen ? close->pane : NULL, NULL, close->last_pane_us, end_us, false);
		for (uint32_t i = 0; i < s->attribute[a].pairs; i++)
			eh_judge_pair_calendar(s->attribute[a].pair[i], end_us);
	}
	if (seen)
		rc = judge_pane(judge, s, close, &lines, err);
	*digest = eh_sha256_of(lines.len > 0 ? lines.data : "", lines.len);
	return rc == EH_OK && !judge->hushed ? eh_judge_notice(judge, s, close, err) : rc;
}

void eh_judge_late(struct eh_judge_source *source, int64_t pane_us, const struct eh_cube *late, const struct eh_cube *taken)
{
	eh_judge_lateness_late(source->lateness, pane_us, late, taken);
	eh_judge_matured_add(source->matured, pane_us, late, taken);
}
