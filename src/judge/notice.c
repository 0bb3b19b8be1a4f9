/*
 * notice.c - the faults that a close shows, told one by one: what the look-outs found, what matured, how lateness hangs
 * on the decision, what the map does not know.
 */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/fault.h"
#include "judge/inside.h"
#include "judge/lateness.h"
#include "judge/lookout.h"
#include "judge/matured.h"

#define FINDINGS 8 /* told in one sentence; all are in the facts */

/* ---- lateness and the decision ---- */

static void tell_late_share(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	const struct eh_judge_source *s = ctx;
	struct eh_judge_late_finding found[EH_MAP_PROTECTED_MAX * FINDINGS];
	size_t n = eh_judge_lateness_findings(s->lateness, s->closed_us, found, sizeof found / sizeof *found);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct eh_judge_late_finding *f = &found[i];
		const char *label = eh_cube_group_label(s->names, f->attribute, f->group), *name = s->map->protect[f->attribute].name;

		json_array_append_new(list, json_pack("{s:s,s:s,s:I,s:I,s:I,s:I}", "attribute", name, "group", label, "favourable",
		                                      (json_int_t)f->favourable.n, "favourable_late", (json_int_t)f->favourable.x,
		                                      "adverse", (json_int_t)f->adverse.n, "adverse_late",
		                                      (json_int_t)f->adverse.x));
		if (i < FINDINGS)
			eh_buf_printf(sentence,
			              "For %s (%s), %llu of %llu favourable decisions came after their pane was closed, and %llu of %llu "
			              "adverse ones. ",
			              label, name, (unsigned long long)f->favourable.x, (unsigned long long)f->favourable.n,
			              (unsigned long long)f->adverse.x, (unsigned long long)f->adverse.n);
	}
	json_object_set_new(facts, "groups", list);
	eh_buf_puts(sentence, active ? "Where lateness hangs on the decision, blocks of late rows are not fair evidence."
	                             : "For 30 days no group showed that lateness hangs on the decision.");
}

/* ---- values that the map does not know ---- */

static bool is_mapped(const struct eh_map_protected *p, const char *label)
{
	for (size_t i = 0; i < p->labels_n; i++)
		if (strcmp(p->labels[i], label) == 0)
			return true;
	for (size_t i = 0; i < p->groups_n; i++) /* a value that was mapped later keeps its own name in older panes */
		if (strlen(label) == p->groups[i].value_len && memcmp(p->groups[i].value, label, p->groups[i].value_len) == 0)
			return true;
	return false;
}

static int64_t first_seen(const struct eh_judge_attribute *at, uint32_t group)
{
	for (uint32_t i = 0; i < at->pairs; i++)
		if (at->pair[i]->group == group)
			return at->pair[i]->first_us;
	return INT64_MIN;
}

void eh_judge_unmapped(const struct eh_judge_source *s, uint32_t a,
                       void (*visit)(void *ctx, const char *value, uint64_t n, int64_t since_us), void *ctx)
{
	const struct eh_judge_attribute *at = &s->attribute[a];
	const char *last = NULL;

	if (s->map->protect[a].groups_n == 0)
		return;
	for (;;) {
		uint32_t next = 0;
		const char *best = NULL;

		for (uint32_t g = 1; g < at->window.groups; g++) {
			const char *label = eh_cube_group_label(s->names, a, g);

			if (at->window.by_group[g].n > 0 && !is_mapped(&s->map->protect[a], label) &&
			    (last == NULL || strcmp(label, last) > 0) && (best == NULL || strcmp(label, best) < 0)) {
				next = g;
				best = label;
			}
		}
		if (best == NULL)
			return;
		visit(ctx, best, at->window.by_group[next].n, first_seen(at, next));
		last = best;
	}
}

struct unmapped {
	const char *attribute;
	struct eh_buf *sentence;
	json_t *list;
	size_t n;
};

static bool any_unmapped(const struct eh_judge_source *s)
{
	for (uint32_t a = 0; a < s->shape.attributes; a++) {
		const struct eh_judge_table *window = &s->attribute[a].window;

		for (uint32_t g = 1; s->map->protect[a].groups_n > 0 && g < window->groups; g++)
			if (window->by_group[g].n > 0 && !is_mapped(&s->map->protect[a], eh_cube_group_label(s->names, a, g)))
				return true;
	}
	return false;
}

static void tell_one(void *ctx, const char *value, uint64_t n, int64_t since_us)
{
	struct unmapped *u = ctx;
	char since[EH_TIME_TEXT] = "";

	if (since_us != INT64_MIN)
		eh_time_format(since_us, since);
	json_array_append_new(u->list, json_pack("{s:s,s:s,s:I,s:s?}", "attribute", u->attribute, "value", value, "n", (json_int_t)n,
	                                         "since", since_us != INT64_MIN ? since : NULL));
	if (u->n++ < FINDINGS)
		eh_buf_printf(u->sentence, "%s holds the value \"%s\", which the map gives no group (%llu decisions in the window). ",
		              u->attribute, value, (unsigned long long)n);
}

static void tell_unmapped(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	const struct eh_judge_source *s = ctx;
	struct unmapped u = {.sentence = sentence, .list = json_array()};

	for (uint32_t a = 0; a < s->shape.attributes; a++) {
		u.attribute = s->map->protect[a].name;
		eh_judge_unmapped(s, a, tell_one, &u);
	}
	json_object_set_new(facts, "values", u.list);
	eh_buf_puts(sentence, active ? "Each is watched as a group of its own until it is mapped."
	                             : "No value in the window is without a group any longer.");
}

/* ---- a close ---- */

/* What a look that has ended showed.  In history its end is T; live it is told at the close that ended it. */
static enum eh_rc tell_look(struct eh_judge *judge, struct eh_judge_source *s, const struct eh_judge_close *close,
                            int64_t look_end_us, struct eh_err *err)
{
	static const enum eh_judge_fault_kind kinds[] = {
		EH_JUDGE_FAULT_MISSING, EH_JUDGE_FAULT_MISSING_SIDE, EH_JUDGE_FAULT_VOLUME,  EH_JUDGE_FAULT_LATE_ROWS,
		EH_JUDGE_FAULT_GROUP,   EH_JUDGE_FAULT_VALUE,        EH_JUDGE_FAULT_ROUTING, EH_JUDGE_FAULT_COVERAGE};
	struct eh_judge_fault_when when = {
		.at_us = close->history ? look_end_us : close->clock_us, .pane_end_us = look_end_us, .history = close->history};
	enum eh_rc rc = EH_OK;

	for (size_t i = 0; rc == EH_OK && i < sizeof kinds / sizeof kinds[0]; i++) {
		when.more = s->lookout->fresh[kinds[i]];
		rc = eh_judge_fault_take(judge, s, kinds[i], s->lookout->is[kinds[i]], &when, eh_judge_lookout_words(kinds[i]), s, err);
	}
	return rc;
}

static enum eh_rc tell_months(struct eh_judge *judge, struct eh_judge_source *s, const struct eh_judge_close *close,
                              int64_t end_us, struct eh_err *err)
{
	const struct eh_judge_matured_state *m = eh_judge_matured_state(s->matured);
	const struct eh_judge_jump *const jump[] = {&m->rose, &m->fell, &m->unknown};
	enum eh_rc rc = EH_OK;
	int64_t due_us;

	while (rc == EH_OK && eh_judge_matured_next(s->matured, end_us, &due_us)) {
		struct eh_judge_fault_when when = {
			.at_us = close->history ? due_us : close->clock_us, .pane_end_us = due_us, .history = close->history};
		bool is = false;

		for (int i = 0; i < 3; i++) {
			is |= jump[i]->is;
			when.more |= jump[i]->fresh;
			if (jump[i]->is && when.onset_us == 0)
				when.onset_us = jump[i]->since_us;
		}
		rc = eh_judge_fault_take(judge, s, EH_JUDGE_FAULT_BASE_RATE, is, &when, eh_judge_matured_words, s, err);
	}
	return rc;
}

enum eh_rc eh_judge_notice(struct eh_judge *judge, struct eh_judge_source *s, const struct eh_judge_close *close,
                           struct eh_err *err)
{
	struct eh_judge_late_finding one;
	int64_t end_us = eh_pane_next(s->pane_kind, close->last_pane_us), look_end_us;
	struct eh_judge_fault_when when = {.at_us = close->clock_us, .pane_end_us = end_us, .history = close->history};
	enum eh_rc rc = EH_OK;

	s->closed_us = end_us;
	if (!close->history && close->pane != NULL)
		eh_judge_lateness_pane(s->lateness, close->last_pane_us, close->pane);
	eh_judge_lateness_settle(s->lateness, close->last_pane_us - EH_DAY_US + 1, end_us);
	eh_judge_lookout_add(s->lookout, close);
	if (close->pane != NULL)
		eh_judge_matured_add(s->matured, close->last_pane_us, close->pane, NULL);
	while (rc == EH_OK && eh_judge_lookout_next(s->lookout, end_us, &look_end_us))
		rc = tell_look(judge, s, close, look_end_us, err);
	if (rc == EH_OK)
		rc = tell_months(judge, s, close, end_us, err);
	if (rc == EH_OK)
		rc = eh_judge_fault_take(judge, s, EH_JUDGE_FAULT_LATE_SHARE,
		                         eh_judge_lateness_findings(s->lateness, end_us, &one, 1) > 0, &when, tell_late_share, s, err);
	return rc == EH_OK ? eh_judge_fault_take(judge, s, EH_JUDGE_FAULT_UNMAPPED, any_unmapped(s), &when, tell_unmapped, s, err)
	                   : rc;
}
