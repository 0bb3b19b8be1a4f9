/*
 * stream_open.c - whether a table can be streamed exactly, and what it must be given if not; see stream.h.
 */
#include <string.h>

#include "source/fit_part.h"
#include "source/sql.h"
#include "source/stream_part.h"

static enum eh_rc refuse(struct eh_stream *s, const char *what, const char *hint, struct eh_err *err)
{
	(void)eh_fail(err, EH_REFUSED, "%s", what);
	return eh_hint(err, "%s; `evenhand doctor --source %s --sql` prints all that is missing", hint, s->map->source);
}

static enum eh_rc check_server(struct eh_stream *s, const PGresult *res, struct eh_err *err)
{
	if (eh_pg_bool(res, 0, 4))
		return refuse(s, "the source's server is a standby, and PostgreSQL 15 has no logical decoding on a standby",
		              "name the primary server in the map's `conninfo`, or read the standby by `mode: poll`", err);
	if (eh_pg_server_major(s->pg) < 15)
		return refuse(s, "the source's server is older than PostgreSQL 15", "read it by `mode: poll`", err);
	if (strcmp(eh_pg_text(res, 0, 6), "logical") != 0)
		return refuse(s, "wal_level of the source's server is not logical, so there is nothing to stream",
		              "set wal_level = logical there and restart it, or read it by `mode: poll`", err);
	return EH_OK;
}

static enum eh_rc check_table(struct eh_stream *s, const PGresult *res, struct eh_err *err)
{
	const char *kind = eh_pg_text(res, 0, 1);
	char what[256];

	(void)snprintf(what, sizeof what, "%s.%s is neither a plain nor a partitioned table", s->map->schema, s->map->table);
	if (strcmp(kind, "r") != 0 && strcmp(kind, "p") != 0)
		return refuse(s, what, "name the table behind the view", err);
	(void)snprintf(what, sizeof what, "%s.%s is not logged, so its changes are in no stream", s->map->schema, s->map->table);
	if (strcmp(eh_pg_text(res, 0, 2), "p") != 0)
		return refuse(s, what, "run: ALTER TABLE ... SET LOGGED", err);
	return EH_OK;
}

/* REPLICA IDENTITY FULL would make the table's own UPDATE fail under somebody else's publication with a column list. */
static enum eh_rc check_others(struct eh_stream *s, const struct eh_fit_facts *facts, struct eh_err *err)
{
	const char *why;
	const struct eh_fit_publication *other = eh_fit_stands_against(facts, &why);

	if (other == NULL)
		return EH_OK;
	return refuse(s, eh_arena_printf(s->arena, "publication %s stands against REPLICA IDENTITY FULL of %s: %s", other->name,
	                                 s->table_name, why),
	              "mend that publication first", err);
}

/* Only where the database is the store's own and the table is ours: elsewhere nothing is made.  Each partition has a
 * replica identity of its own, and by the root's the server says whether an old row is whole. */
static enum eh_rc publish(struct eh_stream *s, bool there, struct eh_err *err)
{
	const struct eh_fit_wish wish = {.mode = EH_MAP_MODE_STREAM, .corrections = true};
	const char *name = eh_pg_quote_ident(s->arena, s->publication);
	struct eh_fit_facts facts;
	EH_BUF_AUTO sql = {0};
	enum eh_rc rc = eh_fit_facts(s->arena, s->pg, s->map, &wish, &facts, err);

	if (rc == EH_OK)
		rc = check_others(s, &facts, err);
	if (rc != EH_OK)
		return rc;
	eh_buf_printf(&sql, "BEGIN READ WRITE; ALTER TABLE %s REPLICA IDENTITY FULL;", s->table_name);
	for (size_t i = 0; i < facts.leaves; i++)
		eh_buf_printf(&sql, " ALTER TABLE %s.%s REPLICA IDENTITY FULL;", eh_pg_quote_ident(s->arena, facts.leaf[i].schema),
		              eh_pg_quote_ident(s->arena, facts.leaf[i].table));
	if (there)
		eh_buf_printf(&sql, " ALTER PUBLICATION %s ADD TABLE %s; COMMIT", name, s->table_name);
	else
		eh_buf_printf(&sql, " CREATE PUBLICATION %s FOR TABLE %s WITH (publish_via_partition_root = true); COMMIT", name, s->table_name);
	rc = eh_pg_exec_script(s->pg, sql.data, err);
	if (rc != EH_OK)
		eh_pg_rollback(s->pg);
	return rc == EH_OK ? rc : eh_while(err, "making the publication %s", s->publication);
}

static enum eh_rc read_publication(struct eh_stream *s, PGresult **res, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, s->publication);
	eh_pg_arg_text(&args, s->map->schema);
	eh_pg_arg_text(&args, s->map->table);
	return eh_pg_query(s->pg, &eh_sql_source_stream_publication, &args, res, err);
}

static enum eh_rc refuse_publication(struct eh_stream *s, bool there, bool partitioned, struct eh_err *err)
{
	const char *what, *fix;

	what = there ? eh_arena_printf(s->arena, "the publication %s does not publish %s.%s%s", s->publication, s->map->schema,
	                               s->map->table, partitioned ? " through its root" : "")
	             : eh_arena_printf(s->arena, "there is no publication %s", s->publication);
	fix = there ? eh_arena_printf(s->arena, "as the table's owner run: ALTER PUBLICATION %s %s",
	                              eh_pg_quote_ident(s->arena, s->publication),
	                              partitioned ? "SET (publish_via_partition_root = true)"
	                                          : eh_arena_printf(s->arena, "ADD TABLE %s", s->table_name))
	            : eh_arena_printf(s->arena, "as the table's owner run: CREATE PUBLICATION %s FOR TABLE %s%s",
	                              eh_pg_quote_ident(s->arena, s->publication), s->table_name,
	                              partitioned ? " WITH (publish_via_partition_root = true)" : "");
	return refuse(s, what, fix, err);
}

static enum eh_rc check_publication(struct eh_stream *s, const PGresult *table, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	bool partitioned = strcmp(eh_pg_text(table, 0, 1), "p") == 0, own = eh_pg_bool(table, 0, 7);
	bool full = strcmp(eh_pg_text(table, 0, 3), "f") == 0;
	enum eh_rc rc = read_publication(s, &res, err);

	if (rc == EH_OK && s->map->conninfo == NULL && own && (PQntuples(res) == 0 || !eh_pg_bool(res, 0, 6))) {
		rc = publish(s, PQntuples(res) > 0, err);
		PQclear(res);
		res = NULL;
		full = true;
		if (rc == EH_OK)
			rc = read_publication(s, &res, err);
	}
	if (rc != EH_OK)
		return rc;
	bool there = PQntuples(res) > 0;
	if (!there || !eh_pg_bool(res, 0, 6) || (partitioned && !eh_pg_bool(res, 0, 4)))
		return refuse_publication(s, there, partitioned && there && eh_pg_bool(res, 0, 6), err);
	if (!eh_pg_bool(res, 0, 0))
		return refuse(s, "the publication does not publish inserts", "as the table's owner run: ALTER PUBLICATION ... SET (publish = 'insert')",
		              err);
	s->filter = eh_pg_null(res, 0, 5) ? NULL : eh_arena_strdup(s->arena, eh_pg_text(res, 0, 5));
	bool changes = eh_pg_bool(res, 0, 1) || eh_pg_bool(res, 0, 2);
	if (changes && !full && !partitioned && s->map->identity != EH_MAP_IDENTITY_TRACKED)
		s->advice = "updates and deletes of the table come without the old row, so the first of them will stop the source: "
			    "where rows are corrected, its owner should run ALTER TABLE ... REPLICA IDENTITY FULL";
	return EH_OK;
}

/* A value of the table must read the same as in a poll; rows that this role may not see would be in the stream. */
static const char session[] = "SET jit = off; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
			      "SET default_transaction_read_only = on; SET row_security = off; SET search_path = pg_catalog";

static enum eh_rc check_id(struct eh_stream *s, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, s->table);
	eh_pg_arg_text(&args, s->map->columns[s->map->id].name);
	enum eh_rc rc = eh_pg_query(s->pg, &eh_sql_source_stream_unique_id, &args, &res, err);
	if (rc == EH_OK)
		s->id_unique = eh_pg_bool(res, 0, 0);
	return rc;
}

enum eh_rc eh_stream_read_look(struct eh_stream *s, int64_t *looked, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, s->table);
	enum eh_rc rc = eh_pg_query(s->pg, &eh_sql_source_poll_look, &args, &res, err);
	if (rc == EH_OK)
		*looked = PQntuples(res) == 1 ? eh_pg_int8(res, 0, 3) : 0;
	return rc;
}

static enum eh_rc read_columns(struct eh_stream *s, struct eh_err *err)
{
	EH_BUF_AUTO list = {0};
	enum eh_rc rc = eh_stream_read_look(s, &s->looked, err);

	if (rc == EH_OK)
		rc = eh_poll_columns(s->arena, s->pg, s->map, s->table, s->forms, &list, err);

	if (rc == EH_OK)
		s->columns = eh_arena_strdup(s->arena, list.data);
	return rc;
}

enum eh_rc eh_stream_look_at_table(struct eh_stream *s, struct eh_err *err)
{
	const struct eh_map *map = s->map;
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	enum eh_rc rc = eh_pg_exec_script(s->pg, session, err);

	eh_pg_arg_text(&args, map->schema);
	eh_pg_arg_text(&args, map->table);
	if (rc == EH_OK)
		rc = eh_pg_query(s->pg, &eh_sql_source_stream_table, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "the table %s.%s does not exist", map->schema, map->table);
		return eh_hint(err, "import a file with this map first, or correct `table` and `conninfo` in the map");
	}
	s->table = (uint32_t)eh_pg_int8(res, 0, 0);
	s->utf8_known = strcmp(eh_pg_text(res, 0, 5), "SQL_ASCII") != 0;
	rc = check_server(s, res, err);
	if (rc == EH_OK)
		rc = check_table(s, res, err);
	if (rc == EH_OK)
		rc = read_columns(s, err);
	if (rc == EH_OK)
		rc = check_publication(s, res, err);
	return rc == EH_OK ? check_id(s, err) : rc;
}
