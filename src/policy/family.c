/*
 * family.c - the families of a policy file: which monitors there are, chosen by name.
 *
 * A name that no map has selects nothing; the maps are not known here, and a family
 * may be written before its source is added.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/inside.h"

static int by_bytes(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* A list of different names, sorted.  An absent key changes nothing. */
static enum eh_rc read_names(const struct eh_policy_reading *r, const struct eh_yaml *node,
                             struct eh_policy_names *out, struct eh_err *err)
{
	const char *const *texts;
	size_t n;

	if (node == NULL)
		return EH_OK;
	enum eh_rc rc = eh_yaml_texts(r->home, node, &texts, &n, err);
	if (rc != EH_OK)
		return rc;
	const char **sorted = eh_arena_zalloc(r->home, n + 1, sizeof *sorted);
	if (n > 0)
		memcpy(sorted, texts, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_bytes);
	*out = (struct eh_policy_names){.name = sorted, .n = n};
	return EH_OK;
}

static bool says_all(const struct eh_yaml *node)
{
	return node->kind == EH_YAML_SCALAR && strcmp(node->text, "all") == 0;
}

static int by_attribute(const void *a, const void *b)
{
	const struct eh_policy_groups *x = a, *y = b;

	return strcmp(x->attribute, y->attribute);
}

/* One entry: in a file `ATTRIBUTE: [..]`, in a stored version {attribute, groups}. */
static enum eh_rc read_group(const struct eh_policy_reading *r, const struct eh_yaml *node,
                             struct eh_policy_groups *out, struct eh_err *err)
{
	static const char *const keys[] = {"attribute", "groups", NULL};
	const struct eh_yaml *list = node, *name;
	enum eh_rc rc = EH_OK;

	if (r->stored) {
		rc = eh_yaml_keys(node, keys, err);
		if (rc == EH_OK)
			rc = eh_yaml_need(node, "attribute", &name, err);
		if (rc == EH_OK)
			rc = eh_yaml_text(name, &out->attribute, err);
		if (rc == EH_OK)
			rc = eh_yaml_need(node, "groups", &list, err);
	} else {
		out->attribute = node->key;
	}
	if (rc == EH_OK)
		rc = read_names(r, list, &out->groups, err);
	if (rc == EH_OK && out->groups.n == 0)
		return eh_yaml_fail(list, err, "no group is named; leave the attribute out of `attributes` instead");
	return rc;
}

static enum eh_rc read_groups(const struct eh_policy_reading *r, const struct eh_yaml *node,
                              struct eh_policy_family *f, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, r->stored ? EH_YAML_SEQUENCE : EH_YAML_MAPPING, err);
	struct eh_policy_groups *groups;
	size_t n = 0;

	if (rc != EH_OK)
		return rc;
	groups = eh_arena_zalloc(r->home, node->n + 1, sizeof *groups);
	for (const struct eh_yaml *item = node->first; rc == EH_OK && item != NULL; item = item->next, n++) {
		rc = read_group(r, item, &groups[n], err);
		if (rc == EH_OK && !eh_policy_names_hold(&f->attributes, groups[n].attribute))
			return eh_yaml_fail_key(item, err, "the family does not watch \"%s\", of which groups are chosen",
			                        groups[n].attribute);
	}
	qsort(groups, n, sizeof *groups, by_attribute);
	f->groups = groups;
	f->groups_n = n;
	return rc;
}

static int by_both(const void *a, const void *b)
{
	const struct eh_policy_both *x = a, *y = b;
	int first = strcmp(x->attribute[0], y->attribute[0]);

	return first != 0 ? first : strcmp(x->attribute[1], y->attribute[1]);
}

static enum eh_rc read_both(const struct eh_policy_reading *r, const struct eh_yaml *node, struct eh_policy_both *out,
                            struct eh_err *err)
{
	struct eh_policy_names pair = {0};
	enum eh_rc rc = read_names(r, node, &pair, err);

	if (rc != EH_OK)
		return rc;
	if (pair.n != 2)
		return eh_yaml_fail(node, err, "an intersection is of two attributes, as [sex, age]");
	out->attribute[0] = pair.name[0];
	out->attribute[1] = pair.name[1];
	return EH_OK;
}

static enum eh_rc read_intersections(const struct eh_policy_reading *r, const struct eh_yaml *node,
                                     struct eh_policy_family *f, struct eh_err *err)
{
	struct eh_policy_both *both;
	size_t n = 0;

	f->all_intersections = says_all(node);
	if (f->all_intersections)
		return EH_OK;
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);
	if (rc != EH_OK)
		return rc;
	both = eh_arena_zalloc(r->home, node->n + 1, sizeof *both);
	for (const struct eh_yaml *item = node->first; rc == EH_OK && item != NULL; item = item->next, n++) {
		rc = read_both(r, item, &both[n], err);
		for (size_t i = 0; rc == EH_OK && i < n; i++)
			if (by_both(&both[i], &both[n]) == 0)
				return eh_yaml_fail(item, err, "this intersection is listed twice");
	}
	qsort(both, n, sizeof *both, by_both);
	f->intersections = both;
	f->intersections_n = n;
	return rc;
}

static enum eh_rc read_segments(const struct eh_policy_reading *r, const struct eh_yaml *node,
                                struct eh_policy_family *f, struct eh_err *err)
{
	if (says_all(node)) {
		f->segments.all = true;
		return EH_OK;
	}
	return read_names(r, node, &f->segments, err);
}

/* Nothing of a family may be chosen away until it watches nothing. */
static enum eh_rc check_watches(const struct eh_yaml *node, const struct eh_policy_family *f, struct eh_err *err)
{
	if (!f->sources.all && f->sources.n == 0)
		return eh_yaml_fail(eh_yaml_get(node, "sources"), err, "a family looks at one source at least");
	if (!f->attributes.all && f->attributes.n == 0 && f->intersections_n == 0 && !f->all_intersections)
		return eh_yaml_fail(eh_yaml_get(node, "attributes"), err,
		                    "a family watches one attribute or intersection at least");
	return EH_OK;
}

static int by_tau(const void *a, const void *b)
{
	const struct eh_policy_line *x = a, *y = b;

	return (x->tau_ppm < y->tau_ppm) - (x->tau_ppm > y->tau_ppm);
}

static enum eh_rc read_family(const struct eh_policy_reading *r, const struct eh_yaml *node,
                              struct eh_policy_family *f, struct eh_err *err)
{
	static const char *const keys[] = {"name",     "sources", "attributes",  "groups", "intersections",
	                                   "segments", "outcomes", "window", "conditional", "two_sided", "lines", NULL};
	static const char *const stored[] = {"name",     "sources",  "attributes",     "groups",      "intersections",
	                                     "segments", "outcomes", "window_seconds", "conditional", "two_sided", "lines", NULL};
	const struct eh_yaml *at;
	enum eh_rc rc = eh_yaml_keys(node, r->stored ? stored : keys, err);

	*f = r->given;
	if (rc == EH_OK)
		rc = eh_yaml_need(node, "name", &at, err);
	if (rc == EH_OK)
		rc = eh_yaml_text(at, &f->name, err);
	if (rc == EH_OK)
		rc = read_names(r, eh_yaml_get(node, "sources"), &f->sources, err);
	if (rc == EH_OK)
		rc = read_names(r, eh_yaml_get(node, "attributes"), &f->attributes, err);
	if (rc == EH_OK && (at = eh_yaml_get(node, "groups")) != NULL)
		rc = read_groups(r, at, f, err);
	if (rc == EH_OK && (at = eh_yaml_get(node, "intersections")) != NULL)
		rc = read_intersections(r, at, f, err);
	if (rc == EH_OK && (at = eh_yaml_get(node, "segments")) != NULL)
		rc = read_segments(r, at, f, err);
	if (rc == EH_OK)
		rc = eh_policy_read_common(r, node, f, err);
	if (rc == EH_OK)
		rc = check_watches(node, f, err);
	qsort(f->line, f->lines, sizeof *f->line, by_tau);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	const struct eh_policy_family *x = a, *y = b;

	return strcmp(x->name, y->name);
}

enum eh_rc eh_policy_read_families(struct eh_policy_reading *r, const struct eh_yaml *node, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);
	struct eh_policy_family *family;
	size_t n = 0;

	if (rc != EH_OK)
		return rc;
	if (node->n == 0 || node->n > EH_POLICY_FAMILIES_MAX)
		return eh_yaml_fail(node, err, "a policy has 1 to %d families", EH_POLICY_FAMILIES_MAX);
	family = eh_arena_zalloc(r->home, node->n, sizeof *family);
	for (const struct eh_yaml *item = node->first; rc == EH_OK && item != NULL; item = item->next, n++) {
		rc = read_family(r, item, &family[n], err);
		for (size_t i = 0; rc == EH_OK && i < n; i++)
			if (strcmp(family[i].name, family[n].name) == 0)
				return eh_yaml_fail(eh_yaml_get(item, "name"), err, "there are two families named \"%s\"",
				                    family[n].name);
	}
	if (rc != EH_OK)
		return rc;
	qsort(family, n, sizeof *family, by_name);
	r->policy->family = family;
	r->policy->families = n;
	return EH_OK;
}
