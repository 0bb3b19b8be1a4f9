/*
 * map_lists.c - reads the lists of a source map: protected, strata, features, lineage.
 */
#include <string.h>

#include "base/fixed.h"
#include "decision/map_part.h"

#define SCALE_DEFAULT 6

enum eh_rc eh_map_read_scale(struct eh_map_part *part, const struct eh_yaml *node, int *scale)
{
	int64_t value = SCALE_DEFAULT;
	enum eh_rc rc = node == NULL ? EH_OK : eh_yaml_int(node, 0, EH_FIXED_MAX_SCALE, &value, part->err);

	*scale = (int)value;
	return rc;
}

/* A list of mappings, at most `max` long. */
static enum eh_rc want_list(struct eh_map_part *part, const struct eh_yaml *node, size_t max)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, part->err);

	if (rc == EH_OK && node->n > max)
		return eh_yaml_fail(node, part->err, "%s has %zu entries, at most %zu are allowed", node->path, node->n, max);
	return rc;
}

/* The name and the column of an entry. */
static enum eh_rc read_pair(struct eh_map_part *part, const struct eh_yaml *entry, const char *name_key,
                            enum eh_map_role role, const char **name, int *column)
{
	const struct eh_yaml *node;
	enum eh_rc rc;

	if ((rc = eh_yaml_need(entry, name_key, &node, part->err)) != EH_OK ||
	    (rc = eh_map_read_name(part, node, name)) != EH_OK ||
	    (rc = eh_yaml_need(entry, "column", &node, part->err)) != EH_OK)
		return rc;
	return eh_map_read_column(part, node, role, column);
}

static enum eh_rc read_strata(struct eh_map_part *part, const struct eh_yaml *node)
{
	static const char *const keys[] = {"name", "column", NULL};
	struct eh_map_stratum *strata;
	enum eh_rc rc;

	if (node == NULL)
		return EH_OK;
	if ((rc = want_list(part, node, EH_MAP_STRATA_MAX)) != EH_OK)
		return rc;
	part->map->strata = strata = eh_arena_zalloc(part->arena, node->n + 1, sizeof *strata);
	for (const struct eh_yaml *e = node->first; e != NULL; e = e->next) {
		struct eh_map_stratum *s = &strata[part->map->strata_n++];

		if ((rc = eh_yaml_keys(e, keys, part->err)) != EH_OK ||
		    (rc = read_pair(part, e, "name", EH_MAP_STRATUM, &s->name, &s->column)) != EH_OK)
			return rc;
	}
	return EH_OK;
}

static enum eh_rc read_feature(struct eh_map_part *part, const struct eh_yaml *e, struct eh_map_feature *f)
{
	static const char *const keys[] = {"name", "column", "kind", "scale", NULL};
	static const char *const kinds[] = {"numeric", "categorical", NULL};
	const struct eh_yaml *node;
	int kind = 0;
	enum eh_rc rc;

	if ((rc = eh_yaml_keys(e, keys, part->err)) != EH_OK ||
	    (rc = read_pair(part, e, "name", EH_MAP_FEATURE, &f->name, &f->column)) != EH_OK ||
	    (rc = eh_yaml_need(e, "kind", &node, part->err)) != EH_OK ||
	    (rc = eh_yaml_choice(node, kinds, &kind, part->err)) != EH_OK)
		return rc;
	f->kind = (enum eh_map_kind)kind;
	node = eh_yaml_get(e, "scale");
	if (node != NULL && f->kind == EH_MAP_CATEGORICAL)
		return eh_yaml_fail_key(node, part->err, "%s: a categorical feature has no scale", node->path);
	return f->kind == EH_MAP_CATEGORICAL ? EH_OK : eh_map_read_scale(part, node, &f->scale);
}

static enum eh_rc read_features(struct eh_map_part *part, const struct eh_yaml *node)
{
	struct eh_map_feature *features;
	enum eh_rc rc;

	if (node == NULL)
		return EH_OK;
	if ((rc = want_list(part, node, EH_MAP_FEATURES_MAX)) != EH_OK)
		return rc;
	part->map->features = features = eh_arena_zalloc(part->arena, node->n + 1, sizeof *features);
	for (const struct eh_yaml *e = node->first; rc == EH_OK && e != NULL; e = e->next)
		rc = read_feature(part, e, &features[part->map->features_n++]);
	return rc;
}

static enum eh_rc read_lineage(struct eh_map_part *part, const struct eh_yaml *node)
{
	static const char *const keys[] = {"role", "column", NULL};
	struct eh_map_lineage *lineage;
	enum eh_rc rc;

	if (node == NULL)
		return EH_OK;
	if ((rc = want_list(part, node, EH_MAP_LINEAGE_MAX)) != EH_OK)
		return rc;
	part->map->lineage = lineage = eh_arena_zalloc(part->arena, node->n + 1, sizeof *lineage);
	for (const struct eh_yaml *e = node->first; e != NULL; e = e->next) {
		struct eh_map_lineage *l = &lineage[part->map->lineage_n];

		if ((rc = eh_yaml_keys(e, keys, part->err)) != EH_OK ||
		    (rc = read_pair(part, e, "role", EH_MAP_LINEAGE, &l->role, &l->column)) != EH_OK)
			return rc;
		for (size_t i = 0; i < part->map->lineage_n; i++)
			if (lineage[i].column == l->column && strcmp(lineage[i].role, l->role) == 0)
				return eh_yaml_fail(e, part->err, "%s is written twice", e->path);
		part->map->lineage_n++;
	}
	return EH_OK;
}

/* Attributes, strata and features share one space of names, as `audit:` points into all three. */
static enum eh_rc check_names(struct eh_map_part *part, const struct eh_yaml *root)
{
	static const char *const lists[] = {"protected", "strata", "features"};
	const char *seen[EH_MAP_PROTECTED_MAX + EH_MAP_STRATA_MAX + EH_MAP_FEATURES_MAX];
	size_t n = 0;

	for (int l = 0; l < 3; l++) {
		const struct eh_yaml *list = eh_yaml_get(root, lists[l]);

		for (const struct eh_yaml *e = list == NULL ? NULL : list->first; e != NULL; e = e->next) {
			const struct eh_yaml *name = eh_yaml_get(e, "name");

			for (size_t i = 0; i < n; i++)
				if (strcmp(seen[i], name->text) == 0) {
					eh_yaml_fail(name, part->err, "the name \"%s\" is taken already", name->text);
					return eh_hint(part->err, "protected, strata and features share one space of names; "
					                          "a stratum can serve as a control and as a proxy candidate as it is");
				}
			seen[n++] = name->text;
		}
	}
	return EH_OK;
}

enum eh_rc eh_map_read_lists(struct eh_map_part *part, const struct eh_yaml *root)
{
	const struct eh_yaml *protect;
	enum eh_rc rc = eh_yaml_need(root, "protected", &protect, part->err);

	if (rc != EH_OK || (rc = want_list(part, protect, EH_MAP_PROTECTED_MAX)) != EH_OK ||
	    (rc = eh_map_read_protected(part, protect)) != EH_OK ||
	    (rc = read_strata(part, eh_yaml_get(root, "strata"))) != EH_OK ||
	    (rc = read_features(part, eh_yaml_get(root, "features"))) != EH_OK ||
	    (rc = read_lineage(part, eh_yaml_get(root, "lineage"))) != EH_OK || (rc = check_names(part, root)) != EH_OK)
		return rc;
	return eh_map_read_audit(part, eh_yaml_get(root, "audit"));
}

int eh_map_find_protected(const struct eh_map *map, const char *name)
{
	for (size_t i = 0; i < map->protect_n; i++)
		if (strcmp(map->protect[i].name, name) == 0)
			return (int)i;
	return -1;
}

int eh_map_find_stratum(const struct eh_map *map, const char *name)
{
	for (size_t i = 0; i < map->strata_n; i++)
		if (strcmp(map->strata[i].name, name) == 0)
			return (int)i;
	return -1;
}

int eh_map_find_feature(const struct eh_map *map, const char *name)
{
	for (size_t i = 0; i < map->features_n; i++)
		if (strcmp(map->features[i].name, name) == 0)
			return (int)i;
	return -1;
}
