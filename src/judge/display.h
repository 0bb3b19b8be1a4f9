/*
 * display.h - doubles, instants and tables as JSON for pages (never for evidence, which has no floats).
 */
#ifndef EH_JUDGE_DISPLAY_H
#define EH_JUDGE_DISPLAY_H

#include <jansson.h>

#include "judge/judge.h"

json_t *eh_judge_real(double x);                  /* null where it is not finite */
json_t *eh_judge_time(int64_t us);                /* text; null for INT64_MIN */
json_t *eh_judge_interval(struct ehs_interval i); /* {est, lo, hi} */

/* The battery of one monitor family: rates, differences, exact and stratified tests, scores, association. */
json_t *eh_judge_battery(const struct eh_judge_source *source, const struct eh_judge_pair *pair, int outcome, int kind);

/* The figures of a source at its last close: missing labels, proxies, daily counts, what the naive rule did. */
json_t *eh_judge_figures(const struct eh_judge_source *source);

/* Counts by group of one cube, for the open pane. */
json_t *eh_judge_groups(const struct eh_judge_source *source, const struct eh_cube *cube);

#endif
