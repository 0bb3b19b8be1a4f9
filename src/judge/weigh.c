/*
 * weigh.c - which monitors cross: the portfolio's budget, the gate, the least data.
 *
 * All monitors of all sources share one budget of false alerts a year.  Those in
 * the review queue are found by e-d-BH on evidence in years, M / B; a page asks
 * for K / b.  The onset is looked for only where the evidence could reach the
 * lowest line of the queue, because it looks back over every block.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge/inside.h"

static bool watched(const struct eh_policy *policy, const struct eh_judge_pair *pair, int outcome, int kind)
{
	return (outcome == EH_JUDGE_FAVOURABLE ? policy->favourable : policy->adverse) &&
	       (kind == EH_JUDGE_RAW || pair->conditional);
}

void eh_judge_enlist(struct eh_judge *judge, struct eh_judge_source *source, struct eh_judge_pair *pair)
{
	size_t most = EH_JUDGE_OUTCOMES * EH_JUDGE_KINDS * EH_POLICY_LINES_MAX;

	if (judge->standings + most > judge->standings_cap) {
		judge->standings_cap = 2 * (judge->standings + most);
		judge->standing = eh_xrealloc(judge->standing, judge->standings_cap, sizeof *judge->standing);
		judge->log_years = eh_xrealloc(judge->log_years, judge->standings_cap, sizeof *judge->log_years);
		judge->marked = eh_xrealloc(judge->marked, judge->standings_cap, sizeof *judge->marked);
	}
	pair->standing = judge->standings;
	for (int outcome = 0; outcome < EH_JUDGE_OUTCOMES; outcome++)
		for (int kind = 0; kind < EH_JUDGE_KINDS; kind++)
			for (uint32_t line = 0;
			     watched(judge->policy, pair, outcome, kind) && line < judge->policy->lines; line++)
				judge->standing[judge->standings++] =
					(struct eh_judge_standing){.source = source,
				                                   .pair = pair,
				                                   .outcome = outcome,
				                                   .kind = kind,
				                                   .line = line,
				                                   .log_years = -INFINITY,
				                                   .onset_blocks = UINT64_MAX};
	pair->standings = judge->standings - pair->standing;
}

double eh_judge_monitors(const struct eh_judge *judge)
{
	return (double)judge->standings;
}

const struct eh_judge_standing *eh_judge_standing_of(const struct eh_judge *judge, const struct eh_judge_pair *pair,
                                                     int outcome, int kind, uint32_t line)
{
	for (size_t i = pair->standing; i < pair->standing + pair->standings; i++) {
		const struct eh_judge_standing *st = &judge->standing[i];

		if (st->outcome == outcome && st->kind == kind && st->line == line)
			return st;
	}
	return NULL;
}

void eh_judge_weigh(struct eh_judge *judge, struct eh_judge_source *source)
{
	double k = eh_judge_monitors(judge);
	double review = eh_policy_fraction(judge->policy->review_ppm),
	       page = eh_policy_fraction(judge->policy->page_ppm);

	for (size_t i = 0; i < judge->standings; i++) {
		struct eh_judge_standing *st = &judge->standing[i];

		st->log_years = eh_judge_log_years(st->pair, st->outcome, st->kind, st->line);
		judge->log_years[i] = st->log_years;
	}
	ehs_edbh(judge->log_years, judge->standings, k, review, judge->marked);
	for (size_t i = 0; i < judge->standings; i++) {
		struct eh_judge_standing *st = &judge->standing[i];

		st->review = judge->marked[i];
		st->page = st->log_years >= log(k / page);
		if (st->source != source)
			continue;
		if (st->log_years < -log(review)) {
			st->onset = (struct eh_judge_onset){0};
			st->onset_blocks = UINT64_MAX;
		} else if (st->onset_blocks != st->pair->blocks_seen) {
			st->onset = eh_judge_find_onset(st->pair, st->outcome, st->kind, st->line);
			st->onset_blocks = st->pair->blocks_seen;
		}
		st->crossed = st->review && st->onset.found && st->onset.enough && st->onset.gate;
	}
}
