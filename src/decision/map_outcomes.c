/*
 * map_outcomes.c - `outcomes:`: what came of the decisions, in a table of its own.
 *
 * A reader of rows asks a map for a table and its columns; so the second table
 * gets a map of its own, which holds these and nothing else.
 */
#include "decision/map_part.h"

#define OUTCOMES_COLUMNS 3

static enum eh_rc read_columns(struct eh_map_part *inner, const struct eh_yaml *node)
{
	struct eh_map *map = inner->map;
	const struct eh_yaml *column;
	enum eh_rc rc = eh_yaml_need(node, "id", &column, inner->err);

	if (rc == EH_OK)
		rc = eh_map_read_column(inner, column, EH_MAP_ID, &map->id);
	if (rc == EH_OK)
		rc = eh_yaml_need(node, "outcome", &column, inner->err);
	if (rc == EH_OK)
		rc = eh_map_read_column(inner, column, EH_MAP_OUTCOME, &map->outcome);
	if (rc == EH_OK && (column = eh_yaml_get(node, "outcome_at")) != NULL)
		rc = eh_map_read_column(inner, column, EH_MAP_OUTCOME_AT, &map->outcome_at);
	if (rc == EH_OK && map->id == map->outcome)
		return eh_yaml_fail(node, inner->err, "outcomes has one column as id and as outcome");
	return rc;
}

static enum eh_rc check_alone(struct eh_map_part *part, const struct eh_yaml *node)
{
	if (part->map->outcome >= 0) {
		eh_yaml_fail_key(node, part->err, "outcomes have a table of their own, and columns has an \"outcome\" too");
		return eh_hint(part->err, "leave one of the two out");
	}
	if (part->map->identity != EH_MAP_IDENTITY_TRACKED) {
		eh_yaml_fail_key(node, part->err, "outcomes in a table of their own need identity: tracked");
		return eh_hint(part->err, "add `identity: tracked`, so that an outcome finds the decision that was counted");
	}
	return EH_OK;
}

enum eh_rc eh_map_read_outcomes(struct eh_map_part *part, const struct eh_yaml *node)
{
	static const char *const keys[] = {"table", "id", "outcome", "outcome_at", NULL};
	struct eh_map_part inner = {.arena = part->arena, .err = part->err};
	enum eh_rc rc = node == NULL ? EH_OK : eh_yaml_keys(node, keys, part->err);

	if (node == NULL || rc != EH_OK || (rc = check_alone(part, node)) != EH_OK)
		return rc;
	inner.map = eh_arena_zalloc(part->arena, 1, sizeof *inner.map);
	inner.columns = eh_arena_zalloc(part->arena, OUTCOMES_COLUMNS, sizeof *inner.columns);
	*inner.map = (struct eh_map){.source = part->map->source,
	                             .conninfo = part->map->conninfo,
	                             .mode = part->map->mode,
	                             .follow = part->map->follow,
	                             .identity = part->map->identity,
	                             .columns = inner.columns,
	                             .decided_at = -1,
	                             .decision = -1,
	                             .score = -1,
	                             .outcome_at = -1,
	                             .received_at = -1,
	                             .version_column = -1,
	                             .override_column = -1};
	rc = eh_map_read_table(&inner, node);
	if (rc == EH_OK)
		rc = read_columns(&inner, node);
	part->map->outcomes = inner.map;
	return rc;
}
