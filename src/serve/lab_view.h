/*
 * lab_view.h - a result of the lab as the page shows it: sentence, figures, tables.
 *
 * Threads  one worker.
 */
#ifndef EH_SERVE_LAB_VIEW_H
#define EH_SERVE_LAB_VIEW_H

#include <jansson.h>

#include "serve/request.h"

/*
 * Model of lab.html's `result`.  `about`: which group's history is drawn, by its place among those with alerts; `here`: the
 * page's own address without it, ending in ? or &.
 */
EH_MUST enum eh_rc eh_serve_lab_view(struct eh_worker *worker, struct eh_arena *arena, const json_t *result, size_t about,
                                     const char *here, json_t **view, struct eh_err *err);

/* A table with one row a group and the fastest of its monitors, and a sentence about those that none can show. */
json_t *eh_serve_lab_reach(struct eh_arena *arena, const json_t *result, const char **sentence);

#endif
