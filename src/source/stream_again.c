/*
 * stream_again.c - what recompute compares: the rows as they stood at a place of the stream; see stream.h.
 *
 * A table cannot be read as it stood at a place in the log, but it can be read now, and
 * the log says what lies between.  A slot of the moment gives a snapshot and its place:
 *
 *   the store stands behind it   what the slot sends from there on is added, up to where the store stands
 *   the store stands before it   what the source's own slot has sent to nobody yet is taken back; nothing is acknowledged
 *
 * The first needs a gather that follows and so passes the snapshot's place within a second or two; the second needs
 * that none does, as a slot has one reader.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "source/stream_part.h"

#define SILENT_US (60 * EH_SECOND_US)

enum eh_rc eh_stream_prepare_again(struct eh_stream *s, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_replication_system system;
	struct eh_replication_slot made;
	enum eh_rc rc = eh_stream_identify(s, &system, err);

	(void)snprintf(s->moment, sizeof s->moment, "evenhand_again_%ld", (long)getpid());
	if (rc == EH_OK)
		rc = eh_replication_make_slot(s->link, s->moment, true, s->options.stop, &made, err);
	if (rc == EH_OK)
		rc = eh_pg_begin_snapshot(s->pg, err);
	if (rc == EH_OK)
		rc = eh_pg_exec_script(s->pg, eh_arena_printf(arena, "SET TRANSACTION SNAPSHOT '%s'", made.snapshot), err);
	if (rc == EH_OK)
		rc = eh_stream_slot_is_read(s, &s->followed, err);
	if (rc == EH_OK)
		s->moment_lsn = made.consistent;
	return rc;
}

static bool is_behind(const struct eh_stream *s, const struct eh_position *place)
{
	return place->lsn >= s->moment_lsn;
}

/* Where nobody follows, waiting brings the store no further. */
bool eh_stream_reaches(const struct eh_stream *s, const struct eh_position *place)
{
	return place->kind != EH_POSITION_STREAM || !s->followed || is_behind(s, place);
}

enum eh_rc eh_stream_begin_again(struct eh_stream *s, const struct eh_position *place, struct eh_err *err)
{
	enum eh_rc rc = s->moment_lsn != 0 ? EH_OK : eh_stream_prepare_again(s, err);

	if (rc == EH_OK && place->kind != EH_POSITION_STREAM) {
		(void)eh_fail(err, EH_REFUSED, "the history of source %s is not read to its end, so there is nothing to hold it against",
		              s->map->source);
		return eh_hint(err, "let gather read on, and recompute then");
	}
	if (rc != EH_OK)
		return rc;
	eh_position_copy(&s->place, place);
	s->compares = true;
	return eh_stream_begin_copy(s, err);
}

/* The rows of the snapshot are read: from here on changes. */
static enum eh_rc begin_changes(struct eh_stream *s, struct eh_err *err)
{
	enum eh_rc rc = eh_pg_commit(s->pg, err);

	s->changing = true;
	s->undoes = !is_behind(s, &s->place);
	if (rc != EH_OK)
		return rc;
	if (s->undoes) {
		eh_replication_close(s->link); /* the slot of the moment goes with it */
		s->link = NULL;
		return eh_stream_resume(s, &s->place, err);
	}
	s->slot = s->moment;
	s->position.lsn = s->moment_lsn;
	s->position.commit = s->position.ordinal = 0;
	s->stored = s->told = s->moment_lsn;
	return eh_stream_start(s, err);
}

/* Whether the stream has got to where the comparison stands. */
static bool passed(const struct eh_stream *s)
{
	const struct eh_position *p = &s->position, *end = &s->place;

	if (s->undoes)
		return !s->inside && p->lsn >= s->moment_lsn;
	if (end->commit == 0)
		return !s->inside && p->lsn >= end->lsn;
	return (p->commit == end->commit && p->ordinal >= end->ordinal) || (!s->inside && p->lsn > end->commit);
}

/* Changes behind the place are none of this comparison. */
static bool belongs(const struct eh_stream *s)
{
	const struct eh_position *end = &s->place;

	if (s->undoes)
		return s->commit < s->moment_lsn;
	return s->commit < end->lsn || (s->commit == end->commit && s->ordinal <= end->ordinal);
}

static enum eh_rc turn_round(struct eh_stream *s, struct eh_err *err)
{
	struct eh_change *c = &s->change;
	const struct eh_row *row = c->row;

	if (c->kind == EH_CHANGE_TRUNCATE) {
		(void)eh_fail(err, EH_REFUSED, "%s.%s was truncated after the store's last commit", s->map->schema, s->map->table);
		return eh_hint(err, "let gather read on, and recompute then");
	}
	c->row = c->old;
	c->old = row;
	c->kind = c->kind == EH_CHANGE_ADD ? EH_CHANGE_TAKE : c->kind == EH_CHANGE_TAKE ? EH_CHANGE_ADD : EH_CHANGE_REPLACE;
	return EH_OK;
}

static enum eh_rc wait_for_more(struct eh_stream *s, int64_t since_us, struct eh_err *err)
{
	if (eh_time_steady_us() - since_us > SILENT_US)
		return eh_fail(err, EH_AGAIN, "the source did not send its changes up to the place of the comparison");
	enum eh_rc rc = eh_stream_tell_stored(s, true, err);
	return rc == EH_OK ? eh_replication_wait(s->link, 200, err) : rc;
}

static enum eh_rc next_change(struct eh_stream *s, const struct eh_change **change, struct eh_err *err)
{
	int64_t since_us = eh_time_steady_us();
	enum eh_rc rc = EH_OK;

	while (rc == EH_OK && *change == NULL && !passed(s)) {
		rc = eh_stream_next_live(s, change, err);
		if (rc == EH_OK && *change == NULL && !passed(s))
			rc = wait_for_more(s, since_us, err);
	}
	if (rc != EH_OK || *change == NULL)
		return rc;
	if (!belongs(s)) {
		*change = NULL; /* and so all that follow */
		return EH_OK;
	}
	return s->undoes ? turn_round(s, err) : EH_OK;
}

enum eh_rc eh_stream_next_again(struct eh_stream *s, const struct eh_change **change, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	if (!s->changing) {
		rc = eh_stream_next_copied(s, change, err);
		if (rc != EH_OK || *change != NULL)
			return rc;
		rc = begin_changes(s, err);
	}
	return rc == EH_OK ? next_change(s, change, err) : rc;
}
