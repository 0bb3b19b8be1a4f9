/*
 * matured.c - see matured.h.
 */
#include "judge/matured.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define MONTHS_BEFORE 12
#define LEAST_MONTHS 3
#define LEAST_BEFORE 200 /* decisions to compare with */
#define LEAST_KNOWN 20   /* of the month */
#define NEARER 1.5       /* times the usual odds */
#define FARTHER 2.0
#define LEAST_RATE .01   /* where it was rarer, up to here is no leap */
#define UNKNOWN_NEARER .05
#define UNKNOWN_FARTHER .10

struct month {
	int64_t start_us;
	int64_t benign, adverse, missing;
};

struct eh_judge_matured {
	const struct eh_judge_source *source;
	struct month *month; /* oldest first */
	size_t months, cap, looked; /* those before `looked` were looked at */
	struct eh_judge_matured_state state;
};

struct eh_judge_matured *eh_judge_matured_new(const struct eh_judge_source *source)
{
	struct eh_judge_matured *m = eh_xmalloc(sizeof *m);

	*m = (struct eh_judge_matured){.source = source};
	eh_judge_jump_init(&m->state.rose, true);
	eh_judge_jump_init(&m->state.fell, false);
	eh_judge_jump_init(&m->state.unknown, true);
	return m;
}

void eh_judge_matured_free(struct eh_judge_matured *m)
{
	if (m != NULL)
		free(m->month);
	free(m);
}

const struct eh_judge_matured_state *eh_judge_matured_state(const struct eh_judge_matured *m)
{
	return &m->state;
}

static struct month *month_of(struct eh_judge_matured *m, int64_t start_us)
{
	size_t at = m->months;

	while (at > 0 && m->month[at - 1].start_us > start_us)
		at--;
	if (at > 0 && m->month[at - 1].start_us == start_us)
		return &m->month[at - 1];
	if (at < m->looked) /* of a month before all that were looked at: it is too late for it */
		return NULL;
	if (m->months == m->cap) {
		m->cap = m->cap > 0 ? 2 * m->cap : 16;
		m->month = eh_xrealloc(m->month, m->cap, sizeof *m->month);
	}
	memmove(m->month + at + 1, m->month + at, (m->months - at) * sizeof *m->month);
	m->months++;
	m->month[at] = (struct month){.start_us = start_us};
	return &m->month[at];
}

static void count(struct month *month, const struct eh_cube *cube, int64_t sign)
{
	for (size_t i = 0; cube != NULL && i < eh_cube_cells(cube); i++) {
		struct eh_cube_outcomes o = eh_cube_outcomes_at(cube, i);

		for (int side = 0; side < 2; side++) {
			month->benign += sign * (int64_t)o.of[side].benign;
			month->adverse += sign * (int64_t)o.of[side].adverse;
			month->missing += sign * (int64_t)o.of[side].missing;
		}
	}
}

void eh_judge_matured_add(struct eh_judge_matured *m, int64_t pane_us, const struct eh_cube *added,
                          const struct eh_cube *taken)
{
	struct month *month = m->source->shape.outcome ? month_of(m, eh_pane_start(EH_PANE_MONTH, pane_us)) : NULL;

	if (month == NULL)
		return;
	count(month, added, 1);
	count(month, taken, -1);
}

/* ---- a look ---- */

static uint64_t least_0(int64_t n)
{
	return n > 0 ? (uint64_t)n : 0;
}

static struct ehs_bin rate_of(const struct month *m)
{
	return (struct ehs_bin){least_0(m->benign) + least_0(m->adverse), least_0(m->adverse)};
}

static struct ehs_bin unknown_of(const struct month *m)
{
	return (struct ehs_bin){rate_of(m).n + least_0(m->missing), least_0(m->missing)};
}

static void add(struct ehs_bin *to, struct ehs_bin more)
{
	to->n += more.n;
	to->x += more.x;
}

static double share(struct ehs_bin b)
{
	return (double)b.x / (double)b.n;
}

static void look_at_rate(struct eh_judge_matured_state *s, const struct month *month, struct ehs_bin usual, double line)
{
	struct ehs_bin seen = rate_of(month);
	double rate = usual.n > 0 ? share(usual) : 0;

	s->rose.fresh = s->fell.fresh = s->rose.settled = s->fell.settled = false;
	s->rose.usual = s->fell.usual = usual;
	if (usual.n < LEAST_BEFORE || seen.n < LEAST_KNOWN)
		return;
	eh_judge_jump_share(&s->rose, seen, fmax(ehs_share_times(rate, NEARER), LEAST_RATE),
	                    fmax(ehs_share_times(rate, FARTHER), LEAST_RATE), month->start_us, line);
	eh_judge_jump_share(&s->fell, seen, ehs_share_times(rate, 1 / NEARER), ehs_share_times(rate, 1 / FARTHER),
	                    month->start_us, line);
}

static void look_at_unknown(struct eh_judge_jump *j, const struct month *month, struct ehs_bin usual, double line)
{
	j->fresh = j->settled = false;
	j->usual = usual;
	if (usual.n >= LEAST_BEFORE)
		eh_judge_jump_share(j, unknown_of(month), share(usual) + UNKNOWN_NEARER, share(usual) + UNKNOWN_FARTHER,
		                    month->start_us, line);
}

static void look(struct eh_judge_matured *m)
{
	const struct month *month = &m->month[m->looked];
	size_t from = m->looked > MONTHS_BEFORE ? m->looked - MONTHS_BEFORE : 0;
	double line = eh_judge_jump_line(3, 12);
	struct ehs_bin rate = {0}, unknown = {0};

	for (size_t i = from; i < m->looked; i++) {
		add(&rate, rate_of(&m->month[i]));
		add(&unknown, unknown_of(&m->month[i]));
	}
	m->looked++;
	if (m->looked - from <= LEAST_MONTHS)
		return;
	look_at_rate(&m->state, month, rate, line);
	look_at_unknown(&m->state.unknown, month, unknown, line);
}

bool eh_judge_matured_next(struct eh_judge_matured *m, int64_t end_us, int64_t *due_us)
{
	const struct eh_judge_source *s = m->source;

	if (m->looked == m->months)
		return false;
	int64_t over_us = eh_pane_next(EH_PANE_MONTH, m->month[m->looked].start_us);
	int64_t at_us = (s->pane_kind == EH_PANE_WEEK ? over_us + 7 * EH_DAY_US : over_us) + eh_judge_maturity_us(s);
	int64_t pane_us = eh_pane_start(s->pane_kind, at_us);
	*due_us = pane_us == at_us ? at_us : eh_pane_next(s->pane_kind, pane_us);
	if (*due_us > end_us)
		return false;
	look(m);
	return true;
}

/* ---- words ---- */

static json_t *fact(const struct eh_judge_jump *j, const char *what)
{
	char month[EH_TIME_TEXT];

	eh_time_format(j->since_us, month);
	return json_pack("{s:s,s:s#,s:I,s:I,s:I,s:I}", "what", what, "since", month, 7, "n", (json_int_t)j->since.n, "count",
	                 (json_int_t)j->since.x, "n_before", (json_int_t)j->usual.n, "count_before", (json_int_t)j->usual.x);
}

static void put(struct eh_buf *out, json_t *list, const struct eh_judge_jump *j, const char *what, const char *words)
{
	char month[EH_TIME_TEXT];

	if (!j->is)
		return;
	eh_time_format(j->since_us, month);
	json_array_append_new(list, fact(j, what));
	eh_buf_printf(out, "Of the decisions made from %.7s on, %.1f of 100 %s (%llu of %llu). It was %.1f in the year before. ", month,
	              100 * share(j->since), words, (unsigned long long)j->since.x, (unsigned long long)j->since.n,
	              100 * share(j->usual));
}

void eh_judge_matured_words(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	const struct eh_judge_source *source = ctx;
	const struct eh_judge_matured_state *s = eh_judge_matured_state(source->matured);
	json_t *list = json_array();

	put(sentence, list, &s->rose, "rate", "had the bad outcome, where one is known");
	put(sentence, list, &s->fell, "rate", "had the bad outcome, where one is known");
	put(sentence, list, &s->unknown, "unknown", "have no outcome yet that should have one");
	json_object_set_new(facts, "months", list);
	bool settled = s->rose.settled || s->fell.settled || s->unknown.settled;
	eh_buf_puts(sentence, active ? "This may be about what the log keeps, not about people." 
	                      : settled ? "It has not gone back. It has been so for months, and is what is usual now."
	                                : "It is again about as in the year before.");
}
