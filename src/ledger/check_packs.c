/*
 * check_packs.c - results of packs and of new components, and decisions about packs, held against their leaves; see check.h.
 */
#include <inttypes.h>
#include <string.h>

#include "ledger/check_inside.h"
#include "ledger/sql.h"

static const char *body_of(const PGresult *res)
{
	return eh_pg_null(res, 0, 1) ? NULL : eh_pg_text(res, 0, 1);
}

/* What stands in the store as text has the digest that stands beside it. */
static void hold_text(struct eh_ledger_checking *c, const char *what, const PGresult *res, int text, int digest, const char *name)
{
	struct eh_pg_bytes stored = eh_pg_bytea(res, 0, digest, NULL);
	struct eh_sha256 found = eh_sha256_of(eh_pg_text(res, 0, text), strlen(eh_pg_text(res, 0, text)));

	if (stored.n != sizeof found.bytes || memcmp(found.bytes, stored.data, sizeof found.bytes) != 0)
		eh_ledger_check_find(c, what, eh_pg_int8(res, 0, 0), "%s was altered: it has another SHA-256", name);
}

static void take_pack(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	json_t *want = NULL;
	const char *name = "pack";

	(void)ctx;
	if (!eh_pg_null(res, 0, 2)) {
		name = eh_arena_printf(c->scratch, "the result of pack %s for source %s (leaf %" PRId64 ")", eh_pg_text(res, 0, 3),
		                       eh_pg_text(res, 0, 2), eh_pg_int8(res, 0, 0));
		want = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "source", eh_ledger_check_text(res, 2), "pack",
		                 eh_ledger_check_text(res, 3), "pack_sha256", eh_ledger_check_hex(res, 4), "from",
		                 eh_ledger_check_instant(res, 5), "to", eh_ledger_check_instant(res, 6), "clock",
		                 eh_ledger_check_instant(res, 7), "included_index", eh_ledger_check_int(res, 8), "n",
		                 eh_ledger_check_int(res, 9), "result_sha256", eh_ledger_check_hex(res, 10));
		EH_ASSERT(want != NULL);
		hold_text(c, "pack", res, 11, 10, name);
		hold_text(c, "pack", res, 12, 4, eh_arena_printf(c->scratch, "pack %s, as it was run", eh_pg_text(res, 0, 3)));
		c->check->packs++;
	}
	eh_ledger_check_agrees(c, "pack", eh_pg_int8(res, 0, 0), body_of(res), want, name);
}

static json_t *digest_of(const PGresult *res, int col)
{
	struct eh_sha256 digest = eh_sha256_of(eh_pg_text(res, 0, col), strlen(eh_pg_text(res, 0, col)));
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(&digest, hex);
	return json_string(hex);
}

static void take_change(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	json_t *want = NULL;
	const char *name = "change";

	(void)ctx;
	if (!eh_pg_null(res, 0, 2)) {
		name = eh_arena_printf(c->scratch, "the test of %s %s of source %s (leaf %" PRId64 ")", eh_pg_text(res, 0, 3),
		                       eh_pg_text(res, 0, 4), eh_pg_text(res, 0, 2), eh_pg_int8(res, 0, 0));
		want = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "source", eh_ledger_check_text(res, 2), "role",
		                 eh_ledger_check_text(res, 3), "component_sha256", digest_of(res, 4), "from",
		                 eh_ledger_check_instant(res, 5), "first_seen", eh_ledger_check_instant(res, 6), "to",
		                 eh_ledger_check_instant(res, 7), "clock", eh_ledger_check_instant(res, 8), "included_index",
		                 eh_ledger_check_int(res, 9), "result_sha256", eh_ledger_check_hex(res, 10));
		EH_ASSERT(want != NULL);
		hold_text(c, "change", res, 11, 10, name);
		c->check->packs++;
	}
	eh_ledger_check_agrees(c, "change", eh_pg_int8(res, 0, 0), body_of(res), want, name);
}

static json_t *person(const PGresult *res, int col)
{
	char name[EH_LEDGER_PSEUDONYM];

	eh_ledger_pseudonym(eh_pg_text(res, 0, col), name);
	return json_string(name);
}

static void take_setting(struct eh_ledger_checking *c, const PGresult *res, void *ctx)
{
	json_t *want = NULL;
	const char *name = "pack-setting";

	(void)ctx;
	if (!eh_pg_null(res, 0, 2)) {
		name = eh_arena_printf(c->scratch, "the decision about pack %s (leaf %" PRId64 ")", eh_pg_text(res, 0, 2),
		                       eh_pg_int8(res, 0, 0));
		want = json_pack("{s:o, s:o, s:b, s:o, s:o, s:o}", "pack", eh_ledger_check_text(res, 2), "pack_sha256",
		                 eh_ledger_check_hex(res, 3), "enabled", eh_pg_bool(res, 0, 4), "actor", person(res, 5), "second_actor",
		                 person(res, 6), "reason_sha256", digest_of(res, 7));
		EH_ASSERT(want != NULL);
		hold_text(c, "pack-setting", res, 8, 3, eh_arena_printf(c->scratch, "pack %s, as it was approved", eh_pg_text(res, 0, 2)));
	}
	eh_ledger_check_agrees(c, "pack-setting", eh_pg_int8(res, 0, 0), body_of(res), want, name);
}

enum eh_rc eh_ledger_check_packs(struct eh_ledger_checking *c, struct eh_err *err)
{
	enum eh_rc rc = eh_ledger_check_each(c, &eh_sql_ledger_check_packs, take_pack, NULL, err);

	if (rc == EH_OK)
		rc = eh_ledger_check_each(c, &eh_sql_ledger_check_changes, take_change, NULL, err);
	return rc == EH_OK ? eh_ledger_check_each(c, &eh_sql_ledger_check_pack_settings, take_setting, NULL, err) : rc;
}
