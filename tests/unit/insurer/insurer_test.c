/*
 * insurer_test.c - the demo's year holds what docs/demo-scenario.md says it holds.
 *
 * Every figure of that page is printed here, and held to what was planned within
 * three standard errors, so that a change of the generator shows in both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "base/asset.h"
#include "base/digest.h"
#include "base/time.h"
#include "examples/insurer/insurer.h"

#define YEAR_SHA256 "5d64bf37937ad76c94a6de3047b71b9980ce68a6de870ef3eedc8b264a9ae79a"
#define YEAR_ROWS 211701
#define MAX_ROWS 230000

struct rec {
	int64_t at_us;
	bool flag, model43;
	char sex, age, race, tier, channel, feed; /* initials; age: y 25 40 65; '-' where missing */
};

static struct rec rows[MAX_ROWS];
static int n_rows;

/* '\0' stands for any. */
struct query {
	int64_t from, to;
	char sex, age, race, tier, channel, feed;
	int model43; /* 1 only, -1 never, 0 any */
};

struct rate {
	double flags, n, rate;
};

static bool fits(char want, char is)
{
	return want == '\0' || want == is;
}

static struct rate rate_of(const struct query *q)
{
	struct rate r = {0};

	for (int i = 0; i < n_rows; i++) {
		const struct rec *x = &rows[i];

		if (x->at_us < q->from || (q->to != 0 && x->at_us >= q->to) || !fits(q->sex, x->sex) || !fits(q->age, x->age) ||
		    !fits(q->race, x->race) || !fits(q->tier, x->tier) || !fits(q->channel, x->channel) ||
		    !fits(q->feed, x->feed) || (q->model43 == 1 && !x->model43) || (q->model43 == -1 && x->model43))
			continue;
		r.n++;
		r.flags += x->flag;
	}
	r.rate = r.n > 0 ? r.flags / r.n : 0;
	return r;
}

static double se_log_ratio(struct rate a, struct rate b)
{
	return sqrt(1 / a.flags - 1 / a.n + 1 / b.flags - 1 / b.n);
}

static void expect_rate(const char *what, struct rate r, double planned)
{
	printf("  %-52s %6.0f of %7.0f = %6.3f of 100 (planned %.2f)\n", what, r.flags, r.n, 100 * r.rate, 100 * planned);
	assert_true(fabs(r.rate - planned) <= 3 * sqrt(planned * (1 - planned) / r.n));
}

static double expect_ratio(const char *what, struct rate a, struct rate b, double planned)
{
	double ratio = a.rate / b.rate, se = se_log_ratio(a, b);

	printf("  %-52s %.3f, one s.e. %.3f (planned %.2f)\n", what, ratio, ratio * se, planned);
	assert_true(fabs(log(ratio / planned)) <= 3 * se);
	return ratio;
}

static char age_band(const char *age)
{
	long years = strtol(age, NULL, 10);

	return years < 25 ? 'y' : years < 40 ? '2' : years < 65 ? '4' : '6';
}

static int load_year(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_insurer *insurer = eh_insurer_new(arena, EH_INSURER_SEED);
	struct eh_insurer_row row;

	(void)state;
	while (eh_insurer_next(insurer, &row)) {
		assert_true(n_rows < MAX_ROWS);
		rows[n_rows++] = (struct rec){
			.at_us = row.decided_at_us,
			.flag = strcmp(row.decision, "flag") == 0,
			.model43 = strcmp(row.model_version, eh_insurer_plan.event_model) == 0,
			.sex = row.sex[0],
			.age = age_band(row.age),
			.race = row.race_group[0] == '\0' ? '-' : row.race_group[0],
			.tier = row.tier[0],
			.channel = row.channel[0],
			.feed = row.feed[0],
		};
	}
	return 0;
}

/* ---- the bytes ------------------------------------------------------------------------------------ */

static void hash_year(uint64_t seed, char hex[EH_SHA256_HEX])
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_insurer *insurer = eh_insurer_new(arena, seed);
	struct eh_sha256_state *sha = eh_sha256_begin();
	EH_BUF_AUTO text = {0};
	struct eh_insurer_row row;

	eh_insurer_csv_header(&text);
	while (eh_insurer_next(insurer, &row)) {
		eh_insurer_csv_row(&text, &row);
		eh_sha256_add(sha, text.data, text.len);
		eh_buf_reset(&text);
	}
	struct eh_sha256 digest = eh_sha256_end(sha);
	eh_sha256_hex(&digest, hex);
}

static void a_seed_is_one_year_to_the_byte(void **state)
{
	char hex[EH_SHA256_HEX], other[EH_SHA256_HEX];

	(void)state;
	hash_year(EH_INSURER_SEED, hex);
	hash_year(EH_INSURER_SEED + 1, other);
	printf("  seed %llu: sha256 of the CSV %s\n", (unsigned long long)EH_INSURER_SEED, hex);
	assert_string_equal(hex, YEAR_SHA256);
	assert_string_not_equal(hex, other);
}

static void the_year_ends_once_and_stays_ended(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_insurer *insurer = eh_insurer_new(arena, 7);
	struct eh_insurer_row row;
	int n = 0;

	(void)state;
	while (eh_insurer_next(insurer, &row))
		n++;
	assert_in_range(n, 200000, 230000);
	assert_false(eh_insurer_next(insurer, &row));
	assert_false(eh_insurer_next(insurer, &row));
}

static int count_words(const char *text)
{
	int n = text[0] != '\0';

	for (; *text != '\0'; text++)
		n += *text == ' ';
	return n;
}

/* No word of a space-separated list comes twice. */
static bool words_differ(const char *text)
{
	for (const char *a = text; *a != '\0';) {
		size_t len = strcspn(a, " ");

		for (const char *b = a + len; *b == ' ';) {
			size_t other = strcspn(++b, " ");

			if (other == len && memcmp(a, b, len) == 0)
				return false;
			b += other;
		}
		a += len;
		a += *a == ' ';
	}
	return true;
}

static void each_row_is_well_formed(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_insurer *insurer = eh_insurer_new(arena, EH_INSURER_SEED);
	struct eh_insurer_row row;
	char last_id[32] = "";
	int64_t last = eh_insurer_plan.year_start, at;

	(void)state;
	for (int n = 0; eh_insurer_next(insurer, &row); n++) {
		bool flag = strcmp(row.decision, "flag") == 0;

		assert_true(eh_time_parse(row.decided_at, strlen(row.decided_at), &at));
		assert_true(at == row.decided_at_us && at >= last && at < eh_insurer_plan.year_end);
		assert_true(strcmp(row.decision_id, last_id) > 0 && strlen(row.decision_id) == 12);
		assert_true(flag || strcmp(row.decision, "approve") == 0);
		assert_int_equal(flag, strcmp(row.score, "0.7000") >= 0);
		assert_in_range(count_words(row.doc_ids), 2, 4);
		assert_true(words_differ(row.doc_ids) && words_differ(row.reason_codes));
		assert_in_range(count_words(row.reason_codes), flag, flag ? 3 : 0);
		last = at;
		snprintf(last_id, sizeof last_id, "%s", row.decision_id);
	}
}

static void the_csv_names_each_column_once(void **state)
{
	EH_BUF_AUTO text = {0};
	struct eh_insurer_row row = {.decision_id = "UW25-0000001", .zip3 = "Z24"};

	(void)state;
	eh_insurer_csv_header(&text);
	assert_string_equal(text.data, "decision_id,decided_at,decision,score,sex,age,race_group,region,tier,channel,"
	                               "model_version,vendor,feed,doc_ids,reason_codes,dti,zip3\n");
	assert_string_equal(eh_insurer_column(&row, 0), "UW25-0000001");
	assert_string_equal(eh_insurer_column(&row, EH_INSURER_COLUMNS - 1), "Z24");
	assert_string_equal(eh_insurer_column_name(EH_INSURER_COLUMNS - 1), "zip3");
}

static void the_map_and_the_register_travel_in_the_program(void **state)
{
	const struct eh_asset *map = eh_asset_find("examples/insurer/source.yaml");
	const struct eh_asset *reg = eh_asset_find("examples/insurer/register.yaml");

	(void)state;
	assert_non_null(map);
	assert_non_null(reg);
	for (int i = 0; i < EH_INSURER_COLUMNS; i++) {
		const char *name = eh_insurer_column_name(i);

		if (strcmp(name, "region") != 0 && strcmp(name, "reason_codes") != 0) /* not mapped */
			assert_non_null(strstr(map->data, name));
	}
	assert_non_null(strstr(reg->data, eh_insurer_plan.event_model));
	assert_non_null(strstr(reg->data, eh_insurer_plan.event_vendor));
	assert_non_null(strstr(reg->data, eh_insurer_plan.fault_feed));
}

/* ---- what is in it --------------------------------------------------------------------------------- */

static void volumes_follow_the_week_and_the_clock(void **state)
{
	int weekday[7] = {0}, night = 0, played = 0;
	bool ordered = true;

	(void)state;
	for (int i = 0; i < n_rows; i++) {
		int64_t hour = rows[i].at_us % EH_DAY_US / EH_HOUR_US;

		weekday[rows[i].at_us / EH_DAY_US % 7]++;
		night += hour < 7 || hour >= 20;
		played += rows[i].at_us >= eh_insurer_plan.play_start;
		ordered &= i == 0 || rows[i].at_us >= rows[i - 1].at_us;
	}
	printf("  rows %d: %d history, %d played, %.1f a day\n", n_rows, n_rows - played, played, n_rows / 365.0);
	printf("  a Thursday has %.0f, a Sunday %.0f; %.1f of 100 come between 20:00 and 07:00\n", weekday[0] / 52.0,
	       weekday[3] / 52.0, 100.0 * night / n_rows);
	assert_int_equal(n_rows, YEAR_ROWS);
	assert_true(ordered);
	assert_true(weekday[3] * 3 < weekday[0]);
	assert_true(night * 15 < n_rows);
}

static void groups_have_their_shares(void **state)
{
	static const struct {
		char race;
		double share;
	} planned[] = {{'W', .56}, {'B', .19}, {'H', .16}, {'A', .09}};
	int64_t fault = eh_insurer_plan.fault_start;
	double all = rate_of(&(struct query){.to = fault}).n, missing = rate_of(&(struct query){.to = fault, .race = '-'}).n;

	(void)state;
	for (size_t i = 0; i < sizeof planned / sizeof planned[0]; i++) {
		double share = rate_of(&(struct query){.to = fault, .race = planned[i].race}).n / (all - missing);

		printf("  share of estimated group %c %.3f\n", planned[i].race, share);
		assert_true(fabs(share - planned[i].share) < .004);
	}
	printf("  without an estimate %.4f\n", missing / all);
	assert_true(fabs(missing / all - .015) < .001);
}

static void before_the_events_nobody_is_treated_otherwise(void **state)
{
	struct query q = {.to = eh_insurer_plan.play_start};
	struct rate male = {0}, white = {0}, middle = {0};

	(void)state;
	expect_rate("flags, January to September", rate_of(&q), .08);
	q.tier = 'p';
	expect_rate("  tier preferred", rate_of(&q), .03);
	q.tier = 's';
	expect_rate("  tier standard", rate_of(&q), .07);
	q.tier = 'e';
	expect_rate("  tier elevated", rate_of(&q), .18);
	q.tier = '\0';
	q.sex = 'M';
	male = rate_of(&q);
	q.sex = 'F';
	expect_ratio("adverse ratio Female / Male", rate_of(&q), male, 1);
	q.sex = '\0';
	q.race = 'W';
	white = rate_of(&q);
	q.race = 'B';
	expect_ratio("adverse ratio Black / White", rate_of(&q), white, 1);
	q.race = 'H';
	expect_ratio("adverse ratio Hispanic / White", rate_of(&q), white, 1);
	q.race = 'A';
	expect_ratio("adverse ratio Asian / White", rate_of(&q), white, 1);
	q.race = '\0';
	q.age = '4';
	middle = rate_of(&q);
	q.age = 'y';
	expect_ratio("adverse ratio under 25 / 40 to 64", rate_of(&q), middle, 1);
	q.age = '2';
	expect_ratio("adverse ratio 25 to 39 / 40 to 64", rate_of(&q), middle, 1);
	q.age = '6';
	expect_ratio("adverse ratio 65 and over / 40 to 64", rate_of(&q), middle, 1);
}

static void the_new_model_turns_against_one_group_only(void **state)
{
	const struct eh_insurer_plan *plan = &eh_insurer_plan;
	int64_t first = plan->event_first, all = plan->event_everywhere;
	struct query black = {.race = 'B'}, white = {.race = 'W'}, q;

	(void)state;
	q = (struct query){.from = plan->play_start, .to = first, .race = 'B'};
	expect_rate("Black, October before the event", rate_of(&q), .08);
	q = (struct query){.race = 'B', .model43 = 1};
	expect_rate("Black, decided by uw-risk-4.3", rate_of(&q), .13);
	q = (struct query){.from = first, .race = 'B', .model43 = -1};
	expect_rate("Black, decided by another model after the event", rate_of(&q), .08);
	q = (struct query){.from = first, .to = all, .race = 'B', .channel = 'b', .model43 = 1};
	expect_rate("Black, uw-risk-4.3, first ten days, broker", rate_of(&q), .13);
	q = (struct query){.from = first, .to = all, .model43 = 1};
	printf("  uw-risk-4.3 decided %.0f in its first ten days, none outside broker\n", rate_of(&q).n);
	q.channel = 'd';
	assert_true(rate_of(&q).n == 0);
	q.channel = 'p';
	assert_true(rate_of(&q).n == 0);
	q = (struct query){.to = first, .model43 = 1};
	assert_true(rate_of(&q).n == 0);

	black.from = white.from = first;
	black.to = white.to = all;
	expect_ratio("adverse ratio Black / White, first ten days", rate_of(&black), rate_of(&white), 1.35);
	black.from = white.from = all;
	black.to = white.to = 0;
	expect_ratio("adverse ratio Black / White, from then on", rate_of(&black), rate_of(&white), 1.594);
	black.race = 'H';
	expect_ratio("adverse ratio Hispanic / White, from then on", rate_of(&black), rate_of(&white), 1);
	black.race = 'A';
	expect_ratio("adverse ratio Asian / White, from then on", rate_of(&black), rate_of(&white), 1);
}

/* Mantel and Haenszel's risk ratio over the tiers. */
static double ratio_within_tiers(struct query q, char group, char reference)
{
	double above = 0, below = 0;

	for (const char *tier = "pse"; *tier != '\0'; tier++) {
		q.tier = *tier;
		q.sex = group;
		struct rate a = rate_of(&q);
		q.sex = reference;
		struct rate b = rate_of(&q);
		above += a.flags * b.n / (a.n + b.n);
		below += b.flags * a.n / (a.n + b.n);
	}
	return above / below;
}

static void the_campaign_moves_the_raw_ratio_and_not_the_one_within_tiers(void **state)
{
	struct query q = {.from = eh_insurer_plan.campaign_start, .to = eh_insurer_plan.campaign_end};
	struct query male = q, female = q;

	(void)state;
	male.sex = 'M';
	female.sex = 'F';
	double raw = expect_ratio("adverse ratio Female / Male, campaign", rate_of(&female), rate_of(&male), 1.08);
	double within = ratio_within_tiers(q, 'F', 'M');
	printf("  %-52s %.3f (planned 1.00)\n", "the same within tiers (Mantel-Haenszel)", within);
	assert_true(fabs(log(within)) < 3 * se_log_ratio(rate_of(&female), rate_of(&male)));
	assert_true(raw / within > 1.05 && raw / within < 1.11); /* the part that the mix explains */

	male.tier = female.tier = 'e';
	double share = rate_of(&female).n / (rate_of(&female).n + rate_of(&male).n);
	printf("  %-52s %.3f (0.490 without)\n", "share of Female in the elevated tier, campaign", share);
	assert_true(share > .53);
}

static void the_fault_takes_one_feeds_estimates_for_a_week(void **state)
{
	struct query q = {.from = eh_insurer_plan.fault_start, .to = eh_insurer_plan.fault_end};
	double all = rate_of(&q).n;

	(void)state;
	q.race = '-';
	double missing = rate_of(&q).n;
	q.feed = 'h';
	double from_feed = rate_of(&q).n;
	q.race = '\0';
	assert_true(from_feed == rate_of(&q).n);
	printf("  without an estimate in the fault's week %.0f of %.0f = %.3f\n", missing, all, missing / all);
	assert_true(fabs(missing / all - .26) < .02);
	q.from = q.to;
	q.to = 0;
	all = rate_of(&q).n;
	q.race = '-';
	assert_true(rate_of(&q).n / all < .03);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_is_one_year_to_the_byte),
		cmocka_unit_test(the_year_ends_once_and_stays_ended),
		cmocka_unit_test(each_row_is_well_formed),
		cmocka_unit_test(the_csv_names_each_column_once),
		cmocka_unit_test(the_map_and_the_register_travel_in_the_program),
		cmocka_unit_test(volumes_follow_the_week_and_the_clock),
		cmocka_unit_test(groups_have_their_shares),
		cmocka_unit_test(before_the_events_nobody_is_treated_otherwise),
		cmocka_unit_test(the_new_model_turns_against_one_group_only),
		cmocka_unit_test(the_campaign_moves_the_raw_ratio_and_not_the_one_within_tiers),
		cmocka_unit_test(the_fault_takes_one_feeds_estimates_for_a_week),
	};

	return cmocka_run_group_tests(tests, load_year, NULL);
}
