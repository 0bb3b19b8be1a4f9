/*
 * member.c - see member.h.
 */
#include "judge/member.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HALF_LIFE 1000.0 /* payoffs after which one counts half in a bettor's memory: some days of an hourly source */

_Static_assert(EHS_BETTORS <= EHS_ALTERNATIVES, "a detector holds every bettor");

struct eh_judge_members *eh_judge_members_new(void)
{
	struct eh_judge_members *m = eh_xmalloc(sizeof *m);

	memset(m, 0, sizeof *m);
	return m;
}

void eh_judge_members_free(struct eh_judge_members *m)
{
	free(m);
}

static struct eh_judge_buckets *pending_of(struct eh_judge_members *m, bool late)
{
	return late ? &m->pending_late : &m->pending;
}

bool eh_judge_members_gather(struct eh_judge_members *m, const struct eh_judge_table *pane, uint32_t group, uint32_t reference,
                             bool late)
{
	uint32_t prot = group - 1, ref = reference - 1, pair = eh_cube_member_pair(prot, ref);
	bool any = false;

	for (uint32_t b = 0; b < EH_CUBE_BUCKETS; b++) {
		const struct eh_cube_members *from = &pane->members[b];
		struct eh_judge_bucket *to = &pending_of(m, late)->at[b];

		to->n += from->n;
		to->w_prot += from->w[prot];
		to->wy_prot += from->wy[prot];
		to->w_ref += from->w[ref];
		to->wy_ref += from->wy[ref];
		to->ww += from->ww[pair];
		to->wwy += from->wwy[pair];
		any |= from->w[prot] > 0 || from->w[ref] > 0;
	}
	return any;
}

/* w_prot, wy_prot, w_ref, wy_ref of all buckets together. */
static void add_up(const struct eh_judge_buckets *buckets, uint64_t sum[4])
{
	for (uint32_t b = 0; b < EH_CUBE_BUCKETS; b++) {
		sum[0] += buckets->at[b].w_prot;
		sum[1] += buckets->at[b].wy_prot;
		sum[2] += buckets->at[b].w_ref;
		sum[3] += buckets->at[b].wy_ref;
	}
}

bool eh_judge_members_are_full(const struct eh_judge_members *m, bool late, uint64_t decisions)
{
	uint64_t sum[4] = {0};

	add_up(late ? &m->pending_late : &m->pending, sum);
	return sum[0] >= decisions * EH_CUBE_WEIGHT_UNIT && sum[2] >= decisions * EH_CUBE_WEIGHT_UNIT;
}

/* Whole decisions of a sum; the rest is left in it. */
static uint64_t take_whole(uint64_t *sum)
{
	uint64_t n = *sum / EH_CUBE_WEIGHT_UNIT;

	*sum %= EH_CUBE_WEIGHT_UNIT;
	return n;
}

/* No more of them favourable than there are: the next block has what is too many. */
static struct eh_cube_count take_count(uint64_t *n, uint64_t *favourable)
{
	struct eh_cube_count c = {.n = take_whole(n), .favourable = take_whole(favourable)};

	if (c.favourable > c.n) {
		*favourable += (c.favourable - c.n) * EH_CUBE_WEIGHT_UNIT;
		c.favourable = c.n;
	}
	return c;
}

struct eh_judge_counts eh_judge_members_push(struct eh_judge_members *m, uint32_t block, bool late)
{
	struct eh_judge_counts counts;

	add_up(pending_of(m, late), m->carry);
	counts.prot = take_count(&m->carry[0], &m->carry[1]);
	counts.ref = take_count(&m->carry[2], &m->carry[3]);
	m->kept[block % EH_JUDGE_MEMBERS_KEPT] = *pending_of(m, late);
	*pending_of(m, late) = (struct eh_judge_buckets){0};
	return counts;
}

void eh_judge_members_reset(struct eh_judge_members *m)
{
	m->pending = m->pending_late = (struct eh_judge_buckets){0};
}

/* Mixture 1 has four equal shares; what its alternatives are is asked by nobody here. */
const struct ehs_mixture *eh_judge_members_mixture(void)
{
	EH_ASSERT(ehs_mixture_1.n == EHS_BETTORS);
	return &ehs_mixture_1;
}

void eh_judge_members_begin(struct ehs_betting *bet, double tau)
{
	enum ehs_status status = ehs_betting_init(bet, tau, HALF_LIFE);

	EH_ASSERT(status == EHS_OK);
}

/* As the test wants it: H0 is rate(prot) >= tau rate(ref).  For the adverse outcome both groups and outcome are turned. */
static struct ehs_betting_sums orient(const struct eh_judge_bucket *b, int outcome, bool exchanged)
{
	bool adverse = outcome == EH_JUDGE_ADVERSE;
	uint64_t y_prot = adverse ? b->w_prot - b->wy_prot : b->wy_prot, y_ref = adverse ? b->w_ref - b->wy_ref : b->wy_ref;
	struct ehs_betting_sums sums = {.n = b->n, .cross_y = adverse ? b->ww - b->wwy : b->wwy};

	sums.w_prot = adverse != exchanged ? b->w_ref : b->w_prot;
	sums.wy_prot = adverse != exchanged ? y_ref : y_prot;
	sums.w_ref = adverse != exchanged ? b->w_prot : b->w_ref;
	sums.wy_ref = adverse != exchanged ? y_prot : y_ref;
	return sums;
}

void eh_judge_members_bet(const struct eh_judge_members *m, uint32_t block, int outcome, bool exchanged, double phi,
                          struct ehs_betting *bet, double log_e[EHS_ALTERNATIVES])
{
	const struct eh_judge_buckets *buckets = &m->kept[block % EH_JUDGE_MEMBERS_KEPT];

	for (int a = 0; a < EHS_ALTERNATIVES; a++)
		log_e[a] = 0.0;
	for (uint32_t b = 0; b < EH_CUBE_BUCKETS; b++) {
		struct ehs_betting_sums sums = orient(&buckets->at[b], outcome, exchanged);
		double g = ehs_betting_mean_payoff(&sums, EH_CUBE_WEIGHT_UNIT, bet->tau);

		if (!isnan(g)) /* fewer than two decisions make no pair */
			ehs_betting_bet(bet, g, log_e);
	}
	for (int a = 0; a < EHS_ALTERNATIVES; a++)
		log_e[a] /= phi;
}
