/*
 * policy.c - see policy.h.
 */
#include "policy/policy.h"

#include <string.h>

#include "base/fixed.h"
#include "base/json.h"
#include "base/time.h"
#include "config/yaml.h"

static const char *const outcome_names[] = {"favourable", "adverse", NULL};

double eh_policy_fraction(int64_t ppm)
{
	return (double)ppm / EH_POLICY_PPM;
}

static json_t *decimal(int64_t ppm)
{
	char text[32];

	eh_fixed_format(ppm, 6, text);
	return json_string(text);
}

/* Writes the canonical form and names the version by it. */
static void seal(struct eh_arena *home, struct eh_policy *p)
{
	EH_BUF_AUTO text = {0};
	EH_JSON_AUTO lines = json_array();
	EH_JSON_AUTO outcomes = json_array();
	struct eh_err err;

	for (uint32_t i = 0; i < p->lines; i++)
		json_array_append_new(lines, json_pack("{s:o,s:o}", "tau", decimal(p->line[i].tau_ppm), "gate",
		                                       decimal(p->line[i].gate_ppm)));
	if (p->favourable)
		json_array_append_new(outcomes, json_string(outcome_names[0]));
	if (p->adverse)
		json_array_append_new(outcomes, json_string(outcome_names[1]));
	EH_JSON_AUTO doc = json_pack(
		"{s:s,s:s,s:I,s:{s:o,s:o},s:{s:I,s:I},s:O,s:O,s:b}", "detector", "shiryaev-roberts-2x2/1", "policy",
		p->name, "window_seconds", (json_int_t)(p->window_us / EH_SECOND_US), "budget", "page",
		decimal(p->page_ppm), "review", decimal(p->review_ppm), "minimum", "n", (json_int_t)p->min_n, "rarer",
		(json_int_t)p->min_rarer, "lines", lines, "outcomes", outcomes, "conditional", p->conditional);
	EH_ASSERT(doc != NULL && eh_json_canonical(doc, &text, &err) == EH_OK);
	p->canonical = eh_arena_strndup(home, text.data, text.len);
	p->version = eh_sha256_of(text.data, text.len);
}

static struct eh_policy defaults(void)
{
	return (struct eh_policy){
		.name = "built-in default",
		.window_us = 30 * EH_DAY_US,
		.page_ppm = EH_POLICY_PPM / 2,
		.review_ppm = 4 * EH_POLICY_PPM,
		.min_n = 30,
		.min_rarer = 5,
		.line = {{.tau_ppm = 900000, .gate_ppm = 850000}, {.tau_ppm = 800000, .gate_ppm = 800000}},
		.lines = 2,
		.favourable = true,
		.adverse = true,
		.conditional = true};
}

const struct eh_policy *eh_policy_default(struct eh_arena *home)
{
	struct eh_policy *p = eh_arena_zalloc(home, 1, sizeof *p);

	*p = defaults();
	seal(home, p);
	return p;
}

/* A decimal number between two bounds, both in millionths. */
static enum eh_rc read_decimal(const struct eh_yaml *node, int64_t min_ppm, int64_t max_ppm, int64_t *ppm,
                               struct eh_err *err)
{
	const char *text;
	enum eh_rc rc = eh_yaml_text(node, &text, err);

	if (rc != EH_OK)
		return rc;
	if (eh_fixed_parse(text, strlen(text), 6, ppm) != EH_FIXED_EXACT)
		return eh_yaml_fail(node, err, "\"%s\" is not a decimal number of at most six places", text);
	if (*ppm < min_ppm || *ppm > max_ppm) {
		char low[32], high[32];

		eh_fixed_format(min_ppm, 6, low);
		eh_fixed_format(max_ppm, 6, high);
		return eh_yaml_fail(node, err, "%s lies outside %s to %s", text, low, high);
	}
	return EH_OK;
}

static enum eh_rc read_budget(const struct eh_yaml *node, struct eh_policy *p, struct eh_err *err)
{
	static const char *const keys[] = {"page", "review", NULL};
	const struct eh_yaml *page = eh_yaml_get(node, "page"), *review = eh_yaml_get(node, "review");
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	if (rc == EH_OK && page != NULL)
		rc = read_decimal(page, 1000, 1000 * (int64_t)EH_POLICY_PPM, &p->page_ppm, err);
	if (rc == EH_OK && review != NULL)
		rc = read_decimal(review, 1000, 1000 * (int64_t)EH_POLICY_PPM, &p->review_ppm, err);
	if (rc == EH_OK && p->page_ppm > p->review_ppm)
		return eh_yaml_fail(node, err, "the budget for pages is larger than that for the review queue");
	return rc;
}

static enum eh_rc read_minimum(const struct eh_yaml *node, struct eh_policy *p, struct eh_err *err)
{
	static const char *const keys[] = {"n", "rarer", NULL};
	const struct eh_yaml *n = eh_yaml_get(node, "n"), *rarer = eh_yaml_get(node, "rarer");
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	if (rc == EH_OK && n != NULL)
		rc = eh_yaml_int(n, 1, 1000000, &p->min_n, err);
	if (rc == EH_OK && rarer != NULL)
		rc = eh_yaml_int(rarer, 1, 1000000, &p->min_rarer, err);
	return rc;
}

static enum eh_rc read_line(const struct eh_yaml *node, struct eh_policy *p, struct eh_err *err)
{
	static const char *const keys[] = {"tau", "gate", NULL};
	const struct eh_yaml *tau, *gate;
	struct eh_policy_line *line = &p->line[p->lines];
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	if (rc == EH_OK)
		rc = eh_yaml_need(node, "tau", &tau, err);
	if (rc == EH_OK)
		rc = eh_yaml_need(node, "gate", &gate, err);
	if (rc == EH_OK)
		rc = read_decimal(tau, 300000, 999999, &line->tau_ppm, err);
	if (rc == EH_OK)
		rc = read_decimal(gate, 100000, 999999, &line->gate_ppm, err);
	if (rc == EH_OK && line->gate_ppm > line->tau_ppm)
		return eh_yaml_fail(gate, err, "a gate above its tau would let through what the test does not claim");
	for (uint32_t i = 0; rc == EH_OK && i < p->lines; i++)
		if (p->line[i].tau_ppm == line->tau_ppm)
			return eh_yaml_fail(tau, err, "this tau is listed twice");
	p->lines++;
	return rc;
}

static enum eh_rc read_lines(const struct eh_yaml *node, struct eh_policy *p, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);

	if (rc != EH_OK)
		return rc;
	if (node->n == 0 || node->n > EH_POLICY_LINES_MAX)
		return eh_yaml_fail(node, err, "a policy has 1 to %d lines", EH_POLICY_LINES_MAX);
	p->lines = 0;
	for (const struct eh_yaml *item = node->first; rc == EH_OK && item != NULL; item = item->next)
		rc = read_line(item, p, err);
	return rc;
}

static enum eh_rc read_outcomes(const struct eh_yaml *node, struct eh_policy *p, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);

	p->favourable = p->adverse = false;
	for (const struct eh_yaml *item = rc == EH_OK ? node->first : NULL; rc == EH_OK && item != NULL;
	     item = item->next) {
		int which;

		rc = eh_yaml_choice(item, outcome_names, &which, err);
		if (rc == EH_OK)
			*(which == 0 ? &p->favourable : &p->adverse) = true;
	}
	if (rc == EH_OK && !p->favourable && !p->adverse)
		return eh_yaml_fail(node, err, "a policy watches at least one outcome");
	return rc;
}

static enum eh_rc read_keys(const struct eh_yaml *root, struct eh_policy *p, struct eh_err *err)
{
	static const char *const keys[] = {"policy", "window",   "budget",      "minimum",
	                                   "lines",  "outcomes", "conditional", NULL};
	const struct eh_yaml *node;
	enum eh_rc rc = eh_yaml_keys(root, keys, err);

	if (rc == EH_OK)
		rc = eh_yaml_need(root, "policy", &node, err);
	if (rc == EH_OK)
		rc = eh_yaml_text(node, &p->name, err);
	if (rc == EH_OK && (node = eh_yaml_get(root, "window")) != NULL) {
		rc = eh_yaml_duration(node, &p->window_us, err);
		if (rc == EH_OK && (p->window_us < EH_DAY_US || p->window_us > 366 * EH_DAY_US))
			return eh_yaml_fail(node, err, "a window is between 1d and 366d long");
	}
	if (rc == EH_OK && (node = eh_yaml_get(root, "budget")) != NULL)
		rc = read_budget(node, p, err);
	if (rc == EH_OK && (node = eh_yaml_get(root, "minimum")) != NULL)
		rc = read_minimum(node, p, err);
	if (rc == EH_OK && (node = eh_yaml_get(root, "lines")) != NULL)
		rc = read_lines(node, p, err);
	if (rc == EH_OK && (node = eh_yaml_get(root, "outcomes")) != NULL)
		rc = read_outcomes(node, p, err);
	if (rc == EH_OK && (node = eh_yaml_get(root, "conditional")) != NULL)
		rc = eh_yaml_bool(node, &p->conditional, err);
	return rc;
}

static enum eh_rc take_tree(struct eh_arena *home, const struct eh_yaml *root, const struct eh_policy **policy,
                            struct eh_err *err)
{
	struct eh_policy *p = eh_arena_zalloc(home, 1, sizeof *p);
	enum eh_rc rc = eh_yaml_want(root, EH_YAML_MAPPING, err);

	*p = defaults();
	if (rc == EH_OK)
		rc = read_keys(root, p, err);
	if (rc != EH_OK)
		return rc;
	seal(home, p);
	*policy = p;
	return EH_OK;
}

enum eh_rc eh_policy_parse(struct eh_arena *home, const char *file, const char *text, size_t len,
                           const struct eh_policy **policy, struct eh_err *err)
{
	const struct eh_yaml *root;
	enum eh_rc rc = eh_yaml_parse(home, file, text, len, &root, err);

	return rc == EH_OK ? take_tree(home, root, policy, err) : rc;
}

enum eh_rc eh_policy_read(struct eh_arena *home, const char *path, const struct eh_policy **policy, struct eh_err *err)
{
	const struct eh_yaml *root;
	enum eh_rc rc = eh_yaml_read(home, path, &root, NULL, NULL, err);

	return rc == EH_OK ? take_tree(home, root, policy, err) : rc;
}
