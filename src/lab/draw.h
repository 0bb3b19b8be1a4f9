/*
 * draw.h - other pasts that might as well have been, drawn from the one that was.
 *
 * Permuted: in every pane the labels of the groups are exchanged among the decisions.
 * Who was decided upon and what was decided stay as they were; only which group a
 * decision belongs to is left to chance, so that no group can be worse off but by
 * chance.  How many of a pane's (and a stratum's) favourable decisions fall to each
 * group is then multivariate hypergeometric; both margins are kept exactly.  Each
 * monitor's labels are exchanged within what it looks at: the conditional one's within
 * pane and stratum, the raw one's within the pane, because a raw gap that comes from
 * the strata's mixture would otherwise be in every such past, and no false alert.
 *
 * Bootstrapped: a year made of weeks of the past, drawn with replacement, each permuted
 * anew.  Panes of a week or a month are drawn one by one.
 *
 * Planted: from a start on, each favourable decision of one group is kept with the
 * probability `ratio`, and turned adverse else.
 *
 * Numbers come from GSL's generator mt19937, seeded by SHA-256 over the run's seed and
 * the place of the draw: what is drawn hangs on nothing else, least of all on threads.
 *
 * Source   Davison & Hinkley 1997, sections 4.3 (permutation) and 8.2.3 (blocks).
 * Threads  any; a stream belongs to one.
 */
#ifndef EH_LAB_DRAW_H
#define EH_LAB_DRAW_H

#include <gsl/gsl_rng.h>

#include "lab/history.h"

#define EH_LAB_GENERATOR "gsl mt19937"

/* A stream of its own for each thing that is drawn; gsl_rng_free(). */
gsl_rng *eh_lab_stream(uint64_t seed, const char *what, uint32_t run, uint32_t source, uint32_t attribute);

/* How many of `favourable` decisions fall to each of the groups of sizes n[i]: x[i] <= n[i], their sum is kept. */
void eh_lab_exchange(gsl_rng *rng, const uint32_t *n, size_t groups, uint64_t favourable, uint32_t *x);

/* A pane of the past at a place in time. */
struct eh_lab_step {
	uint32_t pane; /* of the attribute */
	int64_t start_us, end_us;
};

/* A year of weeks drawn with replacement, from the first pane's start on; every attribute of a source has the same
 * weeks.  In `home`; *n may be 0: there is no pane. */
const struct eh_lab_step *eh_lab_draw_weeks(gsl_rng *rng, const struct eh_lab_source *source, int64_t length_us,
                                            struct eh_arena *home, size_t *n);

/* The panes as they were. */
const struct eh_lab_step *eh_lab_draw_as_was(const struct eh_lab_source *source, struct eh_arena *home, size_t *n);

/* A group whose favourable decisions are thinned. */
struct eh_lab_plant {
	uint32_t group;
	double ratio;
	int64_t from_us;
};

/* What a pane holds in a drawn past, as the core's table.  `rng` NULL: as it was.  `plant` may be NULL. */
void eh_lab_draw_pane(gsl_rng *rng, const struct eh_lab_attribute *at, const struct eh_lab_step *step,
                      const struct eh_lab_plant *plant, struct eh_judge_table *table);

#endif
