/*
 * map_audit.c - reads `audit:`: what one attribute's audit and conditional monitors condition on.
 */
#include <string.h>

#include "config/nearest.h"
#include "decision/map_part.h"

#define NAMES_MAX (EH_MAP_PROTECTED_MAX + EH_MAP_STRATA_MAX + EH_MAP_FEATURES_MAX)

/* All names of the lists in `lists` (a set of enum eh_map_role), for finding and for "did you mean". */
static size_t gather_names(const struct eh_map *map, unsigned lists, const char *names[NAMES_MAX],
                           struct eh_map_ref refs[NAMES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; (lists & EH_MAP_PROTECTED) && i < map->protect_n; i++, n++) {
		names[n] = map->protect[i].name;
		refs[n] = (struct eh_map_ref){.list = EH_MAP_PROTECTED, .at = (int)i};
	}
	for (size_t i = 0; (lists & EH_MAP_STRATUM) && i < map->strata_n; i++, n++) {
		names[n] = map->strata[i].name;
		refs[n] = (struct eh_map_ref){.list = EH_MAP_STRATUM, .at = (int)i};
	}
	for (size_t i = 0; (lists & EH_MAP_FEATURE) && i < map->features_n; i++, n++) {
		names[n] = map->features[i].name;
		refs[n] = (struct eh_map_ref){.list = EH_MAP_FEATURE, .at = (int)i};
	}
	return n;
}

static const char *what_lists(unsigned lists)
{
	if (lists == EH_MAP_PROTECTED)
		return "a protected attribute";
	return lists & EH_MAP_FEATURE ? "a feature or a stratum" : "a stratum or a protected attribute";
}

/* The thing of that name in one of the lists. */
static enum eh_rc find_ref(struct eh_map_part *part, const struct eh_yaml *node, const char *name, unsigned lists,
                           struct eh_map_ref *out)
{
	const char *names[NAMES_MAX];
	struct eh_map_ref refs[NAMES_MAX];
	size_t n = gather_names(part->map, lists, names, refs);

	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0) {
			*out = refs[i];
			return EH_OK;
		}
	const char *near = eh_nearest(name, names, n);
	/* A name that is a key is shown where the key stands. */
	enum eh_rc (*fail)(const struct eh_yaml *, struct eh_err *, const char *, ...) =
		name == node->key ? eh_yaml_fail_key : eh_yaml_fail;
	if (near != NULL)
		return fail(node, part->err, "\"%s\" is not %s, did you mean \"%s\"?", name, what_lists(lists), near);
	return fail(node, part->err, "\"%s\" is not %s of this map", name, what_lists(lists));
}

static enum eh_rc read_refs(struct eh_map_part *part, const struct eh_yaml *node, unsigned lists, int self,
                            struct eh_map_refs *out)
{
	const char *const *names;
	struct eh_map_ref *refs;
	size_t n, others = 0;
	enum eh_rc rc;

	if (node == NULL)
		return EH_OK;
	if ((rc = eh_yaml_texts(part->arena, node, &names, &n, part->err)) != EH_OK)
		return rc;
	refs = eh_arena_zalloc(part->arena, n + 1, sizeof *refs);
	const struct eh_yaml *e = node->first;
	for (size_t i = 0; i < n; i++, e = e->next) {
		if ((rc = find_ref(part, e, names[i], lists, &refs[i])) != EH_OK)
			return rc;
		if (refs[i].list == EH_MAP_PROTECTED && part->map->protect[refs[i].at].proxy != NULL)
			return eh_map_refuse_unbuilt(e, "a stratum made of probabilities", part->err);
		if (refs[i].list == EH_MAP_PROTECTED && refs[i].at == self)
			return eh_yaml_fail(e, part->err, "\"%s\" cannot be a stratum of itself", names[i]);
		others += refs[i].list == EH_MAP_PROTECTED;
		if (others > EH_MAP_OTHERS_MAX)
			return eh_yaml_fail(e, part->err, "at most %d other protected attributes can be strata", EH_MAP_OTHERS_MAX);
	}
	*out = (struct eh_map_refs){.given = true, .ref = refs, .n = n};
	return EH_OK;
}

static enum eh_rc read_entry(struct eh_map_part *part, const struct eh_yaml *e, struct eh_map_audit *audits)
{
	static const char *const keys[] = {"strata", "controls", "proxies", NULL};
	const unsigned legit = EH_MAP_STRATUM | EH_MAP_PROTECTED, any = EH_MAP_FEATURE | EH_MAP_STRATUM;
	struct eh_map_ref attribute;
	enum eh_rc rc = find_ref(part, e, e->key, EH_MAP_PROTECTED, &attribute);

	if (rc != EH_OK || (rc = eh_yaml_keys(e, keys, part->err)) != EH_OK)
		return rc;
	if (part->map->protect[attribute.at].proxy != NULL && e->n > 0)
		return eh_map_refuse_unbuilt(e, "audit: with an attribute given by `proxy:`",
		                             part->err);
	struct eh_map_audit *a = &audits[attribute.at];
	if (e->n == 0) /* an empty mapping means none of anything */
		a->strata.given = a->controls.given = a->proxies.given = true;
	if ((rc = read_refs(part, eh_yaml_get(e, "strata"), legit, attribute.at, &a->strata)) != EH_OK ||
	    (rc = read_refs(part, eh_yaml_get(e, "controls"), any, -1, &a->controls)) != EH_OK)
		return rc;
	return read_refs(part, eh_yaml_get(e, "proxies"), any, -1, &a->proxies);
}

static enum eh_rc read_pair(struct eh_map_part *part, const struct eh_yaml *e, int pair[2])
{
	const char *const *names;
	struct eh_map_ref refs[2];
	size_t n;
	enum eh_rc rc = eh_yaml_texts(part->arena, e, &names, &n, part->err);

	if (rc != EH_OK)
		return rc;
	if (n != 2)
		return eh_yaml_fail(e, part->err, "%s must name two attributes", e->path);
	if ((rc = find_ref(part, e->first, names[0], EH_MAP_PROTECTED, &refs[0])) != EH_OK ||
	    (rc = find_ref(part, e->first->next, names[1], EH_MAP_PROTECTED, &refs[1])) != EH_OK)
		return rc;
	for (int i = 0; i < 2; i++)
		if (part->map->protect[refs[i].at].proxy != NULL)
			return eh_map_refuse_unbuilt(e, "an intersection with an attribute given by `proxy:`",
			                             part->err);
	pair[0] = refs[0].at;
	pair[1] = refs[1].at;
	return EH_OK;
}

static enum eh_rc read_intersections(struct eh_map_part *part, const struct eh_yaml *node)
{
	int(*pairs)[2];
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, part->err);

	if (rc != EH_OK)
		return rc;
	part->map->intersections = (const int(*)[2])(pairs = eh_arena_zalloc(part->arena, node->n + 1, sizeof *pairs));
	for (const struct eh_yaml *e = node->first; e != NULL; e = e->next) {
		size_t n = part->map->intersections_n;

		if ((rc = read_pair(part, e, pairs[n])) != EH_OK)
			return rc;
		for (size_t i = 0; i < n; i++)
			if ((pairs[i][0] == pairs[n][0] && pairs[i][1] == pairs[n][1]) ||
			    (pairs[i][0] == pairs[n][1] && pairs[i][1] == pairs[n][0]))
				return eh_yaml_fail(e, part->err, "%s is written twice", e->path);
		part->map->intersections_n++;
	}
	return EH_OK;
}

enum eh_rc eh_map_read_audit(struct eh_map_part *part, const struct eh_yaml *node)
{
	struct eh_map_audit *audits = eh_arena_zalloc(part->arena, part->map->protect_n, sizeof *audits);
	enum eh_rc rc = node == NULL ? EH_OK : eh_yaml_want(node, EH_YAML_MAPPING, part->err);

	part->map->audit = audits;
	if (node == NULL || rc != EH_OK)
		return rc;
	for (const struct eh_yaml *e = node->first; rc == EH_OK && e != NULL; e = e->next)
		rc = strcmp(e->key, "intersections") == 0 ? read_intersections(part, e) : read_entry(part, e, audits);
	return rc;
}
