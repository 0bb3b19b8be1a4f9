/*
 * bisg.h - how probable is each group, given a person's name and place?
 *
 * BISG: P(class | surname, place) is in proportion to P(class | surname) P(place |
 * class), which assumes that surname and place are independent within a class.
 * BIFSG multiplies by P(first name | class) besides.  It runs beside the source, so
 * that names and places never reach the monitor: only the probabilities do.
 *
 * A person whose surname is in no table gets P(class | place), one whose place is in
 * no table P(class | surname); with neither there is no answer, whatever the first
 * name says.
 *
 * Source   Elliott et al. 2009 (BISG); CFPB 2014, Using publicly available information
 *          to proxy for unidentified race and ethnicity; Voicu 2018 (BIFSG).
 * Owner    the tables are the caller's.
 * Threads  any.
 */
#ifndef EH_BISG_BISG_H
#define EH_BISG_BISG_H

#include <stdbool.h>

#include "base/text.h"
#include "bisg/tables.h"

#define EH_BISG_UNIT 1000000

struct eh_bisg_tables {
	struct eh_bisg_table surnames, geography;
	struct eh_bisg_table firstnames; /* n = 0: BISG without first names */
};

struct eh_bisg_answer {
	bool surname, half, geo, first; /* what was found; half: only one half of a hyphenated surname */
	bool known;                     /* there is an answer */
	uint32_t q[EH_BISG_CLASSES];    /* in millionths, which sum to EH_BISG_UNIT exactly */
	double p[EH_BISG_CLASSES];      /* the same before rounding */
};

/* An empty text is a missing value. */
void eh_bisg_ask(const struct eh_bisg_tables *tables, struct eh_text surname, struct eh_text first, struct eh_text geo,
                 struct eh_bisg_answer *out);

#endif
