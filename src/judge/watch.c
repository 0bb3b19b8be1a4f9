/*
 * watch.c - see watch.h.
 */
#include "judge/watch.h"

#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/time.h"
#include "judge/fault.h"
#include "judge/sql.h"
#include "source/cells.h"

#define HOURS_RECENT 24
#define HOURS_BEFORE (7 * 24)
#define HOURS (HOURS_RECENT + HOURS_BEFORE + 8)
#define RISE_BEGINS .02
#define RISE_ENDS .01
#define STORE_FAULTS 6 /* those of the enum from EH_JUDGE_FAULT_STALLED on */

enum { FIRST = EH_JUDGE_FAULT_STALLED };

struct hour {
	int64_t hour_us;
	uint64_t n, repeated, aside;
};

/* What was seen of one source at one look. */
struct seen {
	struct seen *next;
	struct eh_judge_source *source;
	const struct eh_judge_watch *watch;
	bool is[STORE_FAULTS];
	int64_t clock_us, now_us; /* clock_us INT64_MIN: none yet */
	int64_t retained_bytes, gap_no, gap_us;
	const char *capped, *wal_status, *gap_reason, *gap_position;
	struct eh_judge_rise repeated, aside;
};

/* What is remembered of one source between looks. */
struct counts {
	struct counts *next;
	int64_t source_id, last_commit;
	struct hour hour[HOURS];
	size_t n;
};

struct eh_judge_watch {
	struct eh_judge_writer *writer;
	struct eh_judge_store *store;
	int64_t stalled_after_us, wal_limit_bytes;
	struct eh_arena *home, *scratch;
	struct counts *counts;
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
	w->stalled_after_us = stalled_after_us;
	w->wal_limit_bytes = wal_limit_bytes;
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

enum eh_rc eh_judge_watch_begin(struct eh_judge_watch *w, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_faults, NULL, &res, err);

	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		struct eh_judge_source *s = source_of(w, eh_pg_int8(res, i, 0));
		int kind = eh_judge_fault_find(eh_pg_text(res, i, 1));
		enum eh_alert_state state;

		if (s == NULL || kind < 0 || eh_judge_fault_rules[kind].folded)
			continue;
		EH_ASSERT(eh_alert_state_of(eh_pg_text(res, i, 3), &state));
		struct eh_judge_fault *f = &s->fault[kind];
		f->open = state != EH_ALERT_CLOSED_FIXED && state != EH_ALERT_CLOSED_NOT_CONFIRMED;
		f->active = strcmp(eh_pg_text(res, i, 4), "recovered") != 0;
		f->raised_us = eh_pg_int8(res, i, 5);
		snprintf(f->id, sizeof f->id, "%s", eh_pg_text(res, i, 2));
	}
	return rc;
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

static void add_hour(struct counts *c, const struct hour *h)
{
	if (c->n > 0 && c->hour[c->n - 1].hour_us >= h->hour_us) {
		struct hour *last = &c->hour[c->n - 1];

		last->n += h->n;
		last->repeated += h->repeated;
		last->aside += h->aside;
		return;
	}
	if (c->n == HOURS) {
		memmove(c->hour, c->hour + 1, (HOURS - 1) * sizeof *c->hour);
		c->n--;
	}
	c->hour[c->n++] = *h;
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
		eh_pg_arg_int8(&from, now_us - (HOURS_RECENT + HOURS_BEFORE) * EH_HOUR_US);
		rc = eh_pg_query_int8(w->store->pg, &eh_sql_judge_read_watch_from, &from, &c->last_commit, err);
	}
	eh_pg_arg_int8(&args, c->source_id);
	eh_pg_arg_int8(&args, c->last_commit);
	if (rc == EH_OK)
		rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_watch_counts, &args, &res, err);
	bool any = rc == EH_OK && PQntuples(res) > 0;
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		struct hour h = {.hour_us = eh_pg_int8(res, i, 0),
		                 .n = (uint64_t)eh_pg_int8(res, i, 1),
		                 .repeated = (uint64_t)eh_pg_int8(res, i, 2),
		                 .aside = (uint64_t)eh_pg_int8(res, i, 3)};

		add_hour(c, &h);
		if (eh_pg_int8(res, i, 4) > c->last_commit)
			c->last_commit = eh_pg_int8(res, i, 4);
	}
	return any && rc == EH_OK ? write_sums(w, c, err) : rc;
}

static void add_up(struct eh_judge_rise *r, bool recent, uint64_t n, uint64_t x)
{
	*(recent ? &r->recent_n : &r->before_n) += n;
	*(recent ? &r->recent_x : &r->before_x) += x;
}

static void look_back(const struct counts *c, struct seen *s)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct hour *h = &c->hour[i];
		int64_t age = (s->now_us - h->hour_us) / EH_HOUR_US;

		if (age >= HOURS_RECENT + HOURS_BEFORE)
			continue;
		add_up(&s->repeated, age < HOURS_RECENT, h->n, h->repeated);
		add_up(&s->aside, age < HOURS_RECENT, h->n, h->aside);
	}
}

/* ---- a look ---- */

static void set(struct seen *s, int kind, bool is)
{
	s->is[kind - FIRST] = is;
}

static const char *text_or_null(struct eh_arena *arena, const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? NULL : eh_arena_strdup(arena, eh_pg_text(res, row, col));
}

static enum eh_rc see(struct eh_judge_watch *w, const PGresult *res, int row, struct seen *s, struct eh_err *err)
{
	const char *phase = eh_pg_text(res, row, 1);
	struct counts *c = counts_of(w, eh_pg_int8(res, row, 0));

	s->clock_us = eh_pg_null(res, row, 2) ? INT64_MIN : eh_pg_int8(res, row, 2);
	s->now_us = eh_pg_int8(res, row, 3);
	s->capped = text_or_null(w->scratch, res, row, 5);
	int64_t moved_us = s->clock_us != INT64_MIN ? s->clock_us : eh_pg_int8(res, row, 4);
	set(s, EH_JUDGE_FAULT_STALLED, strcmp(phase, "ended") != 0 && s->now_us - moved_us > w->stalled_after_us);
	set(s, EH_JUDGE_FAULT_CAPPED, s->capped != NULL);
	enum eh_rc rc = read_counts(w, c, s->now_us, err);
	look_back(c, s);
	set(s, EH_JUDGE_FAULT_REPEATED,
	    eh_judge_has_risen(&s->repeated, s->source->fault[EH_JUDGE_FAULT_REPEATED].active, RISE_BEGINS, RISE_ENDS));
	set(s, EH_JUDGE_FAULT_SET_ASIDE,
	    eh_judge_has_risen(&s->aside, s->source->fault[EH_JUDGE_FAULT_SET_ASIDE].active, RISE_BEGINS, RISE_ENDS));
	return rc;
}

static void see_stream(struct eh_judge_watch *w, const PGresult *res, int row, struct seen *s)
{
	bool keeps = s->source->fault[EH_JUDGE_FAULT_RETAINED].active;

	s->retained_bytes = eh_pg_null(res, row, 1) ? 0 : eh_pg_int8(res, row, 1);
	s->wal_status = text_or_null(w->scratch, res, row, 2);
	s->gap_no = eh_pg_null(res, row, 3) ? 0 : eh_pg_int8(res, row, 3);
	s->gap_reason = text_or_null(w->scratch, res, row, 4);
	s->gap_position = text_or_null(w->scratch, res, row, 5);
	s->gap_us = eh_pg_null(res, row, 6) ? INT64_MIN : eh_pg_int8(res, row, 6);
	set(s, EH_JUDGE_FAULT_RETAINED, s->retained_bytes > (keeps ? w->wal_limit_bytes / 2 : w->wal_limit_bytes));
	set(s, EH_JUDGE_FAULT_GAP, s->gap_no > 0);
}

static enum eh_rc read_all(struct eh_judge_watch *w, struct seen **list, struct eh_err *err)
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

		if (source == NULL) /* its history is being read: judge does not know it yet */
			continue;
		struct seen *s = eh_arena_zalloc(w->scratch, 1, sizeof *s);
		*s = (struct seen){.next = *list, .source = source, .watch = w};
		*list = s;
		rc = see(w, res, i, s, err);
		for (int k = 0; rc == EH_OK && k < PQntuples(streams); k++)
			if (eh_pg_int8(streams, k, 0) == source->source_id)
				see_stream(w, streams, k, s);
	}
	return rc;
}

/* ---- words ---- */

static void plain_span(struct eh_buf *out, int64_t us)
{
	int64_t minutes = us / EH_MINUTE_US;

	if (minutes < 120)
		eh_buf_printf(out, "%lld minutes", (long long)minutes);
	else if (minutes < 48 * 60)
		eh_buf_printf(out, "%lld hours", (long long)(minutes / 60));
	else
		eh_buf_printf(out, "%lld days", (long long)(minutes / (24 * 60)));
}

static void put_instant(json_t *facts, const char *key, int64_t us)
{
	char text[EH_TIME_TEXT];

	if (us != INT64_MIN)
		eh_time_format(us, text);
	json_object_set_new(facts, key, us != INT64_MIN ? json_string(text) : json_null());
}

static void tell_stalled(const struct seen *s, bool active, struct eh_buf *sentence, json_t *facts)
{
	char clock[EH_TIME_TEXT] = "";

	put_instant(facts, "clock", s->clock_us);
	put_instant(facts, "seen_at", s->now_us);
	json_object_set_new(facts, "limit_s", json_integer(s->watch->stalled_after_us / EH_SECOND_US));
	if (s->clock_us != INT64_MIN)
		eh_time_format(s->clock_us, clock);
	if (!active) {
		eh_buf_printf(sentence, "The clock of the source moves again; it stands at %s.", clock);
		return;
	}
	if (s->clock_us == INT64_MIN) {
		eh_buf_puts(sentence, "The reading of the source's history does not go on. Nothing is judged before it is read.");
		return;
	}
	eh_buf_printf(sentence, "The clock of the source stands at %s, ", clock);
	plain_span(sentence, s->now_us - s->clock_us);
	eh_buf_puts(sentence, " ago. Its open panes are held, and every verdict is as of that time.");
}

static void tell_gap(const struct seen *s, bool active, struct eh_buf *sentence, json_t *facts)
{
	json_object_set_new(facts, "gap", json_integer(s->gap_no));
	put_instant(facts, "found_at", s->gap_us);
	json_object_set_new(facts, "position", s->gap_position != NULL ? json_string(s->gap_position) : json_null());
	if (active)
		eh_buf_printf(sentence, "Rows of the source may be lost: %s. The source stands still until a named person accepts the gap.",
		              s->gap_reason);
	else
		eh_buf_puts(sentence, "No gap is open any longer. What was lost stays on the record.");
}

static void tell_retained(const struct seen *s, bool active, struct eh_buf *sentence, json_t *facts)
{
	json_object_set_new(facts, "retained_bytes", json_integer(s->retained_bytes));
	json_object_set_new(facts, "limit_bytes", json_integer(s->watch->wal_limit_bytes));
	json_object_set_new(facts, "wal_status", s->wal_status != NULL ? json_string(s->wal_status) : json_null());
	eh_buf_printf(sentence, "The server of the source keeps %lld MB of WAL for us",
	              (long long)(s->retained_bytes / 1024 / 1024));
	if (active)
		eh_buf_printf(sentence, ", more than %lld MB. It fills that server's disk until gather reads on.",
		              (long long)(s->watch->wal_limit_bytes / 1024 / 1024));
	else
		eh_buf_puts(sentence, ", less than half of the limit.");
}

static void tell_capped(const struct seen *s, bool active, struct eh_buf *sentence, json_t *facts)
{
	json_object_set_new(facts, "kinds", s->capped != NULL ? json_string(s->capped) : json_null());
	if (active)
		eh_buf_printf(sentence, "The source has more names than are told apart (%s): the rest is counted together as other.",
		              s->capped);
	else
		eh_buf_puts(sentence, "No cap on names is reached any longer.");
}

static void tell_rise(const struct eh_judge_rise *r, const char *what, bool active, struct eh_buf *sentence, json_t *facts)
{
	json_t *fact = json_pack("{s:I,s:I,s:I,s:I,s:i,s:i}", "n", (json_int_t)r->recent_n, "count", (json_int_t)r->recent_x,
	                         "n_before", (json_int_t)r->before_n, "count_before", (json_int_t)r->before_x, "hours", HOURS_RECENT,
	                         "hours_before", HOURS_BEFORE);

	json_object_update(facts, fact);
	json_decref(fact);
	eh_buf_printf(sentence, "%.1f of 100 rows of the last 24 hours %s, against %.1f of 100 in the 7 days before%s.",
	              100 * eh_judge_share(r->recent_x, r->recent_n), what, 100 * eh_judge_share(r->before_x, r->before_n),
	              active ? "" : ": no longer more than usual");
}

struct telling {
	const struct seen *seen;
	enum eh_judge_fault_kind kind;
};

static void tell(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	const struct telling *t = ctx;

	switch (t->kind) {
	case EH_JUDGE_FAULT_STALLED:
		tell_stalled(t->seen, active, sentence, facts);
		break;
	case EH_JUDGE_FAULT_GAP:
		tell_gap(t->seen, active, sentence, facts);
		break;
	case EH_JUDGE_FAULT_RETAINED:
		tell_retained(t->seen, active, sentence, facts);
		break;
	case EH_JUDGE_FAULT_CAPPED:
		tell_capped(t->seen, active, sentence, facts);
		break;
	case EH_JUDGE_FAULT_REPEATED:
		tell_rise(&t->seen->repeated, "had been delivered before", active, sentence, facts);
		break;
	default:
		tell_rise(&t->seen->aside, "were set aside", active, sentence, facts);
	}
}

static bool has_changed(const struct seen *list)
{
	for (const struct seen *s = list; s != NULL; s = s->next)
		for (int i = 0; i < STORE_FAULTS; i++)
			if (s->is[i] != s->source->fault[FIRST + i].active)
				return true;
	return false;
}

static enum eh_rc take_all(const struct eh_judge_watch *w, const struct seen *list, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (const struct seen *s = list; rc == EH_OK && s != NULL; s = s->next)
		for (int i = 0; rc == EH_OK && i < STORE_FAULTS; i++) {
			struct telling t = {s, (enum eh_judge_fault_kind)(FIRST + i)};
			struct eh_judge_fault_when when = {.at_us = s->clock_us != INT64_MIN ? s->clock_us : s->now_us,
			                                   .pane_end_us = INT64_MIN};

			rc = eh_judge_fault_take(w->store->judge, s->source, t.kind, s->is[i], &when, tell, &t, err);
		}
	return rc;
}

enum eh_rc eh_judge_watch_look(struct eh_judge_watch *w, struct eh_err *err)
{
	struct seen *list = NULL;
	enum eh_rc rc;

	eh_arena_reset(w->scratch);
	rc = read_all(w, &list, err);
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
