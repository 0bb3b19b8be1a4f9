/*
 * push_part.h - what a pushdown reader holds; for the files of the reader only.
 *
 * Threads  none.
 */
#ifndef EH_SOURCE_PUSH_PART_H
#define EH_SOURCE_PUSH_PART_H

#include "source/poll_columns.h"
#include "source/denied.h"
#include "source/push.h"

/* What a type lets us say of a value without looking at it. */
enum eh_push_class {
	EH_PUSH_TEXT,   /* text and varchar, and whatever else, cast to text */
	EH_PUSH_WHOLE,  /* int2, int4, int8 */
	EH_PUSH_NUMBER, /* numeric, float4, float8, where they are used as numbers only */
	EH_PUSH_TIME,   /* timestamp, timestamptz */
	EH_PUSH_DATE,
	EH_PUSH_FIXED   /* short texts that are always good: bool, uuid, enum */
};

struct eh_push_column {
	const char *type;     /* as poll names it, or `enum` */
	const char *asked;    /* what poll selects of it */
	const char *key;      /* what it is grouped by: equal keys have equal texts, or are equal numbers */
	enum eh_poll_form form;
	enum eh_push_class kind; /* of the key */
	bool not_null;
	int64_t longest;      /* characters that its type allows; 0: any number */
};

/* One statement, read by a cursor in the order of panes: p, m, n, good; of counts also how many are favourable and how
 * many adverse (the others' decision is not surely good); then its key columns. */
struct eh_push_query {
	const char *cursor;
	const int *columns; /* of the map, in the order of the result */
	int columns_n, first_key;
	int measure;        /* as in struct eh_change; -1: counts */
	int level;          /* the column of its levels, or -1 */
	bool opened, ended;
	PGresult *batch;
	int row, rows, fetch;
};

struct eh_push_leaf {
	uint32_t oid, filenode;
	const char *name; /* quoted */
	bool foreign;
};

struct eh_push {
	struct eh_source_reader reader; /* first: it is what gather holds */
	struct eh_arena *arena;
	struct eh_pg *pg;
	const struct eh_map *map;
	int64_t table;        /* oid */
	const char *name;     /* quoted */
	const char *xid;      /* quoted; NULL: read once */
	bool xid_indexed;
	struct eh_push_leaf *leaves;
	size_t leaves_n;
	bool by_leaf;         /* a statement a leaf, joined: some are foreign */
	bool lockable, utf8_known, distributed;
	bool id_unique, scenario;
	struct eh_push_column *columns;
	bool looked;          /* at them under a reading's lock, when the table's look was columns_now */
	int64_t columns_now;
	struct eh_text favourable, adverse; /* a decision of each kind, for rows that were counted by kind */

	/* SQL that stays the same. */
	const char *at, *at_type; /* the time of the decision, and its type */
	const char *sure_time;    /* its time can be in a pane */
	const char *sure_from;    /* the same without an end */
	const char *is_favourable, *is_adverse; /* the decision is surely good, and of that kind */
	const char *pane, *pane_type;
	const char *sure_rest;    /* columns that counts are not grouped by are surely good, behind an AND */
	const char *sure_keys;    /* the others, by the names k0, k1, ... */
	const char *sure_all;     /* all columns */
	struct eh_push_query *counts, *measures, *rest;
	int measures_n;

	/* One reading. */
	struct eh_position position;
	struct eh_buf snapshot, sql;
	int64_t clock_us;
	bool all_visible; /* the snapshot sees every row that there is */
	bool idle, begun, resumed, again; /* again: row by row, for recompute */
	int64_t early_us;  /* INT64_MAX: not told */
	uint64_t rest_due, rest_seen;

	/* The pane at hand. */
	int64_t pane_us;
	struct eh_push_group *group;
	size_t groups, groups_cap, next_half;
	uint64_t pane_n, measure_n; /* rows by counts, and by the measure at hand */
	int measure;
	struct eh_buf bytes;    /* of the groups */
	struct eh_arena *texts; /* of this reading */
	bool in_groups;

	struct eh_field *fields;
	char (*digits)[24]; /* a column's number as text */
	struct eh_row row;
	struct eh_change change;
	PGresult *single; /* again: the row that was given out last */
};

/* One combination of keys in the pane at hand. */
struct eh_push_group {
	uint64_t favourable, adverse;
	int64_t last_us;
	size_t from, len; /* in push->bytes: for each key its length, 4 bytes of this machine (-1: null), and its bytes */
};

/* Looks at the table, and makes what stays the same (push_open.c). */
EH_MUST enum eh_rc eh_push_open(struct eh_push *push, struct eh_err *err);

/* Finds the tables that hold the rows, and their files; kept in `arena` (push_open.c). */
EH_MUST enum eh_rc eh_push_find_leaves(struct eh_push *push, struct eh_arena *arena, struct eh_err *err);

/* Looks at the columns and writes what is surely good of them (push_columns.c). */
EH_MUST enum eh_rc eh_push_look_at_columns(struct eh_push *push, struct eh_err *err);

uint64_t eh_push_xmin(const struct eh_buf *snapshot);

/* Whether counts are grouped by the column. */
bool eh_push_counts_by(const struct eh_push *push, int column);

/* The statements (push_sql.c): the text is in push->sql. */
void eh_push_make_queries(struct eh_push *push);
void eh_push_sql_of(struct eh_push *push, const struct eh_push_query *query);
void eh_push_sql_rest(struct eh_push *push, const struct eh_push_query *query);
void eh_push_sql_again(struct eh_push *push, const struct eh_position *position);

/* A reading (push_walk.c): its first statement, then change by change; NULL at the end. */
EH_MUST enum eh_rc eh_push_start(struct eh_push *push, struct eh_err *err);
EH_MUST enum eh_rc eh_push_walk(struct eh_push *push, const struct eh_change **change, struct eh_err *err);
int64_t eh_push_pane_at(const struct eh_push_query *query); /* of the row that peek found; INT64_MIN: it has none */

/* Pieces of a change (push.c). */
void eh_push_clear_row(struct eh_push *push, int64_t at_us, struct eh_text decision);
void eh_push_read_key(struct eh_push *push, int column, const char *at, int32_t n);
void eh_push_give_rest(struct eh_push *push, const struct eh_change **change);

/* EH_REFUSED: the same rows were counted as n, and came as m. */
EH_MUST enum eh_rc eh_push_disagree(const struct eh_push *push, const char *what, uint64_t n, uint64_t m, struct eh_err *err);

/* Cursors (push_cursor.c).  peek: whether there is a row, fetching more where needed. */
EH_MUST enum eh_rc eh_push_declare(struct eh_push *push, struct eh_push_query *query, struct eh_err *err);
EH_MUST enum eh_rc eh_push_peek(struct eh_push *push, struct eh_push_query *query, bool *any, struct eh_err *err);
void eh_push_forget(struct eh_push_query *query);

#endif
