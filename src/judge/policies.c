/*
 * policies.c - see policies.h.
 */
#include "judge/policies.h"

#include <string.h>

#include "judge/sql.h"

static enum eh_rc take_version(struct eh_policies *policies, const PGresult *res, int row, struct eh_err *err)
{
	struct eh_pg_bytes sha256 = eh_pg_bytea(res, row, 0, NULL);
	const char *canonical = eh_pg_text(res, row, 1);
	const struct eh_policy *policy;
	enum eh_policy_layer layer;
	int64_t leaf_index = eh_pg_int8(res, row, 4);
	enum eh_rc rc = eh_policy_parse_canonical(policies->home, canonical, strlen(canonical), &policy, err);

	if (rc != EH_OK)
		return eh_while(err, "the policy of leaf %lld", (long long)leaf_index);
	if (sha256.n != EH_SHA256_BYTES || memcmp(sha256.data, policy->version.bytes, EH_SHA256_BYTES) != 0) {
		eh_fail(err, EH_REFUSED, "the policy of leaf %lld was altered: it has another SHA-256", (long long)leaf_index);
		return eh_hint(err, "`evenhand ledger check` says what else differs; restore the store from a backup.");
	}
	EH_ASSERT(eh_policy_layer_of(eh_pg_text(res, row, 2), &layer));
	eh_policies_add(policies, policy, layer, eh_pg_null(res, row, 3) ? EH_POLICIES_ALWAYS : eh_pg_int8(res, row, 3),
	                leaf_index);
	return EH_OK;
}

enum eh_rc eh_judge_policies_read(struct eh_pg *pg, struct eh_arena *home, struct eh_policies **out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_policies *policies = eh_policies_new(home);
	enum eh_rc rc = eh_pg_query_binary(pg, &eh_sql_judge_read_policies, NULL, &res, err);

	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++)
		rc = take_version(policies, res, i, err);
	if (rc == EH_OK)
		*out = policies;
	return rc;
}
