/*
 * cells.c - see cells.h.
 */
#include "source/cells.h"

#include <sodium.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "source/dictionary.h"
#include "source/shape.h"

#define KINDS_MAX (1 + EH_MAP_PROTECTED_MAX + EH_MAP_FEATURES_MAX + EH_MAP_LINEAGE_MAX)

struct eh_cells {
	struct eh_arena *arena;
	const struct eh_map *map;
	struct eh_cube_shape shape;
	struct eh_cube_names *names;
	struct eh_dictionary kind[KINDS_MAX]; /* stratum, then the attributes, then the level features */
	size_t kinds;
	bool list[EH_MAP_LINEAGE_MAX]; /* the role is a retrieval role */
	struct eh_dictionary lineage; /* never stored: what has no cap needs no record of who came first */

	/* Level codes of the row at hand. */
	uint32_t level_other[EH_CUBE_MAX_FEATURES];
	uint32_t *codes; /* EH_CELLS_LEVELS_MAX + 1 for each level feature */
	uint64_t *seen;  /* beside codes: the last row that held the level */
	uint64_t row;

	uint8_t *label_code[EH_MAP_PROTECTED_MAX]; /* by the map's label: its code; 0: not met yet */
	unsigned char bucket_key[crypto_shorthash_KEYBYTES];
};

static bool is_retrieval(const struct eh_map *map, size_t l)
{
	return strcmp(map->lineage[l].role, EH_SOURCE_RETRIEVAL) == 0;
}

enum eh_pane eh_cells_pane(const struct eh_map *map)
{
	switch (map->pane) {
	case EH_MAP_PANE_HOUR:
		return EH_PANE_HOUR;
	case EH_MAP_PANE_DAY:
		return EH_PANE_DAY;
	case EH_MAP_PANE_WEEK:
		return EH_PANE_WEEK;
	case EH_MAP_PANE_MONTH:
		break;
	}
	return EH_PANE_MONTH;
}

/* ---- making ----------------------------------------------------------------------- */

static void add_kind(struct eh_cells *cells, const char *kind, const char *name, uint32_t width, uint32_t cap)
{
	const char *text = *name == '\0' ? kind : eh_arena_printf(cells->arena, "%s:%s", kind, name);

	eh_dictionary_init(&cells->kind[cells->kinds++], cells->arena, text, width, cap);
}

static struct eh_dictionary *level_kind(struct eh_cells *cells, uint32_t feature)
{
	return &cells->kind[1 + cells->map->protect_n + feature];
}

/* From the source's name alone: a new version of its map puts no id into another bucket. */
static void make_bucket_key(struct eh_cells *cells)
{
	EH_BUF_AUTO text = {0};

	eh_buf_printf(&text, "evenhand/bucket/v1\n%s", cells->map->source);
	struct eh_sha256 digest = eh_sha256_of(text.data, text.len);
	memcpy(cells->bucket_key, digest.bytes, sizeof cells->bucket_key);
}

struct eh_cells *eh_cells_new(struct eh_arena *arena, const struct eh_map *map)
{
	struct eh_cells *cells = eh_arena_zalloc(arena, 1, sizeof *cells);

	cells->arena = arena;
	cells->map = map;
	for (size_t l = 0; l < map->lineage_n; l++)
		cells->list[l] = is_retrieval(map, l);
	cells->shape = eh_source_shape(map);
	EH_ASSERT(cells->shape.level <= EH_CUBE_MAX_FEATURES && cells->shape.numeric <= EH_CUBE_MAX_FEATURES);
	cells->names = eh_cube_names_new(arena, &cells->shape);
	add_kind(cells, "stratum", "", cells->shape.strata, EH_CELLS_STRATA_MAX);
	for (size_t i = 0; i < map->protect_n; i++)
		add_kind(cells, "attribute", map->protect[i].name, 1, EH_CELLS_LABELS_MAX);
	for (size_t i = 0; i < map->protect_n; i++)
		cells->label_code[i] = eh_arena_zalloc(arena, map->protect[i].labels_n + 1, 1);
	for (size_t f = 0; f < map->features_n; f++)
		if (map->features[f].kind == EH_MAP_CATEGORICAL)
			add_kind(cells, "feature", map->features[f].name, 1, EH_CELLS_LEVELS_MAX);
	for (size_t l = 0; l < map->lineage_n; l++)
		if (is_retrieval(map, l))
			add_kind(cells, EH_SOURCE_RETRIEVAL, map->lineage[l].role, 1, EH_CELLS_LEVELS_MAX);
	eh_dictionary_init(&cells->lineage, arena, "lineage", cells->shape.roles, 0);
	cells->codes = eh_arena_zalloc(arena, cells->shape.level * (EH_CELLS_LEVELS_MAX + 1), sizeof *cells->codes);
	cells->seen = eh_arena_zalloc(arena, cells->shape.level * (EH_CELLS_LEVELS_MAX + 1), sizeof *cells->seen);
	make_bucket_key(cells);
	for (uint32_t f = 0; f < cells->shape.level; f++)
		cells->level_other[f] = eh_cube_level(cells->names, f, (struct eh_text){EH_CELLS_OTHER, strlen(EH_CELLS_OTHER)});
	return cells;
}

struct eh_cube_names *eh_cells_names(struct eh_cells *cells)
{
	return cells->names;
}

/* ---- a decision's cell ------------------------------------------------------------ */

/* A tuple as it is stored: ["a",null,"b"]. */
static void tuple_value(const struct eh_text *fields, size_t n, struct eh_buf *out)
{
	eh_buf_reset(out);
	eh_buf_putc(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			eh_buf_putc(out, ',');
		if (fields[i].n == 0)
			eh_buf_puts(out, "null");
		else
			eh_json_string(out, fields[i].at, fields[i].n);
	}
	eh_buf_putc(out, ']');
}

static uint32_t stratum_code(struct eh_cells *cells, const struct eh_text *fields)
{
	struct eh_dictionary *d = &cells->kind[0];
	const struct eh_dictionary_entry *have = eh_dictionary_find(d, fields);

	if (have != NULL)
		return have->code;
	if (eh_dictionary_full(d))
		return eh_cube_other(cells->names, EH_CUBE_STRATUM);
	EH_BUF_AUTO value = {0};
	tuple_value(fields, d->width, &value);
	return eh_dictionary_add(d, fields, value.data, eh_cube_tuple(cells->names, EH_CUBE_STRATUM, fields, d->width))->code;
}

/* A value as it is stored, which a text of the source is not: it has no NUL at its end. */
static const struct eh_dictionary_entry *add_name(struct eh_dictionary *d, struct eh_text name, uint32_t code)
{
	EH_BUF_AUTO value = {0};

	eh_buf_put(&value, name.at, name.n);
	return eh_dictionary_add(d, &name, value.data, code);
}

static uint8_t group_code(struct eh_cells *cells, size_t attribute, struct eh_text label)
{
	static const struct eh_text other = {EH_CELLS_OTHER, sizeof EH_CELLS_OTHER - 1};
	struct eh_dictionary *d = &cells->kind[1 + attribute];

	if (label.n == 0)
		return 0;
	const struct eh_dictionary_entry *have = eh_dictionary_find(d, &label);
	if (have != NULL)
		return (uint8_t)have->code;
	if (eh_dictionary_full(d))
		return eh_cube_group(cells->names, (uint32_t)attribute, other);
	return (uint8_t)add_name(d, label, eh_cube_group(cells->names, (uint32_t)attribute, label))->code;
}

/* A label of the map is found by its number once it has its code. */
static inline uint8_t label_code(struct eh_cells *cells, size_t attribute, const struct eh_decision *decision)
{
	int label = decision->label[attribute];

	if (label < 0)
		return group_code(cells, attribute, decision->groups[attribute]);
	uint8_t *code = &cells->label_code[attribute][label];
	if (*code == 0 && !eh_dictionary_full(&cells->kind[1 + attribute]))
		*code = group_code(cells, attribute, decision->groups[attribute]);
	return *code != 0 ? *code : group_code(cells, attribute, decision->groups[attribute]);
}

static void add_level(struct eh_cells *cells, uint32_t feature, struct eh_text level, struct eh_cube_row *out)
{
	struct eh_dictionary *d = level_kind(cells, feature);
	const struct eh_dictionary_entry *have = eh_dictionary_find(d, &level);
	uint32_t first = feature * (EH_CELLS_LEVELS_MAX + 1);
	uint32_t place = EH_CELLS_LEVELS_MAX; /* of `other` in seen */
	uint32_t code = cells->level_other[feature];

	if (have == NULL && !eh_dictionary_full(d))
		have = add_name(d, level, eh_cube_level(cells->names, feature, level));
	if (have != NULL) {
		place = (uint32_t)(have - d->entry);
		code = have->code;
	}
	/* A list may name an item twice: it stood behind the decision once. */
	if (cells->seen[first + place] == cells->row)
		return;
	cells->seen[first + place] = cells->row;
	cells->codes[first + out->n_levels[feature]++] = code;
}

static bool splits(char c)
{
	return c == ' ' || c == ',' || c == ';' || c == '\t' || c == '\n' || c == '\r';
}

static void add_items(struct eh_cells *cells, uint32_t feature, struct eh_text list, struct eh_cube_row *out)
{
	for (size_t i = 0; i < list.n;) {
		size_t start = i;

		while (i < list.n && !splits(list.at[i]))
			i++;
		if (i > start)
			add_level(cells, feature, (struct eh_text){list.at + start, i - start}, out);
		i++;
	}
}

static void put_features(struct eh_cells *cells, const struct eh_decision *decision, struct eh_cube_row *out)
{
	const struct eh_map *map = cells->map;
	uint32_t numeric = 0, level = 0;

	for (size_t f = 0; f < map->features_n; f++) {
		const struct eh_decision_feature *feature = &decision->features[f];

		if (map->features[f].kind == EH_MAP_NUMERIC) {
			out->has_numeric[numeric] = feature->has;
			out->numeric_q[numeric++] = feature->q;
			continue;
		}
		out->levels[level] = &cells->codes[level * (EH_CELLS_LEVELS_MAX + 1)];
		out->n_levels[level] = 0;
		if (feature->has)
			add_level(cells, level, feature->text, out);
		level++;
	}
	for (size_t l = 0; l < map->lineage_n; l++) {
		if (!cells->list[l])
			continue;
		out->levels[level] = &cells->codes[level * (EH_CELLS_LEVELS_MAX + 1)];
		out->n_levels[level] = 0;
		add_items(cells, level, decision->lineage[l], out);
		level++;
	}
}

static uint32_t lineage_code(struct eh_cells *cells, const struct eh_decision *decision)
{
	struct eh_text fields[EH_MAP_LINEAGE_MAX];
	uint32_t n = 0;

	for (size_t l = 0; l < cells->map->lineage_n; l++)
		if (!cells->list[l])
			fields[n++] = decision->lineage[l];
	const struct eh_dictionary_entry *have = eh_dictionary_find(&cells->lineage, fields);
	if (have != NULL)
		return have->code;
	return eh_dictionary_add(&cells->lineage, fields, NULL, eh_cube_tuple(cells->names, EH_CUBE_LINEAGE, fields, n))->code;
}

/* Probabilities of the groups of an attribute, where the row has them; its bucket follows from its id. */
static void put_weights(const struct eh_cells *cells, const struct eh_decision *decision, struct eh_cube_row *out)
{
	unsigned char hash[crypto_shorthash_BYTES];
	bool any = false;

	for (size_t i = 0; i < cells->map->protect_n; i++) {
		bool known = cells->shape.members[i] > 0 && decision->proxy[i].is == EH_DECISION_MEMBER_KNOWN;

		out->weight[i] = known ? decision->proxy[i].w : NULL;
		any |= known;
	}
	out->bucket = 0;
	if (!any)
		return;
	(void)crypto_shorthash(hash, (const unsigned char *)decision->id.at, decision->id.n, cells->bucket_key);
	out->bucket = hash[0] % EH_CUBE_BUCKETS;
}

void eh_cells_measures(struct eh_cells *cells, const struct eh_decision *decision, struct eh_cube_row *out)
{
	cells->row++;
	for (size_t i = 0; i < cells->map->protect_n; i++)
		out->group[i] = label_code(cells, i, decision);
	out->stratum = out->lineage = 0;
	out->favourable = decision->favourable;
	out->outcome = EH_CUBE_OUTCOME_MISSING;
	if (cells->shape.outcome && decision->has_outcome)
		out->outcome = decision->outcome_adverse ? EH_CUBE_OUTCOME_ADVERSE : EH_CUBE_OUTCOME_BENIGN;
	out->has_score = decision->has_score;
	out->score_q = decision->score_q;
	put_weights(cells, decision, out);
	put_features(cells, decision, out);
}

void eh_cells_row(struct eh_cells *cells, const struct eh_decision *decision, struct eh_cube_row *out)
{
	eh_cells_measures(cells, decision, out);
	out->stratum = stratum_code(cells, decision->strata);
	out->lineage = lineage_code(cells, decision);
}

/* ---- the dictionary --------------------------------------------------------------- */

static enum eh_rc load_stratum(struct eh_cells *cells, const char *value, struct eh_err *err)
{
	EH_JSON_AUTO doc = json_loads(value, JSON_DECODE_ANY, NULL);
	struct eh_text fields[EH_MAP_STRATA_MAX] = {0};
	size_t n = cells->shape.strata;

	if (!json_is_array(doc) || json_array_size(doc) != n)
		return eh_fail(err, EH_REFUSED, "the stored stratum %.80s is not one of this map", value);
	for (size_t i = 0; i < n; i++) {
		const json_t *field = json_array_get(doc, i);

		if (json_is_string(field))
			fields[i] = (struct eh_text){json_string_value(field), json_string_length(field)};
	}
	(void)eh_dictionary_add(&cells->kind[0], fields, value, eh_cube_tuple(cells->names, EH_CUBE_STRATUM, fields, (uint32_t)n));
	return EH_OK;
}

enum eh_rc eh_cells_load(struct eh_cells *cells, const struct eh_cells_entry *entry, struct eh_err *err)
{
	struct eh_text key = {entry->value, strlen(entry->value)};

	for (size_t k = 0; k < cells->kinds; k++) {
		struct eh_dictionary *d = &cells->kind[k];

		if (strcmp(d->kind, entry->kind) != 0)
			continue;
		if (entry->ordinal != d->n || eh_dictionary_full(d))
			return eh_fail(err, EH_REFUSED, "the stored dictionary %s has entry %u where %u is due", d->kind, entry->ordinal, d->n);
		if (k == 0) {
			enum eh_rc rc = load_stratum(cells, entry->value, err);

			if (rc != EH_OK)
				return rc;
		} else if (k <= cells->map->protect_n) {
			(void)eh_dictionary_add(d, &key, entry->value, eh_cube_group(cells->names, (uint32_t)k - 1, key));
		} else {
			uint32_t feature = (uint32_t)(k - 1 - cells->map->protect_n);

			(void)eh_dictionary_add(d, &key, entry->value, eh_cube_level(cells->names, feature, key));
		}
		d->stored = d->n;
		return EH_OK;
	}
	return eh_fail(err, EH_REFUSED, "the stored dictionary \"%s\" is not one of this map", entry->kind);
}

size_t eh_cells_new_entries(const struct eh_cells *cells)
{
	size_t n = 0;

	for (size_t k = 0; k < cells->kinds; k++)
		n += cells->kind[k].n - cells->kind[k].stored;
	return n;
}

struct eh_cells_entry eh_cells_new_entry(const struct eh_cells *cells, size_t i)
{
	for (size_t k = 0; k < cells->kinds; k++) {
		const struct eh_dictionary *d = &cells->kind[k];
		size_t fresh = d->n - d->stored;

		if (i < fresh) {
			uint32_t ordinal = d->stored + (uint32_t)i;

			return (struct eh_cells_entry){d->kind, ordinal, d->entry[ordinal].value};
		}
		i -= fresh;
	}
	EH_ASSERT(false && "there is no such entry");
	return (struct eh_cells_entry){0};
}

void eh_cells_stored(struct eh_cells *cells)
{
	for (size_t k = 0; k < cells->kinds; k++)
		cells->kind[k].stored = cells->kind[k].n;
}

bool eh_cells_capped(const struct eh_cells *cells)
{
	for (size_t k = 0; k < cells->kinds; k++)
		if (eh_dictionary_full(&cells->kind[k]))
			return true;
	return false;
}
