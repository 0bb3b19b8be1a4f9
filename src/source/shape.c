/*
 * shape.c - see shape.h.
 */
#include "source/shape.h"

#include <string.h>

_Static_assert(EH_CUBE_MAX_MEMBERS == EH_MAP_PROXY_MAX, "the cube counts as many groups as a map may name");

static int nth_feature(const struct eh_map *map, enum eh_map_kind kind, uint32_t i)
{
	for (size_t f = 0; f < map->features_n; f++)
		if (map->features[f].kind == kind && i-- == 0)
			return (int)f;
	return -1;
}

static int nth_role(const struct eh_map *map, bool retrieval, uint32_t i)
{
	for (size_t l = 0; l < map->lineage_n; l++)
		if ((strcmp(map->lineage[l].role, EH_SOURCE_RETRIEVAL) == 0) == retrieval && i-- == 0)
			return (int)l;
	return -1;
}

int eh_source_numeric(const struct eh_map *map, uint32_t i)
{
	return nth_feature(map, EH_MAP_NUMERIC, i);
}

int eh_source_categorical(const struct eh_map *map, uint32_t i)
{
	return nth_feature(map, EH_MAP_CATEGORICAL, i);
}

int eh_source_role(const struct eh_map *map, uint32_t i)
{
	return nth_role(map, false, i);
}

int eh_source_retrieval(const struct eh_map *map, uint32_t i)
{
	return nth_role(map, true, i);
}

/* An outcome comes after its decision: where it has a column of its own, only a reader that sees a row change, or
 * knows it again, meets it. */
bool eh_source_sees_outcomes(const struct eh_map *map)
{
	return map->outcomes != NULL ||
	       (map->outcome >= 0 && (map->mode == EH_MAP_MODE_STREAM || map->identity == EH_MAP_IDENTITY_TRACKED));
}

struct eh_cube_shape eh_source_shape(const struct eh_map *map)
{
	struct eh_cube_shape shape = {.attributes = (uint32_t)map->protect_n,
	                              .strata = (uint32_t)map->strata_n,
	                              .score = map->score >= 0,
	                              .outcome = eh_source_sees_outcomes(map)};

	for (size_t a = 0; a < map->protect_n; a++)
		shape.members[a] = map->protect[a].proxy != NULL ? (uint8_t)map->protect[a].labels_n : 0;
	while (nth_feature(map, EH_MAP_NUMERIC, shape.numeric) >= 0)
		shape.numeric++;
	while (nth_feature(map, EH_MAP_CATEGORICAL, shape.level) >= 0)
		shape.level++;
	while (nth_role(map, false, shape.roles) >= 0)
		shape.roles++;
	for (uint32_t i = 0; nth_role(map, true, i) >= 0; i++)
		shape.level++;
	return shape;
}
