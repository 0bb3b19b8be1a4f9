/*
 * sentences.c - see sentences.h.
 */
#include "serve/sentences.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
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

static const char *rate_words(struct eh_arena *arena, const json_t *verdict, const char *n_key, const char *k_key)
{
	int64_t n = eh_page_json_count(verdict, n_key), k = eh_page_json_count(verdict, k_key);

	return eh_arena_printf(arena, "%s of %s", eh_page_words_share(arena, n > 0 ? (double)k / (double)n : NAN),
	                       eh_page_words_plural(arena, n, "decision", "decisions"));
}

const char *eh_serve_monitor_sentence(struct eh_arena *arena, const json_t *verdict, const json_t *battery)
{
	struct eh_points_about about = eh_serve_about(verdict);
	double air = eh_page_json_number(verdict, "air"), lo = eh_page_json_number(verdict, "air_lo");
	double hi = eh_page_json_number(verdict, "air_hi");
	const char *window = eh_serve_window_words(arena, verdict);
	EH_BUF_AUTO b = {0};

	(void)battery;
	eh_buf_printf(&b, "%s%s, %s about %s were %s, against %s about %s", window ? "From " : "In the last 30 days",
	              window ? window : "", rate_words(arena, verdict, "n_protected", "k_protected"), about.group,
	              about.adverse ? "adverse" : "favourable",
	              rate_words(arena, verdict, "n_reference", "k_reference"), about.reference);
	if (isnan(air)) {
		eh_buf_puts(&b, ".");
	} else {
		eh_buf_printf(&b, ": a ratio of %s", eh_page_words_number(arena, air, 2));
		if (about.conditional)
			eh_buf_printf(&b, " within the same %s", join(arena, json_object_get(verdict, "strata")));
		if (!isnan(lo) && !isnan(hi))
			eh_buf_printf(&b, " (95\u00a0%% interval %s to %s)", eh_page_words_number(arena, lo, 2),
			              eh_page_words_number(arena, hi, 2));
		eh_buf_puts(&b, ".");
	}
	return eh_arena_strdup(arena, b.data);
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
						       arena, "%s (%s)",
						       eh_page_words_number(arena, adverse ? 1 / tau : tau, 2),
						       tau > .85 ? "drift" : "level")));
	}
	return json_array_size(names) ? join(arena, names) : NULL;
}

const char *eh_serve_verdict_sentence(struct eh_arena *arena, const json_t *verdict, const json_t *battery)
{
	struct eh_points_about about = eh_serve_about(verdict);
	const char *said = eh_page_json_text(verdict, "verdict");
	double detectable = eh_page_json_number(battery, "detectable_air");
	const char *lines = crossed_lines(arena, verdict, about.adverse);
	int64_t onset_us;

	if (said && strcmp(said, "crossed") == 0 && lines) {
		const char *since = eh_page_json_time(verdict, "onset", &onset_us)
		                            ? eh_arena_printf(arena, "; the change is estimated to have begun on %s",
		                                              eh_page_words_day(arena, onset_us))
		                            : "";
		return eh_arena_printf(
			arena,
			"The indicator crossed the line %s of the policy%s. A statistical difference is not by itself "
			"a finding of unlawful discrimination.",
			lines, since);
	}
	if (said && strcmp(said, "not_crossed") == 0)
		return isnan(detectable)
		               ? "No line of the policy is crossed."
		               : eh_arena_printf(
					 arena,
					 "No line of the policy is crossed. "
			                  "This window could have told a ratio of %s from parity "
					 "(4 times in 5); a smaller gap can hide in it.",
					 eh_page_words_number(arena, detectable, 2));
	if (said && strcmp(said, "not_enough_data") == 0)
		return isnan(detectable)
		               ? "There is not enough data to say whether a line is crossed. "
				  "That is not a good result; it is none."
		               : eh_arena_printf(
					 arena,
					 "There is not enough data to say whether a line is crossed: "
			                  "only a ratio of %s or less would "
					 "stand out.",
					 eh_page_words_number(arena, detectable, 2));
	if (said && strcmp(said, "suppressed") == 0)
		return "The figures are held back, as they are about too few people.";
	return "The source is silent, so this is how things stood, not how they stand.";
}
