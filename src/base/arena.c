/*
 * arena.c - a list of blocks; the newest is filled from the front.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)16 * 1024)
#define ALIGN ((size_t)16)

struct block {
	struct block *older;
	size_t used, size;
	_Alignas(16) char bytes[];
};

struct eh_arena {
	struct block *newest;
	size_t held;
};

void *eh_xmalloc(size_t bytes)
{
	void *p = malloc(bytes ? bytes : 1);

	EH_ASSERT(p != NULL);
	return p;
}

void *eh_xrealloc(void *old, size_t n, size_t size)
{
	EH_ASSERT(size == 0 || n <= SIZE_MAX / size);
	void *p = realloc(old, n * size > 0 ? n * size : 1);
	EH_ASSERT(p != NULL);
	return p;
}

static void add_block(struct eh_arena *arena, size_t size)
{
	struct block *b = eh_xmalloc(sizeof *b + size);

	b->older = arena->newest;
	b->used = 0;
	b->size = size;
	arena->newest = b;
	arena->held += size;
}

struct eh_arena *eh_arena_new(void)
{
	struct eh_arena *arena = eh_xmalloc(sizeof *arena);

	*arena = (struct eh_arena){0};
	add_block(arena, BLOCK_BYTES);
	return arena;
}

void eh_arena_free(struct eh_arena *arena)
{
	if (arena == NULL)
		return;
	for (struct block *b = arena->newest, *older; b != NULL; b = older) {
		older = b->older;
		free(b);
	}
	free(arena);
}

void eh_arena_reset(struct eh_arena *arena)
{
	while (arena->newest->older != NULL) {
		struct block *b = arena->newest;

		arena->newest = b->older;
		arena->held -= b->size;
		free(b);
	}
	arena->newest->used = 0;
}

void *eh_arena_zalloc(struct eh_arena *arena, size_t n, size_t size)
{
	EH_ASSERT(size == 0 || n <= (SIZE_MAX / 2) / size);
	size_t want = (n * size + ALIGN - 1) & ~(ALIGN - 1);

	if (want == 0)
		want = ALIGN;
	if (arena->newest->size - arena->newest->used < want) {
		size_t grown = arena->newest->size < ((size_t)1 << 20) ? arena->newest->size * 2 : arena->newest->size;

		add_block(arena, want > grown ? want : grown);
	}
	char *p = arena->newest->bytes + arena->newest->used;
	arena->newest->used += want;
	memset(p, 0, want);
	return p;
}

char *eh_arena_strndup(struct eh_arena *arena, const char *text, size_t n)
{
	char *copy = eh_arena_zalloc(arena, n + 1, 1);

	memcpy(copy, text, n);
	return copy;
}

char *eh_arena_strdup(struct eh_arena *arena, const char *text)
{
	return eh_arena_strndup(arena, text, strlen(text));
}

char *eh_arena_vprintf(struct eh_arena *arena, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	EH_ASSERT(n >= 0);
	char *text = eh_arena_zalloc(arena, (size_t)n + 1, 1);
	vsnprintf(text, (size_t)n + 1, format, args);
	return text;
}

char *eh_arena_printf(struct eh_arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = eh_arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

size_t eh_arena_bytes(const struct eh_arena *arena)
{
	return arena->held;
}
