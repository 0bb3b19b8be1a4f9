/*
 * push_walk.c - the panes of a pushdown, one after another: rows, counts, measures; see push.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "source/cells.h"
#include "source/push_part.h"

#define COLUMN_M 1
#define COLUMN_N 2
#define COLUMN_GOOD 3
#define COLUMN_FAVOURABLE 4
#define COLUMN_ADVERSE 5

int64_t eh_push_pane_at(const struct eh_push_query *query)
{
	return PQgetisnull(query->batch, query->row, 0) ? INT64_MIN : eh_pg_time(query->batch, query->row, 0);
}

/* ---- the groups of a pane ------------------------------------------------------------- */

static void keep_bytes(struct eh_buf *out, const PGresult *res, int row, int col)
{
	int32_t n = PQgetisnull(res, row, col) ? -1 : PQgetlength(res, row, col);

	eh_buf_put(out, &n, sizeof n);
	if (n > 0)
		eh_buf_put(out, PQgetvalue(res, row, col), (size_t)n);
}

static void keep_group(struct eh_push *push, const struct eh_push_query *q)
{
	if (push->groups == push->groups_cap) {
		push->groups_cap = push->groups_cap == 0 ? 256 : 2 * push->groups_cap;
		push->group = eh_xrealloc(push->group, push->groups_cap, sizeof *push->group);
	}
	struct eh_push_group *g = &push->group[push->groups++];
	size_t from = push->bytes.len;
	for (int i = 0; i < q->columns_n; i++)
		keep_bytes(&push->bytes, q->batch, q->row, q->first_key + i);
	*g = (struct eh_push_group){.favourable = (uint64_t)eh_pg_int8(q->batch, q->row, COLUMN_FAVOURABLE),
	                            .adverse = (uint64_t)eh_pg_int8(q->batch, q->row, COLUMN_ADVERSE),
	                            .last_us = eh_pg_time(q->batch, q->row, COLUMN_M),
	                            .from = from,
	                            .len = push->bytes.len - from};
}

/* By their bytes: an order that follows from the rows alone. */
static int by_bytes(const void *pa, const void *pb, void *bytes)
{
	const struct eh_push_group *a = pa, *b = pb;
	const char *at = bytes;
	int order = memcmp(at + a->from, at + b->from, a->len < b->len ? a->len : b->len);

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static enum eh_rc need_rest(struct eh_push *push, uint64_t n, struct eh_err *err)
{
	push->rest_due += n;
	return push->rest->opened ? EH_OK : eh_push_declare(push, push->rest, err);
}

/* Takes all groups of counts that stand under the pane. */
static enum eh_rc load_groups(struct eh_push *push, struct eh_err *err)
{
	struct eh_push_query *q = push->counts;
	enum eh_rc rc = EH_OK;
	bool any = true;

	push->groups = push->next_half = 0;
	push->pane_n = 0;
	eh_buf_reset(&push->bytes);
	for (;;) {
		rc = eh_push_peek(push, q, &any, err);
		if (rc != EH_OK || !any || eh_push_pane_at(q) != push->pane_us)
			break;
		uint64_t doubtful = (uint64_t)eh_pg_int8(q->batch, q->row, COLUMN_N);
		if (push->pane_us != INT64_MIN && eh_pg_bool(q->batch, q->row, COLUMN_GOOD)) {
			keep_group(push, q);
			uint64_t good = push->group[push->groups - 1].favourable + push->group[push->groups - 1].adverse;
			push->pane_n += good;
			doubtful -= good;
		}
		if (doubtful > 0)
			rc = need_rest(push, doubtful, err);
		if (rc != EH_OK)
			break;
		q->row++;
	}
	if (push->groups > 1)
		qsort_r(push->group, push->groups, sizeof *push->group, by_bytes, push->bytes.data);
	return rc;
}

/* ---- changes -------------------------------------------------------------------------- */

static void give(struct eh_push *push, enum eh_change_part part, int measure, uint64_t n, const struct eh_change **change)
{
	push->change = (struct eh_change){
		.kind = EH_CHANGE_ADD, .row = &push->row, .n = n, .part = part, .measure = measure, .open = true};
	*change = &push->change;
}

/* A group is given twice: its favourable decisions, then its adverse ones. */
static bool give_half(struct eh_push *push, const struct eh_change **change)
{
	const struct eh_push_group *g = &push->group[push->next_half / 2];
	bool favourable = push->next_half++ % 2 == 0;
	uint64_t n = favourable ? g->favourable : g->adverse;
	const struct eh_push_query *q = push->counts;
	const char *at = push->bytes.data + g->from;

	if (n == 0)
		return false;
	eh_push_clear_row(push, g->last_us, favourable ? push->favourable : push->adverse);
	for (int i = 0; i < q->columns_n; i++) {
		int32_t len;

		memcpy(&len, at, sizeof len);
		at += sizeof len;
		eh_push_read_key(push, q->columns[i], at, len);
		at += len > 0 ? len : 0;
	}
	give(push, EH_CHANGE_COUNTS, -1, n, change);
	return true;
}

static bool give_group(struct eh_push *push, const struct eh_change **change)
{
	while (push->next_half < 2 * push->groups)
		if (give_half(push, change))
			return true;
	return false;
}

/* The next group of the measure at hand, if it has one more in this pane. */
static enum eh_rc give_measure(struct eh_push *push, struct eh_push_query *q, const struct eh_change **change, struct eh_err *err)
{
	bool any;
	enum eh_rc rc = q->opened ? EH_OK : eh_push_declare(push, q, err);

	if (rc == EH_OK)
		rc = eh_push_peek(push, q, &any, err);
	if (rc != EH_OK || !any || eh_push_pane_at(q) != push->pane_us)
		return rc;
	eh_push_clear_row(push, push->pane_us, push->favourable.n > 0 ? push->favourable : push->adverse);
	for (int i = 0; i < q->columns_n; i++) {
		int col = q->first_key + i;
		int n = PQgetisnull(q->batch, q->row, col) ? -1 : PQgetlength(q->batch, q->row, col);

		eh_push_read_key(push, q->columns[i], PQgetvalue(q->batch, q->row, col), n);
	}
	uint64_t n = (uint64_t)eh_pg_int8(q->batch, q->row, COLUMN_N);
	push->measure_n += n;
	q->row++;
	give(push, EH_CHANGE_MEASURES, q->measure, n, change);
	return EH_OK;
}

/* Every measure splits the same rows as the counts do. */
static enum eh_rc walk_measures(struct eh_push *push, const struct eh_change **change, struct eh_err *err)
{
	while (push->measure < push->measures_n) {
		enum eh_rc rc = give_measure(push, &push->measures[push->measure], change, err);

		if (rc != EH_OK || *change != NULL)
			return rc;
		if (push->measure_n != push->pane_n)
			return eh_push_disagree(push, "rows", push->pane_n, push->measure_n, err);
		push->measure_n = 0;
		push->measure++;
	}
	return EH_OK;
}

/* The pane is whole: a commit may come here, where the reading can be gone on from. */
static void leave_pane(struct eh_push *push, const struct eh_change **change)
{
	struct eh_position *p = &push->position;

	push->in_groups = false;
	if (push->xid == NULL)
		return;
	p->pane_us = eh_pane_next(eh_cells_pane(push->map), push->pane_us);
	p->leaf = p->filenode = p->block = 0;
	p->offset = 0;
	push->change = (struct eh_change){.kind = EH_CHANGE_PLACE};
	*change = &push->change;
}

/* The pane of whichever comes next; *any is false where nothing does. */
static enum eh_rc find_pane(struct eh_push *push, bool *any, struct eh_err *err)
{
	bool rest = false, counts = false;
	enum eh_rc rc = eh_push_peek(push, push->counts, &counts, err);

	if (rc == EH_OK && push->rest->opened)
		rc = eh_push_peek(push, push->rest, &rest, err);
	*any = rest || counts;
	if (rc != EH_OK || !*any)
		return rc;
	int64_t next = counts ? eh_push_pane_at(push->counts) : INT64_MAX, first = rest ? eh_push_pane_at(push->rest) : INT64_MAX;
	push->pane_us = first < next ? first : next;
	return EH_OK;
}

static bool rest_is_here(const struct eh_push *push)
{
	const struct eh_push_query *q = push->rest;

	return q->opened && q->row < q->rows && eh_push_pane_at(q) == push->pane_us;
}

/* Enters the next pane: its groups are known, and whether rows are to be read one by one. */
static enum eh_rc enter_pane(struct eh_push *push, bool *any, struct eh_err *err)
{
	enum eh_rc rc = find_pane(push, any, err);

	if (rc == EH_OK && *any)
		rc = load_groups(push, err);
	push->in_groups = true;
	push->measure = 0;
	push->measure_n = 0;
	return rc;
}

enum eh_rc eh_push_walk(struct eh_push *push, const struct eh_change **change, struct eh_err *err)
{
	bool any = true;

	for (;;) {
		enum eh_rc rc = push->in_groups ? EH_OK : enter_pane(push, &any, err);

		if (rc != EH_OK || !any)
			return rc;
		if (push->rest->opened)
			rc = eh_push_peek(push, push->rest, &any, err);
		if (rc != EH_OK)
			return rc;
		if (rest_is_here(push)) {
			eh_push_give_rest(push, change);
			return EH_OK;
		}
		if (give_group(push, change))
			return EH_OK;
		if (push->groups > 0)
			rc = walk_measures(push, change, err);
		if (rc != EH_OK || *change != NULL)
			return rc;
		if (push->groups > 0)
			leave_pane(push, change);
		push->in_groups = false;
		if (*change != NULL)
			return EH_OK;
	}
}

/* Where no row's transaction is above the snapshot's xmin, history needs to ask of no row whether it is seen. */
static enum eh_rc ask_all_visible(struct eh_push *push, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	const struct eh_position *p = &push->position;
	const char *sql;

	push->all_visible = false;
	if (!push->xid_indexed || p->until.len > 0)
		return EH_OK;
	sql = eh_arena_printf(push->texts, "SELECT count(*) FROM (SELECT FROM %s WHERE %s >= '%" PRIu64 "' LIMIT 1) u", push->name, push->xid,
	                      eh_push_xmin(&p->snapshot));
	enum eh_rc rc = eh_pg_query_text(push->pg, sql, NULL, false, &res, err);
	push->all_visible = rc == EH_OK && eh_pg_int8(res, 0, 0) == 0;
	return rc;
}

enum eh_rc eh_push_start(struct eh_push *push, struct eh_err *err)
{
	struct eh_position *p = &push->position;

	push->begun = true;
	if (!push->resumed)
		p->edge_us = p->start_us < push->early_us ? p->start_us : push->early_us;
	enum eh_rc rc = ask_all_visible(push, err);
	if (rc == EH_OK)
		rc = eh_push_declare(push, push->counts, err);
	return rc == EH_OK && push->resumed ? eh_push_declare(push, push->rest, err) : rc;
}
