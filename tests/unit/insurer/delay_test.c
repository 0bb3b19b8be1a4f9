/*
 * delay_test.c - how long after the planted event the alarm's evidence is enough.
 *
 * A second, short writing-down of the default policy's sequential evidence (design:
 * blocks of closed hourly panes, Shiryaev-Roberts mixtures at .90 and .80 in both
 * directions, raw and within tiers, tempered, e-d-BH over all 56 monitors), by itself
 * and without a database.  It leaves out the effect gate and the minimum data, which
 * only hold alerts back.  docs/demo-scenario.md quotes what it prints;
 * INSURER_SEEDS=40 in the environment runs that many years instead of four.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "base/time.h"
#include "examples/insurer/insurer.h"

#define HOURS 8760
#define PAIRS 7
#define TIERS 3
#define DELTAS 4
#define KINDS 8 /* direction, raw or within tiers, tau */
#define K (PAIRS * KINDS)
#define PHI_DAYS 64
#define MAX_SEEDS 200

enum { SEX, AGE, RACE, ATTRIBUTES };
enum { REVIEW, PAGE, QUEUES };

static const struct {
	int attribute, group, reference;
	const char *name;
} pairs[PAIRS] = {{SEX, 1, 0, "Female"},  {AGE, 0, 2, "under 25"}, {AGE, 1, 2, "25 to 39"}, {AGE, 3, 2, "65 and over"},
                  {RACE, 1, 0, "Black"}, {RACE, 2, 0, "Hispanic"}, {RACE, 3, 0, "Asian"}};
enum { PAIR_FEMALE = 0, PAIR_BLACK = 4 };

static const double deltas[DELTAS] = {.95, .9, .8, .65};
static const double taus[2] = {.9, .8};
static const double review_budget = 4, page_budget = .5;

struct count {
	double n, flags;
};

/* One year by hour, attribute, group and tier. */
static struct count panes[HOURS][ATTRIBUTES][4][TIERS];

/* ---- the year as panes ----------------------------------------------------------------------------- */

static int find(const char *text, const char *const *list, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(text, list[i]) == 0)
			return i;
	return -1;
}

static void fill_panes(uint64_t seed)
{
	static const char *const sexes[] = {"Male", "Female"}, *const races[] = {"White", "Black", "Hispanic", "Asian"};
	static const char *const tiers[] = {"preferred", "standard", "elevated"};
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_insurer *insurer = eh_insurer_new(arena, seed);
	struct eh_insurer_row row;

	memset(panes, 0, sizeof panes);
	while (eh_insurer_next(insurer, &row)) {
		int64_t hour = (row.decided_at_us - eh_insurer_plan.year_start) / EH_HOUR_US;
		long years = strtol(row.age, NULL, 10);
		int age = (years >= 25) + (years >= 40) + (years >= 65);
		int level[ATTRIBUTES] = {find(row.sex, sexes, 2), age, find(row.race_group, races, 4)};
		int tier = find(row.tier, tiers, TIERS);

		for (int a = 0; a < ATTRIBUTES; a++)
			if (level[a] >= 0) {
				panes[hour][a][level[a]][tier].n++;
				panes[hour][a][level[a]][tier].flags += row.decision[0] == 'f';
			}
	}
}

/* ---- evidence --------------------------------------------------------------------------------------- */

/* Where the alternative is projected onto rate_b = tau rate_a (background: Koopman's quadratic). */
static double project(double na, double a, double nb, double b, double tau)
{
	double A = tau * (na + nb), B = na * (1 + tau * a) + nb * (tau + b), C = na * a + nb * b;

	return 2 * C / (B + sqrt(B * B - 4 * A * C));
}

static double log_e(struct count a, struct count b, double rate_a, double rate_b, double tau)
{
	if (a.n == 0 || b.n == 0)
		return 0;
	double null_a = project(a.n, rate_a, b.n, rate_b, tau), null_b = tau * null_a;

	return a.flags * log(rate_a / null_a) + (a.n - a.flags) * (log1p(-rate_a) - log1p(-null_a)) +
	       b.flags * log(rate_b / null_b) + (b.n - b.flags) * (log1p(-rate_b) - log1p(-null_b));
}

static double add_logs(double x, double y)
{
	double high = x > y ? x : y, low = x > y ? y : x;

	return high == -INFINITY ? high : high + log1p(exp(low - high));
}

struct monitor {
	struct count memory[TIERS]; /* of the group whose rate is remembered; raw: the first only */
	double log_m[DELTAS];
};

struct pair {
	struct count block[2][TIERS]; /* group, reference */
	struct count day[2];
	struct monitor monitors[KINDS];
	double square[2][PHI_DAYS], variance[2][PHI_DAYS], last_log[2], last_variance[2], phi[2];
	int square_day[PHI_DAYS], days; /* days that were long enough to count */
	double blocks, blocks_a_year;
	int last_step;
};

static struct pair watched[PAIRS];

static struct count favourable(struct count c)
{
	return (struct count){c.n, c.n - c.flags};
}

static struct count whole(const struct count *by_tier)
{
	struct count sum = {0};

	for (int t = 0; t < TIERS; t++) {
		sum.n += by_tier[t].n;
		sum.flags += by_tier[t].flags;
	}
	return sum;
}

/* kind: bit 0 tau, bit 1 within tiers, bit 2 direction (set: favourable). */
static void step_monitor(struct pair *p, int kind, double hours)
{
	struct monitor *m = &p->monitors[kind];
	bool fav = kind & 4, within = kind & 2;
	double tau = taus[kind & 1], fade = exp2(-hours / (7 * 24)), gain[DELTAS] = {0};

	for (int t = 0; t < (within ? TIERS : 1); t++) {
		struct count a = within ? p->block[fav][t] : whole(p->block[fav]);
		struct count b = within ? p->block[!fav][t] : whole(p->block[!fav]);
		double rate = fmin(.99, fmax(.01, m->memory[t].flags / m->memory[t].n));

		if (fav) {
			a = favourable(a);
			b = favourable(b);
		}
		for (int d = 0; d < DELTAS; d++)
			gain[d] += log_e(a, b, rate, deltas[d] * tau * rate, tau);
		m->memory[t].n = m->memory[t].n * fade + a.n;
		m->memory[t].flags = m->memory[t].flags * fade + a.flags;
	}
	for (int d = 0; d < DELTAS; d++)
		m->log_m[d] = gain[d] / p->phi[fav] + add_logs(0, m->log_m[d]);
}

static double log_evidence(const struct pair *p, int kind)
{
	double sum = -INFINITY;

	for (int d = 0; d < DELTAS; d++)
		sum = add_logs(sum, p->monitors[kind].log_m[d] - log(DELTAS));
	return sum - log(p->blocks_a_year);
}

/* Tempering: successive differences of the daily log ratio against what chance alone gives. */
static void end_day(struct pair *p, int day)
{
	double pooled = (p->day[0].flags + p->day[1].flags) / fmax(1, p->day[0].n + p->day[1].n);
	double least = fmin(p->day[0].n, p->day[1].n) * fmin(pooled, 1 - pooled);

	if (least < 5)
		return; /* joined to the next */
	for (int fav = 0; fav < 2; fav++) {
		double value = 0, variance = 0, squares = 0, variances = 0, used = 0;

		for (int g = 0; g < 2; g++) {
			struct count c = fav ? favourable(p->day[g]) : p->day[g];

			value += (g ? -1 : 1) * log((c.flags + .5) / (c.n + 1));
			variance += 1 / (c.flags + .5) - 1 / (c.n + 1);
		}
		p->square[fav][p->days % PHI_DAYS] = pow(value - p->last_log[fav], 2);
		p->variance[fav][p->days % PHI_DAYS] = variance + p->last_variance[fav];
		p->square_day[p->days % PHI_DAYS] = day;
		p->last_log[fav] = value;
		p->last_variance[fav] = variance;
		for (int i = p->days; i > 0 && i > p->days - PHI_DAYS; i--)
			if (p->square_day[i % PHI_DAYS] > day - 56) {
				squares += p->square[fav][i % PHI_DAYS];
				variances += p->variance[fav][i % PHI_DAYS];
				used++;
			}
		p->phi[fav] = used < 14 ? 1.5 : fmax(1, squares / variances);
	}
	p->days++;
	memset(p->day, 0, sizeof p->day);
}

static void begin_pair(struct pair *p)
{
	*p = (struct pair){.blocks_a_year = HOURS, .phi = {1.5, 1.5}};
	for (int kind = 0; kind < KINDS; kind++) {
		for (int t = 0; t < TIERS; t++)
			p->monitors[kind].memory[t] = (struct count){50, 25};
		for (int d = 0; d < DELTAS; d++)
			p->monitors[kind].log_m[d] = -INFINITY;
	}
}

static void close_pane(int hour, int pair)
{
	struct pair *p = &watched[pair];
	int sides[2] = {pairs[pair].group, pairs[pair].reference};

	for (int g = 0; g < 2; g++)
		for (int t = 0; t < TIERS; t++) {
			struct count c = panes[hour][pairs[pair].attribute][sides[g]][t];

			p->block[g][t].n += c.n;
			p->block[g][t].flags += c.flags;
			p->day[g].n += c.n;
			p->day[g].flags += c.flags;
		}
	if (whole(p->block[0]).n >= 5 && whole(p->block[1]).n >= 5) {
		for (int kind = 0; kind < KINDS; kind++)
			step_monitor(p, kind, hour - p->last_step);
		p->last_step = hour;
		p->blocks++;
		memset(p->block, 0, sizeof p->block);
	}
	if (hour == 28 * 24)
		p->blocks_a_year = fmax(12, p->blocks * 365 / 28);
	if (hour % 24 == 23)
		end_day(p, hour / 24);
}

/* ---- queues ------------------------------------------------------------------------------------------ */

static int order_falling(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x < y) - (x > y);
}

/* The smallest evidence that is in the review queue just now (e-d-BH), or infinity. */
static double review_line(void)
{
	double values[K], line = INFINITY;

	for (int i = 0; i < K; i++)
		values[i] = log_evidence(&watched[i / KINDS], i % KINDS);
	qsort(values, K, sizeof values[0], order_falling);
	for (int k = 1; k <= K; k++)
		if (values[k - 1] >= log(K / (k * review_budget)))
			line = values[k - 1];
	return line;
}

struct found {
	double day[PAIRS][QUEUES]; /* days after the event, -1000 where never */
	double blocks_a_day, phi;
};

static struct found watch_year(uint64_t seed)
{
	struct found f = {0};
	double event_hour = (double)((eh_insurer_plan.event_first - eh_insurer_plan.year_start) / EH_HOUR_US);

	fill_panes(seed);
	for (int i = 0; i < PAIRS; i++) {
		begin_pair(&watched[i]);
		f.day[i][REVIEW] = f.day[i][PAGE] = -1000;
	}
	for (int hour = 0; hour < HOURS; hour++) {
		for (int i = 0; i < PAIRS; i++)
			close_pane(hour, i);
		double lines[QUEUES] = {review_line(), log(K / page_budget)};
		for (int i = 0; i < K; i++)
			for (int q = 0; q < QUEUES; q++)
				if (f.day[i / KINDS][q] < -999 && log_evidence(&watched[i / KINDS], i % KINDS) >= lines[q])
					f.day[i / KINDS][q] = (hour + 1 - event_hour) / 24;
	}
	f.blocks_a_day = watched[PAIR_BLACK].blocks_a_year / 365;
	f.phi = watched[PAIR_BLACK].phi[0];
	return f;
}

/* ---- what is to be expected, and what is found --------------------------------------------------------- */

/* Growth of the evidence a day: the group at `rate_a`, its reference at .08, tau .90. */
static double growth_a_day(double rate_a)
{
	double na = 577.7 * .985 * .19, nb = 577.7 * .985 * .56, rate_b = .08;
	struct count a = {na, na * rate_a}, b = {nb, nb * rate_b};

	return log_e(a, b, rate_a, rate_b, .9);
}

/* background/statistics: delay = ln(A r) / r, here with a slower first stage of ten days. */
static double expected_delay(double blocks_a_day)
{
	double first = growth_a_day(.108), then = growth_a_day(.1275), years = K / review_budget;
	double need = log(years * 365 * then), straight = need / then;

	printf("  growth a day: %.3f while broker only (rate .108), %.3f in all channels (rate .1275)\n", first, then);
	printf("  line: %.0f years of %.0f blocks; in all channels at once ln(A r) / r = %.1f days\n", years,
	       365 * blocks_a_day, straight);
	return 10 + (need - 10 * first) / then;
}

static int order_rising(const void *a, const void *b)
{
	return -order_falling(a, b);
}

static void the_event_is_found_and_nothing_else(void **state)
{
	const char *asked = getenv("INSURER_SEEDS");
	long years = asked != NULL ? strtol(asked, NULL, 10) : 4;
	double delays[MAX_SEEDS];
	int others = 0, n = 0;

	(void)state;
	years = years < 1 ? 1 : years > MAX_SEEDS ? MAX_SEEDS : years;
	for (long y = 0; y < years; y++) {
		struct found f = watch_year(EH_INSURER_SEED + (uint64_t)y);

		if (y == 0)
			printf("  expected delay %.1f days\n", expected_delay(f.blocks_a_day));
		printf("  seed %ld: Black, review after %.1f days, page after %.1f; tempering %.2f at the end\n",
		       (long)EH_INSURER_SEED + y, f.day[PAIR_BLACK][REVIEW], f.day[PAIR_BLACK][PAGE], f.phi);
		for (int i = 0; i < PAIRS; i++)
			if (i != PAIR_BLACK && f.day[i][REVIEW] > -999) {
				printf("    also %s, %.1f days after the event\n", pairs[i].name, f.day[i][REVIEW]);
				others++;
			}
		assert_true(f.day[PAIR_BLACK][REVIEW] > 0);
		assert_true(y > 0 || f.day[PAIR_BLACK][REVIEW] < 28);
		delays[n++] = f.day[PAIR_BLACK][REVIEW];
		assert_true(f.day[PAIR_FEMALE][REVIEW] < -999); /* the campaign */
	}
	qsort(delays, (size_t)n, sizeof delays[0], order_rising);
	printf("  %d years: median %.1f days, from %.1f to %.1f, 9 of 10 within %.1f; other groups in the queue %d times\n",
	       n, delays[n / 2], delays[0], delays[n - 1], delays[(n * 9 - 1) / 10], others);
	assert_true(others * 10 <= n * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_event_is_found_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
