/*
 * mend.c - see mend.h.
 */
#include "source/mend.h"

#include "source/cells.h"
#include "source/sql.h"

static bool holds(const json_t *list, const json_t *item)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), item))
			return true;
	return false;
}

static bool holds_all(const json_t *list, const json_t *of)
{
	for (size_t i = 0; i < json_array_size(of); i++)
		if (!holds(list, json_array_get(of, i)))
			return false;
	return true;
}

static void allow_values(json_t *old, json_t *new)
{
	static const char *const names[] = {"favourable", "adverse"};

	for (int i = 0; i < 2; i++) /* with one list, what is in none counts as the other */
		if (json_array_size(json_object_get(old, names[i])) == 0 ||
		    !holds_all(json_object_get(new, names[i]), json_object_get(old, names[i])))
			return;
	for (int i = 0; i < 2; i++) {
		(void)json_object_del(old, names[i]);
		(void)json_object_del(new, names[i]);
	}
}

/* Whether a row with that value may have been counted: under its own name, as the map did not have it. */
static enum eh_rc was_counted(struct eh_pg *store, int64_t source_id, const char *attribute, const char *value, bool *was,
                              struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, source_id);
	eh_pg_arg_text(&args, eh_arena_printf(arena, "attribute:%s", attribute));
	eh_pg_arg_text(&args, value);
	enum eh_rc rc = eh_pg_query(store, &eh_sql_source_mend_counted, &args, &res, err);
	if (rc == EH_OK)
		*was = eh_pg_bool(res, 0, 0) || eh_pg_int8(res, 0, 1) >= EH_CELLS_LABELS_MAX;
	return rc;
}

static enum eh_rc allow_groups(struct eh_pg *store, int64_t source_id, json_t *old, json_t *new, struct eh_err *err)
{
	const json_t *had = json_object_get(old, "groups"), *has = json_object_get(new, "groups");
	bool was = !holds_all(has, had);

	for (size_t i = 0; !was && i < json_array_size(has); i++) {
		const json_t *pair = json_array_get(has, i);

		if (holds(had, pair))
			continue;
		enum eh_rc rc = was_counted(store, source_id, json_string_value(json_object_get(old, "name")),
		                            json_string_value(json_array_get(pair, 0)), &was, err);
		if (rc != EH_OK)
			return rc;
	}
	if (!was) {
		(void)json_object_del(old, "groups");
		(void)json_object_del(new, "groups");
	}
	return EH_OK;
}

enum eh_rc eh_mend_allow(struct eh_pg *store, int64_t source_id, json_t *old, json_t *new, struct eh_err *err)
{
	json_t *was = json_object_get(old, "protected"), *now = json_object_get(new, "protected");
	enum eh_rc rc = EH_OK;

	allow_values(old, new);
	if (json_array_size(was) != json_array_size(now))
		return EH_OK;
	for (size_t i = 0; rc == EH_OK && i < json_array_size(was); i++)
		rc = allow_groups(store, source_id, json_array_get(was, i), json_array_get(now, i), err);
	return rc;
}
