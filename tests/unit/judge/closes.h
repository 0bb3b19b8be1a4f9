/*
 * closes.h - a store whose deltas are written by hand from decisions that are kept.
 */
#ifndef TESTS_UNIT_JUDGE_CLOSES_H
#define TESTS_UNIT_JUDGE_CLOSES_H

#include "judge/store.h"
#include "tests/lib/cluster.h"
#include "tests/unit/judge/world.h"

#define PANES 90
#define DECISIONS 2500
#define BATCH_LEAF(p) (10 * (int64_t)(p) + 1)
#define CLOSE_LEAF(p) (10 * (int64_t)(p) + 5)

static struct world_decision decisions[DECISIONS];
static const char policy_text[] = "policy: small\nwindow: 2d\nbudget: {page: 100, review: 900}\n";

static inline bool is_empty(int pane)
{
	return pane % 11 == 10;
}

/* Pane p is gathered in commits 2p + 1 and 2p + 2, under batch leaf p; every seventh batch brings late rows as well. */
static inline void make_decisions(void)
{
	world_seed = 64;
	for (int i = 0; i < DECISIONS; i++) {
		int pane = (int)world_below(PANES), batch = pane;

		while (is_empty(pane))
			batch = pane = (int)world_below(PANES);
		decisions[i] = world_random(WORLD_T0 + pane * EH_HOUR_US, pane > 30 ? .5 : 1);
		if (i % 9 == 0) {
			batch = pane + (i % 27 == 0 ? 60 : 4); /* the former: its pane has left the window by then */
			batch = batch < PANES && !is_empty(batch) ? batch : pane;
		}
		decisions[i].index = BATCH_LEAF(batch);
	}
}

static inline char *hex_of(struct eh_arena *home, const void *bytes, size_t n)
{
	char *hex = eh_arena_zalloc(home, 2 * n + 1, 1);

	eh_hex(bytes, n, hex);
	return hex;
}

/* The delta that a commit adds to a pane: every second decision, by the commit's number. */
static inline void write_delta(struct eh_arena *home, struct eh_pg *owner, struct eh_cube_names *names, int pane, int batch, int half)
{
	struct eh_cube *cube = eh_cube_new(names);
	EH_BUF_AUTO block = {0};

	for (int i = half; i < DECISIONS; i += 2)
		if (decisions[i].pane_us == WORLD_T0 + pane * EH_HOUR_US && decisions[i].index == BATCH_LEAF(batch))
			world_add(names, cube, &decisions[i]);
	if (eh_cube_n(cube) > 0) {
		eh_cube_encode(cube, &block);
		eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.pane_delta VALUES (1, %lld, %d, %llu, '\\x%s', '')",
		                                   (long long)(WORLD_T0 + pane * EH_HOUR_US), 2 * batch + 1 + half,
		                                   (unsigned long long)eh_cube_n(cube), hex_of(home, block.data, block.len)));
	}
	eh_cube_free(cube);
}

static inline int begin_store(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w;
	struct eh_judge_sink none = {0};

	if (eh_test_store_begin(state) != 0)
		return -1;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	w = world_begin(world_policy(home, policy_text), world_map, &none); /* for its names only */
	make_decisions();
	eh_test_sql(owner, "BEGIN");
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('risk')");
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.source_map VALUES (1, 1, '{}', $map$%s$map$, '\\x%s')", world_map,
	                                   hex_of(home, w.source->map->version.bytes, 32)));
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.source_state VALUES (1, 'live', %d, 'p', %lld)", 2 * PANES,
	                                   (long long)(WORLD_T0 + PANES * EH_HOUR_US)));
	for (int b = 0; b < PANES; b++) {
		for (int pane = 0; pane <= b; pane++)
			for (int half = 0; half < 2; half++)
				write_delta(home, owner, w.source->names, pane, b, half);
		eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.batch VALUES (1, %d, %d, %lld, %lld)", 2 * b + 1, 2 * b + 2,
		                                   (long long)BATCH_LEAF(b), (long long)(WORLD_T0 + (b + 1) * EH_HOUR_US)));
	}
	eh_test_sql(owner, "COMMIT");
	world_end(&w);
	return 0;
}

static inline void keep_close(struct eh_arena *home, struct eh_pg *owner, int p, const struct eh_judge_step *step)
{
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.pane_close VALUES (1, %lld, %lld, %lld, %lld, %lld, %llu, '\\x%s', true)",
	                                   (long long)step->first_pane_us, (long long)step->last_pane_us, (long long)step->clock_us,
	                                   (long long)step->included, (long long)CLOSE_LEAF(p), (unsigned long long)step->n,
	                                   hex_of(home, step->digest.bytes, 32)));
}

#endif
