/*
 * map_part.h - what the files that read a map share among themselves; nobody else includes it.
 *
 * Owner    the struct lives on the stack of eh_map_parse().
 * Threads  none.
 */
#ifndef EH_DECISION_MAP_PART_H
#define EH_DECISION_MAP_PART_H

#include "config/yaml.h"
#include "decision/map.h"

/* A map while it is being read. */
struct eh_map_part {
	struct eh_arena *arena;
	struct eh_map *map;
	struct eh_map_column *columns; /* map->columns, growing */
	struct eh_err *err;
};

/* A name, role or label: printable text of at most EH_MAP_NAME_MAX bytes. */
EH_MUST enum eh_rc eh_map_read_name(struct eh_map_part *part, const struct eh_yaml *node, const char **out);

/* A source column, entered into the list of needed ones; its index. */
EH_MUST enum eh_rc eh_map_read_column(struct eh_map_part *part, const struct eh_yaml *node, enum eh_map_role role,
                                      int *column);

/* `scale:`; the default where node is NULL. */
EH_MUST enum eh_rc eh_map_read_scale(struct eh_map_part *part, const struct eh_yaml *node, int *scale);

/* A list of values that is not empty. */
EH_MUST enum eh_rc eh_map_read_values(struct eh_map_part *part, const struct eh_yaml *node, struct eh_map_values *values);

/* `table:` of the file, or of `outcomes:`. */
EH_MUST enum eh_rc eh_map_read_table(struct eh_map_part *part, const struct eh_yaml *root);

/* outcomes: (map_outcomes.c); NULL where the file has none. */
EH_MUST enum eh_rc eh_map_read_outcomes(struct eh_map_part *part, const struct eh_yaml *node);

/* What the design has and this version does not do: refused by name, never silently ignored. */
enum eh_rc eh_map_refuse_unbuilt(const struct eh_yaml *node, const char *what, struct eh_err *err);

/* protected:, strata:, features:, lineage:, audit: (map_lists.c) */
EH_MUST enum eh_rc eh_map_read_lists(struct eh_map_part *part, const struct eh_yaml *root);

/* protected: (map_protected.c) */
EH_MUST enum eh_rc eh_map_read_protected(struct eh_map_part *part, const struct eh_yaml *node);

/* amounts:, override: (map_amounts.c) */
EH_MUST enum eh_rc eh_map_read_amounts(struct eh_map_part *part, const struct eh_yaml *root);

/* audit: after protected, strata and features (map_audit.c) */
EH_MUST enum eh_rc eh_map_read_audit(struct eh_map_part *part, const struct eh_yaml *node);

/* Fills canonical and version (map_canonical.c). */
EH_MUST enum eh_rc eh_map_write_canonical(struct eh_map_part *part);

#endif
