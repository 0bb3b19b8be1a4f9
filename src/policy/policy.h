/*
 * policy.h - what counts as too far apart, and how sure one must be (law 12: policy is data).
 *
 * A policy is small: the lines (tau) that a ratio is tested against with the gate
 * that the effect must pass, how many false alerts a year the whole portfolio may
 * raise, the window that is shown, the least data a verdict may stand on.  The
 * monitors follow from it: every attribute and group of every map, favourable and
 * adverse (law 6), raw and within strata, at every line.
 *
 * Without an approved version the built-in default of design section 9 is in force.
 * The SHA-256 of the canonical JSON is the version's name; a fraction stands in it
 * as a decimal string.
 *
 * Owner    the arena given; read-only.
 * Threads  any.
 */
#ifndef EH_POLICY_POLICY_H
#define EH_POLICY_POLICY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"

#define EH_POLICY_LINES_MAX 4
#define EH_POLICY_PPM 1000000

struct eh_policy_line {
	int64_t tau_ppm;  /* H0: the ratio is tau or more */
	int64_t gate_ppm; /* the ratio since the onset must be at most this; adverse: at least its inverse */
};

struct eh_policy {
	const char *name;
	int64_t window_us;
	int64_t page_ppm, review_ppm; /* false alerts a year over all monitors, in millionths */
	int64_t min_n, min_rarer;     /* since the onset: n of the protected group; expected rarer outcome in both */
	struct eh_policy_line line[EH_POLICY_LINES_MAX];
	uint32_t lines;
	bool favourable, adverse; /* which outcomes are watched */
	bool conditional;         /* watch within strata as well */

	const char *canonical;
	struct eh_sha256 version;
};

/* The built-in default: 30 days, .90 with gate .85 and .80 with gate .80, pages .5 and reviews 4 a year, n 30, rarer 5. */
const struct eh_policy *eh_policy_default(struct eh_arena *home);

/*
 * Reads a policy file.  Every key but `policy` (the name) may be left out and then has the default's value:
 *   policy, window, budget {page, review}, minimum {n, rarer}, lines [{tau, gate}], outcomes, conditional
 * EH_BAD_INPUT with file:line:column for anything else, and for values that make no sense.
 */
EH_MUST enum eh_rc eh_policy_read(struct eh_arena *home, const char *path, const struct eh_policy **policy,
                                  struct eh_err *err);
EH_MUST enum eh_rc eh_policy_parse(struct eh_arena *home, const char *file, const char *text, size_t len,
                                   const struct eh_policy **policy, struct eh_err *err);

double eh_policy_fraction(int64_t ppm);

#endif
