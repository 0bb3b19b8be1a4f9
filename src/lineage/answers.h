/*
 * answers.h - the register of who answers for what stands behind a decision.
 *
 * A file that the insurer writes: one entry a component, or one for all that is
 * left of a role.  The first entry that fits counts, so every component resolves
 * to one accountable party or to nobody, and nobody is said plainly.
 *
 *   register:
 *     - {role: model, component: uw-risk-4.3, accountable: ..., contact: ..., deputy: ...}
 *     - {role: model, accountable: ..., contact: ...}
 *
 * Owner    the arena given; read-only.
 * Threads  any.
 */
#ifndef EH_LINEAGE_ANSWERS_H
#define EH_LINEAGE_ANSWERS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct eh_answer {
	const char *role;
	const char *component; /* NULL: every component of the role */
	const char *accountable, *contact;
	const char *deputy; /* NULL: none named */
};

struct eh_answers {
	const struct eh_answer *answer;
	size_t n;
};

/* Reads the file; EH_BAD_INPUT with the place.  `path` NULL gives an empty register. */
EH_MUST enum eh_rc eh_answers_read(struct eh_arena *home, const char *path, struct eh_answers *out, struct eh_err *err);

/* The first entry that fits, or NULL. */
const struct eh_answer *eh_answers_find(const struct eh_answers *answers, const char *role, const char *component);

#endif
