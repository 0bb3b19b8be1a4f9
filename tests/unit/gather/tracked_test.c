/*
 * tracked_test.c - what came again, in any order, with crashes between: the tallies are those of a slow oracle.
 */
#include <stdlib.h>

#include "base/time.h"
#include "gather/record.h"
#include "gather/tracked.h"
#include "source/panes.h"
#include "tests/unit/gather/oracle.h"
#include "tests/unit/gather/rig.h"

#define IDS 60
#define NOTES 1500
#define START_US INT64_C(1704067200000000) /* 2024-01-01 */

#define TRACKED(NAME, REST) \
	"source: " NAME "\ntable: public.decision\nidentity: tracked\n" \
	"columns: {id: id, decided_at: decided_at, decision: decision, score: score, version: version}\n" \
	"favourable: [yes]\nadverse: [no]\nscore: {scale: 3}\n" \
	"protected: [{name: sex, column: sex, reference: M}]\nstrata: [{name: tier, column: tier}]\n" \
	"features: [{name: zip, column: zip, kind: categorical}, {name: n, column: n, kind: numeric, scale: 2}]\n" \
	"lineage: [{role: model, column: model}]\n" REST

#define OUTCOMES "outcome: {adverse: [bad]}\noutcomes: {table: public.outcome, id: id, outcome: what, outcome_at: at}\n"

static const char *const sexes[] = {"F", "M", ""}, *const tiers[] = {"1", "2"}, *const zips[] = {"z1", "z2", "z3", ""};

static struct eh_text text_of(const char *text)
{
	return *text == '\0' ? (struct eh_text){0} : (struct eh_text){text, strlen(text)};
}

static struct eh_decision draw_decision(unsigned *seed, struct eh_text id)
{
	struct eh_decision d = {.id = id, .at_us = START_US + rand_r(seed) % 5 * EH_HOUR_US + rand_r(seed) % 1000};

	d.favourable = rand_r(seed) % 2 == 0;
	d.has_score = rand_r(seed) % 4 != 0;
	d.score_q = rand_r(seed) % 4 * 100;
	d.version = INT64_MIN;
	d.label[0] = -1;
	d.groups[0] = text_of(sexes[rand_r(seed) % 3]);
	d.strata[0] = text_of(tiers[rand_r(seed) % 2]);
	d.features[0].text = text_of(zips[rand_r(seed) % 4]);
	d.features[0].has = d.features[0].text.n > 0;
	d.features[1] = (struct eh_decision_feature){.has = rand_r(seed) % 2 == 0, .q = rand_r(seed) % 3};
	d.lineage[0] = text_of("m");
	return d;
}

/* ---- the oracle: one id after the other, by the rules as they are written ---- */

struct held {
	bool row, aside, outcome, adverse;
	int64_t version, outcome_at_us;
	struct eh_decision decision;
};

struct world {
	const struct eh_map *map;
	bool unique;
	struct held held[IDS];
	char id[IDS][16];
	unsigned seed;
};

static void comparable(const struct world *w, const struct eh_decision *d, enum eh_decision_reason reason, struct eh_buf *out)
{
	eh_buf_putc(out, d != NULL ? 1 : 2);
	eh_buf_zigzag(out, d != NULL ? eh_pane_start(EH_PANE_HOUR, d->at_us) : INT64_MIN);
	if (d != NULL)
		eh_tracked_content(w->map, d, out);
	else
		eh_buf_putc(out, (char)reason);
}

static bool oracle_wins(const struct world *w, const struct held *h, const struct eh_decision *d, int64_t version)
{
	EH_BUF_AUTO new = {0};
	EH_BUF_AUTO old = {0};

	if (!h->row || version > h->version || (version == h->version && w->unique))
		return true;
	if (version < h->version)
		return false;
	comparable(w, d, EH_DECISION_NO_DECISION, &new);
	comparable(w, h->aside ? NULL : &h->decision, EH_DECISION_NO_DECISION, &old);
	struct eh_sha256 a = eh_sha256_of(new.data, new.len), b = eh_sha256_of(old.data, old.len);
	return memcmp(a.bytes, b.bytes, sizeof a.bytes) > 0;
}

static void oracle_row(struct world *w, int i, const struct eh_decision *d, int64_t version)
{
	struct held *h = &w->held[i];

	if (!oracle_wins(w, h, d, version))
		return;
	h->row = true;
	h->aside = d == NULL;
	h->version = version;
	if (d != NULL)
		h->decision = *d;
}

static void oracle_outcome(struct world *w, int i, bool adverse, int64_t at_us)
{
	struct held *h = &w->held[i];

	if (h->outcome && (at_us < h->outcome_at_us || (at_us == h->outcome_at_us && h->adverse >= adverse)))
		return;
	h->outcome = true;
	h->adverse = adverse;
	h->outcome_at_us = at_us;
}

/* One thing happens, to both. */
static void happen(struct world *w, struct eh_tracked *t, bool takes)
{
	int i = rand_r(&w->seed) % IDS, what = rand_r(&w->seed) % 20;
	struct eh_text id = text_of(w->id[i]);
	int64_t version = rand_r(&w->seed) % 3 == 0 ? INT64_MIN : rand_r(&w->seed) % 6;
	int64_t at_us = rand_r(&w->seed) % 3 == 0 ? INT64_MIN : START_US + rand_r(&w->seed) % 4;

	if (what < 12) {
		struct eh_decision d = draw_decision(&w->seed, id);

		d.version = version;
		eh_tracked_add(t, &d, EH_GATHER_ON_TIME);
		oracle_row(w, i, &d, version);
	} else if (what < 14) {
		eh_tracked_aside(t, id, version, EH_DECISION_NO_DECISION, "missing decision");
		oracle_row(w, i, NULL, version);
	} else if (what < 16 && takes) {
		eh_tracked_take(t, id);
		w->held[i].row = false;
	} else if (w->map->outcomes != NULL) {
		bool adverse = rand_r(&w->seed) % 2 == 0;

		eh_tracked_outcome(t, id, adverse, at_us);
		oracle_outcome(w, i, adverse, at_us);
	}
}

static struct eh_sha256 oracle_digest(const struct world *w)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_cells *cells = eh_cells_new(arena, w->map);
	struct eh_delta *delta = eh_delta_new(cells, w->map);

	for (int i = 0; i < IDS; i++) {
		struct eh_decision d = w->held[i].decision;

		if (!w->held[i].row || w->held[i].aside)
			continue;
		d.has_outcome = w->held[i].outcome;
		d.outcome_adverse = w->held[i].adverse;
		eh_delta_add(delta, &d, EH_GATHER_ON_TIME);
	}
	return oracle_tally(delta);
}

/* ---- what is stored ---- */

struct side {
	struct eh_arena *arena;
	struct eh_pg *store;
	struct eh_record record;
	struct eh_delta *delta;
	struct eh_tracked *tracked;
	struct eh_pack pack;
};

static void open_side(struct side *s, const struct world *w)
{
	struct eh_err err = {0};

	s->arena = eh_arena_new();
	s->store = eh_test_open(EH_STORE_WRITER);
	s->record = (struct eh_record){.store = s->store};
	expect_rc(EH_OK, eh_source_register(s->arena, s->store, w->map, &s->record.source, &err), &err);
	s->record.cells = eh_cells_new(s->arena, w->map);
	expect_rc(EH_OK, eh_record_open(&s->record, &err), &err);
	s->delta = eh_delta_new(s->record.cells, w->map);
	s->tracked = eh_tracked_new(w->map, w->unique, false);
	expect_rc(EH_OK, eh_tracked_open(s->tracked, s->store, s->record.source.id, &err), &err);
}

static void close_side(struct side *s)
{
	eh_tracked_free(s->tracked);
	eh_delta_free(s->delta);
	eh_delta_free_pack(&s->pack);
	eh_record_free(&s->record);
	eh_pg_close(s->store);
	eh_arena_free(s->arena);
	*s = (struct side){0};
}

static void commit_side(struct side *s)
{
	int64_t rows[EH_GATHER_FATES] = {0};
	struct eh_gather_clock clock = {.pane = EH_PANE_HOUR, .closed_us = INT64_MIN};
	EH_POSITION_AUTO position = {.kind = EH_POSITION_WHOLE, .table = 1};
	struct eh_record_step step = {.pack = &s->pack, .position = &position, .phase = EH_GATHER_LIVE, .clock_us = START_US, .leaf = true};
	struct eh_err err = {0};

	eh_buf_puts(&position.snapshot, "1:1:");
	expect_rc(EH_OK, eh_tracked_settle(s->tracked, s->store, s->delta, &clock, rows, &step.seen, &err), &err);
	eh_delta_pack(s->delta, &s->pack);
	expect_rc(EH_OK, eh_record_write(&s->record, &step, &err), &err);
}

static void run_world(const char *map, bool unique, unsigned seed, bool takes)
{
	struct world w = {.map = rig_map(map), .unique = unique, .seed = seed}, before = w;
	struct side s = {0};
	struct eh_sha256 stored, found;
	struct eh_err err = {0};

	for (int i = 0; i < IDS; i++) {
		snprintf(w.id[i], sizeof w.id[i], "id-%d", i);
		w.held[i].version = INT64_MIN;
	}
	before = w;
	open_side(&s, &w);
	for (int i = 0; i < NOTES; i++) {
		happen(&w, s.tracked, takes);
		if (rand_r(&w.seed) % 40 != 0 && i + 1 < NOTES)
			continue;
		if (rand_r(&w.seed) % 4 == 0) { /* the program dies: what was not committed happens again, otherwise */
			unsigned now = w.seed;

			close_side(&s);
			w = before;
			w.seed = now;
			open_side(&s, &w);
			continue;
		}
		commit_side(&s);
		before = w;
	}
	w = before;
	close_side(&s);
	open_side(&s, &w);
	expect_rc(EH_OK, eh_panes_digest(s.store, s.record.source.id, eh_cells_names(s.record.cells), &stored, &err), &err);
	found = oracle_digest(&w);
	assert_true(eh_sha256_equal(&stored, &found));
	int64_t n = 0, aside = 0;
	for (int i = 0; i < IDS; i++) {
		n += w.held[i].row && !w.held[i].aside;
		aside += w.held[i].row && w.held[i].aside;
	}
	assert_true(n > 0);
	assert_int_equal(rig_int8("SELECT sum(n_on_time + n_late + n_early - n_corrected - n_taken)::bigint FROM evenhand.gather_commit"), n);
	assert_int_equal(rig_int8("SELECT sum(n - n_taken)::bigint FROM evenhand.pane_delta"), n);
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.seen WHERE pane_us IS NOT NULL"), n);
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.set_aside WHERE settled_commit IS NULL"), aside);
	close_side(&s);
}

static void any_order_comes_to_what_the_oracle_says(void **state)
{
	for (unsigned seed = 1; seed <= 3; seed++) {
		(void)eh_test_store_reset(state);
		run_world(TRACKED("log", ""), false, seed, true);
		(void)eh_test_store_reset(state);
		run_world(TRACKED("log", ""), true, seed + 10, true);
		(void)eh_test_store_reset(state);
		run_world(TRACKED("log", OUTCOMES), false, seed + 20, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(any_order_comes_to_what_the_oracle_says, rig_reset),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
