/*
 * poll_part.h - what a poll reader holds; for the files of the reader only.
 *
 * Threads  none.
 */
#ifndef EH_SOURCE_POLL_PART_H
#define EH_SOURCE_POLL_PART_H

#include "source/poll.h"
#include "source/poll_columns.h"

struct eh_poll {
	struct eh_pg *pg;
	const struct eh_map *map;
	int64_t table; /* oid */
	bool utf8_known, id_unique, scenario;
	enum eh_poll_form *forms;
	struct eh_field *fields;
	struct eh_row row;
	const char *table_name, *xid; /* quoted */
	char *lock_sql, *columns;     /* the select list */

	struct eh_position position;
	struct eh_buf snapshot; /* of this reading */
	int64_t clock_us;
	bool streaming;
	struct eh_buf sql;
	char *message; /* of the server: the row that was given out last */
};

#endif
