/*
 * portfolio.c - see portfolio.h.
 */
#include "lab/portfolio.h"

#include <string.h>

#define LINES_MAX (EH_LAB_SIDES * EH_POLICY_LINES_MAX)

const struct eh_lab_attribute *eh_lab_attribute_of(const struct eh_lab_pair *pair)
{
	return &pair->source->attribute[pair->attribute];
}

const char *eh_lab_group_of(const struct eh_lab_pair *pair)
{
	return eh_lab_attribute_of(pair)->label[pair->group];
}

/* The lines of both policies, each once, from high to low. */
static uint32_t all_lines(const struct eh_lab_portfolio *p, struct eh_judge_line line[LINES_MAX])
{
	uint32_t n = 0;

	for (int side = 0; side < EH_LAB_SIDES; side++)
		for (uint32_t l = 0; l < p->policy[side]->lines; l++) {
			struct eh_judge_line next = {p->policy[side]->line[l].tau_ppm, p->policy[side]->detector_version};
			uint32_t at = 0;

			while (at < n && (line[at].tau_ppm > next.tau_ppm ||
			                  (line[at].tau_ppm == next.tau_ppm && line[at].detector_version < next.detector_version)))
				at++;
			if (at < n && line[at].tau_ppm == next.tau_ppm && line[at].detector_version == next.detector_version)
				continue;
			memmove(line + at + 1, line + at, (n - at) * sizeof *line);
			line[at] = next;
			n++;
		}
	return n;
}

static void add_monitor(struct eh_lab_portfolio *p, struct eh_lab_pair *pair, int outcome, int kind,
                        struct eh_judge_line line)
{
	const struct eh_lab_attribute *at = eh_lab_attribute_of(pair);
	struct eh_lab_monitor m = {
		.pair = (uint32_t)(pair - p->pair), .outcome = outcome, .kind = kind, .tau_ppm = line.tau_ppm, .detector_version = line.detector_version};
	struct eh_policy_monitor asked = at->asked;

	asked.group = asked.turned ? at->of.against : at->label[pair->group];
	asked.outcome = at->only >= 0                    ? EH_POLICY_SCORE
	                : outcome == EH_JUDGE_FAVOURABLE ? EH_POLICY_FAVOURABLE
	                                                 : EH_POLICY_ADVERSE;
	asked.conditional = kind == EH_JUDGE_CONDITIONAL;
	asked.tau_ppm = line.tau_ppm;
	for (int side = 0; side < EH_LAB_SIDES; side++) {
		if (p->policy[side]->detector_version == line.detector_version)
			m.gate_ppm[side] = eh_policy_gate(p->policy[side], &asked);
		p->watched[side] += m.gate_ppm[side] != 0;
		pair->watched[side] += m.gate_ppm[side] != 0;
	}
	if (m.gate_ppm[EH_LAB_IN_FORCE] == 0 && m.gate_ppm[EH_LAB_DRAFT] == 0)
		return;
	p->monitor[p->monitors++] = m;
	pair->n++;
}

static uint32_t find_about(const struct eh_lab_portfolio *p, const struct eh_lab_pair *pair)
{
	uint32_t i = 0;

	while (p->pair[i].source != pair->source ||
	       strcmp(eh_lab_attribute_of(&p->pair[i])->name, eh_lab_attribute_of(pair)->name) != 0 ||
	       strcmp(eh_lab_group_of(&p->pair[i]), eh_lab_group_of(pair)) != 0)
		i++;
	return i; /* its own, where there is no other */
}

static bool is_protected(const struct eh_lab_attribute *at, uint32_t group)
{
	return at->label[group] != NULL && group != at->reference &&
	       (at->protects == NULL || strcmp(at->label[group], at->protects) == 0);
}

static void add_pair(struct eh_lab_portfolio *p, const struct eh_lab_source *source, uint32_t attribute, uint32_t group,
                     const struct eh_judge_line *line, uint32_t lines)
{
	struct eh_lab_pair *pair = &p->pair[p->pairs++];

	*pair = (struct eh_lab_pair){.source = source, .attribute = attribute, .group = group, .first = p->monitors};
	pair->about = find_about(p, pair);
	for (int outcome = 0; outcome < EH_JUDGE_OUTCOMES; outcome++)
		for (int kind = 0; (source->attribute[attribute].only < 0 || source->attribute[attribute].only == outcome) && kind < (source->attribute[attribute].conditional ? EH_JUDGE_KINDS : EH_JUDGE_CONDITIONAL);
		     kind++)
			for (uint32_t l = 0; l < lines; l++)
				add_monitor(p, pair, outcome, kind, line[l]);
	if (pair->n == 0)
		p->pairs--;
}

static uint32_t count_groups(const struct eh_lab_history *history)
{
	uint32_t n = 0;

	for (const struct eh_lab_source *s = history->sources; s != NULL; s = s->next)
		for (uint32_t a = 0; a < s->attributes; a++)
			n += s->attribute[a].groups;
	return n;
}

const struct eh_lab_portfolio *eh_lab_portfolio(struct eh_arena *home, const struct eh_lab_history *history,
                                                const struct eh_policy *in_force, const struct eh_policy *draft)
{
	struct eh_lab_portfolio *p = eh_arena_zalloc(home, 1, sizeof *p);
	uint32_t groups = count_groups(history);
	struct eh_judge_line line[LINES_MAX];

	p->history = history;
	p->policy[EH_LAB_IN_FORCE] = in_force;
	p->policy[EH_LAB_DRAFT] = draft;
	p->pair = eh_arena_zalloc(home, groups + 1, sizeof *p->pair);
	uint32_t lines = all_lines(p, line);
	p->monitor = eh_arena_zalloc(home, (size_t)groups * lines * EH_JUDGE_OUTCOMES * EH_JUDGE_KINDS + 1,
	                             sizeof *p->monitor);
	for (const struct eh_lab_source *s = history->sources; s != NULL; s = s->next)
		for (uint32_t a = 0; a < s->attributes; a++)
			for (uint32_t g = 1; g < s->attribute[a].groups; g++)
				if (is_protected(&s->attribute[a], g))
					add_pair(p, s, a, g, line, lines);
	return p;
}
