/*
 * calibrate.h - years of invented decisions through judge's own pairs, queue and gate.
 *
 * Nothing here computes evidence: a rig holds a core of judge with pairs made by
 * eh_judge_pair_new(), feeds them hour by hour through eh_judge_pair_close() and
 * asks eh_judge_weigh() what crosses.  Every run has a seed of its own, so that
 * the figures do not hang on how many threads share the work.
 */
#ifndef TESTS_CALIBRATE_CALIBRATE_H
#define TESTS_CALIBRATE_CALIBRATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "judge/inside.h"

#define CAL_HOURS 8760
#define CAL_YEAR_BLOCKS 8760.0
#define CAL_DAY 24

/* ---- chance ---- */
struct cal_chance {
	uint64_t state[4];
};
struct cal_chance cal_chance(uint64_t check, uint64_t run);
double cal_uniform(struct cal_chance *c);
double cal_normal(struct cal_chance *c);
uint64_t cal_poisson(struct cal_chance *c, double mean);
uint64_t cal_binomial(struct cal_chance *c, uint64_t n, double p);

/* ---- a world: independent arrivals, constant rates, one change ---- */
struct cal_world {
	double per_day, share; /* decisions a day; of them protected */
	double p;              /* favourable rate of the reference */
	double air;            /* ratio at first ... */
	double air_after;      /* ... and from hour `change` on */
	int change;            /* CAL_HOURS: never */
	double daily_sd;       /* of the log of the protected rate, drawn anew each day */
};
struct cal_hours {
	const struct cal_world *world;
	struct cal_chance chance;
	double factor; /* of the present day */
	int hour;
};
struct cal_hours cal_hours_begin(const struct cal_world *world, uint64_t check, uint64_t run);
struct eh_judge_counts cal_next_hour(struct cal_hours *h);

/* ---- a rig: a core of judge with pairs fed by hand ---- */
struct cal_rig {
	struct eh_arena *home;
	struct eh_policy policy;
	struct eh_judge *judge;
	struct eh_judge_source *source;
	struct eh_judge_pair **pair;
	int pairs, hour;
	bool plain; /* no tempering: phi 1 from the first day */
};
/* `policy` as a file has it (eh_policy_parse), but for its detector: the version of it, 0: the one of the default
 * policy.  Free with cal_rig_end(). */
void cal_rig_begin(struct cal_rig *rig, const char *policy, int detector, int pairs);
void cal_rig_end(struct cal_rig *rig);
/* One hour of one pair; the last of the hour is followed by cal_rig_weigh(). */
void cal_rig_feed(struct cal_rig *rig, int pair, const struct eh_judge_counts *counts);
void cal_rig_weigh(struct cal_rig *rig);
/* The hour is over, with or without having been weighed. */
void cal_rig_tick(struct cal_rig *rig);
/* Feeds a hour to the first pair and weighs it only where ln(years) has reached `least`: what lies below crosses nothing. */
void cal_rig_hour(struct cal_rig *rig, const struct eh_judge_counts *counts, double least);
double cal_log_m(const struct cal_rig *rig, uint32_t line); /* of the first pair, favourable */
double cal_log_years(const struct cal_rig *rig, uint32_t line);
/* Whether its favourable monitor of a line has crossed, and by how much: 0 no, 1 in the queue, 2 a page. */
int cal_crossed(const struct cal_rig *rig, int pair, uint32_t line);

/* ---- many runs ---- */
/* Calls work(ctx, run) for every run below n, on all processors; work writes only what belongs to its run. */
void cal_runs(int n, void (*work)(void *ctx, int run), void *ctx);

/* ---- sums over runs ---- */
double cal_quantile(double *values, int n, double q); /* sorts; values may be INFINITY */
double cal_share(const int *hits, int n);             /* how many of n are not negative */
double cal_mean(const int *values, int n);

/* ---- the report ---- */
struct cal_report {
	FILE *out, *tap; /* of the short form: the cases, and nothing but them, on tap */
	int runs;
	int detector; /* 0: the default policy's */
	bool brief; /* the short form: few runs, wide bars */
	int held, missed;
};
void cal_say(struct cal_report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A row's last cell: "holds" or "**missed**"; counted, and in the short form a case of TAP. */
const char *cal_bar(struct cal_report *r, bool holds, const char *what, ...) __attribute__((format(printf, 3, 4)));
/* p + 3 standard errors of a share of n runs. */
double cal_above(double p, int n);

/* ---- the checks ---- */
void cal_check_quiet(struct cal_report *r);
void cal_check_line(struct cal_report *r);
void cal_check_delay(struct cal_report *r);
void cal_check_noise(struct cal_report *r);
void cal_check_empty(struct cal_report *r);
void cal_check_portfolio(struct cal_report *r);
void cal_check_versions(struct cal_report *r);

#endif
