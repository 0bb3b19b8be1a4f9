/*
 * check_batches.c - gather's commits and the batch leaves over them.  See check.h.
 *
 * A commit's digest is over all its panes, so an altered block shows as its commit;
 * where a commit has one pane, as that pane.  Which pane of several it was, a
 * recomputation from the source says.
 */
#include <inttypes.h>
#include <string.h>

#include "base/time.h"
#include "ledger/check_inside.h"
#include "ledger/sql.h"

#define POSITION_MAX 4096 /* bytes of a position that stand in a leaf; a longer one stands as its digest */

/* ---- commits and their deltas ---------------------------------------------------------- */

struct commit {
	int64_t source_id, commit_no;
	bool stored; /* there is a gather_commit row */
	bool sealed; /* its deltas were joined with others */
	struct eh_sha256 digest;
	struct eh_sha256_state *state;
	int64_t panes, rows, rows_said, taken, taken_said;
	int64_t first_pane_us, last_pane_us;
};

static void place_finding(struct eh_ledger_finding *f, const struct commit *at)
{
	f->source_id = at->source_id;
	f->commit_no = at->commit_no;
	if (at->panes > 0) {
		f->first_pane_us = at->first_pane_us;
		f->last_pane_us = at->last_pane_us;
	}
}

static void finish_commit(struct eh_ledger_checking *c, struct commit *at)
{
	if (at->state == NULL)
		return;
	struct eh_sha256 found = eh_sha256_end(at->state);
	at->state = NULL;
	if (!at->stored)
		place_finding(eh_ledger_check_find(c, "commit", -1, "%s", "panes were counted by a commit that gather never made"), at);
	else if (at->sealed && at->panes > 0)
		place_finding(eh_ledger_check_find(c, "commit", -1, "%s", "panes were counted by a commit that is sealed"), at);
	else if (at->sealed)
		return;
	else if (!eh_sha256_equal(&found, &at->digest))
		place_finding(eh_ledger_check_find(c, "commit", -1, "%s", "what the commit counted was altered: its panes do not have its digest"),
		              at);
	else if (at->rows != at->rows_said)
		place_finding(eh_ledger_check_find(c, "commit", -1, "the commit counted %" PRId64 " decisions, and its panes say %" PRId64,
		                                   at->rows_said, at->rows),
		              at);
	else if (at->taken != at->taken_said)
		place_finding(eh_ledger_check_find(c, "commit", -1, "the commit took off %" PRId64 " decisions, and its panes say %" PRId64,
		                                   at->taken_said, at->taken),
		              at);
}

static void begin_commit(struct eh_ledger_checking *c, struct commit *at, const PGresult *res)
{
	int64_t source_id = eh_pg_int8(res, 0, 0), commit_no = eh_pg_int8(res, 0, 1);
	int64_t expected = source_id == at->source_id ? at->commit_no + 1 : 1;

	finish_commit(c, at);
	*at = (struct commit){.source_id = source_id, .commit_no = commit_no, .state = eh_sha256_begin()};
	at->stored = !eh_pg_null(res, 0, 2);
	at->sealed = !eh_pg_null(res, 0, 10) && eh_pg_bool(res, 0, 10);
	if (at->stored) {
		struct eh_pg_bytes digest = eh_pg_bytea(res, 0, 2, NULL);

		memcpy(at->digest.bytes, digest.data, sizeof at->digest.bytes);
		at->rows_said = eh_pg_int8(res, 0, 6);
		at->taken_said = eh_pg_int8(res, 0, 9);
		c->check->commits++;
	}
	if (commit_no != expected)
		place_finding(eh_ledger_check_find(c, "commit", -1, "commits %" PRId64 " to %" PRId64 " are missing before it", expected,
		                                   commit_no - 1),
		              at);
}

struct eh_sha256 eh_ledger_check_delta(struct eh_pg_bytes block, struct eh_pg_bytes taken)
{
	struct eh_sha256 hash = eh_sha256_of(block.data, block.n);

	if (taken.n == 0)
		return hash;
	struct eh_sha256 less = eh_sha256_of(taken.data, taken.n);
	struct eh_sha256_state *both = eh_sha256_begin();
	eh_sha256_add(both, "taken", 5);
	eh_sha256_add(both, hash.bytes, sizeof hash.bytes);
	eh_sha256_add(both, less.bytes, sizeof less.bytes);
	return eh_sha256_end(both);
}

static void take_delta(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	struct commit *at = ctx;
	unsigned char start[8];

	if (at->state == NULL || eh_pg_int8(res, 0, 0) != at->source_id || eh_pg_int8(res, 0, 1) != at->commit_no)
		begin_commit(c, at, res);
	if (eh_pg_null(res, 0, 3))
		return; /* a commit of rows set aside only */
	int64_t pane_us = eh_pg_int8(res, 0, 3);
	struct eh_sha256 hash = eh_ledger_check_delta(eh_pg_bytea(res, 0, 5, NULL), eh_pg_bytea(res, 0, 8, NULL));
	for (int i = 0; i < 8; i++)
		start[i] = (unsigned char)((uint64_t)pane_us >> (56 - 8 * i));
	eh_sha256_add(at->state, start, sizeof start);
	eh_sha256_add(at->state, hash.bytes, sizeof hash.bytes);
	if (at->panes++ == 0)
		at->first_pane_us = pane_us;
	at->last_pane_us = pane_us;
	at->rows += eh_pg_int8(res, 0, 4);
	at->taken += eh_pg_int8(res, 0, 7);
	c->check->deltas++;
}

/* Says of every finding of a commit which source and batch it belongs to, which takes a query each. */
static enum eh_rc name_place(struct eh_ledger_checking *c, struct eh_ledger_finding *f, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	EH_BUF_AUTO place = {0};
	struct eh_pg_args args = {0};
	char first[EH_TIME_TEXT], last[EH_TIME_TEXT];

	eh_pg_arg_int8(&args, f->source_id);
	eh_pg_arg_int8(&args, f->commit_no);
	enum eh_rc rc = eh_pg_query(c->pg, &eh_sql_ledger_check_place, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	f->source = PQntuples(res) > 0 ? eh_arena_strdup(c->arena, eh_pg_text(res, 0, 0)) : "?";
	eh_buf_printf(&place, "source %s, ", f->source);
	if (PQntuples(res) > 0 && !eh_pg_null(res, 0, 1)) {
		f->leaf_index = eh_pg_int8(res, 0, 1);
		eh_buf_printf(&place, "batch %" PRId64 "-%" PRId64 " (leaf %" PRId64 "), ", eh_pg_int8(res, 0, 2), eh_pg_int8(res, 0, 3),
		              f->leaf_index);
	}
	eh_buf_printf(&place, "commit %" PRId64, f->commit_no);
	if (f->first_pane_us != INT64_MIN) {
		eh_time_format(f->first_pane_us, first);
		eh_time_format(f->last_pane_us, last);
		eh_buf_printf(&place, f->first_pane_us == f->last_pane_us ? ", pane %s" : ", one of the panes %s to %s", first, last);
	}
	f->sentence = eh_arena_printf(c->arena, "%s: %s", place.data, f->sentence);
	return EH_OK;
}

static enum eh_rc check_states(struct eh_ledger_checking *c, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(c->pg, &eh_sql_ledger_check_states, NULL, &res, err);

	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++)
		eh_ledger_check_find(c, "commit", -1, "source %s stands at commit %" PRId64 ", and its last is %" PRId64,
		                     eh_pg_text(res, i, 1), eh_pg_int8(res, i, 2), eh_pg_int8(res, i, 3));
	return rc == EH_OK ? eh_pg_query_int8(c->pg, &eh_sql_ledger_check_uncovered, NULL, &c->check->uncovered, err) : rc;
}

enum eh_rc eh_ledger_check_commits(struct eh_ledger_checking *c, struct eh_err *err)
{
	struct eh_ledger_finding **from = c->findings_end;
	struct commit at = {0};
	enum eh_rc rc = eh_ledger_check_each(c, &eh_sql_ledger_check_commits, take_delta, &at, err);

	if (rc == EH_OK)
		finish_commit(c, &at);
	else if (at.state != NULL)
		(void)eh_sha256_end(at.state);
	for (struct eh_ledger_finding *f = *from; rc == EH_OK && f != NULL; f = f->next)
		rc = name_place(c, f, err);
	return rc == EH_OK ? check_states(c, err) : rc;
}

/* ---- batches and their leaves ------------------------------------------------------------ */

struct batch {
	bool open;
	int64_t leaf_index, source_id, first, last;
	const char *body, *source; /* in `home` */
	struct eh_arena *home;
	int64_t last_of_source; /* the last commit of the batch before, of the same source */
	int64_t commits, fates[4], others[3];
	json_t *position, *clock;
	struct eh_sha256_state *digest;
};

static json_t *position_of(const char *position)
{
	char text[8 + EH_SHA256_HEX] = "sha256:";
	size_t n = strlen(position);

	if (n <= POSITION_MAX)
		return json_string(position);
	struct eh_sha256 digest = eh_sha256_of(position, n);
	eh_sha256_hex(&digest, text + 7);
	return json_string(text);
}

/* Batches of a store that is older than these counts say nothing of them. */
static void want_others(const struct batch *b, json_t *want)
{
	static const char *const names[] = {"n_repeated", "n_corrected", "n_taken"};
	EH_JSON_AUTO leaf = b->body != NULL ? json_loads(b->body, 0, NULL) : NULL;

	for (int i = 0; i < 3; i++)
		if (b->others[i] != 0 || json_object_get(leaf, names[i]) != NULL)
			EH_ASSERT(json_object_set_new(want, names[i], json_integer(b->others[i])) == 0);
}

static json_t *wanted(struct batch *b, const struct eh_sha256 *digest)
{
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(digest, hex);
	return json_pack("{s:s, s:I, s:I, s:O, s:I, s:I, s:I, s:I, s:s, s:O}", "source", b->source, "commit_first",
	                 (json_int_t)b->first, "commit_last", (json_int_t)b->last, "position", b->position, "n_on_time",
	                 (json_int_t)b->fates[0], "n_early", (json_int_t)b->fates[1], "n_late", (json_int_t)b->fates[2],
	                 "n_set_aside", (json_int_t)b->fates[3], "digest", hex, "clock", b->clock);
}

static void finish_batch(struct eh_ledger_checking *c, struct batch *b)
{
	if (!b->open)
		return;
	struct eh_sha256 digest = eh_sha256_end(b->digest);
	b->open = false;
	if (b->source_id == 0) {
		eh_ledger_check_agrees(c, "batch", b->leaf_index, b->body, NULL, "batch");
	} else if (b->commits != b->last - b->first + 1) {
		eh_ledger_check_find(c, "batch", b->leaf_index, "batch %" PRId64 "-%" PRId64 " of source %s (leaf %" PRId64
		                     ") covers %" PRId64 " commits, and %" PRId64 " are stored",
		                     b->first, b->last, b->source, b->leaf_index, b->last - b->first + 1, b->commits);
	} else {
		json_t *want = wanted(b, &digest);

		EH_ASSERT(want != NULL);
		want_others(b, want);
		eh_ledger_check_agrees(c, "batch", b->leaf_index, b->body, want,
		                       eh_arena_printf(b->home, "batch %" PRId64 "-%" PRId64 " of source %s (leaf %" PRId64 ")",
		                                       b->first, b->last, b->source, b->leaf_index));
	}
	b->last_of_source = b->last;
	json_decref(b->position);
	json_decref(b->clock);
}

static void begin_batch(struct eh_ledger_checking *c, struct batch *b, const PGresult *res)
{
	int64_t source_id = eh_pg_null(res, 0, 2) ? 0 : eh_pg_int8(res, 0, 2);
	int64_t before = source_id == b->source_id ? b->last_of_source : 0;

	eh_arena_reset(b->home);
	*b = (struct batch){.open = true,
	                    .home = b->home,
	                    .leaf_index = eh_pg_int8(res, 0, 0),
	                    .source_id = source_id,
	                    .digest = eh_sha256_begin(),
	                    .position = json_null(),
	                    .clock = eh_ledger_check_instant(res, 6),
	                    .source = source_id != 0 ? eh_arena_strdup(b->home, eh_pg_text(res, 0, 3)) : "?",
	                    .body = eh_pg_null(res, 0, 1) ? NULL : eh_arena_strdup(b->home, eh_pg_text(res, 0, 1))};
	if (source_id == 0)
		return;
	b->first = eh_pg_int8(res, 0, 4);
	b->last = eh_pg_int8(res, 0, 5);
	c->check->batches++;
	if (b->first != before + 1)
		eh_ledger_check_find(c, "batch", b->leaf_index, "batch %" PRId64 "-%" PRId64 " of source %s (leaf %" PRId64
		                     ") does not follow commit %" PRId64 ", the last that was covered before it",
		                     b->first, b->last, b->source, b->leaf_index, before);
}

static void take_batch(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	struct batch *b = ctx;

	if (!b->open || eh_pg_int8(res, 0, 0) != b->leaf_index) {
		finish_batch(c, b);
		begin_batch(c, b, res);
	}
	if (eh_pg_null(res, 0, 7))
		return;
	struct eh_pg_bytes digest = eh_pg_bytea(res, 0, 13, NULL);
	eh_sha256_add(b->digest, digest.data, digest.n);
	for (int f = 0; f < 4; f++)
		b->fates[f] += eh_pg_int8(res, 0, 9 + f);
	for (int o = 0; o < 3; o++)
		b->others[o] += eh_pg_int8(res, 0, 15 + o);
	json_decref(b->position);
	b->position = position_of(eh_pg_text(res, 0, 8));
	b->commits++;
	/* Only the batch's T is in the leaf; a commit's own may not be beyond it. */
	if (!eh_pg_null(res, 0, 14) && (eh_pg_null(res, 0, 6) || eh_pg_int8(res, 0, 14) > eh_pg_int8(res, 0, 6)))
		eh_ledger_check_find(c, "batch", b->leaf_index, "commit %" PRId64 " of source %s has a clock beyond that of its batch (leaf %"
		                     PRId64 ")", eh_pg_int8(res, 0, 7), b->source, b->leaf_index);
}

enum eh_rc eh_ledger_check_batches(struct eh_ledger_checking *c, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct batch b = {.home = home};
	enum eh_rc rc = eh_ledger_check_each(c, &eh_sql_ledger_check_batches, take_batch, &b, err);

	finish_batch(c, &b);
	return rc;
}
