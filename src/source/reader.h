/*
 * reader.h - what gather asks of any reader of a decision log, however the log is read (law 2).
 *
 * A reader turns a table into changes, and says after each of them the place where a
 * later reader goes on.  Use:
 *
 *   open
 *   begin(place), next ... until NULL, end     once for history, then for each reading
 *   follow                                     before the first reading that is not history
 *   durable(place)                             what is stored, so that the source may forget it
 *   wait                                       until there is something to read
 *   close
 *
 * A reading that was begun may be ended after any next; the next one begins from
 * the place that was stored.  NULL means that there is nothing more now.
 *
 * The clock of a reading is the source's T: every change that was committed before it
 * lies before the NULL of that reading, or of an earlier one.
 *
 * Owner    the caller owns connection, map and arena, and closes the reader before them; a
 *          change and its rows live until the next call.
 * Threads  none; eh_reader_durable() too is called by the thread that reads.
 */
#ifndef EH_SOURCE_READER_H
#define EH_SOURCE_READER_H

#include <signal.h>

#include "base/arena.h"
#include "decision/decision.h"
#include "decision/map.h"
#include "pg/pg.h"
#include "source/position.h"

enum eh_change_kind {
	EH_CHANGE_ADD,
	EH_CHANGE_REPLACE, /* the row `old` is `row` now */
	EH_CHANGE_TAKE,    /* the row `old` is gone */
	EH_CHANGE_TRUNCATE, /* every row that was delivered so far is gone */
	EH_CHANGE_PLACE     /* nothing changed: what was open is whole */
};

/* What an ADD of alike rows tells of them (pushdown). */
enum eh_change_part {
	EH_CHANGE_WHOLE,   /* a row as it stands in the table */
	EH_CHANGE_COUNTS,  /* groups, strata, lineage, decision: what is counted */
	EH_CHANGE_MEASURES /* groups, decision, and one of the measures: what is summed beside the counts */
};

struct eh_change {
	enum eh_change_kind kind;
	const struct eh_row *row; /* ADD, REPLACE */
	const struct eh_row *old; /* REPLACE, TAKE */
	uint64_t n;               /* alike rows that the change stands for; 1 but in pushdown */
	enum eh_change_part part;
	int measure; /* of MEASURES: 0 the score, 1 + f feature f, 1 + features_n + l the lineage role l */
	bool outcome; /* the rows are of the map's table of outcomes */
	bool open;   /* what it begins goes on with the next change: no commit may come between */
};

struct eh_reader_options {
	uint32_t connections;              /* that history may be read by, where the reader can; 0: one */
	bool history_only;                 /* nothing is read after history, and nothing is left behind in the source */
	const volatile sig_atomic_t *stop; /* NULL, or set by a signal handler: what waits for others is given up */
};

/* Where a source stands that keeps what was not read yet: for who watches it. */
struct eh_reader_state {
	uint64_t system;
	uint32_t timeline;
	const char *slot;
	uint64_t restart, confirmed, head; /* places in its log: kept from, acknowledged, written */
	int64_t retained_bytes;            /* head - restart: what the source keeps for us */
	int64_t lag_bytes;                 /* head - what was read */
	const char *wal_status;            /* reserved, extended, unreserved, lost */
	int64_t skipped;                   /* changes that came again and were counted before */
	int64_t lost;                      /* changes passed over under an accepted gap */
};

struct eh_source_reader;

/* What each kind of reader brings.  Those of the second group may be NULL. */
struct eh_reader_ops {
	enum eh_rc (*begin)(struct eh_source_reader *reader, const struct eh_position *from, struct eh_err *err);
	enum eh_rc (*next)(struct eh_source_reader *reader, const struct eh_change **change, struct eh_err *err);
	enum eh_rc (*end)(struct eh_source_reader *reader, struct eh_err *err);
	enum eh_rc (*follow)(struct eh_source_reader *reader, struct eh_err *err);
	enum eh_rc (*wait)(struct eh_source_reader *reader, int ms, struct eh_err *err);
	void (*use_scenario)(struct eh_source_reader *reader);
	struct eh_position *(*position)(struct eh_source_reader *reader);
	int64_t (*clock_us)(const struct eh_source_reader *reader);
	int64_t (*proven_us)(const struct eh_source_reader *reader);
	bool (*caught_up)(const struct eh_source_reader *reader);
	bool (*id_is_unique)(const struct eh_source_reader *reader);
	bool (*outcome_is_unique)(const struct eh_source_reader *reader); /* NULL: no table of outcomes */
	void (*close)(struct eh_source_reader *reader);

	enum eh_rc (*prepare_again)(struct eh_source_reader *reader, struct eh_err *err);
	bool (*reaches)(const struct eh_source_reader *reader, const struct eh_position *place);
	enum eh_rc (*begin_again)(struct eh_source_reader *reader, const struct eh_position *place, struct eh_err *err);
	void (*tell_early)(struct eh_source_reader *reader, int64_t after_us);
	enum eh_rc (*durable)(struct eh_source_reader *reader, const struct eh_position *place, struct eh_err *err);
	enum eh_rc (*look)(struct eh_source_reader *reader, const struct eh_reader_state **out, struct eh_err *err);
	const char *(*gap)(const struct eh_source_reader *reader);
	void (*accept_gap)(struct eh_source_reader *reader);
	const char *(*advice)(struct eh_source_reader *reader);
};

struct eh_source_reader {
	const struct eh_reader_ops *ops;
};

/* Looks at the table as the map's mode reads it.  EH_REFUSED, naming what is missing, where it cannot be
 * read exactly.  `pg` is an ordinary connection to the source, which the reader alone uses from here on. */
EH_MUST enum eh_rc eh_reader_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                                  const struct eh_reader_options *options, struct eh_source_reader **out, struct eh_err *err);

/* Frees what the arena does not; NULL is allowed. */
static inline void eh_reader_close(struct eh_source_reader *reader)
{
	if (reader != NULL)
		reader->ops->close(reader);
}

/* Begins a reading from a place; kind NONE: history from its first row.  EH_REFUSED where this table
 * cannot be read on from there. */
EH_MUST static inline enum eh_rc eh_reader_begin(struct eh_source_reader *reader, const struct eh_position *from,
                                                 struct eh_err *err)
{
	return reader->ops->begin(reader, from, err);
}

/* Before the place is known: looks at the rows as they are now, so that a gather that follows can pass the look. */
EH_MUST static inline enum eh_rc eh_reader_prepare_again(struct eh_source_reader *reader, struct eh_err *err)
{
	return reader->ops->prepare_again != NULL ? reader->ops->prepare_again(reader, err) : EH_OK;
}

/* Whether the place lies behind that look. */
static inline bool eh_reader_reaches(const struct eh_source_reader *reader, const struct eh_position *place)
{
	return reader->ops->reaches == NULL || reader->ops->reaches(reader, place);
}

/* Begins a reading of all rows that were read up to a place, as they are now or, of a stream, as they were there: what
 * recompute compares.  They come as whole ADDs, and then of a stream as changes; eh_reader_position() means nothing in it. */
EH_MUST static inline enum eh_rc eh_reader_begin_again(struct eh_source_reader *reader, const struct eh_position *place,
                                                       struct eh_err *err)
{
	if (reader->ops->begin_again == NULL)
		return eh_fail(err, EH_REFUSED, "a source of this mode cannot be read again");
	return reader->ops->begin_again(reader, place, err);
}

/* The next change, or NULL: nothing more now. */
EH_MUST static inline enum eh_rc eh_reader_next(struct eh_source_reader *reader, const struct eh_change **change,
                                                struct eh_err *err)
{
	return reader->ops->next(reader, change, err);
}

/* Ends a reading, also in its middle. */
EH_MUST static inline enum eh_rc eh_reader_end(struct eh_source_reader *reader, struct eh_err *err)
{
	return reader->ops->end(reader, err);
}

/* From here on eh_reader_wait() hears of new rows where the source can tell. */
EH_MUST static inline enum eh_rc eh_reader_follow(struct eh_source_reader *reader, struct eh_err *err)
{
	return reader->ops->follow(reader, err);
}

/* Everything up to the place is in the store: the source need not keep it.  Called now and then also where
 * nothing is new: the source may want to hear that its reader lives. */
EH_MUST static inline enum eh_rc eh_reader_durable(struct eh_source_reader *reader, const struct eh_position *place,
                                                   struct eh_err *err)
{
	return reader->ops->durable != NULL ? reader->ops->durable(reader, place, err) : EH_OK;
}

/* Returns when there may be something to read, `ms` passed, or a signal arrived. */
EH_MUST static inline enum eh_rc eh_reader_wait(struct eh_source_reader *reader, int ms, struct eh_err *err)
{
	return reader->ops->wait(reader, ms, err);
}

/* The clock is the generator's from here on: evenhand_import.scenario_clock in the source's database. */
static inline void eh_reader_use_scenario(struct eh_source_reader *reader)
{
	reader->ops->use_scenario(reader);
}

/* Rows decided after that instant have a fate of their own: they come one by one, never grouped with others.  To be
 * said between begin and the first next of a reading. */
static inline void eh_reader_tell_early(struct eh_source_reader *reader, int64_t after_us)
{
	if (reader->ops->tell_early != NULL)
		reader->ops->tell_early(reader, after_us);
}

/* The place after the last change; after the NULL, that everything was read.  The caller keeps last_us in it.  After a
 * TRUNCATE it stands before it until the next is asked for: to take everything off may need several commits. */
static inline struct eh_position *eh_reader_position(struct eh_source_reader *reader)
{
	return reader->ops->position(reader);
}

/* The source's clock when the reading was begun: what T is when all of it has been read.  INT64_MIN: none is known yet. */
static inline int64_t eh_reader_clock_us(const struct eh_source_reader *reader)
{
	return reader->ops->clock_us(reader);
}

/* After the NULL: everything that was committed before this instant has been read.  The clock of the reading, or
 * that of an earlier one where the source has not sent so far yet. */
static inline int64_t eh_reader_proven_us(const struct eh_source_reader *reader)
{
	return reader->ops->proven_us(reader);
}

/* Where the source stands, now and then; *out is NULL where there is nothing new to say, or never is. */
EH_MUST static inline enum eh_rc eh_reader_look(struct eh_source_reader *reader, const struct eh_reader_state **out,
                                                struct eh_err *err)
{
	*out = NULL;
	return reader->ops->look != NULL ? reader->ops->look(reader, out, err) : EH_OK;
}

/* Where begin was refused because changes are lost for ever: what happened.  NULL: it was not for that. */
static inline const char *eh_reader_gap(const struct eh_source_reader *reader)
{
	return reader->ops->gap != NULL ? reader->ops->gap(reader) : NULL;
}

/* A person accepted, on the record, that changes are lost: the next begin goes on behind them. */
static inline void eh_reader_accept_gap(struct eh_source_reader *reader)
{
	if (reader->ops->accept_gap != NULL)
		reader->ops->accept_gap(reader);
}

/* What the source's operator should know, said once; or NULL. */
static inline const char *eh_reader_advice(struct eh_source_reader *reader)
{
	return reader->ops->advice != NULL ? reader->ops->advice(reader) : NULL;
}

/* Whether what was there when the reader first began to read live has been read. */
static inline bool eh_reader_caught_up(const struct eh_source_reader *reader)
{
	return reader->ops->caught_up(reader);
}

/* False where no unique index guards the id column: a row inserted twice is counted twice. */
static inline bool eh_reader_id_is_unique(const struct eh_source_reader *reader)
{
	return reader->ops->id_is_unique(reader);
}

/* The same of the table of outcomes. */
static inline bool eh_reader_outcome_is_unique(const struct eh_source_reader *reader)
{
	return reader->ops->outcome_is_unique != NULL && reader->ops->outcome_is_unique(reader);
}

#endif
