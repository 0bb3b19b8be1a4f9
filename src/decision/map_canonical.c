/*
 * map_canonical.c - one map, one sequence of bytes: the canonical JSON whose SHA-256 is the version.
 *
 * Every key of this list is always written, with its default where the file has
 * none, so that a default that is written out does not make another version.  A
 * key that a later release adds must be written only where it differs from its
 * default, or every map on the record would change its name.  The order of lists
 * is kept: it decides the order of results.  Groups are pairs, as keys of
 * canonical JSON are ASCII.
 */
#include <string.h>

#include "base/fixed.h"
#include "base/json.h"
#include "decision/map_part.h"

static json_t *text_or_null(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

static void set(json_t *object, const char *key, json_t *value)
{
	EH_ASSERT(value != NULL && json_object_set_new(object, key, value) == 0);
}

static void add(json_t *array, json_t *value)
{
	EH_ASSERT(value != NULL && json_array_append_new(array, value) == 0);
}

static const char *column_name(const struct eh_map *map, int column)
{
	return column < 0 ? NULL : map->columns[column].name;
}

static json_t *values_json(const struct eh_map_values *values)
{
	json_t *array = json_array();

	for (size_t i = 0; i < values->n; i++)
		add(array, json_string(values->text[i]));
	return array;
}

static json_t *columns_json(const struct eh_map *map)
{
	json_t *o = json_object();

	set(o, "id", json_string(column_name(map, map->id)));
	set(o, "decided_at", json_string(column_name(map, map->decided_at)));
	set(o, "decision", json_string(column_name(map, map->decision)));
	set(o, "score", text_or_null(column_name(map, map->score)));
	set(o, "outcome", text_or_null(column_name(map, map->outcome)));
	set(o, "outcome_at", text_or_null(column_name(map, map->outcome_at)));
	if (map->received_at >= 0)
		set(o, "received_at", json_string(column_name(map, map->received_at)));
	if (map->version_column >= 0)
		set(o, "version", json_string(column_name(map, map->version_column)));
	return o;
}

static json_t *score_json(const struct eh_map *map)
{
	json_t *o;

	if (map->score < 0)
		return json_null();
	o = json_object();
	set(o, "higher_is", json_string(map->higher_is == EH_MAP_HIGHER_ADVERSE ? "adverse" : "favourable"));
	set(o, "scale", json_integer(map->score_scale));
	return o;
}

static json_t *outcome_json(const struct eh_map *map)
{
	json_t *o;

	if (map->outcome < 0 && map->outcomes == NULL)
		return json_null();
	o = json_object();
	set(o, "adverse", values_json(&map->outcome_adverse));
	if (map->maturity_us != EH_MAP_MATURITY_US) /* maps written before there was this key keep their version */
		set(o, "maturity_us", json_integer(map->maturity_us));
	return o;
}

static json_t *proxy_json(const struct eh_map *map, const struct eh_map_protected *p)
{
	json_t *array = json_array();

	for (size_t i = 0; i < p->labels_n; i++) {
		json_t *pair = json_array();

		add(pair, json_string(p->labels[i]));
		add(pair, json_string(column_name(map, p->proxy[i])));
		add(array, pair);
	}
	return array;
}

static json_t *attribute_json(const struct eh_map *map, const struct eh_map_protected *p)
{
	json_t *o = json_object(), *groups = json_array(), *bands = json_array();
	char bound[32];

	for (size_t i = 0; i < p->groups_n; i++) {
		json_t *pair = json_array();

		add(pair, json_string(p->groups[i].value));
		add(pair, json_string(p->labels[p->groups[i].label]));
		add(groups, pair);
	}
	for (size_t i = 0; i < p->bands_n; i++) {
		eh_fixed_format(p->bands[i], EH_MAP_BAND_SCALE, bound);
		add(bands, json_string(bound));
	}
	set(o, "name", json_string(p->name));
	set(o, "column", text_or_null(column_name(map, p->column)));
	set(o, "reference", json_string(p->reference));
	set(o, "groups", groups);
	set(o, "bands", bands);
	if (p->proxy != NULL) /* later than the rest: written only where it is there */
		set(o, "proxy", proxy_json(map, p));
	return o;
}

static json_t *feature_json(const struct eh_map *map, const struct eh_map_feature *f)
{
	json_t *o = json_object();

	set(o, "name", json_string(f->name));
	set(o, "column", json_string(column_name(map, f->column)));
	set(o, "kind", json_string(f->kind == EH_MAP_NUMERIC ? "numeric" : "categorical"));
	set(o, "scale", f->kind == EH_MAP_NUMERIC ? json_integer(f->scale) : json_null());
	return o;
}

/* {first: name, "column": column} */
static json_t *pair_json(const struct eh_map *map, const char *first, const char *name, int column)
{
	json_t *o = json_object();

	set(o, first, json_string(name));
	set(o, "column", json_string(column_name(map, column)));
	return o;
}

static void set_lists(const struct eh_map *map, json_t *root)
{
	json_t *protect = json_array(), *strata = json_array(), *features = json_array(), *lineage = json_array();

	for (size_t i = 0; i < map->protect_n; i++)
		add(protect, attribute_json(map, &map->protect[i]));
	for (size_t i = 0; i < map->strata_n; i++)
		add(strata, pair_json(map, "name", map->strata[i].name, map->strata[i].column));
	for (size_t i = 0; i < map->features_n; i++)
		add(features, feature_json(map, &map->features[i]));
	for (size_t i = 0; i < map->lineage_n; i++)
		add(lineage, pair_json(map, "role", map->lineage[i].role, map->lineage[i].column));
	set(root, "protected", protect);
	set(root, "strata", strata);
	set(root, "features", features);
	set(root, "lineage", lineage);
}

static const char *ref_name(const struct eh_map *map, struct eh_map_ref ref)
{
	switch (ref.list) {
	case EH_MAP_PROTECTED:
		return map->protect[ref.at].name;
	case EH_MAP_STRATUM:
		return map->strata[ref.at].name;
	default:
		EH_ASSERT(ref.list == EH_MAP_FEATURE);
		return map->features[ref.at].name;
	}
}

/* null: not given, the default holds. */
static json_t *refs_json(const struct eh_map *map, const struct eh_map_refs *refs)
{
	json_t *array;

	if (!refs->given)
		return json_null();
	array = json_array();
	for (size_t i = 0; i < refs->n; i++)
		add(array, json_string(ref_name(map, refs->ref[i])));
	return array;
}

static json_t *audit_json(const struct eh_map *map)
{
	json_t *root = json_object(), *attributes = json_array(), *pairs = json_array();

	for (size_t i = 0; i < map->protect_n; i++) {
		json_t *o = json_object();

		set(o, "attribute", json_string(map->protect[i].name));
		set(o, "strata", refs_json(map, &map->audit[i].strata));
		set(o, "controls", refs_json(map, &map->audit[i].controls));
		set(o, "proxies", refs_json(map, &map->audit[i].proxies));
		add(attributes, o);
	}
	for (size_t i = 0; i < map->intersections_n; i++) {
		json_t *pair = json_array();

		add(pair, json_string(map->protect[map->intersections[i][0]].name));
		add(pair, json_string(map->protect[map->intersections[i][1]].name));
		add(pairs, pair);
	}
	set(root, "attributes", attributes);
	set(root, "intersections", pairs);
	return root;
}

static json_t *amounts_json(const struct eh_map *map)
{
	json_t *array = json_array();

	for (size_t i = 0; i < map->amounts_n; i++) {
		const struct eh_map_amount *a = &map->amounts[i];
		json_t *o = json_object();

		set(o, "name", json_string(a->name));
		set(o, "column", json_string(column_name(map, a->column)));
		set(o, "scale", json_integer(a->scale));
		set(o, "expected", text_or_null(column_name(map, a->expected)));
		set(o, "actual", text_or_null(column_name(map, a->actual)));
		add(array, o);
	}
	return array;
}

static json_t *outcomes_json(const struct eh_map *outcomes)
{
	json_t *o = json_object();

	set(o, "schema", json_string(outcomes->schema));
	set(o, "table", json_string(outcomes->table));
	set(o, "id", json_string(column_name(outcomes, outcomes->id)));
	set(o, "outcome", json_string(column_name(outcomes, outcomes->outcome)));
	set(o, "outcome_at", text_or_null(column_name(outcomes, outcomes->outcome_at)));
	return o;
}

/* Later than the rest: written only where they are there. */
static void set_later(const struct eh_map *map, json_t *root)
{
	json_t *override;

	if (map->slot != NULL)
		set(root, "slot", json_string(map->slot));
	if (map->publication != NULL)
		set(root, "publication", json_string(map->publication));
	if (map->amounts_n > 0)
		set(root, "amounts", amounts_json(map));
	if (map->outcomes != NULL)
		set(root, "outcomes", outcomes_json(map->outcomes));
	if (map->override_column < 0)
		return;
	override = json_object();
	set(override, "column", json_string(column_name(map, map->override_column)));
	set(override, "yes", values_json(&map->override_yes));
	set(root, "override", override);
}

static json_t *map_json(const struct eh_map *map)
{
	json_t *root = json_object();

	set(root, "source", json_string(map->source));
	set(root, "conninfo", text_or_null(map->conninfo));
	set(root, "schema", json_string(map->schema));
	set(root, "table", json_string(map->table));
	set(root, "mode", json_string(eh_map_mode_name(map->mode)));
	set(root, "identity", json_string(map->identity == EH_MAP_IDENTITY_TRACKED ? "tracked" : "position"));
	set(root, "pane", json_string(eh_map_pane_name(map->pane)));
	set(root, "lateness_us", json_integer(map->lateness_us));
	set(root, "follow", json_boolean(map->follow));
	set(root, "columns", columns_json(map));
	set(root, "favourable", values_json(&map->favourable));
	set(root, "adverse", values_json(&map->adverse));
	set(root, "score", score_json(map));
	set(root, "outcome", outcome_json(map));
	set_lists(map, root);
	set(root, "audit", audit_json(map));
	set_later(map, root);
	return root;
}

enum eh_rc eh_map_write_canonical(struct eh_map_part *part)
{
	struct eh_map *map = part->map;
	EH_JSON_AUTO doc = map_json(map);
	EH_BUF_AUTO text = {0};
	enum eh_rc rc = eh_json_canonical(doc, &text, part->err);

	if (rc != EH_OK)
		return rc;
	map->canonical = eh_arena_strndup(part->arena, text.data, text.len);
	map->canonical_len = text.len;
	map->version = eh_sha256_of(text.data, text.len);
	return EH_OK;
}
