/*
 * keep.c - gather with connections of its own, through the failures of its surroundings; see gather.h.
 */
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/log.h"
#include "base/time.h"
#include "gather/gather.h"
#include "gather/sql.h"
#include "pg/store.h"
#include "source/fit.h"

#define PAUSE_MAX_S 30

enum eh_rc eh_gather_open_source(const struct eh_settings *settings, const struct eh_map *map, struct eh_pg **out,
                                 struct eh_err *err)
{
	if (map->conninfo != NULL)
		return eh_pg_open(map->conninfo, NULL, out, err);
	return eh_store_open(settings->store, settings->state, EH_STORE_SOURCE, out, err);
}

/* What reads a source must not be able to write tallies. */
static enum eh_rc open_to_read(const struct eh_settings *settings, const struct eh_map *map, struct eh_pg **out, struct eh_err *err)
{
	enum eh_rc rc = eh_gather_open_source(settings, map, out, err);

	if (rc == EH_OK)
		rc = eh_fit_refuse_store_role(*out, err);
	return rc == EH_OK ? rc : eh_while(err, "opening source %s", map->source);
}

bool eh_gather_parse_through(const char *text, int64_t *us)
{
	if (!eh_time_parse(text, strlen(text), us))
		return false;
	if (strlen(text) == strlen("2026-01-31"))
		*us += EH_DAY_US;
	return true;
}

static enum eh_rc run_once(const struct eh_settings *settings, const struct eh_map *map, const struct eh_gather_options *options,
                           struct eh_gather_result *result, struct eh_err *err)
{
	EH_PG_AUTO store = NULL;
	EH_PG_AUTO source = NULL;

	*result = (struct eh_gather_result){0};
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_WRITER, &store, err);

	if (rc == EH_OK)
		rc = open_to_read(settings, map, &source, err);
	return rc == EH_OK ? eh_gather_run(store, source, map, options, result, err) : rc;
}

/* For `status`, the pages and the metrics.  Where the store is what is away it cannot be told, and need not be: nobody
 * can ask. */
static void note_trouble(const struct eh_settings *settings, const struct eh_map *map, enum eh_rc rc, const struct eh_err *why)
{
	EH_PG_AUTO store = NULL;
	struct eh_pg_args args = {0};
	struct eh_err err;

	if (eh_store_open(settings->store, settings->state, EH_STORE_WRITER, &store, &err) != EH_OK)
		return;
	eh_pg_arg_text(&args, map->source);
	eh_pg_arg_text(&args, rc == EH_AGAIN ? "away" : "refused");
	eh_pg_arg_text(&args, why->text);
	eh_pg_arg_text(&args, why->hint);
	if (eh_pg_run(store, &eh_sql_gather_note_trouble, &args, NULL, &err) != EH_OK)
		eh_log_err(&err);
}

static bool stopped(const struct eh_gather_options *options)
{
	return options->stop != NULL && __atomic_load_n(options->stop, __ATOMIC_RELAXED) != 0;
}

/* Three quarters of it to five: many that lost one server do not come back to it together. */
static struct timespec jittered(int pause_s)
{
	uint32_t draw;

	EH_ASSERT(getrandom(&draw, sizeof draw, 0) == (ssize_t)sizeof draw);
	int64_t ms = (int64_t)pause_s * (750 + draw % 501);
	return (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
}

enum eh_rc eh_gather_keep(const struct eh_settings *settings, const struct eh_map *map, const struct eh_gather_options *options,
                          struct eh_gather_result *result, struct eh_err *err)
{
	struct eh_gather_options now = *options;
	int pause_s = 1;

	for (;;) {
		int64_t began_us = eh_time_steady_us();
		enum eh_rc rc = run_once(settings, map, &now, result, err);

		if (stopped(options) && rc == EH_AGAIN)
			return EH_OK; /* whoever stops gather may stop its servers too */
		if (rc != EH_OK && !result->taken && !options->retry) /* a retry's error is for who typed it */
			note_trouble(settings, map, rc, err);
		now.again = now.again || result->began;
		if (rc == EH_REFUSED && result->removed && now.again) {
			eh_log("source %s was removed while it was followed: it is read no more", map->source);
			return EH_OK; /* as whoever removed it wanted */
		}
		if (rc != EH_AGAIN || options->once || !map->follow || !now.again)
			return rc;
		if (eh_time_steady_us() - began_us > PAUSE_MAX_S * EH_SECOND_US)
			pause_s = 1;
		eh_log_err(err);
		struct timespec pause = jittered(pause_s);
		eh_log("source %s: trying again in %d.%d s", map->source, (int)pause.tv_sec, (int)(pause.tv_nsec / 100000000));
		(void)nanosleep(&pause, NULL); /* a signal ends it, and then stop is set */
		if (stopped(options))
			return EH_OK;
		pause_s = 2 * pause_s > PAUSE_MAX_S ? PAUSE_MAX_S : 2 * pause_s;
	}
}
