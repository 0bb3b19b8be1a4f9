/*
 * past.h - a year of one source, folded by the core and kept for the lab.
 */
#ifndef TESTS_UNIT_LAB_PAST_H
#define TESTS_UNIT_LAB_PAST_H

#include "lab/portfolio.h"
#include "tests/unit/judge/world.h"

struct past {
	struct eh_arena *home;
	struct eh_judge *judge;
	struct eh_judge_source *source;
	struct eh_cube *pane;
	struct eh_lab_history *history;
	struct raised {
		int64_t at_us, page_us; /* INT64_MAX: not */
		char about[64];
	} raised[32];
	uint32_t n;
};

static inline enum eh_rc past_alert(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	struct past *p = ctx;
	const struct eh_judge_alert *a = e->alert;
	uint32_t i = 0;
	char about[64];

	(void)err;
	snprintf(about, sizeof about, "%s/%s", a->source->map->protect[a->pair->attribute].name,
	         eh_cube_group_label(a->source->names, a->pair->attribute, a->pair->group));
	while (i < p->n && strcmp(p->raised[i].about, about) != 0)
		i++;
	if (i == p->n) {
		p->raised[p->n] = (struct raised){e->close->clock_us, INT64_MAX, {0}};
		memcpy(p->raised[p->n++].about, about, sizeof about);
	}
	if (a->page && e->close->clock_us < p->raised[i].page_us)
		p->raised[i].page_us = e->close->clock_us;
	return EH_OK;
}

static inline struct past *past_new(const struct eh_policy *policy, const char *map_text)
{
	struct past *p = eh_xmalloc(sizeof *p);

	*p = (struct past){.home = eh_arena_new(), .history = eh_lab_history_new()};
	p->judge = eh_judge_new(eh_policies_of(p->home, policy), &(struct eh_judge_sink){.ctx = p, .alert = past_alert});
	eh_judge_hush(p->judge);
	p->source = eh_judge_add_source(p->judge, 1, world_read_map(p->home, map_text));
	p->pane = eh_cube_new(p->source->names);
	return p;
}

static inline void past_free(struct past *p)
{
	eh_lab_history_free(p->history);
	eh_cube_free(p->pane);
	eh_judge_free(p->judge);
	eh_arena_free(p->home);
	free(p);
}

/* A pane with `n` decisions; the women of it are favoured at `fall` times the rate. */
static inline void past_pane(struct past *p, int64_t pane_us, int n, double fall)
{
	struct eh_judge_close close = {.first_pane_us = pane_us,
	                               .last_pane_us = pane_us,
	                               .clock_us = eh_pane_next(p->source->pane_kind, pane_us),
	                               .history = true,
	                               .late_from_us = INT64_MAX,
	                               .older_from_us = INT64_MAX};
	struct eh_sha256 digest;
	struct eh_err err;

	eh_cube_clear(p->pane);
	for (int i = 0; i < n; i++) {
		struct world_decision d = world_random(pane_us, fall);

		world_add(p->source->names, p->pane, &d);
	}
	close.pane = n > 0 ? p->pane : NULL;
	expect_rc(EH_OK, eh_judge_fold(p->judge, p->source, &close, &digest, &err), &err);
	if (n > 0)
		eh_lab_history_add(p->history, p->source, pane_us);
}

#endif
