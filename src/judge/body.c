/*
 * body.c - see body.h.
 */
#include "judge/body.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cube/examples.h"
#include "judge/display.h"
#include "judge/inside.h"
#include "judge/sql.h"
#include "page/phrase.h"
#include "stats/exact.h"
#include "stats/proportion.h"

static json_t *table(const struct eh_judge_counts *c, int outcome, struct ehs_interval ratio, int64_t start_us,
                     int64_t end_us)
{
	struct ehs_2x2 t = eh_judge_natural(c, outcome);

	return json_pack("{s:o,s:o,s:I,s:I,s:I,s:I,s:o,s:o,s:o}", "start", eh_judge_time(start_us), "end",
	                 eh_judge_time(end_us), "n_protected", (json_int_t)t.prot.n, "n_reference", (json_int_t)t.ref.n,
	                 "k_protected", (json_int_t)t.prot.x, "k_reference", (json_int_t)t.ref.x, "ratio",
	                 eh_judge_real(ratio.est), "lo", eh_judge_real(ratio.lo), "hi", eh_judge_real(ratio.hi));
}

/* 1 in the chain of numbers a person reads: 23 October 2025. */
static void plain_date(int64_t us, char out[32])
{
	static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
	                                     "July",    "August",   "September", "October", "November", "December"};
	struct eh_date d = eh_date_of_us(us);

	snprintf(out, 32, "%d %s %d", d.day, months[d.month - 1], d.year);
}

/* "tier and region"; NULL where the alert's monitor is raw. */
static const char *strata_words(const struct eh_judge_alert *a, struct eh_arena *home)
{
	EH_BUF_AUTO b = {0};

	if (a->kind == EH_JUDGE_RAW)
		return NULL;
	for (const char *const *name = eh_judge_projection_names(a->source->attribute[a->pair->attribute].projection);
	     *name != NULL; name++)
		eh_buf_printf(&b, "%s%s", b.len == 0 ? "" : name[1] != NULL ? ", " : " and ", *name);
	return eh_arena_strndup(home, b.data, b.len);
}

static void say_rates(struct eh_buf *out, const struct eh_judge_alert *a, const struct eh_judge_counts *counts,
                      struct ehs_interval ratio, int level, const char *from, const char *to)
{
	const struct eh_judge_source *s = a->source;
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_judge_axis_of *of = eh_judge_axis_is(s->attribute[a->pair->attribute].axis);
	struct ehs_2x2 t = eh_judge_natural(counts, a->outcome);
	struct eh_phrase_finding f = {.group = eh_judge_group_name(s, a->pair),
	                              .reference = eh_judge_reference_name(s, a->pair),
	                              .attribute = eh_judge_attribute_name(s, a->pair),
	                              .strata = strata_words(a, home),
	                              .segment = of->stratum >= 0 ? eh_judge_part_name(s, a->pair) : NULL,
	                              .outcome = eh_judge_axis_counted(s->attribute[a->pair->attribute].axis),
	                              .adverse = a->outcome == EH_JUDGE_ADVERSE,
	                              .n = t.prot.n,
	                              .k = t.prot.x,
	                              .n_ref = t.ref.n,
	                              .k_ref = t.ref.x,
	                              .ratio = ratio.est,
	                              .lo = ratio.lo,
	                              .hi = ratio.hi,
	                              .level = level,
	                              .from = from,
	                              .to = to};

	eh_phrase_say_rates(out, &f);
	if (f.strata == NULL)
		eh_phrase_say_people(out, &f);
}

/* The evidence has gone, or nobody watches it any more: what there is to say is the window, and that the alert stays
 * open. */
static void write_calm(struct eh_buf *out, const struct eh_judge_event *e)
{
	const struct eh_judge_alert *a = e->alert;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_window w = eh_judge_in_window(a->source, a->pair, a->outcome, a->kind, home);
	char from[32], to[32];

	plain_date(w.start_us, from);
	plain_date(a->source->pane_end_us, to);
	if (strcmp(e->event, "recovered") == 0)
		eh_phrase_put(out, EH_PHRASE_RECOVERED, NULL);
	if (eh_judge_standing_of(a->source->judge, a->pair, a->layer, a->outcome, a->kind, a->line) == NULL)
		eh_phrase_put(out, EH_PHRASE_NOT_WATCHED, NULL);
	if (isfinite(w.air.est))
		say_rates(out, a, &w.counts, w.air, 95, from, to);
	eh_phrase_put(out, EH_PHRASE_STAYS_OPEN, NULL);
}

static void write_sentence(struct eh_buf *out, const struct eh_judge_event *e)
{
	const struct eh_judge_alert *a = e->alert;
	char since[32], line[32];

	if (!e->onset.found || strcmp(e->event, "recovered") == 0) {
		write_calm(out, e);
		return;
	}
	plain_date(e->onset.onset_us, since);
	snprintf(line, sizeof line, "%s%.2f", a->outcome == EH_JUDGE_ADVERSE ? "1/" : "",
	         eh_policy_fraction(a->pair->line[a->line].tau_ppm));
	const struct eh_phrase_value values[] = {{"line", line}, {"policy", e->policy->name}, {0}};
	say_rates(out, a, &e->onset.since, e->onset.ratio, 90, since, NULL);
	eh_phrase_put(out, EH_PHRASE_CROSSED, values);
	if (a->layer == EH_POLICY_FLOOR)
		eh_phrase_put(out, EH_PHRASE_OF_THE_FLOOR, NULL);
}

static void write_detail(struct eh_buf *out, const struct eh_judge_event *e)
{
	const struct eh_judge_alert *a = e->alert;

	eh_phrase_say_years(out, exp(eh_judge_log_years(a->pair, a->layer, a->outcome, a->kind, a->line)));
	eh_phrase_put(out, EH_PHRASE_CHOSEN, NULL);
	eh_phrase_put(out, EH_PHRASE_NO_FINDING, NULL);
}

/* Never empty: why is never known here. */
static void write_unknown(struct eh_buf *out, const struct eh_judge_event *e)
{
	const struct eh_judge_alert *a = e->alert;
	const struct eh_judge_source *s = a->source;
	struct eh_phrase_unknown u = {.attribute = eh_judge_attribute_name(s, a->pair),
	                              .late = a->pair->late_blocks > 0,
	                              .could_see = NAN};

	u.n = eh_cube_n(s->window);
	u.missing = s->attribute[a->pair->attribute].window.by_group[0].n;
	eh_phrase_say_unknown(out, &u);
}

/* The text without the space after its last sentence. */
static const char *without_space(struct eh_buf *b)
{
	EH_ASSERT(b->len > 0 && b->data[b->len - 1] == ' ');
	b->data[--b->len] = '\0';
	return b->data;
}

/* The database keeps a number as its digits and gives 10^17 back as an integer that no reader of JSON takes; what lies
 * beyond the age of the universe is not told apart. */
static json_t *years(double log_years)
{
	static const double most = 1e15;

	return eh_judge_real(exp(fmin(log_years, log(most))));
}

static json_t *folded_monitor(const struct eh_judge_standing *st)
{
	EH_BUF_AUTO key = {0};
	double log_m = eh_judge_log_m(st->pair, st->outcome, st->kind, st->line);
	double punctual = eh_judge_log_m_punctual(st->pair, st->outcome, st->kind, st->line);

	eh_judge_monitor_key(st->source, st->pair, st->outcome, st->kind, &key);
	return json_pack("{s:s,s:s,s:f,s:o,s:o,s:o,s:b,s:o,s:o}", "monitor", key.data, "layer", eh_policy_layer_name(st->layer),
	                 "tau", eh_policy_fraction(st->tau_ppm), "log10_e", eh_judge_real(log_m / log(10.0)), "years",
	                 years(st->log_years), "gate_ratio", eh_judge_real(st->onset.found ? st->onset.ratio.est : NAN), "crossed",
	                 st->crossed, "log10_e_without_late", eh_judge_real(punctual / log(10.0)), "years_without_late",
	                 years(st->log_years - log_m + punctual));
}

static json_t *folded(const struct eh_judge_event *e)
{
	const struct eh_judge *judge = e->alert->source->judge;
	const struct eh_judge_pair *book = e->alert->pair->book;
	json_t *list = json_array();

	for (uint32_t p = 0; p < book->parts; p++)
		for (size_t i = 0; i < book->part[p]->standings; i++) {
			const struct eh_judge_standing *st = &judge->standing[book->part[p]->standing + i];
			const struct eh_judge_monitor m = {
				.pair = st->pair, .layer = st->layer, .outcome = st->outcome, .kind = st->kind, .line = st->line};

			if (eh_judge_has_folded(e->alert, &m))
				json_array_append_new(list, folded_monitor(st));
		}
	return list;
}

static enum eh_rc examples(struct eh_judge_store *store, const struct eh_judge_alert *a, json_t **out,
                           struct eh_err *err)
{
	const struct eh_judge_source *s = a->source;
	unsigned char key[EH_EXAMPLES_KEY_BYTES];
	struct eh_example pick[EH_EXAMPLES_MAX];
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, s->source_id);
	eh_pg_arg_int8(&args, a->onset_us);
	eh_pg_arg_int8(&args, s->pane_start_us);
	enum eh_rc rc = eh_pg_query_binary(store->pg, &eh_sql_judge_read_examples, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	eh_examples_key(s->map->source, &s->map->version, key);
	struct eh_examples *ids = eh_examples_new(s->names, key);
	for (int row = 0; rc == EH_OK && row < PQntuples(res); row++) {
		struct eh_pg_bytes packed = eh_pg_bytea(res, row, 0, NULL);

		rc = eh_examples_decode(ids, packed.data, packed.n, err);
	}
	*out = json_array();
	/* Ids are kept by the labels of one attribute: of two jointly, or of probabilities, there are none to show. */
	const struct eh_judge_axis_of *of = eh_judge_axis_is(s->attribute[a->pair->attribute].axis);
	size_t n = rc == EH_OK && of->other < 0 && s->map->protect[of->attribute].proxy == NULL
	                   ? eh_examples_pick(ids, of->attribute, a->pair->group, true, EH_EXAMPLES_ANY,
	                                                           pick, EH_EXAMPLES_MAX)
	                                        : 0;
	for (size_t i = 0; i < n; i++)
		json_array_append_new(*out, json_stringn(pick[i].id.at, pick[i].id.n));
	eh_examples_free(ids);
	return rc;
}

static json_t *strata_names(const struct eh_judge_alert *a)
{
	json_t *list = json_array();

	if (a->kind == EH_JUDGE_RAW) {
		json_decref(list);
		return json_null();
	}
	for (const char *const *name = eh_judge_projection_names(a->source->attribute[a->pair->attribute].projection);
	     *name != NULL; name++)
		json_array_append_new(list, json_string(*name));
	return list;
}

/* The mark that the ratio is back inside the gate; null while it is not. */
static json_t *recovery(const struct eh_judge_alert *a)
{
	if (!a->recovered)
		return json_null();
	return json_pack("{s:o,s:o}", "log10_e", eh_judge_real(ehs_eprocess_log_e(&a->recovery.process) / log(10.0)),
	                 "since", eh_judge_time(a->raised_us));
}

/* The finding without the blocks of decisions that came late; null where none did. */
static json_t *late(const struct eh_judge_event *e)
{
	const struct eh_judge_alert *a = e->alert;
	struct ehs_2x2 t = eh_judge_natural(&a->pair->late_total, a->outcome);
	struct eh_judge_bar bar = eh_judge_bar_of(e->policy, a->gate_ppm);
	struct eh_judge_onset o = eh_judge_since_punctual(a->pair, a->outcome, a->kind, &e->onset, &bar);
	double log_m = eh_judge_log_m(a->pair, a->outcome, a->kind, a->line);
	double punctual = eh_judge_log_m_punctual(a->pair, a->outcome, a->kind, a->line);
	double log_years = eh_judge_log_years(a->pair, a->layer, a->outcome, a->kind, a->line);

	if (a->pair->late_blocks == 0)
		return json_null();
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o}", "blocks", (json_int_t)a->pair->late_blocks, "n_protected",
	                 (json_int_t)t.prot.n, "n_reference", (json_int_t)t.ref.n, "k_protected", (json_int_t)t.prot.x,
	                 "k_reference", (json_int_t)t.ref.x, "log10_e_without", eh_judge_real(punctual / log(10.0)),
	                 "years_without", years(log_years - log_m + punctual), "since_onset_without",
	                 o.found ? table(&o.since, a->outcome, o.ratio, o.onset_us, a->source->pane_end_us) : json_null());
}

static void put_numbers(json_t *body, const struct eh_judge_event *e)
{
	const struct eh_judge_alert *a = e->alert;
	const struct eh_judge_source *s = a->source;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_window w = eh_judge_in_window(s, a->pair, a->outcome, a->kind, home);
	struct ehs_2x2 t = eh_judge_natural(&w.counts, a->outcome);
	double log_m = eh_judge_log_m(a->pair, a->outcome, a->kind, a->line);
	json_t *more = json_pack(
		"{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:{s:o,s:o},s:o,s:I,s:o,s:o}", "since_onset",
		e->onset.found ? table(&e->onset.since, a->outcome, e->onset.ratio, e->onset.onset_us, s->pane_end_us)
			       : json_null(),
		"fixed_window", table(&w.counts, a->outcome, w.air, w.start_us, s->pane_end_us),
		"risk_difference", eh_judge_interval(ehs_rd_newcombe(t, EHS_Z95)), "fisher_p",
		eh_judge_real(ehs_fisher(t).p), "log10_e", eh_judge_real(log_m / log(10.0)), "years",
		years(eh_judge_log_years(a->pair, a->layer, a->outcome, a->kind, a->line)), "peak_log10_e",
		eh_judge_real(a->peak_log_m / log(10.0)), "onset", eh_judge_time(a->onset_us), "onset_set", "first",
		eh_judge_time(e->onset.found ? e->onset.first_us : INT64_MIN), "last",
		eh_judge_time(e->onset.found ? e->onset.last_us : INT64_MIN), "monitors", folded(e), "naive_alerts",
		(json_int_t)s->naive_alerts, "recovery", recovery(a), "late", late(e));

	EH_ASSERT(more != NULL && json_object_update(body, more) == 0);
	json_decref(more);
}

enum eh_rc eh_judge_body(struct eh_judge_store *store, const struct eh_judge_event *e, const struct eh_answers *answers,
                         json_t **body, struct eh_err *err)
{
	const struct eh_judge_alert *a = e->alert;
	const struct eh_judge_source *s = a->source;
	EH_BUF_AUTO sentence = {0};
	EH_BUF_AUTO detail = {0};
	EH_BUF_AUTO unknown = {0};
	char evidence[EH_SHA256_HEX], policy[EH_SHA256_HEX];
	json_t *lineage = NULL, *changed = NULL, *ids = NULL;
	enum eh_rc rc = eh_judge_lineage(store, a, answers, &lineage, &changed, err);

	if (rc == EH_OK)
		rc = examples(store, a, &ids, err);
	if (rc != EH_OK) {
		json_decref(lineage);
		json_decref(changed);
		json_decref(ids);
		return rc;
	}
	write_sentence(&sentence, e);
	write_detail(&detail, e);
	write_unknown(&unknown, e);
	eh_sha256_hex(&e->evidence_sha256, evidence);
	eh_sha256_hex(&e->policy->version, policy);
	*body = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:s,s:s,s:s,s:n}", "alert", a->id,
	                  "kind", "bias", "source", s->map->source, "attribute",
	                  eh_judge_attribute_name(s, a->pair), "group", eh_judge_group_name(s, a->pair), "reference",
	                  eh_judge_reference_name(s, a->pair), "outcome", eh_judge_outcome_name(a->outcome),
	                  "sentence", without_space(&sentence), "detail", without_space(&detail),
	                  "unknown", without_space(&unknown), "strata", strata_names(a), "lineage",
	                  lineage, "changed", changed, "examples", ids, "evidence_sha256", evidence, "policy_sha256",
	                  policy, "policy", e->policy->name, "owner");
	EH_ASSERT(*body != NULL);
	put_numbers(*body, e);
	return EH_OK;
}
