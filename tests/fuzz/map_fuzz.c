/*
 * map_fuzz.c - any bytes as a source map: refused with a place, or read whole and in itself consistent.
 */
#include <string.h>

#include "base/json.h"
#include "decision/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 forgets a buffer of a long quoted text when the flow around it is broken.  A user's
 * broken file is read once and the program ends: no harm, and not ours to mend. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so";
}

static void check_refs(const struct eh_map *m, const struct eh_map_refs *refs)
{
	for (size_t i = 0; i < refs->n; i++) {
		size_t most = refs->ref[i].list == EH_MAP_PROTECTED ? m->protect_n
		              : refs->ref[i].list == EH_MAP_STRATUM ? m->strata_n
		                                                    : m->features_n;
		EH_ASSERT(refs->ref[i].at >= 0 && (size_t)refs->ref[i].at < most);
	}
}

static void check_column(const struct eh_map *m, int column, enum eh_map_role role)
{
	EH_ASSERT(column >= 0 && (size_t)column < m->columns_n && (m->columns[column].roles & role) != 0);
}

/* A column of its own, or a probability for each group. */
static void check_membership(const struct eh_map *m, const struct eh_map_protected *p)
{
	EH_ASSERT((p->proxy != NULL) == (p->column < 0));
	if (p->proxy == NULL)
		check_column(m, p->column, EH_MAP_PROTECTED);
	for (size_t k = 0; p->proxy != NULL && k < p->labels_n; k++)
		check_column(m, p->proxy[k], EH_MAP_PROBABILITY);
}

static void check_later_keys(const struct eh_map *m)
{
	for (size_t i = 0; i < m->amounts_n; i++) {
		check_column(m, m->amounts[i].column, EH_MAP_AMOUNT);
		if (m->amounts[i].expected >= 0)
			check_column(m, m->amounts[i].expected, EH_MAP_AMOUNT);
		if (m->amounts[i].actual >= 0)
			check_column(m, m->amounts[i].actual, EH_MAP_AMOUNT);
	}
	if (m->override_column >= 0)
		check_column(m, m->override_column, EH_MAP_OVERRIDE);
}

static void check_map(const struct eh_map *m)
{
	check_column(m, m->id, EH_MAP_ID);
	check_column(m, m->decided_at, EH_MAP_DECIDED_AT);
	check_column(m, m->decision, EH_MAP_DECISION);
	EH_ASSERT(m->favourable.n + m->adverse.n > 0 && m->protect_n > 0);
	check_later_keys(m);
	for (size_t i = 0; i < m->protect_n; i++) {
		if (m->protect[i].proxy == NULL)
			check_membership(m, &m->protect[i]);
		for (size_t k = 0; m->protect[i].proxy != NULL && k < m->protect[i].labels_n; k++)
			check_column(m, m->protect[i].proxy[k], EH_MAP_PROBABILITY);
		check_refs(m, &m->audit[i].strata);
		check_refs(m, &m->audit[i].controls);
		check_refs(m, &m->audit[i].proxies);
		for (size_t k = 0; k < m->protect[i].groups_n; k++)
			EH_ASSERT(m->protect[i].groups[k].label < m->protect[i].labels_n);
	}
	for (size_t i = 0; i < m->strata_n; i++)
		check_column(m, m->strata[i].column, EH_MAP_STRATUM);
	for (size_t i = 0; i < m->features_n; i++)
		check_column(m, m->features[i].column, EH_MAP_FEATURE);
	for (size_t i = 0; i < m->lineage_n; i++)
		check_column(m, m->lineage[i].column, EH_MAP_LINEAGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *map = NULL, *again = NULL;
	struct eh_err err = {0};

	if (eh_map_parse(arena, "m.yaml", (const char *)data, n, &map, &err) != EH_OK) {
		EH_ASSERT(err.rc == EH_BAD_INPUT && strncmp(err.text, "m.yaml:", strlen("m.yaml:")) == 0);
		return 0;
	}
	check_map(map);
	EH_ASSERT(eh_map_parse(arena, "again", map->text, map->text_len, &again, &err) == EH_OK);
	EH_ASSERT(eh_sha256_equal(&map->version, &again->version));
	EH_JSON_AUTO doc = json_loadb(map->canonical, map->canonical_len, 0, NULL);
	EH_BUF_AUTO canonical = {0};
	EH_ASSERT(doc != NULL && eh_json_canonical(doc, &canonical, &err) == EH_OK);
	EH_ASSERT(strcmp(canonical.data, map->canonical) == 0);
	return 0;
}
