/*
 * insurer.c - see insurer.h; the story and its measured sizes are in docs/demo-scenario.md.
 *
 * Sex, age, estimated race group, tier, channel and feed are drawn independently of each
 * other, and a risk flag depends on the tier alone, so that without the planted things every
 * ratio between groups is exactly 1 in expectation.  What is planted is then all there is.
 */
#include "examples/insurer/insurer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define MILLION 1000000
#define MEAN_ROWS_A_DAY 590
#define MAX_ROWS_A_DAY 2000
#define DOCUMENTS 120
#define NEW_DOCUMENTS 2 /* the last two came with model 4.3 */
#define ZIPS_A_REGION 4
#define CHALLENGER_PPM 50000
#define NO_RACE_PPM 15000
#define CAMPAIGN_PPM 32400 /* of a day's rows: 6.8 % more women, 3.35 % more applicants */
#define FLAG_SCORE 7000    /* scores are in 10^-4 */

/* Days since 1970-01-01 of the year's own calendar. */
#define DAY_2025_01_01 20089
#define DAY(day_of_year) ((INT64_C(20089) + (day_of_year)) * EH_DAY_US)

const struct eh_insurer_plan eh_insurer_plan = {
	.year_start = DAY(0),
	.year_end = DAY(365),
	.play_start = DAY(273),       /* 2025-10-01 */
	.event_first = DAY(295),      /* 2025-10-23 */
	.event_everywhere = DAY(305), /* 2025-11-02 */
	.campaign_start = DAY(277),   /* 2025-10-05 */
	.campaign_end = DAY(305),     /* 2025-11-02 */
	.fault_start = DAY(323),      /* 2025-11-20 */
	.fault_end = DAY(330),        /* 2025-11-27 */
	.event_attribute = "race",
	.event_group = "Black",
	.event_channel = "broker",
	.event_model = "uw-risk-4.3",
	.event_vendor = "Northlake Analytics",
	.campaign_attribute = "sex",
	.campaign_group = "Female",
	.campaign_stratum = "elevated",
	.fault_attribute = "race",
	.fault_feed = "household-panel",
};

enum sex { MALE, FEMALE };
enum race { WHITE, BLACK, HISPANIC, ASIAN, RACES };
enum tier { PREFERRED, STANDARD, ELEVATED, TIERS };
enum channel { BROKER, DIRECT, PARTNER };
enum feed { BUREAU, CREDIT, HOUSEHOLD };
enum model { UW_41, UW_42, UW_43, CHALLENGER };

static const char *const sex_names[] = {"Male", "Female"};
static const char *const race_names[] = {"White", "Black", "Hispanic", "Asian"};
static const char *const tier_names[] = {"preferred", "standard", "elevated"};
static const char *const channel_names[] = {"broker", "direct", "partner"};
static const char *const feed_names[] = {"bureau-link", "credit-file", "household-panel"};
static const char *const region_names[] = {"Coast", "Lakes", "Plains", "Hills", "Delta", "Capital"};
static const char *const model_names[] = {"uw-risk-4.1", "uw-risk-4.2", "uw-risk-4.3", "castellan-rules-1.8"};
static const char *const vendor_names[] = {"Northlake Analytics", "Northlake Analytics", "Northlake Analytics",
                                           "Castellan Risk"};

/* Shares in parts of 100, one table an attribute. */
static const int sex_share[] = {51, 49};
static const int race_share[] = {56, 19, 16, 9};
static const int tier_share[] = {30, 50, 20};
static const int channel_share[] = {60, 25, 15};
static const int feed_share[] = {45, 30, 25};
static const int region_share[] = {24, 20, 12, 16, 11, 17};

static const struct {
	int share, youngest, years;
} age_bands[] = {{12, 18, 7}, {33, 25, 15}, {40, 40, 25}, {15, 65, 20}};

/* Of 1,000,000 applicants of a tier, the flagged: 8 of 100 over the tiers' shares. */
static const int flag_ppm[TIERS] = {30000, 70000, 180000};

/* Where people live differs by group, as it does: zip3 is the proxy that a reader should find. */
static const int zip_share[RACES][ZIPS_A_REGION] = {
	{40, 30, 20, 10}, {15, 20, 25, 40}, {20, 30, 30, 20}, {35, 15, 20, 30}};

/* Volume in per cent of the mean: Thursday first, as 1970-01-01 was one. */
static const int weekday_percent[] = {120, 110, 52, 30, 132, 130, 126};
static const int month_percent[] = {104, 100, 103, 101, 98, 95, 90, 89, 100, 106, 107, 95};
static const int holidays[] = {0, 184, 330, 358}; /* 1 January, 4 July, 27 November, 25 December */
static const int hour_share[24] = {2,  1,  1,  1,  1,  3,  8,  25, 70, 95, 102, 98,
                                   85, 95, 98, 94, 82, 55, 30, 20, 14, 10, 6,   4}; /* of 1,000, UTC */

struct eh_insurer {
	uint64_t state[4];
	int day, row, rows_today;
	int second[MAX_ROWS_A_DAY];
	int64_t serial;
	uint32_t doc_weight[DOCUMENTS + 1]; /* running sums */
	char id[32], at[EH_TIME_TEXT], score[16], age[16], docs[64], reasons[48], dti[16], zip[16];
};

/* What the insurer knows of an applicant, and what is true even where a feed loses it. */
struct applicant {
	enum sex sex;
	enum race race;
	enum tier tier;
	enum channel channel;
	enum feed feed;
	enum model model;
	int age, region, zip;
	bool campaign;
};

/* ---- chance: xoshiro256** of Blackman and Vigna, seeded by splitmix64 (both public domain) -------- */

static uint64_t splitmix(uint64_t *x)
{
	uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t rotate(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

static uint64_t draw(struct eh_insurer *in)
{
	uint64_t *s = in->state, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

/* A whole number from 0 to n - 1; for n below 2^24 no value is favoured by more than one in 2^40. */
static int below(struct eh_insurer *in, int n)
{
	return (int)(((unsigned __int128)draw(in) * (unsigned)n) >> 64);
}

static bool chance(struct eh_insurer *in, int ppm)
{
	return below(in, MILLION) < ppm;
}

/* An index drawn by shares that sum to `total`. */
static int pick(struct eh_insurer *in, const int *share, int total)
{
	int left = below(in, total), i = 0;

	while (left >= share[i])
		left -= share[i++];
	return i;
}

/* ---- the year's days ------------------------------------------------------------------------------ */

static bool within(int64_t us, int64_t start, int64_t end)
{
	return us >= start && us < end;
}

static int order_seconds(const void *a, const void *b)
{
	int x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

static int draw_volume(struct eh_insurer *in)
{
	struct eh_date date = eh_date_of_days(DAY_2025_01_01 + in->day);
	int64_t rows = MEAN_ROWS_A_DAY * weekday_percent[(DAY_2025_01_01 + in->day) % 7];

	rows = rows * month_percent[date.month - 1] / 100;
	for (size_t i = 0; i < sizeof holidays / sizeof holidays[0]; i++)
		if (holidays[i] == in->day)
			rows = rows * 3 / 10;
	if (within(DAY(in->day), eh_insurer_plan.campaign_start, eh_insurer_plan.campaign_end))
		rows = rows * MILLION / (MILLION - CAMPAIGN_PPM);
	return (int)(rows * (94 + below(in, 13)) / 10000); /* no two Mondays are alike */
}

static void begin_day(struct eh_insurer *in)
{
	in->row = 0;
	in->rows_today = draw_volume(in);
	EH_ASSERT(in->rows_today > 0 && in->rows_today <= MAX_ROWS_A_DAY);
	for (int i = 0; i < in->rows_today; i++) {
		int hour = pick(in, hour_share, 1000);

		in->second[i] = hour * 3600 + below(in, 3600);
	}
	qsort(in->second, (size_t)in->rows_today, sizeof in->second[0], order_seconds);
}

struct eh_insurer *eh_insurer_new(struct eh_arena *arena, uint64_t seed)
{
	struct eh_insurer *in = eh_arena_zalloc(arena, 1, sizeof *in);

	for (int i = 0; i < 4; i++)
		in->state[i] = splitmix(&seed);
	/* A few documents are asked for all the time, most of them seldom. */
	for (int i = 0; i < DOCUMENTS; i++) {
		uint32_t weight = i < DOCUMENTS - NEW_DOCUMENTS ? 100000 / (uint32_t)(i + 5) : 12000;

		in->doc_weight[i + 1] = in->doc_weight[i] + weight;
	}
	begin_day(in);
	return in;
}

/* ---- one decision --------------------------------------------------------------------------------- */

static enum model choose_model(struct eh_insurer *in, enum channel channel, int64_t at_us)
{
	if (chance(in, CHALLENGER_PPM))
		return CHALLENGER;
	if (at_us >= eh_insurer_plan.event_everywhere || (at_us >= eh_insurer_plan.event_first && channel == BROKER))
		return UW_43;
	return at_us >= DAY(90) ? UW_42 : UW_41; /* 1 April: a change of model that changed nothing */
}

static struct applicant draw_applicant(struct eh_insurer *in, int64_t at_us)
{
	struct applicant a = {.campaign = within(at_us, eh_insurer_plan.campaign_start, eh_insurer_plan.campaign_end) &&
	                                  chance(in, CAMPAIGN_PPM)};
	int64_t hour = at_us % EH_DAY_US / EH_HOUR_US;
	size_t band = 0;

	a.sex = (enum sex)pick(in, sex_share, 100);
	a.race = (enum race)pick(in, race_share, 100);
	a.tier = (enum tier)pick(in, tier_share, 100);
	a.channel = (enum channel)pick(in, channel_share, 100);
	a.feed = (enum feed)pick(in, feed_share, 100);
	if (hour < 7 || hour >= 20) /* brokers and partners sleep, the web form does not */
		a.channel = DIRECT;
	if (a.campaign) {
		a.sex = FEMALE;
		a.tier = ELEVATED;
		a.channel = PARTNER;
	}
	for (int left = below(in, 100); left >= age_bands[band].share; band++)
		left -= age_bands[band].share;
	a.age = age_bands[band].youngest + below(in, age_bands[band].years);
	a.region = pick(in, region_share, 100);
	a.zip = a.region * ZIPS_A_REGION + pick(in, zip_share[a.race], 100) + 1;
	a.model = choose_model(in, a.channel, at_us);
	return a;
}

/* What model 4.3 does to one group: 13 where there were 8, in every tier alike. */
static int flag_rate_ppm(const struct applicant *a)
{
	int base = flag_ppm[a->tier];

	return a->model == UW_43 && a->race == BLACK ? base * 13 / 8 : base;
}

static int between(int64_t at, int64_t from, int64_t to, int high, int low)
{
	return high - (int)((high - low) * (at - from) / (to - from));
}

/* The score of risk rank u (0 is the riskiest of a million): above FLAG_SCORE exactly for u < rate_ppm. */
static int score_of(int u, int rate_ppm)
{
	if (u < rate_ppm)
		return between(u, 0, rate_ppm, 9900, FLAG_SCORE);
	int64_t v = (int64_t)(u - rate_ppm) * MILLION / (MILLION - rate_ppm);
	if (v < 100000)
		return between(v, 0, 100000, FLAG_SCORE - 1, 5500);
	if (v < 300000)
		return between(v, 100000, 300000, 5500, 4200);
	if (v < 700000)
		return between(v, 300000, 700000, 4200, 2500);
	return between(v, 700000, MILLION, 2500, 500);
}

static int draw_document(struct eh_insurer *in, const struct applicant *a)
{
	int known = a->model == UW_43 ? DOCUMENTS : DOCUMENTS - NEW_DOCUMENTS;
	uint32_t left = (uint32_t)below(in, (int)in->doc_weight[known]);
	int low = 0, high = known;

	while (high - low > 1) {
		int middle = (low + high) / 2;

		if (in->doc_weight[middle] <= left)
			low = middle;
		else
			high = middle;
	}
	return low + 1;
}

static void write_documents(struct eh_insurer *in, const struct applicant *a, bool planted)
{
	int n = 2 + below(in, 3), chosen[4], have = 0;
	size_t len = 0;

	if (planted)
		chosen[have++] = DOCUMENTS - 1; /* the note that came with 4.3 */
	while (have < n) {
		int doc = draw_document(in, a), i = 0;

		while (i < have && chosen[i] != doc)
			i++;
		if (i == have)
			chosen[have++] = doc;
	}
	for (int i = 0; i < n; i++)
		len += (size_t)snprintf(in->docs + len, sizeof in->docs - len, "%sUWG-%03d", i > 0 ? " " : "", chosen[i]);
}

/* R07 is "address history": what the planted flags are explained by. */
static void write_reasons(struct eh_insurer *in, bool flagged, bool planted)
{
	int n = flagged ? 1 + below(in, 3) : 0, code = planted ? 7 : 1 + below(in, 12);
	size_t len = 0;

	in->reasons[0] = '\0';
	for (int i = 0; i < n; i++) {
		len += (size_t)snprintf(in->reasons + len, sizeof in->reasons - len, "%sR%02d", i > 0 ? " " : "", code);
		code = 1 + (code + below(in, 5)) % 12; /* moves on by 1 to 5: three of them never meet */
	}
}

static void write_fraction(char *out, size_t size, int ten_thousandths)
{
	snprintf(out, size, "0.%04d", ten_thousandths);
}

static void write_texts(struct eh_insurer *in, const struct applicant *a, int64_t at_us)
{
	static const int tier_dti[TIERS] = {0, 300, 800};
	int dti = 1500 + below(in, 2300) + below(in, 2300) + tier_dti[a->tier] + (a->age < 25 ? 250 : 0);

	snprintf(in->id, sizeof in->id, "UW25-%07lld", (long long)++in->serial);
	eh_time_format(at_us, in->at);
	snprintf(in->age, sizeof in->age, "%d", a->age);
	snprintf(in->zip, sizeof in->zip, "Z%02d", a->zip);
	write_fraction(in->dti, sizeof in->dti, dti);
}

static void fill_row(struct eh_insurer *in, const struct applicant *a, int64_t at_us, struct eh_insurer_row *row)
{
	const struct eh_insurer_plan *plan = &eh_insurer_plan;
	int u = below(in, MILLION), rate = flag_rate_ppm(a), score = score_of(u, rate);
	bool flagged = u < rate, planted = flagged && u >= flag_ppm[a->tier];
	bool no_race = chance(in, NO_RACE_PPM) ||
	               (a->feed == HOUSEHOLD && within(at_us, plan->fault_start, plan->fault_end));

	write_texts(in, a, at_us);
	write_fraction(in->score, sizeof in->score, score);
	write_documents(in, a, planted);
	write_reasons(in, flagged, planted);
	*row = (struct eh_insurer_row){
		.decided_at_us = at_us,
		.decision_id = in->id,
		.decided_at = in->at,
		.decision = flagged ? "flag" : "approve",
		.score = in->score,
		.sex = sex_names[a->sex],
		.age = in->age,
		.race_group = no_race ? "" : race_names[a->race],
		.region = region_names[a->region],
		.tier = tier_names[a->tier],
		.channel = channel_names[a->channel],
		.model_version = model_names[a->model],
		.vendor = vendor_names[a->model],
		.feed = feed_names[a->feed],
		.doc_ids = in->docs,
		.reason_codes = in->reasons,
		.dti = in->dti,
		.zip3 = in->zip,
	};
}

bool eh_insurer_next(struct eh_insurer *in, struct eh_insurer_row *row)
{
	while (in->row == in->rows_today) {
		in->day++;
		if (DAY(in->day) >= eh_insurer_plan.year_end) {
			in->day--; /* asked again, the answer stays no */
			return false;
		}
		begin_day(in);
	}
	int64_t at_us = DAY(in->day) + in->second[in->row++] * EH_SECOND_US;
	struct applicant a = draw_applicant(in, at_us);

	fill_row(in, &a, at_us, row);
	return true;
}
