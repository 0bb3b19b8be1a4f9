/*
 * loosened_maps.c - the second half of loosened.h: an open alert is left standing on nothing by a map or a removal.
 *
 * The map of a source that counted rows cannot merge its groups: registering it is
 * refused.  What is left to whoever would not be seen is to give up the source, or to
 * read the same table under another name and with other groups.  Both are on the
 * record as leaves, which are looked at as they come.
 */
#include <inttypes.h>
#include <string.h>

#include "judge/axis.h"
#include "judge/loosened.h"
#include "judge/row_rules.h"
#include "judge/sql.h"

#define TODO_REMOVED "Ask why, and put the source back with `evenhand source add`; until then nothing new is weighed for this group."
#define TODO_MAP     "Give the other map the same groups, or write down why they are told apart no more."

/* A leaf that may concern an open alert. */
struct change {
	int64_t leaf_index;
	const char *source; /* that was registered or removed */
	bool removed;
	const struct eh_map *map, *before; /* registered: the new map, and the one it followed (NULL: the source is new) */
};

static const struct eh_map_protected *attribute_of(const struct eh_map *map, const char *name)
{
	int at = eh_map_find_protected(map, name);

	return at >= 0 ? &map->protect[at] : NULL;
}

/* Whether the map can tell the group of one attribute apart; one without groups takes the column's values for labels. */
static bool tells_one(const struct eh_map *map, const char *attribute, const char *group)
{
	const struct eh_map_protected *p = attribute_of(map, attribute);

	for (size_t i = 0; p != NULL && i < p->labels_n; i++)
		if (strcmp(p->labels[i], group) == 0)
			return true;
	return p != NULL && p->labels_n == 0;
}

/* The same of a group of an intersection: it is told apart where both of its groups are. */
static bool tells(struct eh_arena *home, const struct eh_map *map, const char *attribute, const char *group)
{
	const char *of[2], *both[2];

	if (attribute_of(map, attribute) != NULL || !eh_judge_axis_split(home, attribute, of) ||
	    !eh_judge_axis_split(home, group, both))
		return tells_one(map, attribute, group);
	return tells_one(map, of[0], both[0]) && tells_one(map, of[1], both[1]);
}

static bool same_table(const struct eh_map *a, const struct eh_map *b)
{
	bool same_server = a->conninfo == NULL || b->conninfo == NULL ? a->conninfo == b->conninfo
	                                                              : strcmp(a->conninfo, b->conninfo) == 0;

	return same_server && strcmp(a->schema, b->schema) == 0 && strcmp(a->table, b->table) == 0;
}

/* The map of a version of a source; NULL: there is none, or it holds no map that this program reads. */
static enum eh_rc read_map(struct eh_judge_writer *w, const char *source, int64_t version, const struct eh_map **map,
                           struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_err why;

	*map = NULL;
	eh_pg_arg_text(&args, source);
	eh_pg_arg_int8(&args, version);
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_map_version, &args, &res, err);
	if (rc != EH_OK || PQntuples(res) == 0)
		return rc;
	const char *text = eh_arena_strdup(w->tick, eh_pg_text(res, 0, 0));
	if (eh_map_parse(w->tick, "map", text, strlen(text), map, &why) != EH_OK)
		*map = NULL;
	return EH_OK;
}

static enum eh_rc read_change(struct eh_judge_writer *w, const PGresult *res, int row, struct change *c, struct eh_err *err)
{
	json_error_t why;
	EH_JSON_AUTO body = json_loads(eh_pg_text(res, row, 2), 0, &why);
	int64_t version = json_integer_value(json_object_get(body, "version"));
	const char *source = json_string_value(json_object_get(body, "source"));

	*c = (struct change){.leaf_index = eh_pg_int8(res, row, 0), .source = eh_arena_strdup(w->tick, source != NULL ? source : "")};
	if (strcmp(eh_pg_text(res, row, 1), "follow") == 0) {
		c->removed = json_is_false(json_object_get(body, "followed"));
		return EH_OK;
	}
	enum eh_rc rc = read_map(w, c->source, version, &c->map, err);
	return rc == EH_OK && version > 1 ? read_map(w, c->source, version - 1, &c->before, err) : rc;
}

/* What the change takes from the alert, as a sentence; NULL: nothing. */
static const char *taken_by(struct eh_judge_writer *w, const struct change *c, const struct eh_judge_row_rules *r)
{
	bool own = strcmp(c->source, r->source) == 0;

	if (c->removed)
		return own ? eh_arena_printf(w->tick, "The source %s is read no more.", c->source) : NULL;
	if (c->map == NULL)
		return NULL;
	if (own && c->before != NULL)
		return tells(w->tick, c->before, r->attribute, r->group) && !tells(w->tick, c->map, r->attribute, r->group)
		               ? eh_arena_printf(w->tick, "The new map of %s does not tell the group %s apart.", c->source, r->group)
		               : NULL;
	for (const struct eh_judge_feed *f = w->store->feeds; !own && f != NULL; f = f->next)
		if (strcmp(f->map->source, r->source) == 0 && same_table(f->map, c->map) &&
		    !tells(w->tick, c->map, r->attribute, r->group))
			return eh_arena_printf(w->tick, "The source %s reads the same table and does not tell the group %s apart.",
			                       c->source, r->group);
	return NULL;
}

static enum eh_rc tell(struct eh_judge_writer *w, const struct change *c, struct eh_judge_row_rules *r, const char *words,
                       struct eh_err *err)
{
	bool told;
	EH_JSON_AUTO looser = json_pack("[{s:s,s:s}]", "what", words, "rule", c->removed ? "source" : "map");

	r->title = c->removed ? "A source was given up under an open alert" : "Groups were merged under an open alert";
	r->todo = c->removed ? TODO_REMOVED : TODO_MAP;
	r->looser = looser;
	r->cause = eh_arena_printf(w->tick, "leaf %" PRId64, c->leaf_index);
	r->sentence = eh_arena_printf(w->tick, "The alert %s is open. %s", r->alert, words);
	return eh_judge_row_rules(w, r, &told, err);
}

static enum eh_rc weigh(struct eh_judge_writer *w, const PGresult *open, const struct change *c, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (int i = 0; rc == EH_OK && i < PQntuples(open); i++) {
		struct eh_judge_row_rules r = eh_judge_row_about(w, open, i);
		const char *words = eh_pg_int8(open, i, 7) < c->leaf_index ? taken_by(w, c, &r) : NULL;
		struct eh_pg_bytes policy = eh_pg_bytea(open, i, 8, w->tick);

		if (words == NULL)
			continue;
		if (policy.n == EH_SHA256_BYTES) /* no rule of the policy changed: the one that the alert was raised by */
			memcpy(r.policy_sha256.bytes, policy.data, EH_SHA256_BYTES);
		rc = tell(w, c, &r, words, err);
	}
	return rc;
}

/* The leaves since the last look, from the oldest alert that is open. */
static enum eh_rc read_leaves(struct eh_judge_writer *w, const PGresult *open, int64_t *seen, PGresult **leaves, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t from = PQntuples(open) > 0 ? eh_pg_int8(open, 0, 7) : INT64_MAX, newest;
	enum eh_rc rc = eh_pg_query_int8(w->store->pg, &eh_sql_judge_read_newest_leaf, NULL, &newest, err);

	if (rc != EH_OK)
		return rc;
	eh_pg_arg_int8(&args, from > *seen ? from : *seen);
	eh_pg_arg_int8(&args, newest);
	rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_rule_leaves, &args, leaves, err);
	if (rc == EH_OK)
		*seen = newest;
	return rc;
}

static enum eh_rc look(struct eh_judge_writer *w, int64_t *seen, struct eh_err *err)
{
	EH_PGRESULT_AUTO open = NULL;
	EH_PGRESULT_AUTO leaves = NULL;
	enum eh_rc rc = eh_judge_row_open(w, &open, err);

	if (rc == EH_OK)
		rc = eh_judge_loosened_by_coming(w, open, *seen, err);
	if (rc == EH_OK)
		rc = read_leaves(w, open, seen, &leaves, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(leaves); i++) {
		struct change c;

		rc = read_change(w, leaves, i, &c, err);
		if (rc == EH_OK)
			rc = weigh(w, open, &c, err);
	}
	return rc;
}

enum eh_rc eh_judge_loosened_look(struct eh_judge_writer *w, int64_t *seen, struct eh_err *err)
{
	int64_t newest = *seen;
	enum eh_rc rc = eh_judge_writer_begin(w, err);

	if (rc == EH_OK)
		rc = look(w, &newest, err);
	if (rc == EH_OK && w->steps != NULL)
		rc = eh_judge_writer_commit(w, err);
	else
		eh_pg_rollback(w->store->pg);
	if (rc == EH_OK)
		*seen = newest;
	return rc;
}
