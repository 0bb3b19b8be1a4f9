/*
 * deadline.c - see deadline.h.
 */
#include "judge/deadline.h"

#include <string.h>

#include "alert/alert.h"
#include "base/failpoint.h"
#include "judge/rows.h"
#include "judge/sql.h"

/* Alerts with something due by T of their source, the one that waited longest first. */
static enum eh_rc read_due(struct eh_judge_writer *w, const struct eh_judge_store *store, struct eh_arena *home,
                           PGresult **res, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	size_t n = 0;

	for (const struct eh_judge_feed *f = store->feeds; f != NULL; f = f->next)
		n++;
	int64_t *source = eh_arena_zalloc(home, n + 1, sizeof *source), *clock = eh_arena_zalloc(home, n + 1, sizeof *clock);
	n = 0;
	for (const struct eh_judge_feed *f = store->feeds; f != NULL; f = f->next)
		if (f->clock_us != INT64_MIN) {
			source[n] = f->source->source_id;
			clock[n++] = f->clock_us;
		}
	eh_pg_arg_int8_array(&args, home, source, n);
	eh_pg_arg_int8_array(&args, home, clock, n);
	return eh_pg_query(w->store->pg, &eh_sql_judge_read_due, &args, res, err);
}

static enum eh_rc take_step(struct eh_judge_writer *w, const PGresult *res, int row, struct eh_err *err)
{
	const char *event = strcmp(eh_pg_text(res, row, 3), "expiry") == 0 ? "expired" : "deadline-missed";
	enum eh_alert_state from;

	EH_ASSERT(eh_alert_state_of(eh_pg_text(res, row, 2), &from));
	const struct eh_alert_rule *rule = eh_alert_find(eh_pg_text(res, row, 1), from, event);
	EH_ASSERT(rule != NULL);
	struct eh_judge_deed deed = {.alert_id = eh_pg_text(res, row, 0),
	                             .event = event,
	                             .from = eh_alert_state_name(from),
	                             .to = eh_alert_state_name(eh_alert_to(rule, from))};
	enum eh_rc rc = eh_judge_writer_begin(w, err);
	if (rc == EH_OK)
		rc = eh_judge_writer_deed(w, &deed, err);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("judge.before_deadline", err);
	if (rc == EH_OK)
		return eh_judge_writer_commit(w, err);
	eh_pg_rollback(w->store->pg);
	return rc;
}

enum eh_rc eh_judge_deadlines(struct eh_judge_writer *w, struct eh_judge_store *store, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;
	bool more = true;

	while (rc == EH_OK && more) { /* one that was missed may be followed by another */
		EH_ARENA_AUTO home = eh_arena_new();
		EH_PGRESULT_AUTO res = NULL;

		rc = read_due(w, store, home, &res, err);
		more = rc == EH_OK && PQntuples(res) > 0;
		for (int row = 0; rc == EH_OK && row < PQntuples(res); row++)
			rc = take_step(w, res, row, err);
	}
	return rc;
}
