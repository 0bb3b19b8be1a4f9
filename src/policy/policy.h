/*
 * policy.h - what counts as too far apart, and how sure one must be (law 12: policy is data).
 *
 * A policy says how many false alerts a year the whole portfolio may raise, the
 * least data a verdict may stand on, and, family by family, what is watched: which
 * sources, attributes, groups and outcomes, at which lines (tau) with the gate that
 * the effect must pass, over which window.  A flat file, without families, is one
 * family of everything.  Where two families select the same monitor the looser gate
 * holds: the one that lets it fire earlier.
 *
 * Without an approved version the built-in default of design section 9 is in force.
 * The SHA-256 of the canonical JSON is the version's name; a fraction stands in it
 * as a decimal string.  What means the same has the same version.
 *
 * Owner    the arena given; read-only.
 * Threads  any.
 */
#ifndef EH_POLICY_POLICY_H
#define EH_POLICY_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "policy/deadline.h"

#define EH_POLICY_LINES_MAX 4 /* different tau in a whole policy */
#define EH_POLICY_CUTS_MAX 4  /* different cuts of the score in a whole policy */
#define EH_POLICY_FAMILIES_MAX 64
#define EH_POLICY_PPM 1000000

struct eh_policy_line {
	int64_t tau_ppm;  /* H0: the ratio is tau or more */
	int64_t gate_ppm; /* the ratio since the onset must be at most this; adverse: at least its inverse */
};

/* A choice by name, sorted by bytes; `all` where the file has no such list. */
struct eh_policy_names {
	bool all;
	const char *const *name;
	size_t n;
};

/* The groups of one attribute that are watched; an attribute without such an entry: all of them. */
struct eh_policy_groups {
	const char *attribute;
	struct eh_policy_names groups;
};

/* Two attributes whose groups are watched jointly, the smaller name first. */
struct eh_policy_both {
	const char *attribute[2];
};

/*
 * One family of monitors.  A list that is left out stands for all there is, but two make monitors of their own and
 * are left out where the file does not ask for them: `intersections` and `segments` (the word `all` asks for all).
 */
struct eh_policy_family {
	const char *name;
	struct eh_policy_names sources, attributes;
	const struct eh_policy_groups *groups; /* sorted by attribute */
	size_t groups_n;
	bool all_intersections; /* every one that the map declares */
	const struct eh_policy_both *intersections;
	size_t intersections_n;
	struct eh_policy_names segments; /* strata whose levels are watched one by one; n = 0: none */
	bool favourable, adverse;
	int64_t cut_micro[EH_POLICY_CUTS_MAX]; /* outcomes "score at or above": the cut in millionths, ascending */
	uint32_t cuts;
	int64_t window_us; /* of the figures that are shown */
	bool conditional;  /* watch within strata as well */
	bool two_sided;    /* watch the reference group as protected as well, against each group */
	struct eh_policy_line line[EH_POLICY_LINES_MAX];
	uint32_t lines;
};

struct eh_policy {
	const char *name;
	const char *detector; /* as the canonical JSON names it: shiryaev-roberts-2x2/1 */
	int detector_version; /* from 1 */
	int64_t page_ppm, review_ppm; /* false alerts a year over all monitors, in millionths */
	int64_t min_n, min_rarer;     /* since the onset: n of the protected group; expected rarer outcome in both */
	int64_t maturity_us;          /* when an outcome counts, in every source; 0: as each map says */
	const struct eh_policy_family *family;
	size_t families;
	struct eh_deadlines deadlines; /* for the steps of alerts: the default's where the file has none */
	bool deadlines_given;          /* the key `deadlines` stands in the canonical form */
	bool flat; /* written without families: `family` is the one of everything */

	/* All families taken together: what some monitor of the policy has.  A flat policy's own, as written; else tau
	 * from high to low, each with its loosest gate.  Whether a monitor has it: eh_policy_gate(). */
	int64_t window_us; /* the longest */
	struct eh_policy_line line[EH_POLICY_LINES_MAX];
	uint32_t lines;
	int64_t cut_micro[EH_POLICY_CUTS_MAX];
	uint32_t cuts;
	bool favourable, adverse;
	bool conditional;

	const char *canonical;
	struct eh_sha256 version;
};

/* The built-in default: 30 days, .90 with gate .85 and .80 with gate .80, pages .5 and reviews 4 a year, n 30, rarer 5. */
const struct eh_policy *eh_policy_default(struct eh_arena *home);

/*
 * Reads a policy file.  Every key but `policy` (the name) may be left out and then has the default's value:
 *   policy, detector, budget {page, review}, minimum {n, rarer}, maturity, deadlines (deadline.h),
 *   window, lines [{tau, gate}], outcomes, conditional: for all families that do not say otherwise,
 *   families [{name, sources, attributes, groups {ATTRIBUTE: [..]}, intersections, segments,
 *              outcomes [favourable, adverse, {score: {above: X}}], window, conditional, lines}]
 * EH_BAD_INPUT with file:line:column for anything else, and for values that make no sense.
 */
EH_MUST enum eh_rc eh_policy_read(struct eh_arena *home, const char *path, const struct eh_policy **policy,
                                  struct eh_err *err);
EH_MUST enum eh_rc eh_policy_parse(struct eh_arena *home, const char *file, const char *text, size_t len,
                                   const struct eh_policy **policy, struct eh_err *err);

/* Reads a stored version back.  EH_REFUSED where its canonical form is not, byte for byte, one that this program
 * writes: a version is gone by whole or not at all. */
EH_MUST enum eh_rc eh_policy_parse_canonical(struct eh_arena *home, const char *canonical, size_t len,
                                             const struct eh_policy **policy, struct eh_err *err);

/* The file that says the same: read again it is the same version.  For who changes a version that is in force. */
const char *eh_policy_file(struct eh_arena *home, const struct eh_policy *policy);

double eh_policy_fraction(int64_t ppm);

enum eh_policy_outcome { EH_POLICY_FAVOURABLE, EH_POLICY_ADVERSE, EH_POLICY_SCORE };

/* One monitor, by the names of its map. */
struct eh_policy_monitor {
	const char *source;
	const char *attribute;
	const char *other; /* an intersection's second attribute; NULL: `attribute` alone */
	const char *group; /* the label; NULL where the groups of the attribute are not told apart */
	const char *segment; /* the stratum whose level it is; NULL: the whole book */
	enum eh_policy_outcome outcome;
	int64_t cut_micro; /* of EH_POLICY_SCORE */
	bool conditional;
	bool turned; /* the reference is the protected one, and `group` is what it is held against */
	int64_t tau_ppm;
};

/* The loosest gate of the families that select the monitor; 0: no family does. */
int64_t eh_policy_gate(const struct eh_policy *policy, const struct eh_policy_monitor *monitor);

/* The longest window of the families that select the monitor, at whatever tau; 0: no family does. */
int64_t eh_policy_monitor_window(const struct eh_policy *policy, const struct eh_policy_monitor *monitor);

/* The longest window of the families that look at a source; where none does, the policy's. */
int64_t eh_policy_window(const struct eh_policy *policy, const char *source);

/* True where the choice holds the name. */
bool eh_policy_names_hold(const struct eh_policy_names *names, const char *name);

/* True where the family watches the two attributes jointly, in whatever order. */
bool eh_policy_watches_both(const struct eh_policy_family *family, const char *a, const char *b);

#endif
