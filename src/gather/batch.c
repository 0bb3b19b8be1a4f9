/*
 * batch.c - see batch.h.
 */
#include "gather/batch.h"

#include "base/json.h"
#include "base/time.h"
#include "gather/sql.h"
#include "ledger/ledger.h"

#define POSITION_MAX 4096 /* bytes of a position in a leaf: a snapshot of some hundred open transactions */

static json_t *position_of(const struct eh_buf *position)
{
	char text[8 + EH_SHA256_HEX] = "sha256:";

	if (position->len <= POSITION_MAX)
		return json_stringn(position->data, position->len);
	struct eh_sha256 digest = eh_sha256_of(position->data, position->len);
	eh_sha256_hex(&digest, text + 7);
	return json_string(text);
}

static json_t *clock_of(int64_t clock_us)
{
	char text[EH_TIME_TEXT];

	if (clock_us == INT64_MIN)
		return json_null();
	eh_time_format(clock_us, text);
	return json_string(text);
}

static json_t *make_leaf(const struct eh_record *record, int64_t last, int64_t clock_us)
{
	struct eh_sha256 digest = eh_sha256_of(record->uncovered_digests.data, record->uncovered_digests.len);
	char digest_hex[EH_SHA256_HEX], map_hex[EH_SHA256_HEX];

	eh_sha256_hex(&digest, digest_hex);
	eh_sha256_hex(&record->source.map->version, map_hex);
	return json_pack("{s:s, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:o, s:s}", "source", record->source.name, "commit_first",
	                 (json_int_t)record->first_uncovered, "commit_last", (json_int_t)last, "position",
	                 position_of(&record->last_position), "n_on_time", (json_int_t)record->uncovered[EH_GATHER_ON_TIME],
	                 "n_early", (json_int_t)record->uncovered[EH_GATHER_EARLY], "n_late",
	                 (json_int_t)record->uncovered[EH_GATHER_LATE], "n_set_aside",
	                 (json_int_t)record->uncovered[EH_GATHER_SET_ASIDE], "n_repeated",
	                 (json_int_t)record->uncovered_other[EH_GATHER_REPEATED], "n_corrected",
	                 (json_int_t)record->uncovered_other[EH_GATHER_CORRECTED], "n_taken",
	                 (json_int_t)record->uncovered_other[EH_GATHER_TAKEN], "digest", digest_hex, "clock", clock_of(clock_us),
	                 "map_sha256", map_hex);
}

enum eh_rc eh_batch_append(struct eh_record *record, int64_t last, int64_t clock_us, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = {.home = home};
	struct eh_pg_args args = {0};
	int64_t index = 0;
	json_t *leaf = make_leaf(record, last, clock_us);

	EH_ASSERT(leaf != NULL);
	enum eh_rc rc = eh_ledger_add(&leaves, "batch", leaf, NULL, err);
	if (rc == EH_OK)
		rc = eh_ledger_append(record->store, &leaves, &index, err);
	if (rc != EH_OK)
		return rc;
	eh_pg_arg_int8(&args, record->source.id);
	eh_pg_arg_int8(&args, record->first_uncovered);
	eh_pg_arg_int8(&args, last);
	eh_pg_arg_int8(&args, index);
	if (clock_us == INT64_MIN)
		eh_pg_arg_null(&args);
	else
		eh_pg_arg_int8(&args, clock_us);
	return eh_pg_run(record->store, &eh_sql_gather_write_batch, &args, NULL, err);
}
