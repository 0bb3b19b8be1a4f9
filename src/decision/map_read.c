/*
 * map_read.c - reads a source map: its head, its columns, what a decision, a score and an outcome are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "decision/map_part.h"

#define SOURCE_NAME_MAX 54 /* so that the channel evenhand_NAME is an identifier of PostgreSQL */
#define COLUMNS_MAX \
	(9 + 3 * EH_MAP_AMOUNTS_MAX + EH_MAP_PROTECTED_MAX * EH_MAP_PROXY_MAX + EH_MAP_STRATA_MAX + EH_MAP_FEATURES_MAX + EH_MAP_LINEAGE_MAX)

#define LATENESS_DEFAULT_US (10 * EH_MINUTE_US)

static const char *const pane_names[] = {"1h", "1d", "7d", "1mo", NULL};
static const char *const mode_names[] = {"poll", "stream", "pushdown", NULL};

const char *eh_map_pane_name(enum eh_map_pane pane)
{
	return pane_names[pane];
}

const char *eh_map_mode_name(enum eh_map_mode mode)
{
	return mode_names[mode];
}

enum eh_rc eh_map_refuse_unbuilt(const struct eh_yaml *node, const char *what, struct eh_err *err)
{
	eh_yaml_fail_key(node, err, "%s is not built yet", what);
	return eh_hint(err, "leave it out, or wait for a version that has it");
}

enum eh_rc eh_map_read_name(struct eh_map_part *part, const struct eh_yaml *node, const char **out)
{
	enum eh_rc rc = eh_yaml_text(node, out, part->err);

	if (rc != EH_OK)
		return rc;
	if (node->len > EH_MAP_NAME_MAX)
		return eh_yaml_fail(node, part->err, "%s is longer than %d bytes", node->path, EH_MAP_NAME_MAX);
	for (const char *at = *out; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return eh_yaml_fail(node, part->err, "%s holds a control character", node->path);
	return EH_OK;
}

int eh_map_find_column(const struct eh_map *map, const char *name)
{
	for (size_t i = 0; i < map->columns_n; i++)
		if (strcmp(map->columns[i].name, name) == 0)
			return (int)i;
	return -1;
}

enum eh_rc eh_map_read_column(struct eh_map_part *part, const struct eh_yaml *node, enum eh_map_role role, int *column)
{
	const char *name;
	enum eh_rc rc = eh_map_read_name(part, node, &name);

	if (rc != EH_OK)
		return rc;
	int at = eh_map_find_column(part->map, name);
	if (at < 0) {
		at = (int)part->map->columns_n++;
		EH_ASSERT(at < COLUMNS_MAX);
		part->columns[at].name = name;
	}
	/* Import keeps times as timestamptz and all else as text: as anything but a time, the field would
	 * read otherwise in the file than in the table. */
	const unsigned times = EH_MAP_TIMES;
	unsigned roles = part->columns[at].roles |= (unsigned)role;
	if ((roles & times) != 0 && (roles & ~times) != 0)
		return eh_yaml_fail(node, part->err, "the column \"%s\" holds a time, it cannot be used as something else too",
		                    name);
	*column = at;
	return EH_OK;
}

/* ---- the head ------------------------------------------------------------------ */

static enum eh_rc read_source(struct eh_map_part *part, const struct eh_yaml *root)
{
	const struct eh_yaml *node;
	enum eh_rc rc = eh_yaml_need(root, "source", &node, part->err);

	if (rc == EH_OK)
		rc = eh_yaml_text(node, &part->map->source, part->err);
	if (rc != EH_OK)
		return rc;
	const char *name = part->map->source;
	if (name[0] >= 'a' && name[0] <= 'z' && node->len <= SOURCE_NAME_MAX &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == node->len)
		return EH_OK;
	eh_yaml_fail(node, part->err, "source \"%s\" is not a name", name);
	return eh_hint(part->err, "a source's name is a small letter followed by small letters, digits or _, at most %d in all",
	               SOURCE_NAME_MAX);
}

/* True where a connection string carries a password: as a keyword, or in a URI before the @ or as a parameter. */
static bool has_password(const char *conninfo)
{
	const char *scheme = strstr(conninfo, "://");

	for (const char *at = strstr(conninfo, "password"); at != NULL; at = strstr(at + 1, "password")) {
		const char *after = at + strlen("password");

		after += strspn(after, " \t\r\n");
		if (*after == '=')
			return true; /* password=, sslpassword=, ?password= */
	}
	if (scheme == NULL)
		return false;
	size_t authority = strcspn(scheme + 3, "/?");
	const char *at_sign = memchr(scheme + 3, '@', authority);
	return at_sign != NULL && memchr(scheme + 3, ':', (size_t)(at_sign - scheme) - 3) != NULL;
}

static enum eh_rc read_conninfo(struct eh_map_part *part, const struct eh_yaml *root)
{
	const struct eh_yaml *node = eh_yaml_get(root, "conninfo");
	enum eh_rc rc = node == NULL ? EH_OK : eh_yaml_text(node, &part->map->conninfo, part->err);

	if (node == NULL || rc != EH_OK || !has_password(part->map->conninfo))
		return rc;
	eh_yaml_fail(node, part->err, "conninfo holds a password, and a map is kept on the record");
	return eh_hint(part->err, "put the password into ~/.pgpass or a service file (service=NAME)");
}

enum eh_rc eh_map_read_table(struct eh_map_part *part, const struct eh_yaml *root)
{
	const struct eh_yaml *node;
	const char *name, *dot;
	enum eh_rc rc = eh_yaml_need(root, "table", &node, part->err);

	if (rc == EH_OK)
		rc = eh_yaml_text(node, &name, part->err);
	if (rc != EH_OK)
		return rc;
	dot = strchr(name, '.');
	part->map->schema = dot == NULL ? "public" : eh_arena_strndup(part->arena, name, (size_t)(dot - name));
	part->map->table = dot == NULL ? name : dot + 1;
	size_t schema_n = strlen(part->map->schema), table_n = strlen(part->map->table);
	if (schema_n == 0 || table_n == 0 || schema_n > EH_MAP_NAME_MAX || table_n > EH_MAP_NAME_MAX ||
	    strchr(part->map->table, '.') != NULL || strchr(name, '"') != NULL)
		return eh_yaml_fail(node, part->err, "table \"%s\" is not written as SCHEMA.TABLE", name);
	return EH_OK;
}

static enum eh_rc read_choices(struct eh_map_part *part, const struct eh_yaml *root)
{
	static const char *const identities[] = {"position", "tracked", NULL};
	const struct eh_yaml *node;
	int at = 0;
	enum eh_rc rc;

	if ((node = eh_yaml_get(root, "mode")) != NULL) {
		if ((rc = eh_yaml_choice(node, mode_names, &at, part->err)) != EH_OK)
			return rc;
		part->map->mode = (enum eh_map_mode)at;
	}
	if ((node = eh_yaml_get(root, "identity")) != NULL) {
		if ((rc = eh_yaml_choice(node, identities, &at, part->err)) != EH_OK)
			return rc;
		part->map->identity = (enum eh_map_identity)at;
		if (part->map->identity == EH_MAP_IDENTITY_TRACKED && part->map->mode == EH_MAP_MODE_PUSHDOWN) {
			eh_yaml_fail(node, part->err, "identity: tracked needs each row by itself, and mode: pushdown brings groups of them");
			return eh_hint(part->err, "read with `mode: poll` or `mode: stream`, or leave `identity` out where rows are append-only");
		}
	}
	if ((node = eh_yaml_get(root, "pane")) != NULL) {
		if ((rc = eh_yaml_choice(node, pane_names, &at, part->err)) != EH_OK)
			return rc;
		part->map->pane = (enum eh_map_pane)at;
	}
	return EH_OK;
}

/* A slot's name is narrower than an identifier: small letters, digits and _. */
static enum eh_rc read_stream_names(struct eh_map_part *part, const struct eh_yaml *root)
{
	const struct eh_yaml *slot = eh_yaml_get(root, "slot"), *publication = eh_yaml_get(root, "publication");
	struct eh_map *map = part->map;
	enum eh_rc rc = EH_OK;

	if (slot != NULL && (rc = eh_map_read_name(part, slot, &map->slot)) != EH_OK)
		return rc;
	if (publication != NULL && (rc = eh_map_read_name(part, publication, &map->publication)) != EH_OK)
		return rc;
	if (map->mode != EH_MAP_MODE_STREAM && (slot != NULL || publication != NULL))
		return eh_yaml_fail_key(slot != NULL ? slot : publication, part->err, "only mode: stream has a slot and a publication");
	if (map->mode == EH_MAP_MODE_STREAM && !map->follow) {
		(void)eh_yaml_fail_key(eh_yaml_get(root, "mode"), part->err, "mode: stream follows a table, and the map says follow: no");
		return eh_hint(part->err, "leave one of the two out: a table to which nothing is added is read by mode: poll");
	}
	if (map->slot != NULL && strspn(map->slot, "abcdefghijklmnopqrstuvwxyz0123456789_") != slot->len)
		return eh_yaml_fail(slot, part->err, "slot \"%s\" has other letters than a-z, 0-9 and _", map->slot);
	return EH_OK;
}

static enum eh_rc read_head(struct eh_map_part *part, const struct eh_yaml *root)
{
	const struct eh_yaml *node;
	enum eh_rc rc;

	if ((rc = read_source(part, root)) != EH_OK || (rc = read_conninfo(part, root)) != EH_OK ||
	    (rc = eh_map_read_table(part, root)) != EH_OK || (rc = read_choices(part, root)) != EH_OK)
		return rc;
	part->map->lateness_us = LATENESS_DEFAULT_US;
	part->map->follow = true;
	if ((node = eh_yaml_get(root, "lateness")) != NULL)
		rc = eh_yaml_duration(node, &part->map->lateness_us, part->err);
	if (rc == EH_OK && (node = eh_yaml_get(root, "follow")) != NULL)
		rc = eh_yaml_bool(node, &part->map->follow, part->err);
	return rc != EH_OK ? rc : read_stream_names(part, root);
}

/* ---- columns, values, score, outcome -------------------------------------------- */

static enum eh_rc read_columns(struct eh_map_part *part, const struct eh_yaml *root)
{
	static const char *const keys[] = {"id",      "decided_at", "decision",    "score",
	                                  "outcome", "outcome_at", "received_at", "version", NULL};
	static const enum eh_map_role roles[] = {EH_MAP_ID,    EH_MAP_DECIDED_AT, EH_MAP_DECISION,
	                                         EH_MAP_SCORE, EH_MAP_OUTCOME,    EH_MAP_OUTCOME_AT,
	                                         EH_MAP_RECEIVED_AT, EH_MAP_VERSION};
	struct eh_map *map = part->map;
	int *const places[] = {&map->id, &map->decided_at, &map->decision, &map->score, &map->outcome,
	                       &map->outcome_at, &map->received_at, &map->version_column};
	const struct eh_yaml *node, *column;
	enum eh_rc rc = eh_yaml_need(root, "columns", &node, part->err);

	if (rc == EH_OK)
		rc = eh_yaml_keys(node, keys, part->err);
	for (int i = 0; rc == EH_OK && keys[i] != NULL; i++) {
		*places[i] = -1;
		if (i < 3)
			rc = eh_yaml_need(node, keys[i], &column, part->err);
		else
			column = eh_yaml_get(node, keys[i]);
		if (rc == EH_OK && column != NULL)
			rc = eh_map_read_column(part, column, roles[i], places[i]);
	}
	if (rc == EH_OK && map->outcome_at >= 0 && map->outcome < 0)
		return eh_yaml_fail(node, part->err, "columns has \"outcome_at\" and no \"outcome\"");
	if (rc == EH_OK && map->version_column >= 0 && map->identity != EH_MAP_IDENTITY_TRACKED) {
		eh_yaml_fail(node, part->err, "columns has a \"version\", which identity: position does not look at");
		return eh_hint(part->err, "add `identity: tracked`, so that the newest version of a row is the one that counts");
	}
	return rc;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum eh_rc eh_map_read_values(struct eh_map_part *part, const struct eh_yaml *node, struct eh_map_values *values)
{
	const char *const *texts;
	const char **sorted;
	uint32_t *lens;
	size_t n;
	enum eh_rc rc = eh_yaml_texts(part->arena, node, &texts, &n, part->err);

	if (rc != EH_OK)
		return rc;
	if (n == 0)
		return eh_yaml_fail(node, part->err, "%s is an empty list", node->path);
	sorted = eh_arena_zalloc(part->arena, n, sizeof *sorted);
	lens = eh_arena_zalloc(part->arena, n, sizeof *lens);
	memcpy(sorted, texts, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_bytes);
	for (size_t i = 0; i < n; i++)
		lens[i] = (uint32_t)strlen(sorted[i]);
	*values = (struct eh_map_values){.text = sorted, .len = lens, .n = n};
	return EH_OK;
}

bool eh_map_values_hold(const struct eh_map_values *values, const char *text, size_t n)
{
	for (size_t i = 0; i < values->n; i++)
		if (values->len[i] == n && memcmp(values->text[i], text, n) == 0)
			return true;
	return false;
}

static enum eh_rc read_favourable(struct eh_map_part *part, const struct eh_yaml *root)
{
	const struct eh_yaml *good = eh_yaml_get(root, "favourable"), *bad = eh_yaml_get(root, "adverse");
	struct eh_map *map = part->map;
	enum eh_rc rc = EH_OK;

	if (good == NULL && bad == NULL)
		return eh_yaml_fail(root, part->err, "the file has neither \"favourable\" nor \"adverse\"");
	if (good != NULL)
		rc = eh_map_read_values(part, good, &map->favourable);
	if (rc == EH_OK && bad != NULL)
		rc = eh_map_read_values(part, bad, &map->adverse);
	for (size_t i = 0; rc == EH_OK && i < map->adverse.n; i++)
		if (eh_map_values_hold(&map->favourable, map->adverse.text[i], map->adverse.len[i]))
			return eh_yaml_fail(bad, part->err, "\"%s\" is both favourable and adverse", map->adverse.text[i]);
	return rc;
}

static enum eh_rc read_score(struct eh_map_part *part, const struct eh_yaml *root)
{
	static const char *const keys[] = {"higher_is", "scale", "range", "bins", NULL};
	static const char *const higher[] = {"adverse", "favourable", NULL};
	const struct eh_yaml *score = eh_yaml_get(root, "score"), *node;
	int at = EH_MAP_HIGHER_ADVERSE;
	enum eh_rc rc = score == NULL ? EH_OK : eh_yaml_keys(score, keys, part->err);

	if (rc != EH_OK)
		return rc;
	if (score != NULL && part->map->score < 0)
		return eh_yaml_fail_key(score, part->err, "\"score\" is described and columns has no \"score\"");
	if ((node = eh_yaml_get(score, "range")) != NULL || (node = eh_yaml_get(score, "bins")) != NULL)
		return eh_map_refuse_unbuilt(node, node->path, part->err);
	if ((node = eh_yaml_get(score, "higher_is")) != NULL)
		rc = eh_yaml_choice(node, higher, &at, part->err);
	part->map->higher_is = (enum eh_map_higher)at;
	return rc != EH_OK ? rc : eh_map_read_scale(part, eh_yaml_get(score, "scale"), &part->map->score_scale);
}

static enum eh_rc read_outcome(struct eh_map_part *part, const struct eh_yaml *root)
{
	static const char *const keys[] = {"adverse", "maturity", NULL};
	const struct eh_yaml *outcome = eh_yaml_get(root, "outcome"), *adverse, *maturity;
	bool own_table = part->map->outcomes != NULL;
	enum eh_rc rc;

	part->map->maturity_us = EH_MAP_MATURITY_US;
	if (outcome == NULL && part->map->outcome < 0 && !own_table)
		return EH_OK;
	if (outcome == NULL) {
		eh_yaml_fail(eh_yaml_get(root, own_table ? "outcomes" : "columns"), part->err,
		             own_table ? "there is a table of outcomes, and the file does not describe them"
		                       : "columns has an \"outcome\" and the file does not describe it");
		return eh_hint(part->err, "add `outcome: {adverse: [VALUE]}` with the values that mean the predicted harm happened");
	}
	if ((rc = eh_yaml_keys(outcome, keys, part->err)) != EH_OK)
		return rc;
	if (part->map->outcome < 0 && !own_table)
		return eh_yaml_fail_key(outcome, part->err, "\"outcome\" is described and columns has no \"outcome\"");
	if ((maturity = eh_yaml_get(outcome, "maturity")) != NULL &&
	    (rc = eh_yaml_duration(maturity, &part->map->maturity_us, part->err)) != EH_OK)
		return rc;
	if ((rc = eh_yaml_need(outcome, "adverse", &adverse, part->err)) != EH_OK)
		return rc;
	return eh_map_read_values(part, adverse, &part->map->outcome_adverse);
}

/* ---- the whole --------------------------------------------------------------------- */

static enum eh_rc read_root(struct eh_map_part *part, const struct eh_yaml *root)
{
	static const char *const keys[] = {"source",     "conninfo", "table", "mode",    "pane",      "lateness",
	                                   "follow",     "identity", "columns", "favourable", "adverse", "score",
	                                   "outcome",    "protected", "strata", "features", "lineage", "reasons",
	                                   "audit",      "amounts", "override", "slot", "publication", "outcomes", NULL};
	const struct eh_yaml *node;
	enum eh_rc rc = eh_yaml_keys(root, keys, part->err);

	if (rc != EH_OK)
		return rc;
	if ((node = eh_yaml_get(root, "reasons")) != NULL)
		return eh_map_refuse_unbuilt(node, "reasons", part->err);
	if ((rc = read_head(part, root)) != EH_OK || (rc = read_columns(part, root)) != EH_OK ||
	    (rc = read_favourable(part, root)) != EH_OK || (rc = read_score(part, root)) != EH_OK ||
	    (rc = eh_map_read_outcomes(part, eh_yaml_get(root, "outcomes"))) != EH_OK || (rc = read_outcome(part, root)) != EH_OK)
		return rc;
	rc = eh_map_read_lists(part, root);
	return rc != EH_OK ? rc : eh_map_read_amounts(part, root);
}

/* A map of a tree that was read from `text`. */
static enum eh_rc read_tree(struct eh_arena *arena, const struct eh_yaml *root, const char *text, size_t len,
                            const struct eh_map **map, struct eh_err *err)
{
	struct eh_map_part part = {.arena = arena, .err = err};
	enum eh_rc rc;

	part.map = eh_arena_zalloc(arena, 1, sizeof *part.map);
	part.map->columns = part.columns = eh_arena_zalloc(arena, COLUMNS_MAX, sizeof *part.columns);
	part.map->text = eh_arena_strndup(arena, text, len);
	part.map->text_len = len;
	if ((rc = read_root(&part, root)) == EH_OK && (rc = eh_map_write_canonical(&part)) == EH_OK)
		*map = part.map;
	return rc;
}

enum eh_rc eh_map_parse(struct eh_arena *arena, const char *file, const char *text, size_t len,
                        const struct eh_map **map, struct eh_err *err)
{
	const struct eh_yaml *root;
	enum eh_rc rc = eh_yaml_parse(arena, file, text, len, &root, err);

	return rc != EH_OK ? rc : read_tree(arena, root, text, len, map, err);
}

enum eh_rc eh_map_read(struct eh_arena *arena, const char *path, const struct eh_map **map, struct eh_err *err)
{
	const struct eh_yaml *root;
	const char *text;
	size_t len;
	enum eh_rc rc = eh_yaml_read(arena, path, &root, &text, &len, err);

	return rc != EH_OK ? rc : read_tree(arena, root, text, len, map, err);
}
