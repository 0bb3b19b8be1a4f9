/*
 * notice.c - the faults that a close shows: what is missing, how much came, what came late, what the map does not know.
 *
 * Each has two lines, one at which it begins and a lower one at which it ends, so
 * that it does not come and go with every close.  A share has to rise by points of
 * a hundred, and by more than chance does once in a million looks: with much data
 * the first line rules, with little the second.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/fault.h"
#include "judge/inside.h"
#include "judge/lateness.h"
#include "stats/exact.h"

#define RECENT_DAYS 7
#define BEFORE_DAYS 30
#define CHANCE 1e-6
#define LEAST_ROWS 30 /* that lack a label, or came late */
#define MISSING_BEGINS .02
#define MISSING_ENDS .01
#define LATE_BEGINS .05
#define LATE_ENDS .02
#define WEEKS 4        /* the same weekdays that a day is compared with */
#define LEAST_USUAL 50 /* decisions of such a day; with fewer a day may be anything */
#define VOLUME_BEGINS 2.0
#define VOLUME_ENDS 1.5
#define FINDINGS 8 /* told in one sentence; all are in the facts */

/* Attribute -1: what came late. */
static struct eh_judge_rise look_back(const struct eh_judge_source *s, int attribute)
{
	struct eh_judge_rise r = {0};
	int64_t now = s->days > 0 ? s->day[s->days - 1].day_us + EH_DAY_US : 0;

	for (uint32_t i = 0; i < s->days; i++) {
		const struct eh_judge_day *d = &s->day[i];
		bool recent = d->day_us >= now - RECENT_DAYS * EH_DAY_US;

		if (d->day_us < now - (RECENT_DAYS + BEFORE_DAYS) * EH_DAY_US)
			continue;
		*(recent ? &r.recent_n : &r.before_n) += attribute < 0 ? d->live + d->late : d->n;
		*(recent ? &r.recent_x : &r.before_x) += attribute < 0 ? d->late : d->missing[attribute];
	}
	return r;
}

double eh_judge_share(uint64_t x, uint64_t n)
{
	return n > 0 ? (double)x / (double)n : 0;
}

bool eh_judge_has_risen(const struct eh_judge_rise *r, bool already, double begins, double ends)
{
	double by = eh_judge_share(r->recent_x, r->recent_n) - eh_judge_share(r->before_x, r->before_n);

	if (r->recent_n == 0 || r->before_n == 0)
		return false;
	if (already)
		return by >= ends;
	return by >= begins && r->recent_x >= LEAST_ROWS &&
	       ehs_fisher((struct ehs_2x2){.prot = {.n = r->recent_n, .x = r->recent_x},
	                                   .ref = {.n = r->before_n, .x = r->before_x}})
	                       .p_greater < CHANCE;
}

static json_t *rise_facts(const struct eh_judge_rise *r)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:i,s:i}", "n", (json_int_t)r->recent_n, "count", (json_int_t)r->recent_x, "n_before",
	                 (json_int_t)r->before_n, "count_before", (json_int_t)r->before_x, "days", RECENT_DAYS, "days_before",
	                 BEFORE_DAYS);
}

static void put_rise(struct eh_buf *out, const struct eh_judge_rise *r)
{
	eh_buf_printf(out, "in %.1f of 100 decisions of the last %d days, against %.1f in the %d days before",
	              100 * eh_judge_share(r->recent_x, r->recent_n), RECENT_DAYS, 100 * eh_judge_share(r->before_x, r->before_n), BEFORE_DAYS);
}

/* ---- missing labels ---- */

static void tell_missing(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	const struct eh_judge_source *s = ctx;
	json_t *list = json_array();

	for (uint32_t a = 0; a < s->shape.attributes; a++) {
		struct eh_judge_rise r = look_back(s, (int)a);
		json_t *fact = rise_facts(&r);

		json_object_set_new(fact, "attribute", json_string(s->map->protect[a].name));
		json_array_append_new(list, fact);
		if (!s->lacking[a])
			continue;
		eh_buf_printf(sentence, "%s is missing ", s->map->protect[a].name);
		put_rise(sentence, &r);
		eh_buf_puts(sentence, ". They are in no group and in no ratio. ");
	}
	json_object_set_new(facts, "attributes", list);
	if (!active)
		eh_buf_puts(sentence, "Labels are no longer missing more often than in the 30 days before. ");
	sentence->data[--sentence->len] = '\0';
}

static bool labels_are_missing(struct eh_judge_source *s)
{
	bool any = false;

	for (uint32_t a = 0; a < s->shape.attributes; a++) {
		struct eh_judge_rise r = look_back(s, (int)a);

		s->lacking[a] = eh_judge_has_risen(&r, s->lacking[a], MISSING_BEGINS, MISSING_ENDS);
		any |= s->lacking[a];
	}
	return any;
}

/* ---- late rows ---- */

static void tell_late_rows(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	struct eh_judge_rise r = look_back(ctx, -1);
	json_t *fact = rise_facts(&r);

	json_object_update(facts, fact);
	json_decref(fact);
	if (!active) {
		eh_buf_puts(sentence, "Rows no longer come late more often than in the 30 days before.");
		return;
	}
	eh_buf_puts(sentence, "Rows came after their pane was closed ");
	put_rise(sentence, &r);
	eh_buf_puts(sentence, ".");
}

/* ---- volume ---- */

static uint64_t day_n(const struct eh_judge_source *s, int64_t day_us)
{
	for (uint32_t i = 0; i < s->days; i++)
		if (s->day[i].day_us == day_us)
			return s->day[i].n;
	return 0;
}

static int by_count(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Between the two in the middle of the same weekday of four weeks; 0 where the source is not that old. */
static uint64_t usual_n(const struct eh_judge_source *s, int64_t day_us)
{
	uint64_t n[WEEKS];

	if (s->days == 0 || s->day[0].day_us > day_us - WEEKS * 7 * EH_DAY_US)
		return 0;
	for (int i = 0; i < WEEKS; i++)
		n[i] = day_n(s, day_us - (i + 1) * 7 * EH_DAY_US);
	qsort(n, WEEKS, sizeof *n, by_count);
	return (n[1] + n[2]) / 2;
}

static void tell_volume(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	const struct eh_judge_source *s = ctx;
	uint64_t n = day_n(s, s->volume_day_us), usual = usual_n(s, s->volume_day_us);
	char day[EH_TIME_TEXT];

	eh_time_format(s->volume_day_us, day);
	json_object_set_new(facts, "day", json_stringn(day, 10));
	json_object_set_new(facts, "n", json_integer((json_int_t)n));
	json_object_set_new(facts, "usual", json_integer((json_int_t)usual));
	eh_buf_printf(sentence, "On %.10s there were %llu decisions; on the same weekday of the four weeks before there were about %llu.",
	              day, (unsigned long long)n, (unsigned long long)usual);
	if (!active)
		eh_buf_puts(sentence, " That is within the usual again.");
}

/* The last whole day, once, at the first close of a later one. */
static bool volume_is_off(struct eh_judge_source *s, const struct eh_judge_close *close)
{
	int64_t day_us = eh_pane_start(EH_PANE_DAY, close->last_pane_us) - EH_DAY_US;

	if (day_us == s->volume_day_us || s->pane_kind == EH_PANE_WEEK || s->pane_kind == EH_PANE_MONTH)
		return s->volume_off;
	s->volume_day_us = day_us;
	double n = (double)day_n(s, day_us), usual = (double)usual_n(s, day_us);
	double line = s->volume_off ? VOLUME_ENDS : VOLUME_BEGINS;
	if (usual < LEAST_USUAL)
		return false;
	return n > usual * line || n < usual / line;
}

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

enum eh_rc eh_judge_notice(struct eh_judge *judge, struct eh_judge_source *s, const struct eh_judge_close *close,
                           struct eh_err *err)
{
	struct eh_judge_late_finding one;
	int64_t end_us = eh_pane_next(s->pane_kind, close->last_pane_us);
	struct eh_judge_fault_when when = {.at_us = close->clock_us, .pane_end_us = end_us, .history = close->history};
	struct eh_judge_rise late = look_back(s, -1);

	s->closed_us = end_us;
	if (!close->history && close->pane != NULL)
		eh_judge_lateness_pane(s->lateness, close->last_pane_us, close->pane);
	eh_judge_lateness_settle(s->lateness, close->last_pane_us - EH_DAY_US + 1, end_us);
	s->late_risen = eh_judge_has_risen(&late, s->late_risen, LATE_BEGINS, LATE_ENDS);
	s->volume_off = volume_is_off(s, close);
	enum eh_rc rc = eh_judge_fault_take(judge, s, EH_JUDGE_FAULT_MISSING, labels_are_missing(s), &when, tell_missing, s, err);
	if (rc == EH_OK)
		rc = eh_judge_fault_take(judge, s, EH_JUDGE_FAULT_VOLUME, s->volume_off, &when, tell_volume, s, err);
	if (rc == EH_OK)
		rc = eh_judge_fault_take(judge, s, EH_JUDGE_FAULT_LATE_ROWS, s->late_risen, &when, tell_late_rows, s, err);
	if (rc == EH_OK)
		rc = eh_judge_fault_take(judge, s, EH_JUDGE_FAULT_LATE_SHARE,
		                         eh_judge_lateness_findings(s->lateness, end_us, &one, 1) > 0, &when, tell_late_share, s, err);
	return rc == EH_OK ? eh_judge_fault_take(judge, s, EH_JUDGE_FAULT_UNMAPPED, any_unmapped(s), &when, tell_unmapped, s, err)
	                   : rc;
}
