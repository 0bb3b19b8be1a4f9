/*
 * arena.h - memory that is freed all at once.
 *
 * There are three kinds of life: the process, a tick of a loop, a request.  Each
 * has an arena; what is made in it has no free of its own.  Running out of
 * memory stops the program (see err.h), so nothing here can fail.
 *
 * Owner    who called eh_arena_new(); EH_ARENA_AUTO frees at the end of the scope.
 * Threads  none: one arena belongs to one thread.
 */
#ifndef EH_BASE_ARENA_H
#define EH_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"

struct eh_arena;

struct eh_arena *eh_arena_new(void);
void eh_arena_free(struct eh_arena *arena); /* NULL is allowed */

/* Frees everything made in the arena, keeps the arena and its first block. */
void eh_arena_reset(struct eh_arena *arena);

/* Zeroed memory for `n` things of `size` bytes, aligned for any type; never NULL. */
void *eh_arena_zalloc(struct eh_arena *arena, size_t n, size_t size);

char *eh_arena_strdup(struct eh_arena *arena, const char *text);
char *eh_arena_strndup(struct eh_arena *arena, const char *text, size_t n);
char *eh_arena_printf(struct eh_arena *arena, const char *format, ...) EH_PRINTF(2, 3);
char *eh_arena_vprintf(struct eh_arena *arena, const char *format, va_list args) EH_PRINTF(2, 0);

/* Bytes held, for figures. */
size_t eh_arena_bytes(const struct eh_arena *arena);

static inline void eh_arena_cleanup(struct eh_arena **arena)
{
	eh_arena_free(*arena);
}
#define EH_ARENA_AUTO __attribute__((cleanup(eh_arena_cleanup))) struct eh_arena *

/* malloc and realloc that never return NULL, for what must grow. */
void *eh_xmalloc(size_t bytes);
void *eh_xrealloc(void *old, size_t n, size_t size);

#endif
