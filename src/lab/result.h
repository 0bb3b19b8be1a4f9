/*
 * result.h - what a run of the lab found, as canonical JSON that a digest names.
 *
 * No floats: a number with a fraction is a decimal string, a time later than a year or
 * never is null or a word.  The same draft over the same closes with the same seed gives
 * the same bytes, on any number of threads; so an approval can sign the digest, and
 * whoever doubts it can run it again.
 *
 * Owner    the caller's buffer.
 * Threads  one; it starts others and ends them.
 */
#ifndef EH_LAB_RESULT_H
#define EH_LAB_RESULT_H

#include "base/buf.h"
#include "lab/compare.h"
#include "lab/trials.h"

#define EH_LAB_RUNS_MAX 1000
#define EH_LAB_SEED_MAX ((UINT64_C(1) << 53) - 1)

struct eh_lab_run {
	struct eh_lab_compare compare;
	const struct eh_policy *in_force; /* the newest version: what the draft is tried beside on drawn pasts */
	uint64_t seed;    /* at most EH_LAB_SEED_MAX */
	uint32_t runs;    /* of each kind; 0: only the comparison and the reckoning */
	uint32_t threads; /* 0: as many as the machine has */
	void (*progress)(void *ctx, uint32_t done, uint32_t all); /* may be NULL */
	void *ctx;
};

/* Appends the canonical JSON of the result to `out`. */
EH_MUST enum eh_rc eh_lab_result(const struct eh_lab_run *run, struct eh_buf *out, struct eh_sha256 *digest,
                                 struct eh_err *err);

#endif
