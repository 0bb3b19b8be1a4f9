/*
 * attribution.h - what moved it?  Contributions that are signed and add up (law 9).
 *
 * The decisions of two windows are parted into segments: sources, vendors, model
 * versions, channels.  Each segment has counts of both groups before and after.  The
 * change of a disparity is divided among the segments without remainder, up to the
 * rounding of the doubles (1e-12).  A division is bookkeeping, not cause.
 *
 * A segment that is empty for a group in one window takes its rate from the other, so that its coming or going
 * is all mix.  Empty in both it gives 0.
 *
 * Source   Kitagawa 1955; Das Gupta 1993; Ang 2004 (LMDI-I); Shapley 1953.
 * Threads  any.
 */
#ifndef EHS_ATTRIBUTION_H
#define EHS_ATTRIBUTION_H

#include <stddef.h>

#include "stats/ehs.h"

struct ehs_segment {
	struct ehs_2x2 before, after;
};

/* What a segment gave to the change: by its share of the group, and by its rate. */
struct ehs_contribution {
	double mix, rate;
};

struct ehs_decomposition {
	double before, after, change; /* of the disparity; change = after - before */
	double mix, rate;             /* sums over the segments; mix + rate = change */
	enum ehs_status status;
};

/* All counts of all segments, window by window; EHS_INVALID where x > n, EHS_OVERFLOW. */
enum ehs_status ehs_segments_total(const struct ehs_segment *segments, size_t n, struct ehs_segment *total);

enum ehs_kitagawa_mix {
	EHS_MIX_PLAIN,   /* the segment's share times its rate, as Kitagawa printed it */
	EHS_MIX_CENTRED, /* times its rate less the group's mean rate: growth of an average segment gives 0 */
};

/*
 * Change of the risk difference (protected - reference rate), symmetric in both windows (Kitagawa, Das Gupta; the
 * Shapley value of {mix, rate}).  Totals are the same for both kinds of mix.  parts: n entries, all
 * written.  EHS_EMPTY_GROUP: a group is empty in a window; all NaN.
 */
struct ehs_decomposition ehs_kitagawa(const struct ehs_segment *segments, size_t n, enum ehs_kitagawa_mix kind,
                                      struct ehs_contribution *parts);

/*
 * Change of ln AIR by the logarithmic mean Divisia index (LMDI-I).  A share or rate of 0 is taken as its
 * limit (1e-20).  A group whose rate is 0 in a window: NaN, EHS_ZERO_CELL.
 */
struct ehs_decomposition ehs_lmdi_air(const struct ehs_segment *segments, size_t n, struct ehs_contribution *parts);

#define EHS_SHAPLEY_PLAYERS 12
#define EHS_SHAPLEY_SCRATCH (1 << EHS_SHAPLEY_PLAYERS)

/* The worth of a coalition: bit i set, player i is in.  Called once for each of the 2^n coalitions, in rising order. */
typedef double ehs_worth(uint32_t coalition, const void *context);

/*
 * Shapley's value of each of n <= 12 players, exactly.  phi: n entries; scratch: EHS_SHAPLEY_SCRATCH doubles (the
 * first 2^n hold the worths afterwards).  Sum phi = worth(all) - worth(none); a player who never changes
 * the worth gets exactly 0.  More players: EHS_INVALID (merge those of one party first: Shapley's value of a split
 * player is not that of the whole).  A worth that is NaN or infinite: EHS_UNDEFINED, phi NaN.
 */
enum ehs_status ehs_shapley(size_t n, ehs_worth *worth, const void *context, double *phi, double *scratch);

struct ehs_replacement {
	double before, after; /* AIR */
	enum ehs_status status;
};
/*
 * Sources as players: the worth of a coalition is the AIR with its members' counts of `after` and the others' of
 * `before`.  phi as above, n <= 12.  swap_one[i] (may be NULL): AIR after, less AIR with source i alone put back.
 */
struct ehs_replacement ehs_shapley_air(const struct ehs_segment *sources, size_t n, double *phi, double *swap_one,
                                       double *scratch);

/* The AIR of `after` without source i, for each i: would the verdict stand without it?  NaN where none is left to say. */
enum ehs_status ehs_leave_one_out_air(const struct ehs_segment *sources, size_t n, double *air);

/*
 * The people short of the reference group's rate in the window `after`, segment by segment: n_prot,s p_ref - x_prot,s, p_ref
 * the rate of the whole reference group.  Signed, adds exactly to the shortfall of all, and a segment that is split gives the
 * same sum.  Each part is an exact integer over `denominator` (= reference decisions).  EHS_EMPTY_GROUP, EHS_INVALID; EHS_OVERFLOW
 * where a group has 2^62 decisions or more.
 */
struct ehs_shortfall_parts {
	double total;
	ehs_int128 total_numerator;
	uint64_t denominator;
	enum ehs_status status;
};
struct ehs_shortfall_parts ehs_shortfall_by_segment(const struct ehs_segment *segments, size_t n,
                                                    ehs_int128 *numerators);

/*
 * A switch from one version to the next: the gap (protected - reference rate) under the new version less that under the
 * old one, among like cases.  One entry per stratum, `before` = old, `after` = new; strata in which one of
 * the four groups is empty are left out (EHS_FLAG_DROPPED_EMPTY).  Strata are weighted by their decisions.
 * est, Wald se, limits, z, p; n: decisions used, and all.  No stratum left: EHS_EMPTY_GROUP; no variance: EHS_DEGENERATE.
 */
struct ehs_result ehs_switch_contrast(const struct ehs_segment *strata, size_t n, double conf);

#endif
