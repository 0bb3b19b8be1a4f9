/*
 * commits.h - random commits of decisions that are added, corrected and taken off again, written as gather writes them.
 *
 * The rows that survive are kept as plain numbers, so that an oracle can count them from the start.
 *
 * Threads  none.
 */
#ifndef EH_TESTS_GATHER_COMMITS_H
#define EH_TESTS_GATHER_COMMITS_H

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "gather/record.h"
#include "source/panes.h"
#include "source/register.h"
#include "source/shape.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"
#include "tests/unit/gather/oracle.h"

#define COMMITS_START_US (INT64_C(1704067200) * EH_SECOND_US) /* 2024-01-01 */

#define COMMITS_MAP                                                                                                    \
	"source: signed\ntable: public.decision\n"                                                                       \
	"columns: {id: id, decided_at: decided_at, decision: decision, score: score, outcome: outcome}\n"                \
	"favourable: [yes]\nadverse: [no]\nscore: {scale: 3}\noutcome: {adverse: [bad]}\n"                               \
	"protected: [{name: sex, column: sex, reference: M}, {name: race, column: race, reference: w}]\n"               \
	"strata: [{name: tier, column: tier}]\n"                                                                         \
	"features: [{name: zip, column: zip, kind: categorical}, {name: dti, column: dti, kind: numeric, scale: 2}]\n"   \
	"lineage: [{role: model, column: model}]\n"

/* A decision as numbers: all of it follows from them. */
struct commits_row {
	uint64_t draw;
	int64_t at_us;
};

struct commits {
	struct eh_arena *arena;
	struct eh_pg *store;
	struct eh_record record;
	struct eh_delta *delta;
	struct commits_row *alive;
	size_t n, cap;
	uint64_t random;
	int64_t clock_us;
	uint64_t added, taken, repeated;
};

static inline uint64_t commits_random(struct commits *c)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return c->random * UINT64_C(2685821657736338717) >> 16;
}

static inline struct eh_text commits_text(const char *text)
{
	return (struct eh_text){text, text == NULL ? 0 : strlen(text)};
}

/* What the numbers of a row stand for. */
static inline struct eh_decision commits_decision(const struct commits_row *row)
{
	static const char *const sexes[] = {"M", "F", "M", NULL}, *const races[] = {"w", "b", "h"};
	static const char *const tiers[] = {"1", "2", NULL}, *const zips[] = {"900", "901", "902", "903"}, *const models[] = {"a", "b"};
	uint64_t d = row->draw;
	struct eh_decision out = {.id = commits_text("d1"), .at_us = row->at_us, .version = INT64_MIN};

	out.favourable = d % 3 != 0;
	out.label[0] = out.label[1] = -1; /* the groups are known by their texts */
	out.groups[0] = commits_text(sexes[d / 3 % 4]);
	out.groups[1] = commits_text(races[d / 12 % 3]);
	out.label[0] = out.label[1] = -1; /* the map lists none */
	out.strata[0] = commits_text(tiers[d / 36 % 3]);
	out.features[0] = (struct eh_decision_feature){.has = d / 108 % 5 != 0, .text = commits_text(zips[d / 540 % 4])};
	out.features[1] = (struct eh_decision_feature){.has = d / 108 % 7 != 0, .q = (int64_t)(d / 2160 % 40000) - 20000};
	out.lineage[0] = commits_text(models[d / 108 % 2]);
	out.has_score = d / 216 % 9 != 0;
	out.score_q = (int64_t)(d / 2160 % 1000);
	out.has_outcome = d / 7 % 2 == 0;
	out.outcome_adverse = d / 14 % 3 == 0;
	return out;
}

static inline void commits_open(struct commits *c)
{
	struct eh_err err = {0};

	c->record.cells = eh_cells_new(c->arena, c->record.source.map);
	c->delta = eh_delta_new(c->record.cells, c->record.source.map);
	expect_rc(EH_OK, eh_record_open(&c->record, &err), &err);
}

/* A fresh store's one source.  With `outcomes` its cells carry what became of the decisions. */
static inline void commits_begin(struct commits *c, uint64_t seed, bool outcomes)
{
	const struct eh_map *map = NULL;
	const char *text = outcomes ? COMMITS_MAP "identity: tracked\n" : COMMITS_MAP;
	struct eh_err err = {0};

	*c = (struct commits){.arena = eh_arena_new(), .random = seed, .clock_us = INT64_MIN};
	c->store = eh_test_open(EH_STORE_WRITER);
	expect_rc(EH_OK, eh_map_parse(c->arena, "m.yaml", text, strlen(text), &map, &err), &err);
	assert_int_equal(eh_source_sees_outcomes(map), outcomes);
	expect_rc(EH_OK, eh_source_register(c->arena, c->store, map, &c->record.source, &err), &err);
	c->record.source.map = map;
	c->record.store = c->store;
	commits_open(c);
}

static inline void commits_close(struct commits *c)
{
	eh_delta_free(c->delta);
	eh_record_free(&c->record);
	c->record = (struct eh_record){.source = c->record.source, .store = c->store};
}

static inline void commits_end(struct commits *c)
{
	commits_close(c);
	free(c->alive);
	eh_pg_close(c->store);
	eh_arena_free(c->arena);
}

static inline void commits_add(struct commits *c, int64_t at_us, enum eh_gather_fate fate)
{
	struct commits_row row = {commits_random(c), at_us};
	struct eh_decision d = commits_decision(&row);

	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 256 : 2 * c->cap;
		c->alive = eh_xrealloc(c->alive, c->cap, sizeof *c->alive);
	}
	c->alive[c->n++] = row;
	eh_delta_add(c->delta, &d, fate);
	c->added++;
}

static inline void commits_take(struct commits *c, size_t i, enum eh_gather_other why)
{
	struct eh_decision d = commits_decision(&c->alive[i]);

	eh_delta_take(c->delta, &d, why);
	c->alive[i] = c->alive[--c->n];
	c->taken++;
}

/* A newer version of a row: the same time, or another. */
static inline void commits_correct(struct commits *c, size_t i, int64_t at_us, enum eh_gather_fate fate)
{
	commits_take(c, i, EH_GATHER_CORRECTED);
	commits_add(c, at_us, fate);
}

static inline void commits_write(struct commits *c, bool leaf)
{
	EH_POSITION_AUTO position = {0};
	struct eh_pack pack = {0};
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_position_parse("whole 10:10: 5", &position, &err), &err);
	eh_delta_pack(c->delta, &pack);
	struct eh_record_step step = {
		.pack = &pack,
		.position = &position,
		.phase = c->clock_us == INT64_MIN ? EH_GATHER_HISTORY : EH_GATHER_LIVE,
		.clock_us = c->clock_us,
		.leaf = leaf};
	expect_rc(EH_OK, eh_record_write(&c->record, &step, &err), &err);
	eh_delta_free_pack(&pack);
}

/* The tally digest of the rows that are left, each counted once more, one cube a pane. */
static inline struct eh_sha256 commits_oracle(const struct commits *c)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cells *cells = eh_cells_new(arena, c->record.source.map);
	struct eh_delta *delta = eh_delta_new(cells, c->record.source.map);

	for (size_t i = c->n; i-- > 0;) {
		struct eh_decision d = commits_decision(&c->alive[i]);

		eh_delta_add(delta, &d, EH_GATHER_ON_TIME);
	}
	return oracle_tally(delta);
}

/* That of the store. */
static inline struct eh_sha256 commits_stored(const struct commits *c)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cells *cells = eh_cells_new(arena, c->record.source.map);
	struct eh_sha256 digest;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_panes_digest(c->store, c->record.source.id, eh_cells_names(cells), &digest, &err), &err);
	return digest;
}

static inline void commits_expect_equal(const struct commits *c)
{
	struct eh_sha256 want = commits_oracle(c), got = commits_stored(c);

	assert_true(eh_sha256_equal(&want, &got));
}

#endif
