/*
 * columns.h - a decision log in memory, column by column: what a one-shot audit counts.
 *
 * A file and the table that import made of it give the same columns, so that every
 * sum and every byte of an audit is the same from both: each row passes the one
 * check of decision.h, rows stand in the order of their ids' bytes, levels in an
 * order of their own, and a row whose id was there before is skipped or set aside
 * as import would (law 2).
 *
 * Owner    the arena; the map must outlive the columns.  Read-only.
 * Threads  any, once they are read.
 */
#ifndef EH_REPORT_COLUMNS_H
#define EH_REPORT_COLUMNS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "decision/map.h"
#include "pg/pg.h"

#define EH_COLUMNS_MISSING (-1)        /* of a code or an outcome */
#define EH_COLUMNS_NO_NUMBER INT64_MIN /* of a fixed-point number */

/* A column of levels: a protected attribute, a stratum, a categorical feature. */
struct eh_levels {
	const char *name;           /* as the map names it */
	const int32_t *code;        /* of each row: an index into `text`, or EH_COLUMNS_MISSING */
	const struct eh_text *text; /* those that occur in the period, each ended by a NUL too; sorted: see `numeric` */
	size_t n;
	bool numeric;        /* every value in the whole log, of whatever period, is a number, and there is one: the
	                        levels stand in the order of their values, else in that of their bytes (code points) */
	const double *value; /* numeric: of each level, the double nearest to its text; else NULL */
};

/* A column of fixed-point numbers: the score, a numeric feature. */
struct eh_numbers {
	const char *name;
	const int64_t *q; /* of each row, at `scale`, or EH_COLUMNS_NO_NUMBER; NULL: there is no such column */
	int scale;
};

/* An attribute given by probabilities: for each row whether they are known (enum eh_decision_membership), and the
 * weights in units of EH_DECISION_PROXY_UNIT, in the order of the attribute's labels. */
struct eh_memberships {
	const uint8_t *is; /* NULL: the attribute has labels */
	const uint32_t *w; /* rows x labels_n */
};

/* A decision that is a number, and what it was to cover; .q NULL where the map has no such column. */
struct eh_columns_amount {
	struct eh_numbers amount, expected, actual;
};

struct eh_columns_reason {
	const char *reason;
	int64_t rows;
};

struct eh_columns {
	size_t rows;
	const struct eh_text *id; /* rising */
	const int64_t *at_us;     /* decided_at */
	const uint8_t *adverse;   /* 1: the decision was adverse, 0: favourable */
	const int8_t
		*outcome; /* 1: what was predicted happened, 0: not, EH_COLUMNS_MISSING; NULL: no outcomes mapped */
	struct eh_numbers score;
	struct eh_levels *protect;  /* map->protect_n, by the attribute's labels */
	struct eh_memberships *membership; /* map->protect_n; where `is` is not NULL, each code of `protect` is missing */
	struct eh_levels *strata;   /* map->strata_n */
	struct eh_levels *levels;   /* map->features_n; .code NULL where the feature is numeric */
	struct eh_numbers *numbers; /* map->features_n; .q NULL where the feature is categorical */

	struct eh_columns_amount *amounts; /* map->amounts_n */
	const int8_t *overridden;          /* 1: a person overturned it, 0: not, EH_COLUMNS_MISSING; NULL: not mapped */
	const int64_t *received_us;        /* or EH_COLUMNS_NO_NUMBER; NULL: not mapped */

	int64_t first_us, last_us; /* earliest and latest decided_at; where there are rows */
	int64_t rounded;           /* values of these rows that had more decimals than their scale */

	/* Of the whole log, as a row without a readable date belongs to no period; most frequent first, then by bytes. */
	int64_t set_aside;
	const struct eh_columns_reason *reasons;
	size_t reasons_n;
};

/* Reads the rows of `path` (`-`: standard input) with from_us <= decided_at < to_us.  EH_BAD_INPUT as eh_file_open(). */
EH_MUST enum eh_rc eh_columns_read_file(struct eh_arena *arena, const struct eh_map *map, const char *path,
                                        int64_t from_us, int64_t to_us, const struct eh_columns **out,
                                        struct eh_err *err);

/* The same from the map's table (or view) over `pg`, the source's database, in one snapshot; with what import set aside
 * for this source.  EH_BAD_INPUT: there is no such table or column. */
EH_MUST enum eh_rc eh_columns_read_table(struct eh_arena *arena, const struct eh_map *map, struct eh_pg *pg,
                                         int64_t from_us, int64_t to_us, const struct eh_columns **out,
                                         struct eh_err *err);

/* The column that a name under `audit:` means: one of the two is not NULL. */
struct eh_columns_ref {
	const struct eh_levels *levels;
	const struct eh_numbers *numbers;
};
struct eh_columns_ref eh_columns_find(const struct eh_columns *columns, struct eh_map_ref ref);

#endif
