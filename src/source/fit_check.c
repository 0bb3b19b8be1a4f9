/*
 * fit_check.c - what a source lacks, line by line; see fit.h.
 */
#include <string.h>

#include "source/fit_part.h"

static const char *const way_names[] = {"stream", "poll by xid8", "poll by xmin", "pushdown"};

const char *eh_fit_way_name(enum eh_fit_way way)
{
	return way_names[way];
}

void eh_fit_say(struct eh_fit *fit, enum eh_fit_state state, const char *what, const char *found, const char *fix)
{
	/* A table of a thousand partitions has the same ill a thousand times: what is said is enough to begin with. */
	if (fit->n < EH_FIT_LINES_MAX)
		fit->line[fit->n++] = (struct eh_fit_line){state, what, found, state == EH_FIT_HOLDS ? NULL : fix};
	fit->unfit = fit->unfit || state == EH_FIT_FAILS;
}

const char *eh_fit_breaks(const struct eh_fit_publication *publication, char identity)
{
	bool full = identity == 'f', key = !full && identity != 'n' && publication->leaf->has_key;

	if (!publication->updates && !publication->deletes)
		return NULL;
	if (!full && publication->has_filter && !publication->filter_within_key)
		return "its row filter names a column outside the table's replica identity";
	if (full && publication->has_list)
		return "it has a column list, and the table's replica identity is FULL";
	if (key && publication->has_list && !publication->list_holds_key)
		return "its column list leaves out a column of the table's replica identity";
	if (!full && !key)
		return "it publishes updates or deletes, and the table has no replica identity";
	return NULL;
}

static const char *leaf_name(struct eh_arena *arena, const struct eh_fit_leaf *leaf)
{
	return eh_arena_printf(arena, "%s.%s", eh_pg_quote_ident(arena, leaf->schema), eh_pg_quote_ident(arena, leaf->table));
}

/* ---- for every mode ----------------------------------------------------------------------- */

static void check_role(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	const char *who = eh_arena_printf(arena, "'%s' in database '%s'", f->role, f->database);

	if (f->store_roles[0] != '\0')
		eh_fit_say(fit, EH_FIT_FAILS, "role", eh_arena_printf(arena, "%s may take on %s", who, f->store_roles),
		           "give the map's conninfo a role of its own that may only read: see --sql");
	else if (f->super)
		eh_fit_say(fit, EH_FIT_ADVICE, "role", eh_arena_printf(arena, "%s is a superuser", who),
		           "give the map's conninfo a role of its own that may only read: see --sql");
	else
		eh_fit_say(fit, EH_FIT_HOLDS, "role", who, NULL);
}

static void check_rights(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	const char *role = eh_pg_quote_ident(arena, f->role), *schema = eh_pg_quote_ident(arena, f->map->schema);

	if (!f->may_use_schema)
		eh_fit_say(fit, EH_FIT_FAILS, "schema", eh_arena_printf(arena, "no USAGE on %s", schema),
		           eh_arena_printf(arena, "GRANT USAGE ON SCHEMA %s TO %s", schema, role));
	if (!f->may_select)
		eh_fit_say(fit, EH_FIT_FAILS, "SELECT", eh_arena_printf(arena, "not granted on %s", f->table_name),
		           eh_arena_printf(arena, "GRANT SELECT ON %s TO %s", f->table_name, role));
	else
		eh_fit_say(fit, EH_FIT_HOLDS, "SELECT", eh_arena_printf(arena, "granted on %s", f->table_name), NULL);
	if (f->rows_hidden)
		eh_fit_say(fit, EH_FIT_FAILS, "row security",
		           eh_arena_printf(arena, "policies on %s may hide rows, and rows that are hidden are never counted", f->table_name),
		           eh_arena_printf(arena, "have a superuser run ALTER ROLE %s BYPASSRLS", role));
}

static void check_columns(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	if (f->missing_columns[0] != '\0')
		eh_fit_say(fit, EH_FIT_FAILS, "columns", eh_arena_printf(arena, "%s has no column %s", f->table_name, f->missing_columns),
		           "correct `columns` and `table` in the map");
	else
		eh_fit_say(fit, EH_FIT_HOLDS, "columns", eh_arena_printf(arena, "all %zu are there", f->map->columns_n), NULL);
	if (!f->unique_id && f->map->identity == EH_MAP_IDENTITY_POSITION)
		eh_fit_say(fit, EH_FIT_ADVICE, "id",
		           eh_arena_printf(arena, "no unique index on %s alone: a row that is inserted twice is counted twice",
		                           f->map->columns[f->map->id].name),
		           "make a unique index, or write `identity: tracked` in the map");
}

/* ---- stream ------------------------------------------------------------------------------- */

static void check_decoding(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	int64_t slots_left = f->slots - f->slots_used, senders_left = f->senders - f->senders_used;

	if (f->standby && f->version < 160000)
		eh_fit_say(fit, EH_FIT_FAILS, "standby", eh_arena_printf(arena, "PostgreSQL %d decodes no WAL on a standby", f->version / 10000),
		           "give the primary server in the map's conninfo, or write `mode: poll`");
	if (strcmp(f->wal_level, "logical") != 0)
		eh_fit_say(fit, EH_FIT_FAILS, "wal_level", f->wal_level, "ALTER SYSTEM SET wal_level = logical, then restart the server");
	else
		eh_fit_say(fit, EH_FIT_HOLDS, "wal_level", f->wal_level, NULL);
	if (!f->replication)
		eh_fit_say(fit, EH_FIT_FAILS, "REPLICATION", eh_arena_printf(arena, "'%s' may not start replication", f->role),
		           eh_arena_printf(arena, "have a superuser run ALTER ROLE %s REPLICATION", eh_pg_quote_ident(arena, f->role)));
	else
		eh_fit_say(fit, EH_FIT_HOLDS, "REPLICATION", "granted", NULL);
	const char *slots = f->slot_there ? eh_arena_printf(arena, "%s is there, its WAL is %s", f->slot, f->wal_status)
	                                  : eh_arena_printf(arena, "%lld of %lld are free", (long long)slots_left, (long long)f->slots);
	if (f->slot_there && strcmp(f->wal_status, "lost") == 0)
		eh_fit_say(fit, EH_FIT_FAILS, "replication slot", slots,
		           eh_arena_printf(arena, "what it kept is gone: `evenhand source accept-gap %s --reason TEXT` puts the gap on the"
		                           " record and lets reading go on", f->map->source));
	else if (!f->slot_there && slots_left < 1)
		eh_fit_say(fit, EH_FIT_FAILS, "replication slot", slots, "ALTER SYSTEM SET max_replication_slots higher, then restart the server");
	else
		eh_fit_say(fit, EH_FIT_HOLDS, "replication slot", slots, NULL);
	if (!f->slot_there && senders_left < 1)
		eh_fit_say(fit, EH_FIT_FAILS, "max_wal_senders", eh_arena_printf(arena, "all %lld are taken", (long long)f->senders),
		           "ALTER SYSTEM SET max_wal_senders higher, then restart the server");
}

static void check_wal(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	if (f->wal_keep_bytes < 0)
		eh_fit_say(fit, EH_FIT_ADVICE, "max_slot_wal_keep_size",
		           "no limit: while Evenhand is away, WAL is kept until the disk is full",
		           "set it to what the disk can spare; beyond it the source stops with a data gap, and the server goes on");
	else
		eh_fit_say(fit, EH_FIT_HOLDS, "max_slot_wal_keep_size",
		           eh_arena_printf(arena, "%lld MB", (long long)(f->wal_keep_bytes >> 20)), NULL);
	if (f->may_emit)
		eh_fit_say(fit, EH_FIT_HOLDS, "heartbeat", "pg_logical_emit_message() may be called", NULL);
	else
		eh_fit_say(fit, EH_FIT_ADVICE, "heartbeat",
		           "pg_logical_emit_message() may not be called: while the table is quiet and others are not, WAL piles up",
		           eh_arena_printf(arena, "GRANT EXECUTE ON FUNCTION pg_catalog.pg_logical_emit_message(boolean, text, text) TO %s",
		                           eh_pg_quote_ident(arena, f->role)));
}

/* Whoever publishes the leaf, its owner's UPDATE and DELETE must work. */
static void check_publishers(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	for (size_t i = 0; i < f->publications_n; i++) {
		const struct eh_fit_publication *p = &f->publications[i];
		const char *why = eh_fit_breaks(p, p->leaf->identity);

		if (why != NULL)
			eh_fit_say(fit, EH_FIT_FAILS, "publisher",
			           eh_arena_printf(arena, "UPDATE or DELETE of %s fails under publication %s: %s", leaf_name(arena, p->leaf),
			                           eh_pg_quote_ident(arena, p->name), why),
			           "have the table's owner run the SQL that --sql prints, or mend the publication that is named");
	}
}

bool eh_fit_publication_there(const struct eh_fit_facts *facts)
{
	for (size_t i = 0; i < facts->publications_n; i++)
		if (strcmp(facts->publications[i].name, facts->publication) == 0)
			return true;
	return false;
}

/* A table in the store's own database that belongs to the role that reads it: gather publishes it by itself. */
bool eh_fit_is_own(const struct eh_fit_facts *facts)
{
	return facts->map->conninfo == NULL && facts->owns_it;
}

static const struct eh_fit_publication *published(const struct eh_fit_facts *f, const struct eh_fit_leaf *leaf)
{
	for (size_t i = 0; i < f->publications_n; i++)
		if (f->publications[i].leaf == leaf && strcmp(f->publications[i].name, f->publication) == 0)
			return &f->publications[i];
	return NULL;
}

/* What our publication does not bring of one leaf; NULL: nothing. */
static const char *not_brought(struct eh_arena *arena, const struct eh_fit_facts *f, const struct eh_fit_leaf *leaf)
{
	const struct eh_fit_publication *p = published(f, leaf);

	if (leaf->kind != 'r')
		return "it is no plain table, whose changes are decoded";
	if (leaf->persistence != 'p')
		return "it is unlogged or temporary, and nothing of it stands in the WAL";
	if (p == NULL)
		return "it is not published";
	if (!p->inserts)
		return "its inserts are not published";
	if (p->unlisted[0] != '\0' && p->has_list)
		return eh_arena_printf(arena, "the column list leaves out %s", p->unlisted);
	if (f->kind == 'p' && !p->via_root)
		return "publish_via_partition_root is off, so that rows come under the partition's name";
	if (f->wish->corrections && !(p->updates && p->deletes && p->truncates))
		return "its updates, deletes and truncates are not published, and the map asks for corrections";
	bool by_key = f->map->identity == EH_MAP_IDENTITY_TRACKED && leaf->has_key && leaf->key_holds_id;
	if ((p->updates || p->deletes) && (leaf->identity != 'f' || f->identity != 'f') && !by_key)
		return "the old row of an update or delete is not sent whole: its replica identity, or its root's, is not FULL";
	return NULL;
}

static void check_publication(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	const char *name = eh_pg_quote_ident(arena, f->publication);
	size_t bad = 0;

	if (!eh_fit_publication_there(f) && eh_fit_is_own(f)) {
		eh_fit_say(fit, EH_FIT_HOLDS, "publication", eh_arena_printf(arena, "%s is made by gather: the table is Evenhand's own", name), NULL);
		return;
	}
	if (!eh_fit_publication_there(f)) {
		eh_fit_say(fit, EH_FIT_FAILS, "publication", eh_arena_printf(arena, "%s does not publish %s", name, f->table_name),
		           "have the table's owner run the SQL that --sql prints");
		return;
	}
	for (size_t i = 0; i < f->leaves; i++) {
		const char *why = not_brought(arena, f, &f->leaf[i]);

		if (why == NULL)
			continue;
		bad++;
		eh_fit_say(fit, EH_FIT_FAILS, "publication",
		           eh_arena_printf(arena, "%s of %s: %s", name, leaf_name(arena, &f->leaf[i]), why),
		           "have the table's owner run the SQL that --sql prints");
	}
	if (bad == 0)
		eh_fit_say(fit, EH_FIT_HOLDS, "publication", eh_arena_printf(arena, "%s publishes what the map needs", name), NULL);
}

void eh_fit_check_stream(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	check_decoding(arena, f, fit);
	check_wal(arena, f, fit);
	check_publication(arena, f, fit);
}

/* ---- poll and pushdown -------------------------------------------------------------------- */

static const char *poll_lacks(const struct eh_fit_facts *f)
{
	if (f->kind != 'r')
		return "the table is partitioned, foreign or a view: poll reads plain tables";
	if (f->xid == NULL)
		return "the table has no xid8 column that names the inserting transaction";
	if (!f->xid_indexed && f->map->follow)
		return "the xid8 column has no index";
	return NULL;
}

static const char *xmin_lacks(const struct eh_fit_facts *f)
{
	if (f->kind != 'r')
		return "the table is partitioned, foreign or a view: poll reads plain tables";
	if (f->map->identity == EH_MAP_IDENTITY_POSITION)
		return "it needs `identity: tracked`, as rewritten rows come again";
	return NULL;
}

static const char *pushdown_lacks(const struct eh_fit_facts *f)
{
	bool here = f->kind == 'r' || f->kind == 'p';

	if (!f->map->follow)
		return NULL;
	for (size_t i = 0; i < f->leaves; i++)
		here = here && f->leaf[i].kind == 'r';
	if (!here)
		return "its rows lie on other servers or behind a view: they can be counted once (`follow: no`) and not followed";
	if (f->standby)
		return "a standby's snapshots do not name all open transactions: it can be counted once (`follow: no`) and not followed";
	if (f->xid == NULL || !f->xid_indexed || !f->xid_not_null)
		return "the table has no indexed xid8 column, not null, that names the inserting transaction";
	return NULL;
}

static void check_poll(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	const char *lacks = poll_lacks(f), *more = xmin_lacks(f);

	if (lacks == NULL)
		eh_fit_say(fit, EH_FIT_HOLDS, "xid8", eh_arena_printf(arena, "%s, indexed", eh_pg_quote_ident(arena, f->xid)), NULL);
	else if (more == NULL && f->xid == NULL)
		eh_fit_say(fit, EH_FIT_ADVICE, "xmin",
		           "no xid8 column: each look for new rows reads the whole table, and a long writer holds all of them back",
		           "set poll_interval longer than a reading of the table takes");
	else
		eh_fit_say(fit, EH_FIT_FAILS, "xid8", lacks, "have the table's owner run the SQL that --sql prints");
	if (lacks == NULL && f->map->identity == EH_MAP_IDENTITY_TRACKED)
		eh_fit_say(fit, EH_FIT_ADVICE, "updates",
		           eh_arena_printf(arena, "an UPDATE is seen only where it renews %s", eh_pg_quote_ident(arena, f->xid)),
		           "have the table's owner make the trigger that --sql prints, if rows are corrected");
	if (f->standby)
		eh_fit_say(fit, EH_FIT_ADVICE, "standby", "no LISTEN on a standby: it is asked every poll_interval",
		           "set poll_interval to the delay that is bearable");
}

static void check_pushdown(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	const char *lacks = pushdown_lacks(f);

	if (lacks != NULL)
		eh_fit_say(fit, EH_FIT_FAILS, "pushdown", lacks, "have the table's owner run the SQL that --sql prints, or change the map");
	else
		eh_fit_say(fit, EH_FIT_HOLDS, "pushdown", f->leaves == 1 ? "the table is aggregated where it lies"
		           : eh_arena_printf(arena, "%zu tables are aggregated where they lie", f->leaves), NULL);
}

/* ---- the whole ---------------------------------------------------------------------------- */

static const char *first_fix(const struct eh_fit *fit)
{
	for (size_t i = 0; i < fit->n; i++)
		if (fit->line[i].state == EH_FIT_FAILS)
			return fit->line[i].found;
	return NULL;
}

static void note_ways(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	struct eh_fit *stream = eh_arena_zalloc(arena, 1, sizeof *stream);

	eh_fit_check_stream(arena, f, stream);
	fit->hinders[EH_FIT_STREAM] = first_fix(stream);
	fit->hinders[EH_FIT_POLL] = poll_lacks(f);
	fit->hinders[EH_FIT_POLL_XMIN] = xmin_lacks(f);
	fit->hinders[EH_FIT_PUSHDOWN] = pushdown_lacks(f);
}

void eh_fit_check(struct eh_arena *arena, const struct eh_fit_facts *f, struct eh_fit *fit)
{
	if (!f->beside)
		check_role(arena, f, fit);
	if (!f->table_there) {
		eh_fit_say(fit, EH_FIT_FAILS, "table", eh_arena_printf(arena, "%s does not exist", f->table_name),
		           "correct `table` and `conninfo` in the map");
		for (int way = 0; way < EH_FIT_WAYS; way++)
			fit->hinders[way] = "the table does not exist";
		return;
	}
	check_rights(arena, f, fit);
	check_columns(arena, f, fit);
	switch (f->wish->mode) {
	case EH_MAP_MODE_STREAM:
		eh_fit_check_stream(arena, f, fit);
		break;
	case EH_MAP_MODE_PUSHDOWN:
		check_pushdown(arena, f, fit);
		break;
	case EH_MAP_MODE_POLL:
		check_poll(arena, f, fit);
		break;
	}
	check_publishers(arena, f, fit);
	note_ways(arena, f, fit);
}
