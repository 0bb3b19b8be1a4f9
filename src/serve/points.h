/*
 * points.h - a monitor's daily points, read once for its charts, its table and its export.
 *
 * Owner    arrays live in the arena.
 * Threads  one worker.
 */
#ifndef EH_SERVE_POINTS_H
#define EH_SERVE_POINTS_H

#include <jansson.h>

#include "page/chart.h"
#include "serve/request.h"

#define EH_SERVE_POINT_LINES 2

struct eh_points {
	size_t n;
	int64_t *at_us;
	double *air, *lo, *hi;                     /* NaN where there is not enough data */
	double tau[EH_SERVE_POINT_LINES];          /* NaN: no such line */
	double *log10_years[EH_SERVE_POINT_LINES]; /* NaN where there is none */
	int64_t *n_protected, *n_reference, *k_protected, *k_reference;
	const char **verdict;
	int64_t *leaf_index;
};

EH_MUST enum eh_rc eh_serve_points(struct eh_worker *worker, struct eh_arena *arena, const char *monitor,
                                   int64_t from_us, struct eh_points *out, struct eh_err *err);

/* What stands behind the charts: the alert's marks and spans. */
struct eh_points_marks {
	struct eh_chart_mark mark[26];
	size_t marks;
	struct eh_chart_span span[20];
	size_t spans;
};

/* Onsets, raised alerts and new component versions of that group, from `from_us` on; clock_us ends an open span.
 * *alerts takes the rows of monitor_alerts, the caller's to clear. */
EH_MUST enum eh_rc eh_serve_points_marks(struct eh_worker *worker, struct eh_arena *arena, const char *const key[3],
                                         int64_t from_us, int64_t clock_us, struct eh_points_marks *out,
                                         PGresult **alerts, struct eh_err *err);

/* Who is compared, as the charts name it. */
struct eh_points_about {
	const char *group, *reference;
	bool adverse, conditional;
};

/* A figure for the partial figure.html: {title, sentence, chart, table}. */
json_t *eh_serve_points_ratio(struct eh_arena *arena, const struct eh_points *points,
                              const struct eh_points_marks *marks, struct eh_points_about about);
json_t *eh_serve_points_evidence(struct eh_arena *arena, const struct eh_points *points,
                                 const struct eh_points_marks *marks, double review_years, double page_years);
json_t *eh_serve_points_counts(struct eh_arena *arena, const struct eh_points *points, struct eh_points_about about);

#endif
