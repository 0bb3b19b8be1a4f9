/*
 * history.c - see history.h.
 */
#include "policy/history.h"

#include <string.h>

#include "base/time.h"
#include "policy/sql.h"

static const char *const standing_names[] = {[EH_POLICY_IN_FORCE] = "in force", [EH_POLICY_TO_COME] = "to come",
                                             [EH_POLICY_OVER] = "over",         [EH_POLICY_WAITING] = "waiting",
                                             [EH_POLICY_LAPSED] = "lapsed",     [EH_POLICY_REJECTED] = "rejected"};

const char *eh_policy_standing_name(enum eh_policy_standing standing)
{
	return standing_names[standing];
}

enum eh_rc eh_policy_clock(struct eh_pg *pg, int64_t *at_us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_policy_read_clock, NULL, &res, err);

	if (rc == EH_OK)
		*at_us = eh_pg_null(res, 0, 0) ? eh_time_wall_us() : eh_pg_int8(res, 0, 0);
	return rc;
}

static const char *text_of(struct eh_arena *home, const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? NULL : eh_arena_strdup(home, eh_pg_text(res, row, col));
}

static enum eh_rc take_entry(struct eh_arena *home, const PGresult *res, int row, struct eh_policy_entry *e,
                             struct eh_err *err)
{
	const char *canonical = eh_pg_text(res, row, 2);

	*e = (struct eh_policy_entry){
		.leaf_index = eh_pg_null(res, row, 0) ? -1 : eh_pg_int8(res, row, 0),
		.effective_us = eh_pg_null(res, row, 3) ? EH_POLICIES_ALWAYS : eh_pg_int8(res, row, 3),
		.proposal_id = eh_pg_null(res, row, 4) ? 0 : eh_pg_int8(res, row, 4),
		.proposer = text_of(home, res, row, 5),
		.decided_by = text_of(home, res, row, 6),
		.reason = text_of(home, res, row, 8),
		.decided_why = text_of(home, res, row, 9),
		.lab = text_of(home, res, row, 10)};
	EH_ASSERT(eh_policy_layer_of(eh_pg_text(res, row, 1), &e->layer));
	e->standing = e->leaf_index >= 0            ? EH_POLICY_OVER
	              : eh_pg_null(res, row, 7)     ? EH_POLICY_WAITING
	                                            : EH_POLICY_REJECTED;
	return eh_policy_parse_canonical(home, canonical, strlen(canonical), &e->policy, err);
}

/* The versions in the order of their leaves; entries stand in the order of their proposals. */
static struct eh_policies *timeline_of(struct eh_arena *home, const struct eh_policy_history *h)
{
	struct eh_policies *all = eh_policies_new(home);
	int64_t last = -1;

	for (;;) {
		const struct eh_policy_entry *next = NULL;

		for (size_t i = 0; i < h->n; i++)
			if (h->entry[i].leaf_index > last && (next == NULL || h->entry[i].leaf_index < next->leaf_index))
				next = &h->entry[i];
		if (next == NULL)
			return all;
		eh_policies_add(all, next->policy, next->layer, next->effective_us, next->leaf_index);
		last = next->leaf_index;
	}
}

/* Where each stands at the instant, and what it followed. */
static void weigh(struct eh_arena *home, struct eh_policy_history *h)
{
	const struct eh_policies *all = timeline_of(home, h);

	for (size_t i = 0; i < h->n; i++) {
		struct eh_policy_entry *e = &h->entry[i];
		const struct eh_policies_version *now = eh_policies_at(all, e->layer, h->at_us, INT64_MAX);
		const struct eh_policies_version *before =
			e->effective_us == EH_POLICIES_ALWAYS
				? NULL
				: eh_policies_at(all, e->layer, e->effective_us, e->leaf_index >= 0 ? e->leaf_index : INT64_MAX);

		e->before = before != NULL ? before->policy : NULL;
		if (e->leaf_index >= 0 && now != NULL && now->leaf_index == e->leaf_index)
			e->standing = EH_POLICY_IN_FORCE;
		else if (e->leaf_index >= 0 && e->effective_us > h->at_us)
			e->standing = EH_POLICY_TO_COME;
		else if (e->standing == EH_POLICY_WAITING && e->effective_us <= h->at_us)
			e->standing = EH_POLICY_LAPSED;
	}
}

enum eh_rc eh_policy_history_read(struct eh_pg *pg, struct eh_arena *home, bool regulator, int64_t at_us,
                                  struct eh_policy_history *out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(pg, regulator ? &eh_sql_policy_read_history_for_regulator : &eh_sql_policy_read_history,
	                            NULL, &res, err);

	*out = (struct eh_policy_history){.at_us = at_us};
	if (rc != EH_OK)
		return rc;
	out->entry = eh_arena_zalloc(home, (size_t)PQntuples(res) + 1, sizeof *out->entry);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++)
		rc = take_entry(home, res, i, &out->entry[out->n++], err);
	if (rc == EH_OK)
		weigh(home, out);
	return rc;
}

const struct eh_policy_entry *eh_policy_history_in_force(const struct eh_policy_history *h, enum eh_policy_layer layer)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->entry[i].layer == layer && h->entry[i].standing == EH_POLICY_IN_FORCE)
			return &h->entry[i];
	return NULL;
}

const struct eh_policy_entry *eh_policy_history_proposal(const struct eh_policy_history *h, int64_t proposal_id)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->entry[i].proposal_id == proposal_id)
			return &h->entry[i];
	return NULL;
}

json_t *eh_policy_entry_json(struct eh_arena *home, const struct eh_policy_entry *e)
{
	char version[EH_SHA256_HEX], at[EH_TIME_TEXT];
	struct eh_policy_diff diff = {0};

	eh_sha256_hex(&e->policy->version, version);
	if (e->effective_us != EH_POLICIES_ALWAYS)
		eh_time_format(e->effective_us, at);
	if (e->before != NULL)
		eh_policy_diff(home, e->before, e->policy, &diff);
	json_t *out = json_pack("{s:s,s:s,s:s,s:s,s:s?,s:o,s:o,s:s?,s:s?,s:s?,s:s?,s:s?,s:o}", "layer",
	                        eh_policy_layer_name(e->layer), "name", e->policy->name, "sha256", version, "standing",
	                        standing_names[e->standing], "effective",
	                        e->effective_us == EH_POLICIES_ALWAYS ? NULL : at, "leaf",
	                        e->leaf_index >= 0 ? json_integer(e->leaf_index) : json_null(), "proposal",
	                        e->proposal_id > 0 ? json_integer(e->proposal_id) : json_null(), "proposer", e->proposer,
	                        "decided_by", e->decided_by, "reason", e->reason, "decided_why", e->decided_why,
	                        "lab_sha256", e->lab, "changes", eh_policy_diff_json(&diff));
	EH_ASSERT(out != NULL);
	return out;
}
