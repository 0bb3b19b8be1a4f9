/*
 * block_fuzz.c - whatever the bytes, a packed cube is read without harm; and what is
 * taken packs to the same bytes again.  For libFuzzer:
 *
 *   clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/block_fuzz.c
 *
 * The first byte chooses the shape, so that the fuzzer reaches all of them; an odd one
 * reads example ids instead.  A shape with roles and no strata has an attribute known by probabilities.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cube/cube.h"
#include "cube/examples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_block(struct eh_cube_names *names, const uint8_t *data, size_t size)
{
	struct eh_cube *cube = eh_cube_new(names);
	EH_BUF_AUTO again = {0};
	struct eh_err err;

	if (eh_cube_decode(cube, data, size, &err) == EH_OK) {
		eh_cube_encode(cube, &again);
		if (!eh_cube_names_capped(names) && (again.len != size || memcmp(again.data, data, size) != 0))
			abort();
	} else if (eh_cube_n(cube) != 0 || eh_cube_cells(cube) != 0) {
		abort();
	}
	eh_cube_free(cube);
}

static void read_examples(struct eh_cube_names *names, const uint8_t *data, size_t size)
{
	static const unsigned char key[EH_EXAMPLES_KEY_BYTES];
	struct eh_examples *examples = eh_examples_new(names, key);
	struct eh_err err;

	if (eh_examples_decode(examples, data, size, &err) != EH_OK && eh_examples_n(examples) != 0)
		abort();
	eh_examples_free(examples);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_shape shape = {
		.attributes = data[0] >> 1 & 3,
		.strata = data[0] >> 3 & 1,
		.roles = data[0] >> 4 & 1,
		.numeric = data[0] >> 5 & 1,
		.level = data[0] >> 6 & 1,
		.score = data[0] >> 7,
	};
	if (shape.attributes > 0 && shape.roles == 1 && shape.strata == 0)
		shape.members[shape.attributes - 1] = 3;
	struct eh_cube_names *names = eh_cube_names_new(home, &shape);
	uint8_t *exact = eh_xmalloc(size - 1); /* of its own size, so that a step too far is seen */

	memcpy(exact, data + 1, size - 1);
	if (data[0] & 1)
		read_examples(names, exact, size - 1);
	else
		read_block(names, exact, size - 1);
	free(exact);
	return 0;
}
