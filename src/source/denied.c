/*
 * denied.c - see denied.h.
 */
#include "source/denied.h"

#include <string.h>

#include "base/arena.h"

bool eh_source_is_denied(const struct eh_pg *pg, const struct eh_err *err)
{
	return err->rc == EH_REFUSED && strcmp(eh_pg_state(pg), "42501") == 0; /* insufficient_privilege */
}

enum eh_rc eh_source_while_reading(struct eh_pg *pg, const struct eh_map *map, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();

	/* The server has a hint of its own where a policy hides rows. */
	if (eh_source_is_denied(pg, err) && err->hint[0] == '\0')
		(void)eh_hint(err, "`evenhand doctor --source %s --sql` prints what the role lacks, such as GRANT SELECT ON %s.%s TO %s", map->source,
		              eh_pg_quote_ident(arena, map->schema), eh_pg_quote_ident(arena, map->table),
		              eh_pg_quote_ident(arena, PQuser(eh_pg_conn(pg))));
	return eh_while(err, "reading %s.%s of source %s", map->schema, map->table, map->source);
}
