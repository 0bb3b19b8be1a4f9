/*
 * pack_once.c - a pack over any stretch of what is stored, on request: nothing is written; see packs.h.
 */
#include <string.h>

#include "judge/packs.h"
#include "judge/policies.h"
#include "policy/policies.h"

static struct eh_judge_feed *feed_named(const struct eh_judge_store *store, const char *source)
{
	for (struct eh_judge_feed *f = store->feeds; f != NULL; f = f->next)
		if (strcmp(f->map->source, source) == 0)
			return f;
	return NULL;
}

enum eh_rc eh_judge_pack_once(struct eh_pg *pg, const char *source, const struct eh_pack *pack, int64_t from_us, int64_t to_us,
                              json_t **result, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_judge_sink none = {0};
	struct eh_evidence_book book = {0};
	struct eh_judge_store *store = NULL;
	struct eh_judge_feed *feed = NULL;
	struct eh_policies *policies = NULL;
	enum eh_rc rc = eh_pg_begin_snapshot(pg, err); /* gather at work beside it must not show */

	if (rc == EH_OK)
		rc = eh_judge_policies_read(pg, home, &policies, err);
	if (rc == EH_OK && policies->n == 0) /* no judge ever ran */
		policies = eh_policies_of(home, eh_policy_default(home));
	if (rc == EH_OK)
		rc = eh_judge_store_open(pg, policies, &none, &store, err);
	if (rc == EH_OK && (feed = feed_named(store, source)) == NULL) {
		(void)eh_fail(err, EH_REFUSED, "source %s has no counted history yet", source);
		rc = eh_hint(err, "gather it first; `evenhand status` says how far it is.");
	}
	if (rc == EH_OK)
		rc = eh_judge_book(store, feed, home, from_us, to_us, feed->clock_us, feed->included, &book, err);
	if (rc == EH_OK) {
		rc = eh_evidence_pack(&book, pack, result, err);
		eh_cube_free((struct eh_cube *)(uintptr_t)book.cube);
	}
	eh_judge_store_close(store);
	eh_pg_rollback(pg);
	return rc;
}
