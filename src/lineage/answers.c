/*
 * answers.c - see answers.h.
 */
#include "lineage/answers.h"

#include <string.h>

#include "config/yaml.h"

static enum eh_rc read_optional(const struct eh_yaml *node, const char *key, const char **out, struct eh_err *err)
{
	const struct eh_yaml *entry = eh_yaml_get(node, key);

	*out = NULL;
	return entry == NULL ? EH_OK : eh_yaml_text(entry, out, err);
}

static enum eh_rc read_needed(const struct eh_yaml *node, const char *key, const char **out, struct eh_err *err)
{
	const struct eh_yaml *entry;
	enum eh_rc rc = eh_yaml_need(node, key, &entry, err);

	return rc == EH_OK ? eh_yaml_text(entry, out, err) : rc;
}

static enum eh_rc read_answer(const struct eh_yaml *node, struct eh_answer *out, struct eh_err *err)
{
	static const char *const keys[] = {"role", "component", "accountable", "contact", "deputy", NULL};
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	if (rc == EH_OK)
		rc = read_needed(node, "role", &out->role, err);
	if (rc == EH_OK)
		rc = read_needed(node, "accountable", &out->accountable, err);
	if (rc == EH_OK)
		rc = read_needed(node, "contact", &out->contact, err);
	if (rc == EH_OK)
		rc = read_optional(node, "component", &out->component, err);
	if (rc == EH_OK)
		rc = read_optional(node, "deputy", &out->deputy, err);
	return rc;
}

enum eh_rc eh_answers_read(struct eh_arena *home, const char *path, struct eh_answers *out, struct eh_err *err)
{
	static const char *const keys[] = {"register", NULL};
	const struct eh_yaml *root, *list;
	struct eh_answer *answer;
	size_t n = 0;

	*out = (struct eh_answers){0};
	if (path == NULL)
		return EH_OK;
	enum eh_rc rc = eh_yaml_read(home, path, &root, NULL, NULL, err);
	if (rc == EH_OK)
		rc = eh_yaml_keys(root, keys, err);
	if (rc == EH_OK)
		rc = eh_yaml_need(root, "register", &list, err);
	if (rc == EH_OK)
		rc = eh_yaml_want(list, EH_YAML_SEQUENCE, err);
	if (rc != EH_OK)
		return rc;
	answer = eh_arena_zalloc(home, list->n, sizeof *answer);
	for (const struct eh_yaml *item = list->first; rc == EH_OK && item != NULL; item = item->next)
		rc = read_answer(item, &answer[n++], err);
	*out = (struct eh_answers){.answer = answer, .n = n};
	return rc;
}

const struct eh_answer *eh_answers_find(const struct eh_answers *answers, const char *role, const char *component)
{
	for (size_t i = 0; i < answers->n; i++) {
		const struct eh_answer *a = &answers->answer[i];

		if (strcmp(a->role, role) == 0 && (a->component == NULL || strcmp(a->component, component) == 0))
			return a;
	}
	return NULL;
}
