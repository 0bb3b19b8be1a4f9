/*
 * pgoutput.h - the messages of PostgreSQL's logical replication (pgoutput, protocol 1): a pure function over bytes.
 *
 * The bytes come from a server, so from the outside: each length is held against
 * what is there, each count against a limit, and a message that says less or more
 * than it should is refused whole.  Nothing is copied and nothing allocated: the
 * values point into the message.  The rows of other relations than the one that is
 * asked for are not taken apart.
 *
 * Source: PostgreSQL 15 documentation, "Logical Replication Message Formats".
 *
 * Owner    the caller owns the struct and the bytes; what was decoded ends with the bytes.
 * Threads  any.
 */
#ifndef EH_SOURCE_PGOUTPUT_H
#define EH_SOURCE_PGOUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

#define EH_PGOUTPUT_COLUMNS_MAX 1600 /* columns that a table of PostgreSQL can have */

enum eh_pgoutput_kind {
	EH_PGOUTPUT_BEGIN = 'B',
	EH_PGOUTPUT_COMMIT = 'C',
	EH_PGOUTPUT_ORIGIN = 'O',
	EH_PGOUTPUT_RELATION = 'R',
	EH_PGOUTPUT_TYPE = 'Y',
	EH_PGOUTPUT_INSERT = 'I',
	EH_PGOUTPUT_UPDATE = 'U',
	EH_PGOUTPUT_DELETE = 'D',
	EH_PGOUTPUT_TRUNCATE = 'T',
	EH_PGOUTPUT_MESSAGE = 'M'
};

enum eh_pgoutput_form {
	EH_PGOUTPUT_NULL = 'n',
	EH_PGOUTPUT_UNCHANGED = 'u', /* a large value that an UPDATE did not touch: it is not sent */
	EH_PGOUTPUT_TEXT = 't',
	EH_PGOUTPUT_BINARY = 'b'
};

struct eh_pgoutput_value {
	enum eh_pgoutput_form form;
	uint32_t n;
	const char *at; /* not NUL-ended */
};

/* Which columns of the old row came. */
enum eh_pgoutput_old { EH_PGOUTPUT_NO_OLD, EH_PGOUTPUT_OLD_KEY = 'K', EH_PGOUTPUT_OLD_ROW = 'O' };

struct eh_pgoutput_column {
	struct eh_text name;
	uint32_t type; /* oid */
	bool key;      /* part of the replica identity */
};

struct eh_pgoutput {
	enum eh_pgoutput_kind kind;

	/* begin: where the transaction's commit stands in the log.  commit: the same, and where it ends.
	 * message, origin: lsn. */
	uint64_t lsn, end_lsn;
	int64_t commit_us; /* begin, commit: microseconds since 1970 */
	uint32_t xid;      /* begin */

	uint32_t relation; /* relation, insert, update, delete */
	bool skipped;      /* insert, update, delete: of another relation than was asked for */

	/* relation */
	struct eh_text schema, name;
	char replica_identity; /* d: key, n: nothing, f: full, i: an index */

	/* relation: `columns`; insert, update: `values`; update, delete: `olds`, all columns_n or 0. */
	size_t columns_n, values_n, olds_n;
	enum eh_pgoutput_old old;

	/* truncate */
	bool cascade, restart;
	uint32_t relations_n;
	const char *relations; /* their oids, as they came */

	/* message */
	bool transactional;
	struct eh_text prefix, content;

	struct eh_pgoutput_column columns[EH_PGOUTPUT_COLUMNS_MAX];
	struct eh_pgoutput_value values[EH_PGOUTPUT_COLUMNS_MAX], olds[EH_PGOUTPUT_COLUMNS_MAX];
};

/* Takes the message at[0..n) apart; rows only where they are of `relation` (0: of any).  EH_REFUSED where it is none. */
EH_MUST enum eh_rc eh_pgoutput_decode(const char *at, size_t n, uint32_t relation, struct eh_pgoutput *out,
                                      struct eh_err *err);

/* Whether a truncate names the relation. */
bool eh_pgoutput_truncates(const struct eh_pgoutput *message, uint32_t relation);

#endif
