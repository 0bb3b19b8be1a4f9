/*
 * lateness.c - see lateness.h.
 */
#include "judge/lateness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/time.h"
#include "decision/map.h"
#include "stats/odds.h"
#include "stats/sequence.h"

#define STANDS_US (30 * EH_DAY_US) /* a finding is said for this long, and longer where it is made again */
#define BETS 4

static const double log_odds[BETS] = {-1.3862943611198906, -0.6931471805599453, 0.6931471805599453,
                                      1.3862943611198906};

/* One group of one attribute in one pane. */
struct cell {
	uint32_t attribute, group;
	struct eh_cube_count on_time, late;
};

struct pane {
	int64_t pane_us;
	struct cell *cell;
	size_t n;
	bool dropped;
};

/* One group of one attribute over all panes. */
struct track {
	uint32_t attribute, group;
	double log_m[BETS];
	struct ehs_bin favourable, adverse; /* since the last finding */
	bool found;
	struct eh_judge_late_finding finding; /* the last one */
};

struct eh_judge_lateness {
	const struct eh_cube_names *names;
	uint32_t attributes, panes_per_year;
	struct pane *pane; /* oldest first */
	size_t panes, panes_cap;
	struct track *track;
	size_t tracks;
	struct eh_cube_count *count[2]; /* scratch */
	size_t count_cap[2];
};

struct eh_judge_lateness *eh_judge_lateness_new(const struct eh_cube_names *names, uint32_t attributes,
                                                uint32_t panes_per_year)
{
	struct eh_judge_lateness *l = eh_xmalloc(sizeof *l);

	*l = (struct eh_judge_lateness){.names = names, .attributes = attributes, .panes_per_year = panes_per_year};
	return l;
}

void eh_judge_lateness_free(struct eh_judge_lateness *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->panes; i++)
		free(l->pane[i].cell);
	free(l->pane);
	free(l->track);
	free(l->count[0]);
	free(l->count[1]);
	free(l);
}

static struct pane *find_pane(struct eh_judge_lateness *l, int64_t pane_us)
{
	for (size_t i = l->panes; i-- > 0;)
		if (l->pane[i].pane_us == pane_us)
			return &l->pane[i];
	return NULL;
}

static struct cell *find_cell(struct pane *p, uint32_t attribute, uint32_t group)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->cell[i].attribute == attribute && p->cell[i].group == group)
			return &p->cell[i];
	p->cell = eh_xrealloc(p->cell, p->n + 1, sizeof *p->cell);
	p->cell[p->n] = (struct cell){.attribute = attribute, .group = group};
	return &p->cell[p->n++];
}

/* Counts of every group of an attribute, in the scratch. */
static struct eh_cube_count *count(struct eh_judge_lateness *l, const struct eh_cube *cube, uint32_t a, int which)
{
	size_t groups = eh_cube_groups(l->names, a) + 1;

	if (groups > l->count_cap[which]) {
		l->count_cap[which] = 2 * groups;
		l->count[which] = eh_xrealloc(l->count[which], l->count_cap[which], sizeof *l->count[which]);
	}
	eh_cube_by_group(cube, a, l->count[which]);
	return l->count[which];
}

void eh_judge_lateness_pane(struct eh_judge_lateness *l, int64_t pane_us, const struct eh_cube *cube)
{
	if (l->panes == l->panes_cap) {
		l->panes_cap = l->panes_cap ? 2 * l->panes_cap : 32;
		l->pane = eh_xrealloc(l->pane, l->panes_cap, sizeof *l->pane);
	}
	struct pane *p = &l->pane[l->panes++];
	*p = (struct pane){.pane_us = pane_us};
	for (uint32_t a = 0; a < l->attributes; a++) {
		const struct eh_cube_count *n = count(l, cube, a, 0);

		for (uint32_t g = 1; g <= eh_cube_groups(l->names, a); g++) /* without a label one is in no group */
			if (n[g].n > 0)
				find_cell(p, a, g)->on_time = n[g];
	}
}

/* What was added less what was taken off; false where that is no count. */
static bool take(struct eh_cube_count *to, struct eh_cube_count late, struct eh_cube_count taken)
{
	if (taken.favourable > late.favourable || taken.n - taken.favourable > late.n - late.favourable)
		return false;
	to->n += late.n - taken.n;
	to->favourable += late.favourable - taken.favourable;
	return true;
}

void eh_judge_lateness_late(struct eh_judge_lateness *l, int64_t pane_us, const struct eh_cube *late,
                            const struct eh_cube *taken)
{
	struct pane *p = find_pane(l, pane_us);

	for (uint32_t a = 0; p != NULL && a < l->attributes; a++) {
		const struct eh_cube_count *n = count(l, late, a, 0), *less = count(l, taken, a, 1);

		for (uint32_t g = 1; g <= eh_cube_groups(l->names, a); g++)
			if (n[g].n > 0 || less[g].n > 0)
				p->dropped |= !take(&find_cell(p, a, g)->late, n[g], less[g]);
	}
}

static struct track *track_of(struct eh_judge_lateness *l, const struct cell *c)
{
	for (size_t i = 0; i < l->tracks; i++)
		if (l->track[i].attribute == c->attribute && l->track[i].group == c->group)
			return &l->track[i];
	l->track = eh_xrealloc(l->track, l->tracks + 1, sizeof *l->track);
	l->track[l->tracks] = (struct track){.attribute = c->attribute, .group = c->group};
	for (int i = 0; i < BETS; i++)
		l->track[l->tracks].log_m[i] = -INFINITY;
	return &l->track[l->tracks++];
}

static double mean_log_m(const struct track *t)
{
	double most = -INFINITY, sum = 0;

	for (int i = 0; i < BETS; i++)
		most = fmax(most, t->log_m[i]);
	for (int i = 0; i < BETS && isfinite(most); i++)
		sum += exp(t->log_m[i] - most);
	return isfinite(most) ? most + log(sum / BETS) : most;
}

static void add_bin(struct ehs_bin *to, uint64_t n, uint64_t x)
{
	to->n += n;
	to->x += x;
}

static void look(struct eh_judge_lateness *l, const struct cell *c, int64_t now_us)
{
	uint64_t late_favourable = c->late.favourable, late_adverse = c->late.n - late_favourable;
	uint64_t favourable = c->on_time.favourable + late_favourable;
	uint64_t adverse = c->on_time.n - c->on_time.favourable + late_adverse;
	struct track *t = track_of(l, c);

	add_bin(&t->favourable, favourable, late_favourable);
	add_bin(&t->adverse, adverse, late_adverse);
	if (c->late.n == 0)
		return;
	for (int i = 0; i < BETS; i++)
		t->log_m[i] = ehs_sr_step(t->log_m[i],
		                          ehs_odds_log_e((struct ehs_2x2){.prot = {.n = favourable, .x = late_favourable},
		                                                          .ref = {.n = adverse, .x = late_adverse}},
		                                         log_odds[i]));
	double log_m = mean_log_m(t);
	if (log_m < log((double)l->tracks * l->panes_per_year))
		return;
	*t = (struct track){.attribute = t->attribute,
	                    .group = t->group,
	                    .found = true,
	                    .finding = {.attribute = t->attribute,
	                                .group = t->group,
	                                .favourable = t->favourable,
	                                .adverse = t->adverse,
	                                .log_e = log_m,
	                                .found_us = now_us}};
	for (int i = 0; i < BETS; i++)
		t->log_m[i] = -INFINITY;
}

void eh_judge_lateness_settle(struct eh_judge_lateness *l, int64_t before_us, int64_t now_us)
{
	size_t done = 0;

	for (; done < l->panes && l->pane[done].pane_us < before_us; done++) {
		struct pane *p = &l->pane[done];

		for (size_t i = 0; i < p->n; i++) /* first, so that the line does not hang on the order of cells */
			track_of(l, &p->cell[i]);
		for (size_t i = 0; i < p->n && !p->dropped; i++)
			look(l, &p->cell[i], now_us);
		free(p->cell);
	}
	if (done == 0)
		return;
	l->panes -= done;
	memmove(l->pane, l->pane + done, l->panes * sizeof *l->pane);
}

/* By attribute and label: codes are given in the order labels were met, which a judge that started again met otherwise. */
static bool before(const struct eh_judge_lateness *l, const struct eh_judge_late_finding *x,
                   const struct eh_judge_late_finding *y)
{
	if (x->attribute != y->attribute)
		return x->attribute < y->attribute;
	return strcmp(eh_cube_group_label(l->names, x->attribute, x->group),
	              eh_cube_group_label(l->names, y->attribute, y->group)) < 0;
}

size_t eh_judge_lateness_findings(const struct eh_judge_lateness *l, int64_t now_us, struct eh_judge_late_finding *out,
                                  size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < l->tracks; i++) {
		const struct eh_judge_late_finding *f = &l->track[i].finding;
		size_t at = n;

		if (!l->track[i].found || now_us - f->found_us >= STANDS_US)
			continue;
		while (at > 0 && before(l, f, &out[at - 1]))
			at--;
		if (at == room)
			continue;
		n += n < room;
		memmove(out + at + 1, out + at, (n - at - 1) * sizeof *out);
		out[at] = *f;
	}
	return n;
}
