/*
 * distance.c - see distance.h.
 */
#include "stats/distance.h"

#include <math.h>

#include "stats/walk.h"

/* The sizes of both; EHS_INVALID also where a key is too large to be calculated with. */
static enum ehs_status fixed_sizes(struct ehs_histogram a, struct ehs_histogram b, uint64_t n[2])
{
	return ehs_keys_fit(a) && ehs_keys_fit(b) ? ehs_pair_sizes(a, b, n) : EHS_INVALID;
}

struct ehs_result ehs_wasserstein1(struct ehs_histogram p, struct ehs_histogram q, int scale)
{
	struct ehs_walk w = {.a = p, .b = q};
	uint64_t n[2] = {0, 0};
	struct ehs_result r = ehs_result_none(fixed_sizes(p, q, n), "wasserstein_1");
	ehs_int128 gap = 0;
	ehs_uint128 area = 0, piece;
	int64_t last = 0;

	r.n[0] = n[0];
	r.n[1] = n[1];
	if (r.status != EHS_OK)
		return r;
	while (ehs_walk_next(&w)) {
		ehs_uint128 step = (ehs_uint128)((ehs_int128)w.key - last),
			    height = (ehs_uint128)(gap < 0 ? -gap : gap);

		if (gap != 0 &&
		    (__builtin_mul_overflow(height, step, &piece) || __builtin_add_overflow(area, piece, &area))) {
			r.status = EHS_OVERFLOW;
			return r;
		}
		gap += (ehs_int128)w.at_a * n[1] - (ehs_int128)w.at_b * n[0];
		last = w.key;
	}
	r.est = (double)area / ((double)n[0] * (double)n[1] * pow(10, scale));
	return r;
}

/* Moves w on until more than `at` values lie at or below its key; `seen` is how many do. */
static int64_t key_at(struct ehs_walk *w, uint64_t *seen, uint64_t at)
{
	while (*seen <= at && ehs_walk_next(w))
		*seen += w->at_a + w->at_b;
	return w->key;
}

size_t ehs_deciles(struct ehs_histogram a, struct ehs_histogram b, int64_t edges[9])
{
	struct ehs_walk w = {.a = a, .b = b};
	uint64_t n[2], seen = 0;
	size_t n_edges = 0;

	if (fixed_sizes(a, b, n) == EHS_INVALID || n[0] + n[1] == 0)
		return 0;
	uint64_t last = n[0] + n[1] - 1;
	for (uint64_t d = 1; d <= 9; d++) {
		int64_t part = (int64_t)(last * d % 10), low = key_at(&w, &seen, last * d / 10);
		struct ehs_walk ahead = w; /* the next decile may well stand on this one's lower value */
		uint64_t seen_ahead = seen;
		int64_t high = part > 0 ? key_at(&ahead, &seen_ahead, last * d / 10 + 1) : low;
		int64_t edge = 10 * low + part * (high - low);

		if (n_edges == 0 || edge > edges[n_edges - 1])
			edges[n_edges++] = edge;
	}
	return n_edges;
}

size_t ehs_decile_bin(int64_t q, const int64_t *edges, size_t n_edges)
{
	size_t bin = 0;

	while (bin < n_edges && edges[bin] < 10 * q)
		bin++;
	return bin;
}

static void fill(uint64_t counts[10], struct ehs_histogram h, const int64_t *edges, size_t n_edges)
{
	for (size_t i = 0; i < h.n_bins; i++)
		counts[ehs_decile_bin(h.key[i], edges, n_edges)] += h.count[i];
}

struct ehs_result ehs_psi_pooled_deciles(struct ehs_histogram p, struct ehs_histogram q)
{
	uint64_t n[2] = {0, 0}, in_p[10] = {0}, in_q[10] = {0};
	struct ehs_result r = ehs_result_none(fixed_sizes(p, q, n), "psi_pooled_deciles");
	int64_t edges[9];

	r.n[0] = n[0];
	r.n[1] = n[1];
	if (r.status != EHS_OK)
		return r;
	size_t n_edges = ehs_deciles(p, q, edges);
	fill(in_p, p, edges, n_edges);
	fill(in_q, q, edges, n_edges);
	r.est = 0;
	r.df = (double)n_edges;
	for (size_t i = 0; i <= n_edges; i++) {
		double f = fmax(1e-4, (double)in_p[i] / (double)n[0]), g = fmax(1e-4, (double)in_q[i] / (double)n[1]);

		r.est += (f - g) * log(f / g);
	}
	return r;
}
