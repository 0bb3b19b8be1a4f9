/*
 * summary_test.c - any order, any split, subtract after merge is nothing; what does not fit changes nothing.
 *
 * Each summary of the library is run through the same properties: the ones of summary.h, and those of outcome.h,
 * calibration.h and membership.h.
 */
#include "samples.h"

#include <string.h>

#include "stats/calibration.h"
#include "stats/membership.h"
#include "stats/outcome.h"
#include "stats/summary.h"

#define P 4
#define CELLS 12

/* One of everything. */
struct pane {
	uint64_t counts[CELLS];
	struct ehs_bin bins[3];
	struct ehs_moments moments;
	ehs_int128 sum[P], product[EHS_CROSS_PRODUCTS(P)];
	uint64_t n_cross;
	struct ehs_confusion confusion;
	struct ehs_calibration calibration;
	struct ehs_membership_sums membership;
};

static struct ehs_cross cross_of(struct pane *p)
{
	return (struct ehs_cross){P, p->n_cross, p->sum, p->product};
}

static void start(struct pane *p)
{
	memset(p, 0, sizeof *p);
	assert_int_equal(ehs_membership_init(&p->membership, 2, 1000000), EHS_OK);
}

/* A decision: everything that is counted of it. */
struct event {
	int64_t score, row[P];
	uint32_t q, w[2];
	unsigned y, group, adverse;
};

static struct event draw_event(void)
{
	uint32_t w = (uint32_t)draw(1000001);
	int64_t edge = (INT64_C(1) << 47) - 1,
		score = (int64_t)draw(3) == 0 ? edge - (int64_t)draw(9) : (int64_t)draw(99);

	return (struct event){
		.score = draw(2) ? score : -score,
		.row = {score, -edge + (int64_t)draw(5), (int64_t)draw(1000), 1},
		.q = (uint32_t)draw(1000001),
		.w = {w, 1000000 - w},
		.y = (unsigned)draw(2),
		.group = (unsigned)draw(3),
		.adverse = (unsigned)draw(2),
	};
}

static void take(struct pane *p, const struct event *e)
{
	struct ehs_cross cross = cross_of(p);

	p->counts[e->group * 4 + e->y * 2 + e->adverse]++;
	p->bins[e->group].n++;
	p->bins[e->group].x += e->y;
	assert_int_equal(ehs_moments_take(&p->moments, e->score), EHS_OK);
	assert_int_equal(ehs_cross_take(&cross, e->row), EHS_OK);
	p->n_cross = cross.n;
	p->confusion.tp += e->adverse && e->y;
	p->confusion.fp += e->adverse && !e->y;
	p->confusion.fn += !e->adverse && e->y;
	p->confusion.tn += !e->adverse && !e->y;
	assert_int_equal(ehs_calibration_add(&p->calibration, e->q, e->y), EHS_OK);
	assert_int_equal(ehs_membership_add(&p->membership, e->w, 1, e->y), EHS_OK);
}

static void merge(struct pane *p, const struct pane *more)
{
	struct pane from = *more;
	struct ehs_cross cross = cross_of(p), other = cross_of(&from);

	assert_int_equal(ehs_counts_merge(p->counts, more->counts, CELLS), EHS_OK);
	assert_int_equal(ehs_bins_merge(p->bins, more->bins, 3), EHS_OK);
	assert_int_equal(ehs_moments_merge(&p->moments, &more->moments), EHS_OK);
	assert_int_equal(ehs_cross_merge(&cross, &other), EHS_OK);
	p->n_cross = cross.n;
	assert_int_equal(ehs_confusion_merge(&p->confusion, &more->confusion), EHS_OK);
	assert_int_equal(ehs_calibration_merge(&p->calibration, &more->calibration), EHS_OK);
	assert_int_equal(ehs_membership_merge(&p->membership, &more->membership), EHS_OK);
}

static void subtract(struct pane *p, const struct pane *less)
{
	struct pane from = *less;
	struct ehs_cross cross = cross_of(p), other = cross_of(&from);

	assert_int_equal(ehs_counts_subtract(p->counts, less->counts, CELLS), EHS_OK);
	assert_int_equal(ehs_bins_subtract(p->bins, less->bins, 3), EHS_OK);
	assert_int_equal(ehs_moments_subtract(&p->moments, &less->moments), EHS_OK);
	assert_int_equal(ehs_cross_subtract(&cross, &other), EHS_OK);
	p->n_cross = cross.n;
	assert_int_equal(ehs_confusion_subtract(&p->confusion, &less->confusion), EHS_OK);
	assert_int_equal(ehs_calibration_subtract(&p->calibration, &less->calibration), EHS_OK);
	assert_int_equal(ehs_membership_subtract(&p->membership, &less->membership), EHS_OK);
}

#define EVENTS 60
#define PANES 5

/* The same events in another order, over other panes, merged in another order, are the same bytes. */
static void any_order_any_split(void **state)
{
	static struct event events[EVENTS];
	static struct pane whole, panes[PANES], sum;

	(void)state;
	for (int round = 0; round < 60; round++) {
		start(&whole);
		start(&sum);
		for (size_t i = 0; i < EVENTS; i++) {
			events[i] = draw_event();
			take(&whole, &events[i]);
		}
		for (size_t i = 0; i < PANES; i++)
			start(&panes[i]);
		for (size_t i = EVENTS; i > 0; i--) {
			size_t j = draw(i);

			take(&panes[draw(PANES)], &events[j]);
			events[j] = events[i - 1];
		}
		size_t first = draw(PANES);
		for (size_t i = 0; i < PANES; i++)
			merge(&sum, &panes[(first + i) % PANES]);
		assert_memory_equal(&sum, &whole, sizeof sum);
		/* a window moves on: taking one away leaves what the others make */
		subtract(&sum, &panes[first]);
		start(&whole);
		for (size_t i = 1; i < PANES; i++)
			merge(&whole, &panes[(first + PANES - i) % PANES]);
		assert_memory_equal(&sum, &whole, sizeof sum);
		subtract(&sum, &whole);
		start(&whole);
		assert_memory_equal(&sum, &whole, sizeof sum);
	}
}

/* Two changes of which the last entry does not fit: the first has not been made either. */
static void refused_is_unchanged(void **state)
{
	uint64_t counts[] = {5, UINT64_MAX}, more[] = {1, 1}, less[] = {1, 9};
	struct ehs_bin bins[] = {{5, 2}, {UINT64_MAX, 1}}, bin_more[] = {{1, 1}, {1, 0}}, odd[] = {{1, 0}, {0, 1}};

	(void)state;
	assert_int_equal(ehs_counts_merge(counts, more, 2), EHS_OVERFLOW);
	assert_true(counts[0] == 5 && counts[1] == UINT64_MAX);
	assert_int_equal(ehs_counts_subtract(more, less, 2), EHS_OVERFLOW);
	assert_true(more[0] == 1 && more[1] == 1);
	assert_int_equal(ehs_bins_merge(bins, bin_more, 2), EHS_OVERFLOW);
	assert_int_equal(ehs_bins_subtract(bins, bin_more, 2), EHS_OK);
	assert_int_equal(ehs_bins_merge(bins, odd, 2), EHS_INVALID);
	assert_int_equal(ehs_bins_subtract(bins, &(struct ehs_bin){4, 0}, 1), EHS_INVALID); /* 0 of 4 from 1 of 4 */
	assert_true(bins[0].n == 4 && bins[0].x == 1 && bins[1].n == UINT64_MAX - 1 && bins[1].x == 1);
}

static void moments_at_their_limits(void **state)
{
	ehs_int128 most = (ehs_int128)(((ehs_uint128)1 << 127) - 1);
	struct ehs_moments m = {3, 6, most - 2}, full = {UINT64_C(1) << 33, 0, 0}, none = {0, 0, 0}, was = m;

	(void)state;
	assert_int_equal(ehs_moments_take(&m, 2), EHS_OVERFLOW);
	assert_int_equal(ehs_moments_take(&m, INT64_C(1) << 47), EHS_INVALID);
	assert_int_equal(ehs_moments_take(&m, INT64_MIN), EHS_INVALID);
	assert_int_equal(ehs_moments_take(&full, 0), EHS_OVERFLOW);
	assert_int_equal(ehs_moments_subtract(&none, &(struct ehs_moments){1, 0, 0}), EHS_OVERFLOW);
	assert_int_equal(ehs_moments_subtract(&m, &(struct ehs_moments){3, 5, most - 2}),
	                 EHS_INVALID); /* a rest of 0 */
	assert_int_equal(ehs_moments_subtract(&m, &(struct ehs_moments){1, 0, most}), EHS_INVALID);
	assert_memory_equal(&m, &was, sizeof m);
	assert_true(full.n == UINT64_C(1) << 33 && none.n == 0);
}

static void cross_at_its_limits(void **state)
{
	ehs_int128 most = (ehs_int128)(((ehs_uint128)1 << 127) - 1);
	ehs_int128 sum[2] = {1, 2}, product[3] = {1, 2, most}, other_sum[2] = {1, 1}, other_product[3] = {1, 1, 1};
	struct ehs_cross m = {2, 1, sum, product}, other = {2, 1, other_sum, other_product},
			 shape = {3, 1, sum, product};
	struct ehs_cross wide = {EHS_CROSS_MAX + 1, 0, sum, product};

	(void)state;
	assert_int_equal(ehs_cross_merge(&m, &other), EHS_OVERFLOW);
	assert_int_equal(ehs_cross_take(&m, (int64_t[]){1, 1}), EHS_OVERFLOW);
	assert_int_equal(ehs_cross_take(&m, (int64_t[]){1, INT64_C(1) << 47}), EHS_INVALID);
	assert_int_equal(ehs_cross_merge(&m, &shape), EHS_INVALID);
	assert_int_equal(ehs_cross_take(&wide, (int64_t[]){1, 1}), EHS_INVALID);
	other.n = 2;
	assert_int_equal(ehs_cross_subtract(&m, &other), EHS_OVERFLOW);
	assert_true(m.n == 1 && sum[0] == 1 && sum[1] == 2 && product[0] == 1 && product[1] == 2 && product[2] == most);
	assert_true(ehs_cross_product(&m, 0, 1) == 2 && ehs_cross_product(&m, 1, 0) == 2);
	struct ehs_moments one = ehs_cross_moments(&m, 0);
	assert_true(one.n == 1 && one.sum == 1 && one.sum_sq == 1);
	other.n = 1;
	product[2] = 1;
	sum[1] = 1;
	assert_int_equal(ehs_cross_merge(&m, &m), EHS_OK); /* itself */
	assert_true(m.n == 2 && sum[0] == 2 && product[2] == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_any_split),
		cmocka_unit_test(refused_is_unchanged),
		cmocka_unit_test(moments_at_their_limits),
		cmocka_unit_test(cross_at_its_limits),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
