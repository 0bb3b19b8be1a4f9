/*
 * forget.c - see forget.h.
 */
#include "judge/forget.h"

#include "base/json.h"
#include "judge/sql.h"
#include "judge/write.h"
#include "ledger/ledger.h"

static enum eh_rc drop(struct eh_judge_store *store, const struct eh_judge_feed *feed, int64_t kept_ms,
                       struct eh_ledger_leaves *leaves, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, feed->source->source_id);
	eh_pg_arg_int8(&args, kept_ms);
	enum eh_rc rc = eh_pg_query(store->pg, &eh_sql_judge_forget_set_aside, &args, &res, err);
	if (rc != EH_OK || eh_pg_int8(res, 0, 0) == 0)
		return rc;
	return eh_ledger_add(leaves, "retention",
	                     json_pack("{s:s,s:s,s:I,s:I}", "source", feed->map->source, "what", "set_aside", "commit_last",
	                               (json_int_t)eh_pg_int8(res, 0, 1), "n", (json_int_t)eh_pg_int8(res, 0, 0)),
	                     NULL, err);
}

static enum eh_rc drop_all(struct eh_judge_store *store, int64_t kept_ms, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_ledger_leaves leaves = {.home = home};
	int64_t first = 0;
	enum eh_rc rc = eh_judge_hold_epoch(store, err);

	for (struct eh_judge_feed *f = store->feeds; rc == EH_OK && f != NULL; f = f->next)
		rc = drop(store, f, kept_ms, &leaves, err);
	return rc == EH_OK && leaves.n > 0 ? eh_ledger_append(store->pg, &leaves, &first, err) : rc;
}

enum eh_rc eh_judge_forget(struct eh_judge_store *store, int64_t kept_ms, struct eh_err *err)
{
	enum eh_rc rc = eh_pg_begin(store->pg, err);

	if (rc == EH_OK)
		rc = drop_all(store, kept_ms, err);
	if (rc == EH_OK)
		return eh_pg_commit(store->pg, err);
	eh_pg_rollback(store->pg);
	return eh_while(err, "dropping rows that were set aside long ago");
}
