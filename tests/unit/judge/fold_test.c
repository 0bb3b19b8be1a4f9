/*
 * fold_test.c - closes folded one after the other, against everything counted again from scratch.
 */
#include <math.h>

#include "base/buf.h"
#include "judge/inside.h"
#include "stats/proportion.h"
#include "tests/unit/judge/world.h"

#define DECISIONS 6000
#define CLOSES 400

static struct world_decision decisions[DECISIONS], shuffled[DECISIONS];

struct step {
	int64_t first_us, last_us, included;
};
static struct step steps[CLOSES];
static size_t steps_n;

static const char small_policy[] = "policy: small\nwindow: 2d\n";

/* Hours with gaps; a tenth of the decisions comes after its pane was closed, some of them after the window went on. */
static void make_history(uint64_t seed)
{
	int64_t at = WORLD_T0;

	world_seed = seed;
	steps_n = 0;
	for (size_t i = 0; i < CLOSES; i++) {
		bool empty = world_below(9) == 0;

		steps[steps_n] = (struct step){.first_us = at, .last_us = at, .included = 10 * (int64_t)(i + 1)};
		if (empty)
			steps[steps_n].last_us += (int64_t)world_below(world_below(5) == 0 ? 80 : 4) * EH_HOUR_US;
		at = steps[steps_n++].last_us + EH_HOUR_US;
	}
	for (size_t i = 0; i < DECISIONS; i++) {
		size_t pane = world_below(CLOSES), late = world_below(10) == 0 ? 1 + world_below(world_below(6) == 0 ? 60 : 5) : 0;

		if (steps[pane].first_us != steps[pane].last_us && late == 0)
			pane = pane > 0 ? pane - 1 : pane + 1; /* a run of empty panes can get late rows only */
		if (steps[pane].first_us != steps[pane].last_us)
			late = 1;
		decisions[i] = world_random(steps[pane].first_us, pane > CLOSES / 2 ? .5 : 1);
		decisions[i].index = 10 * (int64_t)(pane + late) + 1 + (int64_t)world_below(10);
	}
}

static void count_window(const struct world *w, const struct world_decision *d, int64_t included, struct eh_cube *cube)
{
	eh_cube_clear(cube);
	for (size_t i = 0; i < DECISIONS; i++)
		if (d[i].index <= included && d[i].pane_us >= eh_judge_window_start(w->source, w->next_pane_us - EH_HOUR_US) &&
		    d[i].pane_us < w->next_pane_us)
			world_add(w->source->names, cube, &d[i]);
}

/* Law 1: the window after any closes is the cube of what lies in it. */
static void the_window_is_what_lies_in_it(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink none = {0};
	size_t late = 0, expired = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		make_history(seed);
		struct world w = world_begin(world_policy(home, small_policy), world_map, &none);
		struct eh_cube *want = eh_cube_new(w.source->names);

		for (size_t i = 0; i < steps_n; i++) {
			EH_BUF_AUTO a = {0};
			EH_BUF_AUTO b = {0};

			world_close(&w, decisions, DECISIONS, steps[i].first_us, steps[i].last_us, steps[i].included);
			late += w.late;
			expired += w.expired;
			count_window(&w, decisions, steps[i].included, want);
			eh_cube_encode(w.source->window, &a);
			eh_cube_encode(want, &b);
			assert_int_equal(a.len, b.len);
			assert_memory_equal(a.data, b.data, a.len);
			if (w.close.pane == NULL)
				continue;
			struct eh_cube_count count[8];
			eh_cube_by_group(want, WORLD_SEX, count);
			assert_memory_equal(w.source->attribute[WORLD_SEX].window.by_group, count,
			                    w.source->attribute[WORLD_SEX].window.groups * sizeof count[0]);
		}
		eh_cube_free(want);
		world_end(&w);
	}
	assert_true(late > 100 && expired > 300);
}

static enum eh_rc keep_line(void *ctx, const char *line, struct eh_err *err)
{
	(void)err;
	eh_buf_puts(ctx, line);
	eh_buf_putc(ctx, '\n');
	return EH_OK;
}

static enum eh_rc keep_event(void *ctx, const struct eh_judge_event *event, struct eh_err *err)
{
	return keep_line(ctx, event->line, err);
}

/* Folds the history; each close's digest goes into the list, all lines into the buffer. */
static void fold_all(const struct eh_policy *policy, const struct world_decision *d, struct eh_buf *lines, struct eh_sha256 *digests,
                     double *log_m)
{
	struct eh_judge_sink sink = {.ctx = lines, .verdict = keep_line, .alert = keep_event};
	struct world w = world_begin(policy, world_map, &sink);

	for (size_t i = 0; i < steps_n; i++) {
		size_t before = lines->len;

		world_close(&w, d, DECISIONS, steps[i].first_us, steps[i].last_us, steps[i].included);
		digests[i] = w.digest;
		struct eh_sha256 of_lines = eh_sha256_of(lines->data != NULL ? lines->data + before : "", lines->len - before);
		assert_true(eh_sha256_equal(&of_lines, &w.digest)); /* the digest is that of the lines told */
		if (w.close.pane == NULL)
			assert_int_equal(lines->len, before); /* an empty pane tells nothing */
	}
	for (size_t i = 0; i < w.judge->standings; i++)
		log_m[i] = eh_judge_log_m(w.judge->standing[i].pair, w.judge->standing[i].outcome, w.judge->standing[i].kind,
		                          w.judge->standing[i].line);
	world_end(&w);
}

static void shuffle(void)
{
	memcpy(shuffled, decisions, sizeof decisions);
	for (size_t i = DECISIONS - 1; i > 0; i--) {
		size_t j = world_below(i + 1);
		struct world_decision d = shuffled[i];

		shuffled[i] = shuffled[j];
		shuffled[j] = d;
	}
}

/* The same closes give the same bytes; and the order of rows within panes changes nothing, to the last bit of the evidence. */
static void equal_closes_give_equal_bytes(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	static struct eh_sha256 digest[3][CLOSES];
	static double log_m[3][200];
	const struct eh_policy *policy = world_policy(home, "policy: eager\nwindow: 5d\nbudget: {page: 100, review: 900}\n");
	EH_BUF_AUTO one = {0};
	EH_BUF_AUTO two = {0};
	EH_BUF_AUTO three = {0};

	(void)state;
	make_history(11);
	shuffle();
	fold_all(policy, decisions, &one, digest[0], log_m[0]);
	fold_all(policy, decisions, &two, digest[1], log_m[1]);
	fold_all(policy, shuffled, &three, digest[2], log_m[2]);
	assert_true(one.len > 1000000 && one.len == two.len && one.len == three.len);
	assert_string_equal(one.data, two.data);
	assert_memory_equal(digest[0], digest[1], sizeof digest[0]);
	assert_memory_equal(log_m[0], log_m[1], sizeof log_m[0]);
	if (strcmp(one.data, three.data) != 0)
		fail_msg("rows in another order give other lines");
	assert_memory_equal(digest[0], digest[2], sizeof digest[0]);
	assert_memory_equal(log_m[0], log_m[2], sizeof log_m[0]);
	assert_non_null(strstr(one.data, "\"type\":\"alert\"")); /* alerts are among the lines */
}

/* A group counts from the close at which it is met, in the order of labels; the reference never. */
static void groups_are_watched_once_met(void **state)
{
	static const struct world_decision met[] = {
		{.label = {1, 1, 1, 1, 1}, .pane_us = WORLD_T0, .index = 1},
		{.label = {0, 0, 0, 1, 1}, .pane_us = WORLD_T0 + EH_HOUR_US, .index = 2},
		{.label = {3, 2, 1, 1, 1}, .pane_us = WORLD_T0 + 2 * EH_HOUR_US, .index = 3},
		{.label = {2, 3, 1, 1, 1}, .pane_us = WORLD_T0 + 2 * EH_HOUR_US, .index = 3},
		{.label = {2, 3, 2, 1, 1}, .pane_us = WORLD_T0 + 3 * EH_HOUR_US, .index = 4},
	};
	static const double monitors[] = {0, 0, 32, 36}; /* eight a pair, four where age is conditioned on nothing */
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink none = {0};
	struct world w = world_begin(eh_policy_default(home), world_map, &none);

	(void)state;
	for (int i = 0; i < 4; i++) {
		world_close(&w, met, 5, WORLD_T0 + i * EH_HOUR_US, WORLD_T0 + i * EH_HOUR_US, i + 1);
		assert_true(eh_judge_monitors(w.judge, EH_POLICY_HOUSE) == monitors[i]);
	}
	struct eh_judge_attribute *sex = &w.source->attribute[WORLD_SEX], *race = &w.source->attribute[WORLD_RACE];
	assert_int_equal(sex->pairs, 2);
	assert_string_equal(eh_cube_group_label(w.source->names, WORLD_SEX, sex->pair[0]->group), "F");
	assert_string_equal(eh_cube_group_label(w.source->names, WORLD_SEX, sex->pair[1]->group), "X");
	assert_string_equal(eh_cube_group_label(w.source->names, WORLD_RACE, race->pair[0]->group), "asian");
	assert_string_equal(eh_cube_group_label(w.source->names, WORLD_RACE, race->pair[1]->group), "black");
	assert_int_equal(sex->pair[0]->first_us, WORLD_T0 + 2 * EH_HOUR_US);
	world_end(&w);
}

/* What the pages show beside: days, missing labels, and how often the rule p < .05 would have cried. */
static void figures_beside_the_verdicts(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink none = {0};
	uint64_t naive = 0, missing = 0, n = 0, seen = 0;
	bool standing[8] = {0};

	(void)state;
	make_history(23);
	struct world w = world_begin(world_policy(home, small_policy), world_map, &none);
	struct eh_cube *want = eh_cube_new(w.source->names);
	for (size_t i = 0; i < steps_n; i++) {
		world_close(&w, decisions, DECISIONS, steps[i].first_us, steps[i].last_us, steps[i].included);
		if (w.close.pane == NULL)
			continue;
		struct eh_cube_count count[8] = {0}, pane[8] = {0};
		count_window(&w, decisions, steps[i].included, want);
		eh_cube_by_group(want, WORLD_SEX, count);
		eh_cube_by_group(w.pane, WORLD_SEX, pane);
		missing += pane[0].n;
		n += eh_cube_n(w.pane);
		seen++;
		for (uint32_t g = 1; g <= eh_cube_groups(w.source->names, WORLD_SEX); g++) {
			uint32_t ref = w.source->attribute[WORLD_SEX].reference;
			struct ehs_2x2 t = {{count[g].n, count[g].favourable}, {ref ? count[ref].n : 0, ref ? count[ref].favourable : 0}};
			struct ehs_test z = ehs_z_pooled(t);
			bool cries = g != ref && z.status == EHS_OK && z.p < .05;

			naive += cries && !standing[g];
			standing[g] = cries;
		}
	}
	uint64_t day_n = 0, day_missing = 0;
	for (uint32_t i = 0; i < w.source->days; i++) {
		day_n += w.source->day[i].n;
		day_missing += w.source->day[i].missing[WORLD_SEX];
		assert_true(i == 0 || w.source->day[i].day_us > w.source->day[i - 1].day_us);
	}
	assert_true(w.source->days < EH_JUDGE_DAYS && w.source->panes == seen);
	assert_int_equal(day_n, n);
	assert_int_equal(day_missing, missing);
	assert_true(naive > 0 && w.source->naive_alerts >= naive); /* the other attributes count too */
	eh_cube_free(want);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_window_is_what_lies_in_it),
		cmocka_unit_test(equal_closes_give_equal_bytes),
		cmocka_unit_test(groups_are_watched_once_met),
		cmocka_unit_test(figures_beside_the_verdicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
