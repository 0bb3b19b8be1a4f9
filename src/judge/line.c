/*
 * line.c - verdicts as lines of JSON: keys sorted, six decimals, null where there is no number.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/inside.h"
#include "stats/proportion.h"
#include "stats/stratified.h"

void eh_judge_decimal(double x, char out[EH_JUDGE_DECIMAL])
{
	bool nothing = fabs(x) < 0.5e-6; /* no minus before what is printed as a zero */

	snprintf(out, EH_JUDGE_DECIMAL, "%.6f", nothing ? 0.0 : x);
}

void eh_judge_number(struct eh_buf *out, double x)
{
	char text[EH_JUDGE_DECIMAL];

	if (isfinite(x))
		eh_judge_decimal(x, text);
	eh_buf_puts(out, isfinite(x) ? text : "null");
}

void eh_judge_instant(struct eh_buf *out, int64_t us)
{
	char text[EH_TIME_TEXT];

	if (us == INT64_MIN) {
		eh_buf_puts(out, "null");
		return;
	}
	eh_time_format(us, text);
	eh_buf_printf(out, "\"%s\"", text);
}

const char *eh_judge_verdict_name(enum eh_judge_verdict verdict)
{
	static const char *const names[] = {"not_crossed", "crossed", "not_enough_data"};

	return names[verdict];
}

const char *eh_judge_outcome_name(int outcome)
{
	return outcome == EH_JUDGE_FAVOURABLE ? "favourable" : "adverse";
}

const char *eh_judge_kind_name(int kind)
{
	return kind == EH_JUDGE_RAW ? "raw" : "conditional";
}

void eh_judge_monitor_key(const struct eh_judge_source *s, const struct eh_judge_pair *pair, int outcome, int kind,
                          struct eh_buf *out)
{
	const char *part = eh_judge_part_name(s, pair);

	eh_buf_printf(out, "%s/%s/%s/%s/%s", s->map->source, eh_judge_attribute_name(s, pair), eh_judge_group_name(s, pair),
	              eh_judge_outcome_name(outcome), eh_judge_kind_name(kind));
	if (part != NULL)
		eh_buf_printf(out, "@%s", part);
}

/* A group that was met since the window was counted is not in it yet. */
static bool has_both(const struct eh_judge_table *t, const struct eh_judge_pair *pair)
{
	return pair->reference != 0 && pair->reference < t->groups && pair->group < t->groups;
}

static struct eh_judge_window within_strata(const struct eh_judge_table *t, const struct eh_judge_pair *pair,
                                            int outcome, struct eh_arena *home)
{
	struct eh_judge_window w = {.strata = eh_arena_zalloc(home, t->strata, sizeof *w.strata)};

	for (uint32_t i = 0; has_both(t, pair) && i < t->strata; i++) {
		const struct eh_cube_count *row = t->by_stratum + (size_t)i * t->groups;
		struct eh_judge_counts c = {.prot = row[pair->group], .ref = row[pair->reference]};

		w.strata_met += c.prot.n + c.ref.n > 0;
		if (c.prot.n == 0 || c.ref.n == 0)
			continue;
		eh_judge_counts_add(&w.counts, &c);
		w.strata[w.strata_n++] = eh_judge_natural(&c, outcome);
	}
	eh_judge_sort_strata(w.strata, w.strata_n);
	w.air = ehs_cmh(w.strata, w.strata_n, EHS_Z95).risk_ratio;
	return w;
}

/* The window of the monitor: the house's, else the floor's; the source's own for one that is watched no more. */
static uint32_t span_of(const struct eh_judge *judge, const struct eh_judge_pair *pair, int outcome, int kind)
{
	for (size_t i = pair->standing; i < pair->standing + pair->standings; i++)
		if (judge->standing[i].outcome == outcome && judge->standing[i].kind == kind)
			return judge->standing[i].span;
	return 0;
}

struct eh_judge_window eh_judge_in_window(const struct eh_judge_source *s, const struct eh_judge_pair *pair,
                                          int outcome, int kind, struct eh_arena *home)
{
	uint32_t span = span_of(s->judge, pair, outcome, kind);
	const struct eh_judge_table *t =
		span == 0 ? &s->attribute[pair->attribute].window : &s->span[span - 1].table[pair->attribute];
	struct eh_judge_window w = {0};

	if (kind == EH_JUDGE_CONDITIONAL) {
		w = within_strata(t, pair, outcome, home);
	} else {
		if (pair->group < t->groups)
			w.counts.prot = t->by_group[pair->group];
		if (pair->reference != 0 && pair->reference < t->groups)
			w.counts.ref = t->by_group[pair->reference];
		w.air = ehs_air_koopman(eh_judge_natural(&w.counts, outcome), EHS_Z95);
	}
	w.start_us = span == 0 ? s->window_start_us : s->span[span - 1].start_us;
	return w;
}

static enum eh_judge_verdict line_verdict(const struct eh_judge_standing *st, bool enough)
{
	if (st->crossed)
		return EH_JUDGE_CROSSED;
	return enough ? EH_JUDGE_NOT_CROSSED : EH_JUDGE_NOT_ENOUGH;
}

/* What the lines of a monitor come to together. */
struct summing {
	enum eh_judge_verdict verdict;
	int64_t onset_us; /* of the strongest */
	double best;
	uint32_t lines;
};

static void put_line(struct eh_buf *out, const struct eh_judge_standing *st, const struct eh_judge_window *w,
                     struct summing *sum)
{
	enum eh_judge_verdict verdict = line_verdict(st, eh_judge_enough(&st->bar, &w->counts));

	eh_buf_puts(out, sum->lines > 0 ? ",{" : "{");
	if (st->layer == EH_POLICY_FLOOR)
		eh_buf_puts(out, "\"layer\":\"floor\",");
	eh_buf_puts(out, "\"log10_e\":");
	eh_judge_number(out, eh_judge_log_m(st->pair, st->outcome, st->kind, st->line) / log(10.0));
	eh_buf_puts(out, ",\"tau\":");
	eh_judge_number(out, eh_policy_fraction(st->tau_ppm));
	eh_buf_printf(out, ",\"verdict\":\"%s\"}", eh_judge_verdict_name(verdict));
	if (sum->lines++ == 0 || verdict == EH_JUDGE_CROSSED)
		sum->verdict = verdict;
	if (st->onset.found && st->log_years > sum->best) {
		sum->best = st->log_years;
		sum->onset_us = st->onset.onset_us;
	}
}

/* The lines of the versions in force, the house's first, with their verdicts.  Whether there is data enough is the
 * first's to say. */
static struct summing put_lines(struct eh_buf *out, const struct eh_judge *judge, const struct eh_judge_pair *pair,
                                int outcome, int kind, const struct eh_judge_window *w)
{
	struct summing sum = {.verdict = EH_JUDGE_NOT_ENOUGH, .onset_us = INT64_MIN, .best = -INFINITY};

	eh_buf_putc(out, '[');
	for (size_t i = pair->standing; i < pair->standing + pair->standings; i++)
		if (judge->standing[i].outcome == outcome && judge->standing[i].kind == kind)
			put_line(out, &judge->standing[i], w, &sum);
	eh_buf_putc(out, ']');
	return sum;
}

static void put_text(struct eh_buf *out, const char *key, const char *text)
{
	eh_buf_printf(out, ",\"%s\":", key);
	eh_json_string(out, text, strlen(text));
}

static void put_version(struct eh_buf *out, const char *key, const struct eh_policy *policy)
{
	char hex[EH_SHA256_HEX];

	if (policy == NULL) {
		eh_buf_printf(out, ",\"%s\":null", key);
		return;
	}
	eh_sha256_hex(&policy->version, hex);
	eh_buf_printf(out, ",\"%s\":\"%s\"", key, hex);
}

static void put_strata(struct eh_buf *out, const struct eh_judge_attribute *at, int kind)
{
	if (kind == EH_JUDGE_RAW) {
		eh_buf_puts(out, ",\"strata\":null");
		return;
	}
	eh_buf_puts(out, ",\"strata\":[");
	for (const char *const *name = eh_judge_projection_names(at->projection); *name != NULL; name++) {
		if (name != eh_judge_projection_names(at->projection))
			eh_buf_putc(out, ',');
		eh_json_string(out, *name, strlen(*name));
	}
	eh_buf_putc(out, ']');
}

void eh_judge_verdict_line(const struct eh_judge_source *s, const struct eh_judge_pair *pair, int outcome, int kind,
                           struct eh_buf *out)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_BUF_AUTO key = {0};
	struct eh_judge_window w = eh_judge_in_window(s, pair, outcome, kind, home);
	struct ehs_2x2 t = eh_judge_natural(&w.counts, outcome);

	eh_judge_monitor_key(s, pair, outcome, kind, &key);
	eh_buf_puts(out, "{\"air\":");
	eh_judge_number(out, w.air.est);
	eh_buf_puts(out, ",\"air_hi\":");
	eh_judge_number(out, w.air.hi);
	eh_buf_puts(out, ",\"air_lo\":");
	eh_judge_number(out, w.air.lo);
	put_text(out, "attribute", eh_judge_attribute_name(s, pair));
	if (eh_judge_is_governed(s))
		put_version(out, "floor_sha256", eh_judge_policy(s, EH_POLICY_FLOOR));
	put_text(out, "group", eh_judge_group_name(s, pair));
	eh_buf_printf(out, ",\"k_protected\":%llu,\"k_reference\":%llu,\"lines\":", (unsigned long long)t.prot.x,
	              (unsigned long long)t.ref.x);
	struct summing sum = put_lines(out, s->judge, pair, outcome, kind, &w);
	put_text(out, "monitor", key.data);
	eh_buf_printf(out, ",\"n_protected\":%llu,\"n_reference\":%llu,\"onset\":", (unsigned long long)t.prot.n,
	              (unsigned long long)t.ref.n);
	eh_judge_instant(out, sum.onset_us);
	put_text(out, "outcome", eh_judge_outcome_name(outcome));
	eh_buf_puts(out, ",\"pane_end\":");
	eh_judge_instant(out, s->pane_end_us);
	eh_buf_puts(out, ",\"pane_start\":");
	eh_judge_instant(out, s->pane_start_us);
	if (eh_judge_part_name(s, pair) != NULL)
		put_text(out, "part", eh_judge_part_name(s, pair));
	if (eh_judge_is_governed(s))
		put_version(out, "policy_sha256", eh_judge_policy(s, EH_POLICY_HOUSE));
	put_text(out, "reference", eh_judge_reference_name(s, pair));
	put_text(out, "source", s->map->source);
	put_strata(out, &s->attribute[pair->attribute], kind);
	eh_buf_printf(out,
	              ",\"type\":\"verdict\",\"verdict\":\"%s\",\"window_start\":", eh_judge_verdict_name(sum.verdict));
	eh_judge_instant(out, w.start_us);
	eh_buf_putc(out, '}');
}
