/*
 * failpoint.h - named places at which a test may end, fail or hold the program.
 *
 * Law 2 must hold wherever the program dies.  A kill at a random time hits the
 * few instructions between a commit and what follows it once in a thousand; a
 * named place is hit every time.
 *
 *   rc = EH_FAILPOINT("gather.before_commit", err);
 *
 * In the program that is installed no place can be armed: the constant below is
 * false there.  The tests link the same objects with tests/lib/failpoint.c in
 * place of failpoint.c, as build/evenhand-faults, and arm them by the variable
 * EVENHAND_FAILPOINT, a list of NAME:ACTION[:NTH] with commas between:
 *
 *   kill      the process dies at once, as by kill -9
 *   stop      the process stops until somebody sends SIGCONT
 *   error     the place fails with EH_AGAIN
 *   sleep_MS  the place takes so many milliseconds
 *
 * An action is taken at the NTH passing (1 where none is given), once a process;
 * `*` for NTH is every passing.  What is done is told on stderr first.
 *
 * Threads  any.
 */
#ifndef EH_BASE_FAILPOINT_H
#define EH_BASE_FAILPOINT_H

#include "base/err.h"

extern const bool eh_failpoint_armed;

/* Errors: EH_AGAIN where a test armed the place with `error`. */
EH_MUST enum eh_rc eh_failpoint(const char *name, struct eh_err *err);

/* A load and a branch that is never taken: it may stand where rows pass. */
#define EH_FAILPOINT(name, err) (__builtin_expect(eh_failpoint_armed, 0) ? eh_failpoint(name, err) : EH_OK)

#endif
