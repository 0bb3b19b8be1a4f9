/*
 * tally.c - see tally.h.
 */
#include "source/tally.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "source/sql.h"

void eh_tally_add(struct eh_sha256_state *state, int64_t pane_us, const struct eh_sha256 *block)
{
	uint64_t start = htobe64((uint64_t)pane_us);

	eh_sha256_add(state, &start, sizeof start);
	eh_sha256_add(state, block->bytes, sizeof block->bytes);
}

static int by_source(const void *a, const void *b)
{
	return strcmp(((const struct eh_tally *)a)->source, ((const struct eh_tally *)b)->source);
}

struct eh_sha256 eh_tally_of(struct eh_tally *tallies, size_t n)
{
	if (n == 1)
		return tallies[0].digest;
	struct eh_sha256_state *state = eh_sha256_begin();

	if (n > 0)
		qsort(tallies, n, sizeof *tallies, by_source);
	for (size_t i = 0; i < n; i++) {
		eh_sha256_add(state, tallies[i].source, strlen(tallies[i].source) + 1);
		eh_sha256_add(state, tallies[i].digest.bytes, sizeof tallies[i].digest.bytes);
	}
	return eh_sha256_end(state);
}

/* The pane at hand while deltas stream in. */
struct merge {
	int64_t pane_us;
	uint32_t deltas;
	bool cubes;
	struct eh_cube *cube;
	struct eh_buf first, block; /* the first delta's bytes; the merged block */
	eh_tally_sink *sink;
	void *ctx;
};

static enum eh_rc give(struct merge *m, struct eh_err *err)
{
	if (m->deltas == 0)
		return EH_OK;
	struct eh_buf *block = &m->first; /* one delta is the pane's block already */
	if (m->deltas > 1) {
		eh_buf_reset(&m->block);
		eh_cube_encode(m->cube, &m->block);
		block = &m->block;
	}
	struct eh_tally_pane pane = {.pane_us = m->pane_us,
	                             .cube = m->cubes || m->deltas > 1 ? m->cube : NULL,
	                             .block = {block->data, block->len},
	                             .digest = eh_sha256_of(block->data, block->len),
	                             .deltas = m->deltas};
	enum eh_rc rc = m->sink(m->ctx, &pane, err);
	m->deltas = 0;
	eh_cube_clear(m->cube);
	return rc;
}

static enum eh_rc take(struct merge *m, int64_t pane_us, struct eh_pg_bytes block, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (m->deltas > 0 && pane_us != m->pane_us)
		rc = give(m, err);
	m->pane_us = pane_us;
	m->deltas++;
	if (rc == EH_OK && m->deltas == 1) {
		eh_buf_reset(&m->first);
		eh_buf_put(&m->first, block.data, block.n);
		return m->cubes ? eh_cube_decode(m->cube, block.data, block.n, err) : EH_OK;
	}
	if (rc == EH_OK && m->deltas == 2 && !m->cubes)
		rc = eh_cube_decode(m->cube, m->first.data, m->first.len, err);
	if (rc == EH_OK)
		rc = eh_cube_decode(m->cube, block.data, block.n, err);
	return rc;
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
		rc = take(m, eh_pg_int8(res, 0, 0), eh_pg_bytea(res, 0, 1, NULL), err);
		if (rc != EH_OK)
			return rc;
	}
}

enum eh_rc eh_tally_read(struct eh_pg *store, int64_t source_id, int64_t from_us, int64_t to_us, struct eh_cube_names *names,
                         bool cubes, eh_tally_sink *sink, void *ctx, struct eh_err *err)
{
	struct merge m = {.cubes = cubes, .cube = eh_cube_new(names), .sink = sink, .ctx = ctx};
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, source_id);
	eh_pg_arg_int8(&args, from_us);
	eh_pg_arg_int8(&args, to_us);
	enum eh_rc rc = eh_pg_stream_begin(store, eh_sql_source_tally_deltas.text, &args, true, err);
	if (rc == EH_OK) {
		rc = read_all(store, &m, err);
		if (rc != EH_OK)
			eh_pg_rollback(store); /* drops the rest of the stream */
	}
	eh_cube_free(m.cube);
	eh_buf_free(&m.first);
	eh_buf_free(&m.block);
	return rc;
}

static enum eh_rc add_to_digest(void *ctx, const struct eh_tally_pane *pane, struct eh_err *err)
{
	(void)err;
	eh_tally_add(ctx, pane->pane_us, &pane->digest);
	return EH_OK;
}

enum eh_rc eh_tally_digest(struct eh_pg *store, int64_t source_id, struct eh_cube_names *names, struct eh_sha256 *out,
                           struct eh_err *err)
{
	struct eh_sha256_state *state = eh_sha256_begin();
	enum eh_rc rc = eh_tally_read(store, source_id, INT64_MIN, INT64_MAX, names, false, add_to_digest, state, err);

	*out = eh_sha256_end(state);
	return rc;
}

enum eh_rc eh_tally_load_dictionary(struct eh_pg *store, int64_t source_id, struct eh_cells *cells, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, source_id);
	enum eh_rc rc = eh_pg_query(store, &eh_sql_source_tally_dictionary, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		struct eh_cells_entry entry = {eh_pg_text(res, i, 0), (uint32_t)eh_pg_int8(res, i, 1), eh_pg_text(res, i, 2)};

		rc = eh_cells_load(cells, &entry, err);
	}
	return rc;
}
