/*
 * slow.h - what a pair should come to, by the definitions of design section 9 and nothing clever.
 *
 * Blocks, days, remembered rates and evidence are worked out again from the list of
 * all panes, each time from the beginning; the evidence of a Shiryaev-Roberts
 * detector as the sum over starts of products.
 */
#ifndef TESTS_UNIT_JUDGE_SLOW_H
#define TESTS_UNIT_JUDGE_SLOW_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/pair.h"

#define SLOW_STRATA 6
#define SLOW_PANES 700
#define SLOW_T0 (INT64_C(20000) * EH_DAY_US)

struct slow_pane {
	int64_t from_us, at_us; /* start; end of the close it is folded at */
	bool late;
	struct eh_judge_counts total, stratum[SLOW_STRATA]; /* total also counts those in no stratum */
};

struct slow_block {
	int64_t from_us, at_us;
	double phi[2];
	struct eh_judge_counts total, stratum[SLOW_STRATA];
};

/* The bar of a line of the built-in default. */
static inline const struct eh_judge_bar *slow_bar(uint32_t line)
{
	static const struct eh_judge_bar bars[] = {{850000, 30, 5}, {800000, 30, 5}};

	return &bars[line];
}

static inline bool slow_same(const struct eh_judge_counts *a, const struct eh_judge_counts *b)
{
	return a->prot.n == b->prot.n && a->prot.favourable == b->prot.favourable && a->ref.n == b->ref.n &&
	       a->ref.favourable == b->ref.favourable;
}

static inline void slow_sum(struct eh_judge_counts *to, const struct eh_judge_counts *c)
{
	to->prot.n += c->prot.n;
	to->prot.favourable += c->prot.favourable;
	to->ref.n += c->ref.n;
	to->ref.favourable += c->ref.favourable;
}

static inline double slow_hits(struct eh_cube_count c, int outcome)
{
	return (double)(outcome == EH_JUDGE_FAVOURABLE ? c.favourable : c.n - c.favourable);
}

/* H0 is rate(prot) >= tau rate(ref): the adverse outcome has the groups exchanged. */
static inline struct ehs_2x2 slow_turn(const struct eh_judge_counts *c, int outcome)
{
	struct ehs_bin prot = {c->prot.n, (uint64_t)slow_hits(c->prot, outcome)}, ref = {c->ref.n, (uint64_t)slow_hits(c->ref, outcome)};

	return outcome == EH_JUDGE_FAVOURABLE ? (struct ehs_2x2){prot, ref} : (struct ehs_2x2){ref, prot};
}

static inline int64_t slow_day(int64_t us)
{
	return us / EH_DAY_US * EH_DAY_US; /* instants after 1970 */
}

/* phi of an outcome for a day, from the days before it among panes[0 .. n). */
static inline double slow_phi(const struct slow_pane *panes, size_t n, int64_t today_us, int outcome)
{
	double ratio[400], variance[400], sum = 0;
	size_t days = 0;
	struct eh_judge_counts joined = {0};

	for (int64_t day = slow_day(panes[0].from_us); day < today_us; day += EH_DAY_US) {
		bool any = false;

		for (size_t i = 0; i < n; i++)
			if (!panes[i].late && slow_day(panes[i].from_us) == day) {
				slow_sum(&joined, &panes[i].total);
				any = true;
			}
		double all = (double)(joined.prot.n + joined.ref.n), least = fmin((double)joined.prot.n, (double)joined.ref.n);
		double favoured = (double)(joined.prot.favourable + joined.ref.favourable);
		if (!any || all == 0 || least * fmin(favoured, all - favoured) / all < 5 - 1e-9)
			continue; /* joined to the next */
		if (day + EH_DAY_US > today_us - 56 * EH_DAY_US) {
			double a = slow_hits(joined.prot, outcome) + .5, b = slow_hits(joined.ref, outcome) + .5;

			ratio[days] = log(a / ((double)joined.prot.n + 1)) - log(b / ((double)joined.ref.n + 1));
			variance[days++] = 1 / a - 1 / ((double)joined.prot.n + 1) + 1 / b - 1 / ((double)joined.ref.n + 1);
		}
		joined = (struct eh_judge_counts){0};
	}
	for (size_t i = 1; i < days; i++)
		sum += (ratio[i] - ratio[i - 1]) * (ratio[i] - ratio[i - 1]) / (variance[i] + variance[i - 1]);
	return days < 14 ? 1.5 : fmax(1, sum / (double)(days - 1));
}

/* Panes joined until both groups hold five; what came late is joined apart. */
static inline size_t slow_blocks(const struct slow_pane *panes, size_t n, struct slow_block *out)
{
	struct slow_block waiting[2] = {{.from_us = INT64_MAX}, {.from_us = INT64_MAX}};
	int64_t today = 0;
	size_t blocks = 0, reckoned = 0;
	double phi[2] = {1.5, 1.5};

	for (size_t i = 0; i < n; i++) {
		const struct slow_pane *p = &panes[i];
		struct slow_block *b = &waiting[p->late];

		if (!p->late && slow_day(p->from_us) > today) {
			today = slow_day(p->from_us);
			reckoned = i;
			for (int o = 0; o < 2 && i > 0; o++)
				phi[o] = slow_phi(panes, reckoned, today, o);
		}
		if (p->total.prot.n + p->total.ref.n > 0 && p->from_us < b->from_us)
			b->from_us = p->from_us;
		slow_sum(&b->total, &p->total);
		for (int s = 0; s < SLOW_STRATA; s++)
			slow_sum(&b->stratum[s], &p->stratum[s]);
		if (b->total.prot.n < 5 || b->total.ref.n < 5)
			continue;
		b->at_us = p->at_us;
		memcpy(b->phi, phi, sizeof phi);
		out[blocks++] = *b;
		*b = (struct slow_block){.from_us = INT64_MAX};
	}
	return blocks;
}

/* The rate of the turned table's reference, from what lies before block i.  stratum < 0: of all. */
static inline double slow_rate(const struct slow_block *b, size_t i, int stratum, int outcome, int64_t first_us)
{
	double half_life = 7 * (double)EH_DAY_US, x = 0, n = 0;
	bool met = stratum < 0;

	for (size_t j = 0; j < i; j++) {
		const struct eh_judge_counts *c = stratum < 0 ? &b[j].total : &b[j].stratum[stratum];
		struct ehs_bin ref = slow_turn(c, outcome).ref;
		double weight = exp2(-(double)(b[i].at_us - b[j].at_us) / half_life);

		if (!met && c->prot.n + c->ref.n > 0) {
			met = true;
			first_us = b[j].at_us; /* a stratum starts at 25 of 50 when it is met */
		}
		x += weight * (double)ref.x;
		n += weight * (double)ref.n;
	}
	double prior = met ? exp2(-(double)(b[i].at_us - first_us) / half_life) : 1;
	return fmin(.99, fmax(.01, (x + 25 * prior) / (n + 50 * prior)));
}

/* ln e of block i for the four alternatives. */
static inline void slow_log_e(const struct slow_block *b, size_t i, int outcome, int kind, double tau, int64_t first_us, double log_e[4])
{
	static const double delta[4] = {.95, .9, .8, .65};

	for (int a = 0; a < 4; a++) {
		log_e[a] = 0;
		for (int s = kind == EH_JUDGE_RAW ? -1 : 0; s < (kind == EH_JUDGE_RAW ? 0 : SLOW_STRATA); s++) {
			double rate = slow_rate(b, i, s, outcome, first_us);

			log_e[a] += ehs_block_log_e(slow_turn(s < 0 ? &b[i].total : &b[i].stratum[s], outcome), rate,
			                            fmin(.99, delta[a] * tau * rate), tau);
		}
		log_e[a] /= b[i].phi[outcome];
	}
}

/* ln of the mean over the alternatives of the sum over starts of the product since. */
static inline double slow_log_m(const double (*log_e)[4], size_t n)
{
	double total = 0;

	for (int a = 0; a < 4; a++) {
		double product = 1;

		for (size_t start = n; start-- > 0;) {
			product *= exp(log_e[start][a]);
			total += product;
		}
	}
	return n == 0 ? -(double)INFINITY : log(total / 4);
}

static inline bool slow_near(double a, double b)
{
	return a == b || fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

/* ---- random panes, and the table judge sees of them ---- */

static uint64_t slow_seed = 1;

static inline double slow_uniform(void)
{
	slow_seed = slow_seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(slow_seed >> 12) + .5) / 4503599627370496.0;
}

static inline uint64_t slow_below(uint64_t n)
{
	return (uint64_t)(slow_uniform() * (double)n);
}

static inline struct eh_cube_count slow_toss(uint64_t n, double rate)
{
	struct eh_cube_count c = {.n = n};

	for (uint64_t i = 0; i < n; i++)
		c.favourable += slow_uniform() < rate;
	return c;
}

struct slow_rates {
	double prot, ref; /* favourable */
	uint64_t busy;    /* decisions of a pane's stratum: 0 .. busy - 1 */
};

static inline struct slow_pane slow_random_pane(int64_t from_us, int64_t pane_us, struct slow_rates r)
{
	struct slow_pane p = {.from_us = from_us, .at_us = from_us + pane_us};

	for (int s = 0; s <= SLOW_STRATA; s++) { /* the last: in no stratum */
		struct eh_judge_counts c = {0};
		double easier = s == SLOW_STRATA ? 1 : 1 - .1 * s;

		if (slow_uniform() < .6) {
			c.prot = slow_toss(slow_below(r.busy), r.prot * easier);
			c.ref = slow_toss(slow_below(2 * r.busy), r.ref * easier);
		}
		if (s < SLOW_STRATA)
			p.stratum[s] = c;
		slow_sum(&p.total, &c);
	}
	return p;
}

#define SLOW_REF 1
#define SLOW_PROT 2
#define SLOW_GROUPS 3

/* Stratum s stands in row row_of[s]; NULL: in row s. */
static inline void slow_table(const struct slow_pane *p, const uint32_t *row_of, struct eh_judge_table *t, uint32_t rows)
{
	*t = (struct eh_judge_table){.groups = SLOW_GROUPS, .strata = rows, .cap = rows};
	t->by_group = calloc(SLOW_GROUPS, sizeof *t->by_group);
	t->by_stratum = calloc((size_t)rows * SLOW_GROUPS, sizeof *t->by_stratum);
	t->by_group[SLOW_PROT] = p->total.prot;
	t->by_group[SLOW_REF] = p->total.ref;
	for (uint32_t s = 0; s < SLOW_STRATA; s++) {
		struct eh_cube_count *row = t->by_stratum + (size_t)(row_of != NULL ? row_of[s] : s) * SLOW_GROUPS;

		row[SLOW_PROT] = p->stratum[s].prot;
		row[SLOW_REF] = p->stratum[s].ref;
	}
}

static inline uint32_t slow_close(struct eh_judge_pair *pair, const struct slow_pane *p, const uint32_t *row_of, uint32_t rows)
{
	struct eh_judge_table table;
	uint32_t steps = 0;

	slow_table(p, row_of, &table, rows);
	eh_judge_pair_close(pair, &table, SLOW_REF, p->from_us, p->at_us, p->late, &steps);
	eh_judge_table_free(&table);
	return steps;
}

#endif
