/*
 * confseq.c - see confseq.h.
 */
#include "stats/confseq.h"

#include <math.h>
#include <stdbool.h>

double ehs_confseq_tau(size_t point)
{
	double share = (double)point / (EHS_CONFSEQ_POINTS - 1);

	if (point + 1 >= EHS_CONFSEQ_POINTS)
		return EHS_CONFSEQ_HIGHEST;
	return EHS_CONFSEQ_LOWEST * exp(share * log(EHS_CONFSEQ_HIGHEST / EHS_CONFSEQ_LOWEST));
}

void ehs_confseq_init(struct ehs_confseq *c)
{
	*c = (struct ehs_confseq){.memory_prot = ehs_memory_init(), .memory_ref = ehs_memory_init()};
}

/* ln of the mean of four e-values. */
static double log_mean(const double v[EHS_CONFSEQ_BETS])
{
	double top = fmax(fmax(v[0], v[1]), fmax(v[2], v[3])), sum = 0;

	for (size_t i = 0; i < EHS_CONFSEQ_BETS; i++)
		sum += exp(v[i] - top);
	return top + log(sum / EHS_CONFSEQ_BETS);
}

static void bet(struct ehs_confseq_side *side, size_t point, struct ehs_2x2 block, double theta, double tau, double phi)
{
	double log_e[EHS_ALTERNATIVES];

	ehs_alternatives_log_e(block, theta, tau, &ehs_mixture_1, log_e);
	for (size_t i = 0; i < EHS_CONFSEQ_BETS; i++)
		side->log_e[point][i] += log_e[i] / phi;
	side->peak[point] = fmax(side->peak[point], log_mean(side->log_e[point]));
}

/* sum += more, both groups; false, and nothing changed, where a count would wrap. */
static bool add(struct ehs_2x2 *sum, const struct ehs_2x2 *more)
{
	struct ehs_2x2 s;

	if (__builtin_add_overflow(sum->prot.n, more->prot.n, &s.prot.n) ||
	    __builtin_add_overflow(sum->prot.x, more->prot.x, &s.prot.x) ||
	    __builtin_add_overflow(sum->ref.n, more->ref.n, &s.ref.n) ||
	    __builtin_add_overflow(sum->ref.x, more->ref.x, &s.ref.x))
		return false;
	*sum = s;
	return true;
}

enum ehs_status ehs_confseq_step(struct ehs_confseq *c, struct ehs_2x2 block, double half_lives)
{
	return ehs_confseq_step_discounted(c, block, half_lives, 1);
}

enum ehs_status ehs_confseq_step_discounted(struct ehs_confseq *c, struct ehs_2x2 block, double half_lives, double phi)
{
	struct ehs_2x2 swapped = {.prot = block.ref, .ref = block.prot};
	double theta_ref = ehs_memory_rate(&c->memory_ref), theta_prot = ehs_memory_rate(&c->memory_prot);

	if (block.prot.x > block.prot.n || block.ref.x > block.ref.n || !(half_lives >= 0) || !(phi >= 1))
		return EHS_INVALID;
	if (!add(&c->seen, &block))
		return EHS_OVERFLOW;
	for (size_t i = 0; i < EHS_CONFSEQ_POINTS && block.prot.n > 0 && block.ref.n > 0; i++) {
		double tau = ehs_confseq_tau(i);

		bet(&c->at_least, i, block, theta_ref, tau, phi);
		bet(&c->at_most, i, swapped, theta_prot, 1 / tau, phi); /* p_prot <= tau p_ref: p_ref >= p_prot / tau */
	}
	ehs_memory_add(&c->memory_ref, half_lives, block.ref);
	ehs_memory_add(&c->memory_prot, half_lives, block.prot);
	c->blocks++;
	return EHS_OK;
}

static void merge(struct ehs_confseq_side *earlier, const struct ehs_confseq_side *later)
{
	for (size_t p = 0; p < EHS_CONFSEQ_POINTS; p++) {
		for (size_t i = 0; i < EHS_CONFSEQ_BETS; i++)
			earlier->log_e[p][i] += later->log_e[p][i];
		earlier->peak[p] = fmax(earlier->peak[p], log_mean(earlier->log_e[p]));
	}
}

enum ehs_status ehs_confseq_merge(struct ehs_confseq *earlier, const struct ehs_confseq *later)
{
	if (!add(&earlier->seen, &later->seen))
		return EHS_OVERFLOW;
	merge(&earlier->at_least, &later->at_least);
	merge(&earlier->at_most, &later->at_most);
	earlier->memory_prot = later->memory_prot;
	earlier->memory_ref = later->memory_ref;
	earlier->blocks += later->blocks;
	return EHS_OK;
}

/* The point after the highest that still stands. */
static double upper(const struct ehs_confseq_side *s, double line)
{
	size_t above = EHS_CONFSEQ_POINTS;

	while (above > 0 && s->peak[above - 1] >= line)
		above--;
	return above == EHS_CONFSEQ_POINTS ? INFINITY : ehs_confseq_tau(above);
}

/* The point before the lowest that still stands. */
static double lower(const struct ehs_confseq_side *s, double line)
{
	size_t ruled_out = 0;

	while (ruled_out < EHS_CONFSEQ_POINTS && s->peak[ruled_out] >= line)
		ruled_out++;
	return ruled_out == 0 ? 0 : ehs_confseq_tau(ruled_out - 1);
}

struct ehs_result ehs_confseq_limits(const struct ehs_confseq *c, double conf)
{
	struct ehs_result r = ehs_result_none(EHS_OK, "confidence_sequence");
	double line = log(2 / (1 - conf));

	if (!(conf > 0 && conf < 1)) {
		r.status = EHS_INVALID;
		return r;
	}
	r.n[0] = c->seen.prot.n;
	r.n[1] = c->seen.ref.n;
	r.conf = conf;
	r.lo = lower(&c->at_most, line);
	r.hi = upper(&c->at_least, line);
	if (c->seen.prot.n == 0 || c->seen.ref.n == 0) {
		r.status = EHS_EMPTY_GROUP;
		return r;
	}
	double x = (double)c->seen.prot.x * (double)c->seen.ref.n, y = (double)c->seen.ref.x * (double)c->seen.prot.n;
	r.est = x / y; /* 0/0 is NaN, x/0 infinite, and the status says so */
	if (y == 0)
		r.status = x == 0 ? EHS_UNDEFINED : EHS_ZERO_CELL;
	if (r.lo > r.hi)
		r.status = EHS_UNDEFINED;
	return r;
}
