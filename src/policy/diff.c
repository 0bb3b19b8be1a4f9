/*
 * diff.c - two versions compared key by key.  See diff.h.
 */
#include "policy/diff.h"

#include <inttypes.h>
#include <string.h>

#include "policy/inside.h"

void eh_policy_changed(struct eh_arena *home, struct eh_policy_diff *d, bool looser, const char *key, const char *from,
                       const char *to, const char *words, ...)
{
	va_list args;

	if (d->n == d->cap) {
		size_t cap = d->cap == 0 ? 16 : d->cap * 2;
		struct eh_policy_change *more = eh_arena_zalloc(home, cap, sizeof *more);

		if (d->n > 0)
			memcpy(more, d->change, d->n * sizeof *more);
		d->change = more;
		d->cap = cap;
	}
	va_start(args, words);
	d->change[d->n++] = (struct eh_policy_change){
		.key = key, .from = from, .to = to, .looser = looser, .words = eh_arena_vprintf(home, words, args)};
	va_end(args);
}

/* Whether everything that `old` chooses is still chosen. */
static bool still_chosen(const struct eh_policy_names *old, const struct eh_policy_names *now)
{
	for (size_t i = 0; !now->all && !old->all && i < old->n; i++)
		if (!eh_policy_names_hold(now, old->name[i]))
			return false;
	return now->all || !old->all;
}

static bool groups_still_chosen(const struct eh_policy_family *old, const struct eh_policy_family *now)
{
	static const struct eh_policy_names every = {.all = true};

	for (size_t i = 0; i < now->groups_n; i++) {
		const struct eh_policy_names *was = &every;

		for (size_t k = 0; k < old->groups_n; k++)
			if (strcmp(old->groups[k].attribute, now->groups[i].attribute) == 0)
				was = &old->groups[k].groups;
		if (!still_chosen(was, &now->groups[i].groups))
			return false;
	}
	return true;
}

static bool intersections_still_chosen(const struct eh_policy_family *old, const struct eh_policy_family *now)
{
	for (size_t i = 0; !old->all_intersections && i < old->intersections_n; i++)
		if (!eh_policy_watches_both(now, old->intersections[i].attribute[0], old->intersections[i].attribute[1]))
			return false;
	return now->all_intersections || !old->all_intersections;
}

static bool outcomes_still_watched(const struct eh_policy_family *old, const struct eh_policy_family *now)
{
	for (uint32_t i = 0; i < old->cuts; i++) {
		uint32_t k = 0;

		while (k < now->cuts && now->cut_micro[k] != old->cut_micro[i])
			k++;
		if (k == now->cuts)
			return false;
	}
	return (now->favourable || !old->favourable) && (now->adverse || !old->adverse);
}

static bool lines_still_hold(const struct eh_policy_family *old, const struct eh_policy_family *now)
{
	for (uint32_t i = 0; i < old->lines; i++) {
		uint32_t k = 0;

		while (k < now->lines &&
		       (now->line[k].tau_ppm < old->line[i].tau_ppm || now->line[k].gate_ppm < old->line[i].gate_ppm))
			k++;
		if (k == now->lines)
			return false;
	}
	return true;
}

/* What one key says before and after; nothing where it says the same. */
static void compare(struct eh_arena *home, struct eh_policy_diff *d, bool looser, const char *prefix, const char *key,
                    const char *from, const char *to)
{
	if (strcmp(from, to) != 0)
		eh_policy_changed(home, d, looser, eh_arena_printf(home, "%s%s", prefix, key), from, to,
		                  "%s%s goes from %s to %s.", prefix, key, from, to);
}

static void diff_family(struct eh_arena *home, const char *prefix, const struct eh_policy_family *a,
                        const struct eh_policy_family *b, struct eh_policy_diff *d)
{
	compare(home, d, !still_chosen(&a->sources, &b->sources), prefix, "sources", eh_policy_say_names(home, &a->sources),
	        eh_policy_say_names(home, &b->sources));
	compare(home, d, !still_chosen(&a->attributes, &b->attributes), prefix, "attributes",
	        eh_policy_say_names(home, &a->attributes), eh_policy_say_names(home, &b->attributes));
	compare(home, d, !groups_still_chosen(a, b), prefix, "groups", eh_policy_say_groups(home, a), eh_policy_say_groups(home, b));
	compare(home, d, !intersections_still_chosen(a, b), prefix, "intersections", eh_policy_say_intersections(home, a),
	        eh_policy_say_intersections(home, b));
	compare(home, d, !still_chosen(&a->segments, &b->segments), prefix, "segments", eh_policy_say_names(home, &a->segments),
	        eh_policy_say_names(home, &b->segments));
	compare(home, d, !outcomes_still_watched(a, b), prefix, "outcomes", eh_policy_say_outcomes(home, a),
	        eh_policy_say_outcomes(home, b));
	compare(home, d, b->window_us < a->window_us, prefix, "window", eh_policy_say_length(home, a->window_us),
	        eh_policy_say_length(home, b->window_us));
	compare(home, d, a->conditional && !b->conditional, prefix, "conditional", a->conditional ? "yes" : "no",
	        b->conditional ? "yes" : "no");
	compare(home, d, a->two_sided && !b->two_sided, prefix, "two_sided", a->two_sided ? "yes" : "no",
	        b->two_sided ? "yes" : "no");
	compare(home, d, !lines_still_hold(a, b), prefix, "lines", eh_policy_say_lines(home, a->line, a->lines),
	        eh_policy_say_lines(home, b->line, b->lines));
}

static const struct eh_policy_family *family_of(const struct eh_policy *p, const char *name)
{
	for (size_t i = 0; i < p->families; i++)
		if (strcmp(p->family[i].name, name) == 0)
			return &p->family[i];
	return NULL;
}

static void diff_families(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                          struct eh_policy_diff *d)
{
	if (old->flat != now->flat)
		eh_policy_changed(home, d, false, "families", old->flat ? NULL : "by name", old->flat ? "by name" : NULL,
		                  old->flat ? "What is watched is now said family by family."
		                            : "What is watched is now said for everything at once.");
	for (size_t i = 0; i < old->families; i++) {
		const struct eh_policy_family *a = &old->family[i], *b = family_of(now, a->name);
		const char *key = eh_arena_printf(home, "families.%s", a->name);

		if (b != NULL)
			diff_family(home, eh_arena_printf(home, "%s.", key), a, b, d);
		else
			eh_policy_changed(home, d, true, key, a->name, NULL, "The family \"%s\" is dropped.", a->name);
	}
	for (size_t i = 0; i < now->families; i++)
		if (family_of(old, now->family[i].name) == NULL)
			eh_policy_changed(home, d, false, eh_arena_printf(home, "families.%s", now->family[i].name), NULL,
			                  now->family[i].name, "The family \"%s\" is added.", now->family[i].name);
}

/* A budget is what false alerts may cost: a smaller one asks for more evidence. */
static void diff_budget(struct eh_arena *home, const char *key, int64_t old, int64_t now, bool looser_only,
                        struct eh_policy_diff *d)
{
	const char *from = eh_policy_say_decimal(home, old), *to = eh_policy_say_decimal(home, now);

	if (now < old)
		eh_policy_changed(home, d, true, key, from, to,
		                  "%s falls from %s to %s false alerts a year, so an alert takes more evidence.", key, from,
		                  to);
	else if (now > old && !looser_only)
		eh_policy_changed(home, d, false, key, from, to,
		                  "%s rises from %s to %s false alerts a year, so an alert takes less evidence.", key, from,
		                  to);
}

static void diff_minimum(struct eh_arena *home, const char *key, int64_t old, int64_t now, bool looser_only,
                         struct eh_policy_diff *d)
{
	const char *from = eh_arena_printf(home, "%" PRId64, old), *to = eh_arena_printf(home, "%" PRId64, now);

	if (now > old)
		eh_policy_changed(home, d, true, key, from, to,
		                  "%s rises from %s to %s, so an alert takes more decisions.", key, from, to);
	else if (now < old && !looser_only)
		eh_policy_changed(home, d, false, key, from, to, "%s falls from %s to %s, so an alert takes fewer decisions.",
		                  key, from, to);
}

void eh_policy_diff_whole(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                          bool looser_only, struct eh_policy_diff *d)
{
	diff_budget(home, "budget.page", old->page_ppm, now->page_ppm, looser_only, d);
	diff_budget(home, "budget.review", old->review_ppm, now->review_ppm, looser_only, d);
	diff_minimum(home, "minimum.n", old->min_n, now->min_n, looser_only, d);
	diff_minimum(home, "minimum.rarer", old->min_rarer, now->min_rarer, looser_only, d);
	if (old->maturity_us != now->maturity_us) {
		const char *from = old->maturity_us > 0 ? eh_policy_say_length(home, old->maturity_us) : "as each map says";
		const char *to = now->maturity_us > 0 ? eh_policy_say_length(home, now->maturity_us) : "as each map says";

		eh_policy_changed(home, d, true, "maturity", from, to,
		                  "maturity goes from %s to %s, so other decisions enter outcome measures.", from, to);
	}
}

/* What is written under a key of the deadlines. */
static const char *say_part(struct eh_arena *home, const json_t *part)
{
	EH_BUF_AUTO out = {0};
	struct eh_err err;

	EH_ASSERT(eh_json_canonical(part, &out, &err) == EH_OK);
	return eh_arena_strndup(home, out.data, out.len);
}

static bool is_longer(struct eh_span a, struct eh_span b)
{
	return a.unit != EH_SPAN_NONE && (b.unit == EH_SPAN_NONE || a.unit != b.unit || b.n > a.n);
}

/* Whether something may be done later than before; a span in another unit may. */
static bool is_later(const struct eh_deadlines *a, const struct eh_deadlines *b, const char *key)
{
	enum eh_duty duty;
	bool later = false;

	if (strcmp(key, "tiers") == 0)
		return b->tier_page > a->tier_page || b->tier_review > a->tier_review || b->tier_data > a->tier_data ||
		       b->tier_governance > a->tier_governance;
	if (strcmp(key, "levels") == 0)
		return b->levels < a->levels;
	for (int tier = 0; eh_policy_duty_of(key, &duty) && tier < EH_TIERS; tier++)
		later |= is_longer(a->span[duty][tier], b->span[duty][tier]);
	return later;
}

static void diff_deadlines(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                           struct eh_policy_diff *d)
{
	EH_JSON_AUTO a = eh_policy_deadlines_json(&old->deadlines);
	EH_JSON_AUTO b = eh_policy_deadlines_json(&now->deadlines);
	const char *key;
	json_t *part;

	json_object_foreach(a, key, part)
		compare(home, d, is_later(&old->deadlines, &now->deadlines, key), "deadlines.", key, say_part(home, part),
		        say_part(home, json_object_get(b, key)));
}

void eh_policy_diff(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                    struct eh_policy_diff *d)
{
	*d = (struct eh_policy_diff){0};
	compare(home, d, false, "", "policy", old->name, now->name);
	compare(home, d, false, "", "detector", old->detector, now->detector);
	eh_policy_diff_whole(home, old, now, false, d);
	diff_deadlines(home, old, now, d);
	if (old->flat && now->flat)
		diff_family(home, "", old->family, now->family, d);
	else
		diff_families(home, old, now, d);
	if (d->n == 0 && !eh_sha256_equal(&old->version, &now->version)) /* as of a name with a comma in it */
		eh_policy_changed(home, d, false, "families", NULL, NULL, "The same is written otherwise.");
}

json_t *eh_policy_diff_json(const struct eh_policy_diff *d)
{
	json_t *out = json_array();

	for (size_t i = 0; i < d->n; i++)
		json_array_append_new(out, json_pack("{s:s,s:s?,s:s?,s:b,s:s}", "key", d->change[i].key, "from",
		                                     d->change[i].from, "to", d->change[i].to, "looser",
		                                     d->change[i].looser, "words", d->change[i].words));
	return out;
}
