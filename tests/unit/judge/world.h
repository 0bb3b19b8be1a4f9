/*
 * world.h - a small source with its decisions kept one by one, so that all judge sums can be counted again.
 */
#ifndef TESTS_UNIT_JUDGE_WORLD_H
#define TESTS_UNIT_JUDGE_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/judge.h"
#include "tests/lib/test.h"

#define WORLD_T0 (INT64_C(20000) * EH_DAY_US) /* 2024-10-04T00:00:00Z */

enum { WORLD_SEX, WORLD_RACE, WORLD_AGE, WORLD_TIER, WORLD_REGION, WORLD_FIELDS };
#define WORLD_ATTRIBUTES 3
#define WORLD_LABELS 5

/* Label 0 is missing; 1 is the reference where the field is an attribute.  Some look like two put together. */
static const char *const world_label[WORLD_FIELDS][WORLD_LABELS] = {
	{NULL, "M", "F", "X", "F"},
	{NULL, "white", "black", "asian", "other"},
	{NULL, "mid", "young", "old", "old"},
	{NULL, "a", "2:a", "", "other"},
	{NULL, "a", "2:a", "", "other"},
};

static const char world_map[] = "source: risk\n"
				"table: public.risk\n"
				"pane: 1h\n"
				"columns: {id: id, decided_at: at, decision: decision}\n"
				"favourable: [yes]\n"
				"protected:\n"
				"  - {name: sex, column: sex, reference: M}\n"
				"  - {name: race, column: race, reference: white}\n"
				"  - {name: age, column: age, reference: mid}\n"
				"strata: [{name: tier, column: tier}, {name: region, column: region}]\n"
				"audit:\n"
				"  race: {strata: [region, sex]}\n"
				"  age: {strata: []}\n";

struct world_decision {
	uint8_t label[WORLD_FIELDS];
	bool favourable;
	int64_t pane_us;
	int64_t index; /* of the leaf that covers it */
};

static inline const struct eh_map *world_read_map(struct eh_arena *home, const char *text)
{
	const struct eh_map *map;
	struct eh_err err;

	expect_rc(EH_OK, eh_map_parse(home, "map.yaml", text, strlen(text), &map, &err), &err);
	return map;
}

static inline const struct eh_policy *world_policy(struct eh_arena *home, const char *text)
{
	const struct eh_policy *policy;
	struct eh_err err;

	expect_rc(EH_OK, eh_policy_parse(home, "policy.yaml", text, strlen(text), &policy, &err), &err);
	return policy;
}

static inline struct eh_text world_text(const char *text)
{
	return (struct eh_text){text, text != NULL ? strlen(text) : 0};
}

static inline void world_add(struct eh_cube_names *names, struct eh_cube *cube, const struct world_decision *d)
{
	struct eh_cube_row row = {.favourable = d->favourable};
	struct eh_text strata[2];

	for (uint32_t a = 0; a < WORLD_ATTRIBUTES; a++)
		row.group[a] = eh_cube_group(names, a, world_text(world_label[a][d->label[a]]));
	for (int i = 0; i < 2; i++)
		strata[i] = world_text(world_label[WORLD_TIER + i][d->label[WORLD_TIER + i]]);
	row.stratum = eh_cube_tuple(names, EH_CUBE_STRATUM, strata, 2);
	row.lineage = eh_cube_tuple(names, EH_CUBE_LINEAGE, NULL, 0);
	eh_cube_add(cube, &row);
}

static uint64_t world_seed = 1;

static inline double world_uniform(void)
{
	world_seed = world_seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(world_seed >> 12) + .5) / 4503599627370496.0;
}

static inline uint64_t world_below(uint64_t n)
{
	return (uint64_t)(world_uniform() * (double)n);
}

/* Number of `n` decisions of which each is so with probability p. */
static inline uint64_t world_toss(uint64_t n, double p)
{
	uint64_t x = 0;

	for (uint64_t i = 0; i < n; i++)
		x += world_uniform() < p;
	return x;
}

/* A decision of any labels, missing ones too; women are favoured at `fall` times the rate. */
static inline struct world_decision world_random(int64_t pane_us, double fall)
{
	struct world_decision d = {.pane_us = pane_us};

	for (int f = 0; f < WORLD_FIELDS; f++)
		d.label[f] = (uint8_t)(world_below(12) == 0 ? 0 : 1 + world_below(WORLD_LABELS - 1));
	d.favourable = world_uniform() < (d.label[WORLD_SEX] == 2 ? .6 * fall : .6);
	return d;
}

static inline bool world_same_label(int field, uint8_t a, uint8_t b)
{
	const char *x = world_label[field][a], *y = world_label[field][b];

	return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

/* A core with its source, fed from a list of decisions as a store would feed it. */
struct world {
	struct eh_arena *home;
	struct eh_judge *judge;
	struct eh_judge_source *source;
	struct eh_cube *pane, *older;
	int64_t next_pane_us; /* INT64_MIN: nothing was closed yet */
	int64_t included;
	struct eh_sha256 digest; /* of the last close */
	struct eh_judge_close close;
	bool expired, late; /* something left the source's own window at the last close; came late for it */
	bool live;    /* what is closed from now on; its leaf stands above every version known */
	bool on_record; /* what is closed was live once: its leaf has its number */
};

static inline struct world world_begin(const struct eh_policy *policy, const char *map_text, const struct eh_judge_sink *sink)
{
	struct world w = {.home = eh_arena_new(), .next_pane_us = INT64_MIN, .included = -1};

	w.judge = eh_judge_new(eh_policies_of(w.home, policy), sink);
	w.source = eh_judge_add_source(w.judge, 1, world_read_map(w.home, map_text));
	w.pane = eh_cube_new(w.source->names);
	w.older = eh_cube_new(w.source->names);
	return w;
}

static inline void world_end(struct world *w)
{
	eh_cube_free(w->pane);
	eh_cube_free(w->older);
	eh_judge_free(w->judge);
	eh_arena_free(w->home);
}

/* The windows beside the source's own, cubes made anew for each close. */
struct world_moves {
	struct eh_judge_move move[EH_JUDGE_WINDOWS_MAX];
	struct eh_cube *before[EH_JUDGE_WINDOWS_MAX], *late[EH_JUDGE_WINDOWS_MAX], *expired[EH_JUDGE_WINDOWS_MAX];
	int64_t start_us[EH_JUDGE_WINDOWS_MAX], old_us[EH_JUDGE_WINDOWS_MAX]; /* of this close, and of the last */
	bool kept[EH_JUDGE_WINDOWS_MAX];
	uint32_t n;
};

static inline const struct eh_cube *world_some(const struct eh_cube *cube)
{
	return eh_cube_n(cube) > 0 ? cube : NULL;
}

static inline void world_begin_moves(struct world *w, struct world_moves *m, int64_t last_us)
{
	int64_t window_us[EH_JUDGE_WINDOWS_MAX];

	m->n = eh_judge_windows(w->source, w->close.clock_us, w->close.leaf_index, window_us);
	for (uint32_t i = 0; i < m->n; i++) {
		m->move[i] = (struct eh_judge_move){.window_us = window_us[i]};
		m->before[i] = eh_cube_new(w->source->names);
		m->late[i] = eh_cube_new(w->source->names);
		m->expired[i] = eh_cube_new(w->source->names);
		m->kept[i] = eh_judge_keeps_window(w->source, window_us[i]);
		m->start_us[i] = m->old_us[i] = eh_judge_window_start_of(w->source, window_us[i], last_us);
		if (w->next_pane_us != INT64_MIN)
			m->old_us[i] = eh_judge_window_start_of(w->source, window_us[i], w->next_pane_us - EH_HOUR_US);
	}
}

static inline void world_end_moves(struct world_moves *m)
{
	for (uint32_t i = 0; i < m->n; i++) {
		eh_cube_free(m->before[i]);
		eh_cube_free(m->late[i]);
		eh_cube_free(m->expired[i]);
	}
}

/* What one decision of a pane before the close is to a window. */
static inline void world_move(struct world *w, struct world_moves *m, uint32_t i, const struct world_decision *d)
{
	bool known = d->index <= w->included;

	if (!known && d->pane_us >= m->start_us[i])
		world_add(w->source->names, m->late[i], d);
	else if (known && m->kept[i] && d->pane_us >= m->old_us[i] && d->pane_us < m->start_us[i])
		world_add(w->source->names, m->expired[i], d);
	else if (known && !m->kept[i] && d->pane_us >= m->start_us[i])
		world_add(w->source->names, m->before[i], d);
}

/* Closes [first, last] with what leaves up to `included` cover; as judge/store.h says.  The close's own leaf is the
 * next after them. */
static inline void world_close(struct world *w, const struct world_decision *d, size_t n, int64_t first_us, int64_t last_us,
                               int64_t included)
{
	struct world_moves m;
	struct eh_err err;

	w->close = (struct eh_judge_close){.first_pane_us = first_us,
	                                   .last_pane_us = last_us,
	                                   .clock_us = last_us + EH_HOUR_US,
	                                   .leaf_index = w->live && !w->on_record ? INT64_MAX : included,
	                                   .history = !w->live,
	                                   .late_from_us = INT64_MAX,
	                                   .older_from_us = INT64_MAX};
	world_begin_moves(w, &m, last_us);
	eh_cube_clear(w->pane);
	eh_cube_clear(w->older);
	for (size_t i = 0; i < n; i++) {
		bool known = d[i].index <= w->included;

		if (d[i].index > included || d[i].pane_us > last_us)
			continue;
		if (d[i].pane_us >= first_us) {
			world_add(w->source->names, w->pane, &d[i]);
			continue;
		}
		for (uint32_t k = 0; k < m.n; k++)
			world_move(w, &m, k, &d[i]);
		int64_t *from_us = d[i].pane_us >= m.start_us[0] ? &w->close.late_from_us : &w->close.older_from_us;
		if (!known && d[i].pane_us < m.start_us[0])
			world_add(w->source->names, w->older, &d[i]);
		if (!known && d[i].pane_us < *from_us)
			*from_us = d[i].pane_us;
	}
	for (uint32_t i = 0; i < m.n; i++) {
		m.move[i].before = world_some(m.before[i]);
		m.move[i].late = world_some(m.late[i]);
		m.move[i].expired = world_some(m.expired[i]);
	}
	w->close.pane = world_some(w->pane);
	w->close.before = m.move[0].before;
	w->close.late = m.move[0].late;
	w->close.older = world_some(w->older);
	w->close.expired = m.move[0].expired;
	w->close.more = m.move + 1;
	w->close.more_n = m.n - 1;
	expect_rc(EH_OK, eh_judge_fold(w->judge, w->source, &w->close, &w->digest, &err), &err);
	world_end_moves(&m);
	w->expired = w->close.expired != NULL;
	w->late = w->close.late != NULL;
	w->close.late = w->close.expired = w->close.before = NULL; /* they are gone */
	w->close.more = NULL;
	w->next_pane_us = last_us + EH_HOUR_US;
	w->included = included;
}

#endif
