/*
 * watch_words.c - see watch_seen.h.
 */
#include "base/time.h"
#include "judge/watch_seen.h"

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

static void tell_stalled(const struct eh_judge_seen *s, bool active, struct eh_buf *sentence, json_t *facts)
{
	char clock[EH_TIME_TEXT] = "";

	put_instant(facts, "clock", s->clock_us);
	put_instant(facts, "seen_at", s->now_us);
	json_object_set_new(facts, "limit_s", json_integer(s->limit.stalled_after_us / EH_SECOND_US));
	if (s->clock_us != INT64_MIN)
		eh_time_format(s->clock_us, clock);
	if (!active) {
		eh_buf_printf(sentence, "The clock of the source moves again; it stands at %s.", clock);
		return;
	}
	if (s->clock_us == INT64_MIN) {
		eh_buf_puts(sentence, s->begun ? "The reading of the source's history does not go on. " : "Nothing was read of the source yet. ");
		eh_buf_puts(sentence, "Nothing is judged before its history is read.");
		return;
	}
	eh_buf_printf(sentence, "The clock of the source stands at %s, ", clock);
	plain_span(sentence, s->now_us - s->clock_us);
	eh_buf_puts(sentence, " ago. Its open panes are held, and every verdict is as of that time.");
}

static void tell_gap(const struct eh_judge_seen *s, bool active, struct eh_buf *sentence, json_t *facts)
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

static void tell_retained(const struct eh_judge_seen *s, bool active, struct eh_buf *sentence, json_t *facts)
{
	json_object_set_new(facts, "retained_bytes", json_integer(s->retained_bytes));
	json_object_set_new(facts, "limit_bytes", json_integer(s->limit.wal_limit_bytes));
	json_object_set_new(facts, "wal_status", s->wal_status != NULL ? json_string(s->wal_status) : json_null());
	eh_buf_printf(sentence, "The server of the source keeps %lld MB of WAL for us",
	              (long long)(s->retained_bytes / 1024 / 1024));
	if (active)
		eh_buf_printf(sentence, ", more than %lld MB. It fills that server's disk until gather reads on.",
		              (long long)(s->limit.wal_limit_bytes / 1024 / 1024));
	else
		eh_buf_puts(sentence, ", less than half of the limit.");
}

static void tell_capped(const struct eh_judge_seen *s, bool active, struct eh_buf *sentence, json_t *facts)
{
	json_object_set_new(facts, "kinds", s->capped != NULL ? json_string(s->capped) : json_null());
	if (active)
		eh_buf_printf(sentence, "The source has more names than are told apart (%s): the rest is counted together as other.",
		              s->capped);
	else
		eh_buf_puts(sentence, "No cap on names is reached any longer.");
}

static double of_100(struct ehs_bin b)
{
	return b.n > 0 ? 100 * (double)b.x / (double)b.n : 0;
}

static void tell_rise(const struct eh_judge_rise *r, const char *what, bool active, struct eh_buf *sentence, json_t *facts)
{
	json_t *fact = json_pack("{s:I,s:I,s:I,s:I,s:i,s:i}", "n", (json_int_t)r->recent.n, "count", (json_int_t)r->recent.x,
	                         "n_before", (json_int_t)r->before.n, "count_before", (json_int_t)r->before.x, "hours",
	                         EH_JUDGE_HOURS_RECENT, "hours_before", EH_JUDGE_HOURS_BEFORE);

	json_object_update(facts, fact);
	json_decref(fact);
	eh_buf_printf(sentence, "%.1f of 100 rows of the last 24 hours %s, against %.1f of 100 in the 7 days before%s.",
	              of_100(r->recent), what, of_100(r->before), active ? "" : ": no longer more than usual");
}

void eh_judge_watch_words(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)
{
	const struct eh_judge_seen_fault *t = ctx;

	if (t->seen->removed) {
		json_object_set_new(facts, "removed", json_true());
		eh_buf_puts(sentence, "The source was removed. Nothing is read of it any more.");
		return;
	}
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
		tell_rise(&t->seen->rise[EH_JUDGE_HOUR_REPEATED], "had been delivered before", active, sentence, facts);
		break;
	default:
		tell_rise(&t->seen->rise[EH_JUDGE_HOUR_ASIDE], "were set aside", active, sentence, facts);
	}
}
