/*
 * decision.c - see decision.h.  Written for millions of rows: the way of a good
 * row has no allocation, no copy and no formatting; sentences are made for bad
 * rows only.
 */
#include "decision/decision.h"

#include <stdlib.h>
#include <string.h>

#include "base/fixed.h"
#include "base/time.h"
#include "base/utf8.h"

/* Instants that can be written: years 1 to 9999. */
#define FIRST_US (INT64_C(-62135596800) * EH_SECOND_US)
#define END_US (INT64_C(253402300800) * EH_SECOND_US)

#define FEW 12 /* group values that are searched one by one */

static const int64_t power10[EH_FIXED_MAX_SCALE + 1] = {
	1,          10,          100,          1000,          10000,          100000,         1000000,
	10000000,   100000000,   1000000000,   10000000000,   100000000000,   1000000000000};

struct check {
	const struct eh_map *map;
	const struct eh_row *row;
	enum eh_decision_reason reason;
	int column; /* where the fault is */
};

const char *eh_decision_reason_text(enum eh_decision_reason reason)
{
	static const char *const texts[EH_DECISION_REASONS] = {
		[EH_DECISION_OK] = "accepted",
		[EH_DECISION_NO_ID] = "missing id",
		[EH_DECISION_NO_TIME] = "missing date",
		[EH_DECISION_BAD_TIME] = "bad date",
		[EH_DECISION_NO_DECISION] = "missing decision",
		[EH_DECISION_UNKNOWN_DECISION] = "decision neither favourable nor adverse",
		[EH_DECISION_NOT_A_NUMBER] = "not a number",
		[EH_DECISION_TOO_LARGE] = "number too large",
		[EH_DECISION_NOT_A_PROBABILITY] = "probability below 0 or above 1",
		[EH_DECISION_BAD_UTF8] = "invalid UTF-8",
		[EH_DECISION_TOO_LONG] = "value too long",
		[EH_DECISION_BAD_VERSION] = "bad version",
	};

	EH_ASSERT(reason < EH_DECISION_REASONS);
	return texts[reason];
}

static bool fail(struct check *c, int column, enum eh_decision_reason reason)
{
	c->column = column;
	c->reason = reason;
	return false;
}

static bool is_missing(const struct eh_field *field)
{
	return field->form == EH_FIELD_TEXT && field->text.n == 0;
}

/* A text of at most `most` bytes; {NULL, 0} where it is missing. */
static bool take_text(struct check *c, int column, size_t most, struct eh_text *out)
{
	const struct eh_field *field = &c->row->fields[column];

	EH_ASSERT(field->form == EH_FIELD_TEXT);
	if (field->text.n == 0) {
		*out = (struct eh_text){0};
		return true;
	}
	if (field->text.n > most)
		return fail(c, column, EH_DECISION_TOO_LONG);
	if (!c->row->utf8_known && !eh_utf8_valid(field->text.at, field->text.n))
		return fail(c, column, EH_DECISION_BAD_UTF8);
	*out = field->text;
	return true;
}

static bool take_time(struct check *c, int column, int64_t *us)
{
	const struct eh_field *field = &c->row->fields[column];

	if (field->form == EH_FIELD_TIME_US)
		*us = field->us;
	else if (field->form != EH_FIELD_TEXT || !eh_time_parse(field->text.at, field->text.n, us))
		return fail(c, column, EH_DECISION_BAD_TIME);
	return (*us >= FIRST_US && *us < END_US) || fail(c, column, EH_DECISION_BAD_TIME);
}

static enum eh_fixed fixed_of_integer(int64_t value, int scale, int64_t *q)
{
	if (__builtin_mul_overflow(value, power10[scale], q) || *q >= EH_FIXED_LIMIT || *q <= -EH_FIXED_LIMIT)
		return EH_FIXED_TOO_LARGE;
	return EH_FIXED_EXACT;
}

static enum eh_fixed read_number(const struct eh_field *field, int scale, int64_t *q)
{
	switch (field->form) {
	case EH_FIELD_INTEGER:
		return fixed_of_integer(field->integer, scale, q);
	case EH_FIELD_REAL:
		return eh_fixed_of_double(field->real, scale, q);
	case EH_FIELD_TEXT:
		return eh_fixed_parse(field->text.at, field->text.n, scale, q);
	case EH_FIELD_TIME_US:
		break;
	}
	return EH_FIXED_NOT_NUMBER;
}

static bool take_number(struct check *c, int column, int scale, int64_t *q, unsigned *rounded)
{
	switch (read_number(&c->row->fields[column], scale, q)) {
	case EH_FIXED_ROUNDED:
		(*rounded)++;
		return true;
	case EH_FIXED_EXACT:
		return true;
	case EH_FIXED_TOO_LARGE:
		return fail(c, column, EH_DECISION_TOO_LARGE);
	case EH_FIXED_NOT_NUMBER:
		break;
	}
	return fail(c, column, EH_DECISION_NOT_A_NUMBER);
}

/* ---- groups -------------------------------------------------------------------- */

size_t eh_decision_band(const struct eh_map_protected *attribute, int64_t x)
{
	size_t low = 0, high = attribute->bands_n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (x >= attribute->bands[middle])
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The number as a double, for the two cases below where its fixed point does not say on which side of a bound it is. */
static double number_as_double(const struct eh_field *field)
{
	char text[64];

	if (field->form == EH_FIELD_INTEGER)
		return (double)field->integer;
	if (field->form == EH_FIELD_REAL)
		return field->real;
	size_t n = field->text.n < sizeof text ? field->text.n : sizeof text - 1;
	memcpy(text, field->text.at, n);
	text[n] = '\0';
	return strtod(text, NULL);
}

/* A band needs no sum, so a huge number is in an end band; and one that was rounded onto a bound, as
 * 24.9999999 onto 25, is put back where it was. */
static bool take_band(struct check *c, const struct eh_map_protected *p, size_t *band)
{
	const struct eh_field *field = &c->row->fields[p->column];
	int64_t q = 0;

	switch (read_number(field, EH_MAP_BAND_SCALE, &q)) {
	case EH_FIXED_EXACT:
		*band = eh_decision_band(p, q);
		return true;
	case EH_FIXED_ROUNDED:
		*band = eh_decision_band(p, q);
		if (*band > 0 && q == p->bands[*band - 1] && number_as_double(field) < eh_fixed_to_double(q, EH_MAP_BAND_SCALE))
			(*band)--;
		return true;
	case EH_FIXED_TOO_LARGE:
		*band = number_as_double(field) < 0 ? 0 : p->bands_n;
		return true;
	case EH_FIXED_NOT_NUMBER:
		break;
	}
	return fail(c, p->column, EH_DECISION_NOT_A_NUMBER);
}

static bool is_same(const struct eh_map_group *group, struct eh_text value)
{
	return group->value_len == value.n && memcmp(group->value, value.at, value.n) == 0;
}

static int by_value(const void *key, const void *member)
{
	const struct eh_text *value = key;
	const struct eh_map_group *group = member;
	size_t n = value->n < group->value_len ? value->n : group->value_len;
	int order = memcmp(value->at, group->value, n);

	return order != 0 ? order : (value->n > group->value_len) - (value->n < group->value_len);
}

static const struct eh_map_group *find_group(const struct eh_map_protected *p, struct eh_text value)
{
	if (p->groups_n > FEW)
		return bsearch(&value, p->groups, p->groups_n, sizeof *p->groups, by_value);
	for (size_t i = 0; i < p->groups_n; i++)
		if (is_same(&p->groups[i], value))
			return &p->groups[i];
	return NULL;
}

static bool take_group(struct check *c, const struct eh_map_protected *p, struct eh_text *group, int *label)
{
	const struct eh_map_group *mapped;
	size_t band;

	*label = -1;
	if (p->proxy != NULL || is_missing(&c->row->fields[p->column])) {
		*group = (struct eh_text){0};
		return true;
	}
	if (p->bands_n > 0) {
		if (!take_band(c, p, &band))
			return false;
		*label = (int)band;
	} else {
		if (!take_text(c, p->column, EH_DECISION_VALUE_MAX, group))
			return false;
		if ((mapped = find_group(p, *group)) == NULL)
			return true;
		*label = (int)mapped->label;
	}
	*group = (struct eh_text){.at = p->labels[*label], .n = p->label_lens[*label]};
	return true;
}

/* ---- probabilities ---------------------------------------------------------------- */

static bool take_probability(struct check *c, int column, uint32_t *w, unsigned *rounded)
{
	int64_t q;

	if (!take_number(c, column, EH_DECISION_PROXY_SCALE, &q, rounded))
		return c->reason == EH_DECISION_TOO_LARGE ? fail(c, column, EH_DECISION_NOT_A_PROBABILITY) : false;
	if (q < 0 || q > EH_DECISION_PROXY_UNIT)
		return fail(c, column, EH_DECISION_NOT_A_PROBABILITY);
	*w = (uint32_t)q;
	return true;
}

/* A vector is whole, or missing as a whole; one whose sum is off says nothing that can be relied on. */
static bool take_proxy(struct check *c, const struct eh_map_protected *p, struct eh_decision_proxy *out,
                       unsigned *rounded)
{
	uint32_t sum = 0;
	bool missing = false;

	for (size_t i = 0; i < p->labels_n; i++) {
		out->w[i] = 0;
		if (is_missing(&c->row->fields[p->proxy[i]]))
			missing = true;
		else if (!take_probability(c, p->proxy[i], &out->w[i], rounded))
			return false;
		sum += out->w[i];
	}
	out->is = missing ? EH_DECISION_MEMBER_MISSING : EH_DECISION_MEMBER_KNOWN;
	if (!missing && (sum < EH_DECISION_PROXY_UNIT / 100 * 99 || sum > EH_DECISION_PROXY_UNIT / 100 * 101))
		out->is = EH_DECISION_MEMBER_UNKNOWN;
	return true;
}

/* ---- the row ------------------------------------------------------------------- */

/* A whole number of 64 bits; no sign but a minus. */
static bool parse_whole(struct eh_text text, int64_t *out)
{
	bool minus = text.n > 0 && text.at[0] == '-';
	int64_t value = 0;

	if (text.n == minus)
		return false;
	for (size_t i = minus; i < text.n; i++) {
		int digit = text.at[i] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, digit, &value)) /* downwards: the lowest number has no positive */
			return false;
	}
	if (!minus && value == INT64_MIN)
		return false;
	*out = minus ? value : -value;
	return true;
}

bool eh_decision_version(const struct eh_field *field, int64_t *version)
{
	switch (field->form) {
	case EH_FIELD_TIME_US:
		*version = field->us;
		return true;
	case EH_FIELD_INTEGER:
		*version = field->integer;
		return true;
	case EH_FIELD_REAL:
		return false;
	case EH_FIELD_TEXT:
		break;
	}
	*version = INT64_MIN;
	return field->text.n == 0 || parse_whole(field->text, version) || eh_time_parse(field->text.at, field->text.n, version);
}

static bool take_head(struct check *c, struct eh_decision *out)
{
	const struct eh_map *map = c->map;
	struct eh_text decision;

	if (!take_text(c, map->id, EH_DECISION_ID_MAX, &out->id))
		return false;
	if (out->id.n == 0)
		return fail(c, map->id, EH_DECISION_NO_ID);
	if (is_missing(&c->row->fields[map->decided_at]))
		return fail(c, map->decided_at, EH_DECISION_NO_TIME);
	if (!take_time(c, map->decided_at, &out->at_us) ||
	    !take_text(c, map->decision, EH_DECISION_VALUE_MAX, &decision))
		return false;
	if (decision.n == 0)
		return fail(c, map->decision, EH_DECISION_NO_DECISION);
	out->favourable = eh_map_values_hold(&map->favourable, decision.at, decision.n);
	if (map->adverse.n == 0 || out->favourable)
		return true;
	if (eh_map_values_hold(&map->adverse, decision.at, decision.n))
		return true;
	out->favourable = true; /* only `adverse` is given: all else is favourable */
	return map->favourable.n == 0 || fail(c, map->decision, EH_DECISION_UNKNOWN_DECISION);
}

static bool take_version(struct check *c, struct eh_decision *out)
{
	int column = c->map->version_column;

	out->version = INT64_MIN;
	return column < 0 || eh_decision_version(&c->row->fields[column], &out->version) || fail(c, column, EH_DECISION_BAD_VERSION);
}

static bool take_score_and_outcome(struct check *c, struct eh_decision *out)
{
	const struct eh_map *map = c->map;
	struct eh_text outcome;

	out->has_score = map->score >= 0 && !is_missing(&c->row->fields[map->score]);
	if (out->has_score && !take_number(c, map->score, map->score_scale, &out->score_q, &out->rounded))
		return false;
	out->has_outcome = out->has_outcome_at = out->outcome_adverse = false;
	if (map->outcome >= 0) {
		if (!take_text(c, map->outcome, EH_DECISION_VALUE_MAX, &outcome))
			return false;
		out->has_outcome = outcome.n > 0;
		out->outcome_adverse = eh_map_values_hold(&map->outcome_adverse, outcome.at, outcome.n);
	}
	out->has_outcome_at = map->outcome_at >= 0 && !is_missing(&c->row->fields[map->outcome_at]);
	if (out->has_outcome_at && !take_time(c, map->outcome_at, &out->outcome_at_us))
		return false;
	out->has_received = map->received_at >= 0 && !is_missing(&c->row->fields[map->received_at]);
	return !out->has_received || take_time(c, map->received_at, &out->received_us);
}

static bool take_feature(struct check *c, const struct eh_map_feature *f, struct eh_decision_feature *out,
                         unsigned *rounded)
{
	out->text = (struct eh_text){0};
	out->q = 0;
	out->has = !is_missing(&c->row->fields[f->column]);
	if (!out->has)
		return true;
	if (f->kind == EH_MAP_NUMERIC)
		return take_number(c, f->column, f->scale, &out->q, rounded);
	return take_text(c, f->column, EH_DECISION_VALUE_MAX, &out->text);
}

static bool take_lists(struct check *c, struct eh_decision *out)
{
	const struct eh_map *map = c->map;

	for (size_t i = 0; i < map->protect_n; i++)
		if (!take_group(c, &map->protect[i], &out->groups[i], &out->label[i]) ||
		    (map->protect[i].proxy != NULL && !take_proxy(c, &map->protect[i], &out->proxy[i], &out->rounded)))
			return false;
	for (size_t i = 0; i < map->strata_n; i++)
		if (!take_text(c, map->strata[i].column, EH_DECISION_VALUE_MAX, &out->strata[i]))
			return false;
	for (size_t i = 0; i < map->features_n; i++)
		if (!take_feature(c, &map->features[i], &out->features[i], &out->rounded))
			return false;
	for (size_t i = 0; i < map->lineage_n; i++)
		if (!take_text(c, map->lineage[i].column, EH_DECISION_LINEAGE_MAX, &out->lineage[i]))
			return false;
	return true;
}

/* ---- what an audit alone looks at ----------------------------------------------- */

static bool take_optional(struct check *c, int column, int scale, struct eh_decision_number *out, unsigned *rounded)
{
	out->q = 0;
	out->has = column >= 0 && !is_missing(&c->row->fields[column]);
	return !out->has || take_number(c, column, scale, &out->q, rounded);
}

static bool take_amounts(struct check *c, struct eh_decision *out)
{
	const struct eh_map *map = c->map;
	struct eh_text overridden;

	for (size_t i = 0; i < map->amounts_n; i++) {
		const struct eh_map_amount *a = &map->amounts[i];
		struct eh_decision_amount *to = &out->amounts[i];

		if (!take_optional(c, a->column, a->scale, &to->amount, &out->rounded) ||
		    !take_optional(c, a->expected, a->scale, &to->expected, &out->rounded) ||
		    !take_optional(c, a->actual, a->scale, &to->actual, &out->rounded))
			return false;
	}
	out->has_override = out->overridden = false;
	if (map->override_column >= 0) {
		if (!take_text(c, map->override_column, EH_DECISION_VALUE_MAX, &overridden))
			return false;
		out->has_override = overridden.n > 0;
		out->overridden = eh_map_values_hold(&map->override_yes, overridden.at, overridden.n);
	}
	return true;
}

enum eh_rc eh_decision_check(const struct eh_map *map, const struct eh_row *row, struct eh_decision *out,
                             enum eh_decision_reason *reason, struct eh_err *err)
{
	struct check c = {.map = map, .row = row};

	out->rounded = 0;
	bool good = take_head(&c, out) && take_version(&c, out) && take_score_and_outcome(&c, out) && take_lists(&c, out) &&
	            take_amounts(&c, out);
	if (reason != NULL)
		*reason = c.reason;
	if (good)
		return EH_OK;
	return eh_fail(err, EH_BAD_ROW, "%s in column %s", eh_decision_reason_text(c.reason), map->columns[c.column].name);
}

static bool take_outcome_row(struct check *c, const struct eh_map_values *adverse, struct eh_outcome *out)
{
	const struct eh_map *map = c->map;
	struct eh_text outcome;

	if (!take_text(c, map->id, EH_DECISION_ID_MAX, &out->id))
		return false;
	if (out->id.n == 0)
		return fail(c, map->id, EH_DECISION_NO_ID);
	if (!take_text(c, map->outcome, EH_DECISION_VALUE_MAX, &outcome))
		return false;
	if (outcome.n == 0)
		return fail(c, map->outcome, EH_DECISION_NO_DECISION);
	out->adverse = eh_map_values_hold(adverse, outcome.at, outcome.n);
	out->at_us = INT64_MIN;
	return map->outcome_at < 0 || is_missing(&c->row->fields[map->outcome_at]) || take_time(c, map->outcome_at, &out->at_us);
}

enum eh_rc eh_decision_outcome(const struct eh_map *map, const struct eh_row *row, struct eh_outcome *out,
                               enum eh_decision_reason *reason, struct eh_err *err)
{
	struct check c = {.map = map->outcomes, .row = row};
	bool good = take_outcome_row(&c, &map->outcome_adverse, out);

	if (reason != NULL)
		*reason = c.reason;
	if (good)
		return EH_OK;
	return eh_fail(err, EH_BAD_ROW, "%s in column %s", eh_decision_reason_text(c.reason), c.map->columns[c.column].name);
}
