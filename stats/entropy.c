/*
 * entropy.c - see entropy.h.
 *
 * The indices are sums of terms none of which is negative, so that nothing cancels where all are nearly alike: GE(2) of
 * (b - mu)^2, Theil's of b ln(b/mu) + mu - b and the mean logarithm's of mu ln(mu/b) + b - mu, whose linear parts add to 0.
 */
#include "stats/entropy.h"

#include <math.h>

#include "stats/exact.h"

static struct ehs_entropy nothing(enum ehs_status status)
{
	return (struct ehs_entropy){NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, status, NAN};
}

static enum ehs_status count(const struct ehs_benefit *cells, size_t n_cells, size_t n_groups, uint64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < n_cells; i++) {
		if (!(cells[i].benefit >= 0) || isinf(cells[i].benefit) || cells[i].group >= n_groups)
			return EHS_INVALID;
		if (__builtin_add_overflow(*n, cells[i].count, n))
			return EHS_OVERFLOW;
	}
	return *n > 0 ? EHS_OK : EHS_EMPTY_GROUP;
}

/* A power of two near the largest benefit: the indices ask for ratios only, and 1e200 has no square. */
static int unit_of(const struct ehs_benefit *cells, size_t n_cells)
{
	double largest = 0;
	int unit;

	for (size_t i = 0; i < n_cells; i++)
		largest = cells[i].count > 0 ? fmax(largest, cells[i].benefit) : largest;
	(void)frexp(largest, &unit);
	return unit;
}

/* Sizes and means of the groups, benefits in 2^unit; returns the mean of all. */
static double mean_of(const struct ehs_benefit *cells, size_t n_cells, int unit, struct ehs_benefit_group *groups,
                      size_t n_groups, double n)
{
	double sum = 0;

	for (size_t g = 0; g < n_groups; g++)
		groups[g] = (struct ehs_benefit_group){0, 0};
	for (size_t i = 0; i < n_cells; i++) {
		groups[cells[i].group].n += (double)cells[i].count;
		groups[cells[i].group].mean +=
			cells[i].count > 0 ? (double)cells[i].count * ldexp(cells[i].benefit, -unit) : 0;
	}
	for (size_t g = 0; g < n_groups; g++) {
		sum += groups[g].mean;
		groups[g].mean = groups[g].n > 0 ? groups[g].mean / groups[g].n : NAN;
	}
	return sum / n;
}

/* What n people of benefit b add to both indices, up to the common factors. */
static void add(double n, double b, double mu, double *squares, double *theil)
{
	*squares += n * ((b - mu) * (b - mu));
	*theil += n * ehs_bd0(b, mu);
}

struct ehs_entropy ehs_generalized_entropy(const struct ehs_benefit *cells, size_t n_cells,
                                           struct ehs_benefit_group *groups, size_t n_groups)
{
	uint64_t people;
	enum ehs_status status = count(cells, n_cells, n_groups, &people);
	double n = (double)people, total[2] = {0, 0}, between[2] = {0, 0}, within[2] = {0, 0}, logs = 0;

	if (status != EHS_OK)
		return nothing(status);
	int unit = unit_of(cells, n_cells);
	double mu = mean_of(cells, n_cells, unit, groups, n_groups, n);
	if (mu == 0)
		return nothing(EHS_UNDEFINED);
	for (size_t i = 0; i < n_cells; i++) {
		double own = groups[cells[i].group].mean, w = (double)cells[i].count, inner[2] = {0, 0};
		double benefit = ldexp(cells[i].benefit, -unit);

		if (cells[i].count == 0)
			continue;
		add(w, benefit, mu, &total[0], &total[1]);
		logs += w * (benefit > 0 ? ehs_bd0(mu, benefit) : (double)INFINITY);
		if (own > 0) /* in a group whose mean is 0 all are alike */
			add(w, benefit, own, &inner[0], &inner[1]);
		within[0] += inner[0];
		within[1] += inner[1];
	}
	for (size_t g = 0; g < n_groups; g++)
		if (groups[g].n > 0)
			add(groups[g].n, groups[g].mean, mu, &between[0], &between[1]);
	for (size_t g = 0; g < n_groups; g++)
		groups[g].mean = ldexp(groups[g].mean, unit);
	double half = 2 * n * mu * mu, whole = n * mu;
	return (struct ehs_entropy){
		.ge2 = total[0] / half,
		.theil = total[1] / whole,
		.between_ge2 = between[0] / half,
		.between_theil = between[1] / whole,
		.within_ge2 = within[0] / half,
		.within_theil = within[1] / whole,
		.mean = ldexp(mu, unit),
		.n = people,
		.status = EHS_OK,
		.mean_log_deviation = logs / whole,
	};
}

struct ehs_entropy ehs_generalized_entropy_of_moments(const struct ehs_moments *groups, size_t n_groups)
{
	double n = 0, sum = 0, within = 0, between = 0;
	uint64_t people = 0;

	for (size_t g = 0; g < n_groups; g++) {
		if (groups[g].n == 0)
			continue;
		if (groups[g].sum < 0 || groups[g].sum_sq < 0)
			return nothing(EHS_INVALID);
		if (__builtin_add_overflow(people, groups[g].n, &people))
			return nothing(EHS_OVERFLOW);
		sum += (double)groups[g].sum;
	}
	n = (double)people;
	if (people == 0)
		return nothing(EHS_EMPTY_GROUP);
	if (sum == 0)
		return nothing(EHS_UNDEFINED);
	double mu = sum / n;
	for (size_t g = 0; g < n_groups; g++) {
		struct ehs_mean m = ehs_mean_of(&groups[g]);

		if (groups[g].n == 0)
			continue;
		if (m.status == EHS_INVALID)
			return nothing(EHS_INVALID);
		within += groups[g].n > 1 ? m.variance * (double)(groups[g].n - 1) : 0;
		between += (double)groups[g].n * ((m.mean - mu) * (m.mean - mu));
	}
	struct ehs_entropy e = nothing(EHS_OK);
	e.between_ge2 = between / (2 * n * mu * mu);
	e.within_ge2 = within / (2 * n * mu * mu);
	e.ge2 = e.between_ge2 + e.within_ge2;
	e.mean = mu;
	e.n = people;
	return e;
}
