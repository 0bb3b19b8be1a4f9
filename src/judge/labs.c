/*
 * labs.c - see labs.h.
 */
#include "judge/labs.h"

#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "judge/rows.h"
#include "judge/sql.h"
#include "policy/policy.h"

#define TYPE "evenhand/lab/v1"

struct eh_judge_lab {
	const char *canonical, *by;
	struct eh_sha256 sha256, draft, in_force;
	int64_t from_us, to_us; /* INT64_MIN: open */
	int64_t seed, runs, leaves_below;
	size_t place; /* of the leaf `lab` */
};

/* The policy under `key` is one that this program reads, and has the name that is written beside it. */
static bool read_version(const json_t *result, const char *key, struct eh_arena *home, struct eh_sha256 *version)
{
	const json_t *of = json_object_get(result, key);
	const char *sha256 = json_string_value(json_object_get(of, "sha256"));
	const struct eh_policy *policy;
	EH_BUF_AUTO text = {0};
	struct eh_err why;
	char hex[EH_SHA256_HEX];

	if (sha256 == NULL || eh_json_canonical(json_object_get(of, "policy"), &text, &why) != EH_OK ||
	    eh_policy_parse_canonical(home, text.data, text.len, &policy, &why) != EH_OK)
		return false;
	eh_sha256_hex(&policy->version, hex);
	*version = policy->version;
	return strcmp(hex, sha256) == 0;
}

static bool read_instant(const json_t *result, const char *key, int64_t *us)
{
	const json_t *value = json_object_get(result, key);
	const char *text = json_string_value(value);

	*us = INT64_MIN;
	return json_is_null(value) || (text != NULL && eh_time_parse(text, strlen(text), us));
}

static bool read_count(const json_t *result, const char *key, int64_t most, int64_t *count)
{
	*count = json_integer_value(json_object_get(result, key));
	return json_is_integer(json_object_get(result, key)) && *count >= 0 && *count <= most;
}

static bool read_result(const json_t *result, struct eh_arena *home, struct eh_judge_lab *lab)
{
	const char *type = json_string_value(json_object_get(result, "type"));
	EH_BUF_AUTO text = {0};
	struct eh_err why;

	if (type == NULL || strcmp(type, TYPE) != 0 || eh_json_canonical(result, &text, &why) != EH_OK)
		return false;
	lab->canonical = eh_arena_strndup(home, text.data, text.len);
	lab->sha256 = eh_sha256_of(text.data, text.len);
	return read_version(result, "draft", home, &lab->draft) &&
	       read_version(result, "in_force", home, &lab->in_force) && read_instant(result, "from", &lab->from_us) &&
	       read_instant(result, "to", &lab->to_us) &&
	       read_count(result, "seed", (INT64_C(1) << 53) - 1, &lab->seed) &&
	       read_count(result, "runs", 1000, &lab->runs) &&
	       read_count(result, "leaves_below", (INT64_C(1) << 53) - 1, &lab->leaves_below);
}

static enum eh_rc read_draft(struct eh_pg *pg, const struct eh_sha256 *result, PGresult **res, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_bytea(&args, result->bytes, EH_SHA256_BYTES);
	return eh_pg_query_binary(pg, &eh_sql_judge_read_lab_draft, &args, res, err);
}

static enum eh_rc add_leaf(struct eh_judge_writer *w, struct eh_judge_lab *lab, struct eh_err *err)
{
	char result[EH_SHA256_HEX], draft[EH_SHA256_HEX], in_force[EH_SHA256_HEX], person[EH_LEDGER_PSEUDONYM];

	eh_sha256_hex(&lab->sha256, result);
	eh_sha256_hex(&lab->draft, draft);
	eh_sha256_hex(&lab->in_force, in_force);
	eh_ledger_pseudonym(lab->by, person);
	return eh_judge_writer_leaf(w, "lab",
	                            json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I}", "result_sha256", result, "draft_sha256",
	                                      draft, "in_force_sha256", in_force, "person", person, "seed",
	                                      (json_int_t)lab->seed, "runs", (json_int_t)lab->runs, "leaves_below",
	                                      (json_int_t)lab->leaves_below),
	                            &lab->place, err);
}

enum eh_rc eh_judge_lab_keep(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home,
                             struct eh_judge_lab **out, bool *done, char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	static const char *const roles[] = {"analyst", "insurer", NULL};
	struct eh_judge_lab *lab = eh_arena_zalloc(home, 1, sizeof *lab);
	EH_PGRESULT_AUTO res = NULL;

	*out = NULL;
	*done = false;
	if (!eh_judge_asked_by(r, roles, message))
		return EH_OK;
	if (!read_result(json_object_get(r->body, "result"), home, lab)) {
		eh_judge_answer(message, "what is to be kept is no result of the lab");
		return EH_OK;
	}
	enum eh_rc rc = read_draft(w->store->pg, &lab->sha256, &res, err);
	if (rc != EH_OK)
		return rc;
	*done = true;
	eh_judge_answer(message, "the result is kept");
	if (PQntuples(res) > 0)
		return EH_OK;
	lab->by = eh_arena_strdup(home, r->user);
	*out = lab;
	return add_leaf(w, lab, err);
}

static void arg_instant(struct eh_pg_args *args, int64_t us)
{
	if (us == INT64_MIN)
		eh_pg_arg_null(args);
	else
		eh_pg_arg_int8(args, us);
}

enum eh_rc eh_judge_lab_write(struct eh_judge_writer *w, const struct eh_judge_lab *lab, int64_t first, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_bytea(&args, lab->sha256.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, lab->canonical);
	eh_pg_arg_bytea(&args, lab->draft.bytes, EH_SHA256_BYTES);
	eh_pg_arg_bytea(&args, lab->in_force.bytes, EH_SHA256_BYTES);
	arg_instant(&args, lab->from_us);
	arg_instant(&args, lab->to_us);
	eh_pg_arg_int8(&args, lab->seed);
	eh_pg_arg_int8(&args, lab->runs);
	eh_pg_arg_int8(&args, lab->leaves_below);
	eh_pg_arg_text(&args, lab->by);
	eh_pg_arg_int8(&args, first + (int64_t)lab->place);
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_lab_result, &args, NULL, err);
}

enum eh_rc eh_judge_lab_tried(struct eh_pg *pg, const struct eh_sha256 *result, const struct eh_sha256 *draft, bool *tried,
                              char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = read_draft(pg, result, &res, err);

	*tried = false;
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0) {
		eh_judge_answer(message, "no result of the lab is kept under that digest");
		return EH_OK;
	}
	struct eh_pg_bytes was = eh_pg_bytea(res, 0, 0, NULL);
	*tried = was.n == EH_SHA256_BYTES && memcmp(was.data, draft->bytes, EH_SHA256_BYTES) == 0;
	if (!*tried)
		eh_judge_answer(message, "the run of the lab of that digest tried another policy");
	return EH_OK;
}
