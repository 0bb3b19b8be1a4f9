/*
 * columns.c - see columns.h.  Rows are appended as they come and put into the order of
 * their ids at the end.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/fixed.h"
#include "report/columns_part.h"
#include "source/copy.h"

/* ---- a row ------------------------------------------------------------------------ */

static void grow_rows(struct eh_columns_builder *b)
{
	size_t cap = b->cap == 0 ? 1024 : b->cap * 2;
	const struct eh_map *map = b->map;

	EH_ASSERT(cap <= (size_t)1 << 31);
	b->id = eh_xrealloc(b->id, cap, sizeof *b->id);
	b->at_us = eh_xrealloc(b->at_us, cap, sizeof *b->at_us);
	b->score = eh_xrealloc(b->score, cap, sizeof *b->score);
	b->adverse = eh_xrealloc(b->adverse, cap, sizeof *b->adverse);
	b->outcome = eh_xrealloc(b->outcome, cap, sizeof *b->outcome);
	for (size_t i = 0; i < map->protect_n; i++)
		b->protect[i].code = eh_xrealloc(b->protect[i].code, cap, sizeof *b->protect[i].code);
	for (size_t i = 0; i < map->protect_n; i++)
		if (map->protect[i].proxy != NULL) {
			b->member_is[i] = eh_xrealloc(b->member_is[i], cap, sizeof *b->member_is[i]);
			b->member_w[i] = eh_xrealloc(b->member_w[i], cap * map->protect[i].labels_n, sizeof *b->member_w[i]);
		}
	for (size_t i = 0; i < map->strata_n; i++)
		b->strata[i].code = eh_xrealloc(b->strata[i].code, cap, sizeof *b->strata[i].code);
	for (size_t i = 0; i < map->features_n; i++)
		if (map->features[i].kind == EH_MAP_NUMERIC)
			b->numbers[i] = eh_xrealloc(b->numbers[i], cap, sizeof *b->numbers[i]);
		else
			b->levels[i].code = eh_xrealloc(b->levels[i].code, cap, sizeof *b->levels[i].code);
	for (size_t i = 0; i < map->amounts_n; i++)
		for (size_t j = 0; j < 3; j++)
			b->amounts[i][j] = eh_xrealloc(b->amounts[i][j], cap, sizeof *b->amounts[i][j]);
	b->overridden = eh_xrealloc(b->overridden, cap, sizeof *b->overridden);
	b->received_us = eh_xrealloc(b->received_us, cap, sizeof *b->received_us);
	b->cap = cap;
}

/* The value's number.  Also of rows outside the period: whether a column is numeric is a question to the whole log. */
static int32_t level_of(struct eh_columns_levels *levels, struct eh_text value)
{
	return value.n == 0 ? EH_COLUMNS_MISSING : (int32_t)eh_intern_at(&levels->values, value, NULL);
}

static int64_t number_or_none(struct eh_decision_number number)
{
	return number.has ? number.q : EH_COLUMNS_NO_NUMBER;
}

static void write_amounts(struct eh_columns_builder *b, const struct eh_decision *d, size_t at)
{
	for (size_t i = 0; i < b->map->amounts_n; i++) {
		b->amounts[i][0][at] = number_or_none(d->amounts[i].amount);
		b->amounts[i][1][at] = number_or_none(d->amounts[i].expected);
		b->amounts[i][2][at] = number_or_none(d->amounts[i].actual);
	}
	b->overridden[at] = (int8_t)(d->has_override ? d->overridden : EH_COLUMNS_MISSING);
	b->received_us[at] = d->has_received ? d->received_us : EH_COLUMNS_NO_NUMBER;
}

/* Writes the row at the end, which is taken only where the row is in the period. */
static void write_row(struct eh_columns_builder *b, const struct eh_decision *d, uint32_t id)
{
	const struct eh_map *map = b->map;
	size_t at = b->rows;

	b->id[at] = id;
	b->at_us[at] = d->at_us;
	b->score[at] = d->has_score ? d->score_q : EH_COLUMNS_NO_NUMBER;
	b->adverse[at] = !d->favourable;
	write_amounts(b, d, at);
	b->outcome[at] = (int8_t)(d->has_outcome ? d->outcome_adverse : EH_COLUMNS_MISSING);
	for (size_t i = 0; i < map->protect_n; i++)
		b->protect[i].code[at] = level_of(&b->protect[i], d->groups[i]);
	for (size_t i = 0; i < map->protect_n; i++)
		if (map->protect[i].proxy != NULL) {
			size_t k = map->protect[i].labels_n;

			b->member_is[i][at] = (uint8_t)d->proxy[i].is;
			memcpy(b->member_w[i] + at * k, d->proxy[i].w, k * sizeof *b->member_w[i]);
		}
	for (size_t i = 0; i < map->strata_n; i++)
		b->strata[i].code[at] = level_of(&b->strata[i], d->strata[i]);
	for (size_t i = 0; i < map->features_n; i++)
		if (map->features[i].kind == EH_MAP_NUMERIC)
			b->numbers[i][at] = d->features[i].has ? d->features[i].q : EH_COLUMNS_NO_NUMBER;
		else
			b->levels[i].code[at] = level_of(&b->levels[i], d->features[i].text);
}

/* Whether the id is new; else the row is skipped, or set aside where it says something else than the first one did. */
static bool is_new(struct eh_columns_builder *b, struct eh_text id, struct eh_text content, uint32_t *number)
{
	struct eh_sha256 digest = eh_sha256_of(content.at, content.n);
	bool fresh;

	*number = eh_intern_at(&b->ids, id, &fresh);
	if (!fresh) {
		if (memcmp(b->digest + (size_t)*number * EH_COLUMNS_DIGEST, digest.bytes, EH_COLUMNS_DIGEST) != 0)
			eh_columns_set_aside(b, EH_COPY_OTHER_CONTENT, 1);
		return false;
	}
	if (*number == b->digest_cap) {
		b->digest_cap = b->digest_cap == 0 ? 1024 : b->digest_cap * 2;
		b->digest = eh_xrealloc(b->digest, b->digest_cap, EH_COLUMNS_DIGEST);
	}
	memcpy(b->digest + (size_t)*number * EH_COLUMNS_DIGEST, digest.bytes, EH_COLUMNS_DIGEST);
	return true;
}

void eh_columns_take(struct eh_columns_builder *b, const struct eh_decision *decision, struct eh_text content)
{
	uint32_t id;

	if (!is_new(b, decision->id, content, &id))
		return;
	if (b->rows == b->cap)
		grow_rows(b);
	write_row(b, decision, id);
	if (decision->at_us < b->from_us || decision->at_us >= b->to_us)
		return;
	b->rounded += decision->rounded;
	b->rows++;
}

void eh_columns_set_aside(struct eh_columns_builder *b, const char *reason, int64_t rows)
{
	b->set_aside += rows;
	for (size_t i = 0; i < b->reasons_n; i++)
		if (strcmp(b->reasons[i].reason, reason) == 0) {
			b->reasons[i].rows += rows;
			return;
		}
	if (b->reasons_n == b->reasons_cap) {
		b->reasons_cap = b->reasons_cap == 0 ? 16 : b->reasons_cap * 2;
		b->reasons = eh_xrealloc(b->reasons, b->reasons_cap, sizeof *b->reasons);
	}
	b->reasons[b->reasons_n++] = (struct eh_columns_reason){eh_arena_strdup(b->arena, reason), rows};
}

/* ---- the order --------------------------------------------------------------------- */

static int by_id(const void *a, const void *b, void *context)
{
	const struct eh_columns_builder *builder = context;
	struct eh_text x = eh_intern_text(&builder->ids, builder->id[*(const uint32_t *)a]);
	struct eh_text y = eh_intern_text(&builder->ids, builder->id[*(const uint32_t *)b]);
	int order = memcmp(x.at, y.at, x.n < y.n ? x.n : y.n);

	return order != 0 ? order : (x.n > y.n) - (x.n < y.n);
}

static uint32_t *order_rows(struct eh_columns_builder *b)
{
	uint32_t *order = eh_xrealloc(NULL, b->rows + 1, sizeof *order);

	for (size_t i = 0; i < b->rows; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, b->rows, sizeof *order, by_id, b);
	return order;
}

static int64_t *ordered_int64(struct eh_columns_builder *b, const uint32_t *order, const int64_t *from)
{
	int64_t *to = eh_arena_zalloc(b->arena, b->rows + 1, sizeof *to);

	for (size_t i = 0; i < b->rows; i++)
		to[i] = from[order[i]];
	return to;
}

/* ---- levels -------------------------------------------------------------------------- */

struct level {
	struct eh_text text;
	double value;
	uint32_t was;
};

static int by_text(const void *a, const void *b)
{
	const struct level *x = a, *y = b;
	int order = memcmp(x->text.at, y->text.at, x->text.n < y->text.n ? x->text.n : y->text.n);

	return order != 0 ? order : (x->text.n > y->text.n) - (x->text.n < y->text.n);
}

/* "5" and "5.0" are two levels, as the log writes them: they stand by their bytes. */
static int by_value(const void *a, const void *b)
{
	const struct level *x = a, *y = b;

	return x->value != y->value ? (x->value > y->value) - (x->value < y->value) : by_text(a, b);
}

/* What no double holds, as 1e400, is a label: nothing could be computed with it. */
static bool is_number(struct eh_text text)
{
	int64_t q;

	return eh_fixed_parse(text.at, text.n, 0, &q) != EH_FIXED_NOT_NUMBER && isfinite(strtod(text.at, NULL));
}

static bool all_numbers(const struct eh_intern *values)
{
	for (uint32_t i = 0; i < values->n; i++)
		if (!is_number(eh_intern_text(values, i)))
			return false;
	return values->n > 0;
}

/* The levels of the period; `was` is their number in the whole log. */
static struct level *list_used(struct eh_columns_builder *b, const struct eh_columns_levels *from, bool numeric,
                               size_t *n)
{
	struct level *list = eh_xrealloc(NULL, from->values.n + 1, sizeof *list);
	char *used = eh_xrealloc(NULL, from->values.n + 1, 1);

	memset(used, 0, from->values.n + 1);
	for (size_t i = 0; i < b->rows; i++)
		if (from->code[i] >= 0)
			used[from->code[i]] = 1;
	*n = 0;
	for (uint32_t v = 0; v < from->values.n; v++) {
		struct eh_text text = eh_intern_text(&from->values, v);

		if (used[v])
			list[(*n)++] = (struct level){text, numeric ? strtod(text.at, NULL) : 0, v};
	}
	free(used);
	qsort(list, *n, sizeof *list, numeric ? by_value : by_text);
	return list;
}

static void finish_levels(struct eh_columns_builder *b, const uint32_t *order, const char *name,
                          const struct eh_columns_levels *from, struct eh_levels *to)
{
	bool numeric = all_numbers(&from->values);
	size_t n;
	struct level *list = list_used(b, from, numeric, &n);
	int32_t *now = eh_xrealloc(NULL, from->values.n + 1, sizeof *now);
	int32_t *code = eh_arena_zalloc(b->arena, b->rows + 1, sizeof *code);
	struct eh_text *text = eh_arena_zalloc(b->arena, n + 1, sizeof *text);
	double *value = eh_arena_zalloc(b->arena, n + 1, sizeof *value);

	for (size_t i = 0; i < n; i++) {
		now[list[i].was] = (int32_t)i;
		text[i] = (struct eh_text){eh_arena_strndup(b->arena, list[i].text.at, list[i].text.n), list[i].text.n};
		value[i] = list[i].value;
	}
	for (size_t i = 0; i < b->rows; i++)
		code[i] = from->code[order[i]] < 0 ? EH_COLUMNS_MISSING : now[from->code[order[i]]];
	*to = (struct eh_levels){name, code, text, n, numeric, numeric ? value : NULL};
	free(list);
	free(now);
}

/* ---- the end --------------------------------------------------------------------------- */

static const struct eh_text *ordered_ids(struct eh_columns_builder *b, const uint32_t *order)
{
	struct eh_text *id = eh_arena_zalloc(b->arena, b->rows + 1, sizeof *id);
	char *bytes = eh_arena_zalloc(b->arena, b->ids.bytes.len + 1, 1);

	for (size_t i = 0; i < b->rows; i++) {
		struct eh_text text = eh_intern_text(&b->ids, b->id[order[i]]);

		memcpy(bytes, text.at, text.n + 1);
		id[i] = (struct eh_text){bytes, text.n};
		bytes += text.n + 1;
	}
	return id;
}

static void finish_rows(struct eh_columns_builder *b, const uint32_t *order, struct eh_columns *c)
{
	uint8_t *adverse = eh_arena_zalloc(b->arena, b->rows + 1, sizeof *adverse);
	int8_t *outcome = eh_arena_zalloc(b->arena, b->rows + 1, sizeof *outcome);

	for (size_t i = 0; i < b->rows; i++) {
		int64_t at_us = b->at_us[order[i]];

		adverse[i] = b->adverse[order[i]];
		outcome[i] = b->outcome[order[i]];
		if (i == 0 || at_us < c->first_us)
			c->first_us = at_us;
		if (i == 0 || at_us > c->last_us)
			c->last_us = at_us;
	}
	c->rows = b->rows;
	c->id = ordered_ids(b, order);
	c->adverse = adverse;
	c->outcome = b->map->outcome >= 0 ? outcome : NULL;
	c->at_us = ordered_int64(b, order, b->at_us);
	c->score = (struct eh_numbers){"score", b->map->score >= 0 ? ordered_int64(b, order, b->score) : NULL,
	                               b->map->score_scale};
}

static void finish_amounts(struct eh_columns_builder *b, const uint32_t *order, struct eh_columns *c)
{
	const struct eh_map *map = b->map;
	int8_t *overridden = eh_arena_zalloc(b->arena, b->rows + 1, sizeof *overridden);

	c->amounts = eh_arena_zalloc(b->arena, map->amounts_n + 1, sizeof *c->amounts);
	for (size_t i = 0; i < map->amounts_n; i++) {
		const struct eh_map_amount *a = &map->amounts[i];
		struct eh_columns_amount *to = &c->amounts[i];

		to->amount = (struct eh_numbers){a->name, ordered_int64(b, order, b->amounts[i][0]), a->scale};
		if (a->expected >= 0)
			to->expected = (struct eh_numbers){a->name, ordered_int64(b, order, b->amounts[i][1]), a->scale};
		if (a->actual >= 0)
			to->actual = (struct eh_numbers){a->name, ordered_int64(b, order, b->amounts[i][2]), a->scale};
	}
	for (size_t i = 0; i < b->rows; i++)
		overridden[i] = b->overridden[order[i]];
	c->overridden = map->override_column >= 0 ? overridden : NULL;
	c->received_us = map->received_at >= 0 ? ordered_int64(b, order, b->received_us) : NULL;
}

static struct eh_memberships ordered_memberships(struct eh_columns_builder *b, const uint32_t *order, size_t attribute)
{
	size_t k = b->map->protect[attribute].labels_n;
	uint8_t *is = eh_arena_zalloc(b->arena, b->rows + 1, sizeof *is);
	uint32_t *w = eh_arena_zalloc(b->arena, b->rows * k + 1, sizeof *w);

	for (size_t i = 0; i < b->rows; i++) {
		is[i] = b->member_is[attribute][order[i]];
		memcpy(w + i * k, b->member_w[attribute] + order[i] * k, k * sizeof *w);
	}
	return (struct eh_memberships){is, w};
}

static void finish_lists(struct eh_columns_builder *b, const uint32_t *order, struct eh_columns *c)
{
	const struct eh_map *map = b->map;

	c->protect = eh_arena_zalloc(b->arena, map->protect_n + 1, sizeof *c->protect);
	c->strata = eh_arena_zalloc(b->arena, map->strata_n + 1, sizeof *c->strata);
	c->levels = eh_arena_zalloc(b->arena, map->features_n + 1, sizeof *c->levels);
	c->numbers = eh_arena_zalloc(b->arena, map->features_n + 1, sizeof *c->numbers);
	for (size_t i = 0; i < map->protect_n; i++)
		finish_levels(b, order, map->protect[i].name, &b->protect[i], &c->protect[i]);
	c->membership = eh_arena_zalloc(b->arena, map->protect_n + 1, sizeof *c->membership);
	for (size_t i = 0; i < map->protect_n; i++)
		if (map->protect[i].proxy != NULL)
			c->membership[i] = ordered_memberships(b, order, i);
	for (size_t i = 0; i < map->strata_n; i++)
		finish_levels(b, order, map->strata[i].name, &b->strata[i], &c->strata[i]);
	for (size_t i = 0; i < map->features_n; i++)
		if (map->features[i].kind == EH_MAP_NUMERIC)
			c->numbers[i] = (struct eh_numbers){
				map->features[i].name, ordered_int64(b, order, b->numbers[i]), map->features[i].scale};
		else
			finish_levels(b, order, map->features[i].name, &b->levels[i], &c->levels[i]);
}

static int by_rows(const void *a, const void *b)
{
	const struct eh_columns_reason *x = a, *y = b;

	return x->rows != y->rows ? (x->rows < y->rows ? 1 : -1) : strcmp(x->reason, y->reason);
}

const struct eh_columns *eh_columns_end(struct eh_columns_builder *b)
{
	struct eh_columns *c = eh_arena_zalloc(b->arena, 1, sizeof *c);
	struct eh_columns_reason *reasons = eh_arena_zalloc(b->arena, b->reasons_n + 1, sizeof *reasons);
	uint32_t *order;

	if (b->cap == 0)
		grow_rows(b);
	order = order_rows(b);
	finish_rows(b, order, c);
	finish_lists(b, order, c);
	finish_amounts(b, order, c);
	free(order);
	if (b->reasons_n > 0)
		memcpy(reasons, b->reasons, b->reasons_n * sizeof *reasons);
	qsort(reasons, b->reasons_n, sizeof *reasons, by_rows);
	c->rounded = b->rounded;
	c->set_aside = b->set_aside;
	c->reasons = reasons;
	c->reasons_n = b->reasons_n;
	return c;
}

static void drop_levels(struct eh_columns_levels *levels)
{
	eh_intern_free(&levels->values);
	free(levels->code);
}

void eh_columns_drop(struct eh_columns_builder *b)
{
	for (size_t i = 0; i < EH_MAP_PROTECTED_MAX; i++) {
		drop_levels(&b->protect[i]);
		free(b->member_is[i]);
		free(b->member_w[i]);
	}
	for (size_t i = 0; i < EH_MAP_STRATA_MAX; i++)
		drop_levels(&b->strata[i]);
	for (size_t i = 0; i < EH_MAP_FEATURES_MAX; i++) {
		drop_levels(&b->levels[i]);
		free(b->numbers[i]);
	}
	for (size_t i = 0; i < EH_MAP_AMOUNTS_MAX; i++)
		for (size_t j = 0; j < 3; j++)
			free(b->amounts[i][j]);
	free(b->overridden);
	free(b->received_us);
	eh_intern_free(&b->ids);
	eh_buf_free(&b->content);
	free(b->digest);
	free(b->id);
	free(b->at_us);
	free(b->score);
	free(b->adverse);
	free(b->outcome);
	free(b->reasons);
}

struct eh_columns_ref eh_columns_find(const struct eh_columns *columns, struct eh_map_ref ref)
{
	if (ref.list == EH_MAP_PROTECTED)
		return (struct eh_columns_ref){.levels = &columns->protect[ref.at]};
	if (ref.list == EH_MAP_STRATUM)
		return (struct eh_columns_ref){.levels = &columns->strata[ref.at]};
	EH_ASSERT(ref.list == EH_MAP_FEATURE);
	if (columns->numbers[ref.at].q != NULL)
		return (struct eh_columns_ref){.numbers = &columns->numbers[ref.at]};
	return (struct eh_columns_ref){.levels = &columns->levels[ref.at]};
}
