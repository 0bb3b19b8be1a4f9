/*
 * sentences.c - see sentences.h.
 */
#include "serve/sentences.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "page/phrase.h"
#include "page/words.h"

struct eh_points_about eh_serve_about(const json_t *verdict)
{
	const char *outcome = eh_page_json_text(verdict, "outcome");
	const char *group = eh_page_json_text(verdict, "group"), *reference = eh_page_json_text(verdict, "reference");

	return (struct eh_points_about){.group = group ? group : "?",
	                                .reference = reference ? reference : "?",
	                                .adverse = outcome && strcmp(outcome, "adverse") == 0,
	                                .conditional = json_is_array(json_object_get(verdict, "strata"))};
}

/* "tier", "tier and region", "tier, region and channel". */
static const char *join(struct eh_arena *arena, const json_t *names)
{
	size_t n = json_array_size(names);
	EH_BUF_AUTO b = {0};

	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(names, i));
		eh_buf_printf(&b, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", name ? name : "?");
	}
	return eh_arena_strdup(arena, b.data ? b.data : "no stratum");
}

const char *eh_serve_strata_words(struct eh_arena *arena, const json_t *verdict)
{
	const json_t *strata = json_object_get(verdict, "strata");

	return json_is_array(strata) ? eh_arena_printf(arena, "like for like: within the same %s", join(arena, strata))
	                             : "as they are";
}

const char *eh_serve_window_words(struct eh_arena *arena, const json_t *verdict)
{
	int64_t from_us, to_us;

	if (!eh_page_json_time(verdict, "window_start", &from_us) || !eh_page_json_time(verdict, "pane_end", &to_us))
		return NULL;
	return eh_arena_printf(arena, "%s to %s", eh_page_words_day(arena, from_us), eh_page_words_day(arena, to_us));
}

static struct eh_phrase_finding finding_of(struct eh_arena *arena, const json_t *verdict)
{
	struct eh_points_about about = eh_serve_about(verdict);
	int64_t from_us, to_us;
	bool when = eh_page_json_time(verdict, "window_start", &from_us) && eh_page_json_time(verdict, "pane_end", &to_us);

	return (struct eh_phrase_finding){.group = about.group,
	                                  .reference = about.reference,
	                                  .strata = about.conditional ? join(arena, json_object_get(verdict, "strata")) : NULL,
	                                  .adverse = about.adverse,
	                                  .n = (uint64_t)eh_page_json_count(verdict, "n_protected"),
	                                  .k = (uint64_t)eh_page_json_count(verdict, "k_protected"),
	                                  .n_ref = (uint64_t)eh_page_json_count(verdict, "n_reference"),
	                                  .k_ref = (uint64_t)eh_page_json_count(verdict, "k_reference"),
	                                  .ratio = eh_page_json_number(verdict, "air"),
	                                  .lo = eh_page_json_number(verdict, "air_lo"),
	                                  .hi = eh_page_json_number(verdict, "air_hi"),
	                                  .level = 95,
	                                  .from = when ? eh_page_words_day(arena, from_us) : NULL,
	                                  .to = when ? eh_page_words_day(arena, to_us) : NULL};
}

/* The text without the space after its last sentence. */
static const char *keep(struct eh_arena *arena, const struct eh_buf *b)
{
	return eh_arena_strndup(arena, b->data, b->len > 0 && b->data[b->len - 1] == ' ' ? b->len - 1 : b->len);
}

const char *eh_serve_monitor_sentence(struct eh_arena *arena, const json_t *verdict)
{
	struct eh_phrase_finding f = finding_of(arena, verdict);
	EH_BUF_AUTO b = {0};

	eh_phrase_say_rates(&b, &f);
	if (f.strata == NULL)
		eh_phrase_say_people(&b, &f);
	return keep(arena, &b);
}

/* The lines that are crossed: "0.90 (drift)", "0.90 (drift) and 0.80 (level)". */
static const char *crossed_lines(struct eh_arena *arena, const json_t *verdict, bool adverse)
{
	EH_JSON_AUTO names = json_array();
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(verdict, "lines"), i, line) {
		const char *said = eh_page_json_text(line, "verdict");
		double tau = eh_page_json_number(line, "tau");
		if (said && strcmp(said, "crossed") == 0)
			eh_page_append(names, json_string(eh_arena_printf(
						       arena, "%s (%s%s)",
						       eh_page_words_number(arena, adverse ? 1 / tau : tau, 2),
						       tau > .85 ? "drift" : "level",
						       eh_page_json_text(line, "layer") ? ", of the floor" : "")));
	}
	return json_array_size(names) ? join(arena, names) : NULL;
}

static void say_with_ratio(struct eh_buf *b, struct eh_arena *arena, enum eh_phrase phrase, double ratio)
{
	const struct eh_phrase_value values[] = {{"ratio", eh_page_words_number(arena, ratio, 2)}, {0}};

	if (!isnan(ratio))
		eh_phrase_put(b, phrase, values);
}

static void say_crossed(struct eh_buf *b, struct eh_arena *arena, const json_t *verdict, const char *lines,
                        const char *policy)
{
	int64_t onset_us;
	const struct eh_phrase_value values[] = {{"line", lines}, {"policy", policy}, {0}};

	eh_phrase_put(b, EH_PHRASE_CROSSED, values);
	if (eh_page_json_time(verdict, "onset", &onset_us)) {
		const struct eh_phrase_value onset[] = {{"onset", eh_page_words_day(arena, onset_us)}, {0}};

		eh_phrase_put(b, EH_PHRASE_ONSET, onset);
	}
	eh_phrase_put(b, EH_PHRASE_NO_FINDING, NULL);
}

const char *eh_serve_verdict_sentence(struct eh_arena *arena, const json_t *verdict, const json_t *battery,
                                      const char *policy)
{
	struct eh_points_about about = eh_serve_about(verdict);
	const char *said = eh_page_json_text(verdict, "verdict");
	double detectable = eh_page_json_number(battery, "detectable_air");
	const char *lines = crossed_lines(arena, verdict, about.adverse);
	EH_BUF_AUTO b = {0};

	if (said && strcmp(said, "crossed") == 0 && lines) {
		say_crossed(&b, arena, verdict, lines, policy);
	} else if (said && strcmp(said, "not_crossed") == 0) {
		eh_phrase_put(&b, EH_PHRASE_NOT_CROSSED, NULL);
		say_with_ratio(&b, arena, EH_PHRASE_COULD_SEE, detectable);
	} else if (said && strcmp(said, "not_enough_data") == 0) {
		eh_phrase_put(&b, EH_PHRASE_NOT_ENOUGH, NULL);
		say_with_ratio(&b, arena, EH_PHRASE_ONLY_SEE, detectable);
	} else {
		eh_phrase_put(&b, said && strcmp(said, "suppressed") == 0 ? EH_PHRASE_SUPPRESSED : EH_PHRASE_STALE, NULL);
	}
	return keep(arena, &b);
}

const char *eh_serve_unknown_sentence(struct eh_arena *arena, const json_t *verdict, const json_t *battery,
                                      const json_t *missing)
{
	const char *said = eh_page_json_text(verdict, "verdict"), *attribute = eh_page_json_text(verdict, "attribute");
	bool crossed = said && strcmp(said, "crossed") == 0;
	struct eh_phrase_unknown u = {.attribute = attribute ? attribute : "label",
	                              .missing = (uint64_t)eh_page_json_count(missing, "n_missing"),
	                              .n = (uint64_t)eh_page_json_count(missing, "n"),
	                              .could_see = crossed ? NAN : eh_page_json_number(battery, "detectable_air")};
	EH_BUF_AUTO b = {0};

	eh_phrase_say_unknown(&b, &u);
	return keep(arena, &b);
}
