/*
 * raise_test.c - one alert a group: raised once, folded into, escalated once, recovered, closed.
 */
#include <math.h>

#include "judge/inside.h"
#include "tests/unit/judge/world.h"

#define PER_HOUR 40
#define HOURS (24 * 60)
#define TOLD_MAX 400

static struct world_decision decisions[HOURS * PER_HOUR];

struct told {
	char event[16], id[16];
	const struct eh_judge_pair *pair;
	int64_t at_us, onset_us;
	unsigned folded, crossed;
	double peak_log_m;
	bool page;
};
static struct told told[TOLD_MAX];
static size_t told_n;

static unsigned bit(int outcome, int kind, uint32_t line)
{
	return 1u << (4 * outcome + 2 * kind + (int)line);
}

/* What has folded into an alert, as bits; the floor's count apart. */
static unsigned folded(const struct eh_judge_alert *a)
{
	unsigned bits = 0;

	for (uint32_t i = 0; i < a->folded_n; i++) {
		const struct eh_judge_monitor *m = &a->folded[i];

		assert_ptr_equal(m->pair, a->pair);
		assert_true(eh_judge_has_folded(a, m));
		assert_false(bits & bit(m->outcome, m->kind, m->line) << (m->layer == EH_POLICY_FLOOR ? 8 : 0));
		bits |= bit(m->outcome, m->kind, m->line) << (m->layer == EH_POLICY_FLOOR ? 8 : 0);
	}
	return bits;
}

static enum eh_rc keep(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	struct told *t = &told[told_n++];
	struct eh_sha256 digest = eh_sha256_of(e->evidence, strlen(e->evidence));

	(void)ctx, (void)err;
	assert_true(told_n < TOLD_MAX);
	assert_true(eh_sha256_equal(&digest, &e->evidence_sha256));
	snprintf(t->event, sizeof t->event, "%s", e->event);
	snprintf(t->id, sizeof t->id, "%s", e->alert->id);
	t->pair = e->alert->pair;
	t->at_us = e->close->clock_us;
	t->onset_us = e->alert->onset_us;
	t->folded = folded(e->alert);
	t->crossed = e->crossed;
	assert_true(t->crossed <= e->alert->folded_n);
	t->peak_log_m = e->alert->peak_log_m;
	t->page = e->alert->page;
	return EH_OK;
}

/* Women are favoured at half the rate from one day to another; strata do not explain it. */
static double rate_after = .7; /* of women, when that is over */

static void make(int from_day, int to_day)
{
	world_seed = 100;
	for (int i = 0; i < HOURS * PER_HOUR; i++) {
		int hour = i / PER_HOUR, day = hour / 24;

		decisions[i] = (struct world_decision){.pane_us = WORLD_T0 + hour * EH_HOUR_US, .index = hour};
		decisions[i].label[WORLD_SEX] = (uint8_t)(1 + world_below(2));
		decisions[i].label[WORLD_RACE] = (uint8_t)(1 + world_below(3));
		decisions[i].label[WORLD_AGE] = 1;
		decisions[i].label[WORLD_TIER] = (uint8_t)(1 + world_below(2));
		decisions[i].label[WORLD_REGION] = 1;
		bool low = decisions[i].label[WORLD_SEX] == 2 && day >= from_day && day < to_day;
		bool over = decisions[i].label[WORLD_SEX] == 2 && day >= to_day;
		decisions[i].favourable = world_uniform() < (low ? .35 : over ? rate_after : .7);
	}
}

static void run(struct world *w, int from, int to)
{
	for (int h = from; h < to; h++)
		world_close(w, decisions, sizeof decisions / sizeof decisions[0], WORLD_T0 + h * EH_HOUR_US, WORLD_T0 + h * EH_HOUR_US, h);
}

static const char quick[] = "policy: quick\nwindow: 3d\n";

static struct world begin(struct eh_arena *home)
{
	struct eh_judge_sink sink = {.alert = keep};

	told_n = 0;
	return world_begin(world_policy(home, quick), world_map, &sink);
}

static size_t count(const char *event)
{
	size_t n = 0;

	for (size_t i = 0; i < told_n; i++)
		n += strcmp(told[i].event, event) == 0;
	return n;
}

static void one_alert_takes_in_everything(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home);
	const struct told *first = &told[0];

	(void)state;
	make(20, 30);
	run(&w, 0, 20 * 24);
	assert_int_equal(told_n, 0);
	assert_null(eh_judge_alerts(w.judge));
	run(&w, 20 * 24, HOURS);
	assert_int_equal(count("raised"), 1);
	assert_int_equal(count("escalated"), 1);
	assert_true(count("folded") >= 1);
	assert_string_equal(first->event, "raised");
	const struct eh_judge_alert *a = eh_judge_alerts(w.judge);
	assert_true(a != NULL && a->next == NULL);
	assert_string_equal(eh_cube_group_label(w.source->names, WORLD_SEX, a->pair->group), "F");
	assert_int_equal(strncmp(a->id, "A-", 2), 0);
	assert_int_equal(strlen(a->id), 14);
	/* Raised within days, and the onset is not far from the day it began. */
	assert_true(first->at_us > WORLD_T0 + 20 * EH_DAY_US && first->at_us < WORLD_T0 + 25 * EH_DAY_US);
	assert_true(llabs(first->onset_us - (WORLD_T0 + 20 * EH_DAY_US)) < EH_DAY_US);
	bool paged = false;
	for (size_t i = 0; i < told_n; i++) {
		assert_string_equal(told[i].id, first->id);
		assert_true(told[i].onset_us == first->onset_us); /* latched */
		assert_true(i == 0 || told[i].peak_log_m >= told[i - 1].peak_log_m);
		if (strcmp(told[i].event, "folded") == 0)
			assert_true((told[i].folded & ~told[i - 1].folded) != 0);
		if (strcmp(told[i].event, "escalated") == 0)
			paged = true;
		assert_int_equal(told[i].page, paged);
	}
	/* Both outcomes, both kinds and both lines folded into the one alert. */
	unsigned all = 0;
	for (int m = 0; m < 8; m++)
		all |= bit(m / 4, m / 2 % 2, (uint32_t)m % 2);
	assert_int_equal(folded(a), all);
	world_end(&w);
}

static void recovery_is_a_mark_after_a_week(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home);

	(void)state;
	make(20, 30);
	run(&w, 0, HOURS);
	assert_int_equal(count("recovered"), 1);
	const struct told *last = &told[told_n - 1];
	assert_string_equal(last->event, "recovered");
	assert_true(last->at_us >= told[0].at_us + 7 * EH_DAY_US && last->at_us > WORLD_T0 + 30 * EH_DAY_US);
	const struct eh_judge_alert *a = eh_judge_alerts(w.judge);
	assert_true(a->recovered && ehs_eprocess_log_e(&a->recovery.process) > log(20)); /* a mark: the alert stays */
	world_end(&w);
}

/* The ratio is back after two days: the evidence for it is soon there, the mark waits for the week. */
static void recovery_waits_for_the_week(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home);
	int hour = 20 * 24;

	(void)state;
	rate_after = .95; /* plainly back */
	make(20, 22);
	rate_after = .7;
	run(&w, 0, hour);
	while (count("recovered") == 0 && hour < HOURS) {
		run(&w, hour, hour + 1);
		hour++;
		if (told_n > 0 && WORLD_T0 + hour * EH_HOUR_US == told[0].at_us + 6 * EH_DAY_US)
			assert_true(ehs_eprocess_log_e(&eh_judge_alerts(w.judge)->recovery.process) > log(20));
	}
	assert_int_equal(count("recovered"), 1);
	assert_int_equal(told[told_n - 1].at_us, told[0].at_us + 7 * EH_DAY_US);
	world_end(&w);
}

/* As long as the gap stays, nothing recovers. */
static void a_gap_that_stays_does_not_recover(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home);

	(void)state;
	make(20, 60);
	run(&w, 0, HOURS);
	assert_int_equal(count("raised"), 1);
	assert_int_equal(count("recovered"), 0);
	assert_int_equal(count("escalated"), 1);
	world_end(&w);
}

/* A closing restarts the evidence; where the gap is still there, another alert is raised on new evidence. */
static void a_closing_resets(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home);
	int hour = 20 * 24;

	(void)state;
	make(20, 60);
	run(&w, 0, hour);
	while (eh_judge_alerts(w.judge) == NULL && hour < HOURS - 400) {
		run(&w, hour, hour + 1);
		hour++;
	}
	const struct eh_judge_pair *pair = eh_judge_alerts(w.judge)->pair;
	run(&w, hour, hour + 48);
	hour += 48;
	double before = eh_judge_log_m(pair, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, 0);
	size_t had = told_n;
	eh_judge_close_alert(w.judge, "A-000000000000"); /* no such alert: nothing happens */
	assert_true(eh_judge_alerts(w.judge) != NULL && eh_judge_log_m(pair, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, 0) == before);
	eh_judge_close_alert(w.judge, told[0].id);
	assert_null(eh_judge_alerts(w.judge));
	assert_true(isinf(eh_judge_log_m(pair, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, 0)));
	run(&w, hour, hour + 1);
	assert_int_equal(told_n, had); /* one block is no evidence */
	assert_true(eh_judge_log_m(pair, EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, 0) < before - 5);
	run(&w, hour + 1, HOURS);
	assert_int_equal(count("raised"), 2);
	assert_string_equal(told[had].event, "raised");
	assert_string_not_equal(told[had].id, told[0].id);
	assert_true(told[had].onset_us >= WORLD_T0 + hour * EH_HOUR_US); /* not what was closed */
	world_end(&w);
}

/* A sink that fails stops the fold. */
static enum eh_rc fail_sink(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	(void)ctx, (void)e;
	return eh_fail(err, EH_AGAIN, "the disk is full");
}

static void what_the_sink_says_is_passed_on(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink sink = {.alert = fail_sink};
	struct world w = begin(home);
	struct eh_err err;
	enum eh_rc rc = EH_OK;

	(void)state;
	make(0, 60);
	eh_judge_set_sink(w.judge, &sink);
	for (int h = 0; rc == EH_OK && h < 300; h++) {
		eh_cube_clear(w.pane);
		for (int i = 0; i < PER_HOUR; i++)
			world_add(w.source->names, w.pane, &decisions[h * PER_HOUR + i]);
		w.close = (struct eh_judge_close){.first_pane_us = decisions[h * PER_HOUR].pane_us, .pane = w.pane};
		w.close.last_pane_us = w.close.first_pane_us;
		w.close.clock_us = w.close.first_pane_us + EH_HOUR_US;
		rc = eh_judge_fold(w.judge, w.source, &w.close, &w.digest, &err);
	}
	assert_int_equal(rc, EH_AGAIN);
	assert_string_equal(err.text, "the disk is full");
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_alert_takes_in_everything),
		cmocka_unit_test(recovery_is_a_mark_after_a_week),
		cmocka_unit_test(recovery_waits_for_the_week),
		cmocka_unit_test(a_gap_that_stays_does_not_recover),
		cmocka_unit_test(a_closing_resets),
		cmocka_unit_test(what_the_sink_says_is_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
