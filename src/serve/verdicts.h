/*
 * verdicts.h - the last verdict of every monitor, as the overview and the lists need them.
 *
 * It keeps the law that "not enough data" and "stale" are never green: the state
 * shown is made here and nowhere else.
 *
 * Owner    everything lives in the arena.
 * Threads  one worker.
 */
#ifndef EH_SERVE_VERDICTS_H
#define EH_SERVE_VERDICTS_H

#include "page/svg.h"
#include "serve/request.h"

struct eh_verdict_row {
	const char *source, *monitor, *attribute, *group, *reference, *verdict;
	bool adverse, conditional;
	double air, lo, hi, log10_years, smd, detectable; /* NaN: unknown */
	int64_t n_protected, n_reference;
	enum eh_state state;
	const char *href; /* /m/... */
};

struct eh_verdict_rows {
	size_t n;
	struct eh_verdict_row *row; /* by source, attribute, group, conditional, favourable first */
};

/* Reads them all (4,000 at most). */
EH_MUST enum eh_rc eh_serve_verdicts(struct eh_worker *worker, struct eh_arena *arena, struct eh_verdict_rows *out,
                                     struct eh_err *err);

/* crossed with an open alert: alert; crossed without: watch; and no green where the source is stale. */
enum eh_state eh_serve_verdict_state(const char *verdict, bool alert_open, bool stale);

/* "/m/" and the monitor's key, fit for a link. */
const char *eh_serve_monitor_href(struct eh_arena *arena, const char *monitor);

/* The open alerts, as the rows of list_open_alerts. */
EH_MUST enum eh_rc eh_serve_open_alerts(struct eh_worker *worker, PGresult **out, struct eh_err *err);

#endif
