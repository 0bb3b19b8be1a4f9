/*
 * stream_live.c - the stream as it comes: places, what came before, T, and what the server may forget; see stream.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/time.h"
#include "source/sql.h"
#include "source/stream_part.h"

#define BACKLOG (UINT64_C(256) << 10) /* of log between what was read and what was asked for */
#define BACKLOG_PATIENCE_US (100 * INT64_C(1000))
#define TELL_US EH_SECOND_US         /* the server hears of us at least so often */
#define SILENT_US (90 * EH_SECOND_US) /* and we of it: a server that lives answers at once */
#define BEAT_US (10 * EH_SECOND_US)
#define STUCK_US EH_SECOND_US        /* the end of the log that was asked for is not on disk, and nobody pushes it there */

/* ---- the clock ------------------------------------------------------------------------ */

/* A place after which nothing stands on its page yet may be named with the page's head counted: 24 bytes, or 40 on
 * the first page of a file.  The stream names it without. */
static uint64_t without_page_head(uint64_t lsn)
{
	uint64_t within = lsn & 8191;

	return within == 24 || within == 40 ? lsn - within : lsn;
}

/* Its table is made by the generator, in the source's database and not in our schema. */
static const char scenario_sql[] = "SELECT (SELECT now_us FROM evenhand_import.scenario_clock WHERE source = $1::text)";

static enum eh_rc read_scenario_clock(struct eh_stream *s, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, s->map->source);
	enum eh_rc rc = eh_pg_query_text(s->pg, scenario_sql, &args, false, &res, err);
	if (rc == EH_OK)
		s->clock_us = eh_pg_null(res, 0, 0) ? INT64_MIN : eh_pg_int8(res, 0, 0);
	return rc == EH_OK ? rc : eh_while(err, "reading the scenario's clock of source %s", s->map->source);
}

static enum eh_rc ask(struct eh_stream *s, const struct eh_pg_sql *sql, int64_t *clock_us, uint64_t *lsn, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(s->pg, sql, NULL, &res, err);

	if (rc != EH_OK)
		return rc;
	*clock_us = eh_pg_time(res, 0, 0);
	EH_ASSERT(eh_pg_lsn_parse(eh_pg_text(res, 0, 1), lsn));
	*lsn = without_page_head(*lsn);
	return EH_OK;
}

enum eh_rc eh_stream_read_clock(struct eh_stream *s, struct eh_err *err)
{
	/* The generator's clock first: its rows are committed with it, so before the place that is asked for next. */
	enum eh_rc rc = s->scenario ? read_scenario_clock(s, err) : EH_OK;
	int64_t clock_us = 0;

	if (rc == EH_OK)
		rc = ask(s, &eh_sql_source_stream_clock, &clock_us, &s->asked_lsn, err);
	if (rc == EH_OK && !s->scenario)
		s->clock_us = clock_us;
	s->asked_at_us = eh_time_steady_us();
	return rc;
}

/* The stream has passed the place that was asked for. */
static void prove(struct eh_stream *s)
{
	if (!s->asked || s->inside || s->position.lsn < s->asked_lsn)
		return;
	s->asked = false;
	s->caught_up = true;
	s->proven_us = s->clock_us;
}

/* ---- life ------------------------------------------------------------------------------- */

/* What writes may be refused here, and then T and the slot move only as others write. */
static enum eh_rc beat(struct eh_stream *s, struct eh_err *err)
{
	static const char begin[] = "BEGIN READ WRITE";
	struct eh_pg_args args = {0};
	struct eh_err why;

	s->beat_us = eh_time_steady_us();
	eh_pg_arg_text(&args, s->map->source);
	enum eh_rc rc = eh_pg_exec_script(s->pg, begin, &why);
	if (rc == EH_OK)
		rc = eh_pg_run(s->pg, &eh_sql_source_stream_heartbeat, &args, NULL, &why);
	if (rc == EH_OK)
		rc = eh_pg_commit(s->pg, &why);
	if (rc == EH_OK)
		return EH_OK;
	eh_pg_rollback(s->pg);
	if (!eh_pg_alive(s->pg)) {
		*err = why;
		return rc;
	}
	s->may_not_beat = true;
	s->advised = false;
	s->advice = "the source's connection may not write, so no heartbeat is sent: where its server is quiet for long, its log "
		    "is kept until something is written; bound it by max_slot_wal_keep_size";
	return EH_OK;
}

/* The end of the log that was asked for may never reach the disk where nobody commits.  A heartbeat takes it there; without
 * one, what is on disk a second later holds every commit that was synchronous. */
static enum eh_rc push(struct eh_stream *s, struct eh_err *err)
{
	int64_t now = eh_time_steady_us(), clock_us = 0;
	bool stuck = s->asked && !s->inside && now - s->asked_at_us > STUCK_US && now - s->heard_us > STUCK_US / 2;

	if (!s->may_not_beat && (now - s->beat_us > BEAT_US || (stuck && now - s->beat_us > STUCK_US)))
		return beat(s, err);
	if (stuck && s->may_not_beat)
		return ask(s, &eh_sql_source_stream_flushed, &clock_us, &s->asked_lsn, err);
	return EH_OK;
}

enum eh_rc eh_stream_tell_stored(struct eh_stream *s, bool answer, struct eh_err *err)
{
	enum eh_rc rc = EH_FAILPOINT("stream.before_acknowledge", err);

	if (rc == EH_OK)
		rc = eh_replication_acknowledge(s->link, s->stored, answer, err);
	s->told = s->stored;
	s->told_us = eh_time_steady_us();
	if (answer && s->waits_us == 0)
		s->waits_us = s->told_us;
	return rc;
}

static enum eh_rc live(struct eh_stream *s, struct eh_err *err)
{
	int64_t now = eh_time_steady_us();

	if (s->waits_us != 0 && now - s->waits_us > SILENT_US)
		return eh_fail(err, EH_AGAIN, "the source has not answered for %lld s", (long long)(SILENT_US / EH_SECOND_US));
	return s->asked || now - s->told_us > TELL_US ? eh_stream_tell_stored(s, true, err) : EH_OK;
}

enum eh_rc eh_stream_begin_live(struct eh_stream *s, struct eh_err *err)
{
	enum eh_rc rc = push(s, err);

	s->begun_us = eh_time_steady_us();
	if (rc == EH_OK && !s->asked) {
		rc = eh_stream_read_clock(s, err);
		s->asked = rc == EH_OK;
	}
	prove(s); /* nothing was written since: nothing to wait for */
	return rc == EH_OK ? live(s, err) : rc;
}

/* ---- messages ---------------------------------------------------------------------------- */

static enum eh_rc read_as_text(struct eh_stream *s, struct eh_err *err)
{
	EH_POSITION_AUTO from = {0};
	uint64_t stored = s->stored;

	eh_position_copy(&from, &s->position);
	s->text = true;
	s->accepts_gap = false;
	eh_replication_close(s->link);
	s->link = NULL;
	enum eh_rc rc = eh_stream_resume(s, &from, err);
	s->stored = s->told = stored; /* what was read is not in the store yet */
	return rc;
}

static bool names_our_table(const struct eh_stream *s)
{
	const struct eh_pgoutput *m = s->decoded;

	return m->schema.n == strlen(s->map->schema) && memcmp(m->schema.at, s->map->schema, m->schema.n) == 0 &&
	       m->name.n == strlen(s->map->table) && memcmp(m->name.at, s->map->table, m->name.n) == 0;
}

static enum eh_rc take_relation(struct eh_stream *s, struct eh_err *err)
{
	bool needs_text = false;

	if (s->decoded->relation != s->table) {
		if (!names_our_table(s) || s->commit < s->lenient)
			return EH_OK;
		(void)snprintf(s->gap, sizeof s->gap, "%s.%s is not the table that was read before: it was made anew", s->map->schema,
		               s->map->table);
		(void)eh_fail(err, EH_REFUSED, "data gap: %s", s->gap);
		return eh_hint(err, "register the new table under another source name; the old source keeps its record");
	}
	enum eh_rc rc = eh_stream_describe(s, &needs_text, err);
	return rc == EH_OK && needs_text ? read_as_text(s, err) : rc;
}

static void take_begin(struct eh_stream *s)
{
	s->inside = true;
	s->commit = s->decoded->lsn;
	s->ordinal = 0;
	s->again = s->commit < s->position.lsn; /* the server was told to begin behind it */
}

static void take_commit(struct eh_stream *s)
{
	struct eh_position *p = &s->position;

	s->inside = false;
	if (s->again)
		return;
	p->lsn = s->decoded->end_lsn;
	p->commit = 0;
	p->ordinal = 0;
}

static void move_place(struct eh_stream *s)
{
	s->position.commit = s->commit;
	s->position.ordinal = s->ordinal;
	s->truncated = false;
}

/* A change of our table: its place first, then whether it was read before. */
static enum eh_rc take_change(struct eh_stream *s, const struct eh_change **change, struct eh_err *err)
{
	s->ordinal++;
	if (s->again || (s->commit == s->skip_commit && s->ordinal <= s->skip_ordinal)) {
		s->skipped++;
		return EH_OK;
	}
	enum eh_rc rc = eh_stream_make_change(s, change, err);
	if (rc == EH_REFUSED && s->gap[0] != '\0' && s->commit < s->lenient) {
		s->gap[0] = '\0';
		s->lost++;
		*change = NULL;
		rc = EH_OK;
	}
	s->truncated = rc == EH_OK && *change != NULL && (*change)->kind == EH_CHANGE_TRUNCATE;
	if (rc == EH_OK && !s->truncated)
		move_place(s);
	return rc;
}

static enum eh_rc take_data(struct eh_stream *s, const struct eh_replication_message *message, const struct eh_change **change,
                            struct eh_err *err)
{
	struct eh_pgoutput *m = s->decoded;
	enum eh_rc rc = eh_pgoutput_decode(message->at, message->n, s->table, m, err);

	if (rc != EH_OK)
		return rc;
	switch (m->kind) {
	case EH_PGOUTPUT_BEGIN:
		take_begin(s);
		return EH_OK;
	case EH_PGOUTPUT_COMMIT:
		take_commit(s);
		return EH_OK;
	case EH_PGOUTPUT_RELATION:
		return take_relation(s, err);
	case EH_PGOUTPUT_INSERT:
	case EH_PGOUTPUT_UPDATE:
	case EH_PGOUTPUT_DELETE:
		return m->skipped ? EH_OK : take_change(s, change, err);
	case EH_PGOUTPUT_TRUNCATE:
		return eh_pgoutput_truncates(m, s->table) ? take_change(s, change, err) : EH_OK;
	case EH_PGOUTPUT_ORIGIN:
	case EH_PGOUTPUT_TYPE:
	case EH_PGOUTPUT_MESSAGE:
		break;
	}
	return EH_OK;
}

/* A sign of life between transactions: everything before its place was sent. */
static enum eh_rc take_life(struct eh_stream *s, const struct eh_replication_message *message, struct eh_err *err)
{
	struct eh_position *p = &s->position;

	if (!s->inside && message->end > p->lsn) {
		p->lsn = message->end;
		/* A transaction that was read in part may still be to come. */
		p->ordinal = message->end > p->commit ? 0 : p->ordinal;
		p->commit = message->end > p->commit ? 0 : p->commit;
	}
	return message->wants_answer ? eh_stream_tell_stored(s, false, err) : EH_OK;
}

/* Where the place that was asked for is far away, more is on its way: a reading that ended here would leave the server
 * standing while gather commits and rests. */
static bool more_is_coming(const struct eh_stream *s)
{
	uint64_t at = s->inside && s->commit > s->position.lsn ? s->commit : s->position.lsn;
	int64_t since_us = s->heard_us > s->begun_us ? s->heard_us : s->begun_us;

	return s->asked && at + BACKLOG < s->asked_lsn && eh_time_steady_us() - since_us < BACKLOG_PATIENCE_US;
}

enum eh_rc eh_stream_next_live(struct eh_stream *s, const struct eh_change **change, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;
	bool was_asked = s->asked;

	if (s->truncated)
		move_place(s);
	while (rc == EH_OK && *change == NULL) {
		struct eh_replication_message message;
		bool any = false;

		prove(s);
		if (was_asked && !s->asked)
			break; /* what was there at the begin has been read: T can move */
		rc = eh_replication_next(s->link, &message, &any, err);
		if (rc == EH_OK && !any && more_is_coming(s)) {
			eh_pg_copy_out_nap();
			continue;
		}
		if (rc != EH_OK || !any)
			break;
		s->heard_us = eh_time_steady_us();
		s->waits_us = 0;
		rc = message.data ? take_data(s, &message, change, err) : take_life(s, &message, err);
	}
	return rc;
}
