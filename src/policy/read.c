/*
 * read.c - a policy file, read strictly and whole or refused with the place and the reason.
 */
#include <inttypes.h>
#include <string.h>

#include "base/fixed.h"
#include "base/time.h"
#include "policy/inside.h"

#define WINDOW_MAX_DAYS 366
#define MATURITY_MAX_DAYS 3660
#define STORED "stored policy" /* what a stored version is read as */

enum eh_rc eh_policy_read_decimal(const struct eh_yaml *node, int64_t min_micro, int64_t max_micro, int64_t *micro,
                                  struct eh_err *err)
{
	const char *text;
	enum eh_rc rc = eh_yaml_text(node, &text, err);

	if (rc != EH_OK)
		return rc;
	if (eh_fixed_parse(text, strlen(text), 6, micro) != EH_FIXED_EXACT)
		return eh_yaml_fail(node, err, "\"%s\" is not a decimal number of at most six places", text);
	if (*micro < min_micro || *micro > max_micro) {
		char low[32], high[32];

		eh_fixed_format(min_micro, 6, low);
		eh_fixed_format(max_micro, 6, high);
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
		rc = eh_policy_read_decimal(page, 1000, 1000 * (int64_t)EH_POLICY_PPM, &p->page_ppm, err);
	if (rc == EH_OK && review != NULL)
		rc = eh_policy_read_decimal(review, 1000, 1000 * (int64_t)EH_POLICY_PPM, &p->review_ppm, err);
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

static enum eh_rc read_line(const struct eh_yaml *node, struct eh_policy_family *f, struct eh_err *err)
{
	static const char *const keys[] = {"tau", "gate", NULL};
	const struct eh_yaml *tau, *gate;
	struct eh_policy_line *line = &f->line[f->lines];
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	if (rc == EH_OK)
		rc = eh_yaml_need(node, "tau", &tau, err);
	if (rc == EH_OK)
		rc = eh_yaml_need(node, "gate", &gate, err);
	if (rc == EH_OK)
		rc = eh_policy_read_decimal(tau, 300000, 999999, &line->tau_ppm, err);
	if (rc == EH_OK)
		rc = eh_policy_read_decimal(gate, 100000, 999999, &line->gate_ppm, err);
	if (rc == EH_OK && line->gate_ppm > line->tau_ppm)
		return eh_yaml_fail(gate, err, "a gate above its tau would let through what the test does not claim");
	for (uint32_t i = 0; rc == EH_OK && i < f->lines; i++)
		if (f->line[i].tau_ppm == line->tau_ppm)
			return eh_yaml_fail(tau, err, "this tau is listed twice");
	f->lines++;
	return rc;
}

static enum eh_rc read_lines(const struct eh_yaml *node, struct eh_policy_family *f, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);

	if (rc != EH_OK)
		return rc;
	if (node->n == 0 || node->n > EH_POLICY_LINES_MAX)
		return eh_yaml_fail(node, err, "a policy has 1 to %d lines", EH_POLICY_LINES_MAX);
	memset(f->line, 0, sizeof f->line);
	f->lines = 0;
	for (const struct eh_yaml *item = node->first; rc == EH_OK && item != NULL; item = item->next)
		rc = read_line(item, f, err);
	return rc;
}

/* {score: {above: X}}: the share of scores at or above X, as one more outcome. */
static enum eh_rc read_cut(const struct eh_yaml *node, struct eh_policy_family *f, struct eh_err *err)
{
	static const char *const outer[] = {"score", NULL}, *const inner[] = {"above", NULL};
	const struct eh_yaml *score, *above;
	int64_t cut_micro = 0;
	uint32_t at = 0;
	enum eh_rc rc = eh_yaml_keys(node, outer, err);

	if (rc == EH_OK)
		rc = eh_yaml_need(node, "score", &score, err);
	if (rc == EH_OK)
		rc = eh_yaml_keys(score, inner, err);
	if (rc == EH_OK)
		rc = eh_yaml_need(score, "above", &above, err);
	if (rc == EH_OK)
		rc = eh_policy_read_decimal(above, -INT64_C(1000000000000), INT64_C(1000000000000), &cut_micro, err);
	if (rc != EH_OK)
		return rc;
	if (f->cuts == EH_POLICY_CUTS_MAX)
		return eh_yaml_fail(node, err, "at most %d cuts of the score are watched", EH_POLICY_CUTS_MAX);
	while (at < f->cuts && f->cut_micro[at] < cut_micro)
		at++;
	if (at < f->cuts && f->cut_micro[at] == cut_micro)
		return eh_yaml_fail(above, err, "this cut is listed twice");
	memmove(f->cut_micro + at + 1, f->cut_micro + at, (f->cuts - at) * sizeof *f->cut_micro);
	f->cut_micro[at] = cut_micro;
	f->cuts++;
	return EH_OK;
}

static enum eh_rc read_outcomes(const struct eh_yaml *node, struct eh_policy_family *f, struct eh_err *err)
{
	static const char *const names[] = {"favourable", "adverse", NULL};
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);

	f->favourable = f->adverse = false;
	f->cuts = 0;
	for (const struct eh_yaml *item = rc == EH_OK ? node->first : NULL; rc == EH_OK && item != NULL;
	     item = item->next) {
		int which = 0;

		if (item->kind == EH_YAML_MAPPING) {
			rc = read_cut(item, f, err);
			continue;
		}
		rc = eh_yaml_choice(item, names, &which, err);
		if (rc == EH_OK)
			*(which == 0 ? &f->favourable : &f->adverse) = true;
	}
	if (rc == EH_OK && !f->favourable && !f->adverse && f->cuts == 0)
		return eh_yaml_fail(node, err, "a policy watches at least one outcome");
	return rc;
}

/* A length of time: in a file as 30d, in a stored version in whole seconds.  An absent key changes nothing. */
static enum eh_rc read_length(const struct eh_policy_reading *r, const struct eh_yaml *parent, const char *name,
                              int64_t max_days, int64_t *us, struct eh_err *err)
{
	const struct eh_yaml *node =
		eh_yaml_get(parent, r->stored ? eh_arena_printf(r->home, "%s_seconds", name) : name);
	enum eh_rc rc = EH_OK;

	if (node == NULL)
		return EH_OK;
	if (r->stored) {
		rc = eh_yaml_int(node, 1, max_days * (EH_DAY_US / EH_SECOND_US), us, err);
		*us *= EH_SECOND_US;
	} else {
		rc = eh_yaml_duration(node, us, err);
	}
	if (rc == EH_OK && (*us < EH_DAY_US || *us > max_days * EH_DAY_US))
		return eh_yaml_fail(node, err, "a %s is between 1d and %" PRId64 "d long", name, max_days);
	return rc;
}

enum eh_rc eh_policy_read_common(const struct eh_policy_reading *r, const struct eh_yaml *parent,
                                 struct eh_policy_family *f, struct eh_err *err)
{
	const struct eh_yaml *node;
	enum eh_rc rc = read_length(r, parent, "window", WINDOW_MAX_DAYS, &f->window_us, err);

	if (rc == EH_OK && (node = eh_yaml_get(parent, "lines")) != NULL)
		rc = read_lines(node, f, err);
	if (rc == EH_OK && (node = eh_yaml_get(parent, "outcomes")) != NULL)
		rc = read_outcomes(node, f, err);
	if (rc == EH_OK && (node = eh_yaml_get(parent, "conditional")) != NULL)
		rc = eh_yaml_bool(node, &f->conditional, err);
	if (rc == EH_OK && (node = eh_yaml_get(parent, "two_sided")) != NULL)
		rc = eh_yaml_bool(node, &f->two_sided, err);
	return rc;
}

static enum eh_rc read_detector(const struct eh_yaml *node, struct eh_policy *p, struct eh_err *err)
{
	int which = 0;
	enum eh_rc rc = eh_yaml_choice(node, eh_policy_detectors, &which, err);

	if (rc == EH_OK) {
		p->detector = eh_policy_detectors[which];
		p->detector_version = which + 1;
	}
	return rc;
}

static enum eh_rc read_deadlines(const struct eh_policy_reading *r, const struct eh_yaml *root, struct eh_err *err)
{
	const struct eh_yaml *node = eh_yaml_get(root, "deadlines");

	if (node == NULL)
		return EH_OK;
	r->policy->deadlines_given = true;
	return eh_policy_deadlines_read(r->home, node, &r->policy->deadlines, err);
}

/* What is said for all families, and of the policy as a whole. */
static enum eh_rc read_whole(struct eh_policy_reading *r, const struct eh_yaml *root, struct eh_err *err)
{
	struct eh_policy *p = r->policy;
	const struct eh_yaml *node;
	enum eh_rc rc = eh_yaml_need(root, "policy", &node, err);

	if (rc == EH_OK)
		rc = eh_yaml_text(node, &p->name, err);
	if (rc == EH_OK && (node = eh_yaml_get(root, "detector")) != NULL)
		rc = read_detector(node, p, err);
	if (rc == EH_OK && (node = eh_yaml_get(root, "budget")) != NULL)
		rc = read_budget(node, p, err);
	if (rc == EH_OK && (node = eh_yaml_get(root, "minimum")) != NULL)
		rc = read_minimum(node, p, err);
	if (rc == EH_OK)
		rc = read_deadlines(r, root, err);
	if (rc == EH_OK)
		rc = read_length(r, root, "maturity", MATURITY_MAX_DAYS, &p->maturity_us, err);
	return rc == EH_OK ? eh_policy_read_common(r, root, &r->given, err) : rc;
}

static enum eh_rc read_keys(const struct eh_policy_reading *r, const struct eh_yaml *root, struct eh_err *err)
{
	static const char *const written[] = {"policy", "detector", "window",   "budget",      "minimum",  "maturity",
	                                      "lines",  "outcomes", "conditional", "two_sided", "families",    "deadlines", NULL};
	static const char *const stored[] = {"policy",           "detector", "window_seconds", "budget",      "minimum",
	                                     "maturity_seconds", "lines",    "outcomes",       "conditional", "two_sided", "families",
	                                     "deadlines",        NULL};

	return eh_yaml_keys(root, r->stored ? stored : written, err);
}

static enum eh_rc take_tree(struct eh_arena *home, const struct eh_yaml *root, bool stored,
                            const struct eh_policy **policy, struct eh_err *err)
{
	struct eh_policy *p = eh_arena_zalloc(home, 1, sizeof *p);
	const struct eh_policy *base = eh_policy_default(home);
	struct eh_policy_reading r = {.home = home, .policy = p, .given = *base->family, .stored = stored};
	const struct eh_yaml *families = eh_yaml_get(root, "families");

	*p = (struct eh_policy){.detector = base->detector,
	                        .detector_version = base->detector_version,
	                        .page_ppm = base->page_ppm,
	                        .review_ppm = base->review_ppm,
	                        .min_n = base->min_n,
	                        .min_rarer = base->min_rarer,
	                        .deadlines = base->deadlines,
	                        .family = &r.given,
	                        .families = 1,
	                        .flat = families == NULL};
	enum eh_rc rc = read_keys(&r, root, err);
	if (rc == EH_OK)
		rc = read_whole(&r, root, err);
	if (rc == EH_OK && families != NULL)
		rc = eh_policy_read_families(&r, families, err);
	if (rc == EH_OK)
		rc = eh_policy_gather(p, families, err);
	if (rc != EH_OK)
		return rc;
	if (p->flat) {
		struct eh_policy_family *everything = eh_arena_zalloc(home, 1, sizeof *everything);

		*everything = r.given;
		p->family = everything;
	}
	eh_policy_seal(home, p);
	*policy = p;
	return EH_OK;
}

enum eh_rc eh_policy_parse(struct eh_arena *home, const char *file, const char *text, size_t len,
                           const struct eh_policy **policy, struct eh_err *err)
{
	const struct eh_yaml *root;
	enum eh_rc rc = eh_yaml_parse(home, file, text, len, &root, err);

	return rc == EH_OK ? take_tree(home, root, false, policy, err) : rc;
}

enum eh_rc eh_policy_read(struct eh_arena *home, const char *path, const struct eh_policy **policy, struct eh_err *err)
{
	const struct eh_yaml *root;
	enum eh_rc rc = eh_yaml_read(home, path, &root, NULL, NULL, err);

	return rc == EH_OK ? take_tree(home, root, false, policy, err) : rc;
}

enum eh_rc eh_policy_parse_canonical(struct eh_arena *home, const char *canonical, size_t len,
                                     const struct eh_policy **policy, struct eh_err *err)
{
	const struct eh_yaml *root;
	struct eh_err why;
	enum eh_rc rc = eh_yaml_parse(home, STORED, canonical, len, &root, &why);

	if (rc == EH_OK)
		rc = take_tree(home, root, true, policy, &why);
	if (rc == EH_OK && strlen((*policy)->canonical) == len && memcmp((*policy)->canonical, canonical, len) == 0)
		return EH_OK;
	eh_fail(err, EH_REFUSED, "a stored policy version is not one of this program: %s",
	        rc == EH_OK ? "it would be written in other bytes" : why.text);
	eh_hint(err, "a newer evenhand may have written it; run that one.");
	return EH_REFUSED;
}
