/*
 * replay.c - see replay.h.
 */
#include "judge/replay.h"

#include <string.h>

#include "cube/tally.h"
#include "judge/policies.h"
#include "source/cells.h"
#include "source/panes.h"

#define EVIDENCE_HEAD "evenhand/evidence/v1\n"

struct printer {
	const struct eh_judge_replay *replay;
	bool shown; /* the pane that is being folded lies in the range */
};

static enum eh_rc print_verdict(void *ctx, const char *line, struct eh_err *err)
{
	const struct printer *p = ctx;

	return p->shown ? p->replay->line(p->replay->ctx, line, err) : EH_OK;
}

static enum eh_rc print_alert(void *ctx, const struct eh_judge_event *event, struct eh_err *err)
{
	return print_verdict(ctx, event->line, err);
}

static enum eh_rc print_fault(void *ctx, const struct eh_judge_fault_event *event, struct eh_err *err)
{
	return print_verdict(ctx, event->line, err);
}

static void look_at_step(void *ctx, struct eh_judge_feed *feed, const struct eh_judge_step *step)
{
	struct printer *p = ctx;

	(void)feed;
	p->shown = step->last_pane_us >= p->replay->from_us && step->last_pane_us < p->replay->to_us;
}

static enum eh_rc tally(const struct eh_judge_store *store, struct eh_sha256 *out, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	size_t n = 0;
	enum eh_rc rc = EH_OK;

	for (const struct eh_judge_feed *f = store->feeds; f != NULL; f = f->next)
		n++;
	struct eh_cube_tally_source *tallies = eh_arena_zalloc(home, n, sizeof *tallies);
	n = 0;
	for (const struct eh_judge_feed *f = store->feeds; rc == EH_OK && f != NULL; f = f->next, n++) {
		tallies[n].name = f->map->source;
		rc = eh_panes_digest(store->pg, f->source->source_id, eh_cells_names(eh_cells_new(home, f->map)),
		                     &tallies[n].digest, err);
	}
	if (rc == EH_OK && n > 0)
		*out = eh_cube_tally_store(tallies, n);
	return rc;
}

/* One policy throughout, or what the store has on record; a store without a judge yet stands under the default. */
static enum eh_rc timeline(struct eh_pg *pg, struct eh_arena *home, const struct eh_policy *throughout,
                           struct eh_policies **out, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (throughout == NULL)
		rc = eh_judge_policies_read(pg, home, out, err);
	if (rc == EH_OK && (*out == NULL || (*out)->n == 0))
		*out = eh_policies_of(home, throughout != NULL ? throughout : eh_policy_default(home));
	return rc;
}

enum eh_rc eh_judge_replay(const struct eh_judge_replay *replay, struct eh_judge_replayed *out, struct eh_err *err)
{
	struct printer printer = {.replay = replay};
	struct eh_judge_sink sink = {.ctx = &printer, .verdict = print_verdict, .alert = print_alert, .fault = print_fault};
	struct eh_judge_refold how = {
		.evidence = eh_sha256_begin(), .check = replay->check, .before = look_at_step, .ctx = &printer};
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_policies *policies = NULL;
	struct eh_judge_store *store = NULL;
	enum eh_rc rc = eh_pg_begin_snapshot(replay->pg, err); /* a judge at work beside it must not show */

	if (rc == EH_OK)
		rc = timeline(replay->pg, home, replay->policy, &policies, err);
	if (rc == EH_OK)
		rc = eh_judge_store_open(replay->pg, policies, &sink, &store, err);

	*out = (struct eh_judge_replayed){0};
	eh_sha256_add(how.evidence, EVIDENCE_HEAD, strlen(EVIDENCE_HEAD));
	if (rc == EH_OK)
		rc = eh_judge_store_refold(store, &how, err);
	if (rc == EH_OK)
		rc = tally(store, &out->tally, err);
	out->panes = how.panes;
	out->evidence = eh_sha256_end(how.evidence);
	eh_judge_store_close(store);
	eh_pg_rollback(replay->pg);
	return rc;
}

/* The house's versions alone: what a draft would take the place of. */
static struct eh_policies *of_the_house(struct eh_arena *home, const struct eh_policies *all)
{
	struct eh_policies *house = eh_policies_new(home);

	for (size_t i = 0; i < all->n; i++)
		if (all->version[i].layer == EH_POLICY_HOUSE)
			eh_policies_add(house, all->version[i].policy, EH_POLICY_HOUSE, all->version[i].effective_us,
			                all->version[i].leaf_index);
	return house;
}

static void tell_closed(void *ctx, struct eh_judge_feed *feed, const struct eh_judge_step *step)
{
	struct eh_judge_beside *b = ctx;

	if (step->n == 0)
		return;
	b->closed(b->ctx, feed->source, step->last_pane_us);
	b->closed(b->ctx, feed->beside, step->last_pane_us);
}

enum eh_rc eh_judge_replay_beside(struct eh_judge_beside *b, struct eh_err *err)
{
	struct eh_judge_sink sink[2] = {{.ctx = b->side[0].ctx, .alert = b->side[0].alert},
	                                {.ctx = b->side[1].ctx, .alert = b->side[1].alert}};
	struct eh_judge_refold how = {.below = b->below, .after = tell_closed, .ctx = b};
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_policies *policies[2] = {NULL};
	struct eh_judge_store *store = NULL;
	enum eh_rc rc = eh_pg_begin_snapshot(b->pg, err);

	for (int i = 0; rc == EH_OK && i < 2; i++)
		rc = timeline(b->pg, home, b->side[i].policy, &policies[i], err);
	for (int i = 0; rc == EH_OK && i < 2; i++)
		policies[i] = of_the_house(home, policies[i]);
	if (rc == EH_OK)
		rc = eh_judge_store_open(b->pg, policies[0], &sink[0], &store, err);
	if (rc == EH_OK) {
		struct eh_judge *other = eh_judge_new(policies[1], &sink[1]);

		eh_judge_hush(store->judge);
		eh_judge_hush(other);
		eh_judge_store_beside(store, other);
		rc = eh_judge_store_refold(store, &how, err);
	}
	b->panes = how.panes;
	b->last_leaf = how.last_leaf;
	eh_judge_store_close(store);
	eh_pg_rollback(b->pg);
	return rc;
}

void eh_judge_end_line(const struct eh_judge_replayed *r, struct eh_buf *out)
{
	char evidence[EH_SHA256_HEX], tallied[EH_SHA256_HEX];

	eh_sha256_hex(&r->evidence, evidence);
	eh_sha256_hex(&r->tally, tallied);
	eh_buf_printf(out, "{\"evidence_digest\":\"%s\",\"panes\":%llu,\"tally_digest\":\"%s\",\"type\":\"end\"}",
	              evidence, (unsigned long long)r->panes, tallied);
}
