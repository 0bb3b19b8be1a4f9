/*
 * check_follows.c - what people decided about sources, held against its leaves; see check.h.
 */
#include <inttypes.h>
#include <string.h>

#include "ledger/check_inside.h"
#include "ledger/ledger.h"
#include "ledger/sql.h"

/* Who and why, as the leaf has them. */
static void add_deed(json_t *want, const PGresult *res, int actor, int reason)
{
	char person[EH_LEDGER_PSEUDONYM], hex[EH_SHA256_HEX];
	struct eh_sha256 said = eh_sha256_of(eh_pg_text(res, 0, reason), strlen(eh_pg_text(res, 0, reason)));

	eh_ledger_pseudonym(eh_pg_text(res, 0, actor), person);
	eh_sha256_hex(&said, hex);
	EH_ASSERT(want != NULL && json_object_set_new(want, "actor", json_string(person)) == 0 &&
	          json_object_set_new(want, "reason_sha256", json_string(hex)) == 0);
}

static const char *body_of(const PGresult *res)
{
	return eh_pg_null(res, 0, 1) ? NULL : eh_pg_text(res, 0, 1);
}

static void take_follow(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	json_t *want = NULL;
	const char *name = "follow";

	(void)ctx;
	if (!eh_pg_null(res, 0, 2)) {
		name = eh_arena_printf(c->scratch, "decision about source %s (leaf %" PRId64 ")", eh_pg_text(res, 0, 2), eh_pg_int8(res, 0, 0));
		want = json_pack("{s:o, s:b}", "source", eh_ledger_check_text(res, 2), "followed", eh_pg_bool(res, 0, 3));
		add_deed(want, res, 4, 5);
	}
	eh_ledger_check_agrees(c, "follow", eh_pg_int8(res, 0, 0), body_of(res), want, name);
}

static void take_gap(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	json_t *want = NULL;
	const char *name = "gap";
	int64_t leaf_index = eh_pg_null(res, 0, 0) ? -1 : eh_pg_int8(res, 0, 0);

	(void)ctx;
	if (!eh_pg_null(res, 0, 2)) {
		name = eh_arena_printf(c->scratch, "gap %" PRId64 " of source %s (leaf %" PRId64 ")", eh_pg_int8(res, 0, 3),
		                       eh_pg_text(res, 0, 2), leaf_index);
		want = json_pack("{s:o, s:o, s:o, s:o}", "source", eh_ledger_check_text(res, 2), "gap", eh_ledger_check_int(res, 3), "found",
		                 eh_ledger_check_text(res, 4), "position", eh_ledger_check_text(res, 5));
		add_deed(want, res, 6, 7);
	}
	eh_ledger_check_agrees(c, "gap", leaf_index, body_of(res), want, name);
}

enum eh_rc eh_ledger_check_follows(struct eh_ledger_checking *c, struct eh_err *err)
{
	enum eh_rc rc = eh_ledger_check_each(c, &eh_sql_ledger_check_follows, take_follow, NULL, err);

	return rc == EH_OK ? eh_ledger_check_each(c, &eh_sql_ledger_check_gaps, take_gap, NULL, err) : rc;
}
