/*
 * audit_groups.c - each group's rate, and whether the rates differ at all.
 *
 * Source   the impact and scoring ratios, and the groups below 2 %, of New York City's rule: 6 RCNY 5-301, 5-302.
 */
#include <math.h>
#include <string.h>

#include "report/audit_part.h"
#include "stats/association.h"

bool eh_audit_under_2_percent(uint64_t n, uint64_t total)
{
	return n * 50 < total;
}

double eh_audit_highest_rate(const struct ehs_bin *group, size_t n)
{
	double highest = 0;

	for (size_t i = 0; i < n; i++)
		if (group[i].n > 0)
			highest = fmax(highest, (double)group[i].x / (double)group[i].n);
	return highest;
}

static void put_group(json_t *out, const struct eh_audit_attribute *a, size_t g, double highest)
{
	struct ehs_bin bin = a->group[g];
	double rate = (double)bin.x / (double)bin.n;

	eh_audit_put(out, "n", eh_audit_count(bin.n));
	eh_audit_put(out, "k", eh_audit_count(bin.x));
	eh_audit_put(out, "rate", eh_audit_number(rate));
	eh_audit_put(out, "share", eh_audit_number((double)bin.n / (double)a->n));
	eh_audit_put(out, "wilson", eh_audit_wilson(bin));
	eh_audit_put(out, "ll144_impact_ratio", eh_audit_number(rate / highest));
	eh_audit_put(out, "ll144_under_2pct", json_boolean(eh_audit_under_2_percent(bin.n, a->n)));
}

/* The median is that of all scored rows of the log, also of those whose attribute is missing. */
static json_t *scoring_rate(const struct eh_audit_attribute *a, size_t g)
{
	struct ehs_bin scored = a->score_middle[g].scored;

	return eh_audit_number((double)scored.x / (double)scored.n);
}

json_t *eh_audit_groups(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	double highest = eh_audit_highest_rate(a->group, a->levels->n);
	json_t *out = json_object();

	for (size_t g = 0; g < a->levels->n; g++) {
		json_t *group = json_object();

		put_group(group, a, g, highest);
		if (audit->scored > 0)
			eh_audit_put(group, "ll144_scoring_rate", scoring_rate(a, g));
		eh_audit_put_text(out, a->levels->text[g], group);
	}
	return out;
}

/* A value that is no label of the map: shown under its own name, and named here. */
static bool is_label(const struct eh_map_protected *map, struct eh_text text)
{
	for (size_t i = 0; i < map->labels_n; i++)
		if (map->label_lens[i] == text.n && memcmp(map->labels[i], text.at, text.n) == 0)
			return true;
	return map->labels_n == 0;
}

json_t *eh_audit_unmapped(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	json_t *out = json_object();

	for (size_t g = 0; g < a->levels->n; g++) {
		struct eh_text text = a->levels->text[g];

		if (is_label(a->map, text))
			continue;
		eh_audit_put_text(out, text, eh_audit_count(a->group[g].n));
		eh_audit_warn(audit, "unmapped", attribute, text.at, NULL,
		              "%llu rows have the value %s of %s, which the map's groups do not list: they stand as a "
		              "group of their own.",
		              (unsigned long long)a->group[g].n, text.at, a->map->name);
	}
	return out;
}

json_t *eh_audit_table_block(const uint64_t *table, size_t rows, size_t cols)
{
	struct ehs_contingency c = ehs_contingency(table, rows, cols);
	json_t *out = json_object();

	eh_audit_put(out, "n", eh_audit_count(c.n));
	eh_audit_put(out, "chi2", eh_audit_number(c.chi2));
	eh_audit_put(out, "df", isfinite(c.df) ? json_integer((json_int_t)c.df) : json_null());
	eh_audit_put(out, "p", eh_audit_number(c.p));
	eh_audit_put(out, "cramers_v", eh_audit_number(c.cramers_v));
	eh_audit_put(out, "cramers_v_bergsma", eh_audit_number(c.cramers_v_corrected));
	eh_audit_put(out, "mutual_info_nats", eh_audit_number(c.mutual_info));
	eh_audit_put(out, "min_expected", eh_audit_number(c.min_expected));
	return out;
}

json_t *eh_audit_overall(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	uint64_t *table = eh_arena_zalloc(audit->arena, a->levels->n * 2 + 1, sizeof *table);

	for (size_t g = 0; g < a->levels->n; g++) {
		table[2 * g] = a->group[g].x;
		table[2 * g + 1] = a->group[g].n - a->group[g].x;
	}
	return eh_audit_table_block(table, a->levels->n, 2);
}
