/*
 * inside.h - what the files of the room share among themselves.
 */
#ifndef EH_POLICY_INSIDE_H
#define EH_POLICY_INSIDE_H

#include "config/yaml.h"
#include "policy/policy.h"

/* A policy being read. */
struct eh_policy_reading {
	struct eh_arena *home;
	struct eh_policy *policy;
	struct eh_policy_family given; /* what the file says for all families */
	bool stored;                   /* the canonical form of a stored version: lengths of time in seconds */
};

/* The detectors that this program has, the first is version 1; ended by NULL. */
extern const char *const eh_policy_detectors[];

/* A decimal number between two bounds, both in millionths. */
EH_MUST enum eh_rc eh_policy_read_decimal(const struct eh_yaml *node, int64_t min_micro, int64_t max_micro,
                                          int64_t *micro, struct eh_err *err);

/* The keys that stand on top of a flat file and in a family alike: window, outcomes, conditional, lines. */
EH_MUST enum eh_rc eh_policy_read_common(const struct eh_policy_reading *reading, const struct eh_yaml *node,
                                         struct eh_policy_family *family, struct eh_err *err);

/* The list under `families`. */
EH_MUST enum eh_rc eh_policy_read_families(struct eh_policy_reading *reading, const struct eh_yaml *node,
                                           struct eh_err *err);

/* Takes all families together; `node` is blamed where there are too many different lines or cuts. */
EH_MUST enum eh_rc eh_policy_gather(struct eh_policy *policy, const struct eh_yaml *node, struct eh_err *err);

/* One more change; `from` and `to` may be NULL. */
struct eh_policy_diff;
EH_PRINTF(7, 8)
void eh_policy_changed(struct eh_arena *home, struct eh_policy_diff *diff, bool looser, const char *key,
                       const char *from, const char *to, const char *words, ...);

/* What concerns every monitor: budget, minimum, maturity; `looser_only` leaves the rest out. */
void eh_policy_diff_whole(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                          bool looser_only, struct eh_policy_diff *out);

/* Values as a reader would write them, in the arena: 0.85; 30d; a line. */
const char *eh_policy_say_decimal(struct eh_arena *home, int64_t micro);
const char *eh_policy_say_length(struct eh_arena *home, int64_t us);
const char *eh_policy_say_names(struct eh_arena *home, const struct eh_policy_names *names);
const char *eh_policy_say_groups(struct eh_arena *home, const struct eh_policy_family *family);
const char *eh_policy_say_intersections(struct eh_arena *home, const struct eh_policy_family *family);
const char *eh_policy_say_outcomes(struct eh_arena *home, const struct eh_policy_family *family);
const char *eh_policy_say_lines(struct eh_arena *home, const struct eh_policy_line *line, uint32_t n);

/* Writes the canonical form and names the version by it. */
void eh_policy_seal(struct eh_arena *home, struct eh_policy *policy);

#endif
