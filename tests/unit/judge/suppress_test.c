/*
 * suppress_test.c - somebody who knows every total, every row that is shown, and this
 * very rule tries all tables that fit; no small count may be left with one value.
 *
 * Small k and small tables stand for 11: the rule knows no number but k.
 */
#include "judge/suppress.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

#define ROWS_MAX 5

/* What is known of a table, and for its hidden rows what their counts can be. */
struct known {
	uint64_t key; /* 0: free */
	uint64_t people;
	uint8_t hidden;
	bool unknown_total, all_single;
	uint8_t least[ROWS_MAX][3], most[ROWS_MAX][3]; /* decisions, adverse, favourable */
};

struct attack {
	struct known *slot;
	size_t slots;
	uint64_t n_max; /* decisions of a row in the tables tried */
	size_t rows;
	uint64_t k;
	size_t tables, pinned, judged;
};

static uint64_t mix(uint64_t h, uint64_t value)
{
	h = (h ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

/* Totals and shown rows; the totals are known from another attribute. */
static uint64_t key_of(const struct eh_suppress_row *rows, size_t n)
{
	uint64_t h = 1, people = 0, adverse = 0;

	for (size_t i = 0; i < n; i++) {
		people += rows[i].n;
		adverse += rows[i].adverse;
		h = mix(h, rows[i].hidden ? 0 : 1 + rows[i].n * 1000 + rows[i].adverse);
	}
	h = mix(mix(h, people), adverse);
	return h != 0 ? h : 1;
}

static void note(struct attack *a, const struct eh_suppress_row *rows)
{
	uint64_t key = key_of(rows, a->rows);
	size_t at = key % a->slots;

	while (a->slot[at].key != 0 && a->slot[at].key != key)
		at = (at + 1) % a->slots;
	struct known *s = &a->slot[at];
	if (s->key == 0) {
		memset(s->least, 255, sizeof s->least);
		s->key = key;
	}
	uint64_t shown = 0, adverse = 0;
	s->people = 0;
	for (size_t i = 0; i < a->rows; i++) {
		uint64_t count[] = {rows[i].n, rows[i].adverse, rows[i].n - rows[i].adverse};

		if (!rows[i].hidden) {
			shown += rows[i].n;
			continue;
		}
		adverse += rows[i].adverse;
		s->hidden |= (uint8_t)(1u << i);
		s->people += rows[i].n;
		for (int c = 0; c < 3; c++) {
			s->least[i][c] = count[c] < s->least[i][c] ? (uint8_t)count[c] : s->least[i][c];
			s->most[i][c] = count[c] > s->most[i][c] ? (uint8_t)count[c] : s->most[i][c];
		}
	}
	/* A total with a small count is in no other attribute's table either: each of its rows has that count too. */
	s->unknown_total = shown == 0 && (adverse < a->k || s->people - adverse < a->k);
	s->all_single = shown == 0 && s->people == (uint64_t)__builtin_popcount(s->hidden); /* suppress.h says so */
	a->tables++;
}

static void try_rows(struct attack *a, struct eh_suppress_row *rows, size_t at)
{
	if (at == a->rows) {
		struct eh_suppress_row now[ROWS_MAX];

		memcpy(now, rows, sizeof now);
		eh_suppress(now, a->rows, a->k);
		note(a, now);
		return;
	}
	for (uint64_t n = 0; n <= a->n_max; n++)
		for (uint64_t adverse = 0; adverse <= n; adverse++) {
			rows[at] = (struct eh_suppress_row){.n = n, .adverse = adverse};
			try_rows(a, rows, at + 1);
		}
}

static void count_pinned(struct attack *a)
{
	for (size_t i = 0; i < a->slots; i++) {
		const struct known *s = &a->slot[i];

		if (s->key == 0 || s->hidden == 0 || s->unknown_total || s->all_single || s->people > a->n_max)
			continue; /* all tables that fit were tried only where one row can hold all the hidden ones */
		a->judged++;
		for (size_t r = 0; r < a->rows; r++)
			for (int c = 0; c < 3 && (s->hidden & 1u << r); c++)
				if (s->least[r][c] == s->most[r][c] && s->least[r][c] > 0 && s->least[r][c] < a->k) {
					a->pinned++;
					if (a->pinned < 4)
						print_error("count %d of row %zu can only be %d\n", c, r, s->least[r][c]);
				}
	}
}

static void attack(size_t rows, uint64_t n_max, uint64_t k, size_t slots)
{
	struct attack a = {.slots = slots, .slot = calloc(slots, sizeof(struct known)), .n_max = n_max, .rows = rows, .k = k};
	struct eh_suppress_row table[ROWS_MAX] = {0};

	try_rows(&a, table, 0);
	count_pinned(&a);
	print_message("%zu rows, k %d: %zu tables, %zu ways to see them\n", rows, (int)k, a.tables, a.judged);
	free(a.slot);
	assert_true(a.judged > 100);
	assert_int_equal(a.pinned, 0);
}

static void nobody_can_work_back(void **state)
{
	(void)state;
	attack(3, 12, 2, 2000003);
	attack(3, 14, 3, 4000037);
	attack(4, 5, 2, 1000003);
	attack(5, 4, 2, 2000003);
}

/* A shown row shows no count of 1 to k - 1, and one hidden row is never alone where another could join it. */
static void the_rule(void **state)
{
	uint64_t seed = 6;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		struct eh_suppress_row rows[6] = {0}, sum = {0};
		size_t n = 1 + (size_t)(round % 6), hidden = 0, people = 0;

		for (size_t i = 0; i < n; i++) {
			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			rows[i].n = (seed >> 33) % (round % 3 == 0 ? 40 : 300);
			rows[i].adverse = rows[i].n > 0 ? (seed >> 20) % (rows[i].n + 1) : 0;
		}
		eh_suppress(rows, n, EH_SUPPRESS_K);
		for (size_t i = 0; i < n; i++) {
			people += rows[i].n > 0;
			hidden += rows[i].hidden;
			assert_false(rows[i].hidden && rows[i].n == 0);
			if (rows[i].hidden) {
				sum.n += rows[i].n;
				sum.adverse += rows[i].adverse;
			} else if (rows[i].n > 0) {
				assert_true(rows[i].adverse >= 11 && rows[i].n - rows[i].adverse >= 11);
			}
		}
		if (hidden > 0 && hidden < people)
			assert_true(hidden >= 2 && sum.adverse >= 11 && sum.n - sum.adverse >= 11);
	}
}

static void no_rows_and_one_row(void **state)
{
	struct eh_suppress_row alone = {.n = 100, .adverse = 50}, small = {.n = 100, .adverse = 3};

	(void)state;
	eh_suppress(NULL, 0, EH_SUPPRESS_K);
	eh_suppress(&alone, 1, EH_SUPPRESS_K);
	assert_false(alone.hidden);
	eh_suppress(&small, 1, EH_SUPPRESS_K);
	assert_true(small.hidden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_can_work_back), cmocka_unit_test(the_rule),
	                                   cmocka_unit_test(no_rows_and_one_row)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
