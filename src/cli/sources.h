/*
 * sources.h - the sources that a verb works on: the one it names, the only one, or all.
 *
 * Threads  main only.
 */
#ifndef EH_CLI_SOURCES_H
#define EH_CLI_SOURCES_H

#include "source/register.h"

/* The source of that name; NULL: the only one.  EH_BAD_INPUT where there is none, or several to choose from. */
EH_MUST enum eh_rc eh_cli_one_source(struct eh_arena *arena, struct eh_pg *store, const char *name, struct eh_source *out,
                                 struct eh_err *err);

/* The source of that name, or all of them. */
EH_MUST enum eh_rc eh_cli_sources(struct eh_arena *arena, struct eh_pg *store, const char *name, struct eh_source **out,
                                  size_t *n, struct eh_err *err);

/* Reads --from and --to as instants (a day: its midnight); either may be NULL.  EH_BAD_INPUT. */
EH_MUST enum eh_rc eh_cli_span(const char *from, const char *to, int64_t *from_us, int64_t *to_us, struct eh_err *err);

#endif
