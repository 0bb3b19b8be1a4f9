/*
 * check_seals.c - the leaves under which old deltas were joined.  See check.h.
 */
#include <inttypes.h>
#include <string.h>

#include "ledger/check_inside.h"
#include "ledger/sql.h"

/* What the joined rows of one seal come to. */
struct side {
	struct side *next;
	int64_t leaf_index, rows, n, first_pane_us, last_pane_us;
	struct eh_sha256_state *state;
	struct eh_sha256 digest;
};

struct sides {
	struct eh_arena *home;
	struct side *first, *last;
};

static void add_number(struct eh_sha256_state *state, int64_t value)
{
	unsigned char big[8];

	for (int i = 0; i < 8; i++)
		big[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
	eh_sha256_add(state, big, sizeof big);
}

static void end_side(struct side *side)
{
	if (side == NULL || side->state == NULL)
		return;
	side->digest = eh_sha256_end(side->state);
	side->state = NULL;
}

static void begin_side(struct sides *sides, int64_t leaf_index)
{
	struct side *side = eh_arena_zalloc(sides->home, 1, sizeof *side);

	end_side(sides->last);
	*side = (struct side){.leaf_index = leaf_index, .first_pane_us = INT64_MIN, .state = eh_sha256_begin()};
	if (sides->last != NULL)
		sides->last->next = side;
	else
		sides->first = side;
	sides->last = side;
}

static void take_row(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	struct sides *sides = ctx;

	if (eh_pg_null(res, 0, 0)) {
		eh_ledger_check_find(c, "seal", -1, "a joined pane of source %" PRId64 " belongs to no seal", eh_pg_int8(res, 0, 7));
		return;
	}
	if (sides->last == NULL || sides->last->leaf_index != eh_pg_int8(res, 0, 0))
		begin_side(sides, eh_pg_int8(res, 0, 0));
	struct side *side = sides->last;
	struct eh_sha256 digest = eh_ledger_check_delta(eh_pg_bytea(res, 0, 4, NULL), eh_pg_bytea(res, 0, 6, NULL));
	add_number(side->state, eh_pg_int8(res, 0, 1));
	add_number(side->state, eh_pg_int8(res, 0, 2));
	eh_sha256_add(side->state, digest.bytes, sizeof digest.bytes);
	if (side->rows++ == 0)
		side->first_pane_us = eh_pg_int8(res, 0, 1);
	side->last_pane_us = eh_pg_int8(res, 0, 1);
	c->check->joined++;
	side->n += eh_pg_int8(res, 0, 3) - eh_pg_int8(res, 0, 5);
}

/* ---- seals and their leaves --------------------------------------------------------------- */

struct seals {
	struct sides sides;
	int64_t source_id, last; /* the last sealed commit of that source */
};

static struct side side_of(const struct sides *sides, int64_t leaf_index)
{
	for (const struct side *s = sides->first; s != NULL; s = s->next)
		if (s->leaf_index == leaf_index)
			return *s;
	return (struct side){.digest = eh_sha256_of("", 0), .first_pane_us = INT64_MIN};
}

static json_t *wanted(const PGresult *res, const struct side *side)
{
	struct eh_pg_bytes digests = eh_pg_bytea(res, 0, 6, NULL);
	struct eh_sha256 before = eh_sha256_of(digests.data, digests.n);
	char before_hex[EH_SHA256_HEX], after_hex[EH_SHA256_HEX];

	eh_sha256_hex(&before, before_hex);
	eh_sha256_hex(&side->digest, after_hex);
	return json_pack("{s:s, s:I, s:I, s:s, s:s, s:I, s:I}", "source", eh_pg_text(res, 0, 3), "commit_first",
	                 (json_int_t)eh_pg_int8(res, 0, 4), "commit_last", (json_int_t)eh_pg_int8(res, 0, 5), "before",
	                 before_hex, "after", after_hex, "n", (json_int_t)side->n, "rows", (json_int_t)side->rows);
}

static void take_seal(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	struct seals *seals = ctx;
	int64_t leaf_index = eh_pg_null(res, 0, 0) ? -1 : eh_pg_int8(res, 0, 0);
	const char *body = eh_pg_null(res, 0, 1) ? NULL : eh_pg_text(res, 0, 1);

	if (eh_pg_null(res, 0, 2)) {
		eh_ledger_check_agrees(c, "seal", leaf_index, body, NULL, "seal");
		return;
	}
	int64_t source_id = eh_pg_int8(res, 0, 2), first = eh_pg_int8(res, 0, 4), last = eh_pg_int8(res, 0, 5);
	int64_t expected = source_id == seals->source_id ? seals->last + 1 : 1;
	struct side side = side_of(&seals->sides, leaf_index);
	const char *name = eh_arena_printf(c->scratch, "seal %" PRId64 "-%" PRId64 " of source %s (leaf %" PRId64 ")", first, last,
	                                   eh_pg_text(res, 0, 3), leaf_index);

	c->check->seals++;
	seals->source_id = source_id;
	seals->last = last;
	if (first != expected)
		eh_ledger_check_find(c, "seal", leaf_index, "%s does not follow commit %" PRId64, name, expected - 1);
	struct eh_ledger_finding *f = eh_ledger_check_agrees(c, "seal", leaf_index, body, wanted(res, &side), name);
	if (f == NULL && eh_pg_int8(res, 0, 7) == last - first + 1 && eh_pg_int8(res, 0, 8) != side.n)
		f = eh_ledger_check_find(c, "seal", leaf_index, "%s holds %" PRId64 " decisions, and its commits counted %" PRId64, name,
		                         side.n, eh_pg_int8(res, 0, 8));
	if (f == NULL || side.first_pane_us == INT64_MIN)
		return;
	f->source = eh_arena_strdup(c->arena, eh_pg_text(res, 0, 3));
	f->first_pane_us = side.first_pane_us;
	f->last_pane_us = side.last_pane_us;
}

enum eh_rc eh_ledger_check_seals(struct eh_ledger_checking *c, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct seals seals = {.sides = {.home = home}};
	enum eh_rc rc = eh_ledger_check_each(c, &eh_sql_ledger_check_sealed, take_row, &seals.sides, err);

	end_side(seals.sides.last);
	return rc == EH_OK ? eh_ledger_check_each(c, &eh_sql_ledger_check_seals, take_seal, &seals, err) : rc;
}
