/*
 * panes.c - see panes.h.
 */
#include "source/panes.h"

#include "cube/tally.h"
#include "source/sql.h"

/* The pane at hand while deltas stream in. */
struct merge {
	int64_t pane_us;
	uint32_t deltas;
	bool cubes;
	bool unreadable; /* a delta of this pane could not be decoded */
	bool signs;      /* a delta of this pane took something off */
	struct eh_cube *cube, *taken;
	struct eh_buf all, block; /* the deltas' bytes as they stand; the merged block */
	size_t first_len;
	eh_panes_sink *sink;
	void *ctx;
};

/* Whether the cube holds the pane: one delta that only adds is the pane's block already. */
static bool is_merged(const struct merge *m)
{
	return m->cubes || m->deltas > 1 || m->signs;
}

static void next_pane(struct merge *m)
{
	m->deltas = 0;
	m->unreadable = m->signs = false;
	eh_cube_clear(m->cube);
	eh_cube_clear(m->taken);
}

static enum eh_rc hand_over(struct merge *m, struct eh_err *err)
{
	struct eh_buf *block = &m->all;

	if (is_merged(m) && !m->unreadable) {
		if (eh_cube_n(m->cube) == 0)
			return EH_OK;
		eh_buf_reset(&m->block);
		eh_cube_encode(m->cube, &m->block);
		block = &m->block;
	}
	struct eh_panes_pane pane = {.pane_us = m->pane_us,
	                             .cube = is_merged(m) ? m->cube : NULL,
	                             .block = {block->data, block->len},
	                             .digest = eh_sha256_of(block->data, block->len),
	                             .deltas = m->deltas,
	                             .unreadable = m->unreadable};
	return m->sink(m->ctx, &pane, err);
}

static enum eh_rc give(struct merge *m, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (m->deltas == 0)
		return EH_OK;
	if (m->signs && !m->unreadable)
		rc = eh_cube_subtract(m->cube, m->taken, err);
	m->unreadable = m->unreadable || rc != EH_OK;
	if (rc == EH_OK || !m->cubes)
		rc = hand_over(m, err);
	next_pane(m);
	return rc;
}

static enum eh_rc decode(struct merge *m, struct eh_pg_bytes block, struct eh_pg_bytes taken, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (m->deltas == 1 && !m->cubes && taken.n == 0)
		return EH_OK;
	if (m->deltas == 2 && !m->cubes && !m->signs) /* it waited for a second one */
		rc = eh_cube_decode(m->cube, m->all.data, m->first_len, err);
	if (rc == EH_OK)
		rc = eh_cube_decode(m->cube, block.data, block.n, err);
	if (rc == EH_OK && taken.n > 0)
		rc = eh_cube_decode(m->taken, taken.data, taken.n, err);
	m->signs = m->signs || taken.n > 0;
	return rc;
}

static enum eh_rc take(struct merge *m, int64_t pane_us, struct eh_pg_bytes block, struct eh_pg_bytes taken,
                       struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (m->deltas > 0 && pane_us != m->pane_us)
		rc = give(m, err);
	if (rc != EH_OK)
		return rc;
	m->pane_us = pane_us;
	if (m->deltas++ == 0) {
		eh_buf_reset(&m->all);
		m->first_len = block.n;
	}
	eh_buf_put(&m->all, block.data, block.n);
	rc = decode(m, block, taken, err);
	eh_buf_put(&m->all, taken.data, taken.n);
	m->unreadable = m->unreadable || rc != EH_OK;
	return m->cubes ? rc : EH_OK; /* who wants no cubes is told which pane it is */
}

static enum eh_rc read_all(struct eh_pg *store, struct merge *m, struct eh_err *err)
{
	for (;;) {
		EH_PGRESULT_AUTO res = NULL;
		enum eh_rc rc = eh_pg_stream_next(store, &res, err);

		if (rc != EH_OK)
			return rc;
		if (res == NULL)
			return give(m, err);
		rc = take(m, eh_pg_int8(res, 0, 0), eh_pg_bytea(res, 0, 1, NULL), eh_pg_bytea(res, 0, 2, NULL), err);
		if (rc != EH_OK)
			return rc;
	}
}

enum eh_rc eh_panes_read(struct eh_pg *store, int64_t source_id, int64_t from_us, int64_t to_us, struct eh_cube_names *names,
                         bool cubes, eh_panes_sink *sink, void *ctx, struct eh_err *err)
{
	struct merge m = {
		.cubes = cubes, .cube = eh_cube_new(names), .taken = eh_cube_new(names), .sink = sink, .ctx = ctx};
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, source_id);
	eh_pg_arg_int8(&args, from_us);
	eh_pg_arg_int8(&args, to_us);
	enum eh_rc rc = eh_pg_stream_begin(store, eh_sql_source_panes_deltas.text, &args, true, err);
	if (rc == EH_OK) {
		rc = read_all(store, &m, err);
		if (rc != EH_OK)
			eh_pg_rollback(store); /* drops the rest of the stream */
	}
	eh_cube_free(m.cube);
	eh_cube_free(m.taken);
	eh_buf_free(&m.all);
	eh_buf_free(&m.block);
	return rc;
}

static enum eh_rc add_to_digest(void *ctx, const struct eh_panes_pane *pane, struct eh_err *err)
{
	(void)err;
	eh_cube_tally_block(ctx, pane->pane_us, &pane->digest);
	return EH_OK;
}

enum eh_rc eh_panes_digest(struct eh_pg *store, int64_t source_id, struct eh_cube_names *names, struct eh_sha256 *out,
                           struct eh_err *err)
{
	struct eh_cube_tally *tally = eh_cube_tally_begin();
	enum eh_rc rc = eh_panes_read(store, source_id, INT64_MIN, INT64_MAX, names, false, add_to_digest, tally, err);

	*out = eh_cube_tally_end(tally);
	return rc;
}

enum eh_rc eh_panes_load_dictionary(struct eh_pg *store, int64_t source_id, struct eh_cells *cells, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, source_id);
	enum eh_rc rc = eh_pg_query(store, &eh_sql_source_panes_dictionary, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		struct eh_cells_entry entry = {eh_pg_text(res, i, 0), (uint32_t)eh_pg_int8(res, i, 1), eh_pg_text(res, i, 2)};

		rc = eh_cells_load(cells, &entry, err);
	}
	return rc;
}
