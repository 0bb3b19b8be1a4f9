/*
 * stream_part.h - what a stream reader holds; for the files of the reader only.
 *
 * Threads  none.
 */
#ifndef EH_SOURCE_STREAM_PART_H
#define EH_SOURCE_STREAM_PART_H

#include "pg/replication.h"
#include "source/denied.h"
#include "source/pgoutput.h"
#include "source/stream.h"
#include "source/stream_row.h"

/* A row that is given out, and what had to be written anew for it. */
struct eh_stream_image {
	struct eh_row row;
	struct eh_field *fields;
	struct eh_buf *scratch; /* one a column */
};

struct eh_stream {
	struct eh_source_reader reader; /* first: it is what gather holds */
	struct eh_arena *arena;
	struct eh_pg *pg; /* the ordinary connection: catalogue, snapshot, clock */
	const struct eh_map *map;
	struct eh_reader_options options;

	/* The table, as the catalogue has it. */
	uint32_t table;
	int64_t looked; /* changes with the table's file and columns */
	bool utf8_known, id_unique, scenario;
	const char *table_name; /* quoted */
	const char *slot, *publication;
	const char *filter; /* the publication's row filter, or NULL */
	const char *advice;
	bool advised;

	struct eh_position position;
	struct eh_change change;
	struct eh_stream_image now, was;

	/* History. */
	bool to_make;  /* the slot is made by the next next() */
	bool copying;
	enum eh_poll_form *forms;
	const char *columns; /* the select list */
	char *message;       /* of the server: the row that was given out last */

	/* Live. */
	struct eh_replication *link;
	bool text;          /* columns come as text */
	bool described;     /* the stream has described the table */
	bool id_is_key;     /* the id is part of the replica identity: where no old key comes, it is as it was */
	bool inside, again; /* in a transaction; in one that was read before */
	bool truncated;     /* a truncate was given out, and the place still stands before it */
	uint64_t commit, ordinal; /* of the transaction at hand, and its changes so far */
	uint64_t skip_commit, skip_ordinal; /* changes of that transaction that were read before */
	uint64_t stored, told; /* places: durable in the store, and told to the server */
	int64_t told_us, waits_us; /* steady times; waits_us: since when it owes us an answer, 0: it does not */
	int64_t heard_us;
	int64_t begun_us; /* steady time: of this reading */
	struct eh_pgoutput *decoded;
	struct eh_stream_column *column; /* one a mapped column */
	struct eh_stream_known known[EH_STREAM_KNOWN_MAX];
	size_t known_n;
	int64_t skipped;

	/* T. */
	int64_t clock_us, proven_us;
	bool asked, caught_up;
	uint64_t asked_lsn;
	int64_t asked_at_us; /* steady time */
	int64_t beat_us;     /* of the last heartbeat */
	bool may_not_beat;

	/* What is lost: why begin was refused, or a change could not be read.  Where a person accepted it, changes that
	 * cannot be read and were committed before `lenient` are passed over, and counted. */
	char gap[256];
	char undescribed[256]; /* why rows as the stream described them cannot be read */
	bool accepts_gap;
	uint64_t lenient;
	int64_t lost;
	/* Reading again, for recompute. */
	bool compares, changing, undoes;
	bool followed; /* a gather reads from the source's slot */
	char moment[EH_REPLICATION_NAME]; /* the slot of the moment */
	uint64_t moment_lsn;              /* 0: there is none */
	struct eh_position place;         /* up to which the rows are wanted */

	struct eh_reader_state state;
	int64_t looked_us;
	char state_slot[EH_REPLICATION_NAME], state_wal[16];
};

/* stream_open.c */
EH_MUST enum eh_rc eh_stream_look_at_table(struct eh_stream *s, struct eh_err *err);

EH_MUST enum eh_rc eh_stream_read_look(struct eh_stream *s, int64_t *looked, struct eh_err *err);

/* stream_slot.c: opens the second connection and holds the slot against the place that was stored. */
EH_MUST enum eh_rc eh_stream_resume(struct eh_stream *s, const struct eh_position *from, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_start(struct eh_stream *s, struct eh_err *err); /* from s->position */
EH_MUST enum eh_rc eh_stream_identify(struct eh_stream *s, struct eh_replication_system *system, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_slot_exists(struct eh_stream *s, bool *exists, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_slot_is_read(struct eh_stream *s, bool *is_read, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_drop_slot(struct eh_stream *s, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_read_state(struct eh_stream *s, const struct eh_reader_state **out, struct eh_err *err);

/* stream_copy.c: history. */
EH_MUST enum eh_rc eh_stream_begin_history(struct eh_stream *s, const struct eh_position *from, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_begin_copy(struct eh_stream *s, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_next_copied(struct eh_stream *s, const struct eh_change **change, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_end_history(struct eh_stream *s, struct eh_err *err);

/* stream_live.c */
EH_MUST enum eh_rc eh_stream_begin_live(struct eh_stream *s, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_next_live(struct eh_stream *s, const struct eh_change **change, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_tell_stored(struct eh_stream *s, bool answer, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_read_clock(struct eh_stream *s, struct eh_err *err);

/* stream_again.c: the rows as they stood at a place. */
EH_MUST enum eh_rc eh_stream_prepare_again(struct eh_stream *s, struct eh_err *err);
bool eh_stream_reaches(const struct eh_stream *s, const struct eh_position *place);
EH_MUST enum eh_rc eh_stream_begin_again(struct eh_stream *s, const struct eh_position *place, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_next_again(struct eh_stream *s, const struct eh_change **change, struct eh_err *err);

/* stream_change.c: a decoded change of the table, or *change NULL where it changes nothing that is mapped. */
EH_MUST enum eh_rc eh_stream_describe(struct eh_stream *s, bool *needs_text, struct eh_err *err);
EH_MUST enum eh_rc eh_stream_make_change(struct eh_stream *s, const struct eh_change **change, struct eh_err *err);

#endif
