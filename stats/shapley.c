/*
 * shapley.c - the Shapley value, and what leaves with a source; see attribution.h.
 */
#include "stats/attribution.h"

#include <math.h>
#include <stdbool.h>

/* |S|! (n - 1 - |S|)! / n! = 1 / (n C(n - 1, |S|)) for each size of S. */
static void fill_weights(size_t n, double weight[EHS_SHAPLEY_PLAYERS])
{
	double ways = 1;

	for (size_t size = 0; size < n; size++) {
		weight[size] = 1 / ((double)n * ways);
		ways = ways * (double)(n - 1 - size) / (double)(size + 1);
	}
}

static double value_of(size_t player, size_t n, const double *worth, const double *weight)
{
	uint32_t own = UINT32_C(1) << player;
	double phi = 0;

	for (uint32_t s = 0; s < UINT32_C(1) << n; s++)
		if (!(s & own))
			phi += weight[__builtin_popcount(s)] * (worth[s | own] - worth[s]);
	return phi;
}

enum ehs_status ehs_shapley(size_t n, ehs_worth *worth, const void *context, double *phi, double *scratch)
{
	double weight[EHS_SHAPLEY_PLAYERS];
	bool known = true;

	if (n > EHS_SHAPLEY_PLAYERS)
		return EHS_INVALID;
	for (uint32_t s = 0; s < UINT32_C(1) << n; s++) {
		scratch[s] = worth(s, context);
		known = known && isfinite(scratch[s]);
	}
	fill_weights(n, weight);
	for (size_t i = 0; i < n; i++)
		phi[i] = known ? value_of(i, n, scratch, weight) : NAN;
	return known ? EHS_OK : EHS_UNDEFINED;
}

struct sources {
	const struct ehs_segment *source;
	size_t n;
};

static double air(struct ehs_2x2 t)
{
	return (double)t.prot.x * (double)t.ref.n / ((double)t.ref.x * (double)t.prot.n);
}

static void add(struct ehs_2x2 *sum, const struct ehs_2x2 *more)
{
	sum->prot.n += more->prot.n;
	sum->prot.x += more->prot.x;
	sum->ref.n += more->ref.n;
	sum->ref.x += more->ref.x;
}

static double replaced_air(uint32_t coalition, const void *context)
{
	const struct sources *s = context;
	struct ehs_2x2 sum = {0};

	for (size_t i = 0; i < s->n; i++)
		add(&sum, coalition >> i & 1 ? &s->source[i].after : &s->source[i].before);
	return air(sum);
}

struct ehs_replacement ehs_shapley_air(const struct ehs_segment *sources, size_t n, double *phi, double *swap_one,
                                       double *scratch)
{
	struct sources context = {sources, n};
	struct ehs_segment all;
	enum ehs_status status = n > EHS_SHAPLEY_PLAYERS ? EHS_INVALID : ehs_segments_total(sources, n, &all);

	if (status == EHS_OK)
		status = ehs_shapley(n, replaced_air, &context, phi, scratch);
	if (status == EHS_INVALID || status == EHS_OVERFLOW) {
		for (size_t i = 0; i < n; i++) {
			phi[i] = NAN;
			if (swap_one)
				swap_one[i] = NAN;
		}
		return (struct ehs_replacement){NAN, NAN, status};
	}
	uint32_t everyone = (UINT32_C(1) << n) - 1;
	for (size_t i = 0; swap_one && i < n; i++)
		swap_one[i] = scratch[everyone] - scratch[everyone & ~(UINT32_C(1) << i)];
	return (struct ehs_replacement){scratch[0], scratch[everyone], status};
}

enum ehs_status ehs_leave_one_out_air(const struct ehs_segment *sources, size_t n, double *without)
{
	struct ehs_segment all;
	enum ehs_status status = ehs_segments_total(sources, n, &all);

	for (size_t i = 0; i < n; i++) {
		struct ehs_2x2 rest = all.after, own = sources[i].after;

		if (status != EHS_OK) {
			without[i] = NAN;
			continue;
		}
		rest.prot.n -= own.prot.n;
		rest.prot.x -= own.prot.x;
		rest.ref.n -= own.ref.n;
		rest.ref.x -= own.ref.x;
		without[i] = air(rest);
	}
	return status;
}
