/*
 * merkle_test.c - the ledger's tree against the known roots of RFC 6962's reference leaves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger.h"

static void known_roots(void **state)
{
	json_error_t why;
	EH_JSON_AUTO doc = json_load_file("../shared/vectors/merkle/roots.json", 0, &why);
	struct eh_ledger_range range = {0};

	(void)state;
	if (doc == NULL) {
		print_message("skip: ../shared/vectors is not here\n");
		skip();
	}
	json_t *leaves = json_object_get(doc, "leaves_hex"), *roots = json_object_get(doc, "roots_hex_by_size");
	for (size_t size = 0; size < json_array_size(roots); size++) {
		char hex[EH_SHA256_HEX];
		struct eh_sha256 root = eh_ledger_range_root(&range);

		eh_sha256_hex(&root, hex);
		assert_string_equal(hex, json_string_value(json_array_get(roots, size)));
		if (size == json_array_size(leaves))
			break;
		const char *leaf_hex = json_string_value(json_array_get(leaves, size));
		unsigned char leaf[64];
		assert_true(eh_unhex(leaf_hex, leaf, strlen(leaf_hex) / 2));
		struct eh_sha256 hash = eh_ledger_leaf_hash(leaf, strlen(leaf_hex) / 2);
		eh_ledger_range_add(&range, &hash);
	}
	assert_int_equal(range.size, json_array_size(leaves));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(known_roots)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
