/*
 * map_protected.c - reads the protected attributes of a source map: groups, bands, probabilities.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fixed.h"
#include "config/nearest.h"
#include "decision/map_part.h"

#define UNIT INT64_C(1000000) /* 10^EH_MAP_BAND_SCALE */

static int by_value(const void *a, const void *b)
{
	return strcmp(((const struct eh_map_group *)a)->value, ((const struct eh_map_group *)b)->value);
}

static void set_labels(struct eh_map_part *part, struct eh_map_protected *p, const char *const *labels, size_t n)
{
	uint32_t *lens = eh_arena_zalloc(part->arena, n + 1, sizeof *lens);

	for (size_t i = 0; i < n; i++)
		lens[i] = (uint32_t)strlen(labels[i]);
	p->labels = labels;
	p->label_lens = lens;
	p->labels_n = n;
}

/* groups: value -> label.  Several values may have one label. */
static enum eh_rc read_groups(struct eh_map_part *part, const struct eh_yaml *node, struct eh_map_protected *p)
{
	struct eh_map_group *groups;
	const char **labels;
	size_t labels_n = 0;
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_MAPPING, part->err);

	if (rc != EH_OK)
		return rc;
	if (node->n == 0)
		return eh_yaml_fail(node, part->err, "%s is empty", node->path);
	p->groups = groups = eh_arena_zalloc(part->arena, node->n, sizeof *groups);
	labels = eh_arena_zalloc(part->arena, node->n, sizeof *labels);
	for (const struct eh_yaml *e = node->first; e != NULL; e = e->next) {
		struct eh_map_group *g = &groups[p->groups_n++];
		const char *label;
		uint32_t at = 0;

		if ((rc = eh_map_read_name(part, e, &label)) != EH_OK)
			return rc;
		while (at < labels_n && strcmp(labels[at], label) != 0)
			at++;
		if (at == labels_n)
			labels[labels_n++] = label;
		*g = (struct eh_map_group){.value = e->key, .value_len = (uint32_t)strlen(e->key), .label = at};
	}
	qsort(groups, p->groups_n, sizeof *groups, by_value);
	set_labels(part, p, labels, labels_n);
	return EH_OK;
}

/* The label of the band from `low` to below `high`: whole numbers as 25-39, others as 0.5 to under 1.5. */
static const char *band_label(struct eh_map_part *part, int64_t low, int64_t high)
{
	char from[32], to[32];
	bool whole = low % UNIT == 0 && high % UNIT == 0;

	eh_fixed_format(low, EH_MAP_BAND_SCALE, from);
	eh_fixed_format(whole ? high - UNIT : high, EH_MAP_BAND_SCALE, to);
	if (!whole)
		return eh_arena_printf(part->arena, "%s to under %s", from, to);
	return strcmp(from, to) == 0 ? eh_arena_strdup(part->arena, from) : eh_arena_printf(part->arena, "%s-%s", from, to);
}

static void label_bands(struct eh_map_part *part, struct eh_map_protected *p)
{
	const char **labels = eh_arena_zalloc(part->arena, p->bands_n + 1, sizeof *labels);
	char bound[32];

	eh_fixed_format(p->bands[0], EH_MAP_BAND_SCALE, bound);
	labels[0] = eh_arena_printf(part->arena, "under %s", bound);
	for (size_t i = 1; i < p->bands_n; i++)
		labels[i] = band_label(part, p->bands[i - 1], p->bands[i]);
	eh_fixed_format(p->bands[p->bands_n - 1], EH_MAP_BAND_SCALE, bound);
	labels[p->bands_n] = eh_arena_printf(part->arena, "%s+", bound);
	set_labels(part, p, labels, p->bands_n + 1);
}

static enum eh_rc read_bands(struct eh_map_part *part, const struct eh_yaml *node, struct eh_map_protected *p)
{
	int64_t *bands;
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, part->err);

	if (rc != EH_OK)
		return rc;
	if (node->n == 0 || node->n > EH_MAP_BANDS_MAX)
		return eh_yaml_fail(node, part->err, "%s must hold 1 to %d bounds", node->path, EH_MAP_BANDS_MAX);
	p->bands = bands = eh_arena_zalloc(part->arena, node->n, sizeof *bands);
	for (const struct eh_yaml *e = node->first; e != NULL; e = e->next, p->bands_n++) {
		if ((rc = eh_yaml_want(e, EH_YAML_SCALAR, part->err)) != EH_OK)
			return rc;
		if (eh_fixed_parse(e->text, e->len, EH_MAP_BAND_SCALE, &bands[p->bands_n]) != EH_FIXED_EXACT)
			return eh_yaml_fail(e, part->err, "%s must be a number with at most %d decimals", e->path,
			                    EH_MAP_BAND_SCALE);
		if (p->bands_n > 0 && bands[p->bands_n] <= bands[p->bands_n - 1])
			return eh_yaml_fail(e, part->err, "%s is not above the bound before it", e->path);
	}
	label_bands(part, p);
	return EH_OK;
}

/* Where the labels are known, the reference must be one of them. */
static enum eh_rc check_reference(struct eh_map_part *part, const struct eh_yaml *node, const struct eh_map_protected *p)
{
	char list[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < p->labels_n; i++) {
		if (strcmp(p->labels[i], p->reference) == 0)
			return EH_OK;
		if (len < sizeof list)
			len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i == 0 ? "" : ", ", p->labels[i]);
	}
	if (p->labels_n == 0)
		return EH_OK;
	const char *near = eh_nearest(p->reference, p->labels, p->labels_n);
	if (near != NULL)
		return eh_yaml_fail(node, part->err, "%s is \"%s\", did you mean \"%s\"?", node->path, p->reference, near);
	return eh_yaml_fail(node, part->err, "%s is \"%s\", it must be one of: %s", node->path, p->reference, list);
}

/* Group -> column with its probability, kept in the order of the labels' bytes. */
static int by_key(const void *a, const void *b)
{
	return strcmp((*(const struct eh_yaml *const *)a)->key, (*(const struct eh_yaml *const *)b)->key);
}

static enum eh_rc read_proxy(struct eh_map_part *part, const struct eh_yaml *node, struct eh_map_protected *p)
{
	const struct eh_yaml *entry[EH_MAP_PROXY_MAX];
	const char **labels;
	int *columns;
	size_t n = 0;
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_MAPPING, part->err);

	if (rc != EH_OK)
		return rc;
	if (node->n < 2 || node->n > EH_MAP_PROXY_MAX)
		return eh_yaml_fail(node, part->err, "%s must name 2 to %d groups", node->path, EH_MAP_PROXY_MAX);
	for (const struct eh_yaml *e = node->first; e != NULL; e = e->next)
		entry[n++] = e;
	qsort(entry, n, sizeof *entry, by_key);
	labels = eh_arena_zalloc(part->arena, n, sizeof *labels);
	p->proxy = columns = eh_arena_zalloc(part->arena, n, sizeof *columns);
	p->column = -1;
	for (const struct eh_yaml *e = node->first; e != NULL; e = e->next) { /* columns in the order of the file */
		size_t at = 0;

		while (entry[at] != e)
			at++;
		if (e->key[0] == '\0' || strlen(e->key) > EH_MAP_NAME_MAX)
			return eh_yaml_fail_key(e, part->err, "a group's name has 1 to %d bytes", EH_MAP_NAME_MAX);
		labels[at] = e->key;
		if ((rc = eh_map_read_column(part, e, EH_MAP_PROBABILITY, &columns[at])) != EH_OK)
			return rc;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (columns[i] == columns[j])
				return eh_yaml_fail(entry[i], part->err, "%s is the column of the group \"%s\" already",
				                    part->map->columns[columns[i]].name, labels[j]);
	set_labels(part, p, labels, n);
	return EH_OK;
}

/* Exactly one of `column` and `proxy`, and what belongs to it. */
static enum eh_rc read_membership(struct eh_map_part *part, const struct eh_yaml *e, struct eh_map_protected *p)
{
	const struct eh_yaml *column = eh_yaml_get(e, "column"), *proxy = eh_yaml_get(e, "proxy");
	const struct eh_yaml *groups = eh_yaml_get(e, "groups"), *bands = eh_yaml_get(e, "bands");
	const struct eh_yaml *other = column != NULL ? column : groups != NULL ? groups : bands;
	enum eh_rc rc;

	if (proxy != NULL && other != NULL)
		return eh_yaml_fail_key(other, part->err, "%s has proxy and %s, it can have one of them", e->path,
		                        other->key);
	if (proxy != NULL && part->map->mode == EH_MAP_MODE_PUSHDOWN) {
		eh_yaml_fail_key(proxy, part->err, "probabilities need each row by itself, and mode: pushdown brings groups of them");
		return eh_hint(part->err, "read with `mode: poll` or `mode: stream`");
	}
	if (proxy != NULL)
		return read_proxy(part, proxy, p);
	if ((rc = eh_yaml_need(e, "column", &column, part->err)) != EH_OK ||
	    (rc = eh_map_read_column(part, column, EH_MAP_PROTECTED, &p->column)) != EH_OK)
		return rc;
	if (groups != NULL && bands != NULL)
		return eh_yaml_fail_key(bands, part->err, "%s has groups and bands, it can have one of them", e->path);
	if (groups != NULL)
		return read_groups(part, groups, p);
	return bands != NULL ? read_bands(part, bands, p) : EH_OK;
}

static enum eh_rc read_attribute(struct eh_map_part *part, const struct eh_yaml *e, struct eh_map_protected *p)
{
	static const char *const keys[] = {"name", "column", "reference", "groups", "bands", "proxy", NULL};
	const struct eh_yaml *name, *reference;
	enum eh_rc rc = eh_yaml_keys(e, keys, part->err);

	if (rc != EH_OK || (rc = eh_yaml_need(e, "name", &name, part->err)) != EH_OK ||
	    (rc = eh_map_read_name(part, name, &p->name)) != EH_OK)
		return rc;
	if (strcmp(p->name, "intersections") == 0)
		return eh_yaml_fail(name, part->err,
		                    "an attribute cannot be named \"intersections\", `audit:` uses that word");
	if ((rc = read_membership(part, e, p)) != EH_OK ||
	    (rc = eh_yaml_need(e, "reference", &reference, part->err)) != EH_OK ||
	    (rc = eh_map_read_name(part, reference, &p->reference)) != EH_OK)
		return rc;
	return check_reference(part, reference, p);
}

enum eh_rc eh_map_read_protected(struct eh_map_part *part, const struct eh_yaml *node)
{
	struct eh_map_protected *protect = eh_arena_zalloc(part->arena, node->n + 1, sizeof *protect);
	enum eh_rc rc = EH_OK;

	if (node->n == 0)
		return eh_yaml_fail(node, part->err, "protected is an empty list");
	part->map->protect = protect;
	for (const struct eh_yaml *e = node->first; rc == EH_OK && e != NULL; e = e->next)
		rc = read_attribute(part, e, &protect[part->map->protect_n++]);
	return rc;
}
