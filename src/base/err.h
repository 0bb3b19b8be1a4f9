/*
 * err.h - how a function says that it could not do its work.
 *
 * There is one way.  A function that can fail returns enum eh_rc, named by what
 * the caller should do about it, and writes the story into the struct eh_err it
 * was given last.  Only the top floors (gather, judge, serve, cli) print it.
 * A broken promise between rooms is no error: EH_ASSERT stops the program, in
 * release too, because the truth is in PostgreSQL and a restart is cheap.
 *
 * Owner    the caller owns the struct eh_err; it holds no pointers.
 * Threads  any, one struct each.
 */
#ifndef EH_BASE_ERR_H
#define EH_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

enum eh_rc {
	EH_OK,
	EH_AGAIN,     /* the surroundings failed (database away, disk, program missing): mend them, try again */
	EH_BAD_ROW,   /* this row is not usable: set it aside with the reason, go on */
	EH_BAD_INPUT, /* what the user wrote (file, argument, request) cannot be used as it is */
	EH_REFUSED    /* understood, and against a rule: asking again will not help */
};

struct eh_err {
	enum eh_rc rc;
	char text[1024]; /* what happened, lowercase, no full stop */
	char hint[512];  /* one sentence that says what to do; may be empty */
};

#define EH_MUST __attribute__((warn_unused_result))
#define EH_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Writes the story and returns rc, so that `return eh_fail(err, EH_AGAIN, "...")` reads well. */
enum eh_rc eh_fail(struct eh_err *err, enum eh_rc rc, const char *format, ...) EH_PRINTF(3, 4);

/* Adds the advice to an error that was just written; returns err->rc. */
enum eh_rc eh_hint(struct eh_err *err, const char *format, ...) EH_PRINTF(2, 3);

/* Puts "what was being done: " before the story, for a floor that knows more; returns err->rc. */
enum eh_rc eh_while(struct eh_err *err, const char *format, ...) EH_PRINTF(2, 3);

/* The process exit code of design section 7: 0 done, 2 the user's input, 3 the surroundings. */
int eh_rc_exit(enum eh_rc rc);

__attribute__((noreturn)) void eh_assert_failed(const char *what, const char *file, int line);

#define EH_ASSERT(condition) ((condition) ? (void)0 : eh_assert_failed(#condition, __FILE__, __LINE__))

#endif
