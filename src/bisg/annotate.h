/*
 * annotate.h - a CSV file with its probabilities added.
 *
 * Every record comes out as it stood, in its order, with the columns p_white, p_black,
 * p_hispanic, p_api, p_aian, p_mult (empty where there is no answer) and bisg_match
 * behind it.  bisg_match lists what was found, as surname+geo; surname/2 where it was
 * one half of a hyphenated name; none.  All comes out or nothing: a file with a record
 * that cannot be used gives no output.
 *
 * No name, place or row of a person goes into a message (law: the record of a person
 * stays with whoever has it).
 *
 * Threads  none.
 */
#ifndef EH_BISG_ANNOTATE_H
#define EH_BISG_ANNOTATE_H

#include <stdio.h>

#include "bisg/bisg.h"

/* Names of the input's columns; first is looked up only where there is a table of first names. */
struct eh_bisg_columns {
	const char *surname, *geo, *first;
};

struct eh_bisg_sum {
	int64_t rows, surname, half, geo, first, both, none; /* none: without an answer */
};

/* Reads `path` (`-`: standard input), writes to `out`.  EH_BAD_INPUT for a file that cannot be used, with its line;
 * EH_AGAIN where writing fails, to `out` or to the temporary file; only then may `out` hold a part. */
EH_MUST enum eh_rc eh_bisg_annotate(const struct eh_bisg_tables *tables, const char *path,
                                    const struct eh_bisg_columns *columns, FILE *out, struct eh_bisg_sum *sum,
                                    struct eh_err *err);

#endif
