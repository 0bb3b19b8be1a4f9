/*
 * say_parts.h - the parts of an audit in words, for say_audit.c and for nobody else.
 *
 * Each adds its sentences, tables and charts to the section that is open, and adds
 * nothing where the audit has nothing of its kind.
 *
 * Threads  one.
 */
#ifndef EH_REPORT_SAY_PARTS_H
#define EH_REPORT_SAY_PARTS_H

#include "report/say.h"

/* One side of a verdict: favourable decisions or adverse ones. */
struct eh_say_side {
	double ratio, lo, hi, line, detectable; /* NaN where not known */
	bool crossed;                           /* beyond its line, and there is enough data */
};

/* One group against another, read once from the tree. */
struct eh_say_pair {
	const char *attribute, *group, *reference;
	const json_t *json;
	double n, n_ref, k, k_ref, rate, rate_ref;
	struct eh_say_side favourable, adverse;
	bool enough, rare; /* rare: chance gives as much seldom (p < .05) */
	double p;
	double people, people_lo, people_hi; /* shortfall to the reference's rate */
};

struct eh_say_pair eh_say_pair(const char *attribute, const char *group, const char *reference, const json_t *json);

enum eh_state eh_say_pair_state(const struct eh_say_pair *pair);

/* Where an attribute has more pairs than EH_SAY_TOLD, sentences are for those that crossed a line; tables have all. */
#define EH_SAY_TOLD 12
bool eh_say_is_told(const json_t *about, const json_t *pair);

/* The order in which pairs are shown: what crossed a line first, what was not crossed last. */
#define EH_SAY_ORDERS 4
enum eh_state eh_say_order(size_t i);
const char *eh_say_pair_word(const struct eh_say_pair *pair); /* "crossed", "not crossed", "not enough data" */

/* The answer for one pair: rates, ratio, line, chance, people, what could have been seen. */
void eh_say_pair_answer(struct eh_say *say, const struct eh_say_pair *pair);

/* Within strata: say_strata.c. */
void eh_say_strata(struct eh_say *say, const char *attribute, const json_t *about);

void eh_say_score(struct eh_say *say, const char *attribute, const json_t *about);
void eh_say_outcomes(struct eh_say *say, const char *attribute, const json_t *about);
void eh_say_calibration(struct eh_say *say, const char *attribute, const json_t *about);
void eh_say_models(struct eh_say *say, const char *attribute, const json_t *about);
void eh_say_proxies(struct eh_say *say, const char *attribute, const json_t *about);
void eh_say_amounts(struct eh_say *say, const char *attribute, const json_t *about);
void eh_say_variable_test(struct eh_say *say, const char *attribute, const json_t *about);
void eh_say_overrides(struct eh_say *say, const char *attribute, const json_t *about);
void eh_say_times(struct eh_say *say, const char *attribute, const json_t *about);
/* Groups known by probabilities only: a bracket with words (say_membership.c). */
void eh_say_membership(struct eh_say *say, size_t number, const char *attribute, const json_t *about);
void eh_say_estimated_overview(struct eh_say *say);
enum eh_state eh_say_estimated_state(const json_t *pair);

/* Selection and scoring rates of an `ll144` key, and how many are unknown; `what` begins the captions. */
void eh_say_ll144_tables(struct eh_say *say, const char *what, const json_t *ll144);
void eh_say_ll144(struct eh_say *say, const char *attribute, const json_t *about);
void eh_say_attribute(struct eh_say *say, size_t number, const char *attribute, const json_t *about);

/* Whole sections. */
void eh_say_overview(struct eh_say *say);
void eh_say_data(struct eh_say *say);
void eh_say_cells(struct eh_say *say);
void eh_say_windows(struct eh_say *say);
void eh_say_questions(struct eh_say *say);
void eh_say_method(struct eh_say *say);

/* Charts: say_charts.c. */
void eh_say_chart_ratios(struct eh_say *say);
void eh_say_chart_rates(struct eh_say *say, size_t number, const char *attribute, const json_t *about);
void eh_say_chart_estimates(struct eh_say *say, size_t number, const char *attribute, const json_t *about);
void eh_say_chart_windows(struct eh_say *say, const char *id, const json_t *windows);
void eh_say_chart_calibration(struct eh_say *say, const char *id, const char *attribute, const json_t *table);

/* "of group": an attribute and its group, as "sex: female". */
const char *eh_say_name(const struct eh_say *say, const char *attribute, const char *group);

#endif
