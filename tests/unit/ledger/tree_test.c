/*
 * tree_test.c - the compact range against RFC 6962's own recursive definition, for every size to 300.
 */
#include <string.h>

#include "ledger/ledger.h"
#include "tests/lib/test.h"

#define SIZES 301

/* MTH of section 2.1: split at the largest power of two below n. */
static struct eh_sha256 naive_root(const struct eh_sha256 *leaf, size_t n)
{
	unsigned char node[65] = {1};
	size_t k = 1;

	if (n == 0)
		return eh_sha256_of("", 0);
	if (n == 1)
		return leaf[0];
	while (2 * k < n)
		k *= 2;
	struct eh_sha256 left = naive_root(leaf, k), right = naive_root(leaf + k, n - k);
	memcpy(node + 1, left.bytes, 32);
	memcpy(node + 33, right.bytes, 32);
	return eh_sha256_of(node, sizeof node);
}

static void every_size(void **state)
{
	static struct eh_sha256 leaf[SIZES];
	struct eh_ledger_range range = {0};

	(void)state;
	for (size_t n = 0; n < SIZES; n++) {
		struct eh_sha256 got = eh_ledger_range_root(&range), want = naive_root(leaf, n);
		unsigned char body[16] = {0};

		assert_true(eh_sha256_equal(&got, &want));
		assert_true(range.size == n && range.n == (uint32_t)__builtin_popcountll(n));
		snprintf((char *)body + 1, sizeof body - 1, "leaf %zu", n); /* a zero, then the body */
		leaf[n] = eh_sha256_of(body, 1 + strlen((char *)body + 1));
		struct eh_sha256 hash = eh_ledger_leaf_hash(body + 1, strlen((char *)body + 1));
		assert_true(eh_sha256_equal(&hash, &leaf[n]));
		eh_ledger_range_add(&range, &hash);
	}
}

/* Any leaf changed, or two exchanged, gives another root. */
static void the_root_holds_every_leaf(void **state)
{
	struct eh_ledger_range straight = {0};
	struct eh_sha256 leaf[20], root;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		leaf[i] = eh_ledger_leaf_hash(&i, sizeof i);
		eh_ledger_range_add(&straight, &leaf[i]);
	}
	root = eh_ledger_range_root(&straight);
	for (size_t changed = 0; changed < 40; changed++) {
		struct eh_ledger_range other = {0};
		size_t a = changed % 20, b = changed < 20 ? a : (a + 7) % 20;

		for (size_t i = 0; i < 20; i++) {
			struct eh_sha256 h = leaf[i == a ? b : i == b ? a : i];

			h.bytes[changed % 32] ^= changed < 20 && i == a;
			eh_ledger_range_add(&other, &h);
		}
		struct eh_sha256 got = eh_ledger_range_root(&other);
		assert_false(eh_sha256_equal(&got, &root));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_size), cmocka_unit_test(the_root_holds_every_leaf)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
