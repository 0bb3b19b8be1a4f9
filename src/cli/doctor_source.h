/*
 * doctor_source.h - the part of `evenhand doctor` that looks at one source.
 *
 * Threads  main only.
 */
#ifndef EH_CLI_DOCTOR_SOURCE_H
#define EH_CLI_DOCTOR_SOURCE_H

#include "base/err.h"
#include "config/settings.h"

struct eh_cli_doctor_source {
	const char *name, *map;    /* one of them */
	const char *mode, *where;  /* NULL: as the map says; none */
	bool append_only, corrections, sql, json;
};

/* Prints what was found.  *holds: no precondition fails. */
EH_MUST enum eh_rc eh_cli_doctor_source(const struct eh_cli_doctor_source *ask, const struct eh_settings *settings, bool *holds,
                                        struct eh_err *err);

#endif
