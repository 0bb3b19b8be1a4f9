/*
 * push_columns.c - what is surely good, said in SQL; see push.h.
 *
 * A condition may call a good row doubtful, which costs the reading of that row; it
 * may never call a bad one good.  Lengths are asked for in characters, of which UTF-8
 * has at most four bytes each, as a shard may keep its texts in another encoding.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fixed.h"
#include "source/push_part.h"
#include "source/shape.h"
#include "source/sql.h"

#define TIMES_LOW "'0001-01-02'"
#define TIMES_HIGH "'9999-12-30'"
#define UTF8_MAX 4 /* bytes of a character */

static const char *const fixed_types[] = {"bool", "uuid", "enum", "oid", NULL};
static const char *const whole_types[] = {"int2", "int4", "int8", NULL};
static const char *const number_types[] = {"numeric", "float4", "float8", NULL};
static const char *const time_types[] = {"timestamp", "timestamptz", NULL};

static bool is_one_of(const char *type, const char *const *types)
{
	for (; *types != NULL; types++)
		if (strcmp(type, *types) == 0)
			return true;
	return false;
}

static bool is_text(const char *type)
{
	return strcmp(type, "text") == 0 || strcmp(type, "varchar") == 0;
}

/* Equal numbers may have different texts, as 1.0 and 1.00: they are one key only where a number is all that is asked. */
static enum eh_push_class class_of(const struct eh_map *map, int column, const char *type)
{
	if (is_one_of(type, whole_types))
		return EH_PUSH_WHOLE;
	if (is_one_of(type, number_types) && eh_poll_form_of(map, column, "float8") == EH_POLL_FLOAT8)
		return EH_PUSH_NUMBER;
	if (is_one_of(type, time_types))
		return EH_PUSH_TIME;
	if (strcmp(type, "date") == 0)
		return EH_PUSH_DATE;
	return is_one_of(type, fixed_types) ? EH_PUSH_FIXED : EH_PUSH_TEXT;
}

static enum eh_rc look_at_column(struct eh_push *push, int i, struct eh_err *err)
{
	struct eh_push_column *c = &push->columns[i];
	struct eh_poll_column as_polled;
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	enum eh_rc rc = eh_poll_column(push->arena, push->pg, push->map, push->table, (size_t)i, &as_polled, err);

	eh_pg_arg_int8(&args, push->table);
	eh_pg_arg_text(&args, push->map->columns[i].name);
	if (rc == EH_OK)
		rc = eh_pg_query(push->pg, &eh_sql_source_push_column, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) != 1)
		return eh_fail(err, EH_AGAIN, "the table %s.%s is being altered", push->map->schema, push->map->table);
	c->type = eh_pg_bool(res, 0, 0) ? "enum" : as_polled.type;
	c->form = as_polled.form;
	c->asked = as_polled.text;
	c->kind = class_of(push->map, i, c->type);
	c->not_null = eh_pg_bool(res, 0, 1);
	c->longest = eh_pg_int8(res, 0, 2);
	bool deterministic = eh_pg_bool(res, 0, 3);
	if (c->kind != EH_PUSH_TEXT || (is_text(c->type) && deterministic))
		c->key = as_polled.name;
	else
		c->key = eh_arena_printf(push->arena, "(%s) COLLATE \"C\"", c->asked);
	return EH_OK;
}

/* ---- conditions -------------------------------------------------------------------- */

/* All that is asked of one column, joined by AND; `v` is the column or the name of its key. */
struct sure {
	const struct eh_push *push;
	const struct eh_push_column *column;
	const char *v;
	struct eh_buf *out;
};

static void put_and(const struct sure *s)
{
	if (s->out->len > 0)
		eh_buf_puts(s->out, " AND ");
}

/* A text of 1 .. most bytes, or missing where it may be. */
static void sure_text(const struct sure *s, int64_t most, bool needed)
{
	const struct eh_push_column *c = s->column;
	int64_t longest = most / UTF8_MAX;
	const char *ascii = s->push->utf8_known ? "" : " ~ '^[ -~]*$'";

	if (c->kind != EH_PUSH_TEXT) {
		if (!needed || c->not_null)
			return;
		put_and(s);
		eh_buf_printf(s->out, "%s IS NOT NULL", s->v);
		return;
	}
	bool short_enough = c->longest > 0 && c->longest <= longest && s->push->utf8_known;
	if (!needed && short_enough)
		return;
	put_and(s);
	if (needed)
		eh_buf_printf(s->out, "char_length(%s) BETWEEN 1 AND %" PRId64, s->v, longest);
	else
		eh_buf_printf(s->out, "(%s IS NULL OR char_length(%s) <= %" PRId64 ")", s->v, s->v, longest);
	if (*ascii != '\0')
		eh_buf_printf(s->out, " AND (%s IS NULL OR %s%s)", s->v, s->v, ascii);
}

static int64_t power10(int scale)
{
	int64_t p = 1;

	while (scale-- > 0)
		p *= 10;
	return p;
}

static int64_t type_max(const char *type)
{
	if (strcmp(type, "int2") == 0)
		return INT16_MAX;
	return strcmp(type, "int4") == 0 ? INT32_MAX : INT64_MAX;
}

/* A number whose fixed point has at most 14 digits.  NaN is greater than every number. */
static void sure_number(const struct sure *s, int scale)
{
	const char *v = s->v;
	int64_t limit = (EH_FIXED_LIMIT - 1) / power10(scale);

	if (s->column->kind == EH_PUSH_WHOLE && limit > type_max(s->column->type))
		return;
	put_and(s);
	switch (s->column->kind) {
	case EH_PUSH_WHOLE:
		eh_buf_printf(s->out, "(%s IS NULL OR %s BETWEEN -%" PRId64 " AND %" PRId64 ")", v, v, limit, limit);
		return;
	case EH_PUSH_NUMBER:
		eh_buf_printf(s->out, "(%s IS NULL OR %s > -%" PRId64 " AND %s < %" PRId64 ")", v, v, limit - 1, v, limit - 1);
		return;
	case EH_PUSH_TEXT:
		eh_buf_printf(s->out, "(%s IS NULL OR %s = '' OR %s ~ '^[-+]?[0-9]{1,%d}([.][0-9]{0,18})?$')", v, v, v, 14 - scale);
		return;
	case EH_PUSH_TIME:
	case EH_PUSH_DATE:
	case EH_PUSH_FIXED:
		break;
	}
	eh_buf_printf(s->out, "%s IS NULL", v);
}

/* An instant of the years 1 to 9999 that is not printed on the way. */
static void sure_instant(const struct sure *s)
{
	put_and(s);
	if (s->column->form == EH_POLL_TIME || s->column->kind == EH_PUSH_DATE)
		eh_buf_printf(s->out, "(%s IS NULL OR %s >= " TIMES_LOW " AND %s < " TIMES_HIGH ")", s->v, s->v, s->v);
	else if (s->column->kind == EH_PUSH_TEXT)
		eh_buf_printf(s->out, "(%s IS NULL OR %s = '')", s->v, s->v);
	else
		eh_buf_printf(s->out, "%s IS NULL", s->v);
}

/* ---- decisions ------------------------------------------------------------------------- */

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* Whether a value that the map names is as SQL may say it: short enough to be surely good by itself. */
static bool may_name(const struct eh_push *push, const struct eh_map_values *values, size_t i)
{
	const char *text = values->text[i];

	return values->len[i] <= EH_DECISION_VALUE_MAX / UTF8_MAX && strlen(text) == values->len[i] && (push->utf8_known || is_ascii(text));
}

/* A whole number is compared as one; what is not its own text, as 007, no column of whole numbers has. */
static void put_whole(struct eh_buf *out, const char *text)
{
	char *end, back[32];
	long long value = strtoll(text, &end, 10);

	(void)snprintf(back, sizeof back, "%lld", value);
	if (*end == '\0' && strcmp(back, text) == 0)
		eh_buf_printf(out, ", '%lld'::int8", value);
}

/* The values as a list, without those that `but` holds. */
static void put_values(const struct eh_push *push, struct eh_buf *out, bool whole, const struct eh_map_values *values,
                       const struct eh_map_values *but)
{
	for (size_t i = 0; i < values->n; i++) {
		if (!may_name(push, values, i) || (but != NULL && eh_map_values_hold(but, values->text[i], values->len[i])))
			continue;
		if (whole) {
			put_whole(out, values->text[i]);
			continue;
		}
		char *quoted = PQescapeLiteral(eh_pg_conn(push->pg), values->text[i], values->len[i]);
		if (quoted != NULL)
			eh_buf_printf(out, ", %s", quoted);
		PQfreemem(quoted);
	}
}

/* The decision is one of the values.  Each of them is surely good by itself. */
static const char *is_named(const struct eh_push *push, const struct eh_map_values *values, const struct eh_map_values *but)
{
	const struct eh_push_column *c = &push->columns[push->map->decision];
	EH_BUF_AUTO list = {0};

	put_values(push, &list, c->kind == EH_PUSH_WHOLE, values, but);
	if (list.len == 0)
		return "false";
	return eh_arena_printf(push->arena, "%s%s IN (%s)", c->key, c->kind == EH_PUSH_TEXT || c->kind == EH_PUSH_WHOLE ? "" : "::text",
	                       list.data + 2);
}

/* The decision is surely good, and none of the values.  One of many bytes may have few characters: it cannot be told from
 * the rest by SQL's lengths, and then nothing is surely other. */
static const char *is_other(const struct eh_push *push, const struct eh_map_values *values, const char *named)
{
	const struct eh_push_column *c = &push->columns[push->map->decision];

	for (size_t i = 0; i < values->n; i++)
		if (values->len[i] > EH_DECISION_VALUE_MAX / UTF8_MAX)
			return "false";
	EH_BUF_AUTO sure = {0};

	sure_text(&(struct sure){.push = push, .column = c, .v = c->key, .out = &sure}, EH_DECISION_VALUE_MAX, true);
	return eh_arena_printf(push->arena, "%s%sNOT (%s)", sure.len > 0 ? sure.data : "", sure.len > 0 ? " AND " : "", named);
}

/* A text that the list does not hold. */
static struct eh_text unnamed(struct eh_arena *arena, const struct eh_map_values *values)
{
	const char *text = "-";

	while (eh_map_values_hold(values, text, strlen(text)))
		text = eh_arena_printf(arena, "%s-", text);
	return (struct eh_text){text, strlen(text)};
}

static void choose_decision(struct eh_push *push)
{
	const struct eh_map_values *good = &push->map->favourable, *bad = &push->map->adverse;

	push->favourable = good->n > 0 ? (struct eh_text){good->text[0], good->len[0]} : unnamed(push->arena, bad);
	push->adverse = bad->n > 0 ? (struct eh_text){bad->text[0], bad->len[0]} : unnamed(push->arena, good);
	push->is_favourable = good->n > 0 ? is_named(push, good, NULL) : is_other(push, bad, is_named(push, bad, NULL));
	push->is_adverse = bad->n > 0 ? is_named(push, bad, good) : is_other(push, good, push->is_favourable);
}

static void sure_head(const struct eh_map *map, int i, const struct sure *s)
{

	if (i == map->id)
		sure_text(s, EH_DECISION_ID_MAX, true);
	if (i == map->score)
		sure_number(s, map->score_scale);
	if (i == map->outcome || i == map->override_column)
		sure_text(s, EH_DECISION_VALUE_MAX, false);
	if (i == map->outcome_at || i == map->received_at)
		sure_instant(s);
	for (size_t a = 0; a < map->amounts_n; a++)
		if (i == map->amounts[a].column || i == map->amounts[a].expected || i == map->amounts[a].actual)
			sure_number(s, map->amounts[a].scale);
}

static void sure_lists(const struct eh_map *map, int i, const struct sure *s)
{
	for (size_t p = 0; p < map->protect_n; p++) {
		if (map->protect[p].column != i)
			continue;
		if (map->protect[p].bands_n > 0)
			sure_number(s, EH_MAP_BAND_SCALE);
		else
			sure_text(s, EH_DECISION_VALUE_MAX, false);
	}
	for (size_t t = 0; t < map->strata_n; t++)
		if (map->strata[t].column == i)
			sure_text(s, EH_DECISION_VALUE_MAX, false);
	for (size_t f = 0; f < map->features_n; f++) {
		if (map->features[f].column != i)
			continue;
		if (map->features[f].kind == EH_MAP_NUMERIC)
			sure_number(s, map->features[f].scale);
		else
			sure_text(s, EH_DECISION_VALUE_MAX, false);
	}
	for (size_t l = 0; l < map->lineage_n; l++)
		if (map->lineage[l].column == i)
			sure_text(s, EH_DECISION_LINEAGE_MAX, false);
}

/* Adds what is asked of column i to `out`, if anything is. */
static void put_sure(struct eh_push *push, int i, const char *v, struct eh_buf *out)
{
	EH_BUF_AUTO own = {0};
	struct sure s = {.push = push, .column = &push->columns[i], .v = v, .out = &own};

	sure_head(push->map, i, &s);
	sure_lists(push->map, i, &s);
	if (own.len > 0)
		eh_buf_printf(out, "%s%s", out->len > 0 ? " AND " : "", own.data);
}

static bool is_counted_by(const struct eh_map *map, int column)
{
	for (size_t p = 0; p < map->protect_n; p++)
		if (map->protect[p].column == column)
			return true;
	for (size_t t = 0; t < map->strata_n; t++)
		if (map->strata[t].column == column)
			return true;
	for (uint32_t r = 0; eh_source_role(map, r) >= 0; r++)
		if (map->lineage[eh_source_role(map, r)].column == column)
			return true;
	return false;
}

bool eh_push_counts_by(const struct eh_push *push, int column)
{
	return is_counted_by(push->map, column);
}

static void write_conditions(struct eh_push *push)
{
	EH_BUF_AUTO rest = {0};
	EH_BUF_AUTO keys = {0};
	EH_BUF_AUTO all = {0};
	char name[16];

	choose_decision(push);
	eh_buf_printf(&all, "((%s) OR (%s))", push->is_favourable, push->is_adverse);
	for (int i = 0; i < (int)push->map->columns_n; i++) {
		bool counted = is_counted_by(push->map, i);

		(void)snprintf(name, sizeof name, "k%d", i);
		put_sure(push, i, counted ? name : push->columns[i].key, counted ? &keys : &rest);
		put_sure(push, i, push->columns[i].key, &all);
	}
	push->sure_rest = rest.len > 0 ? eh_arena_printf(push->arena, " AND %s", rest.data) : "";
	push->sure_keys = keys.len > 0 ? eh_arena_strdup(push->arena, keys.data) : "true";
	push->sure_all = eh_arena_strdup(push->arena, all.data);
}

/* ---- the time of a decision ----------------------------------------------------------- */

static enum eh_rc choose_time(struct eh_push *push, struct eh_err *err)
{
	const struct eh_map *map = push->map;
	const struct eh_push_column *c = &push->columns[map->decided_at];
	bool alone = (map->columns[map->decided_at].roles & ~(unsigned)EH_MAP_TIMES) == 0;

	if (!alone || (c->form != EH_POLL_TIME && c->kind != EH_PUSH_DATE)) {
		(void)eh_fail(err, EH_REFUSED, "the column %s of %s.%s is %s, and panes can be grouped by a time only",
		              map->columns[map->decided_at].name, map->schema, map->table, alone ? c->type : "used for something else too");
		return eh_hint(err, "make it timestamptz, timestamp or date, used as decided_at alone; or read with `mode: poll`");
	}
	push->at = c->kind == EH_PUSH_DATE ? eh_arena_printf(push->arena, "%s::timestamp", c->key) : c->key;
	push->at_type = strcmp(c->type, "timestamptz") == 0 ? "timestamptz" : "timestamp";
	push->sure_from = eh_arena_printf(push->arena, "%s >= " TIMES_LOW, push->at);
	push->sure_time = eh_arena_printf(push->arena, "%s >= " TIMES_LOW " AND %s < " TIMES_HIGH, push->at, push->at);
	return EH_OK;
}

/* 0001-01-01 is a Monday, and before every time that is surely good. */
static void choose_pane(struct eh_push *push)
{
	static const char *const strides[] = {
		[EH_MAP_PANE_HOUR] = "1 hour", [EH_MAP_PANE_DAY] = "1 day", [EH_MAP_PANE_WEEK] = "7 days"};
	bool zoned = strcmp(push->at_type, "timestamptz") == 0;

	push->pane_type = push->at_type;
	if (push->map->pane != EH_MAP_PANE_MONTH) {
		push->pane = eh_arena_printf(push->arena, "date_bin('%s'::interval, %s, '0001-01-01 00:00:00+00'::%s)",
		                             strides[push->map->pane], push->at, push->at_type);
		return;
	}
	push->pane_type = "timestamp";
	push->pane = eh_arena_printf(push->arena, zoned ? "date_trunc('month', %s AT TIME ZONE 'UTC')" : "date_trunc('month', %s)",
	                             push->at);
}

enum eh_rc eh_push_look_at_columns(struct eh_push *push, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	push->columns = eh_arena_zalloc(push->arena, push->map->columns_n, sizeof *push->columns);
	for (int i = 0; rc == EH_OK && i < (int)push->map->columns_n; i++)
		rc = look_at_column(push, i, err);
	if (rc == EH_OK)
		rc = choose_time(push, err);
	if (rc != EH_OK)
		return rc;
	choose_pane(push);
	write_conditions(push);
	return EH_OK;
}
