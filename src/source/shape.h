/*
 * shape.h - what a cube of a source counts, from the source's map.
 *
 * gather fills cubes and judge reads them back; both take the shape from here, so
 * that a block written by one is understood by the other.  A feature keeps its
 * place among the features of its kind; the role `retrieval` holds a list of items
 * a decision, so it is counted as levels, after the categorical features, and is
 * no part of the lineage set.
 *
 * Threads  any.
 */
#ifndef EH_SOURCE_SHAPE_H
#define EH_SOURCE_SHAPE_H

#include "cube/cube.h"
#include "decision/map.h"

#define EH_SOURCE_RETRIEVAL "retrieval"

struct eh_cube_shape eh_source_shape(const struct eh_map *map);

/* Whether what became of decisions reaches the cube.  False: outcomes are not observable in this source, which
 * whoever shows outcome measures has to say. */
bool eh_source_sees_outcomes(const struct eh_map *map);

/* The index in map->features of the i-th numeric feature, or of the i-th categorical one; in
 * map->lineage of the i-th role of the set, or of the i-th retrieval role.  -1: there is none. */
int eh_source_numeric(const struct eh_map *map, uint32_t i);
int eh_source_categorical(const struct eh_map *map, uint32_t i);
int eh_source_role(const struct eh_map *map, uint32_t i);
int eh_source_retrieval(const struct eh_map *map, uint32_t i);

#endif
