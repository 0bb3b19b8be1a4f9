/*
 * follow.c - see follow.h.
 */
#include "source/follow.h"

#include <string.h>

#include "ledger/ledger.h"
#include "source/sql.h"

static enum eh_rc check_reason(const struct eh_source_deed *deed, struct eh_err *err)
{
	size_t n = deed->reason == NULL ? 0 : strlen(deed->reason);

	if (n > 0 && n <= EH_SOURCE_REASON_MAX)
		return EH_OK;
	(void)eh_fail(err, EH_BAD_INPUT, n == 0 ? "no reason is given" : "the reason is longer than %d bytes", EH_SOURCE_REASON_MAX);
	return eh_hint(err, "say why with --reason TEXT; it stays on the record");
}

enum eh_rc eh_source_check_person(struct eh_pg *store, const char *name, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t n = 0;

	eh_pg_arg_text(&args, name);
	enum eh_rc rc = eh_pg_query_int8(store, &eh_sql_source_follow_person, &args, &n, err);
	if (rc != EH_OK || n == 1)
		return rc;
	(void)eh_fail(err, EH_BAD_INPUT, "there is no active user \"%s\"", name);
	return eh_hint(err, "`evenhand user list` names them");
}

/* Appends one leaf with who and why; its index comes back. */
static enum eh_rc append(struct eh_pg *store, const char *kind, json_t *fields, const struct eh_source_deed *deed, int64_t *index,
                         struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_ledger_leaves leaves = {.home = arena};
	char person[EH_LEDGER_PSEUDONYM], hex[EH_SHA256_HEX];
	struct eh_sha256 reason = eh_sha256_of(deed->reason, strlen(deed->reason));

	eh_ledger_pseudonym(deed->person, person);
	eh_sha256_hex(&reason, hex);
	EH_ASSERT(fields != NULL && json_object_set_new(fields, "actor", json_string(person)) == 0 &&
	          json_object_set_new(fields, "reason_sha256", json_string(hex)) == 0);
	enum eh_rc rc = eh_ledger_add(&leaves, kind, fields, NULL, err);
	return rc == EH_OK ? eh_ledger_append(store, &leaves, index, err) : rc;
}

static enum eh_rc write_follow(struct eh_pg *store, const struct eh_source *source, bool followed, const struct eh_source_deed *deed,
                               struct eh_err *err)
{
	struct eh_pg_args args = {0}, who = {0};
	int64_t leaf;

	eh_pg_arg_int8(&who, source->id);
	enum eh_rc rc = eh_pg_run(store, &eh_sql_source_follow_end, &who, NULL, err);
	if (rc == EH_OK)
		rc = append(store, "follow", json_pack("{s:s, s:b}", "source", source->name, "followed", followed), deed, &leaf, err);
	if (rc != EH_OK)
		return rc;
	eh_pg_arg_int8(&args, source->id);
	eh_pg_arg_bool(&args, followed);
	eh_pg_arg_text(&args, deed->person);
	eh_pg_arg_text(&args, deed->reason);
	eh_pg_arg_int8(&args, leaf);
	return eh_pg_run(store, &eh_sql_source_follow_write, &args, NULL, err);
}

static enum eh_rc end(struct eh_pg *store, enum eh_rc rc, struct eh_err *err)
{
	if (rc == EH_OK)
		return eh_pg_commit(store, err);
	eh_pg_rollback(store);
	return rc;
}

static enum eh_rc set_follow(struct eh_pg *store, const struct eh_source *source, bool followed, const struct eh_source_deed *deed,
                             struct eh_err *err)
{
	enum eh_rc rc = check_reason(deed, err);

	if (rc == EH_OK)
		rc = eh_pg_begin(store, err);
	return rc == EH_OK ? end(store, write_follow(store, source, followed, deed, err), err) : rc;
}

enum eh_rc eh_source_remove(struct eh_pg *store, const struct eh_source *source, const struct eh_source_deed *deed, struct eh_err *err)
{
	if (!source->removed)
		return set_follow(store, source, false, deed, err);
	(void)eh_fail(err, EH_REFUSED, "source %s was removed before", source->name);
	return eh_hint(err, "`evenhand source add NAME` puts it back");
}

enum eh_rc eh_source_put_back(struct eh_pg *store, const struct eh_source *source, const struct eh_source_deed *deed,
                              struct eh_err *err)
{
	if (source->removed)
		return set_follow(store, source, true, deed, err);
	return eh_fail(err, EH_REFUSED, "source %s is not removed", source->name);
}

static enum eh_rc write_acceptance(struct eh_pg *store, const struct eh_source *source, const PGresult *gap,
                                   const struct eh_source_deed *deed, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t leaf, gap_no = eh_pg_int8(gap, 0, 0);
	json_t *fields = json_pack("{s:s, s:I, s:s, s:s}", "source", source->name, "gap", (json_int_t)gap_no, "found",
	                           eh_pg_text(gap, 0, 1), "position", eh_pg_text(gap, 0, 2));
	enum eh_rc rc = append(store, "gap", fields, deed, &leaf, err);

	if (rc != EH_OK)
		return rc;
	eh_pg_arg_int8(&args, source->id);
	eh_pg_arg_int8(&args, gap_no);
	eh_pg_arg_text(&args, deed->person);
	eh_pg_arg_text(&args, deed->reason);
	eh_pg_arg_int8(&args, leaf);
	return eh_pg_run(store, &eh_sql_source_follow_accept, &args, NULL, err);
}

static enum eh_rc accept(struct eh_pg *store, const struct eh_source *source, const struct eh_source_deed *deed, int64_t *gap_no,
                         struct eh_err *err)
{
	EH_PGRESULT_AUTO gap = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, source->id);
	enum eh_rc rc = eh_pg_query(store, &eh_sql_source_follow_gap, &args, &gap, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(gap) == 0)
		return eh_fail(err, EH_REFUSED, "source %s has no gap to accept", source->name);
	*gap_no = eh_pg_int8(gap, 0, 0);
	if (eh_pg_null(gap, 0, 3))
		return write_acceptance(store, source, gap, deed, err);
	(void)eh_fail(err, EH_REFUSED, "gap %d of source %s was accepted by %s", (int)*gap_no, source->name, eh_pg_text(gap, 0, 3));
	return eh_hint(err, "gather goes on behind it within a minute; `evenhand status` shows where it stands");
}

enum eh_rc eh_source_accept_gap(struct eh_pg *store, const struct eh_source *source, const struct eh_source_deed *deed,
                                int64_t *gap_no, struct eh_err *err)
{
	enum eh_rc rc = check_reason(deed, err);

	*gap_no = 0;
	if (rc == EH_OK)
		rc = eh_pg_begin(store, err);
	return rc == EH_OK ? end(store, accept(store, source, deed, gap_no, err), err) : rc;
}
