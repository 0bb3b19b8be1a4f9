/*
 * shift.c - see shift.h.
 */
#include "stats/shift.h"

#include <math.h>

#include "stats/sequence.h"

static const double odds[EHS_SHIFT_BETS] = {1.5, 4, 50}, means[EHS_SHIFT_BETS] = {1.25, 2, 5};

static bool is_share(double p)
{
	return p > 0 && p < 1;
}

double ehs_share_log_e(struct ehs_bin seen, double line, double rate)
{
	if (!is_share(line) || !is_share(rate) || seen.x > seen.n)
		return NAN;
	double x = (double)seen.x, y = (double)(seen.n - seen.x);
	return x * log(rate / line) + y * (log1p(-rate) - log1p(-line));
}

double ehs_count_log_e(uint64_t seen, double line, double mean)
{
	if (!(line > 0) || !(mean > 0) || !isfinite(line) || !isfinite(mean))
		return NAN;
	return (double)seen * log(mean / line) - (mean - line);
}

double ehs_share_times(double share, double times)
{
	return share * times / (1 - share + share * times);
}

void ehs_shift_init(struct ehs_shift *s, bool floored)
{
	*s = (struct ehs_shift){.floored = floored};
	for (int i = 0; i < EHS_SHIFT_BETS && !floored; i++)
		s->log_m[i] = -INFINITY;
}

static void step(struct ehs_shift *s, const double log_e[EHS_SHIFT_BETS])
{
	for (int i = 0; i < EHS_SHIFT_BETS; i++)
		s->log_m[i] = s->floored ? fmax(0, s->log_m[i] + log_e[i]) : ehs_sr_step(s->log_m[i], log_e[i]);
	s->run = fmax(0, s->run) + fmax(log_e[0], fmax(log_e[1], log_e[2]));
}

double ehs_shift_log_m(const struct ehs_shift *s)
{
	double most = fmax(s->log_m[0], fmax(s->log_m[1], s->log_m[2])), sum = 0;

	if (isinf(most))
		return most;
	for (int i = 0; i < EHS_SHIFT_BETS; i++)
		sum += exp(s->log_m[i] - most);
	return most + log(sum / EHS_SHIFT_BETS);
}

double ehs_shift_share(struct ehs_shift *s, struct ehs_bin seen, double line, bool up)
{
	double log_e[EHS_SHIFT_BETS];

	if (!is_share(line) || seen.n == 0 || seen.x > seen.n)
		return ehs_shift_log_m(s);
	for (int i = 0; i < EHS_SHIFT_BETS; i++)
		log_e[i] = ehs_share_log_e(seen, line, ehs_share_times(line, up ? odds[i] : 1 / odds[i]));
	step(s, log_e);
	return ehs_shift_log_m(s);
}

double ehs_shift_count(struct ehs_shift *s, uint64_t seen, double line, bool up)
{
	double log_e[EHS_SHIFT_BETS];

	if (!(line > 0) || !isfinite(line))
		return ehs_shift_log_m(s);
	for (int i = 0; i < EHS_SHIFT_BETS; i++)
		log_e[i] = ehs_count_log_e(seen, line, up ? line * means[i] : line / means[i]);
	step(s, log_e);
	return ehs_shift_log_m(s);
}
