/*
 * audit.h - the one-shot audit: one period, exact methods, one JSON tree.
 *
 * The regulator's test is run once on a fixed period by the regulator's own
 * formula (law 5).  The tree holds numbers and reasons; text and HTML are made of
 * it and of nothing else, so that both say what `--json` says.  docs/reference/audit.md
 * lists its keys.
 *
 * A part of the tree is one file src/report/audit_PART.c, one function
 *
 *   json_t *eh_audit_PART(const struct eh_audit *audit, size_t attribute);
 *
 * and one line in the table of audit.c.  A part computes no statistics of its own: it
 * counts, asks stats/, and writes the answer down.  NULL means that the part has nothing
 * to say of this attribute, and its key is left out.
 *
 * Numbers that do not exist are null.  Keys come in the order they are set.
 *
 * Owner    the arena; the tree is the caller's.
 * Threads  none.
 */
#ifndef EH_REPORT_AUDIT_H
#define EH_REPORT_AUDIT_H

#include <jansson.h>

#include "report/columns.h"
#include "stats/score.h"

/* Scored rows up to which ranks and distributions are those of the raw values; beyond it values that share a bin of
 * the cube's order-preserving quantiser count as tied, and the audit says so (`audit.exact` false). */
#define EH_AUDIT_EXACT_ROWS 2000000

/* A column of ids is no attribute: each of its groups would be a pair with all its tests. */
#define EH_AUDIT_GROUPS_MAX 4096

enum eh_audit_by { EH_AUDIT_BY_NOTHING, EH_AUDIT_BY_MONTH, EH_AUDIT_BY_YEAR };

/* The middle of a group's scores. */
struct eh_audit_score_middle {
	struct ehs_bin scored; /* its scored rows, and those of them above the median of the whole log */
	int64_t twice_median;  /* its own median, in units of q: whole; 0 where nothing is scored */
};

/* One protected attribute and X, the rows where it is present. */
struct eh_audit_attribute {
	const struct eh_map_protected *map;
	const struct eh_map_audit *wants; /* strata, controls, proxies */
	const struct eh_levels *levels;   /* its groups, in code-point order */
	const uint32_t *row;              /* X, rising */
	size_t n, n_missing;
	int reference;               /* the code of the map's reference group; -1: it does not occur */
	const struct ehs_bin *group; /* of each group: decisions, and favourable ones */

	/* The strata that the map conditions it on; of each level and group (level * groups + group): the rows of X
	 * where the stratum is present; NULL: too many levels to count. */
	const struct eh_levels **stratum;
	const struct ehs_bin **by_stratum;
	size_t strata_n;

	const struct ehs_histogram *score_values; /* of each group; see audit_scores.h */
	const struct ehs_moments *score_sums;
	const struct eh_audit_score_middle *score_middle;
};

struct eh_audit {
	struct eh_arena *arena;
	const struct eh_map *map;
	const struct eh_columns *columns;
	enum eh_audit_by by;
	const struct eh_audit_attribute *attribute; /* map->protect_n */
	json_t *warnings;                           /* an array; see eh_audit_warn() */

	size_t exact_rows;
	bool exact;                 /* ranks and distributions are of raw values */
	const uint32_t *scored_row; /* the rows that have a score, by rising score; see audit_scores.h */
	const int64_t *scored_key;  /* what each counts as: its score, or the lowest of its bin */
	size_t scored;
	int64_t twice_median; /* of all of them, in units of q: whole */
};

struct eh_audit_options {
	int64_t from_us, to_us; /* INT64_MIN, INT64_MAX: not given */
	enum eh_audit_by by;
	size_t exact_rows; /* 0: EH_AUDIT_EXACT_ROWS */
};

/* EH_BAD_INPUT where an attribute has more than EH_AUDIT_GROUPS_MAX groups: to be asked before eh_audit_run(). */
EH_MUST enum eh_rc eh_audit_check(const struct eh_map *map, const struct eh_columns *columns, struct eh_err *err);

/* The whole tree; the caller's.  `options` may be NULL.  Cannot fail: what cannot be computed is null with a reason. */
json_t *eh_audit_run(struct eh_arena *arena, const struct eh_map *map, const struct eh_columns *columns,
                     const struct eh_audit_options *options);

/* True where a group's verdict under `attributes` crosses a line: --fail-on crossed. */
bool eh_audit_crossed(const json_t *audit);

/* ---- for the parts -------------------------------------------------------------- */

json_t *eh_audit_number(double x); /* null for NaN and the infinities */
json_t *eh_audit_count(uint64_t n);
json_t *eh_audit_range(double lo, double hi); /* [lo, hi] */
json_t *eh_audit_text(struct eh_text text);
void eh_audit_put(json_t *object, const char *key, json_t *value);         /* takes the value; NULL: leaves it out */
void eh_audit_put_text(json_t *object, struct eh_text key, json_t *value); /* the same under a group's name */

void eh_audit_append(json_t *array, json_t *value); /* takes the value */

/* Wilson's 95 % limits of a rate as [lo, hi]; [null, null] of nothing. */
json_t *eh_audit_wilson(struct ehs_bin bin);

bool eh_audit_under_2_percent(uint64_t n, uint64_t total);
double eh_audit_highest_rate(const struct ehs_bin *group, size_t n); /* 0 where no one was favoured */
struct ehs_2x2 eh_audit_adverse(struct ehs_2x2 table);               /* the same people, adverse decisions counted */

/* The P-block of the focal group against the reference (docs/reference/audit.md); .x favourable. */
json_t *eh_audit_pair_block(struct ehs_2x2 table);

/* The V-block of a row-major table; empty rows and columns are dropped. */
json_t *eh_audit_table_block(const uint64_t *table, size_t rows, size_t cols);

#define EH_AUDIT_EVERY SIZE_MAX /* a warning about no attribute in particular */

/* Says a thing that a reader must not miss.  `group` and `stratum` may be NULL.  The sentence is whole and ends with a
 * full stop. */
void eh_audit_warn(const struct eh_audit *audit, const char *kind, size_t attribute, const char *group,
                   const char *stratum, const char *format, ...) EH_PRINTF(6, 7);

#endif
