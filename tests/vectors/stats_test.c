/*
 * stats_test.c - the statistics against values computed by R, mpmath and exact rationals.
 *
 * Reads ../shared/vectors/stat_vectors.json and skips where it is absent.  Every case
 * of the tests named in `checkers` must hold at its own tolerance, and closed forms at
 * 1e-12; the other test names belong to parts that are not built yet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>

#include "stats/association.h"
#include "stats/exact.h"
#include "stats/proportion.h"
#include "stats/score.h"
#include "stats/sequence.h"
#include "stats/stratified.h"

#define VECTORS "../shared/vectors/stat_vectors.json"
#define CLOSED 1e-12 /* closed forms hold this where the oracle itself does */
#define VALUES_MAX 64

struct vector {
	const char *id;
	json_t *in, *out;
	double tol;
	size_t checked;
};

static double number(const json_t *j)
{
	if (json_is_string(j)) {
		const char *s = json_string_value(j);

		return strcmp(s, "Inf") == 0 ? INFINITY : strcmp(s, "-Inf") == 0 ? -INFINITY : NAN;
	}
	assert_true(json_is_number(j));
	return json_number_value(j);
}

static uint64_t count_of(const json_t *j)
{
	assert_true(json_is_integer(j) && json_integer_value(j) >= 0);
	return (uint64_t)json_integer_value(j);
}

static uint64_t in_count(const struct vector *v, const char *key)
{
	return count_of(json_object_get(v->in, key));
}

static double in_number(const struct vector *v, const char *key)
{
	return number(json_object_get(v->in, key));
}

static bool near(double got, double want, double tol)
{
	if (isnan(want))
		return isnan(got);
	if (isinf(want))
		return got == want;
	/* below 1e-15 the oracle's own rounding is what is left of a 0 */
	return fabs(got - want) <= tol * fabs(want) || fabs(got - want) < 1e-15;
}

static void check_at(struct vector *v, const char *key, double got, const json_t *want, double tol)
{
	if (!near(got, number(want), tol)) {
		print_error("%s %s: got %.17g, want %.17g, off by %.2g\n", v->id, key, got, number(want),
		            fabs(got / number(want) - 1));
		fail();
	}
	v->checked++;
}

/* One expected field, where this case has it. */
static void check(struct vector *v, const char *key, double got, double tol)
{
	json_t *want = json_object_get(v->out, key);

	if (want != NULL)
		check_at(v, key, got, want, tol);
}

static void check_i(struct vector *v, const char *key, size_t i, double got, double tol)
{
	check_at(v, key, got, json_array_get(json_object_get(v->out, key), i), tol);
}

static struct ehs_2x2 table_of(const json_t *t)
{
	uint64_t a = count_of(json_array_get(t, 0)), b = count_of(json_array_get(t, 1));
	uint64_t c = count_of(json_array_get(t, 2)), d = count_of(json_array_get(t, 3));

	return (struct ehs_2x2){.prot = {a + b, a}, .ref = {c + d, c}};
}

static void fisher(struct vector *v)
{
	struct ehs_exact e = ehs_fisher(table_of(json_object_get(v->in, "table")));

	check(v, "p_two_sided", e.p, v->tol);
	check(v, "p_less", e.p_less, v->tol);
	check(v, "p_greater", e.p_greater, v->tol);
	check(v, "p_mid_two_sided", e.p_mid, v->tol);
	assert_true(near(e.log10_p, log10(e.p), 1e-12) || fabs(e.log10_p) < 1e-12);
}

static void hypergeometric(struct vector *v)
{
	for (size_t i = 0; i < json_array_size(json_object_get(v->in, "x")); i++) {
		uint64_t x = count_of(json_array_get(json_object_get(v->in, "x"), i));
		uint64_t m = count_of(json_array_get(json_object_get(v->in, "m"), i));
		uint64_t n = count_of(json_array_get(json_object_get(v->in, "n"), i));
		uint64_t k = count_of(json_array_get(json_object_get(v->in, "k"), i));

		check_i(v, "pmf", i, exp(ehs_hypergeometric_log_pmf(x, m, n, k)), v->tol);
	}
}

static void hypergeometric_hp(struct vector *v)
{
	double log_pmf = ehs_hypergeometric_log_pmf(in_count(v, "x"), in_count(v, "m"), in_count(v, "n"), in_count(v, "k"));

	check(v, "log_pmf", log_pmf, v->tol);
	check(v, "pmf", exp(log_pmf), v->tol);
}

static void contingency(struct vector *v)
{
	const json_t *t = json_object_get(v->in, "table");
	size_t rows = json_array_size(t), cols = json_array_size(json_array_get(t, 0));
	uint64_t cell[VALUES_MAX];

	assert_true(rows * cols <= VALUES_MAX);
	for (size_t i = 0; i < rows * cols; i++)
		cell[i] = count_of(json_array_get(json_array_get(t, i / cols), i % cols));
	struct ehs_contingency c = ehs_contingency(cell, rows, cols);
	check(v, "statistic", c.chi2, CLOSED);
	check(v, "df", c.df, 0);
	check(v, "p", c.p, v->tol);
	check(v, "cramers_v", c.cramers_v, CLOSED);
	check(v, "cramers_v_bias_corrected", c.cramers_v_corrected, v->tol);
	if (rows == 2 && cols == 2) {
		struct ehs_2x2 two = {.prot = {cell[0] + cell[1], cell[0]}, .ref = {cell[2] + cell[3], cell[2]}};

		check(v, "z_pooled", ehs_z_pooled(two).stat, CLOSED);
	}
}

static void cmh(struct vector *v)
{
	const json_t *t = json_object_get(v->in, "strata");
	struct ehs_2x2 strata[VALUES_MAX];

	assert_true(json_array_size(t) <= VALUES_MAX);
	for (size_t i = 0; i < json_array_size(t); i++)
		strata[i] = table_of(json_array_get(t, i));
	struct ehs_cmh c = ehs_cmh(strata, json_array_size(t), EHS_Z95);
	check(v, "cmh", c.chi2, CLOSED);
	check(v, "p", c.p, v->tol);
	check(v, "mh_or", c.odds_ratio.est, CLOSED);
	check(v, "rbg_ci_lo", c.odds_ratio.lo, CLOSED);
	check(v, "rbg_ci_hi", c.odds_ratio.hi, CLOSED);
	check(v, "mh_rr", c.risk_ratio.est, CLOSED);
	check(v, "mh_rd", c.risk_difference, CLOSED);
	assert_true(c.risk_ratio.lo < c.risk_ratio.est && c.risk_ratio.est < c.risk_ratio.hi);
}

static void binomial(struct vector *v)
{
	for (size_t i = 0; i < json_array_size(json_object_get(v->in, "x")); i++) {
		struct ehs_bin bin = {count_of(json_array_get(json_object_get(v->in, "n"), i)),
		                      count_of(json_array_get(json_object_get(v->in, "x"), i))};
		struct ehs_interval w = ehs_wilson(bin, EHS_Z95);

		check_i(v, "wilson_lo", i, w.lo, v->tol);
		check_i(v, "wilson_hi", i, w.hi, CLOSED);
	}
}

static void two_proportions(struct vector *v)
{
	struct ehs_2x2 t = {.prot = {in_count(v, "n_protected"), in_count(v, "x_protected")},
	                    .ref = {in_count(v, "n_reference"), in_count(v, "x_reference")}};
	double z = ehs_z_of(in_number(v, "conf"));
	struct ehs_interval koopman = ehs_air_koopman(t, z), katz = ehs_air_katz(t, z), rd = ehs_rd_newcombe(t, z);
	struct ehs_test pooled = ehs_z_pooled(t), score = ehs_air_score(t, .8);

	if (json_object_get(v->out, "status") != NULL) {
		assert_string_equal(json_string_value(json_object_get(v->out, "status")), "invalid_input");
		assert_int_equal(koopman.status, EHS_INVALID);
		v->checked++;
		return;
	}
	if (json_object_get(v->out, "katz_status") != NULL)
		assert_true(katz.status == EHS_ZERO_CELL || katz.status == EHS_UNDEFINED);
	check(v, "p_protected", ehs_wilson(t.prot, z).est, CLOSED);
	check(v, "p_reference", ehs_wilson(t.ref, z).est, CLOSED);
	check(v, "air", koopman.est, CLOSED);
	check(v, "koopman_lo", koopman.lo, 1e-11);
	check(v, "koopman_hi", koopman.hi, 1e-11);
	check(v, "katz_lo", katz.lo, CLOSED);
	check(v, "katz_hi", katz.hi, CLOSED);
	check(v, "rd", rd.est, CLOSED);
	check(v, "newcombe_lo", rd.lo, CLOSED);
	check(v, "newcombe_hi", rd.hi, CLOSED);
	check(v, "z_pooled", pooled.stat, CLOSED);
	check(v, "p_two_sided", pooled.p, v->tol);
	check(v, "score_z_air_0.8", score.stat, v->tol);
	check(v, "p_air_lt_0.8", score.p, v->tol);
}

/* The values of an input array in 1e-3 fixed point; every case has at most three decimals. */
static size_t fixed(const struct vector *v, const char *key, int64_t q[VALUES_MAX])
{
	const json_t *a = json_object_get(v->in, key);

	assert_true(json_array_size(a) <= VALUES_MAX);
	for (size_t i = 0; i < json_array_size(a); i++)
		q[i] = llround(number(json_array_get(a, i)) * 1000);
	return json_array_size(a);
}

static struct ehs_moments moments(const struct vector *v, const char *key)
{
	int64_t q[VALUES_MAX];
	struct ehs_moments m = {fixed(v, key, q), 0, 0};

	for (size_t i = 0; i < m.n; i++) {
		m.sum += q[i];
		m.sum_sq += (ehs_int128)q[i] * q[i];
	}
	return m;
}

static void welch(struct vector *v)
{
	struct ehs_moments x = moments(v, "x"), y = moments(v, "y");
	struct ehs_smd s = ehs_smd(&x, &y, 3);

	check(v, "t", s.welch_t, v->tol);
	check(v, "df", s.df, v->tol);
	check(v, "p", s.p, v->tol);
	check(v, "diff", s.difference, v->tol);
	check(v, "ci_lo", s.diff_lo, v->tol);
	check(v, "ci_hi", s.diff_hi, v->tol);
	check(v, "cohens_d_pooled", s.smd, v->tol);
	check(v, "hedges_g_exactJ", s.hedges_g, v->tol);
	check(v, "smd_unpooled", s.smd_unpooled, v->tol);
}

static void sort_keys(int64_t *q, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j > 0 && q[j] < q[j - 1]; j--) {
			int64_t other = q[j];

			q[j] = q[j - 1];
			q[j - 1] = other;
		}
}

struct bins {
	int64_t key[VALUES_MAX];
	uint64_t count[VALUES_MAX];
};

static struct ehs_histogram histogram(const struct vector *v, const char *key, struct bins *b)
{
	int64_t q[VALUES_MAX];
	size_t n = fixed(v, key, q), bins = 0;

	sort_keys(q, n);
	for (size_t i = 0; i < n; i++) {
		if (bins == 0 || b->key[bins - 1] != q[i]) {
			b->key[bins] = q[i];
			b->count[bins++] = 0;
		}
		b->count[bins - 1]++;
	}
	return (struct ehs_histogram){b->key, b->count, bins};
}

static void mann_whitney(struct vector *v)
{
	struct bins x, y;
	struct ehs_mann_whitney m = ehs_mann_whitney(histogram(v, "x", &x), histogram(v, "y", &y), EHS_Z95);

	if (json_object_get(v->out, "status") != NULL)
		assert_string_equal(json_string_value(json_object_get(v->out, "status")), ehs_status_name(m.status));
	check(v, "U", m.u, 0);
	check(v, "auc", m.auc.est, CLOSED);
	check(v, "cliffs_delta", 2 * m.auc.est - 1, CLOSED);
	check(v, "p_normal", m.p, v->tol > 0 ? v->tol : CLOSED);
	check(v, "p_normal_cc", m.p_corrected, v->tol);
	check(v, "delong_var", m.auc_variance, v->tol);
}

/* The library takes r as given; point-biserial has its own unit test. */
static void correlation(struct vector *v)
{
	json_t *r = json_object_get(v->out, "pearson");

	if (r == NULL) {
		struct ehs_moments x = moments(v, "x");

		assert_int_equal(ehs_point_biserial(&x, &x, EHS_Z95).status, EHS_ZERO_VARIANCE);
		v->checked++;
		return;
	}
	struct ehs_correlation c = ehs_correlation_of(number(r), json_array_size(json_object_get(v->in, "x")), EHS_Z95);
	check(v, "t", c.t, v->tol);
	check(v, "p", c.p, v->tol);
	check(v, "fisher_ci_lo", c.r.lo, v->tol);
	check(v, "fisher_ci_hi", c.r.hi, v->tol);
}

static void e_value(struct vector *v)
{
	struct ehs_2x2 block = {.prot = {in_count(v, "n_prot"), in_count(v, "x_prot")},
	                        .ref = {in_count(v, "n_ref"), in_count(v, "x_ref")}};
	double ref = in_number(v, "theta_ref_alt"), prot = in_number(v, "theta_prot_alt"), tau = in_number(v, "tau");
	double n_prot = (double)block.prot.n, n_ref = (double)block.ref.n;
	struct ehs_ratio_point p = ehs_block_projection(n_prot, n_ref, ref, prot, tau);

	check(v, "ripr_ref", p.p_ref, CLOSED);
	check(v, "ripr_prot", p.p_prot, CLOSED);
	check(v, "log_e", ehs_block_log_e(block, ref, prot, tau), v->tol);
	check(v, "block_growth_rate", ehs_block_growth(n_prot, n_ref, ref, prot, tau), v->tol);
}

static void shiryaev_roberts(struct vector *v)
{
	const json_t *blocks = json_object_get(v->in, "blocks");
	double ref = in_number(v, "theta_ref_alt"), prot = in_number(v, "theta_prot_alt"), tau = in_number(v, "tau");
	double log_m = -INFINITY, log_product = 0;

	for (size_t i = 0; i < json_array_size(blocks); i++) {
		const json_t *b = json_array_get(blocks, i); /* x_ref n_ref x_prot n_prot */
		struct ehs_2x2 block = {.prot = {count_of(json_array_get(b, 3)), count_of(json_array_get(b, 2))},
		                        .ref = {count_of(json_array_get(b, 1)), count_of(json_array_get(b, 0))}};
		double log_e = ehs_block_log_e(block, ref, prot, tau);

		log_m = ehs_sr_step(log_m, log_e);
		log_product += log_e;
		check_i(v, "M", i, exp(log_m), v->tol);
		check_i(v, "E", i, exp(log_product), v->tol);
	}
}

/* e-BH is e-d-BH with K = n and b = alpha. */
static void e_bh(struct vector *v)
{
	const json_t *e = json_object_get(v->in, "e"), *want = json_object_get(v->out, "rejected_indices0");
	size_t n = json_array_size(e);
	double log_e[VALUES_MAX];
	bool rejected[VALUES_MAX];

	assert_true(n <= VALUES_MAX);
	for (size_t i = 0; i < n; i++)
		log_e[i] = log(number(json_array_get(e, i)));
	assert_int_equal(ehs_edbh(log_e, n, (double)n, in_number(v, "alpha"), rejected), json_array_size(want));
	for (size_t i = 0; i < json_array_size(want); i++)
		assert_true(rejected[(size_t)number(json_array_get(want, i))]);
	v->checked++;
}

static const struct {
	const char *test;
	void (*run)(struct vector *v);
	size_t cases; /* in the file at hand when this was written; fewer means a broken file or reader */
} checkers[] = {
	{"fisher_exact_2x2", fisher, 7},
	{"hypergeometric_pmf", hypergeometric, 1},
	{"hypergeometric_pmf_hp", hypergeometric_hp, 2},
	{"contingency_kxc", contingency, 4},
	{"cochran_mantel_haenszel_2x2xK", cmh, 2},
	{"binomial_ci", binomial, 1},
	{"two_proportions", two_proportions, 10},
	{"welch_t_smd", welch, 3},
	{"mann_whitney", mann_whitney, 4},
	{"correlation", correlation, 3},
	{"evalue_block_air_null", e_value, 5},
	{"e_detector_shiryaev_roberts", shiryaev_roberts, 1},
	{"e_bh", e_bh, 3},
};
#define CHECKERS (sizeof checkers / sizeof *checkers)

static void every_vector_holds(void **state)
{
	json_error_t error;
	json_t *all = json_load_file(VECTORS, 0, &error);
	size_t seen[CHECKERS] = {0}, values = 0, i;
	json_t *entry;

	(void)state;
	if (all == NULL) {
		print_message("skip: ../shared/vectors is not here\n");
		skip();
	}
	json_array_foreach(all, i, entry) {
		const char *test = json_string_value(json_object_get(entry, "test"));
		struct vector v = {json_string_value(json_object_get(entry, "id")), json_object_get(entry, "inputs"),
		                   json_object_get(entry, "expected"), json_number_value(json_object_get(entry, "tol_rel")), 0};

		for (size_t c = 0; c < CHECKERS; c++) {
			if (strcmp(test, checkers[c].test) != 0)
				continue;
			checkers[c].run(&v);
			assert_true(v.checked > 0);
			seen[c]++;
			values += v.checked;
		}
	}
	for (size_t c = 0; c < CHECKERS; c++)
		assert_true(seen[c] >= checkers[c].cases);
	print_message("%zu values of %zu tests\n", values, CHECKERS);
	json_decref(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_vector_holds),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
