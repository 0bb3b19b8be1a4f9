/*
 * evidence.c - see evidence.h.
 */
#include "lab/evidence.h"

#include <math.h>
#include <stdlib.h>

#define RISE 0.25 /* of ln years, after which the onset is looked for anew */
#define PART 32   /* or this part of the blocks since it */
#define FEW 256   /* and of all there are, which are what a look costs */

/* What was seen of a monitor when its onset was last looked for. */
struct glance {
	bool looked, above, settled;
	bool passes[EH_LAB_SIDES];
	uint64_t blocks, onset;
	double highest; /* ln years, since then */
};

/* A pair on its way: one of the core's, which watches for both policies. */
struct walker {
	const struct eh_lab_pair *pair;
	struct eh_judge_pair *core;
	struct glance *glance; /* one a monitor */
	uint32_t *line;        /* its number in the core's pair */
	bool year_known;
};

void eh_lab_trace_free(struct eh_lab_trace *trace)
{
	free(trace->moment);
	*trace = (struct eh_lab_trace){0};
}

static void put_moment(struct eh_lab_trace *t, struct eh_lab_moment moment)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->moment = eh_xrealloc(t->moment, t->cap, sizeof *t->moment);
	}
	t->moment[t->n++] = moment;
}

static void meet(struct walker *w, const struct eh_lab_way *way, int64_t first_us)
{
	const struct eh_lab_attribute *at = &way->source->attribute[way->attribute];

	w->core = eh_judge_pair_new(NULL, way->attribute, w->pair->group, at->conditional, first_us,
	                            eh_pane_per_year(way->source->pane_kind));
	w->glance = eh_xrealloc(NULL, w->pair->n, sizeof *w->glance);
	w->line = eh_xrealloc(NULL, w->pair->n, sizeof *w->line);
	eh_judge_pair_watch_begin(w->core);
	for (uint32_t i = 0; i < w->pair->n; i++) {
		const struct eh_lab_monitor *m = &way->portfolio->monitor[w->pair->first + i];

		w->glance[i] = (struct glance){0};
		w->line[i] = eh_judge_pair_watch(w->core, m->outcome, m->kind, m->tau_ppm, m->detector_version);
	}
	eh_judge_pair_watch_end(w->core);
}

/* Whether the onset is to be looked for anew, which looks back over every block.  It is where the evidence is higher
 * than it was since the last look, and in time; of what has passed with evidence for any line there is no more to know. */
static bool is_old(const struct eh_lab_way *way, const struct glance *g, uint64_t blocks, double log_years)
{
	if (way->exact || !g->looked)
		return true;
	if (g->settled)
		return false;
	if (blocks - g->blocks > (g->blocks - g->onset) / PART + blocks / FEW)
		return true;
	return log_years > g->highest + RISE && g->highest < way->until;
}

static void look(const struct eh_lab_way *way, const struct walker *w, uint32_t i, double log_years)
{
	const struct eh_lab_monitor *m = &way->portfolio->monitor[w->pair->first + i];
	struct glance *g = &w->glance[i];
	struct eh_judge_onset onset = {0};

	for (int side = 0; side < EH_LAB_SIDES; side++) {
		struct eh_judge_bar bar = eh_judge_bar_of(way->portfolio->policy[side], m->gate_ppm[side]);

		g->passes[side] = false;
		if (m->gate_ppm[side] == 0)
			continue;
		onset = onset.found ? eh_judge_measure_onset(w->core, w->line[i], &onset, &bar)
		                    : eh_judge_find_onset(w->core, m->outcome, m->kind, w->line[i], &bar);
		g->passes[side] = onset.found && onset.enough && onset.gate;
	}
	g->looked = true;
	g->onset = onset.block;
	g->blocks = w->core->blocks;
	g->highest = log_years;
	g->settled = log_years >= way->until && (g->passes[0] || m->gate_ppm[0] == 0) && (g->passes[1] || m->gate_ppm[1] == 0);
}

/* Puts into the trace what there is to say of a pair after a step of its blocks. */
static void tell(const struct eh_lab_way *way, struct walker *w, int64_t at_us, struct eh_lab_trace *trace)
{
	for (uint32_t i = 0; i < w->pair->n; i++) {
		const struct eh_lab_monitor *m = &way->portfolio->monitor[w->pair->first + i];
		struct glance *g = &w->glance[i];
		double log_years = eh_judge_log_years(w->core, EH_POLICY_HOUSE, m->outcome, m->kind, w->line[i]);
		bool above = log_years >= way->floor;

		if (!above && !g->above)
			continue;
		g->above = above;
		if (!above)
			g->highest = way->floor;
		if (above && is_old(way, g, w->core->blocks, log_years))
			look(way, w, i, log_years);
		if (above)
			g->highest = fmax(g->highest, log_years);
		put_moment(trace, (struct eh_lab_moment){.at_us = at_us,
		                                         .source = way->source->number,
		                                         .monitor = w->pair->first + i,
		                                         .passes = {g->passes[0], g->passes[1]},
		                                         .log_years = above ? log_years : -INFINITY});
	}
}

static void walk(const struct eh_lab_way *way, struct walker *w, const struct eh_lab_step *step,
                 const struct eh_judge_table *table, struct eh_lab_trace *trace)
{
	uint32_t reference = way->source->attribute[way->attribute].reference, steps = 0;

	if (w->glance == NULL) {
		if (table->by_group[w->pair->group].n == 0)
			return;
		meet(w, way, step->start_us);
		put_moment(trace, (struct eh_lab_moment){.at_us = step->end_us,
		                                         .source = way->source->number,
		                                         .monitor = (uint32_t)(w->pair - way->portfolio->pair),
		                                         .met = true});
	}
	eh_judge_pair_close(w->core, table, reference, step->start_us, step->end_us, false, &steps);
	eh_judge_pair_calendar(w->core, step->end_us);
	if (w->core->year[EH_POLICY_HOUSE].set && !w->year_known) {
		w->year_known = true;
		steps++;
	}
	if (steps > 0)
		tell(way, w, step->end_us, trace);
}

/* Every policy that watches the pair would have spoken by now, however small its budget. */
static bool is_settled(const struct eh_lab_way *way, const struct walker *w)
{
	bool found[EH_LAB_SIDES] = {w->pair->watched[0] == 0, w->pair->watched[1] == 0};

	for (uint32_t i = 0; w->glance != NULL && i < w->pair->n; i++)
		for (int side = 0; side < EH_LAB_SIDES; side++)
			found[side] |= w->glance[i].passes[side] && w->glance[i].highest >= way->until;
	return found[0] && found[1];
}

static uint32_t gather(const struct eh_lab_way *way, struct walker *walker)
{
	const struct eh_lab_portfolio *p = way->portfolio;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->pairs; i++)
		if (p->pair[i].source == way->source && p->pair[i].attribute == way->attribute &&
		    (way->plant == NULL || way->plant->group == p->pair[i].group))
			walker[n++] = (struct walker){.pair = &p->pair[i]};
	return n;
}

void eh_lab_evidence(const struct eh_lab_way *way, struct eh_lab_trace *trace)
{
	const struct eh_lab_attribute *at = &way->source->attribute[way->attribute];
	struct walker *walker = eh_xrealloc(NULL, at->groups + 1, sizeof *walker);
	struct eh_judge_table table = {0};
	uint32_t n = gather(way, walker);
	bool settled = n == 0;

	for (size_t s = 0; !settled && s < way->steps; s++) {
		eh_lab_draw_pane(way->rng, at, &way->step[s], way->plant, &table);
		for (uint32_t i = 0; i < n; i++)
			walk(way, &walker[i], &way->step[s], &table, trace);
		settled = way->plant != NULL && way->step[s].start_us >= way->plant->from_us && is_settled(way, &walker[0]);
	}
	for (uint32_t i = 0; i < n; i++) {
		eh_judge_pair_free(walker[i].core);
		free(walker[i].glance);
		free(walker[i].line);
	}
	eh_judge_table_free(&table);
	free(walker);
}
