/*
 * watch.c - see watch.h.
 */
#include "judge/watch.h"

#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/time.h"
#include "judge/fault.h"
#include "judge/inside.h"
#include "judge/sql.h"
#include "judge/watch_seen.h"
#include "source/cells.h"

/* What is remembered of one source between looks. */
struct counts {
	struct counts *next;
	int64_t source_id, last_commit;
	struct eh_judge_hours hours;
};

/* A source that judge does not know yet, as its history has not been read: it can stand still all the same. */
struct stand_in {
	struct stand_in *next;
	struct eh_judge_source source; /* its name, map and faults, and nothing else */
};

struct eh_judge_watch {
	struct eh_judge_writer *writer;
	struct eh_judge_store *store;
	struct eh_judge_limits limit;
	struct eh_arena *home, *scratch;
	struct counts *counts;
	struct stand_in *stand_ins;
};

struct eh_judge_watch *eh_judge_watch_new(struct eh_judge_writer *writer, struct eh_judge_store *store,
                                          int64_t stalled_after_us, int64_t wal_limit_bytes)
{
	struct eh_arena *home = eh_arena_new();
	struct eh_judge_watch *w = eh_arena_zalloc(home, 1, sizeof *w);

	w->home = home;
	w->scratch = eh_arena_new();
	w->writer = writer;
	w->store = store;
	w->limit = (struct eh_judge_limits){stalled_after_us, wal_limit_bytes};
	return w;
}

void eh_judge_watch_free(struct eh_judge_watch *w)
{
	if (w == NULL)
		return;
	eh_arena_free(w->scratch);
	eh_arena_free(w->home);
}

static struct eh_judge_source *source_of(const struct eh_judge_watch *w, int64_t source_id)
{
	for (struct eh_judge_source *s = eh_judge_sources(w->store->judge); s != NULL; s = s->next)
		if (s->source_id == source_id)
			return s;
	return NULL;
}

/* ---- rows that come again, and rows that are set aside ---- */

static struct counts *counts_of(struct eh_judge_watch *w, int64_t source_id)
{
	for (struct counts *c = w->counts; c != NULL; c = c->next)
		if (c->source_id == source_id)
			return c;
	struct counts *c = eh_arena_zalloc(w->home, 1, sizeof *c);
	*c = (struct counts){.next = w->counts, .source_id = source_id, .last_commit = -1};
	w->counts = c;
	return c;
}

/* For the pages.  Where gather committed since, the next look does it. */
static enum eh_rc write_sums(const struct eh_judge_watch *w, const struct counts *c, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, c->source_id);
	eh_pg_arg_int8(&args, c->last_commit);
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_source_counts, &args, NULL, err);
}

/* The commits since the last look; at the first, those of the stretch that is compared. */
static enum eh_rc read_counts(struct eh_judge_watch *w, struct counts *c, int64_t now_us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0}, from = {0};
	enum eh_rc rc = EH_OK;

	if (c->last_commit < 0) {
		eh_pg_arg_int8(&from, c->source_id);
		eh_pg_arg_int8(&from, now_us - (EH_JUDGE_HOURS_RECENT + EH_JUDGE_HOURS_BEFORE) * EH_HOUR_US);
		rc = eh_pg_query_int8(w->store->pg, &eh_sql_judge_read_watch_from, &from, &c->last_commit, err);
	}
	eh_pg_arg_int8(&args, c->source_id);
	eh_pg_arg_int8(&args, c->last_commit);
	if (rc == EH_OK)
		rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_watch_counts, &args, &res, err);
	bool any = rc == EH_OK && PQntuples(res) > 0;
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		struct eh_judge_hour h = {.hour_us = eh_pg_int8(res, i, 0),
		                          .n = (uint64_t)eh_pg_int8(res, i, 1),
		                          .x = {[EH_JUDGE_HOUR_REPEATED] = (uint64_t)eh_pg_int8(res, i, 2),
		                                [EH_JUDGE_HOUR_ASIDE] = (uint64_t)eh_pg_int8(res, i, 3)}};

		eh_judge_hours_add(&c->hours, &h);
		if (eh_pg_int8(res, i, 4) > c->last_commit)
			c->last_commit = eh_pg_int8(res, i, 4);
	}
	return any && rc == EH_OK ? write_sums(w, c, err) : rc;
}

/* ---- a look ---- */

static void set(struct eh_judge_seen *s, int kind, bool is)
{
	s->is[kind - EH_JUDGE_STORE_FIRST] = is;
}

static const char *text_or_null(struct eh_arena *arena, const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? NULL : eh_arena_strdup(arena, eh_pg_text(res, row, col));
}

static enum eh_rc see(struct eh_judge_watch *w, const PGresult *res, int row, struct eh_judge_seen *s, struct eh_err *err)
{
	const char *phase = eh_pg_text(res, row, 1);
	struct counts *c = counts_of(w, eh_pg_int8(res, row, 0));

	s->clock_us = eh_pg_null(res, row, 2) ? INT64_MIN : eh_pg_int8(res, row, 2);
	s->now_us = eh_pg_int8(res, row, 3);
	s->capped = text_or_null(w->scratch, res, row, 5);
	s->removed = eh_pg_bool(res, row, 6);
	s->begun = eh_pg_bool(res, row, 9);
	if (s->removed)
		return EH_OK;
	int64_t moved_us = s->clock_us != INT64_MIN ? s->clock_us : eh_pg_int8(res, row, 4);
	set(s, EH_JUDGE_FAULT_STALLED, strcmp(phase, "ended") != 0 && s->now_us - moved_us > w->limit.stalled_after_us);
	set(s, EH_JUDGE_FAULT_CAPPED, s->capped != NULL);
	enum eh_rc rc = read_counts(w, c, s->now_us, err);
	for (int i = 0; i < EH_JUDGE_HOUR_KINDS; i++) {
		int fault = i == EH_JUDGE_HOUR_REPEATED ? EH_JUDGE_FAULT_REPEATED : EH_JUDGE_FAULT_SET_ASIDE;

		s->rise[i] = eh_judge_hours_rise(&c->hours, (enum eh_judge_hour_kind)i, s->now_us, s->source->fault[fault].active);
		set(s, fault, s->rise[i].is);
	}
	return rc;
}

static void see_stream(struct eh_judge_watch *w, const PGresult *res, int row, struct eh_judge_seen *s)
{
	bool keeps = s->source->fault[EH_JUDGE_FAULT_RETAINED].active;

	s->retained_bytes = eh_pg_null(res, row, 1) ? 0 : eh_pg_int8(res, row, 1);
	s->wal_status = text_or_null(w->scratch, res, row, 2);
	s->gap_no = eh_pg_null(res, row, 3) ? 0 : eh_pg_int8(res, row, 3);
	s->gap_reason = text_or_null(w->scratch, res, row, 4);
	s->gap_position = text_or_null(w->scratch, res, row, 5);
	s->gap_us = eh_pg_null(res, row, 6) ? INT64_MIN : eh_pg_int8(res, row, 6);
	set(s, EH_JUDGE_FAULT_RETAINED, s->retained_bytes > (keeps ? w->limit.wal_limit_bytes / 2 : w->limit.wal_limit_bytes));
	set(s, EH_JUDGE_FAULT_GAP, s->gap_no > 0);
}

/* Somebody to hang the faults of a source on that judge does not know yet. */
static enum eh_rc stand_in(struct eh_judge_watch *w, const PGresult *res, int row, struct eh_judge_source **out,
                           struct eh_err *err)
{
	const char *name = eh_pg_text(res, row, 7), *text = eh_arena_strdup(w->home, eh_pg_text(res, row, 8));

	for (struct stand_in *s = w->stand_ins; s != NULL; s = s->next)
		if (s->source.source_id == eh_pg_int8(res, row, 0)) {
			*out = &s->source;
			return EH_OK;
		}
	struct stand_in *s = eh_arena_zalloc(w->home, 1, sizeof *s);
	s->source.judge = w->store->judge;
	s->source.in_force[EH_POLICY_HOUSE] =
		*eh_policies_at(w->store->judge->policies, EH_POLICY_HOUSE, EH_POLICIES_ALWAYS, INT64_MAX);
	s->source.source_id = eh_pg_int8(res, row, 0);
	s->source.fault = eh_arena_zalloc(w->home, EH_JUDGE_FAULTS, sizeof *s->source.fault);
	enum eh_rc rc = eh_map_parse(w->home, eh_arena_strdup(w->home, name), text, strlen(text), &s->source.map, err);
	if (rc != EH_OK)
		return eh_while(err, "the map kept for source %s", name);
	s->next = w->stand_ins;
	w->stand_ins = s;
	*out = &s->source;
	return EH_OK;
}

/* Judge knows the source now: what was told of it goes on there. */
static void take_over(struct eh_judge_watch *w, struct eh_judge_source *source)
{
	for (struct stand_in **at = &w->stand_ins; *at != NULL; at = &(*at)->next)
		if ((*at)->source.source_id == source->source_id) {
			for (int kind = 0; kind < EH_JUDGE_FAULTS; kind++)
				if (!eh_judge_fault_rules[kind].folded)
					source->fault[kind] = (*at)->source.fault[kind];
			*at = (*at)->next;
			return;
		}
}

static enum eh_rc read_all(struct eh_judge_watch *w, struct eh_judge_seen **list, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	EH_PGRESULT_AUTO streams = NULL;
	struct eh_pg_args caps = {0};
	enum eh_rc rc;

	eh_pg_arg_int8(&caps, EH_CELLS_STRATA_MAX);
	eh_pg_arg_int8(&caps, EH_CELLS_LABELS_MAX);
	eh_pg_arg_int8(&caps, EH_CELLS_LEVELS_MAX);
	rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_watch, &caps, &res, err);
	if (rc == EH_OK)
		rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_watch_stream, NULL, &streams, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		struct eh_judge_source *source = source_of(w, eh_pg_int8(res, i, 0));

		if (source == NULL)
			rc = stand_in(w, res, i, &source, err);
		else
			take_over(w, source);
		if (rc != EH_OK)
			break;
		struct eh_judge_seen *s = eh_arena_zalloc(w->scratch, 1, sizeof *s);
		*s = (struct eh_judge_seen){.next = *list, .source = source, .limit = w->limit};
		*list = s;
		rc = see(w, res, i, s, err);
		for (int k = 0; rc == EH_OK && !s->removed && k < PQntuples(streams); k++)
			if (eh_pg_int8(streams, k, 0) == source->source_id)
				see_stream(w, streams, k, s);
	}
	return rc;
}

/* One row of what was told.  Faults of closes were folded again; but a removed source's were ended here. */
static void take_up(struct eh_judge_fault *f, const PGresult *res, int row, bool folded)
{
	enum eh_alert_state state;
	bool recovered = strcmp(eh_pg_text(res, row, 4), "recovered") == 0;

	EH_ASSERT(eh_alert_state_of(eh_pg_text(res, row, 3), &state));
	if (folded) {
		f->active &= !recovered;
		return;
	}
	f->open = state != EH_ALERT_CLOSED_FIXED && state != EH_ALERT_CLOSED_NOT_CONFIRMED;
	f->active = !recovered;
	f->raised_us = eh_pg_int8(res, row, 5);
	snprintf(f->id, sizeof f->id, "%s", eh_pg_text(res, row, 2));
}

static bool is_stand_in(const struct eh_judge_watch *w, const struct eh_judge_source *source)
{
	return source_of(w, source->source_id) == NULL;
}

/* What the store says was told; at the beginning of all sources, later of the stand-ins, whose alerts judge does not
 * follow when people close them. */
static enum eh_rc take_up_all(struct eh_judge_watch *w, struct eh_judge_seen *list, bool begins, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_faults, NULL, &res, err);

	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		int kind = eh_judge_fault_find(eh_pg_text(res, i, 1));

		for (struct eh_judge_seen *s = list; kind >= 0 && s != NULL; s = s->next)
			if (s->source->source_id == eh_pg_int8(res, i, 0) && (begins || is_stand_in(w, s->source)) &&
			    (s->removed || !eh_judge_fault_rules[kind].folded))
				take_up(&s->source->fault[kind], res, i, eh_judge_fault_rules[kind].folded);
	}
	return rc;
}

enum eh_rc eh_judge_watch_begin(struct eh_judge_watch *w, struct eh_err *err)
{
	struct eh_judge_seen *list = NULL;
	enum eh_rc rc = read_all(w, &list, err); /* and makes the stand-ins */

	if (rc == EH_OK)
		rc = take_up_all(w, list, true, err);
	eh_arena_reset(w->scratch);
	return rc;
}

/* Of a removed source all faults, as no close will come that could end one; else those that are looked at here. */
static int first_of(const struct eh_judge_seen *s)
{
	return s->removed ? 0 : EH_JUDGE_STORE_FIRST;
}

static int last_of(const struct eh_judge_seen *s)
{
	return s->removed ? EH_JUDGE_FAULTS - 1 : EH_JUDGE_STORE_FIRST + EH_JUDGE_STORE_FAULTS - 1;
}

static bool is_now(const struct eh_judge_seen *s, int kind)
{
	return !s->removed && s->is[kind - EH_JUDGE_STORE_FIRST];
}

static bool has_changed(const struct eh_judge_seen *list)
{
	for (const struct eh_judge_seen *s = list; s != NULL; s = s->next)
		for (int kind = first_of(s); kind <= last_of(s); kind++)
			if (is_now(s, kind) != s->source->fault[kind].active)
				return true;
	return false;
}

static enum eh_rc take_all(const struct eh_judge_watch *w, const struct eh_judge_seen *list, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (const struct eh_judge_seen *s = list; rc == EH_OK && s != NULL; s = s->next)
		for (int kind = first_of(s); rc == EH_OK && kind <= last_of(s); kind++) {
			struct eh_judge_seen_fault t = {s, (enum eh_judge_fault_kind)kind};
			struct eh_judge_fault_when when = {.at_us = s->clock_us != INT64_MIN ? s->clock_us : s->now_us,
			                                   .pane_end_us = INT64_MIN};

			rc = eh_judge_fault_take(w->store->judge, s->source, t.kind, is_now(s, kind), &when, eh_judge_watch_words, &t, err);
		}
	return rc;
}

enum eh_rc eh_judge_watch_look(struct eh_judge_watch *w, struct eh_err *err)
{
	struct eh_judge_seen *list = NULL;
	enum eh_rc rc;

	eh_arena_reset(w->scratch);
	rc = read_all(w, &list, err);
	if (rc == EH_OK && w->stand_ins != NULL)
		rc = take_up_all(w, list, false, err);
	if (rc != EH_OK || !has_changed(list))
		return rc;
	rc = eh_judge_writer_begin(w->writer, err);
	if (rc == EH_OK)
		rc = take_all(w, list, err);
	if (rc == EH_OK)
		return eh_judge_writer_commit(w->writer, err);
	eh_pg_rollback(w->store->pg);
	return rc;
}
