/*
 * metrics.h - the figures for a Prometheus server: text format 0.0.4.
 *
 * They are about the machinery and hold no count of any group of people.  Labels have few
 * values: source names, and words of this program.  Counters are sums over the store,
 * kept from scrape to scrape, so that a scrape reads the commits since the last only.
 *
 * Owner    eh_metrics_new() gives, eh_metrics_free() takes.
 * Threads  one call at a time.
 */
#ifndef EH_SERVE_METRICS_H
#define EH_SERVE_METRICS_H

#include "base/buf.h"
#include "config/settings.h"

struct eh_metrics;

struct eh_metrics *eh_metrics_new(const struct eh_settings *settings);
void eh_metrics_free(struct eh_metrics *metrics); /* NULL is allowed */

/* Writes the page.  Where the store is away it says evenhand_store_up 0, and what does not need the store. */
void eh_metrics_write(struct eh_metrics *metrics, struct eh_buf *out);

/* Whether requests can be served: the store answers, with the schema that this program knows.  Writes one JSON object with
 * `ready` and `reasons`. */
bool eh_metrics_ready(struct eh_metrics *metrics, struct eh_buf *out);

/* Text as a label's value: backslash, quote and line end escaped. */
void eh_metrics_label(struct eh_buf *out, const char *text);

#endif
