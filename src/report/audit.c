/*
 * audit.c - see audit.h: the frame of the tree, and the table of its parts.
 */
#include "report/audit.h"

#include <string.h>

#include "base/digest.h"
#include "base/time.h"
#include "report/audit_part.h"
#include "report/audit_scores.h"

#define EH_AUDIT_VERSION 1 /* of the keys: raised where one changes its meaning */

/* The parts of one attribute, in the order of the tree. */
static const struct part {
	const char *key;
	json_t *(*make)(const struct eh_audit *audit, size_t attribute);
} parts[] = {
	{"groups", eh_audit_groups},
	{"unmapped", eh_audit_unmapped},
	{"overall_kx2", eh_audit_overall},
	{"pairs", eh_audit_pairs},
	{"highest_rate", eh_audit_highest},
	{"strata_not_informative", eh_audit_not_informative},
	{"outcome", eh_audit_outcome},
	{"calibration", eh_audit_calibration},
	{"ll144", eh_audit_ll144},
	{"logit", eh_audit_logit},
	{"proxies", eh_audit_proxies},
	{"amounts", eh_audit_amounts},
	{"override", eh_audit_override},
	{"time_to_decision", eh_audit_time_to_decision},
	{"variable_test", eh_audit_variable_test},
};

/* ---- counting ------------------------------------------------------------------------ */

static void find_rows(struct eh_audit *audit, struct eh_audit_attribute *a)
{
	size_t rows = audit->columns->rows;
	uint32_t *row = eh_arena_zalloc(audit->arena, rows + 1, sizeof *row);

	for (size_t i = 0; i < rows; i++)
		if (a->levels->code[i] >= 0)
			row[a->n++] = (uint32_t)i;
	a->row = row;
	a->n_missing = rows - a->n;
}

static void count_groups(struct eh_audit *audit, struct eh_audit_attribute *a)
{
	struct ehs_bin *group = eh_arena_zalloc(audit->arena, a->levels->n + 1, sizeof *group);

	for (size_t i = 0; i < a->n; i++) {
		struct ehs_bin *bin = &group[a->levels->code[a->row[i]]];

		bin->n++;
		bin->x += !audit->columns->adverse[a->row[i]];
	}
	a->group = group;
}

static int find_level(const struct eh_levels *levels, const char *text)
{
	for (size_t i = 0; i < levels->n; i++)
		if (strcmp(levels->text[i].at, text) == 0)
			return (int)i;
	return -1;
}

static void prepare(struct eh_audit *audit, size_t at, struct eh_audit_attribute *a)
{
	a->map = &audit->map->protect[at];
	a->wants = &audit->map->audit[at];
	a->levels = &audit->columns->protect[at];
	find_rows(audit, a);
	count_groups(audit, a);
	a->reference = find_level(a->levels, a->map->reference);
	eh_audit_count_strata(audit, a);
	a->score_values = eh_audit_score_histograms(audit, at);
	a->score_sums = eh_audit_score_moments(audit, at);
	a->score_middle = eh_audit_score_middles(audit, at);
}

/* ---- the tree -------------------------------------------------------------------------- */

static json_t *instant(bool known, int64_t us)
{
	char text[EH_TIME_TEXT];

	if (!known)
		return json_null();
	eh_time_format(us, text);
	return json_string(text);
}

static json_t *set_aside_json(const struct eh_columns *columns)
{
	json_t *out = json_object(), *reasons = json_array();

	for (size_t i = 0; i < columns->reasons_n; i++)
		eh_audit_append(reasons, json_pack("{s:s, s:I}", "reason", columns->reasons[i].reason, "rows",
		                                   (json_int_t)columns->reasons[i].rows));
	eh_audit_put(out, "rows", json_integer(columns->set_aside));
	eh_audit_put(out, "reasons", reasons);
	return out;
}

static const char *by_name(enum eh_audit_by by)
{
	return by == EH_AUDIT_BY_MONTH ? "month" : by == EH_AUDIT_BY_YEAR ? "year" : NULL;
}

/* Which way a score points; null where there is none. */
static json_t *score_json(const struct eh_audit *audit)
{
	if (audit->columns->score.q == NULL)
		return json_null();
	return json_string(audit->map->higher_is == EH_MAP_HIGHER_ADVERSE ? "adverse" : "favourable");
}

static json_t *head_json(const struct eh_audit *audit, const struct eh_audit_options *options)
{
	const struct eh_columns *c = audit->columns;
	char version[EH_SHA256_HEX];
	json_t *head = json_object();

	eh_sha256_hex(&audit->map->version, version);
	eh_audit_put(head, "source", json_string(audit->map->source));
	eh_audit_put(head, "map_version", json_string(version));
	eh_audit_put(head, "from", instant(options->from_us != INT64_MIN, options->from_us));
	eh_audit_put(head, "to", instant(options->to_us != INT64_MAX, options->to_us));
	eh_audit_put(head, "rows", eh_audit_count(c->rows));
	eh_audit_put(head, "first_decided_at", instant(c->rows > 0, c->first_us));
	eh_audit_put(head, "last_decided_at", instant(c->rows > 0, c->last_us));
	eh_audit_put(head, "set_aside", set_aside_json(c));
	eh_audit_put(head, "rounded", json_integer(c->rounded));
	eh_audit_put(head, "exact", json_boolean(audit->exact));
	eh_audit_put(head, "score_higher_is", score_json(audit));
	eh_audit_put(head, "by", by_name(audit->by) == NULL ? json_null() : json_string(by_name(audit->by)));
	eh_audit_put(head, "version", json_integer(EH_AUDIT_VERSION));
	return head;
}

static void warn_of_reference(const struct eh_audit *audit, size_t at)
{
	const struct eh_audit_attribute *a = &audit->attribute[at];

	if (a->reference < 0)
		eh_audit_warn(audit, "no_reference", at, a->map->reference, NULL,
		              "The reference group %s of %s does not occur, so no group was compared with it.",
		              a->map->reference, a->map->name);
}

static void warn_of_bins(const struct eh_audit *audit)
{
	if (!audit->exact)
		eh_audit_warn(audit, "binned", EH_AUDIT_EVERY, NULL, NULL,
		              "More than %zu rows have a score, so scores were put into bins of up to a thirtieth of "
		              "their size. "
		              "Ranks and distances between scores are those of the bins; means and medians are exact.",
		              audit->exact_rows);
}

/* What the regression had to leave out of its controls.  A group that it left out is told by its missing numbers. */
static json_t *controls_json(const struct eh_audit *audit, size_t at, const json_t *attribute)
{
	const json_t *adjusted = json_object_get(json_object_get(attribute, "logit"), "adjusted");
	json_t *dropped, *out = json_array();
	size_t i;

	json_array_foreach(json_object_get(adjusted, "dropped"), i, dropped)
	{
		const char *term = json_string_value(json_object_get(dropped, "term"));
		const char *reason = json_string_value(json_object_get(dropped, "reason"));

		if (json_object_get(json_object_get(attribute, "groups"), term) != NULL)
			continue;
		eh_audit_append(out, json_pack("{s:s, s:s}", "control", term, "reason", reason));
		eh_audit_warn(audit, "control_not_informative", at, NULL, NULL,
		              "The control %s of %s was left out of the regression: %s.", term,
		              audit->map->protect[at].name, reason);
	}
	return out;
}

static json_t *attribute_json(const struct eh_audit *audit, size_t at)
{
	const struct eh_audit_attribute *a = &audit->attribute[at];

	if (a->map->proxy != NULL)
		return eh_audit_membership(audit, at);
	json_t *out = json_object();
	warn_of_reference(audit, at);
	eh_audit_put(out, "reference", json_string(a->map->reference));
	eh_audit_put(out, "n", eh_audit_count(a->n));
	eh_audit_put(out, "n_missing", eh_audit_count(a->n_missing));
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		eh_audit_put(out, parts[i].key, parts[i].make(audit, at));
	eh_audit_put(out, "controls_not_informative", controls_json(audit, at, out));
	return out;
}

enum eh_rc eh_audit_check(const struct eh_map *map, const struct eh_columns *columns, struct eh_err *err)
{
	for (size_t i = 0; i < map->protect_n; i++)
		if (columns->protect[i].n > EH_AUDIT_GROUPS_MAX) {
			(void)eh_fail(err, EH_BAD_INPUT,
			              "attribute %s has %zu groups, and an audit compares at most %d",
			              map->protect[i].name, columns->protect[i].n, EH_AUDIT_GROUPS_MAX);
			return eh_hint(err,
			               "name the column of an attribute in the map, or join its values by `bands`");
		}
	return EH_OK;
}

json_t *eh_audit_run(struct eh_arena *arena, const struct eh_map *map, const struct eh_columns *columns,
                     const struct eh_audit_options *options)
{
	const struct eh_audit_options none = {.from_us = INT64_MIN, .to_us = INT64_MAX};
	const struct eh_audit_options *o = options != NULL ? options : &none;
	struct eh_audit_attribute *attribute = eh_arena_zalloc(arena, map->protect_n, sizeof *attribute);
	struct eh_audit audit = {.arena = arena, .map = map, .columns = columns, .by = o->by, .attribute = attribute};
	json_t *tree = json_object(), *attributes = json_object();

	ehs_init();
	audit.warnings = json_array();
	audit.exact_rows = o->exact_rows != 0 ? o->exact_rows : EH_AUDIT_EXACT_ROWS;
	eh_audit_sort_scores(&audit);
	for (size_t i = 0; i < map->protect_n; i++)
		prepare(&audit, i, &attribute[i]);
	for (size_t i = 0; i < map->protect_n; i++)
		eh_audit_put(attributes, map->protect[i].name, attribute_json(&audit, i));
	warn_of_bins(&audit);
	eh_audit_put(tree, "audit", head_json(&audit, o));
	eh_audit_put(tree, "attributes", attributes);
	eh_audit_put_multiplicity(&audit, tree);
	eh_audit_put_intersections(&audit, tree);
	eh_audit_put_windows(&audit, tree);
	eh_audit_put(tree, "warnings", audit.warnings);
	return tree;
}
