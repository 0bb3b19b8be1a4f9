/*
 * asset.h - the files that travel inside the program: migrations, pages, the demo's map.
 *
 * Owner    static data.
 * Threads  any.
 */
#ifndef EH_BASE_ASSET_H
#define EH_BASE_ASSET_H

#include <stddef.h>

struct eh_asset {
	const char *name; /* the path in the source tree, as migrations/0001_roles.sql */
	const char *data, *end; /* *end is a NUL that is not part of the file */
};

/* All of them, sorted by name, ended by a null name. */
extern const struct eh_asset eh_asset_table[];

/* The file of that name, or NULL. */
const struct eh_asset *eh_asset_find(const char *name);

#endif
