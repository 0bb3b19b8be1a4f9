/*
 * call.h - one line while it is being answered.
 *
 * Owner    eh_stat_answer(); all memory is the arena's and lives until the line is answered.
 * Threads  none.
 */
#ifndef EH_STAT_CALL_H
#define EH_STAT_CALL_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "stats/ehs.h"

#define EH_STAT_ASKED_MAX 16 /* of one test; further ones are not remembered */

struct eh_stat_call {
	json_t *inputs;                       /* use args.h */
	const char *asked[EH_STAT_ASKED_MAX]; /* names of inputs that the test looked for */
	size_t asked_n;
	struct eh_buf *fields;   /* use out.h */
	struct eh_arena *arena;  /* workspace for kernels, too */
	enum ehs_status status;  /* of the main result; EHS_OK unless said otherwise */
	const char *status_word; /* how the result names it; NULL: ehs_status_name() */
	char reason[320];        /* why the line was refused; empty: it was not */
};

/* Refuses the line: status "invalid", this reason, no fields.  The first refusal stays. */
void eh_stat_refuse(struct eh_stat_call *c, const char *format, ...) EH_PRINTF(2, 3);

static inline bool eh_stat_refused(const struct eh_stat_call *c)
{
	return c->reason[0] != '\0';
}

#endif
