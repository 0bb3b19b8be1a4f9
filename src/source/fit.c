/*
 * fit.c - the facts about a source's server and table; see fit.h.
 */
#include <string.h>

#include "source/fit_part.h"
#include "source/sql.h"

struct eh_fit_wish eh_fit_wish_of(const struct eh_map *map)
{
	return (struct eh_fit_wish){
		.mode = map->mode,
		.corrections = map->outcome >= 0 || map->identity != EH_MAP_IDENTITY_POSITION,
	};
}

static const char *text_at(struct eh_arena *arena, const PGresult *res, int row, int col)
{
	const char *text = eh_pg_text(res, row, col);

	return text == NULL ? NULL : eh_arena_strdup(arena, text);
}

static enum eh_rc look_at_server(struct eh_arena *arena, struct eh_pg *pg, struct eh_fit_facts *f, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	EH_PGRESULT_AUTO roles = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, f->slot);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_source_fit_server, &args, &res, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_source_fit_store_roles, NULL, &roles, err);
	if (rc != EH_OK)
		return rc;
	f->version = (int)eh_pg_int8(res, 0, 0);
	f->standby = eh_pg_bool(res, 0, 1);
	f->wal_level = text_at(arena, res, 0, 2);
	f->slots = eh_pg_int8(res, 0, 3);
	f->slots_used = eh_pg_int8(res, 0, 4);
	f->senders = eh_pg_int8(res, 0, 5);
	f->senders_used = eh_pg_int8(res, 0, 6);
	f->wal_keep_bytes = eh_pg_int8(res, 0, 7);
	f->database = text_at(arena, res, 0, 8);
	f->role = text_at(arena, res, 0, 9);
	f->super = eh_pg_bool(res, 0, 10);
	f->replication = f->super || eh_pg_bool(res, 0, 11);
	f->sees_all_rows = f->super || eh_pg_bool(res, 0, 12);
	f->may_emit = eh_pg_bool(res, 0, 13);
	f->slot_there = eh_pg_bool(res, 0, 14);
	f->wal_status = text_at(arena, res, 0, 15);
	f->store_roles = text_at(arena, roles, 0, 0);
	return EH_OK;
}

static const char *const *column_names(struct eh_arena *arena, const struct eh_map *map)
{
	const char **names = eh_arena_zalloc(arena, map->columns_n, sizeof *names);

	for (size_t i = 0; i < map->columns_n; i++)
		names[i] = map->columns[i].name;
	return names;
}

static enum eh_rc look_at_table(struct eh_arena *arena, struct eh_pg *pg, struct eh_fit_facts *f, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, f->map->schema);
	eh_pg_arg_text(&args, f->map->table);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_source_fit_table, &args, &res, err);
	f->table_there = rc == EH_OK && PQntuples(res) == 1;
	if (!f->table_there)
		return rc;
	f->table = eh_pg_int8(res, 0, 0);
	f->kind = *eh_pg_text(res, 0, 1);
	f->persistence = *eh_pg_text(res, 0, 2);
	f->owner = text_at(arena, res, 0, 3);
	f->may_select = eh_pg_bool(res, 0, 4);
	f->may_use_schema = eh_pg_bool(res, 0, 5);
	f->rows_hidden = eh_pg_bool(res, 0, 6) && !f->sees_all_rows;
	f->owner_may_publish = eh_pg_bool(res, 0, 7);
	f->has_children = eh_pg_bool(res, 0, 8);
	f->owns_it = eh_pg_bool(res, 0, 9);
	f->identity = *eh_pg_text(res, 0, 10);
	return EH_OK;
}

static enum eh_rc look_at_columns(struct eh_arena *arena, struct eh_pg *pg, struct eh_fit_facts *f, struct eh_err *err)
{
	EH_PGRESULT_AUTO missing = NULL;
	EH_PGRESULT_AUTO xid = NULL;
	EH_PGRESULT_AUTO unique = NULL;
	struct eh_pg_args table = {0}, columns = {0}, id = {0};

	eh_pg_arg_int8(&table, f->table);
	eh_pg_arg_int8(&columns, f->table);
	eh_pg_arg_text_array(&columns, arena, column_names(arena, f->map), f->map->columns_n);
	eh_pg_arg_int8(&id, f->table);
	eh_pg_arg_text(&id, f->map->columns[f->map->id].name);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_source_fit_missing_columns, &columns, &missing, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_source_poll_xid_columns, &table, &xid, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_source_poll_unique_id, &id, &unique, err);
	if (rc != EH_OK)
		return rc;
	f->missing_columns = text_at(arena, missing, 0, 0);
	f->unique_id = eh_pg_bool(unique, 0, 0);
	if (PQntuples(xid) == 0 || (!eh_pg_bool(xid, 0, 3) && !eh_pg_bool(xid, 0, 2)))
		return EH_OK;
	f->xid = text_at(arena, xid, 0, 0);
	f->xid_not_null = eh_pg_bool(xid, 0, 1);
	f->xid_indexed = eh_pg_bool(xid, 0, 2);
	return EH_OK;
}

static enum eh_rc look_at_triggers(struct eh_arena *arena, struct eh_pg *pg, struct eh_fit_facts *f, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, f->table);
	eh_pg_arg_text(&args, eh_arena_printf(arena, "evenhand_%s", f->map->source));
	eh_pg_arg_bool(&args, f->map->identity != EH_MAP_IDENTITY_POSITION);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_source_fit_notifies, &args, &res, err);
	f->notifies = rc == EH_OK && eh_pg_bool(res, 0, 0);
	return rc;
}

static enum eh_rc look_at_leaves(struct eh_arena *arena, struct eh_pg *pg, struct eh_fit_facts *f, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, f->table);
	eh_pg_arg_text(&args, f->map->columns[f->map->id].name);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_source_fit_leaves, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	f->leaves = (size_t)PQntuples(res);
	f->leaf = eh_arena_zalloc(arena, f->leaves, sizeof *f->leaf);
	for (int i = 0; i < PQntuples(res); i++)
		f->leaf[i] = (struct eh_fit_leaf){.oid = eh_pg_int8(res, i, 0),
		                                  .schema = text_at(arena, res, i, 1),
		                                  .table = text_at(arena, res, i, 2),
		                                  .kind = *eh_pg_text(res, i, 3),
		                                  .persistence = *eh_pg_text(res, i, 4),
		                                  .identity = *eh_pg_text(res, i, 5),
		                                  .has_key = eh_pg_bool(res, i, 6),
		                                  .key_holds_id = eh_pg_bool(res, i, 7),
		                                  .key = text_at(arena, res, i, 8)};
	return EH_OK;
}

static const struct eh_fit_leaf *leaf_of(const struct eh_fit_facts *f, int64_t oid)
{
	for (size_t i = 0; i < f->leaves; i++)
		if (f->leaf[i].oid == oid)
			return &f->leaf[i];
	return NULL;
}

static enum eh_rc look_at_publications(struct eh_arena *arena, struct eh_pg *pg, struct eh_fit_facts *f, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	int64_t *oids = eh_arena_zalloc(arena, f->leaves, sizeof *oids);

	for (size_t i = 0; i < f->leaves; i++)
		oids[i] = f->leaf[i].oid;
	eh_pg_arg_int8_array(&args, arena, oids, f->leaves);
	eh_pg_arg_text_array(&args, arena, column_names(arena, f->map), f->map->columns_n);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_source_fit_publications, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	f->publications_n = (size_t)PQntuples(res);
	f->publications = eh_arena_zalloc(arena, f->publications_n, sizeof *f->publications);
	for (int i = 0; i < PQntuples(res); i++)
		f->publications[i] = (struct eh_fit_publication){.leaf = leaf_of(f, eh_pg_int8(res, i, 0)),
		                                                 .name = text_at(arena, res, i, 1),
		                                                 .inserts = eh_pg_bool(res, i, 2),
		                                                 .updates = eh_pg_bool(res, i, 3),
		                                                 .deletes = eh_pg_bool(res, i, 4),
		                                                 .truncates = eh_pg_bool(res, i, 5),
		                                                 .via_root = eh_pg_bool(res, i, 6),
		                                                 .has_list = eh_pg_bool(res, i, 7),
		                                                 .has_filter = eh_pg_bool(res, i, 8),
		                                                 .list_holds_key = eh_pg_bool(res, i, 9),
		                                                 .filter_within_key = eh_pg_bool(res, i, 10),
		                                                 .unlisted = text_at(arena, res, i, 11)};
	return EH_OK;
}

enum eh_rc eh_fit_facts(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, const struct eh_fit_wish *wish,
                        struct eh_fit_facts *facts, struct eh_err *err)
{
	const char *ours = eh_arena_printf(arena, "evenhand_%s", map->source);

	*facts = (struct eh_fit_facts){.map = map,
	                               .wish = wish,
	                               .slot = map->slot != NULL ? map->slot : ours,
	                               .publication = map->publication != NULL ? map->publication : ours};
	facts->table_name = eh_arena_printf(arena, "%s.%s", eh_pg_quote_ident(arena, map->schema),
	                                    eh_pg_quote_ident(arena, map->table));
	enum eh_rc rc = look_at_server(arena, pg, facts, err);
	if (rc == EH_OK)
		rc = look_at_table(arena, pg, facts, err);
	if (rc != EH_OK || !facts->table_there)
		return rc;
	rc = look_at_columns(arena, pg, facts, err);
	if (rc == EH_OK)
		rc = look_at_triggers(arena, pg, facts, err);
	if (rc == EH_OK)
		rc = look_at_leaves(arena, pg, facts, err);
	return rc == EH_OK && facts->version >= 150000 ? look_at_publications(arena, pg, facts, err) : rc;
}

/* Outcomes that come in a table of their own: it is polled, whatever the mode. */
static enum eh_rc look_at_outcomes(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, struct eh_fit *fit,
                                   struct eh_err *err)
{
	const struct eh_fit_wish poll = {.mode = EH_MAP_MODE_POLL};
	struct eh_fit_facts facts;
	struct eh_fit *own = eh_arena_zalloc(arena, 1, sizeof *own);
	enum eh_rc rc = eh_fit_facts(arena, pg, map, &poll, &facts, err);

	if (rc != EH_OK)
		return rc;
	facts.beside = true;
	eh_fit_check(arena, &facts, own);
	for (size_t i = 0; i < own->n; i++)
		eh_fit_say(fit, own->line[i].state, own->line[i].what, own->line[i].found, own->line[i].fix);
	const char *sql = eh_fit_sql(arena, &facts);
	if (sql[0] != '\0')
		fit->sql = eh_arena_printf(arena, "%s%s%s", fit->sql, fit->sql[0] != '\0' ? "\n" : "", sql);
	return EH_OK;
}

enum eh_rc eh_fit_look(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, const struct eh_fit_wish *wish,
                       struct eh_fit *fit, struct eh_err *err)
{
	struct eh_fit_facts facts;
	enum eh_rc rc = eh_fit_facts(arena, pg, map, wish, &facts, err);

	*fit = (struct eh_fit){.sql = ""};
	if (rc != EH_OK)
		return eh_while(err, "looking at source %s", map->source);
	eh_fit_check(arena, &facts, fit);
	fit->sql = eh_fit_sql(arena, &facts);
	if (map->outcomes != NULL)
		rc = look_at_outcomes(arena, pg, map->outcomes, fit, err);
	return rc == EH_OK ? rc : eh_while(err, "looking at the outcomes of source %s", map->source);
}

enum eh_rc eh_fit_refuse_store_role(struct eh_pg *pg, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_source_fit_store_roles, NULL, &res, err);

	if (rc != EH_OK || eh_pg_text(res, 0, 0)[0] == '\0')
		return rc;
	(void)eh_fail(err, EH_REFUSED, "the role that reads the source may take on %.300s", eh_pg_text(res, 0, 0));
	return eh_hint(err, "give the map's conninfo a role of its own that may only SELECT: `evenhand doctor --source NAME --sql`"
	               " prints how to make it");
}
