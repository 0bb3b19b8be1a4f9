/*
 * governance.c - see governance.h.
 */
#include "judge/governance.h"

#include <string.h>

#include "base/time.h"
#include "judge/loosened.h"
#include "judge/labs.h"
#include "judge/policies.h"
#include "judge/rows.h"
#include "judge/sql.h"
#include "judge/tell.h"

#define REASON_MAX 2000 /* bytes */

enum deed { PROPOSE, APPROVE, REJECT, DEEDS };
static const char *const verbs[DEEDS] = {"policy-propose", "policy-approve", "policy-reject"};

struct eh_judge_governed {
	enum deed deed;
	int64_t proposal_id;
	enum eh_policy_layer layer;
	const struct eh_policy *policy;
	int64_t effective_us;
	const char *proposer, *by, *reason;
	const char *proposer_role;   /* now; "": not active */
	const struct eh_sha256 *lab; /* NULL: no lab run was named */
	size_t place;                /* of the leaf `policy` */
	int64_t leaf_index;
};

static enum deed deed_of(const char *verb)
{
	int deed = 0;

	while (deed < DEEDS && strcmp(verb, verbs[deed]) != 0)
		deed++;
	return (enum deed)deed;
}

bool eh_judge_governs(const char *verb)
{
	return deed_of(verb) < DEEDS;
}

/* Two people stand behind a version when it is approved, not only when it was thought of. */
static bool proposer_may(const struct eh_judge_governed *g)
{
	if (g->layer == EH_POLICY_FLOOR)
		return strcmp(g->proposer_role, "regulator-admin") == 0;
	return strcmp(g->proposer_role, "insurer") == 0 || strcmp(g->proposer_role, "analyst") == 0;
}

static bool may_ask(const struct eh_judge_asked *r, enum deed deed, enum eh_policy_layer layer,
                    char message[EH_JUDGE_MESSAGE])
{
	static const char *const propose[] = {"insurer", "analyst", NULL}, *const approve[] = {"approver", NULL};
	static const char *const floor[] = {"regulator-admin", NULL};

	return eh_judge_asked_by(r, layer == EH_POLICY_FLOOR ? floor : deed == PROPOSE ? propose : approve, message);
}

static bool read_digest(const char *hex, struct eh_sha256 *out)
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(hex) != EH_SHA256_HEX - 1 || strspn(hex, digits) != EH_SHA256_HEX - 1)
		return false;
	for (size_t i = 0; i < EH_SHA256_BYTES; i++)
		out->bytes[i] = (unsigned char)((strchr(digits, hex[2 * i]) - digits) << 4 | (strchr(digits, hex[2 * i + 1]) - digits));
	return true;
}

/* The instant must be in the future by every clock that a close could have. */
static enum eh_rc check_instant(struct eh_judge_writer *w, int64_t effective_us, bool *good, char message[EH_JUDGE_MESSAGE],
                                struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	char at[EH_TIME_TEXT], now[EH_TIME_TEXT];
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_newest_clock, NULL, &res, err);

	if (rc != EH_OK)
		return rc;
	int64_t clock_us = eh_pg_int8(res, 0, 0), wall_us = eh_time_wall_us();
	bool generated = eh_pg_int8(res, 0, 1) == 0 && eh_pg_int8(res, 0, 2) > 0;

	eh_time_format(effective_us, at);
	*good = effective_us > clock_us && (generated || effective_us > wall_us);
	if (effective_us <= clock_us) {
		eh_time_format(clock_us, now);
		eh_judge_answer(message, "a version takes effect in the future, and a source stands at %s already, not before %s", now, at);
	} else if (!*good) {
		eh_time_format(wall_us, now);
		eh_judge_answer(message, "a version takes effect in the future, and it is %s now, not before %s", now, at);
	}
	return EH_OK;
}

/* The version of the layer that would be in force at the instant without this one; NULL: none. */
static enum eh_rc read_was(struct eh_judge_writer *w, const struct eh_judge_governed *g, struct eh_arena *home,
                           const struct eh_policy **was, struct eh_err *err)
{
	struct eh_policies *all;
	enum eh_rc rc = eh_judge_policies_read(w->store->pg, home, &all, err);

	if (rc != EH_OK)
		return rc;
	const struct eh_policies_version *v = eh_policies_at(all, g->layer, g->effective_us, INT64_MAX);
	*was = v != NULL ? v->policy : NULL;
	return EH_OK;
}

/* ---- propose ------------------------------------------------------------------------------------ */

/* What can be seen from the request alone. */
static bool read_proposal(const struct eh_judge_asked *r, struct eh_arena *home, struct eh_judge_governed *g,
                          char message[EH_JUDGE_MESSAGE])
{
	const char *layer = eh_judge_asked_text(r, "layer"), *canonical = eh_judge_asked_text(r, "canonical");
	const char *effective = eh_judge_asked_text(r, "effective"), *lab = eh_judge_asked_text(r, "lab_sha256");
	struct eh_sha256 *digest = eh_arena_zalloc(home, 1, sizeof *digest);
	struct eh_err why;

	g->reason = eh_judge_asked_text(r, "reason");
	if (layer == NULL || !eh_policy_layer_of(layer, &g->layer))
		eh_judge_answer(message, "a proposal names its layer, house or floor");
	else if (!may_ask(r, PROPOSE, g->layer, message))
		return false;
	else if (g->reason == NULL || *g->reason == '\0' || strlen(g->reason) > REASON_MAX)
		eh_judge_answer(message, "a proposal gives a reason of at most %d bytes", REASON_MAX);
	else if (effective == NULL || !eh_time_parse(effective, strlen(effective), &g->effective_us))
		eh_judge_answer(message, "a proposal names the instant from which it is in force, as 2027-01-01T00:00:00Z");
	else if (canonical == NULL || strlen(canonical) > EH_JUDGE_POLICY_BYTES)
		eh_judge_answer(message, "a proposal holds a policy of at most %d bytes", EH_JUDGE_POLICY_BYTES);
	else if (lab != NULL && !read_digest(lab, digest))
		eh_judge_answer(message, "the digest of a lab run has 64 hex digits");
	else if (eh_policy_parse_canonical(home, canonical, strlen(canonical), &g->policy, &why) != EH_OK)
		eh_judge_answer(message, "%s", why.text);
	else {
		g->lab = lab != NULL ? digest : NULL;
		return true;
	}
	return false;
}

static enum eh_rc govern_propose(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home,
                                 struct eh_judge_governed *g, bool *good, char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	const struct eh_policy *was;
	char at[EH_TIME_TEXT], version[EH_SHA256_HEX];

	if (!read_proposal(r, home, g, message))
		return EH_OK;
	enum eh_rc rc = check_instant(w, g->effective_us, good, message, err);
	if (rc == EH_OK && *good && g->lab != NULL)
		rc = eh_judge_lab_tried(w->store->pg, g->lab, &g->policy->version, good, message, err);
	if (rc == EH_OK)
		rc = read_was(w, g, home, &was, err);
	if (rc != EH_OK || !*good)
		return rc;
	eh_time_format(g->effective_us, at);
	eh_sha256_hex(&g->policy->version, version);
	*good = was == NULL || !eh_sha256_equal(&was->version, &g->policy->version);
	g->proposal_id = r->id;
	g->proposer = r->user;
	if (*good)
		eh_judge_answer(message, "version %s is proposed for the %s from %s; it waits for a second person", version,
		                eh_policy_layer_name(g->layer), at);
	else
		eh_judge_answer(message, "that version is in force at %s in any case", at);
	return EH_OK;
}

/* ---- approve and reject ------------------------------------------------------------------------- */

static enum eh_rc read_waiting(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home,
                               struct eh_judge_governed *g, bool *good, char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	if (!eh_judge_asked_number(r, "proposal", &g->proposal_id)) {
		eh_judge_answer(message, "%s names the proposal by its number", r->verb);
		return EH_OK;
	}
	eh_pg_arg_int8(&args, g->proposal_id);
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_policy_proposal, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0) {
		eh_judge_answer(message, "request %lld is no proposal of a policy", (long long)g->proposal_id);
		return EH_OK;
	}
	if (!eh_pg_null(res, 0, 7)) {
		eh_judge_answer(message, "proposal %lld was %s already", (long long)g->proposal_id,
		                eh_pg_bool(res, 0, 7) ? "approved" : "rejected");
		return EH_OK;
	}
	const char *canonical = eh_pg_text(res, 0, 2);
	EH_ASSERT(eh_policy_layer_of(eh_pg_text(res, 0, 0), &g->layer));
	rc = eh_policy_parse_canonical(home, canonical, strlen(canonical), &g->policy, err);
	if (rc != EH_OK)
		return rc;
	struct eh_pg_bytes sha256 = eh_pg_bytea(res, 0, 1, home), lab = eh_pg_bytea(res, 0, 5, home);
	if (sha256.n != EH_SHA256_BYTES || memcmp(sha256.data, g->policy->version.bytes, EH_SHA256_BYTES) != 0)
		return eh_fail(err, EH_REFUSED, "proposal %lld was altered: it has another SHA-256", (long long)g->proposal_id);
	g->effective_us = eh_pg_int8(res, 0, 3);
	g->proposer = eh_arena_strdup(home, eh_pg_text(res, 0, 4));
	g->proposer_role = eh_arena_strdup(home, eh_pg_text(res, 0, 8));
	g->lab = lab.n == EH_SHA256_BYTES ? lab.data : NULL;
	g->reason = eh_judge_asked_text(r, "reason");
	*good = g->reason == NULL || strlen(g->reason) <= REASON_MAX;
	if (!*good)
		eh_judge_answer(message, "the reason is longer than %d bytes", REASON_MAX);
	return EH_OK;
}

static json_t *pseudonym(const char *user)
{
	char person[EH_LEDGER_PSEUDONYM];

	eh_ledger_pseudonym(user, person);
	return json_string(person);
}

static json_t *digest_or_null(const struct eh_sha256 *digest)
{
	char hex[EH_SHA256_HEX];

	if (digest == NULL)
		return json_null();
	eh_sha256_hex(digest, hex);
	return json_string(hex);
}

static enum eh_rc add_leaf(struct eh_judge_writer *w, struct eh_judge_governed *g, struct eh_err *err)
{
	char at[EH_TIME_TEXT];

	eh_time_format(g->effective_us, at);
	return eh_judge_writer_leaf(w, "policy",
	                            json_pack("{s:o,s:s,s:s,s:s,s:I,s:o,s:o,s:o}", "policy_sha256",
	                                      digest_or_null(&g->policy->version), "policy", g->policy->canonical, "layer",
	                                      eh_policy_layer_name(g->layer), "effective", at, "proposal",
	                                      (json_int_t)g->proposal_id, "proposer", pseudonym(g->proposer), "approver",
	                                      pseudonym(g->by), "lab_sha256", digest_or_null(g->lab)),
	                            &g->place, err);
}

/* The version goes on the record, and what it loosens is told. */
static enum eh_rc enact(struct eh_judge_writer *w, struct eh_judge_governed *g, struct eh_arena *home,
                        char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	struct eh_judge_enacted enacted = {
		.is = g->policy, .layer = g->layer, .effective_us = g->effective_us, .proposal_id = g->proposal_id};
	char at[EH_TIME_TEXT], version[EH_SHA256_HEX];
	size_t alerts = 0;
	enum eh_rc rc = read_was(w, g, home, &enacted.was, err);

	if (rc == EH_OK)
		rc = add_leaf(w, g, err);
	if (rc == EH_OK)
		rc = eh_judge_loosened_by_policy(w, &enacted, &alerts, err);
	if (rc != EH_OK)
		return rc;
	eh_time_format(g->effective_us, at);
	eh_sha256_hex(&g->policy->version, version);
	if (alerts == 0)
		eh_judge_answer(message, "version %s is in force for the %s from %s", version, eh_policy_layer_name(g->layer), at);
	else
		eh_judge_answer(message, "version %s is in force for the %s from %s; it loosens what %zu open alert%s on, which is told",
		                version, eh_policy_layer_name(g->layer), at, alerts, alerts == 1 ? " stands" : "s stand");
	return EH_OK;
}

static enum eh_rc govern_approve(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home,
                                 struct eh_judge_governed *g, bool *good, char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	const char *seen = eh_judge_asked_text(r, "sha256");
	char version[EH_SHA256_HEX];
	enum eh_rc rc = read_waiting(w, r, home, g, good, message, err);

	if (rc != EH_OK || !*good)
		return rc;
	*good = false;
	g->by = r->user;
	eh_sha256_hex(&g->policy->version, version);
	if (!may_ask(r, APPROVE, g->layer, message))
		return EH_OK;
	if (strcmp(g->proposer, r->user) == 0) {
		eh_judge_answer(message, "who proposed it cannot approve it: two people are needed");
		return EH_OK;
	}
	if (!proposer_may(g)) {
		eh_judge_answer(message, "who proposed it has not the role for it any more: it must be proposed anew");
		return EH_OK;
	}
	if (seen != NULL && strcmp(seen, version) != 0) {
		eh_judge_answer(message, "proposal %lld is of another version than the one that was approved", (long long)g->proposal_id);
		return EH_OK;
	}
	rc = check_instant(w, g->effective_us, good, message, err);
	return rc == EH_OK && *good ? enact(w, g, home, message, err) : rc;
}

/* The proposer takes it back; an approver says no. */
static enum eh_rc govern_reject(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home,
                                struct eh_judge_governed *g, bool *good, char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	enum eh_rc rc = read_waiting(w, r, home, g, good, message, err);

	if (rc != EH_OK || !*good)
		return rc;
	g->by = r->user;
	*good = false;
	bool own = strcmp(g->proposer, r->user) == 0;
	if (!may_ask(r, own ? PROPOSE : REJECT, g->layer, message))
		return EH_OK;
	if (g->reason == NULL || *g->reason == '\0') {
		eh_judge_answer(message, "\"%s\" needs a reason", r->verb);
		return EH_OK;
	}
	*good = true;
	eh_judge_answer(message, own ? "proposal %lld was taken back" : "proposal %lld was rejected", (long long)g->proposal_id);
	return EH_OK;
}

enum eh_rc eh_judge_govern(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home,
                           struct eh_judge_governed **out, char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	struct eh_judge_governed *g = eh_arena_zalloc(home, 1, sizeof *g);
	bool good = false;
	enum eh_rc rc;

	*out = NULL;
	g->deed = deed_of(r->verb);
	if (g->deed == PROPOSE)
		rc = govern_propose(w, r, home, g, &good, message, err);
	else if (g->deed == APPROVE)
		rc = govern_approve(w, r, home, g, &good, message, err);
	else
		rc = govern_reject(w, r, home, g, &good, message, err);
	if (rc == EH_OK && good)
		*out = g;
	return rc;
}

/* ---- what is written ---------------------------------------------------------------------------- */

static enum eh_rc write_proposal(struct eh_pg *pg, const struct eh_judge_governed *g, int64_t answer, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, g->proposal_id);
	eh_pg_arg_text(&args, eh_policy_layer_name(g->layer));
	eh_pg_arg_bytea(&args, g->policy->version.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, g->policy->canonical);
	eh_pg_arg_int8(&args, g->effective_us);
	eh_pg_arg_text(&args, g->proposer);
	eh_pg_arg_text(&args, g->reason);
	eh_pg_arg_bytea(&args, g->lab != NULL ? g->lab->bytes : NULL, EH_SHA256_BYTES);
	eh_pg_arg_int8(&args, answer);
	return eh_pg_run(pg, &eh_sql_judge_write_policy_proposal, &args, NULL, err);
}

static enum eh_rc write_decision(struct eh_pg *pg, const struct eh_judge_governed *g, int64_t answer, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, g->proposal_id);
	eh_pg_arg_bool(&args, g->deed == APPROVE);
	eh_pg_arg_text(&args, g->by);
	eh_pg_arg_text(&args, g->reason);
	eh_pg_arg_int8(&args, answer);
	return eh_pg_run(pg, &eh_sql_judge_write_policy_decision, &args, NULL, err);
}

static enum eh_rc write_version(struct eh_pg *pg, const struct eh_judge_governed *g, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, eh_policy_layer_name(g->layer));
	eh_pg_arg_bytea(&args, g->policy->version.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, g->policy->canonical);
	eh_pg_arg_int8(&args, g->effective_us);
	eh_pg_arg_int8(&args, g->leaf_index);
	eh_pg_arg_int8(&args, g->proposal_id);
	eh_pg_arg_text(&args, g->proposer);
	eh_pg_arg_text(&args, g->by);
	eh_pg_arg_bytea(&args, g->lab != NULL ? g->lab->bytes : NULL, EH_SHA256_BYTES);
	return eh_pg_run(pg, &eh_sql_judge_write_policy_version, &args, NULL, err);
}

enum eh_rc eh_judge_govern_write(struct eh_judge_writer *w, struct eh_judge_governed *g, int64_t first, int64_t answer,
                                 struct eh_err *err)
{
	struct eh_pg *pg = w->store->pg;

	if (g->deed == PROPOSE)
		return write_proposal(pg, g, answer, err);
	enum eh_rc rc = write_decision(pg, g, answer, err);
	if (rc != EH_OK || g->deed == REJECT)
		return rc;
	g->leaf_index = first + (int64_t)g->place;
	rc = write_version(pg, g, err);
	const struct eh_judge_approved approved = {.proposal_id = g->proposal_id,
	                                           .effective_us = g->effective_us,
	                                           .layer = eh_policy_layer_name(g->layer),
	                                           .proposer = g->proposer,
	                                           .approver = g->by,
	                                           .version = g->policy->version};
	return rc == EH_OK ? eh_judge_tell_approved(w, &approved, err) : rc;
}

enum eh_rc eh_judge_govern_done(struct eh_judge_store *store, const struct eh_judge_governed *g, struct eh_err *err)
{
	const struct eh_policy *kept;

	if (g->deed != APPROVE)
		return EH_OK;
	enum eh_rc rc =
		eh_policy_parse_canonical(store->home, g->policy->canonical, strlen(g->policy->canonical), &kept, err);
	if (rc == EH_OK) {
		struct eh_policies_version version = {kept, g->layer, g->effective_us, g->leaf_index};

		eh_judge_enact(store->judge, &version);
	}
	return rc;
}
