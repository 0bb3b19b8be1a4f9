/*
 * evidence.c - a finding made portable: canonical JSON, numbers with a fraction as decimal strings.
 *
 * It holds what the verdict stands on and nothing that depends on the store, so
 * that live, replay and a regulator's own run give the same digest.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "judge/inside.h"

static json_t *decimal(double x)
{
	char text[EH_JUDGE_DECIMAL];

	if (!isfinite(x))
		return json_null();
	eh_judge_decimal(x, text);
	return json_string(text);
}

static json_t *fraction(int64_t ppm)
{
	return decimal(eh_policy_fraction(ppm));
}

static json_t *instant(int64_t us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us, text);
	return json_string(text);
}

static json_t *counts(const struct eh_judge_counts *c, int outcome)
{
	struct ehs_2x2 t = eh_judge_natural(c, outcome);

	return json_pack("{s:I,s:I,s:I,s:I}", "n_protected", (json_int_t)t.prot.n, "k_protected", (json_int_t)t.prot.x,
	                 "n_reference", (json_int_t)t.ref.n, "k_reference", (json_int_t)t.ref.x);
}

static json_t *interval(const struct ehs_interval *i)
{
	return json_pack("{s:o,s:o,s:o}", "ratio", decimal(i->est), "lo", decimal(i->lo), "hi", decimal(i->hi));
}

static json_t *strata(const struct eh_judge_attribute *at, int kind)
{
	json_t *list = json_array();

	if (kind == EH_JUDGE_RAW) {
		json_decref(list);
		return json_null();
	}
	for (const char *const *name = eh_judge_projection_names(at->projection); *name != NULL; name++)
		json_array_append_new(list, json_string(*name));
	return list;
}

/* What is left of a finding where blocks of late decisions are passed over. */
static json_t *without_late(const struct eh_judge_standing *st)
{
	struct eh_judge_onset o = eh_judge_since_punctual(st->pair, st->outcome, st->kind, &st->onset, &st->bar);
	double log_m = eh_judge_log_m_punctual(st->pair, st->outcome, st->kind, st->line);

	return json_pack("{s:I,s:o,s:o,s:o}", "late_blocks", (json_int_t)st->pair->late_blocks, "log10_e",
	                 decimal(log_m / log(10.0)), "since_onset", counts(&o.since, st->outcome), "ratio_90",
	                 interval(&o.ratio));
}

static json_t *monitor(const struct eh_judge_standing *st)
{
	const struct eh_judge_onset *o = &st->onset;

	json_t *doc = json_pack(
		"{s:s,s:o,s:o,s:o,s:o,s:o,s:I,s:b,s:b,s:o,s:o,s:o,s:o,s:o}", "outcome",
	                 eh_judge_outcome_name(st->outcome), "strata",
	                 strata(&st->source->attribute[st->pair->attribute], st->kind), "tau", fraction(st->tau_ppm),
	                 "gate", fraction(st->bar.gate_ppm), "log10_e",
	                 decimal(eh_judge_log_m(st->pair, st->outcome, st->kind, st->line) / log(10.0)), "log10_years",
	                 decimal(st->log_years / log(10.0)), "blocks", (json_int_t)st->pair->blocks_seen, "review",
	                 st->review, "page", st->page, "onset", instant(o->onset_us), "onset_first",
	                 instant(o->first_us), "onset_last", instant(o->last_us), "since_onset",
	                 counts(&o->since, st->outcome), "ratio_90", interval(&o->ratio));
	EH_ASSERT(doc != NULL);
	if (eh_judge_is_governed(st->source))
		json_object_set_new(doc, "layer", json_string(eh_policy_layer_name(st->layer)));
	if (eh_judge_part_name(st->source, st->pair) != NULL)
		json_object_set_new(doc, "part", json_string(eh_judge_part_name(st->source, st->pair)));
	if (st->pair->late_blocks > 0)
		json_object_set_new(doc, "without_late", without_late(st));
	return doc;
}

static json_t *crossed_monitors(const struct eh_judge *judge, const struct eh_judge_pair *book)
{
	json_t *list = json_array();

	for (uint32_t p = 0; p < book->parts; p++)
		for (size_t i = 0; i < book->part[p]->standings; i++) {
			const struct eh_judge_standing *st = &judge->standing[book->part[p]->standing + i];

			if (st->crossed)
				json_array_append_new(list, monitor(st));
		}
	return list;
}

static json_t *fixed_window(const struct eh_judge_alert *a)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_window w = eh_judge_in_window(a->source, a->pair, a->outcome, a->kind, home);

	return json_pack("{s:o,s:o,s:o,s:o}", "start", instant(w.start_us), "end",
	                 instant(a->source->pane_end_us), "counts", counts(&w.counts, a->outcome), "ratio_95",
	                 interval(&w.air));
}

static json_t *version(const struct eh_policy *policy)
{
	char hex[EH_SHA256_HEX];

	if (policy == NULL)
		return json_null();
	eh_sha256_hex(&policy->version, hex);
	return json_string(hex);
}

/* Whose line it is, and every version that was in force. */
static void add_versions(json_t *doc, const struct eh_judge_event *e)
{
	const struct eh_judge_source *s = e->alert->source;

	if (!eh_judge_is_governed(s))
		return;
	json_object_set_new(doc, "layer", json_string(eh_policy_layer_name(e->layer)));
	json_object_set_new(doc, "in_force",
	                    json_pack("{s:o,s:o}", "house", version(eh_judge_policy(s, EH_POLICY_HOUSE)), "floor",
	                              version(eh_judge_policy(s, EH_POLICY_FLOOR))));
}

enum eh_rc eh_judge_evidence(const struct eh_judge *judge, const struct eh_judge_event *e, struct eh_buf *out,
                             struct eh_err *err)
{
	const struct eh_judge_alert *a = e->alert;
	const struct eh_judge_source *s = a->source;
	char map[EH_SHA256_HEX];

	eh_sha256_hex(&s->map->version, map);
	EH_JSON_AUTO doc = json_pack(
		"{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:s,s:s,s:o,s:I,s:o,s:o,s:o}", "schema",
		"evenhand/evidence/1", "alert", a->id, "event", e->event, "source", s->map->source, "attribute",
		eh_judge_attribute_name(s, a->pair), "group", eh_judge_group_name(s, a->pair), "reference",
		eh_judge_reference_name(s, a->pair), "at", instant(e->close->clock_us), "pane_start",
		instant(s->pane_start_us), "pane_end", instant(s->pane_end_us), "policy_sha256", version(e->policy),
		"map_sha256", map, "found_in", a->history ? "history" : "live", "onset", instant(a->onset_us),
		"monitors_watched", (json_int_t)eh_judge_monitors(judge, e->layer), "crossed",
		crossed_monitors(judge, a->pair->book), "fixed_window", fixed_window(a), "recovery_log10_e",
		decimal(ehs_eprocess_log_e(&a->recovery.process) / log(10.0)));
	EH_ASSERT(doc != NULL);
	add_versions(doc, e);
	return eh_json_canonical(doc, out, err);
}
