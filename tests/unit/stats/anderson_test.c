/*
 * anderson_test.c - k-sample Anderson-Darling against its definition in long double.
 */
#include "samples.h"

#include "stats/anderson.h"

#define GROUPS 4

struct plain {
	long double v1, v2, sigma;
};

static long double up_to(const struct sample *s, int64_t line, bool middle)
{
	long double n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->value[i] < line ? 1 : s->value[i] > line ? 0 : middle ? .5L : 1;
	return n;
}

/* Scholz & Stephens, equations 6 and 7, key by key. */
static void statistics(struct plain *p, const struct sample *s, size_t k, long double n)
{
	for (int64_t key = -100; key <= 100; key++) {
		long double upper = 0, middle = 0;

		for (size_t g = 0; g < k; g++) {
			upper += up_to(&s[g], key, false);
			middle += up_to(&s[g], key, true);
		}
		long double on_it = 2 * (upper - middle);
		for (size_t g = 0; g < k && on_it > 0; g++) {
			long double size = (long double)s[g].n, a = n * up_to(&s[g], key, false) - size * upper,
				    b = n * up_to(&s[g], key, true) - size * middle;

			if (s[g].n == 0)
				continue;
			if (upper < n)
				p->v1 += on_it / n * a * a / (upper * (n - upper)) / size;
			p->v2 += on_it / n * b * b / (middle * (n - middle) - n * on_it / 4) / size * (n - 1) / n;
		}
	}
}

/* Equation 4, with g as the double sum that it is. */
static long double deviation(const struct sample *s, size_t groups, size_t n)
{
	long double sum = 0, h = 0, g = 0, k = 0, size = (long double)n;

	for (size_t i = 0; i < groups; i++) {
		k += s[i].n > 0;
		sum += s[i].n > 0 ? 1 / (long double)s[i].n : 0;
	}
	for (size_t i = 1; i < n; i++) {
		h += 1 / (long double)i;
		for (size_t j = i + 1; j < n; j++)
			g += 1 / ((size - (long double)i) * (long double)j);
	}
	long double a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * sum;
	long double b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * sum - 8 * h + 4 * g - 6;
	long double c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * sum + 4 * h;
	long double d = (2 * h + 6) * k * k - 4 * h * k;
	return sqrtl((a * size * size * size + b * size * size + c * size + d) /
	             ((size - 1) * (size - 2) * (size - 3)));
}

static void by_definition(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		struct sample s[GROUPS];
		struct ehs_histogram h[GROUPS];
		size_t k = 2 + draw(GROUPS - 1), n = 0;
		struct plain p = {0, 0, 0};

		for (size_t g = 0; g < k; g++) {
			draw_sample(&s[g], g < 2 ? 2 + draw(40) : draw(40), (int64_t)draw(4) - 50, 1 + draw(90));
			h[g] = s[g].h;
			n += s[g].n;
		}
		struct ehs_anderson a = ehs_anderson(h, k);
		if (a.status == EHS_ALL_TIED)
			continue;
		statistics(&p, s, k, (long double)n);
		assert_int_equal(a.status, EHS_OK);
		assert_true(near(a.a2_v1, (double)p.v1, 1e-13) && near(a.a2_v2, (double)p.v2, 1e-13));
		assert_true(near(a.sigma, (double)deviation(s, k, n), 1e-12));
		assert_true(near(a.t_v1, (a.a2_v1 - (double)a.v1.n[1] + 1) / a.sigma, 1e-12));
		assert_true(a.v1.p >= .001 && a.v1.p <= .25 && a.v2.p >= .001 && a.v2.p <= .25);
	}
}

/* In exact fractions: 196/195, 14734/5187, 422/175; p as scipy 1.10.1 reads the table. */
static void exact_fractions(void **state)
{
	int64_t key[][4] = {{5}, {1, 2, 9}, {1, 2, 3}, {4, 5, 6, 7}, {1, 2, 3}, {2, 3, 4}};
	uint64_t count[][4] = {{4}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1, 1}, {2, 2, 1}, {3, 3, 1}};
	size_t bins[] = {1, 3, 3, 4, 3, 3};
	double want[] = {196. / 195, 14734. / 5187, 422. / 175};
	double p_v1[] = {0.11553010553180612, 0.020245191507946153, 0.1573950690183166};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct ehs_histogram h[] = {{key[2 * i], count[2 * i], bins[2 * i]},
		                            {key[2 * i + 1], count[2 * i + 1], bins[2 * i + 1]}};

		struct ehs_anderson a = ehs_anderson(h, 2);
		assert_true(near(a.a2_v2, want[i], 1e-14) && near(a.v1.p, p_v1[i], 1e-9));
		assert_true(a.v1.flags == EHS_FLAG_APPROXIMATE);
	}
}

static void edges(void **state)
{
	int64_t key[] = {1, 2};
	uint64_t count[] = {2, 1}, huge[] = {1000000000, 1000000000};
	struct ehs_histogram tied = {key, count, 1}, one = {key + 1, count + 1, 1}, none = {key, count, 0};
	struct ehs_histogram large = {key, huge, 2};

	(void)state;
	assert_int_equal(ehs_anderson((struct ehs_histogram[]){tied, tied}, 2).status, EHS_ALL_TIED);
	assert_true(isnan(ehs_anderson((struct ehs_histogram[]){tied, tied}, 2).a2_v1));
	assert_int_equal(ehs_anderson((struct ehs_histogram[]){tied, one}, 2).status, EHS_LOW_N);
	assert_int_equal(ehs_anderson((struct ehs_histogram[]){tied, none}, 2).status, EHS_EMPTY_GROUP);
	struct ehs_anderson a = ehs_anderson((struct ehs_histogram[]){large, none, large}, 3);
	assert_true(a.status == EHS_OK && a.a2_v1 == 0 && a.a2_v2 == 0 && a.v1.flags & EHS_FLAG_DROPPED_EMPTY);
	assert_true(near(a.sigma, sqrt(2 * (M_PI * M_PI / 3 - 3)), 1e-7) && a.v1.p == .25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_definition),
		cmocka_unit_test(exact_fractions),
		cmocka_unit_test(edges),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
