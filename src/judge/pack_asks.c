/*
 * pack_asks.c - what people ask about packs; see packs.h.
 *
 * One person with the role insurer proposes that a pack is run from now on, or no more; another with the role approver
 * decides.  A pack of the insurer's own comes as its text in the proposal, and is on the record in its canonical form.
 */
#include <string.h>

#include "judge/packs.h"
#include "judge/sql.h"

#define REASON_MAX 2000 /* bytes */

bool eh_judge_pack_asks(const char *verb)
{
	return strcmp(verb, "pack-enable") == 0 || strcmp(verb, "pack-disable") == 0 || strcmp(verb, "pack-approve") == 0;
}

/* What is put on the record is read again at every start: it must be sure to. */
static bool reads_back(struct eh_arena *home, const struct eh_pack *pack)
{
	const struct eh_pack *again;
	struct eh_err why;

	return eh_pack_parse(home, "the proposed pack", pack->canonical, strlen(pack->canonical), &again, &why) == EH_OK &&
	       eh_sha256_equal(&again->version, &pack->version);
}

/* The pack that a proposal is about: from its own text, or the known one of that name; NULL with the reason said. */
static enum eh_rc find_pack(struct eh_pg *pg, struct eh_arena *home, const char *name, const char *text,
                            const struct eh_pack **pack, char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	const struct eh_judge_pack_standing *all;
	size_t n = 0;
	struct eh_err why;

	*pack = NULL;
	if (name == NULL) {
		eh_judge_answer(message, "a proposal names a pack");
		return EH_OK;
	}
	if (text != NULL) {
		if (eh_pack_parse(home, "the proposed pack", text, strlen(text), pack, &why) == EH_OK &&
		    strcmp((*pack)->name, name) == 0 && reads_back(home, *pack))
			return EH_OK;
		*pack = NULL;
		eh_judge_answer(message, "the proposed pack cannot be used: `evenhand pack check` says why");
		return EH_OK;
	}
	enum eh_rc rc = eh_judge_packs_all(pg, home, &all, &n, err);
	for (size_t i = 0; rc == EH_OK && i < n; i++)
		if (strcmp(all[i].pack->name, name) == 0)
			*pack = all[i].pack;
	if (rc == EH_OK && *pack == NULL)
		eh_judge_answer(message, "there is no pack of that name");
	return rc;
}

static enum eh_rc propose(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home, bool *done,
                          char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	static const char *const roles[] = {"insurer", NULL};
	const char *reason = eh_judge_asked_text(r, "reason");
	const struct eh_pack *pack;

	if (!eh_judge_asked_by(r, roles, message))
		return EH_OK;
	if (reason == NULL || *reason == '\0' || strlen(reason) > REASON_MAX) {
		eh_judge_answer(message, "a proposal gives a reason of at most %d bytes", REASON_MAX);
		return EH_OK;
	}
	enum eh_rc rc = find_pack(w->store->pg, home, eh_judge_asked_text(r, "pack"), eh_judge_asked_text(r, "text"), &pack, message, err);
	if (rc != EH_OK || pack == NULL)
		return rc;
	*done = true;
	eh_judge_answer(message, "waits for a second person to approve");
	return EH_OK;
}

static const char *kept(struct eh_arena *home, const PGresult *res, int col)
{
	return eh_pg_null(res, 0, col) ? NULL : eh_arena_strdup(home, eh_pg_text(res, 0, col));
}

/* A proposal that was carried out and awaits its second person. */
static enum eh_rc decide(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home, const PGresult *res,
                         bool *done, char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	struct eh_judge_pack_deed deed = {.enable = eh_pg_bool(res, 0, 1),
	                                  .actor = kept(home, res, 0),
	                                  .second = eh_arena_strdup(home, r->user),
	                                  .reason = kept(home, res, 3)};
	enum eh_rc rc = find_pack(w->store->pg, home, kept(home, res, 2), kept(home, res, 4), &deed.pack, message, err);

	if (rc != EH_OK || deed.pack == NULL)
		return rc;
	*done = true;
	eh_judge_answer(message, "pack %s is %s from now on", deed.pack->name, deed.enable ? "run" : "not run");
	return eh_judge_pack_decide(w, &deed, err);
}

static enum eh_rc approve(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home, bool *done,
                          char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	static const char *const roles[] = {"approver", NULL};
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	int64_t id;

	if (!eh_judge_asked_by(r, roles, message))
		return EH_OK;
	if (!eh_judge_asked_number(r, "request_id", &id)) {
		eh_judge_answer(message, "an approval names the proposal by its number");
		return EH_OK;
	}
	eh_pg_arg_int8(&args, id);
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_pack_ask, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0 || !eh_pg_bool(res, 0, 5))
		eh_judge_answer(message, "request %lld is no proposal about a pack that waits for approval", (long long)id);
	else if (eh_pg_bool(res, 0, 6))
		eh_judge_answer(message, "request %lld was approved already", (long long)id);
	else if (strcmp(eh_pg_text(res, 0, 0), r->user) == 0)
		eh_judge_answer(message, "who proposed it cannot approve it: two people are needed");
	else if (!eh_pg_bool(res, 0, 7))
		eh_judge_answer(message, "who proposed it has not the role for it any more: it must be proposed anew");
	else
		rc = decide(w, r, home, res, done, message, err);
	return rc;
}

enum eh_rc eh_judge_pack_answer(struct eh_judge_writer *w, const struct eh_judge_asked *r, struct eh_arena *home, bool *done,
                                char message[EH_JUDGE_MESSAGE], struct eh_err *err)
{
	*done = false;
	return strcmp(r->verb, "pack-approve") == 0 ? approve(w, r, home, done, message, err)
	                                            : propose(w, r, home, done, message, err);
}
