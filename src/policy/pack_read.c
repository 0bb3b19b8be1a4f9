/*
 * pack_read.c - reads a pack's file, whole or not at all; see pack.h.
 */
#include <string.h>

#include "base/fixed.h"
#include "base/time.h"
#include "config/yaml.h"
#include "policy/pack_part.h"

#define NAME_MAX_BYTES 40

/* What a metric can be asked for. */
struct able {
	bool rate;          /* it is about the share of an outcome */
	bool table;         /* it is shown, and has neither line nor test */
	unsigned tests;     /* 1 << enum eh_pack_test */
	bool needs_test;    /* it is nothing but its test */
	int64_t least, most; /* of a threshold, in millionths */
	enum eh_pack_direction direction, adverse_direction; /* where the line does not say */
};

#define TESTS_OF_RATES (1u << EH_PACK_FISHER | 1u << EH_PACK_Z)
#define TESTS_OF_SCORES (1u << EH_PACK_WELCH | 1u << EH_PACK_MANN_WHITNEY)
#define M INT64_C(1000000)

static const struct able abilities[] = {
	[EH_PACK_IMPACT_RATIO] = {.rate = true,
	                          .tests = TESTS_OF_RATES | 1u << EH_PACK_SCORE,
	                          .least = M / 10,
	                          .most = 10 * M,
	                          .direction = EH_PACK_BELOW,
	                          .adverse_direction = EH_PACK_ABOVE},
	[EH_PACK_ODDS_RATIO] = {.rate = true,
	                        .tests = TESTS_OF_RATES,
	                        .least = M / 100,
	                        .most = 100 * M,
	                        .direction = EH_PACK_BELOW,
	                        .adverse_direction = EH_PACK_ABOVE},
	[EH_PACK_RATE_DIFFERENCE] = {.rate = true,
	                             .tests = TESTS_OF_RATES,
	                             .least = -M,
	                             .most = M,
	                             .direction = EH_PACK_AT_MOST,
	                             .adverse_direction = EH_PACK_AT_LEAST},
	[EH_PACK_MEAN_DIFFERENCE] = {.tests = TESTS_OF_SCORES, .least = -10 * M, .most = 10 * M, .direction = EH_PACK_AT_MOST},
	[EH_PACK_Z_TEST] = {.rate = true,
	                    .tests = 1u << EH_PACK_Z,
	                    .needs_test = true,
	                    .least = -100 * M,
	                    .most = 100 * M,
	                    .direction = EH_PACK_AT_MOST,
	                    .adverse_direction = EH_PACK_AT_LEAST},
	[EH_PACK_T_TEST] = {.tests = 1u << EH_PACK_WELCH,
	                    .needs_test = true,
	                    .least = -100 * M,
	                    .most = 100 * M,
	                    .direction = EH_PACK_AT_MOST},
	[EH_PACK_DRIVERS] = {.table = true},
	[EH_PACK_SELECTION_TABLE] = {.table = true},
	[EH_PACK_SCORING_TABLE] = {.table = true},
	[EH_PACK_FALSE_ADVERSE] = {.tests = TESTS_OF_RATES, .least = -M, .most = M, .direction = EH_PACK_AT_LEAST},
	[EH_PACK_AMOUNT_GAP] = {.tests = 1u << EH_PACK_WELCH, .least = -10 * M, .most = 10 * M, .direction = EH_PACK_AT_LEAST},
	[EH_PACK_MISSING_SHARE] = {.least = 0, .most = M, .direction = EH_PACK_AT_LEAST},
};

static enum eh_rc read_decimal(const struct eh_yaml *node, int64_t least, int64_t most, int64_t *ppm, struct eh_err *err)
{
	const char *text;
	enum eh_rc rc = eh_yaml_text(node, &text, err);

	if (rc != EH_OK)
		return rc;
	if (eh_fixed_parse(text, strlen(text), 6, ppm) != EH_FIXED_EXACT)
		return eh_yaml_fail(node, err, "\"%s\" is not a decimal number of at most six places", text);
	if (*ppm < least || *ppm > most) {
		char low[32], high[32];

		eh_fixed_format(least, 6, low);
		eh_fixed_format(most, 6, high);
		return eh_yaml_fail(node, err, "%s lies outside %s to %s", text, low, high);
	}
	return EH_OK;
}

static enum eh_rc need_text(const struct eh_yaml *map, const char *key, const char **out, struct eh_err *err)
{
	const struct eh_yaml *node;
	enum eh_rc rc = eh_yaml_need(map, key, &node, err);

	return rc == EH_OK ? eh_yaml_text(node, out, err) : rc;
}

static enum eh_rc need_choice(const struct eh_yaml *map, const char *key, const char *const *choices, int *out,
                              struct eh_err *err)
{
	const struct eh_yaml *node;
	enum eh_rc rc = eh_yaml_need(map, key, &node, err);

	return rc == EH_OK ? eh_yaml_choice(node, choices, out, err) : rc;
}

static enum eh_rc maybe_choice(const struct eh_yaml *map, const char *key, const char *const *choices, int *out,
                               struct eh_err *err)
{
	const struct eh_yaml *node = eh_yaml_get(map, key);

	return node != NULL ? eh_yaml_choice(node, choices, out, err) : EH_OK;
}

/* A day of the calendar, as 2024-07-11. */
static enum eh_rc read_day(const struct eh_yaml *node, const char **text, int64_t *us, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_text(node, text, err);

	if (rc == EH_OK && (node->len != 10 || !eh_time_parse(*text, 10, us)))
		return eh_yaml_fail(node, err, "\"%s\" is not a day as 2024-07-11", *text);
	return rc;
}

/* Where the reader can check a line: what it does not say itself holds as the pack says it. */
static enum eh_rc read_record(const struct eh_yaml *node, const struct eh_pack *p, struct eh_pack_line *l, struct eh_err *err)
{
	const struct eh_yaml *source = eh_yaml_get(node, "source"), *checked = eh_yaml_get(node, "checked"),
			     *note = eh_yaml_get(node, "note");
	int status = (int)p->status;
	int64_t us;
	enum eh_rc rc = need_text(node, "name", &l->name, err);

	l->source = p->source;
	l->checked = p->checked;
	if (rc == EH_OK)
		rc = need_text(node, "citation", &l->citation, err);
	if (rc == EH_OK && source != NULL)
		rc = eh_yaml_text(source, &l->source, err);
	if (rc == EH_OK && checked != NULL)
		rc = read_day(checked, &l->checked, &us, err);
	if (rc == EH_OK && note != NULL)
		rc = eh_yaml_text(note, &l->note, err);
	if (rc == EH_OK)
		rc = maybe_choice(node, "status", eh_pack_statuses, &status, err);
	l->status = (enum eh_pack_status)status;
	for (uint32_t i = 0; rc == EH_OK && i < p->lines; i++)
		if (strcmp(p->line[i].name, l->name) == 0)
			return eh_yaml_fail(node, err, "two lines are named \"%s\"", l->name);
	return rc;
}

static enum eh_rc read_origin(const struct eh_yaml *node, struct eh_pack_line *l, struct eh_err *err)
{
	static const char *const keys[] = {"threshold", "test", "minimum", NULL};
	int all = 0, threshold = 0, test = 0, minimum = 0;
	enum eh_rc rc;

	if (node->kind != EH_YAML_MAPPING) {
		rc = eh_yaml_choice(node, eh_pack_origins, &all, err);
		threshold = test = minimum = all;
	} else {
		rc = eh_yaml_keys(node, keys, err);
		if (rc == EH_OK)
			rc = need_choice(node, "threshold", eh_pack_origins, &threshold, err);
		if (rc == EH_OK)
			rc = need_choice(node, "test", eh_pack_origins, &test, err);
		if (rc == EH_OK)
			rc = need_choice(node, "minimum", eh_pack_origins, &minimum, err);
	}
	l->threshold_origin = (enum eh_pack_origin)threshold;
	l->test_origin = (enum eh_pack_origin)test;
	l->minimum_origin = (enum eh_pack_origin)minimum;
	return rc;
}

static enum eh_rc read_test(const struct eh_yaml *node, const struct able *able, struct eh_pack_line *l, struct eh_err *err)
{
	static const char *const keys[] = {"name", "level", NULL};
	const struct eh_yaml *level;
	int test = 0;
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	if (rc == EH_OK)
		rc = need_choice(node, "name", eh_pack_tests, &test, err);
	if (rc == EH_OK)
		rc = eh_yaml_need(node, "level", &level, err);
	if (rc == EH_OK)
		rc = read_decimal(level, 1, M / 2, &l->level_ppm, err);
	if (rc == EH_OK && (able->tests & 1u << test) == 0)
		return eh_yaml_fail(node, err, "%s is not tested by \"%s\"", eh_pack_metrics[l->metric], eh_pack_tests[test]);
	l->test = (enum eh_pack_test)test;
	return rc;
}

static enum eh_rc read_minimum(const struct eh_yaml *node, struct eh_pack_line *l, struct eh_err *err)
{
	static const char *const keys[] = {"n", "rarer", NULL};
	const struct eh_yaml *n = eh_yaml_get(node, "n"), *rarer = eh_yaml_get(node, "rarer");
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	if (rc == EH_OK && n != NULL)
		rc = eh_yaml_int(n, 1, 1000000, &l->min_n, err);
	if (rc == EH_OK && rarer != NULL)
		rc = eh_yaml_int(rarer, 0, 1000000, &l->min_rarer, err);
	return rc;
}

/* The line, the test and the least data. */
static enum eh_rc read_numbers(const struct eh_yaml *node, struct eh_pack_line *l, struct eh_err *err)
{
	const struct able *able = &abilities[l->metric];
	const struct eh_yaml *threshold = eh_yaml_get(node, "threshold"), *test = eh_yaml_get(node, "test"),
			     *minimum = eh_yaml_get(node, "minimum"), *share = eh_yaml_get(node, "share"), *origin;
	int direction = (int)(l->adverse ? able->adverse_direction : able->direction);
	enum eh_rc rc = EH_OK;

	l->min_n = 30;
	l->min_rarer = 5;
	if (able->table && (threshold != NULL || test != NULL))
		return eh_yaml_fail(node, err, "%s is shown, and has neither threshold nor test", eh_pack_metrics[l->metric]);
	if (able->needs_test && test == NULL)
		return eh_yaml_fail(node, err, "%s needs a test with its level", eh_pack_metrics[l->metric]);
	if (threshold != NULL)
		rc = read_decimal(threshold, able->least, able->most, &l->threshold_ppm, err);
	l->has_threshold = threshold != NULL;
	if (rc == EH_OK && test != NULL)
		rc = read_test(test, able, l, err);
	if (rc == EH_OK && minimum != NULL)
		rc = read_minimum(minimum, l, err);
	if (rc == EH_OK && share != NULL)
		rc = read_decimal(share, 1, M / 2, &l->share_ppm, err);
	if (rc == EH_OK)
		rc = maybe_choice(node, "direction", eh_pack_directions, &direction, err);
	if (rc == EH_OK && direction == EH_PACK_EITHER && l->has_threshold)
		return eh_yaml_fail(threshold, err, "a threshold has a direction: it is crossed from one side");
	l->direction = (enum eh_pack_direction)direction;
	if (rc == EH_OK)
		rc = eh_yaml_need(node, "origin", &origin, err);
	return rc == EH_OK ? read_origin(origin, l, err) : rc;
}

static enum eh_rc read_attributes(struct eh_arena *home, const struct eh_yaml *node, struct eh_pack_line *l, struct eh_err *err)
{
	if (node == NULL || (node->kind == EH_YAML_SCALAR && strcmp(node->text, "all") == 0))
		return EH_OK;
	return eh_yaml_texts(home, node, &l->attributes, &l->attributes_n, err);
}

static enum eh_rc read_line(struct eh_arena *home, const struct eh_yaml *node, struct eh_pack *p, struct eh_err *err)
{
	static const char *const keys[] = {"name",      "citation",  "status",    "source",  "checked", "note",
	                                   "metric",    "outcome",   "attributes", "intersections", "reference", "direction",
	                                   "threshold", "test",      "minimum",   "share",   "origin",  NULL};
	static const char *const outcomes[] = {"favourable", "adverse", NULL};
	const struct eh_yaml *intersections = eh_yaml_get(node, "intersections");
	struct eh_pack_line *l = &p->line[p->lines];
	int metric = 0, outcome = 0, reference = 0;
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	if (rc == EH_OK)
		rc = read_record(node, p, l, err);
	if (rc == EH_OK)
		rc = need_choice(node, "metric", eh_pack_metrics, &metric, err);
	if (rc == EH_OK)
		rc = maybe_choice(node, "outcome", outcomes, &outcome, err);
	if (rc == EH_OK)
		rc = maybe_choice(node, "reference", eh_pack_references, &reference, err);
	if (rc == EH_OK)
		rc = read_attributes(home, eh_yaml_get(node, "attributes"), l, err);
	if (rc == EH_OK && intersections != NULL)
		rc = eh_yaml_bool(intersections, &l->intersections, err);
	l->metric = (enum eh_pack_metric)metric;
	l->adverse = outcome == 1;
	l->reference = (enum eh_pack_reference)reference;
	if (rc == EH_OK && l->adverse && !abilities[l->metric].rate)
		return eh_yaml_fail(eh_yaml_get(node, "outcome"), err, "%s is not about a share of decisions", eh_pack_metrics[metric]);
	if (rc == EH_OK)
		rc = read_numbers(node, l, err);
	p->lines++;
	return rc;
}

static enum eh_rc read_lines(struct eh_arena *home, const struct eh_yaml *node, struct eh_pack *p, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);

	if (rc != EH_OK)
		return rc;
	if (node->n == 0 || node->n > EH_PACK_LINES_MAX)
		return eh_yaml_fail(node, err, "a pack has 1 to %d lines", EH_PACK_LINES_MAX);
	for (const struct eh_yaml *item = node->first; rc == EH_OK && item != NULL; item = item->next)
		rc = read_line(home, item, p, err);
	return rc;
}

static enum eh_rc read_effective(const struct eh_yaml *node, struct eh_pack *p, struct eh_err *err)
{
	static const char *const keys[] = {"from", "to", NULL};
	const struct eh_yaml *from = eh_yaml_get(node, "from"), *to = eh_yaml_get(node, "to");
	const char *text;
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	if (rc == EH_OK && from != NULL)
		rc = read_day(from, &text, &p->from_us, err);
	if (rc == EH_OK && to != NULL)
		rc = read_day(to, &text, &p->to_us, err);
	if (rc == EH_OK && p->to_us <= p->from_us)
		return eh_yaml_fail(node, err, "the pack ends before it begins");
	return rc;
}

static enum eh_rc read_name(const struct eh_yaml *root, struct eh_pack *p, struct eh_err *err)
{
	const struct eh_yaml *node;
	enum eh_rc rc = eh_yaml_need(root, "pack", &node, err);

	if (rc == EH_OK)
		rc = eh_yaml_text(node, &p->name, err);
	if (rc == EH_OK && (node->len > NAME_MAX_BYTES || strspn(p->name, "abcdefghijklmnopqrstuvwxyz0123456789-") != node->len))
		return eh_yaml_fail(node, err, "a pack's name is of a-z, 0-9 and -, at most %d long", NAME_MAX_BYTES);
	return rc;
}

static enum eh_rc read_head(struct eh_arena *home, const struct eh_yaml *root, struct eh_pack *p, struct eh_err *err)
{
	const struct eh_yaml *node;
	int status = 0, period = 0;
	int64_t us;
	enum eh_rc rc = read_name(root, p, err);

	if (rc == EH_OK)
		rc = need_text(root, "title", &p->title, err);
	if (rc == EH_OK)
		rc = need_text(root, "jurisdiction", &p->jurisdiction, err);
	if (rc == EH_OK)
		rc = need_text(root, "citation", &p->citation, err);
	if (rc == EH_OK)
		rc = need_text(root, "source", &p->source, err);
	if (rc == EH_OK)
		rc = need_text(root, "note", &p->note, err);
	if (rc == EH_OK)
		rc = eh_yaml_need(root, "checked", &node, err);
	if (rc == EH_OK)
		rc = read_day(node, &p->checked, &us, err);
	if (rc == EH_OK)
		rc = eh_yaml_need(root, "line_of_business", &node, err);
	if (rc == EH_OK)
		rc = eh_yaml_texts(home, node, &p->business, &p->business_n, err);
	if (rc == EH_OK)
		rc = need_choice(root, "status", eh_pack_statuses, &status, err);
	if (rc == EH_OK)
		rc = need_choice(root, "period", eh_pack_periods, &period, err);
	p->status = (enum eh_pack_status)status;
	p->period = (enum eh_pack_period)period;
	return rc;
}

static enum eh_rc take_tree(struct eh_arena *home, const struct eh_yaml *root, const struct eh_pack **pack, struct eh_err *err)
{
	static const char *const keys[] = {"pack",   "title", "jurisdiction", "line_of_business", "citation", "status", "source",
	                                   "checked", "note",  "effective",    "enabled",          "period",   "lines",  NULL};
	struct eh_pack *p = eh_arena_zalloc(home, 1, sizeof *p);
	const struct eh_yaml *node;
	enum eh_rc rc = eh_yaml_keys(root, keys, err);

	p->from_us = INT64_MIN;
	p->to_us = INT64_MAX;
	if (rc == EH_OK)
		rc = read_head(home, root, p, err);
	if (rc == EH_OK && (node = eh_yaml_get(root, "effective")) != NULL)
		rc = read_effective(node, p, err);
	if (rc == EH_OK)
		rc = eh_yaml_need(root, "enabled", &node, err);
	if (rc == EH_OK)
		rc = eh_yaml_bool(node, &p->enabled, err);
	if (rc == EH_OK && p->enabled && p->status == EH_PACK_DRAFT)
		return eh_yaml_fail(node, err, "a draft that was never adopted is off until people decide otherwise");
	if (rc == EH_OK)
		rc = eh_yaml_need(root, "lines", &node, err);
	if (rc == EH_OK)
		rc = read_lines(home, node, p, err);
	if (rc != EH_OK)
		return rc;
	eh_pack_seal(home, p);
	*pack = p;
	return EH_OK;
}

enum eh_rc eh_pack_parse(struct eh_arena *home, const char *file, const char *text, size_t len, const struct eh_pack **pack,
                         struct eh_err *err)
{
	const struct eh_yaml *root;
	enum eh_rc rc = eh_yaml_parse(home, file, text, len, &root, err);

	return rc == EH_OK ? take_tree(home, root, pack, err) : rc;
}

enum eh_rc eh_pack_read(struct eh_arena *home, const char *path, const struct eh_pack **pack, struct eh_err *err)
{
	const struct eh_yaml *root;
	enum eh_rc rc = eh_yaml_read(home, path, &root, NULL, NULL, err);

	return rc == EH_OK ? take_tree(home, root, pack, err) : rc;
}
