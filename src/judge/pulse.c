/*
 * pulse.c - see pulse.h.
 */
#include "judge/pulse.h"

#include <stdio.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/time.h"
#include "judge/display.h"
#include "judge/fault.h"
#include "judge/rows.h"
#include "judge/sql.h"
#include "judge/tell.h"

#define LETTERS_US (10 * EH_SECOND_US) /* how often dead letters are looked for */
#define BACK_US (5 * EH_MINUTE_US)     /* a wall clock that went back by more than this is beaten by anew */

struct eh_judge_pulse {
	struct eh_judge_writer *writer;
	struct eh_judge_store *store;
	struct eh_arena *home, *scratch;
	bool silences, any;      /* any: there was a beat */
	bool known;              /* the last beat was read from the store */
	int64_t beat_us;         /* wall */
	int64_t letters_at_us;   /* steady */
};

/* What is known of one source at a look. */
struct heard {
	struct heard *next;
	struct eh_judge_feed *feed;
	bool silent;
	int64_t from_us, to_us; /* of the silence */
	int64_t letters;
	const char *routes;
};

struct eh_judge_pulse *eh_judge_pulse_new(struct eh_judge_writer *writer, struct eh_judge_store *store, bool silences)
{
	struct eh_arena *home = eh_arena_new();
	struct eh_judge_pulse *p = eh_arena_zalloc(home, 1, sizeof *p);

	*p = (struct eh_judge_pulse){.writer = writer, .store = store, .home = home, .scratch = eh_arena_new(), .silences = silences};
	return p;
}

void eh_judge_pulse_free(struct eh_judge_pulse *p)
{
	if (p == NULL)
		return;
	eh_arena_free(p->scratch);
	eh_arena_free(p->home);
}

static enum eh_rc read_last(struct eh_judge_pulse *p, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = p->known ? EH_OK : eh_pg_query(p->store->pg, &eh_sql_judge_read_beat, NULL, &res, err);

	if (rc != EH_OK || p->known)
		return rc;
	p->known = true;
	p->any = PQntuples(res) > 0;
	p->beat_us = p->any ? eh_pg_int8(res, 0, 0) : 0;
	return EH_OK;
}

static struct eh_judge_feed *feed_of(const struct eh_judge_pulse *p, int64_t source_id)
{
	for (struct eh_judge_feed *f = p->store->feeds; f != NULL; f = f->next)
		if (f->source->source_id == source_id)
			return f;
	return NULL;
}

static enum eh_rc read_heard(struct eh_judge_pulse *p, struct heard **list, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(p->store->pg, &eh_sql_judge_read_unheard, NULL, &res, err);

	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		struct eh_judge_feed *feed = feed_of(p, eh_pg_int8(res, i, 0));

		if (feed == NULL) /* its history is being read: judge does not know it yet */
			continue;
		struct heard *h = eh_arena_zalloc(p->scratch, 1, sizeof *h);
		*h = (struct heard){.next = *list,
		                    .feed = feed,
		                    .letters = eh_pg_int8(res, i, 1),
		                    .routes = eh_arena_strdup(p->scratch, eh_pg_text(res, i, 2))};
		*list = h;
	}
	return rc;
}

/* ---- words ------------------------------------------------------------------------------------------ */

static void tell_silent(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	const struct heard *h = ctx;
	char from[EH_TIME_TEXT], to[EH_TIME_TEXT];

	if (!active) {
		eh_buf_puts(sentence, "The monitor runs again.");
		return;
	}
	eh_time_format(h->from_us, from);
	eh_time_format(h->to_us, to);
	json_object_set_new(facts, "from", json_string(from));
	json_object_set_new(facts, "to", json_string(to));
	json_object_set_new(facts, "minutes", json_integer((h->to_us - h->from_us) / EH_MINUTE_US));
	eh_buf_printf(sentence, "The monitor gave no sign of life from %s to %s: nothing was judged in that time, and nobody was told.",
	              from, to);
}

static void tell_unheard(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	const struct heard *h = ctx;

	json_object_set_new(facts, "dead_letters", json_integer(h->letters));
	json_object_set_new(facts, "routes", json_string(h->routes));
	if (active)
		eh_buf_printf(sentence, "%lld message%s reached nobody, by the route %s: the last try failed like those before.",
		              (long long)h->letters, h->letters == 1 ? "" : "s", h->routes);
	else
		eh_buf_puts(sentence, "The route takes messages again. What was not delivered stays in the list of dead letters.");
}

/* ---- a look ------------------------------------------------------------------------------------------ */

static bool has_changed(const struct heard *list)
{
	for (const struct heard *h = list; h != NULL; h = h->next) {
		const struct eh_judge_fault *fault = h->feed->source->fault;

		if (fault[EH_JUDGE_FAULT_SILENT].active != h->silent || fault[EH_JUDGE_FAULT_DELIVERY].active != (h->letters > 0))
			return true;
	}
	return false;
}

static enum eh_rc take_all(struct eh_judge_pulse *p, const struct heard *list, int64_t now_us, struct eh_err *err)
{
	struct eh_judge *judge = p->store->judge;
	enum eh_rc rc = EH_OK;

	for (const struct heard *h = list; rc == EH_OK && h != NULL; h = h->next) {
		struct eh_judge_fault_when when = {.at_us = h->feed->clock_us != INT64_MIN ? h->feed->clock_us : now_us,
		                                   .pane_end_us = INT64_MIN};

		rc = eh_judge_fault_take(judge, h->feed->source, EH_JUDGE_FAULT_SILENT, h->silent, &when, tell_silent, h, err);
		if (rc == EH_OK)
			rc = eh_judge_fault_take(judge, h->feed->source, EH_JUDGE_FAULT_DELIVERY, h->letters > 0, &when, tell_unheard, h,
			                         err);
	}
	return rc;
}

static enum eh_rc add_leaf(struct eh_judge_pulse *p, int64_t now_us, size_t *place, struct eh_err *err)
{
	json_t *clocks = json_array();

	for (const struct eh_judge_feed *f = p->store->feeds; f != NULL; f = f->next)
		json_array_append_new(clocks, json_pack("{s:s,s:o}", "source", f->map->source, "clock", eh_judge_time(f->clock_us)));
	return eh_judge_writer_leaf(p->writer, "heartbeat",
	                            json_pack("{s:o,s:I,s:o}", "wall", eh_judge_time(now_us), "epoch", (json_int_t)p->store->epoch,
	                                      "clocks", clocks),
	                            place, err);
}

static enum eh_rc write_beat(struct eh_judge_pulse *p, int64_t leaf, int64_t now_us, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, leaf);
	eh_pg_arg_time(&args, now_us);
	enum eh_rc rc = eh_pg_run(p->store->pg, &eh_sql_judge_write_beat, &args, NULL, err);
	return rc == EH_OK ? eh_judge_tell_beat(p->writer, now_us, err) : rc;
}

/* What changed, and the beat where it is time: together or not at all. */
static enum eh_rc write_all(struct eh_judge_pulse *p, const struct heard *list, bool beats, int64_t now_us, struct eh_err *err)
{
	struct eh_judge_writer *w = p->writer;
	size_t place = 0;
	int64_t first = 0;
	enum eh_rc rc = take_all(p, list, now_us, err);

	if (rc == EH_OK && beats)
		rc = add_leaf(p, now_us, &place, err);
	if (rc == EH_OK && w->leaves.n > 0)
		rc = eh_ledger_append(p->store->pg, &w->leaves, &first, err);
	if (rc == EH_OK)
		rc = eh_judge_rows_write(w, first, err);
	if (rc == EH_OK && beats)
		rc = write_beat(p, first + (int64_t)place, now_us, err);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("judge.before_beat_commit", err);
	return rc == EH_OK ? eh_pg_commit(p->store->pg, err) : rc;
}

static bool is_time(const struct eh_judge_pulse *p, int64_t now_us)
{
	return p->store->feeds != NULL && (!p->any || now_us >= p->beat_us + EH_JUDGE_BEAT_US || now_us < p->beat_us - BACK_US);
}

static void mark_silence(const struct eh_judge_pulse *p, struct heard *list, int64_t now_us)
{
	for (struct heard *h = list; h != NULL; h = h->next) {
		h->silent = true;
		h->from_us = p->beat_us;
		h->to_us = now_us;
	}
}

enum eh_rc eh_judge_pulse_look(struct eh_judge_pulse *p, int64_t now_us, struct eh_err *err)
{
	struct heard *list = NULL;
	enum eh_rc rc = read_last(p, err);
	bool beats = rc == EH_OK && is_time(p, now_us);

	if (rc != EH_OK || (!beats && eh_time_steady_us() < p->letters_at_us))
		return rc;
	p->letters_at_us = eh_time_steady_us() + LETTERS_US;
	eh_arena_reset(p->scratch);
	rc = read_heard(p, &list, err);
	if (rc == EH_OK && beats && p->silences && p->any && now_us > p->beat_us + EH_JUDGE_SILENT_US)
		mark_silence(p, list, now_us);
	if (rc != EH_OK || (!beats && !has_changed(list)))
		return rc;
	rc = eh_judge_writer_begin(p->writer, err);
	if (rc == EH_OK)
		rc = write_all(p, list, beats, now_us, err);
	if (rc != EH_OK) {
		eh_pg_rollback(p->store->pg);
		return rc;
	}
	if (beats) {
		p->any = true;
		p->beat_us = now_us;
	}
	return EH_OK;
}
