/*
 * name.c - identifiers, the only thing that is ever written into SQL text; see pg.h.
 */
#include <string.h>

#include "pg/pg.h"

char *eh_pg_quote_ident(struct eh_arena *arena, const char *name)
{
	char *quoted = eh_arena_zalloc(arena, 2 * strlen(name) + 3, 1), *at = quoted;

	*at++ = '"';
	for (; *name != '\0'; name++) {
		if (*name == '"')
			*at++ = '"';
		*at++ = *name;
	}
	*at = '"';
	return quoted;
}

/* Reads one name, in double quotes or up to the next dot; NULL where there is none. */
static const char *read_part(const char *at, char *part)
{
	bool quoted = *at == '"';
	size_t n = 0;

	if (quoted)
		at++;
	for (; *at != '\0'; at++) {
		if (quoted && *at == '"' && at[1] == '"')
			at++;
		else if (quoted ? *at == '"' : *at == '.' || *at == '"')
			break;
		part[n++] = *at;
	}
	part[n] = '\0';
	if (quoted ? *at++ != '"' : *at == '"')
		return NULL;
	return n > 0 && n < 64 ? at : NULL; /* the server would cut longer names short */
}

enum eh_rc eh_pg_split_table(struct eh_arena *arena, const char *name, char **schema, char **table, struct eh_err *err)
{
	char *first = eh_arena_zalloc(arena, strlen(name) + 1, 1);
	const char *at = read_part(name, first);

	*schema = NULL;
	*table = NULL;
	if (at != NULL && *at == '\0') {
		*schema = eh_arena_strdup(arena, "public");
		*table = first;
		return EH_OK;
	}
	if (at != NULL && *at == '.') {
		char *second = eh_arena_zalloc(arena, strlen(name) + 1, 1);

		at = read_part(at + 1, second);
		if (at != NULL && *at == '\0') {
			*schema = first;
			*table = second;
			return EH_OK;
		}
	}
	eh_fail(err, EH_BAD_INPUT, "'%s' is not a table name", name);
	return eh_hint(err, "write schema.table, each part at most 63 bytes, in double quotes where it holds a dot");
}

enum eh_rc eh_pg_quote_table(struct eh_arena *arena, const char *name, char **out, struct eh_err *err)
{
	char *schema, *table;
	enum eh_rc rc = eh_pg_split_table(arena, name, &schema, &table, err);

	*out = NULL;
	if (rc == EH_OK)
		*out = eh_arena_printf(arena, "%s.%s", eh_pg_quote_ident(arena, schema),
				       eh_pg_quote_ident(arena, table));
	return rc;
}
