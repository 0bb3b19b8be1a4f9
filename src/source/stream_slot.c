/*
 * stream_slot.c - the slot: whose it is, whether it still holds what was not read, and what is lost if not; see stream.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/failpoint.h"
#include "base/time.h"
#include "source/sql.h"
#include "source/stream_part.h"

#define RELEASE_US (5 * EH_SECOND_US) /* the server may take a moment to notice that a slot's reader has ended */
#define LOOK_US (5 * EH_SECOND_US)

struct slot {
	bool exists, active, ours; /* ours: of pgoutput and of this database */
	uint64_t restart, confirmed, head; /* 0: none */
	char wal_status[16];
};

static uint64_t lsn_of(const PGresult *res, int col)
{
	uint64_t lsn = 0;

	if (!eh_pg_null(res, 0, col))
		EH_ASSERT(eh_pg_lsn_parse(eh_pg_text(res, 0, col), &lsn));
	return lsn;
}

static enum eh_rc read_slot(struct eh_stream *s, struct slot *out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	*out = (struct slot){0};
	eh_pg_arg_text(&args, s->slot);
	enum eh_rc rc = eh_pg_query(s->pg, &eh_sql_source_stream_slot, &args, &res, err);
	if (rc != EH_OK || PQntuples(res) == 0)
		return rc;
	const char *plugin = eh_pg_text(res, 0, 0), *database = eh_pg_text(res, 0, 1);
	out->exists = true;
	out->ours = plugin != NULL && strcmp(plugin, "pgoutput") == 0 && database != NULL &&
		    strcmp(database, PQdb(eh_pg_conn(s->pg))) == 0;
	out->active = eh_pg_bool(res, 0, 2);
	out->restart = lsn_of(res, 3);
	out->confirmed = lsn_of(res, 4);
	(void)snprintf(out->wal_status, sizeof out->wal_status, "%s", eh_pg_null(res, 0, 5) ? "" : eh_pg_text(res, 0, 5));
	out->head = lsn_of(res, 6);
	return EH_OK;
}

enum eh_rc eh_stream_slot_exists(struct eh_stream *s, bool *exists, struct eh_err *err)
{
	struct slot slot;
	enum eh_rc rc = read_slot(s, &slot, err);

	*exists = slot.exists;
	return rc;
}

enum eh_rc eh_stream_slot_is_read(struct eh_stream *s, bool *is_read, struct eh_err *err)
{
	struct slot slot;
	enum eh_rc rc = read_slot(s, &slot, err);

	*is_read = slot.exists && slot.active;
	return rc;
}

enum eh_rc eh_stream_identify(struct eh_stream *s, struct eh_replication_system *system, struct eh_err *err)
{
	enum eh_rc rc = s->link != NULL ? EH_OK : eh_replication_open(s->pg, &s->link, err);

	return rc == EH_OK ? eh_replication_identify(s->link, system, err) : rc;
}

/* Where another connection still reads from the slot: patient for a moment, then EH_AGAIN. */
static enum eh_rc wait_for_release(struct eh_stream *s, struct slot *slot, struct eh_err *err)
{
	int64_t until_us = eh_time_steady_us() + RELEASE_US;
	enum eh_rc rc = EH_OK;

	while (rc == EH_OK && slot->exists && slot->active) {
		struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};

		if (eh_time_steady_us() > until_us) {
			(void)eh_fail(err, EH_AGAIN, "another connection reads from the replication slot %s", s->slot);
			return eh_hint(err, "run one gather a source; where another store follows it too, name another `slot` in one of the maps");
		}
		(void)nanosleep(&pause, NULL);
		rc = read_slot(s, slot, err);
	}
	return rc;
}

enum eh_rc eh_stream_drop_slot(struct eh_stream *s, struct eh_err *err)
{
	struct slot slot;
	struct eh_pg_args args = {0};
	enum eh_rc rc = read_slot(s, &slot, err);

	if (rc == EH_OK)
		rc = wait_for_release(s, &slot, err);
	if (rc != EH_OK || !slot.exists)
		return rc;
	if (!slot.ours) {
		(void)eh_fail(err, EH_REFUSED, "the replication slot %s is not of pgoutput and of this database, so it is somebody else's",
		              s->slot);
		return eh_hint(err, "name another `slot` in the map of source %s", s->map->source);
	}
	eh_pg_arg_text(&args, s->slot);
	return eh_pg_run(s->pg, &eh_sql_source_stream_drop_slot, &args, NULL, err);
}

/* ---- gaps ------------------------------------------------------------------------------ */

static bool gap(struct eh_stream *s, const char *format, ...) EH_PRINTF(2, 3);

static bool gap(struct eh_stream *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(s->gap, sizeof s->gap, format, args);
	va_end(args);
	return true;
}

/* Whether changes after `from` are lost.  A slot that was made anew begins behind what was read; one that stands
 * before it in the log of the same server was only not told of it yet. */
static bool find_gap(struct eh_stream *s, const struct eh_position *from, const struct eh_replication_system *system,
                     const struct slot *slot)
{
	char read[EH_PG_LSN_TEXT], other[EH_PG_LSN_TEXT];

	eh_pg_lsn_format(from->lsn, read);
	if (s->table != from->table)
		return gap(s, "%s.%s is not the table that was read before: it was made anew", s->map->schema, s->map->table);
	if (system->id != from->system)
		return gap(s, "the source is another server: its system identifier is %" PRIu64 ", and that of what was read is %" PRIu64,
		           system->id, from->system);
	if (system->timeline != from->timeline)
		return gap(s, "the source's server is on timeline %u, and what was read on %u: it was failed over or restored",
		           (unsigned)system->timeline, (unsigned)from->timeline);
	if (!slot->exists)
		return gap(s, "the replication slot %s is gone", s->slot);
	if (slot->restart == 0 || strcmp(slot->wal_status, "lost") == 0)
		return gap(s, "the replication slot %s was invalidated: the server removed what was not read yet", s->slot);
	eh_pg_lsn_format(slot->confirmed, other);
	if (slot->confirmed == 0 || slot->confirmed > from->lsn)
		return gap(s, "the replication slot %s stands at %s, beyond %s, where the store stands: it was made anew, or read by another",
		           s->slot, other, read);
	eh_pg_lsn_format(slot->head, other);
	if (slot->head < from->lsn)
		return gap(s, "the source's log ends at %s, before %s, where the store stands: the server was put back", other, read);
	return false;
}

static enum eh_rc refuse_gap(struct eh_stream *s, struct eh_err *err)
{
	(void)eh_fail(err, EH_REFUSED, "data gap: %s", s->gap);
	return eh_hint(err, "changes of source %s are lost; when that is understood: evenhand source accept-gap %s --reason TEXT",
	               s->map->source, s->map->source);
}

/* Goes on behind the gap: a slot made now, without a snapshot that anybody reads. */
static enum eh_rc go_on_behind(struct eh_stream *s, const struct eh_replication_system *system, struct eh_err *err)
{
	struct eh_position *p = &s->position;
	struct eh_replication_slot made;
	enum eh_rc rc = eh_stream_drop_slot(s, err);

	if (rc == EH_OK)
		rc = eh_replication_make_slot(s->link, s->slot, false, s->options.stop, &made, err);
	if (rc == EH_OK)
		rc = EH_FAILPOINT("stream.slot_made_behind_gap", err);
	if (rc != EH_OK)
		return rc;
	eh_position_free(p);
	*p = (struct eh_position){.kind = EH_POSITION_STREAM,
	                          .system = system->id, .timeline = system->timeline, .table = s->table, .lsn = made.consistent,
	                          .start_us = INT64_MIN, .last_us = INT64_MIN};
	(void)snprintf(p->slot, sizeof p->slot, "%s", s->slot);
	return EH_OK;
}

/* ---- reading on -------------------------------------------------------------------------- */

static enum eh_rc refuse_other_slot(struct eh_stream *s, const struct eh_position *from, struct eh_err *err)
{
	(void)eh_fail(err, EH_REFUSED, "source %s was read from the replication slot %s, and its map names %s", s->map->source,
	              from->slot, s->slot);
	return eh_hint(err, "a slot cannot be changed under a source: write the old name, or register another source name");
}

enum eh_rc eh_stream_resume(struct eh_stream *s, const struct eh_position *from, struct eh_err *err)
{
	struct eh_replication_system system;
	struct slot slot;

	s->gap[0] = '\0';
	if (strcmp(from->slot, s->slot) != 0)
		return refuse_other_slot(s, from, err);
	enum eh_rc rc = eh_stream_identify(s, &system, err);
	if (rc == EH_OK)
		rc = read_slot(s, &slot, err);
	if (rc != EH_OK)
		return rc;
	eh_position_copy(&s->position, from);
	if (s->accepts_gap)
		s->lenient = slot.head; /* where what stopped the source lies in the log, it was written before now */
	if (find_gap(s, from, &system, &slot)) {
		if (!s->accepts_gap)
			return refuse_gap(s, err);
		rc = go_on_behind(s, &system, err);
		s->gap[0] = '\0';
	} else {
		rc = wait_for_release(s, &slot, err);
	}
	return rc == EH_OK ? eh_stream_start(s, err) : rc;
}

enum eh_rc eh_stream_start(struct eh_stream *s, struct eh_err *err)
{
	const struct eh_position *p = &s->position;

	s->described = s->inside = s->again = false;
	s->skip_commit = p->commit;
	s->skip_ordinal = p->ordinal;
	s->stored = s->told = p->lsn;
	s->told_us = s->heard_us = eh_time_steady_us();
	s->waits_us = 0;
	return eh_replication_start(s->link, s->slot, p->lsn, s->publication, s->text, err);
}

enum eh_rc eh_stream_read_state(struct eh_stream *s, const struct eh_reader_state **out, struct eh_err *err)
{
	struct eh_reader_state *state = &s->state;
	struct slot slot;

	*out = NULL;
	if (s->link == NULL || (s->looked_us != 0 && eh_time_steady_us() - s->looked_us < LOOK_US))
		return EH_OK;
	enum eh_rc rc = read_slot(s, &slot, err);
	if (rc != EH_OK || !slot.exists)
		return rc;
	s->looked_us = eh_time_steady_us();
	(void)snprintf(s->state_slot, sizeof s->state_slot, "%s", s->slot);
	(void)snprintf(s->state_wal, sizeof s->state_wal, "%s", slot.wal_status);
	*state = (struct eh_reader_state){.system = s->position.system, .timeline = s->position.timeline, .slot = s->state_slot,
	                                  .restart = slot.restart, .confirmed = slot.confirmed, .head = slot.head,
	                                  .retained_bytes = (int64_t)(slot.head - slot.restart),
	                                  .lag_bytes = slot.head > s->position.lsn ? (int64_t)(slot.head - s->position.lsn) : 0,
	                                  .wal_status = s->state_wal, .skipped = s->skipped, .lost = s->lost};
	*out = state;
	return EH_OK;
}
