/*
 * policy.c - the built-in default, and what a policy says of one monitor.  See policy.h.
 */
#include "policy/policy.h"

#include <string.h>

#include "base/time.h"
#include "policy/inside.h"

const char *const eh_policy_detectors[] = {"shiryaev-roberts-2x2/1", "shiryaev-roberts-2x2/2", NULL};

double eh_policy_fraction(int64_t ppm)
{
	return (double)ppm / EH_POLICY_PPM;
}

const struct eh_policy *eh_policy_default(struct eh_arena *home)
{
	struct eh_policy *p = eh_arena_zalloc(home, 1, sizeof *p);
	struct eh_policy_family *everything = eh_arena_zalloc(home, 1, sizeof *everything);
	struct eh_err err;

	*everything = (struct eh_policy_family){
		.name = "everything",
		.sources = {.all = true},
		.attributes = {.all = true},
		.favourable = true,
		.adverse = true,
		.window_us = 30 * EH_DAY_US,
		.conditional = true,
		.line = {{.tau_ppm = 900000, .gate_ppm = 850000}, {.tau_ppm = 800000, .gate_ppm = 800000}},
		.lines = 2};
	*p = (struct eh_policy){.name = "built-in default",
	                        .detector = eh_policy_detectors[0],
	                        .detector_version = 1,
	                        .page_ppm = EH_POLICY_PPM / 2,
	                        .review_ppm = 4 * EH_POLICY_PPM,
	                        .min_n = 30,
	                        .min_rarer = 5,
	                        .deadlines = eh_policy_deadlines_default(),
	                        .family = everything,
	                        .families = 1,
	                        .flat = true};
	EH_ASSERT(eh_policy_gather(p, NULL, &err) == EH_OK);
	eh_policy_seal(home, p);
	return p;
}

bool eh_policy_names_hold(const struct eh_policy_names *names, const char *name)
{
	for (size_t i = 0; !names->all && i < names->n; i++)
		if (strcmp(names->name[i], name) == 0)
			return true;
	return names->all;
}

bool eh_policy_watches_both(const struct eh_policy_family *f, const char *a, const char *b)
{
	bool turned = strcmp(a, b) > 0;

	for (size_t i = 0; !f->all_intersections && i < f->intersections_n; i++)
		if (strcmp(f->intersections[i].attribute[turned], a) == 0 &&
		    strcmp(f->intersections[i].attribute[!turned], b) == 0)
			return true;
	return f->all_intersections;
}

static bool watches_group(const struct eh_policy_family *f, const struct eh_policy_monitor *m)
{
	for (size_t i = 0; m->group != NULL && i < f->groups_n; i++)
		if (strcmp(f->groups[i].attribute, m->attribute) == 0)
			return eh_policy_names_hold(&f->groups[i].groups, m->group);
	return true;
}

static bool watches_outcome(const struct eh_policy_family *f, const struct eh_policy_monitor *m)
{
	if (m->outcome != EH_POLICY_SCORE)
		return m->outcome == EH_POLICY_FAVOURABLE ? f->favourable : f->adverse;
	for (uint32_t i = 0; i < f->cuts; i++)
		if (f->cut_micro[i] == m->cut_micro)
			return true;
	return false;
}

static bool selects(const struct eh_policy_family *f, const struct eh_policy_monitor *m)
{
	if (!eh_policy_names_hold(&f->sources, m->source) || !watches_outcome(f, m) || (m->conditional && !f->conditional))
		return false;
	if (m->turned && !f->two_sided)
		return false;
	if (m->segment != NULL && !eh_policy_names_hold(&f->segments, m->segment))
		return false;
	return m->other != NULL ? eh_policy_watches_both(f, m->attribute, m->other)
	                        : eh_policy_names_hold(&f->attributes, m->attribute) && watches_group(f, m);
}

int64_t eh_policy_gate(const struct eh_policy *policy, const struct eh_policy_monitor *m)
{
	int64_t gate_ppm = 0;

	for (const struct eh_policy_family *f = policy->family; f < policy->family + policy->families; f++) {
		if (!selects(f, m))
			continue;
		for (uint32_t l = 0; l < f->lines; l++)
			if (f->line[l].tau_ppm == m->tau_ppm && f->line[l].gate_ppm > gate_ppm)
				gate_ppm = f->line[l].gate_ppm;
	}
	return gate_ppm;
}

int64_t eh_policy_monitor_window(const struct eh_policy *policy, const struct eh_policy_monitor *m)
{
	int64_t window_us = 0;

	for (const struct eh_policy_family *f = policy->family; f < policy->family + policy->families; f++)
		if (f->window_us > window_us && selects(f, m))
			window_us = f->window_us;
	return window_us;
}

int64_t eh_policy_window(const struct eh_policy *policy, const char *source)
{
	int64_t window_us = 0;

	for (const struct eh_policy_family *f = policy->family; f < policy->family + policy->families; f++)
		if (f->window_us > window_us && eh_policy_names_hold(&f->sources, source))
			window_us = f->window_us;
	return window_us > 0 ? window_us : policy->window_us;
}

/* Takes a line into the policy's own, from high to low; false where there is no room. */
static bool add_line(struct eh_policy *p, const struct eh_policy_line *line)
{
	uint32_t at = 0;

	while (at < p->lines && p->line[at].tau_ppm > line->tau_ppm)
		at++;
	if (at < p->lines && p->line[at].tau_ppm == line->tau_ppm) {
		if (line->gate_ppm > p->line[at].gate_ppm)
			p->line[at].gate_ppm = line->gate_ppm;
		return true;
	}
	if (p->lines == EH_POLICY_LINES_MAX)
		return false;
	memmove(p->line + at + 1, p->line + at, (p->lines - at) * sizeof *p->line);
	p->line[at] = *line;
	p->lines++;
	return true;
}

static bool add_cut(struct eh_policy *p, int64_t cut_micro)
{
	uint32_t at = 0;

	while (at < p->cuts && p->cut_micro[at] < cut_micro)
		at++;
	if (at < p->cuts && p->cut_micro[at] == cut_micro)
		return true;
	if (p->cuts == EH_POLICY_CUTS_MAX)
		return false;
	memmove(p->cut_micro + at + 1, p->cut_micro + at, (p->cuts - at) * sizeof *p->cut_micro);
	p->cut_micro[at] = cut_micro;
	p->cuts++;
	return true;
}

enum eh_rc eh_policy_gather(struct eh_policy *p, const struct eh_yaml *node, struct eh_err *err)
{
	for (const struct eh_policy_family *f = p->family; f < p->family + p->families; f++) {
		p->favourable |= f->favourable;
		p->adverse |= f->adverse;
		p->conditional |= f->conditional;
		if (f->window_us > p->window_us)
			p->window_us = f->window_us;
		for (uint32_t l = 0; l < f->lines; l++)
			if (!add_line(p, &f->line[l]))
				return eh_yaml_fail(node, err, "all families together have more than %d different tau",
				                    EH_POLICY_LINES_MAX);
		for (uint32_t c = 0; c < f->cuts; c++)
			if (!add_cut(p, f->cut_micro[c]))
				return eh_yaml_fail(node, err, "all families together have more than %d different cuts of the score",
				                    EH_POLICY_CUTS_MAX);
	}
	if (p->flat) /* as written: the index of a line is what stored evidence knows it by */
		memcpy(p->line, p->family->line, sizeof p->line);
	return EH_OK;
}
