/*
 * pack.c - see pack.h; pack_read.c reads the files.
 */
#include "policy/pack.h"

#include <stdio.h>
#include <string.h>

#include "base/asset.h"
#include "base/fixed.h"
#include "base/json.h"
#include "base/time.h"
#include "policy/pack_part.h"

#define FOLDER "examples/policies/"

const char *const eh_pack_statuses[] = {"in force", "draft, never adopted", "rescission pending", "no longer in force", "house",
                                        NULL};
const char *const eh_pack_periods[] = {"month", "quarter", "half-year", "year", NULL};
const char *const eh_pack_origins[] = {"rule", "draft", "house", NULL};
const char *const eh_pack_metrics[] = {"adverse_impact_ratio",
                                       "odds_ratio",
                                       "rate_difference",
                                       "standardized_mean_difference",
                                       "z_test",
                                       "t_test",
                                       "drivers_of_disparity",
                                       "selection_table",
                                       "scoring_table",
                                       "false_adverse_difference",
                                       "amount_gap",
                                       "missing_share",
                                       NULL};
const char *const eh_pack_directions[] = {"below", "at most", "above", "at least", "either", NULL};
const char *const eh_pack_tests[] = {"none", "fisher", "z", "score", "welch", "mann-whitney", NULL};
const char *const eh_pack_references[] = {"named", "highest rate", NULL};

const char *eh_pack_status_name(enum eh_pack_status status)
{
	return eh_pack_statuses[status];
}

const char *eh_pack_period_name(enum eh_pack_period period)
{
	return eh_pack_periods[period];
}

const char *eh_pack_origin_name(enum eh_pack_origin origin)
{
	return eh_pack_origins[origin];
}

const char *eh_pack_metric_name(enum eh_pack_metric metric)
{
	return eh_pack_metrics[metric];
}

const char *eh_pack_direction_name(enum eh_pack_direction direction)
{
	return eh_pack_directions[direction];
}

const char *eh_pack_test_name(enum eh_pack_test test)
{
	return eh_pack_tests[test];
}

const char *eh_pack_reference_name(enum eh_pack_reference reference)
{
	return eh_pack_references[reference];
}

/* ---- periods ----------------------------------------------------------------------- */

static int months_of(enum eh_pack_period period)
{
	static const int months[] = {1, 3, 6, 12};

	return months[period];
}

int64_t eh_pack_period_start(enum eh_pack_period period, int64_t at_us)
{
	struct eh_date date = eh_date_of_us(at_us);
	int months = months_of(period);

	return eh_date_to_us((struct eh_date){date.year, (date.month - 1) / months * months + 1, 1});
}

int64_t eh_pack_period_next(enum eh_pack_period period, int64_t start_us)
{
	struct eh_date date = eh_date_of_us(start_us);
	int month = date.month + months_of(period);

	return eh_date_to_us((struct eh_date){date.year + (month > 12), month > 12 ? month - 12 : month, 1});
}

void eh_pack_period_format(enum eh_pack_period period, int64_t start_us, char out[EH_PACK_PERIOD_TEXT])
{
	struct eh_date date = eh_date_of_us(start_us);
	int year = date.year, part = (date.month - 1) / months_of(period) + 1;

	if (period == EH_PACK_YEAR)
		(void)snprintf(out, EH_PACK_PERIOD_TEXT, "%d", year);
	else if (period == EH_PACK_MONTH)
		(void)snprintf(out, EH_PACK_PERIOD_TEXT, "%d-%02d", year, part);
	else
		(void)snprintf(out, EH_PACK_PERIOD_TEXT, "%d-%c%d", year, period == EH_PACK_QUARTER ? 'Q' : 'H', part);
}

bool eh_pack_holds(const struct eh_pack *pack, int64_t from_us, int64_t to_us)
{
	return from_us >= pack->from_us && to_us <= pack->to_us;
}

/* ---- the canonical form ---------------------------------------------------------------- */

static json_t *decimal(int64_t ppm)
{
	char text[32];

	eh_fixed_format(ppm, 6, text);
	return json_string(text);
}

static json_t *texts(const char *const *text, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(text[i]));
	return list;
}

static json_t *line_json(const struct eh_pack_line *l)
{
	json_t *doc = json_pack(
		"{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:{s:I,s:I},s:{s:s,s:s,s:s}}", "name", l->name, "citation",
		l->citation, "source", l->source, "checked", l->checked, "status", eh_pack_statuses[l->status], "metric",
		eh_pack_metrics[l->metric], "outcome", l->adverse ? "adverse" : "favourable", "intersections", l->intersections,
		"reference", eh_pack_references[l->reference], "direction", eh_pack_directions[l->direction], "minimum", "n",
		(json_int_t)l->min_n, "rarer", (json_int_t)l->min_rarer, "origin", "threshold",
		eh_pack_origins[l->threshold_origin], "test", eh_pack_origins[l->test_origin], "minimum",
		eh_pack_origins[l->minimum_origin]);

	EH_ASSERT(doc != NULL);
	if (l->note != NULL)
		json_object_set_new(doc, "note", json_string(l->note));
	json_object_set_new(doc, "attributes", l->attributes != NULL ? texts(l->attributes, l->attributes_n) : json_string("all"));
	if (l->has_threshold)
		json_object_set_new(doc, "threshold", decimal(l->threshold_ppm));
	if (l->test != EH_PACK_NO_TEST)
		json_object_set_new(doc, "test", json_pack("{s:s,s:o}", "name", eh_pack_tests[l->test], "level", decimal(l->level_ppm)));
	if (l->share_ppm > 0)
		json_object_set_new(doc, "share", decimal(l->share_ppm));
	return doc;
}

static json_t *effective(const struct eh_pack *p)
{
	json_t *doc = json_object();
	char text[EH_TIME_TEXT];

	if (p->from_us != INT64_MIN) {
		eh_time_format(p->from_us, text);
		json_object_set_new(doc, "from", json_stringn(text, 10));
	}
	if (p->to_us != INT64_MAX) {
		eh_time_format(p->to_us, text);
		json_object_set_new(doc, "to", json_stringn(text, 10));
	}
	return doc;
}

void eh_pack_seal(struct eh_arena *home, struct eh_pack *p)
{
	EH_BUF_AUTO text = {0};
	EH_JSON_AUTO lines = json_array();
	struct eh_err err;

	for (uint32_t i = 0; i < p->lines; i++)
		json_array_append_new(lines, line_json(&p->line[i]));
	EH_JSON_AUTO doc = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:b,s:s,s:O}", "pack", p->name, "title", p->title,
	                             "jurisdiction", p->jurisdiction, "citation", p->citation, "source", p->source, "checked",
	                             p->checked, "note", p->note, "status", eh_pack_statuses[p->status], "line_of_business",
	                             texts(p->business, p->business_n), "effective", effective(p), "enabled", p->enabled, "period",
	                             eh_pack_periods[p->period], "lines", lines);
	EH_ASSERT(doc != NULL && eh_json_canonical(doc, &text, &err) == EH_OK);
	p->canonical = eh_arena_strndup(home, text.data, text.len);
	p->version = eh_sha256_of(text.data, text.len);
}

/* ---- those inside the program ---------------------------------------------------------- */

enum eh_rc eh_pack_built_in(struct eh_arena *home, const struct eh_pack *const **packs, size_t *n, struct eh_err *err)
{
	size_t count = 0;
	enum eh_rc rc = EH_OK;

	for (const struct eh_asset *a = eh_asset_table; a->name != NULL; a++)
		count += strncmp(a->name, FOLDER, strlen(FOLDER)) == 0;
	const struct eh_pack **list = eh_arena_zalloc(home, count + 1, sizeof *list);
	count = 0;
	for (const struct eh_asset *a = eh_asset_table; rc == EH_OK && a->name != NULL; a++)
		if (strncmp(a->name, FOLDER, strlen(FOLDER)) == 0)
			rc = eh_pack_parse(home, a->name, a->data, (size_t)(a->end - a->data), &list[count++], err);
	*packs = list;
	*n = count;
	return rc;
}
