/*
 * asset.c - see asset.h; the table is made by embed_assets.sh.
 */
#include "base/asset.h"

#include <string.h>

const struct eh_asset *eh_asset_find(const char *name)
{
	for (const struct eh_asset *a = eh_asset_table; a->name != NULL; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}
