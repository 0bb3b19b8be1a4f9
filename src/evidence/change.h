/*
 * change.h - the same book before and after a new component: a test of two fixed periods, made once.
 *
 * A component (a model's version, a vendor, a product) that is met for the first time
 * asks by itself whether the groups stand otherwise since.  Each group's ratio to its
 * reference after it is held against the ratio before, favourable and adverse apart, as
 * a difference of logarithms with its interval.  Both verdicts are kept apart, as in a
 * pack's result.  It says that something moved at that time, and not what moved it.
 *
 * Owner    the caller gets a reference to the JSON.
 * Threads  any.
 */
#ifndef EH_EVIDENCE_CHANGE_H
#define EH_EVIDENCE_CHANGE_H

#include "base/json.h"
#include "cube/cube.h"
#include "decision/map.h"

#define EH_EVIDENCE_CHANGE_DAYS 28
#define EH_EVIDENCE_CHANGE_LINE 0.90 /* a ratio that fell to nine tenths of what it was; the house's number */

struct eh_evidence_change {
	const struct eh_map *map;
	const struct eh_cube_shape *shape;
	struct eh_cube_names *names;
	const struct eh_cube *before, *after; /* [from, first) and [first, to) */
	const char *role, *component;
	uint32_t role_at; /* its place in the lineage set */
	int64_t from_us, first_us, to_us;
};

/* The result, as JSON without fractions.  EH_BAD_INPUT only where a name of the source is no UTF-8. */
EH_MUST enum eh_rc eh_evidence_change(const struct eh_evidence_change *change, json_t **result, struct eh_err *err);

#endif
