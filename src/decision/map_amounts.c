/*
 * map_amounts.c - reads `amounts:` and `override:`: what only a one-shot audit looks at.
 */
#include <string.h>

#include "decision/map_part.h"

/* An optional column of numbers at the amount's scale. */
static enum eh_rc read_optional(struct eh_map_part *part, const struct eh_yaml *entry, const char *key, int *column)
{
	const struct eh_yaml *node = eh_yaml_get(entry, key);

	*column = -1;
	return node == NULL ? EH_OK : eh_map_read_column(part, node, EH_MAP_AMOUNT, column);
}

static enum eh_rc read_amount(struct eh_map_part *part, const struct eh_yaml *e, struct eh_map_amount *a)
{
	static const char *const keys[] = {"name", "column", "scale", "expected", "actual", NULL};
	const struct eh_yaml *node;
	enum eh_rc rc;

	if ((rc = eh_yaml_keys(e, keys, part->err)) != EH_OK ||
	    (rc = eh_yaml_need(e, "name", &node, part->err)) != EH_OK ||
	    (rc = eh_map_read_name(part, node, &a->name)) != EH_OK)
		return rc;
	for (size_t i = 0; i < part->map->amounts_n; i++)
		if (strcmp(part->map->amounts[i].name, a->name) == 0)
			return eh_yaml_fail(node, part->err, "the name \"%s\" is taken already", a->name);
	if ((rc = eh_yaml_need(e, "column", &node, part->err)) != EH_OK ||
	    (rc = eh_map_read_column(part, node, EH_MAP_AMOUNT, &a->column)) != EH_OK ||
	    (rc = read_optional(part, e, "expected", &a->expected)) != EH_OK ||
	    (rc = read_optional(part, e, "actual", &a->actual)) != EH_OK)
		return rc;
	if (a->expected >= 0 && a->actual < 0)
		return eh_yaml_fail(e, part->err, "%s has \"expected\" and no \"actual\" to hold against it", e->path);
	return eh_map_read_scale(part, eh_yaml_get(e, "scale"), &a->scale);
}

static enum eh_rc read_amounts(struct eh_map_part *part, const struct eh_yaml *node)
{
	struct eh_map_amount *amounts;
	enum eh_rc rc;

	if (node == NULL)
		return EH_OK;
	if ((rc = eh_yaml_want(node, EH_YAML_SEQUENCE, part->err)) != EH_OK)
		return rc;
	if (node->n > EH_MAP_AMOUNTS_MAX)
		return eh_yaml_fail(node, part->err, "%s has %zu entries, at most %d are allowed", node->path, node->n,
		                    EH_MAP_AMOUNTS_MAX);
	part->map->amounts = amounts = eh_arena_zalloc(part->arena, node->n + 1, sizeof *amounts);
	for (const struct eh_yaml *e = node->first; e != NULL; e = e->next) {
		if ((rc = read_amount(part, e, &amounts[part->map->amounts_n])) != EH_OK)
			return rc;
		part->map->amounts_n++;
	}
	return EH_OK;
}

static enum eh_rc read_override(struct eh_map_part *part, const struct eh_yaml *node)
{
	static const char *const keys[] = {"column", "yes", NULL};
	const struct eh_yaml *value;
	enum eh_rc rc;

	part->map->override_column = -1;
	if (node == NULL)
		return EH_OK;
	if ((rc = eh_yaml_keys(node, keys, part->err)) != EH_OK ||
	    (rc = eh_yaml_need(node, "column", &value, part->err)) != EH_OK ||
	    (rc = eh_map_read_column(part, value, EH_MAP_OVERRIDE, &part->map->override_column)) != EH_OK ||
	    (rc = eh_yaml_need(node, "yes", &value, part->err)) != EH_OK)
		return rc;
	return eh_map_read_values(part, value, &part->map->override_yes);
}

enum eh_rc eh_map_read_amounts(struct eh_map_part *part, const struct eh_yaml *root)
{
	enum eh_rc rc = read_amounts(part, eh_yaml_get(root, "amounts"));

	return rc != EH_OK ? rc : read_override(part, eh_yaml_get(root, "override"));
}
