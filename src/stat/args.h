/*
 * args.h - the inputs of a test, by name and with their types.
 *
 * None of these fails: an input that is missing or not what was asked refuses the
 * line with a reason that names the field, and what comes back is then harmless (0,
 * NaN, an empty array).  So a test reads everything it needs, asks eh_stat_refused()
 * once, and returns where the answer is yes.
 *
 * Counts are whole numbers in [0, 2^63).  A number may be the text "NaN", "Inf" or "-Inf".
 * Lengths are given as [min, max]; EH_STAT_LEN_MAX is the most that any array may have.
 *
 * Owner    arrays are the call's arena's; they may be written to.
 * Threads  none.
 */
#ifndef EH_STAT_ARGS_H
#define EH_STAT_ARGS_H

#include "stat/call.h"
#include "stats/ehs.h"

#define EH_STAT_LEN_MAX ((size_t)1 << 20)

struct eh_stat_counts {
	uint64_t *at;
	size_t n;
};

struct eh_stat_numbers {
	double *at;
	size_t n;
};

struct eh_stat_2x2s {
	struct ehs_2x2 *at;
	size_t n;
};

/* rows x cols, row by row. */
struct eh_stat_count_table {
	uint64_t *at;
	size_t rows, cols;
};

struct eh_stat_number_table {
	double *at;
	size_t rows, cols;
};

/* Rows of different lengths. */
struct eh_stat_samples {
	struct eh_stat_numbers *at;
	size_t n;
};

/* Decimal fractions as whole numbers: value = q / 10^scale. */
struct eh_stat_fixed {
	int64_t *q;
	size_t n;
};

bool eh_stat_has(struct eh_stat_call *c, const char *key);

/* After the test: refuses where an optional input is absent and the line has a name that is close to its own. */
void eh_stat_refuse_slips(struct eh_stat_call *c);

uint64_t eh_stat_count(struct eh_stat_call *c, const char *key);
uint64_t eh_stat_count_or(struct eh_stat_call *c, const char *key, uint64_t otherwise); /* where it is absent */
double eh_stat_number(struct eh_stat_call *c, const char *key);
double eh_stat_number_or(struct eh_stat_call *c, const char *key, double otherwise);
double eh_stat_number_in(struct eh_stat_call *c, const char *key, double above, double below); /* both exclusive */
double eh_stat_conf(struct eh_stat_call *c); /* "conf" in (0, 1); absent: .95 */

/* One of the words of a list ended by NULL, by its place in it; absent: 0, the default. */
size_t eh_stat_word(struct eh_stat_call *c, const char *key, const char *const *words);

struct eh_stat_counts eh_stat_counts(struct eh_stat_call *c, const char *key, size_t min, size_t max);
struct eh_stat_numbers eh_stat_numbers(struct eh_stat_call *c, const char *key, size_t min, size_t max);

/* Refuses where two arrays that belong together differ in length. */
void eh_stat_same_length(struct eh_stat_call *c, const char *key, size_t n, const char *other, size_t other_n);

/* An array of arrays of one length; cols 0: whatever the first row has. */
struct eh_stat_count_table eh_stat_count_table(struct eh_stat_call *c, const char *key, size_t cols, size_t max_rows);
struct eh_stat_number_table eh_stat_number_table(struct eh_stat_call *c, const char *key, size_t cols, size_t max_rows);

/* A list of up to `most` columns of `rows` numbers each, as a table of `rows` rows; no columns where it is absent. */
struct eh_stat_number_table eh_stat_columns(struct eh_stat_call *c, const char *key, size_t rows, size_t most);

struct eh_stat_samples eh_stat_samples(struct eh_stat_call *c, const char *key, size_t min, size_t max);

/* [a, b, c, d]: a with and b without the outcome in the protected group, c and d in the reference group. */
struct ehs_2x2 eh_stat_2x2(struct eh_stat_call *c, const char *key);
struct eh_stat_2x2s eh_stat_strata(struct eh_stat_call *c, const char *key, size_t max); /* a list of them */

/*
 * Numbers in fixed point for kernels that sum exactly.  `keys` is ended by NULL and all arrays get one scale, the
 * smallest (0 to 15) that holds every value exactly in |q| < 2^47; where none does, the largest that fits, and
 * *rounded is set.  Refuses NaN, infinities, and values of 2^47 or more.
 */
int eh_stat_fixed(struct eh_stat_call *c, const char *const *keys, struct eh_stat_fixed *out, bool *rounded);

/* The same of numbers that were read already; `keys` name them in a reason. */
int eh_stat_fixed_of(struct eh_stat_call *c, const struct eh_stat_numbers *arrays, const char *const *keys,
                     struct eh_stat_fixed *out, bool *rounded);

/* The same numbers in keys that keep order and ties exactly, for kernels that look at ranks only.  Refuses NaN. */
struct eh_stat_fixed eh_stat_ordered(struct eh_stat_call *c, struct eh_stat_numbers numbers, const char *key);

#endif
