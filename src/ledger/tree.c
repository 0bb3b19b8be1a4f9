/*
 * tree.c - the Merkle tree of RFC 6962 section 2.1, by its compact range.
 *
 * A tree of n leaves is a row of perfect subtrees, one for each bit of n, the
 * largest first.  A new leaf joins equal neighbours from the right; the root
 * joins the row from the right.
 */
#include "ledger/ledger.h"

struct eh_sha256 eh_ledger_leaf_hash(const void *body, size_t n)
{
	struct eh_sha256_state *state = eh_sha256_begin();

	eh_sha256_add(state, "\x00", 1);
	eh_sha256_add(state, body, n);
	return eh_sha256_end(state);
}

struct eh_sha256 eh_ledger_node_hash(const struct eh_sha256 *left, const struct eh_sha256 *right)
{
	unsigned char node[1 + 2 * EH_SHA256_BYTES] = {0x01};

	for (size_t i = 0; i < EH_SHA256_BYTES; i++) {
		node[1 + i] = left->bytes[i];
		node[1 + EH_SHA256_BYTES + i] = right->bytes[i];
	}
	return eh_sha256_of(node, sizeof node);
}

void eh_ledger_range_add(struct eh_ledger_range *range, const struct eh_sha256 *leaf)
{
	struct eh_sha256 right = *leaf;

	for (uint64_t bits = range->size; bits & 1;
	     bits >>= 1) /* a full subtree of the same height stands to the left */
		right = eh_ledger_node_hash(&range->root[--range->n], &right);
	EH_ASSERT(range->n < sizeof range->root / sizeof range->root[0]);
	range->root[range->n++] = right;
	range->size++;
}

struct eh_sha256 eh_ledger_range_root(const struct eh_ledger_range *range)
{
	if (range->n == 0)
		return eh_sha256_of("", 0);
	struct eh_sha256 right = range->root[range->n - 1];
	for (uint32_t i = range->n - 1; i-- > 0;)
		right = eh_ledger_node_hash(&range->root[i], &right);
	return right;
}
