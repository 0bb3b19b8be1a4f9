/*
 * pane.h - which pane of event time an instant lies in (law 3: only a clock moves a window).
 *
 * A pane is an hour, a day, seven days (from Monday 1970-01-05) or a calendar
 * month, all in UTC.  Panes are named by their start in microseconds.
 *
 * Threads  any.
 */
#ifndef EH_CUBE_PANE_H
#define EH_CUBE_PANE_H

#include <stdint.h>

enum eh_pane { EH_PANE_HOUR, EH_PANE_DAY, EH_PANE_WEEK, EH_PANE_MONTH };

int64_t eh_pane_start(enum eh_pane kind, int64_t at_us);   /* of the pane that holds the instant */
int64_t eh_pane_next(enum eh_pane kind, int64_t start_us); /* its end, which is the start of the next */
int64_t eh_pane_previous(enum eh_pane kind, int64_t start_us);

/* Panes of a year, as budgets count them: 8760, 365, 52, 12. */
uint32_t eh_pane_per_year(enum eh_pane kind);

#endif
