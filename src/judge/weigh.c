/*
 * weigh.c - which monitors cross: the portfolio's budget, the gate, the least data.
 *
 * All monitors of all sources share one budget of false alerts a year, and those of
 * the floor another.  Those in the review queue are found by e-d-BH on evidence in
 * years, M / B; a page asks for K / b.  The onset is looked for only where the
 * evidence could reach the lowest line of the queue, because it looks back over
 * every block; the two layers share it where they watch the same line.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge/inside.h"

static struct eh_judge_standing *add_standing(struct eh_judge *judge)
{
	if (judge->standings == judge->standings_cap) {
		judge->standings_cap = judge->standings_cap > 0 ? 2 * judge->standings_cap : 64;
		judge->standing = eh_xrealloc(judge->standing, judge->standings_cap, sizeof *judge->standing);
		judge->log_years = eh_xrealloc(judge->log_years, judge->standings_cap, sizeof *judge->log_years);
		judge->marked = eh_xrealloc(judge->marked, judge->standings_cap, sizeof *judge->marked);
	}
	return &judge->standing[judge->standings++];
}

/* A cut of the score is watched in one direction: that more of the group are on its adverse side, or fewer on the other. */
static bool has_outcome(const struct eh_judge_source *s, const struct eh_judge_pair *pair, int outcome)
{
	int side = s->map->higher_is == EH_MAP_HIGHER_ADVERSE ? EH_JUDGE_ADVERSE : EH_JUDGE_FAVOURABLE;

	return !eh_judge_axis_is(s->attribute[pair->attribute].axis)->score || outcome == side;
}

/* The monitor by its names, as a policy asks for it. */
static struct eh_policy_monitor monitor_of(const struct eh_judge_source *s, const struct eh_judge_pair *pair, int outcome,
                                           int kind)
{
	const struct eh_judge_axis_of *of = eh_judge_axis_is(s->attribute[pair->attribute].axis);

	return (struct eh_policy_monitor){.source = s->map->source,
	                                  .attribute = s->map->protect[of->attribute].name,
	                                  .other = of->other >= 0 ? s->map->protect[of->other].name : NULL,
	                                  .group = of->against != NULL ? of->against : eh_judge_group_name(s, pair),
	                                  .turned = of->against != NULL,
	                                  .segment = of->stratum >= 0 ? s->map->strata[of->stratum].name : NULL,
	                                  .outcome = of->score                        ? EH_POLICY_SCORE
	                                             : outcome == EH_JUDGE_FAVOURABLE ? EH_POLICY_FAVOURABLE
	                                                                              : EH_POLICY_ADVERSE,
	                                  .cut_micro = of->cut_micro,
	                                  .conditional = kind == EH_JUDGE_CONDITIONAL};
}

/* The monitors of one outcome, raw or within strata, as a layer's version has them. */
static void list_lines(struct eh_judge *judge, struct eh_judge_source *s, struct eh_judge_pair *pair,
                       enum eh_policy_layer layer, int outcome, int kind)
{
	const struct eh_policy *policy = eh_judge_policy(s, layer);
	struct eh_policy_monitor m = monitor_of(s, pair, outcome, kind);
	uint32_t span = eh_judge_find_span(s, eh_policy_monitor_window(policy, &m));

	for (uint32_t l = 0; l < policy->lines; l++) {
		m.tau_ppm = policy->line[l].tau_ppm;
		int64_t gate_ppm = eh_policy_gate(policy, &m);
		if (gate_ppm == 0)
			continue;
		judge->watched[layer]++;
		*add_standing(judge) = (struct eh_judge_standing){
			.source = s,
			.pair = pair,
			.layer = layer,
			.outcome = outcome,
			.kind = kind,
			.line = eh_judge_pair_watch(pair, outcome, kind, m.tau_ppm, policy->detector_version),
			.tau_ppm = m.tau_ppm,
			.bar = eh_judge_bar_of(policy, gate_ppm),
			.span = span,
			.log_years = -INFINITY,
			.onset_blocks = UINT64_MAX};
	}
}

void eh_judge_enlist(struct eh_judge *judge, struct eh_judge_source *s, struct eh_judge_pair *pair)
{
	pair->standing = judge->standings;
	eh_judge_pair_watch_begin(pair);
	for (enum eh_policy_layer layer = 0; layer < EH_POLICY_LAYERS; layer++) {
		if (s->in_force[layer].policy == NULL)
			continue;
		eh_judge_pair_remember(pair, s->in_force[layer].policy->detector_version);
		for (int outcome = 0; outcome < EH_JUDGE_OUTCOMES; outcome++)
			for (int kind = 0; has_outcome(s, pair, outcome) &&
			                   kind < (pair->conditional ? EH_JUDGE_KINDS : EH_JUDGE_CONDITIONAL);
			     kind++)
				list_lines(judge, s, pair, layer, outcome, kind);
	}
	eh_judge_pair_watch_end(pair);
	pair->standings = judge->standings - pair->standing;
}

/* Moves a pair's standings to the end of the list as they are. */
static void keep_listed(struct eh_judge *judge, const struct eh_judge_standing *old, struct eh_judge_pair *pair)
{
	size_t from = pair->standing;

	pair->standing = judge->standings;
	for (size_t i = 0; i < pair->standings; i++) {
		struct eh_judge_standing *st = add_standing(judge);

		*st = old[from + i];
		judge->watched[st->layer]++;
	}
}

void eh_judge_relist(struct eh_judge *judge, const struct eh_judge_source *changed)
{
	struct eh_judge_standing *old = judge->standing;

	judge->standing = NULL;
	judge->standings = judge->standings_cap = 0;
	memset(judge->watched, 0, sizeof judge->watched);
	for (struct eh_judge_source *s = judge->sources; s != NULL; s = s->next)
		for (uint32_t a = 0; a < s->axes; a++)
			for (uint32_t i = 0; i < s->attribute[a].pairs; i++) {
				if (s == changed)
					eh_judge_enlist(judge, s, s->attribute[a].pair[i]);
				else
					keep_listed(judge, old, s->attribute[a].pair[i]);
			}
	free(old);
}

double eh_judge_monitors(const struct eh_judge *judge, enum eh_policy_layer layer)
{
	return (double)judge->watched[layer];
}

bool eh_judge_watches(const struct eh_judge *judge, const struct eh_judge_pair *pair, int outcome, int kind)
{
	for (size_t i = pair->standing; i < pair->standing + pair->standings; i++)
		if (judge->standing[i].outcome == outcome && judge->standing[i].kind == kind)
			return true;
	return false;
}

const struct eh_judge_standing *eh_judge_standing_of(const struct eh_judge *judge, const struct eh_judge_pair *pair,
                                                     enum eh_policy_layer layer, int outcome, int kind, uint32_t line)
{
	for (size_t i = pair->standing; i < pair->standing + pair->standings; i++) {
		const struct eh_judge_standing *st = &judge->standing[i];

		if (st->layer == layer && st->outcome == outcome && st->kind == kind && st->line == line)
			return st;
	}
	return NULL;
}

/* The review queue and the page line of one layer, over its monitors of all sources. */
static void queue(struct eh_judge *judge, const struct eh_judge_source *source, enum eh_policy_layer layer)
{
	const struct eh_policy *policy = eh_judge_policy(source, layer);
	double k = eh_judge_monitors(judge, layer), page = log(k / eh_policy_fraction(policy->page_ppm));
	size_t n = 0;

	for (size_t i = 0; i < judge->standings; i++) {
		struct eh_judge_standing *st = &judge->standing[i];

		if (st->layer != layer)
			continue;
		st->log_years = eh_judge_log_years(st->pair, layer, st->outcome, st->kind, st->line);
		judge->log_years[n++] = st->log_years;
	}
	ehs_edbh(judge->log_years, n, k, eh_policy_fraction(policy->review_ppm), judge->marked);
	n = 0;
	for (size_t i = 0; i < judge->standings; i++) {
		struct eh_judge_standing *st = &judge->standing[i];

		if (st->layer != layer)
			continue;
		st->review = judge->marked[n++];
		st->page = st->log_years >= page;
	}
}

/* The house's standing on the same line, whose onset is found already. */
static const struct eh_judge_standing *twin(const struct eh_judge *judge, const struct eh_judge_standing *st)
{
	const struct eh_judge_standing *house =
		st->layer == EH_POLICY_HOUSE
			? NULL
			: eh_judge_standing_of(judge, st->pair, EH_POLICY_HOUSE, st->outcome, st->kind, st->line);

	return house != NULL && house->onset_blocks == st->pair->blocks_seen ? house : NULL;
}

static void find_onset(struct eh_judge *judge, struct eh_judge_standing *st, double least)
{
	if (st->log_years < least) {
		st->onset = (struct eh_judge_onset){0};
		st->onset_blocks = UINT64_MAX;
	} else if (st->onset_blocks != st->pair->blocks_seen) {
		const struct eh_judge_standing *house = twin(judge, st);

		st->onset = house != NULL ? eh_judge_measure_onset(st->pair, st->line, &house->onset, &st->bar)
		                          : eh_judge_find_onset(st->pair, st->outcome, st->kind, st->line, &st->bar);
		st->onset_blocks = st->pair->blocks_seen;
	}
}

void eh_judge_weigh(struct eh_judge *judge, struct eh_judge_source *source)
{
	for (enum eh_policy_layer layer = 0; layer < EH_POLICY_LAYERS; layer++) {
		if (source->in_force[layer].policy == NULL)
			continue;
		double least = -log(eh_policy_fraction(source->in_force[layer].policy->review_ppm));

		queue(judge, source, layer);
		for (size_t i = 0; i < judge->standings; i++) {
			struct eh_judge_standing *st = &judge->standing[i];

			if (st->source != source || st->layer != layer)
				continue;
			find_onset(judge, st, least);
			st->crossed = st->review && st->onset.found && st->onset.enough && st->onset.gate;
		}
	}
}
