/*
 * sparse_test.c - histograms by value, merged and subtracted in place, against sorted values.
 */
#include "samples.h"

#include <string.h>

#include "stats/summary.h"

#define ROOM (2 * VALUES_MAX)

struct held {
	int64_t key[ROOM];
	uint64_t count[ROOM];
	struct ehs_sparse s;
};

static void start(struct held *h, size_t room)
{
	memset(h, 0, sizeof *h);
	h->s = (struct ehs_sparse){h->key, h->count, 0, room};
}

static void same(const struct held *h, const int64_t *sorted, size_t n)
{
	int64_t key[ROOM];
	uint64_t count[ROOM];
	size_t bins = ehs_tally(sorted, n, key, count);

	assert_int_equal(h->s.n_bins, bins);
	assert_memory_equal(h->key, key, bins * sizeof *key);
	assert_memory_equal(h->count, count, bins * sizeof *count);
}

static void against_values(void **state)
{
	(void)state;
	for (int round = 0; round < 500; round++) {
		struct sample a, b;
		struct held h;
		int64_t all[ROOM];

		start(&h, ROOM);
		draw_sample(&a, draw(VALUES_MAX), (int64_t)draw(40) - 20, 1 + draw(30));
		draw_sample(&b, draw(VALUES_MAX), (int64_t)draw(40) - 20, 1 + draw(30));
		memcpy(all, a.value, a.n * sizeof *all);
		memcpy(all + a.n, b.value, b.n * sizeof *all);
		qsort(all, a.n + b.n, sizeof *all, by_value);
		assert_int_equal(ehs_sparse_merge(&h.s, a.h), EHS_OK);
		same(&h, a.value, a.n);
		assert_int_equal(ehs_sparse_merge(&h.s, b.h), EHS_OK);
		same(&h, all, a.n + b.n);
		assert_int_equal(ehs_sparse_subtract(&h.s, a.h), EHS_OK);
		same(&h, b.value, b.n);
		assert_int_equal(ehs_sparse_subtract(&h.s, b.h), EHS_OK);
		assert_int_equal(h.s.n_bins, 0);
	}
}

/* Zeros of the other are no bins here; what does not fit changes nothing. */
static void refused_is_unchanged(void **state)
{
	int64_t key[] = {1, 2, 3}, falling[] = {2, 1};
	uint64_t count[] = {4, 0, 6}, one[] = {1, 1, 1}, most[] = {(UINT64_C(1) << 33) - 10, 1};
	struct ehs_histogram from = {key, count, 3}, ones = {key, one, 3};
	struct held h;

	(void)state;
	start(&h, 2);
	assert_int_equal(ehs_sparse_merge(&h.s, from), EHS_OK);
	assert_true(h.s.n_bins == 2 && h.key[1] == 3 && h.count[1] == 6);
	struct held was = h;
	assert_int_equal(ehs_sparse_merge(&h.s, ones), EHS_OVERFLOW);    /* no room for 2 */
	assert_int_equal(ehs_sparse_subtract(&h.s, ones), EHS_OVERFLOW); /* there is no 2 */
	assert_int_equal(ehs_sparse_merge(&h.s, (struct ehs_histogram){falling, one, 2}), EHS_INVALID);
	assert_int_equal(ehs_sparse_subtract(&h.s, (struct ehs_histogram){falling, one, 2}), EHS_INVALID);
	assert_int_equal(ehs_sparse_merge(&h.s, (struct ehs_histogram){key, most, 2}), EHS_OVERFLOW);
	assert_memory_equal(h.key, was.key, sizeof h.key);
	assert_memory_equal(h.count, was.count, sizeof h.count);
	assert_int_equal(h.s.n_bins, 2);
}

/* A bin of nothing was counted as no place, and the merge wrote before the first. */
static void a_bin_of_nothing_is_refused(void **state)
{
	int64_t key[] = {1, 2, 3, 0, 0}, more[] = {0};
	uint64_t count[] = {4, 0, 1, 0, 0}, one[] = {1};
	struct ehs_sparse s = {key, count, 3, 5};

	(void)state;
	assert_int_equal(ehs_sparse_merge(&s, (struct ehs_histogram){more, one, 1}), EHS_INVALID);
	assert_true(s.n_bins == 3 && key[0] == 1 && count[2] == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_values),
		cmocka_unit_test(refused_is_unchanged),
		cmocka_unit_test(a_bin_of_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
