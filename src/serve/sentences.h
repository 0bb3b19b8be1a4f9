/*
 * sentences.h - a verdict in plain words.
 *
 * It keeps two laws.  Ours says that an indicator crossed a line of a policy, and
 * never who did what or why (law 10).  And a verdict that found nothing says how
 * large a gap it could have seen (law 4).
 *
 * Owner    texts live in the arena.
 * Threads  any, one arena each.
 */
#ifndef EH_SERVE_SENTENCES_H
#define EH_SERVE_SENTENCES_H

#include "serve/points.h"

/* Group, reference, direction of a verdict; the texts live as long as it. */
struct eh_points_about eh_serve_about(const json_t *verdict);

/* "as they are", or "like for like: within tier, region". */
const char *eh_serve_strata_words(struct eh_arena *arena, const json_t *verdict);

/* "21 Oct 2026 to 20 Nov 2026". */
const char *eh_serve_window_words(struct eh_arena *arena, const json_t *verdict);

/* What was found: shares, ratio, interval, people. */
const char *eh_serve_monitor_sentence(struct eh_arena *arena, const json_t *verdict);

/* What the lines of the policy of that name say of it. */
const char *eh_serve_verdict_sentence(struct eh_arena *arena, const json_t *verdict, const json_t *battery,
                                      const char *policy);

/* What is not known; never empty.  `missing` {n, n_missing} of the attribute, or NULL. */
const char *eh_serve_unknown_sentence(struct eh_arena *arena, const json_t *verdict, const json_t *battery,
                                      const json_t *missing);

#endif
