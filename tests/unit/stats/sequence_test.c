/*
 * sequence_test.c - is the alarm's evidence what it says it is?
 *
 * Validity by enumeration: under every null the mean of the block's e-value is at most
 * 1.  Then the recursions against plain sums of products, the onset against a grid, and
 * e-d-BH against its definition.
 */
#include <stdlib.h>
#include <string.h>


#include "stats/sequence.h"
#include "tests/unit/stats/near.h"

#define SIZE_MAX_BLOCK 9
#define PATH 40

static uint64_t below(uint64_t n)
{
	return (uint64_t)(uniform() * (double)n);
}

static uint64_t successes(uint64_t n, double p)
{
	uint64_t x = 0;

	for (uint64_t i = 0; i < n; i++)
		x += uniform() < p;
	return x;
}

static struct ehs_2x2 block(uint64_t x_prot, uint64_t n_prot, uint64_t x_ref, uint64_t n_ref)
{
	return (struct ehs_2x2){.prot = {n_prot, x_prot}, .ref = {n_ref, x_ref}};
}

static bool nearly(double a, double b, double tol)
{
	return near(a, b, tol) || fabs(a - b) < 1e-14;
}

static double binomial(uint64_t x, uint64_t n, double p)
{
	double w = 1;

	for (uint64_t i = 0; i < x; i++)
		w *= (double)(n - i) / (double)(i + 1);
	return w * pow(p, (double)x) * pow(1 - p, (double)(n - x));
}

/* The mean of E when the rates are p_prot and p_ref. */
static double mean_e(double e[SIZE_MAX_BLOCK + 1][SIZE_MAX_BLOCK + 1], uint64_t n_prot, uint64_t n_ref, double p_prot,
                     double p_ref)
{
	double sum = 0;

	for (uint64_t i = 0; i <= n_prot; i++)
		for (uint64_t j = 0; j <= n_ref; j++)
			sum += binomial(i, n_prot, p_prot) * binomial(j, n_ref, p_ref) * e[i][j];
	return sum;
}

/* The worst mean over a grid of H0: its boundary, and points inside. */
static double worst_mean(uint64_t n_prot, uint64_t n_ref, double theta_ref, double theta_prot, double tau)
{
	double e[SIZE_MAX_BLOCK + 1][SIZE_MAX_BLOCK + 1], worst = 0;

	for (uint64_t i = 0; i <= n_prot; i++)
		for (uint64_t j = 0; j <= n_ref; j++)
			e[i][j] = exp(ehs_block_log_e(block(i, n_prot, j, n_ref), theta_ref, theta_prot, tau));
	for (double p_ref = 0; p_ref <= fmin(1, 1 / tau) + 1e-12; p_ref += fmin(1, 1 / tau) / 25)
		for (double share = 0; share <= 1; share += .25) {
			double least = fmin(1, tau * p_ref), p_prot = least + share * (1 - least);

			worst = fmax(worst, mean_e(e, n_prot, n_ref, p_prot, fmin(1, p_ref)));
		}
	struct ehs_ratio_point at = ehs_block_projection((double)n_prot, (double)n_ref, theta_ref, theta_prot, tau);
	return fmax(worst, mean_e(e, n_prot, n_ref, at.p_prot, at.p_ref));
}

static void e_values_are_valid(void **state)
{
	double worst = 0, closest = 0;

	(void)state;
	seed = 1;
	for (int round = 0; round < 400; round++) {
		uint64_t n_prot = 1 + below(SIZE_MAX_BLOCK), n_ref = 1 + below(SIZE_MAX_BLOCK);
		double tau = .3 + 1.4 * uniform(), theta_ref = .01 + .98 * uniform();
		double theta_prot = uniform() * fmin(.999, tau * theta_ref) + 1e-4;
		double mean = worst_mean(n_prot, n_ref, theta_ref, theta_prot, tau);

		worst = fmax(worst, mean);
		closest += mean > 1 - 1e-9;
	}
	print_message("worst mean of E over 400 alternatives and their nulls: 1 %+.2g\n", worst - 1);
	assert_true(worst <= 1 + 1e-12);
	assert_true(closest == 400); /* and none is wasteful: at the projected point the mean is 1 */
}

static const struct ehs_mixture *const mixtures[] = {&ehs_mixture_1, &ehs_mixture_2};

/* Shares that are a bet: none negative, one unit in all. */
static void a_mixture_spreads_one_unit(void **state)
{
	(void)state;
	for (size_t m = 0; m < 2; m++) {
		double sum = 0;

		for (size_t d = 0; d < mixtures[m]->n; d++) {
			assert_true(mixtures[m]->share[d] > 0 && mixtures[m]->delta[d] > 0 && mixtures[m]->delta[d] < 1);
			sum += mixtures[m]->share[d];
		}
		assert_true(fabs(sum - 1) < 1e-15 && mixtures[m]->n <= EHS_ALTERNATIVES);
	}
}

/* The alternatives that are really bet on, also at tau above 1 and at the edges of the memory: each by itself, and what
 * the bet as a whole pays in one block. */
static void the_mixtures_are_valid(void **state)
{
	static const double taus[] = {.8, .9, 1 / .85, 1.25}, rates[] = {.01, .3, .6, .9, .99};
	double worst = 0;

	(void)state;
	for (size_t m = 0; m < 2; m++)
		for (size_t t = 0; t < 4; t++)
			for (size_t r = 0; r < 5; r++) {
				double e[SIZE_MAX_BLOCK + 1][SIZE_MAX_BLOCK + 1] = {{0}};

				for (size_t d = 0; d < mixtures[m]->n; d++) {
					double prot = fmin(.99, mixtures[m]->delta[d] * taus[t] * rates[r]), log_e[EHS_ALTERNATIVES];

					assert_true(worst_mean(8, 5, rates[r], prot, taus[t]) <= 1 + 1e-12);
					for (uint64_t i = 0; i <= 8; i++)
						for (uint64_t j = 0; j <= 5; j++) {
							ehs_alternatives_log_e(block(i, 8, j, 5), rates[r], taus[t], mixtures[m], log_e);
							assert_true(log_e[d] == ehs_block_log_e(block(i, 8, j, 5), rates[r], prot, taus[t]));
							e[i][j] += mixtures[m]->share[d] * exp(log_e[d]);
						}
				}
				for (double p_ref = 0; p_ref <= fmin(1, 1 / taus[t]) + 1e-12; p_ref += fmin(1, 1 / taus[t]) / 50)
					worst = fmax(worst, mean_e(e, 8, 5, fmin(1, taus[t] * p_ref), fmin(1, p_ref)));
			}
	print_message("worst mean of a whole bet on the line: 1 %+.2g\n", worst - 1);
	assert_true(worst <= 1 + 1e-12);
}

/* The projection is the nearest point of H0, by a grid; and log E is the plain formula at it, below tau = 1 and above. */
static void the_projection_is_nearest(void **state)
{
	(void)state;
	seed = 17;
	for (int round = 0; round < 200; round++) {
		double n1 = (double)(1 + below(50)), n2 = (double)(1 + below(90)), tau = .4 + 1.2 * uniform();
		double b = .02 + .96 * uniform(), a = fmin(.999, tau * b) * (.3 + .69 * uniform()), least = INFINITY;
		struct ehs_ratio_point p = ehs_block_projection(n1, n2, b, a, tau);
		double growth = ehs_block_growth(n1, n2, b, a, tau);

		for (double r = .0005; r < fmin(1, 1 / tau); r += .0005)
			least = fmin(least, n2 * (b * log(b / r) + (1 - b) * log((1 - b) / (1 - r))) +
			                            n1 * (a * log(a / (tau * r)) + (1 - a) * log((1 - a) / (1 - tau * r))));
		assert_true(growth > 0 && growth <= least + 1e-12 && least - growth < 1e-3 * (1 + growth));
		struct ehs_2x2 seen = block(below((uint64_t)n1), (uint64_t)n1, below((uint64_t)n2), (uint64_t)n2);
		double x1 = (double)seen.prot.x, x2 = (double)seen.ref.x;
		double plain = x1 * log(a / p.p_prot) + (n1 - x1) * log((1 - a) / p.q_prot) + x2 * log(b / p.p_ref) +
		               (n2 - x2) * log((1 - b) / p.q_ref);
		assert_true(fabs(ehs_block_log_e(seen, b, a, tau) - plain) < 1e-11);
	}
}

static void nothing_seen_nothing_bet(void **state)
{
	(void)state;
	assert_true(ehs_block_log_e(block(0, 0, 5, 9), .6, .3, .9) == 0);
	assert_true(ehs_block_log_e(block(2, 7, 0, 0), .6, .3, .9) == 0);
	assert_true(ehs_block_log_e(block(2, 7, 5, 9), .6, .6, .9) == 0); /* the alternative lies in H0 */
	assert_true(isnan(ehs_block_log_e(block(2, 7, 5, 9), 1, .3, .9)));
	assert_true(isnan(ehs_block_log_e(block(8, 7, 5, 9), .6, .3, .9)));
	assert_true(ehs_block_log_e(block(0, 1000000000, 999999999, 1000000000), .99, .01, .9) > 1e8);
	assert_true(isfinite(ehs_block_log_e(block(0, 1000000000, 999999999, 1000000000), .99, .01, .9)));
}

/* Sum over starts of the product from that start; and its logarithm never overflows. */
static void shiryaev_roberts_is_a_sum_of_products(void **state)
{
	(void)state;
	seed = 7;
	for (int round = 0; round < 50; round++) {
		double e[PATH], log_m = -INFINITY;

		for (int i = 0; i < PATH; i++) {
			double sum = 0;

			e[i] = exp(3 * uniform() - 1.6);
			log_m = ehs_sr_step(log_m, log(e[i]));
			for (int from = 0; from <= i; from++) {
				double product = 1;

				for (int j = from; j <= i; j++)
					product *= e[j];
				sum += product;
			}
			assert_true(nearly(exp(log_m), sum, 1e-12));
		}
	}
	assert_true(ehs_sr_step(5000, 3) == 5003 && nearly(ehs_sr_step(-5000, 3), 3, 1e-15));
}

/* The detector is the mean of such sums by their shares; a copy goes on bit by bit. */
static void detector_of(const struct ehs_mixture *mixture)
{
	struct ehs_detector d, copy;
	double log_m[EHS_ALTERNATIVES], peak = -INFINITY;

	seed = 11;
	for (int k = 0; k < EHS_ALTERNATIVES; k++)
		log_m[k] = -INFINITY;
	ehs_detector_init(&d, .9, mixture);
	assert_true(ehs_detector_log_m(&d) == -INFINITY && ehs_detector_theta(&d) == .5);
	for (int i = 0; i < 200; i++) {
		struct ehs_2x2 seen = block(successes(8, i < 100 ? .6 : .4), 8, successes(33, .6), 33);
		double log_e[EHS_ALTERNATIVES], mean = 0;

		if (i == 60)
			copy = d;
		ehs_alternatives_log_e(seen, ehs_detector_theta(&d), d.tau, mixture, log_e);
		ehs_detector_step(&d, log_e);
		ehs_memory_add(&d.memory, 1 / 168., seen.ref);
		if (i >= 60) {
			ehs_detector_step(&copy, log_e);
			ehs_memory_add(&copy.memory, 1 / 168., seen.ref);
		}
		for (size_t k = 0; k < mixture->n; k++) {
			log_m[k] = log_e[k] + log1p(exp(log_m[k]));
			mean += exp(log_m[k]) * mixture->share[k];
		}
		assert_true(nearly(exp(ehs_detector_log_m(&d)), mean, 1e-11));
		peak = fmax(peak, ehs_detector_log_m(&d));
	}
	assert_true(d.blocks == 200 && d.peak_log_m == peak && peak > log(100));
	assert_memory_equal(&d, &copy, sizeof d);
	assert_true(fabs(ehs_detector_theta(&d) - .6) < .03);
}

static void detector(void **state)
{
	(void)state;
	detector_of(&ehs_mixture_1);
	detector_of(&ehs_mixture_2);
}

/* Fixed start: the product; nothing learned, nothing claimed. */
static void e_process(void **state)
{
	struct ehs_eprocess e;
	const double up[EHS_ALTERNATIVES] = {.5, .4, .3, .2}, down[EHS_ALTERNATIVES] = {-2, -2, -2, -2};

	(void)state;
	ehs_eprocess_init(&e, 1 / .85);
	assert_true(ehs_eprocess_log_e(&e) == 0 && e.peak_log_e == 0);
	ehs_eprocess_step(&e, up);
	ehs_eprocess_step(&e, up);
	assert_true(nearly(ehs_eprocess_log_e(&e), log((exp(1) + exp(.8) + exp(.6) + exp(.4)) / 4), 1e-14));
	double peak = ehs_eprocess_log_e(&e);
	assert_true(nearly(ehs_eprocess_step(&e, down), peak - 2, 1e-14));
	assert_true(e.peak_log_e == peak && e.blocks == 2 + 1);
}

static void memory_fades_by_half(void **state)
{
	struct ehs_memory m = ehs_memory_init();

	(void)state;
	assert_true(m.x == 25 && m.n == 50);
	ehs_memory_add(&m, 1, (struct ehs_bin){100, 90});
	assert_true(m.x == 102.5 && m.n == 125);
	ehs_memory_add(&m, 0, (struct ehs_bin){1000000, 1000000});
	assert_true(ehs_memory_rate(&m) == .99);
	m = (struct ehs_memory){0, 1};
	assert_true(ehs_memory_rate(&m) == .01);
}

/* Time fades it to `least` and no further: from there on the decisions themselves push the old ones out. */
static void memory_fades_by_decisions_where_they_are_few(void **state)
{
	struct ehs_memory m = ehs_memory_init(), plain = m;

	(void)state;
	ehs_memory_add_counted(&m, 1, 100, (struct ehs_bin){4, 1});
	assert_true(m.n == 54 && m.x == 26); /* there is not so much yet: nothing fades */
	for (int i = 0; i < 50; i++)
		ehs_memory_add_counted(&m, 30, 100, (struct ehs_bin){4, 1});
	assert_true(fabs(m.n - 100) < 1e-9 && fabs(m.x - 25) < 4);
	ehs_memory_add_counted(&m, 30, 100, (struct ehs_bin){500, 100});
	assert_true(fabs(m.n - 500) < 1e-3); /* more than that came: the old is gone as by time */
	m = plain;
	ehs_memory_add_counted(&m, .25, 10, (struct ehs_bin){100, 90});
	ehs_memory_add(&plain, .25, (struct ehs_bin){100, 90});
	assert_true(m.n == plain.n && m.x == plain.x); /* where many come, it is the memory of time */
}

/* With rates exactly on the line, the first time that M reaches 200 comes after 200 blocks or more on average. */
static void patience_on_the_line(void **state)
{
	double blocks = 0;

	(void)state;
	seed = 20260401;
	for (int run = 0; run < 150; run++) {
		struct ehs_detector d;

		ehs_detector_init(&d, .9, &ehs_mixture_2);
		while (d.peak_log_m < log(200) && d.blocks < 5000) {
			struct ehs_2x2 seen = block(successes(8, .54), 8, successes(33, .6), 33);
			double log_e[EHS_ALTERNATIVES];

			ehs_alternatives_log_e(seen, ehs_detector_theta(&d), d.tau, d.mixture, log_e);
			ehs_detector_step(&d, log_e);
			ehs_memory_add(&d.memory, 1 / 168., seen.ref);
		}
		blocks += (double)d.blocks / 150;
	}
	print_message("mean blocks until M >= 200 with the truth on the line: %.0f\n", blocks);
	assert_true(blocks >= 200);
}

static double log_likelihood(struct ehs_2x2 t, double p_prot, double p_ref)
{
	double x1 = (double)t.prot.x, y1 = (double)(t.prot.n - t.prot.x);
	double x2 = (double)t.ref.x, y2 = (double)(t.ref.n - t.ref.x);

	return (x1 > 0 ? x1 * log(p_prot) : 0) + (y1 > 0 ? y1 * log1p(-p_prot) : 0) + (x2 > 0 ? x2 * log(p_ref) : 0) +
	       (y2 > 0 ? y2 * log1p(-p_ref) : 0);
}

/* Against the best of a fine grid of H0, which can only be a little worse than the closed form. */
static void likelihood_ratio(void **state)
{
	(void)state;
	seed = 3;
	for (int round = 0; round < 60; round++) {
		uint64_t n1 = 1 + below(40), n2 = 1 + below(60);
		struct ehs_2x2 t = block(below(n1 + 1), n1, below(n2 + 1), n2);
		double tau = .6 + .8 * uniform(), best = -INFINITY, glr = ehs_glr_air(t, tau);
		double top = log_likelihood(t, (double)t.prot.x / (double)n1, (double)t.ref.x / (double)n2);

		for (double p = 0; p <= fmin(1, 1 / tau); p += 1 / 4096.) {
			double mle = (double)t.prot.x / (double)n1;

			best = fmax(best, log_likelihood(t, fmin(1, fmax(tau * p, mle)), p));
		}
		assert_true(glr >= 0 && glr <= top - best + 1e-11);
		assert_true(top - best - glr < 2e-3 * (1 + glr));
	}
	assert_true(ehs_glr_air(block(5, 5, 0, 7), .8) == 0 && ehs_glr_air(block(0, 0, 4, 7), .8) == 0);
	assert_true(ehs_glr_air(block(0, 5, 0, 7), .8) == 0 && ehs_glr_air(block(5, 5, 7, 7), 1.25) > 0);
}

static void onset_of_a_planted_change(void **state)
{
	static struct ehs_2x2 path[400];

	(void)state;
	seed = 5;
	for (size_t i = 0; i < 400; i++)
		path[i] = block(successes(10, i < 250 ? .6 : .4), 10, successes(40, .6), 40);
	struct ehs_onset o = ehs_glr_onset(path, 400, .9, 2);
	assert_true(o.at >= 225 && o.at <= 275 && o.first <= o.at && o.at <= o.last && o.last < 400);
	struct ehs_2x2 since = {0};
	for (size_t i = 400; i-- > 0;) {
		since.prot.n += path[i].prot.n;
		since.prot.x += path[i].prot.x;
		since.ref.n += path[i].ref.n;
		since.ref.x += path[i].ref.x;
		double glr = ehs_glr_air(since, .9);
		assert_true(glr <= o.glr);
		assert_true(glr < o.glr - 2 || (o.first <= i && i <= o.last));
		if (i == o.at)
			assert_memory_equal(&since, &o.since, sizeof since);
	}
	path[o.at - 1] = (struct ehs_2x2){0}; /* an empty block before the start is not part of it */
	assert_int_equal(ehs_glr_onset(path, 400, .9, 2).at, o.at);
	struct ehs_2x2 fair = block(6, 10, 20, 40);
	o = ehs_glr_onset(&fair, 1, .9, 2);
	assert_true(o.at == 0 && o.glr == 0 && o.since.prot.x == 6);
}

/* Every start looked at, one by one. */
static struct ehs_onset slow_onset(const struct ehs_2x2 *path, size_t n, double tau, double units)
{
	struct ehs_onset o = {.at = n - 1, .first = n - 1, .last = n - 1, .since = path[n - 1]};

	for (int pass = 0; pass < 2; pass++) {
		struct ehs_2x2 since = {0};

		for (size_t i = n; i-- > 0;) {
			since.prot.n += path[i].prot.n;
			since.prot.x += path[i].prot.x;
			since.ref.n += path[i].ref.n;
			since.ref.x += path[i].ref.x;
			double glr = ehs_glr_air(since, tau);
			if (pass == 0 && glr > o.glr) {
				o = (struct ehs_onset){.at = i, .first = i, .last = i, .glr = glr, .since = since};
			} else if (pass == 1 && o.glr > 0 && glr >= o.glr - units) {
				o.first = i;
				o.last = i > o.last ? i : o.last;
			}
		}
	}
	return o;
}

static void starts_passed_over_are_not_the_onset(void **state)
{
	static struct ehs_2x2 path[1500];
	static const double taus[] = {.9, .8, .6, 1, 1.25};

	(void)state;
	seed = 44;
	for (int round = 0; round < 400; round++) {
		size_t n = 1 + below(round % 4 == 0 ? 1500 : 300), change = below(n + n / 3), end = below(2 * n);
		double tau = taus[below(5)], rate = .02 + .9 * uniform(), fall = .3 + uniform(), units = round % 3 == 0 ? 0 : 4 * uniform();
		uint64_t most = 1 + below(60);

		for (size_t i = 0; i < n; i++) {
			uint64_t n1 = below(most), n2 = below(3 * most);

			path[i] = block(successes(n1, fmin(1, i >= change && i < end ? rate * fall : rate)), n1, successes(n2, rate), n2);
		}
		struct ehs_onset a = ehs_glr_onset(path, n, tau, units), b = slow_onset(path, n, tau, units);
		assert_memory_equal(&a, &b, sizeof a);
	}
}

static int falling(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

/* The definition: sort, and take the largest k that holds. */
static void edbh_is_its_definition(void **state)
{
	(void)state;
	seed = 13;
	for (int round = 0; round < 2000; round++) {
		size_t n = below(12), want = 0, marked = 0;
		double v[12], sorted[12], K = 4 + 20 * uniform(), b = .5 + 4 * uniform();
		bool rejected[12];

		for (size_t i = 0; i < n; i++) {
			double on_a_line = log(K / (b * (double)(1 + below(6))));

			v[i] = sorted[i] = below(4) == 0 ? on_a_line : 2 * log(K / b) * (uniform() - .3);
		}
		qsort(sorted, n, sizeof *sorted, falling);
		for (size_t k = 1; k <= n; k++)
			if (sorted[k - 1] >= log(K / ((double)k * b)))
				want = k;
		assert_int_equal(ehs_edbh(v, n, K, b, rejected), want);
		for (size_t i = 0; i < n; i++) {
			marked += rejected[i];
			assert_true(!rejected[i] || v[i] >= sorted[want - 1]);
		}
		assert_int_equal(marked, want);
	}
	bool rejected[2];
	const double v[] = {NAN, 100};
	assert_int_equal(ehs_edbh(v, 2, 2, .5, rejected), 1);
	assert_true(!rejected[0] && rejected[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(e_values_are_valid),
		cmocka_unit_test(a_mixture_spreads_one_unit), cmocka_unit_test(the_mixtures_are_valid),
		cmocka_unit_test(the_projection_is_nearest),
		cmocka_unit_test(nothing_seen_nothing_bet),
		cmocka_unit_test(shiryaev_roberts_is_a_sum_of_products),
		cmocka_unit_test(detector),
		cmocka_unit_test(e_process),
		cmocka_unit_test(memory_fades_by_half), cmocka_unit_test(memory_fades_by_decisions_where_they_are_few),
		cmocka_unit_test(patience_on_the_line),
		cmocka_unit_test(likelihood_ratio),
		cmocka_unit_test(onset_of_a_planted_change),
		cmocka_unit_test(starts_passed_over_are_not_the_onset),
		cmocka_unit_test(edbh_is_its_definition),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
