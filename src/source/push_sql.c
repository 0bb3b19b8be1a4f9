/*
 * push_sql.c - the statements of a pushdown; see push.h.
 *
 * A grouping is materialised before it is put in order: the planner, which cannot know
 * how many panes and groups there are, would else sort the rows instead of hashing them.
 * No GROUPING SETS: they sort too, and measured ten times slower.
 */
#include <inttypes.h>
#include <string.h>

#include "base/time.h"
#include "source/push_part.h"
#include "source/shape.h"

#define EDGE_END_US (INT64_C(253370764800) * EH_SECOND_US) /* the year 9999: later edges are none */

/* ---- which columns --------------------------------------------------------------------- */

static int add_once(int *columns, int n, int column)
{
	for (int i = 0; i < n; i++)
		if (columns[i] == column)
			return n;
	columns[n] = column;
	return n + 1;
}

static int add_groups(const struct eh_map *map, int *columns)
{
	int n = 0;

	for (size_t p = 0; p < map->protect_n; p++)
		n = add_once(columns, n, map->protect[p].column);
	return n;
}

static struct eh_push_query *make_counts(struct eh_push *push)
{
	struct eh_push_query *q = eh_arena_zalloc(push->arena, 1, sizeof *q);
	int *columns = eh_arena_zalloc(push->arena, push->map->columns_n, sizeof *columns);

	for (int i = 0; i < (int)push->map->columns_n; i++)
		if (eh_push_counts_by(push, i))
			columns[q->columns_n++] = i;
	q->cursor = "eh_push_counts";
	q->columns = columns;
	q->measure = -1;
	q->first_key = 6;
	return q;
}

/* Levels are counted by decision too. */
static void make_measure(struct eh_push *push, int measure, int column, bool levels)
{
	struct eh_push_query *q = &push->measures[push->measures_n];
	int *columns = eh_arena_zalloc(push->arena, push->map->columns_n, sizeof *columns);
	int n = add_groups(push->map, columns);

	if (levels)
		n = add_once(columns, n, push->map->decision);
	q->columns_n = add_once(columns, n, column);
	q->columns = columns;
	q->cursor = eh_arena_printf(push->arena, "eh_push_measure_%d", push->measures_n);
	q->measure = measure;
	q->first_key = 4;
	q->level = levels ? column : -1;
	push->measures_n++;
}

static void make_measures(struct eh_push *push)
{
	const struct eh_map *map = push->map;
	int l;

	push->measures = eh_arena_zalloc(push->arena, 1 + map->features_n + map->lineage_n, sizeof *push->measures);
	if (map->score >= 0)
		make_measure(push, 0, map->score, false);
	for (size_t f = 0; f < map->features_n; f++)
		make_measure(push, 1 + (int)f, map->features[f].column, map->features[f].kind == EH_MAP_CATEGORICAL);
	for (uint32_t i = 0; (l = eh_source_retrieval(map, i)) >= 0; i++)
		make_measure(push, 1 + (int)map->features_n + l, map->lineage[l].column, true);
}

static struct eh_push_query *make_rest(struct eh_push *push)
{
	struct eh_push_query *q = eh_arena_zalloc(push->arena, 1, sizeof *q);

	q->cursor = "eh_push_rest";
	q->measure = -1;
	return q;
}

void eh_push_make_queries(struct eh_push *push)
{
	push->counts = make_counts(push);
	make_measures(push);
	push->rest = make_rest(push);
}

/* ---- which rows ----------------------------------------------------------------------- */

static const char *snapshot_of(const struct eh_buf *text)
{
	EH_ASSERT(eh_position_snapshot_ok(text->data, text->len, NULL));
	return text->data;
}

uint64_t eh_push_xmin(const struct eh_buf *snapshot)
{
	uint64_t xmin = 0;

	for (const char *at = snapshot->data; *at != ':'; at++)
		xmin = xmin * 10 + (uint64_t)(*at - '0');
	return xmin;
}

/* Below the snapshot's xmin every transaction is visible: most rows need no more than that comparison. */
static void put_visible(struct eh_push *push, const struct eh_buf *snapshot)
{
	eh_buf_printf(&push->sql, "(%s < '%" PRIu64 "' OR pg_visible_in_snapshot(%s, '%s'))", push->xid, eh_push_xmin(snapshot), push->xid,
	              snapshot_of(snapshot));
}

static void put_reading(struct eh_push *push)
{
	const struct eh_position *p = &push->position;

	if (push->xid == NULL || push->all_visible) {
		eh_buf_puts(&push->sql, "true");
		return;
	}
	if (p->until.len == 0) {
		put_visible(push, &p->snapshot);
		return;
	}
	eh_buf_printf(&push->sql, "%s >= '%" PRIu64 "' AND NOT pg_visible_in_snapshot(%s, '%s') AND ", push->xid, eh_push_xmin(&p->snapshot),
	              push->xid, snapshot_of(&p->snapshot));
	put_visible(push, &p->until);
}

static void put_time(struct eh_buf *out, int64_t us, const char *type)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us, text);
	eh_buf_printf(out, "'%s'::%s", text, type);
}

/* A time that can be in a pane and is not after the edge: such rows have a fate of their own, or may not set the clock. */
static void put_sure_time(struct eh_push *push, int64_t edge_us)
{
	if (edge_us >= EDGE_END_US) {
		eh_buf_puts(&push->sql, push->sure_time);
		return;
	}
	eh_buf_printf(&push->sql, "%s AND %s <= ", push->sure_from, push->at);
	put_time(&push->sql, edge_us, push->at_type);
}

static void put_sure_all(struct eh_push *push, int64_t edge_us)
{
	eh_buf_puts(&push->sql, "(");
	put_sure_time(push, edge_us);
	eh_buf_printf(&push->sql, " AND %s)", push->sure_all);
}

/* The pane of any row whose time can be in one. */
static void put_pane(struct eh_push *push)
{
	eh_buf_printf(&push->sql, "(CASE WHEN %s THEN %s END)", push->sure_time, push->pane);
}

static void put_place(struct eh_push *push, const char *sign, const struct eh_position *p)
{
	eh_buf_printf(&push->sql, "(tableoid, ctid) %s ('%" PRIu32 "'::oid, '(%" PRIu32 ",%" PRIu16 ")'::tid)", sign, p->leaf, p->block,
	              p->offset);
}

/* ---- groups --------------------------------------------------------------------------- */

static void put_group_by(struct eh_push *push, const struct eh_push_query *q, int before)
{
	eh_buf_puts(&push->sql, " GROUP BY 1");
	for (int i = 0; i < q->columns_n; i++)
		eh_buf_printf(&push->sql, ", %d", before + i + 1);
}

static void put_keys(struct eh_push *push, const struct eh_push_query *q)
{
	for (int i = 0; i < q->columns_n; i++)
		eh_buf_printf(&push->sql, ", %s AS k%d", push->columns[q->columns[i]].key, q->columns[i]);
}

/* Counts: every row that this reading has, under its pane or, where it is not surely good, under none. */
static void put_counts(struct eh_push *push, const struct eh_push_query *q, const char *table)
{
	eh_buf_puts(&push->sql, "SELECT CASE WHEN ");
	put_sure_time(push, push->position.edge_us);
	eh_buf_printf(&push->sql, "%s THEN %s END AS p, max(%s) AS m, count(*) AS n", push->sure_rest, push->pane, push->at);
	eh_buf_printf(&push->sql, ", count(*) FILTER (WHERE %s) AS f, count(*) FILTER (WHERE %s) AS a", push->is_favourable,
	              push->is_adverse);
	put_keys(push, q);
	eh_buf_printf(&push->sql, " FROM %s WHERE ", table);
	put_reading(push);
	if (push->resumed && push->position.pane_us != INT64_MIN) {
		eh_buf_printf(&push->sql, " AND %s >= ", push->at);
		put_time(&push->sql, push->position.pane_us, push->at_type);
	}
	put_group_by(push, q, 5);
}

/* A measure: the rows that are surely good. */
static void put_measure(struct eh_push *push, const struct eh_push_query *q, const char *table)
{
	eh_buf_printf(&push->sql, "SELECT %s AS p, count(*) AS n", push->pane);
	put_keys(push, q);
	eh_buf_printf(&push->sql, " FROM %s WHERE ", table);
	put_reading(push);
	eh_buf_puts(&push->sql, " AND ");
	put_sure_all(push, push->position.edge_us);
	if (push->resumed && push->position.pane_us != INT64_MIN) {
		eh_buf_printf(&push->sql, " AND %s >= ", push->at);
		put_time(&push->sql, push->position.pane_us, push->at_type);
	}
	put_group_by(push, q, 2);
}

/* A key as poll would bring the column, but for whole numbers, which get their characters here. */
static void put_asked(struct eh_push *push, int column)
{
	const struct eh_push_column *c = &push->columns[column];

	bool as_it_is = c->form != EH_POLL_TEXT || c->kind == EH_PUSH_TEXT || c->kind == EH_PUSH_WHOLE;

	eh_buf_printf(&push->sql, ", k%d%s", column, as_it_is ? "" : "::text");
}

static void put_leaves(struct eh_push *push, const struct eh_push_query *q,
                       void (*put)(struct eh_push *, const struct eh_push_query *, const char *))
{
	if (!push->by_leaf) {
		put(push, q, push->name);
		return;
	}
	for (size_t i = 0; i < push->leaves_n; i++) {
		eh_buf_puts(&push->sql, i > 0 ? " UNION ALL (" : "(");
		put(push, q, push->leaves[i].name);
		eh_buf_putc(&push->sql, ')');
	}
}

void eh_push_sql_of(struct eh_push *push, const struct eh_push_query *q)
{
	bool counts = q->measure < 0;

	eh_buf_reset(&push->sql);
	eh_buf_printf(&push->sql, "DECLARE %s NO SCROLL CURSOR FOR WITH u AS MATERIALIZED (", q->cursor);
	put_leaves(push, q, counts ? put_counts : put_measure);
	eh_buf_printf(&push->sql, ") SELECT p, %s, n, %s", counts ? "m" : "p", counts ? "" : "true");
	if (counts)
		eh_buf_printf(&push->sql, "coalesce(%s, false), f, a", push->sure_keys);
	for (int i = 0; i < q->columns_n; i++)
		put_asked(push, q->columns[i]);
	eh_buf_puts(&push->sql, " FROM u ORDER BY p NULLS FIRST");
	if (!counts && q->level >= 0) /* names are met in this order */
		eh_buf_printf(&push->sql, ", (k%d::text) COLLATE \"C\"", q->level);
}

/* ---- rows ----------------------------------------------------------------------------- */

static void put_columns(struct eh_push *push)
{
	for (size_t i = 0; i < push->map->columns_n; i++)
		eh_buf_printf(&push->sql, ", %s AS c%zu", push->columns[i].asked, i);
}

static void put_after_place(struct eh_push *push)
{
	const struct eh_position *p = &push->position;

	eh_buf_puts(&push->sql, " AND (");
	put_pane(push);
	eh_buf_puts(&push->sql, p->pane_us == INT64_MIN ? " IS NOT NULL OR " : " > ");
	if (p->pane_us == INT64_MIN) {
		put_place(push, ">", p);
	} else {
		put_time(&push->sql, p->pane_us, push->pane_type);
		eh_buf_puts(&push->sql, " OR ");
		put_pane(push);
		eh_buf_puts(&push->sql, " = ");
		put_time(&push->sql, p->pane_us, push->pane_type);
		eh_buf_puts(&push->sql, " AND ");
		put_place(push, ">", p);
	}
	eh_buf_putc(&push->sql, ')');
}

static void put_rest(struct eh_push *push, const struct eh_push_query *q, const char *table)
{
	(void)q;
	eh_buf_puts(&push->sql, "SELECT ");
	put_pane(push);
	eh_buf_puts(&push->sql, push->xid != NULL ? " AS p, tableoid AS leaf, ctid AS place" : " AS p");
	put_columns(push);
	eh_buf_printf(&push->sql, " FROM %s WHERE ", table);
	put_reading(push);
	eh_buf_puts(&push->sql, " AND ");
	put_sure_all(push, push->position.edge_us);
	eh_buf_puts(&push->sql, " IS NOT TRUE");
	if (push->resumed)
		put_after_place(push);
}

void eh_push_sql_rest(struct eh_push *push, const struct eh_push_query *q)
{
	eh_buf_reset(&push->sql);
	eh_buf_printf(&push->sql, "DECLARE %s NO SCROLL CURSOR FOR SELECT * FROM (", q->cursor);
	put_leaves(push, q, put_rest);
	eh_buf_puts(&push->sql, ") u ORDER BY p NULLS FIRST");
	if (push->xid != NULL)
		eh_buf_puts(&push->sql, ", leaf, place");
	else
		eh_buf_printf(&push->sql, ", (c%d::text) COLLATE \"C\"", push->map->id);
}

/* Of a reading that ended within: panes before its own, and in it the rows up to the place. */
static void put_done(struct eh_push *push, const struct eh_position *p)
{
	put_pane(push);
	if (p->pane_us == INT64_MIN) {
		eh_buf_puts(&push->sql, " IS NULL");
	} else {
		eh_buf_puts(&push->sql, " IS NULL OR ");
		put_pane(push);
		eh_buf_puts(&push->sql, " < ");
		put_time(&push->sql, p->pane_us, push->pane_type);
		eh_buf_puts(&push->sql, " OR ");
		put_pane(push);
		eh_buf_puts(&push->sql, " = ");
		put_time(&push->sql, p->pane_us, push->pane_type);
	}
	eh_buf_puts(&push->sql, " AND ");
	put_sure_all(push, p->edge_us);
	eh_buf_puts(&push->sql, " IS NOT TRUE AND ");
	put_place(push, "<=", p);
}

static void put_read_before(struct eh_push *push, const struct eh_position *p)
{
	if (push->xid == NULL || p->kind == EH_POSITION_ONCE) {
		eh_buf_puts(&push->sql, "true");
		return;
	}
	put_visible(push, &p->snapshot);
	if (p->kind == EH_POSITION_WHOLE)
		return;
	if (p->until.len > 0) {
		eh_buf_puts(&push->sql, " OR ");
		put_visible(push, &p->until);
	}
	eh_buf_puts(&push->sql, " AND (");
	put_done(push, p);
	eh_buf_putc(&push->sql, ')');
}

void eh_push_sql_again(struct eh_push *push, const struct eh_position *position)
{
	eh_buf_reset(&push->sql);
	for (size_t i = 0; i < (push->by_leaf ? push->leaves_n : 1); i++) {
		eh_buf_puts(&push->sql, i > 0 ? " UNION ALL SELECT " : "SELECT ");
		for (size_t c = 0; c < push->map->columns_n; c++)
			eh_buf_printf(&push->sql, "%s%s", c > 0 ? ", " : "", push->columns[c].asked);
		eh_buf_printf(&push->sql, " FROM %s WHERE ", push->by_leaf ? push->leaves[i].name : push->name);
		put_read_before(push, position);
	}
}
