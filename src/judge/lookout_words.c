/*
 * lookout_words.c - what the look-outs found, in sentences and in whole numbers.
 */
#include <math.h>

#include "base/time.h"
#include "judge/lookout.h"
#include "stats/manski.h"

#define TOLD 6 /* findings in one sentence; all are in the facts */
#define BOUNDS 3

struct telling {
	const struct eh_judge_lookout *l;
	const struct eh_judge_source *source;
	struct eh_buf *sentence;
	json_t *list;
	size_t n;
};

static double of_100(struct ehs_bin b)
{
	return b.n > 0 ? 100 * (double)b.x / (double)b.n : 0;
}

static bool is_told(struct telling *t)
{
	return t->n++ < TOLD;
}

static json_t *day_of(int64_t us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us, text);
	return json_stringn(text, 10);
}

static json_t *jump_fact(const struct eh_judge_jump *j)
{
	return json_pack("{s:o,s:I,s:I,s:I,s:I}", "since", day_of(j->since_us), "n", (json_int_t)j->since.n, "count",
	                 (json_int_t)j->since.x, "n_before", (json_int_t)j->usual.n, "count_before", (json_int_t)j->usual.x);
}

/* What came to stay has not gone back, and must not be said to have. */
static const char *over(const struct telling *t, enum eh_judge_fault_kind kind, const char *back)
{
	return t->l->settled[kind] ? "It has not gone back. It has been so for weeks, and is what is usual now." : back;
}

/* "in 31.0 of 100 WHAT from 2025-02-10 on, against 2.0 in the 28 days before. " */
static void put_jump(struct telling *t, const struct eh_judge_jump *j, const char *what)
{
	char day[EH_TIME_TEXT];

	eh_time_format(j->since_us, day);
	eh_buf_printf(t->sentence, "in %.1f of 100 %s from %.10s on, against %.1f in the %s before. ", of_100(j->since), what, day,
	              of_100(j->usual), eh_judge_lookout_before(t->l));
}

/* ---- missing labels ---- */

static json_t *ppm(double ratio)
{
	return isfinite(ratio) && ratio < 1e9 ? json_integer((json_int_t)llround(ratio * 1e6)) : json_null();
}

/* What the ratio of each group could be if the missing labels of the window were known. */
static void tell_bounds(struct telling *t, uint32_t a)
{
	const struct eh_judge_attribute *at = &t->source->attribute[a];
	const struct eh_judge_table *w = &at->window;
	json_t *list = json_array();
	int told = 0;

	for (uint32_t i = 0; i < at->pairs; i++) {
		struct ehs_interval b;
		const char *label = eh_cube_group_label(t->source->names, a, at->pair[i]->group);

		if (!eh_judge_bounds(t->source, at->pair[i], EH_JUDGE_FAVOURABLE, &b))
			continue;
		json_array_append_new(list, json_pack("{s:s,s:o,s:o,s:o,s:I,s:I}", "group", label, "ratio_ppm", ppm(b.est), "lo_ppm",
		                                      ppm(b.lo), "hi_ppm", ppm(b.hi), "missing", (json_int_t)w->by_group[0].n,
		                                      "missing_favourable", (json_int_t)w->by_group[0].favourable));
		if (told++ < BOUNDS && isfinite(b.est) && isfinite(b.hi))
			eh_buf_printf(t->sentence, "The ratio for %s is %.2f. With the missing labels known it could be %.2f to %.2f. ", label,
			              b.est, b.lo, b.hi);
	}
	json_array_append_new(t->list, json_pack("{s:s,s:o}", "attribute", t->source->map->protect[a].name, "bounds", list));
}

static void tell_lacks(struct telling *t, uint32_t a, const struct eh_judge_jump *j, const char *group, const char *of)
{
	const char *name = t->source->map->protect[a].name;
	EH_BUF_AUTO what = {0};
	json_t *fact = jump_fact(j);

	json_object_set_new(fact, "attribute", json_string(name));
	json_object_set_new(fact, "in_attribute", of != NULL ? json_string(of) : json_null());
	json_object_set_new(fact, "in_group", group != NULL ? json_string(group) : json_null());
	json_array_append_new(t->list, fact);
	if (!is_told(t))
		return;
	eh_buf_puts(&what, "decisions");
	if (group != NULL)
		eh_buf_printf(&what, " for %s (%s)", group, of);
	eh_buf_printf(t->sentence, "%s is missing ", name);
	put_jump(t, j, what.data);
}

static bool tell_attribute(struct telling *t, uint32_t a)
{
	const struct eh_judge_lookout *l = t->l;
	bool any = l->attribute[a].lacks.is, in_group = false;

	if (any)
		tell_lacks(t, a, &l->attribute[a].lacks, NULL, NULL);
	for (uint32_t d = 0; !any && d < t->source->shape.attributes; d++) /* missing in all, it is so in each group */
		for (uint32_t v = 0; v < l->dimension[d].values; v++) {
			const struct eh_lookout_value *value = &l->dimension[d].value[v];

			if (!value->lacks[a].is)
				continue;
			in_group = true;
			tell_lacks(t, a, &value->lacks[a], value->label, l->dimension[d].name);
		}
	return any || in_group;
}

static void tell_missing(struct telling *t, bool active)
{
	for (uint32_t a = 0; a < t->source->shape.attributes; a++)
		if (tell_attribute(t, a))
			tell_bounds(t, a);
	eh_buf_puts(t->sentence, active ? "Those without a label are in no group and in no ratio."
	                                : over(t, EH_JUDGE_FAULT_MISSING, "Labels are no longer missing more often than before."));
}

static struct ehs_bin side_of(const struct eh_judge_lookout *l, const struct eh_lookout_side *side)
{
	/* the look that is told of is over: the one that is open is empty so far */
	return (struct ehs_bin){eh_judge_lookout_sum(l, side->n, l->base + 1), eh_judge_lookout_sum(l, side->missing, l->base + 1)};
}

static void tell_sides(struct telling *t, bool active)
{
	static const char *const words[] = {"adverse", "favourable"};

	for (uint32_t a = 0; a < t->source->shape.attributes; a++)
		for (int i = 0; i < 2; i++) {
			const struct eh_lookout_attribute *at = &t->l->attribute[a];
			struct ehs_bin with = side_of(t->l, &at->side[i]), other = side_of(t->l, &at->side[!i]);
			const char *name = t->source->map->protect[a].name;

			if (!at->hidden[i])
				continue;
			json_array_append_new(t->list, json_pack("{s:s,s:s,s:I,s:I,s:I,s:I}", "attribute", name, "decision", words[i], "n",
			                                         (json_int_t)with.n, "missing", (json_int_t)with.x, "n_other",
			                                         (json_int_t)other.n, "missing_other", (json_int_t)other.x));
			eh_buf_printf(t->sentence,
			              "In the last %s, %s is missing in %.1f of 100 %s decisions and in %.1f of 100 %s ones. The ratio does not "
			              "see them. ",
			              eh_judge_lookout_before(t->l), name, of_100(with), words[i], of_100(other), words[!i]);
		}
	eh_buf_puts(t->sentence, active ? "It may look better or worse than it is."
	                                : "Labels are missing about as often with both decisions again.");
}

/* ---- volume, late rows, those who are watched ---- */

static void tell_count(struct telling *t, const struct eh_judge_jump *j)
{
	char day[EH_TIME_TEXT];
	long long n = (long long)j->since.x, usual = llround(j->expected);

	if (!j->is)
		return;
	eh_time_format(j->since_us, day);
	json_array_append_new(t->list, json_pack("{s:o,s:I,s:I}", "since", day_of(j->since_us), "n", (json_int_t)n, "usual",
	                                         (json_int_t)usual));
	eh_buf_printf(t->sentence, "From %.10s on there were %lld decisions. About %lld are usual for that time. ", day, n, usual);
}

static void tell_volume(struct telling *t, bool active)
{
	tell_count(t, &t->l->more);
	tell_count(t, &t->l->fewer);
	eh_buf_puts(t->sentence, active ? "The usual is what came on the same days of the weeks before."
	                                : over(t, EH_JUDGE_FAULT_VOLUME, "As many decisions come as is usual again."));
}

static void tell_late(struct telling *t, bool active)
{
	if (t->l->later.is) {
		json_array_append_new(t->list, jump_fact(&t->l->later));
		eh_buf_puts(t->sentence, "Rows came after their pane was closed ");
		put_jump(t, &t->l->later, "decisions");
	}
	eh_buf_puts(t->sentence, active ? "They are counted, but no closed verdict saw them."
	                                : over(t, EH_JUDGE_FAULT_LATE_ROWS, "Rows no longer come late more often than before."));
}

static void tell_coverage(struct telling *t, bool active)
{
	if (t->l->unseen.is) {
		json_array_append_new(t->list, jump_fact(&t->l->unseen));
		eh_buf_puts(t->sentence, "A group that is watched is known ");
		put_jump(t, &t->l->unseen, "decisions");
	}
	eh_buf_puts(t->sentence, active ? "The others are seen by no monitor." : over(t, EH_JUDGE_FAULT_COVERAGE, "As many decisions are monitored as before."));
}

/* ---- groups, levels, versions ---- */

static const char *event_of(const struct eh_judge_jump *j)
{
	if (j->up)
		return j->usual.x == 0 ? "new" : "rose";
	return j->since.x == 0 ? "gone" : "fell";
}

static void tell_value(struct telling *t, const struct eh_lookout_dimension *d, const struct eh_lookout_value *v,
                       const struct eh_judge_jump *j)
{
	const char *before = eh_judge_lookout_before(t->l);
	char day[EH_TIME_TEXT];
	json_t *fact = jump_fact(j);

	eh_time_format(j->since_us, day);
	json_object_set_new(fact, "in", json_string(d->name));
	json_object_set_new(fact, "value", json_string(v->label));
	json_object_set_new(fact, "event", json_string(event_of(j)));
	json_array_append_new(t->list, fact);
	if (!is_told(t))
		return;
	eh_buf_printf(t->sentence, "%s (%s) ", v->label, d->name);
	if (!j->up && j->since.x == 0)
		eh_buf_printf(t->sentence, "fell silent. None of the %llu decisions from %.10s on is of it. ", (unsigned long long)j->since.n, day);
	else if (j->up && j->usual.x == 0)
		eh_buf_printf(t->sentence, "is new. It has %.1f of 100 decisions from %.10s on. ", of_100(j->since), day);
	else
		eh_buf_printf(t->sentence, "%s to %.1f of 100 decisions from %.10s on. ", j->up ? "rose" : "fell", of_100(j->since), day);
	if (j->usual.x > 0)
		eh_buf_printf(t->sentence, "It had %.1f of 100 in the %s before. ", of_100(j->usual), before);
}

static void tell_values(struct telling *t, bool groups, bool active)
{
	for (uint32_t i = 0; i < t->l->dimensions; i++) {
		const struct eh_lookout_dimension *d = &t->l->dimension[i];

		for (uint32_t v = 0; (d->kind == EH_LOOKOUT_ATTRIBUTE) == groups && v < d->values; v++) {
			if (d->value[v].fell.is)
				tell_value(t, d, &d->value[v], &d->value[v].fell);
			if (d->value[v].rose.is)
				tell_value(t, d, &d->value[v], &d->value[v].rose);
		}
	}
	if (t->n > TOLD)
		eh_buf_printf(t->sentence, "So it is with %zu more. ", t->n - TOLD);
	eh_buf_puts(t->sentence, active ? "A ratio over the change mixes what was with what is."
	                                : over(t, groups ? EH_JUDGE_FAULT_GROUP : EH_JUDGE_FAULT_VALUE, "Each has about its usual share again."));
}

/* ---- routing ---- */

static void tell_separation(struct telling *t, const struct eh_lookout_dimension *role, const struct eh_lookout_dimension *at,
                            const struct eh_routing_finding *f)
{
	const char *version = role->value[f->version].label, *group = at->value[f->group].label;

	json_array_append_new(t->list, json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I}", "role", role->name, "version", version,
	                                         "attribute", at->name, "group", group, "n", (json_int_t)f->table.prot.n, "count",
	                                         (json_int_t)f->table.prot.x, "n_others", (json_int_t)f->table.ref.n,
	                                         "count_others", (json_int_t)f->table.ref.x, "cramers_v_ppm",
	                                         (json_int_t)llround(f->v * 1e6)));
	if (is_told(t))
		eh_buf_printf(t->sentence, "%.1f of 100 decisions of %s (%s) are for %s (%s). It is %.1f of 100 with the others. ",
		              of_100(f->table.prot), version, role->name, group, at->name, of_100(f->table.ref));
}

static void tell_routing(struct telling *t, bool active)
{
	const struct eh_judge_lookout *l = t->l;
	uint32_t attributes = t->source->shape.attributes;

	for (uint32_t d = 0; d < l->dimensions; d++)
		for (uint32_t a = 0; l->dimension[d].kind == EH_LOOKOUT_ROLE && a < attributes; a++) {
			struct eh_routing_finding found[EH_ROUTING_VERSIONS];
			size_t n = eh_judge_routing_findings(eh_judge_lookout_routing(l, d, a), found, EH_ROUTING_VERSIONS);

			for (size_t i = 0; i < n; i++)
				tell_separation(t, &l->dimension[d], &l->dimension[a], &found[i]);
		}
	eh_buf_puts(t->sentence, active ? "So the two are not told apart by a ratio."
	                                : "The versions see about the same groups again.");
}

/* ---- */

static void begin(struct telling *t, const void *ctx, struct eh_buf *sentence, json_t *facts)
{
	const struct eh_judge_source *s = ctx;

	*t = (struct telling){.l = s->lookout, .source = s, .sentence = sentence, .list = json_array()};
	json_object_set_new(facts, "findings", t->list);
}

#define WORDS(name, tell)                                                                                 \
	static void name(const void *ctx, bool active, struct eh_buf *sentence, json_t *facts)            \
	{                                                                                                 \
		struct telling t;                                                                         \
                                                                                                          \
		begin(&t, ctx, sentence, facts);                                                          \
		tell;                                                                                     \
	}

WORDS(missing_words, tell_missing(&t, active))
WORDS(side_words, tell_sides(&t, active))
WORDS(volume_words, tell_volume(&t, active))
WORDS(late_words, tell_late(&t, active))
WORDS(coverage_words, tell_coverage(&t, active))
WORDS(group_words, tell_values(&t, true, active))
WORDS(value_words, tell_values(&t, false, active))
WORDS(routing_words, tell_routing(&t, active))

eh_judge_fault_words *eh_judge_lookout_words(enum eh_judge_fault_kind kind)
{
	static eh_judge_fault_words *const words[EH_JUDGE_FAULTS] = {
		[EH_JUDGE_FAULT_MISSING] = missing_words, [EH_JUDGE_FAULT_MISSING_SIDE] = side_words,
		[EH_JUDGE_FAULT_VOLUME] = volume_words,   [EH_JUDGE_FAULT_LATE_ROWS] = late_words,
		[EH_JUDGE_FAULT_COVERAGE] = coverage_words, [EH_JUDGE_FAULT_GROUP] = group_words,
		[EH_JUDGE_FAULT_VALUE] = value_words,     [EH_JUDGE_FAULT_ROUTING] = routing_words,
	};

	return words[kind];
}
