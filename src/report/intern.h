/*
 * intern.h - texts by number: each different text is kept once, and has the number
 * of its first coming.
 *
 * Owner    who holds the struct; eh_intern_free().
 * Threads  none.  A text that was given out ends with the next insertion.
 */
#ifndef EH_REPORT_INTERN_H
#define EH_REPORT_INTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/text.h"

struct eh_intern {
	struct eh_buf bytes;
	uint64_t *end; /* of each text in `bytes`; every text has a NUL behind it */
	uint64_t seed;
	uint32_t *hash, *slot;
	uint32_t n, cap, mask;
};

/* The number of a text, which is kept where it is new; *fresh (or NULL) says whether it was. */
uint32_t eh_intern_at(struct eh_intern *intern, struct eh_text text, bool *fresh);
struct eh_text eh_intern_text(const struct eh_intern *intern, uint32_t number);
void eh_intern_free(struct eh_intern *intern);

#endif
