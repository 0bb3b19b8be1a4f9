/*
 * arena_test.c - is what an arena gives zeroed, aligned and nobody else's?
 */
#include "base/arena.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test.h"

#define PIECES 3000

static uint64_t seed = 5;

static size_t below(size_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)(seed >> 33) % n;
}

static void pieces_do_not_overlap(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	static unsigned char *piece[PIECES];
	static size_t size[PIECES];

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < PIECES; i++) {
			size[i] = i % 100 == 0 ? below(60000) : below(200);
			piece[i] = eh_arena_zalloc(arena, size[i], 1);
			assert_int_equal((uintptr_t)piece[i] % 16, 0);
			for (size_t b = 0; b < size[i]; b++)
				assert_int_equal(piece[i][b], 0);
			memset(piece[i], (int)(i % 251 + 1), size[i]);
		}
		for (size_t i = 0; i < PIECES; i++)
			for (size_t b = 0; b < size[i]; b++)
				assert_int_equal(piece[i][b], i % 251 + 1);
		eh_arena_reset(arena); /* what it gives next is zeroed again */
	}
}

static void reset_gives_memory_back(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	size_t at_first = eh_arena_bytes(arena);

	(void)state;
	eh_arena_zalloc(arena, 1000, 1000);
	assert_true(eh_arena_bytes(arena) >= at_first + 1000000);
	eh_arena_reset(arena);
	assert_int_equal(eh_arena_bytes(arena), at_first);
	eh_arena_free(NULL);
}

static void texts_are_copied(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	char from[] = "a text";
	char *copy = eh_arena_strdup(arena, from), *part = eh_arena_strndup(arena, from, 3);
	char *printed = eh_arena_printf(arena, "%s/%05d/%0300d", from, 42, 7);

	(void)state;
	memset(from, 'x', 6);
	assert_string_equal(copy, "a text");
	assert_string_equal(part, "a t");
	assert_int_equal(strlen(printed), 6 + 1 + 5 + 1 + 300);
	assert_memory_equal(printed, "a text/00042/000", 16);
	assert_string_equal(eh_arena_strdup(arena, ""), "");
}

/* The child ends by abort() and leaves no core. */
static bool aborts(void (*what)(void))
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct rlimit none = {0};

		setrlimit(RLIMIT_CORE, &none);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(9);
		what();
		_exit(0);
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void ask_for_too_much(void)
{
	EH_ARENA_AUTO arena = eh_arena_new();

	eh_arena_zalloc(arena, SIZE_MAX / 4, 8);
}

static void grow_too_much(void)
{
	free(eh_xrealloc(NULL, SIZE_MAX / 4, 8));
}

static void a_product_that_overflows_stops_the_program(void **state)
{
	(void)state;
	assert_true(aborts(ask_for_too_much));
	assert_true(aborts(grow_too_much));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_do_not_overlap),
		cmocka_unit_test(reset_gives_memory_back),
		cmocka_unit_test(texts_are_copied),
		cmocka_unit_test(a_product_that_overflows_stops_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
