/*
 * audit_calibration.c - what a score meant, group by group: how often the harm came at each score.
 *
 * Where every score of the log lies in [0, 1] and a higher one is the adverse one, it is read as the predicted chance
 * of harm as well, and held against what came.
 */
#include <math.h>

#include "report/audit_part.h"
#include "report/audit_tally.h"
#include "stats/calibration.h"
#include "stats/distance.h"
#include "stats/rank.h"

#define DISTINCT_MAX 25 /* up to so many scores each is a bin of its own */
#define BINS_MAX DISTINCT_MAX
#define CONFIDENCE .95

/* How the scored rows with an outcome fall into bins: by value, or by the edges of deciles. */
struct bins {
	size_t n;
	int64_t value[BINS_MAX]; /* of each bin, where by_value */
	int64_t edge[9];
	size_t edges;
	bool by_value;
};

struct cell {
	struct ehs_bin bin;
	ehs_int128 sum; /* of the raw scores */
};

/* All rows of the parting together. */
static struct eh_audit_parting together(const struct eh_audit *audit, struct eh_audit_parting parting)
{
	int32_t *cell = eh_arena_zalloc(audit->arena, audit->columns->rows + 1, sizeof *cell);

	for (size_t i = 0; i < audit->columns->rows; i++)
		cell[i] = parting.cell[i] >= 0 ? 0 : -1;
	return (struct eh_audit_parting){cell, 1};
}

static struct bins find_bins(struct ehs_histogram all)
{
	struct bins b = {.by_value = all.n_bins <= DISTINCT_MAX};

	if (!b.by_value) {
		b.edges = ehs_deciles(all, (struct ehs_histogram){NULL, NULL, 0}, b.edge);
		b.n = b.edges + 1;
		return b;
	}
	for (b.n = 0; b.n < all.n_bins; b.n++)
		b.value[b.n] = all.key[b.n];
	return b;
}

static size_t bin_of(const struct bins *b, int64_t key)
{
	size_t i = 0;

	if (!b->by_value)
		return ehs_decile_bin(key, b->edge, b->edges);
	while (b->value[i] != key)
		i++;
	return i;
}

/* Of each group and bin (group * bins + bin). */
static struct cell *fill_cells(const struct eh_audit *audit, size_t groups, struct eh_audit_parting parting,
                               const struct bins *b)
{
	struct cell *cells = eh_arena_zalloc(audit->arena, groups * b->n + 1, sizeof *cells);

	for (size_t i = 0; i < audit->scored; i++) {
		uint32_t row = audit->scored_row[i];
		int32_t c = parting.cell[row];

		if (c < 0)
			continue;
		struct cell *cell = &cells[(size_t)(c / 2) * b->n + bin_of(b, audit->scored_key[i])];
		cell->bin.n++;
		cell->bin.x += (uint64_t)(c % 2);
		cell->sum += audit->columns->score.q[row];
	}
	return cells;
}

static json_t *entry_json(struct eh_text group, const struct cell *c, double bin, double unit)
{
	json_t *out = json_object();

	eh_audit_put(out, "group", eh_audit_text(group));
	eh_audit_put(out, "bin", eh_audit_number(bin));
	eh_audit_put(out, "n", eh_audit_count(c->bin.n));
	eh_audit_put(out, "k", eh_audit_count(c->bin.x));
	eh_audit_put(out, "rate", eh_audit_number((double)c->bin.x / (double)c->bin.n));
	eh_audit_put(out, "mean_score", eh_audit_number((double)c->sum / (double)c->bin.n / unit));
	eh_audit_put(out, "wilson", eh_audit_wilson(c->bin));
	return out;
}

static json_t *table_json(const struct eh_audit_attribute *a, const struct cell *cells, const struct bins *b,
                          double unit)
{
	json_t *table = json_array();

	for (size_t g = 0; g < a->levels->n; g++)
		for (size_t i = 0; i < b->n; i++) {
			const struct cell *c = &cells[g * b->n + i];

			if (c->bin.n > 0)
				eh_audit_append(table,
				                entry_json(a->levels->text[g], c,
				                           b->by_value ? (double)b->value[i] / unit : (double)i, unit));
		}
	return table;
}

/* ---- as a predicted chance ------------------------------------------------------------ */

static bool is_probability(const struct eh_audit *audit, double unit)
{
	if (audit->map->higher_is != EH_MAP_HIGHER_ADVERSE || audit->scored == 0)
		return false;
	int64_t low = audit->columns->score.q[audit->scored_row[0]];
	int64_t high = audit->columns->score.q[audit->scored_row[audit->scored - 1]];

	return low >= 0 && (double)high <= unit;
}

/* Every group's sums: its rows are laid side by side first, in the order of their scores. */
static struct ehs_calibration_sums *sums_of(const struct eh_audit *audit, size_t groups,
                                            struct eh_audit_parting parting, double unit)
{
	struct ehs_calibration_sums *of = eh_arena_zalloc(audit->arena, groups + 1, sizeof *of);
	size_t *end = eh_arena_zalloc(audit->arena, groups + 1, sizeof *end), from = 0;
	double *p = eh_arena_zalloc(audit->arena, audit->scored + 1, sizeof *p);
	unsigned char *y = eh_arena_zalloc(audit->arena, audit->scored + 1, 1);

	for (size_t i = 0; i < audit->scored; i++) {
		int32_t c = parting.cell[audit->scored_row[i]];

		if (c >= 0)
			end[c / 2 + 1]++;
	}
	for (size_t g = 0; g < groups; g++)
		end[g + 1] += end[g];
	for (size_t i = 0; i < audit->scored; i++) { /* end[g], now where g begins, moves to where it ends */
		uint32_t row = audit->scored_row[i];
		int32_t c = parting.cell[row];

		if (c < 0)
			continue;
		p[end[c / 2]] = (double)audit->columns->score.q[row] / unit;
		y[end[c / 2]++] = (unsigned char)(c % 2);
	}
	for (size_t g = 0; g < groups; g++) {
		of[g] = ehs_calibration_of_rows(p + from, y + from, end[g] - from);
		from = end[g];
	}
	return of;
}

static json_t *estimate_json(const struct ehs_result *r)
{
	json_t *out = json_object();

	eh_audit_put(out, "value", eh_audit_number(r->est));
	eh_audit_put(out, "lo", eh_audit_number(r->lo));
	eh_audit_put(out, "hi", eh_audit_number(r->hi));
	if (!isnan(r->p)) {
		eh_audit_put(out, "z", eh_audit_number(r->stat));
		eh_audit_put(out, "p", eh_audit_number(r->p));
	}
	return out;
}

static json_t *test_json(const struct ehs_result *r, const char *stat)
{
	json_t *out = json_object();

	eh_audit_put(out, stat, eh_audit_number(r->stat));
	if (!isnan(r->df))
		eh_audit_put(out, "df", eh_audit_number(r->df));
	eh_audit_put(out, "p", eh_audit_number(r->p));
	return out;
}

static json_t *chance_json(const struct eh_audit *audit, const struct ehs_calibration_sums *s, const struct cell *cells,
                           const struct bins *b, double unit)
{
	struct ehs_calibration_bin *bin = eh_arena_zalloc(audit->arena, b->n + 1, sizeof *bin);
	struct ehs_result oe = ehs_oe_ratio(s->observed, s->expected, CONFIDENCE);
	struct ehs_result large = ehs_calibration_in_large(s, CONFIDENCE), z = ehs_spiegelhalter(s);
	json_t *out = json_object();

	for (size_t i = 0; i < b->n; i++)
		bin[i] = (struct ehs_calibration_bin){cells[i].bin.n, cells[i].bin.x, (double)cells[i].sum / unit};
	struct ehs_result hl = ehs_hosmer_lemeshow(bin, b->n, EHS_HL_EXTERNAL);
	eh_audit_put(out, "n", eh_audit_count(s->n));
	eh_audit_put(out, "observed", eh_audit_count(s->observed));
	eh_audit_put(out, "expected", eh_audit_number(s->expected));
	eh_audit_put(out, "oe", estimate_json(&oe));
	eh_audit_put(out, "in_large", estimate_json(&large));
	eh_audit_put(out, "ece", eh_audit_number(ehs_calibration_error(bin, b->n).value));
	eh_audit_put(out, "brier", eh_audit_number(ehs_brier(s).value));
	eh_audit_put(out, "spiegelhalter", test_json(&z, "z"));
	eh_audit_put(out, "hosmer_lemeshow", test_json(&hl, "stat"));
	return out;
}

static void put_chances(json_t *out, const struct eh_audit *audit, size_t attribute, struct eh_audit_parting parting,
                        const struct cell *cells, const struct bins *b, double unit)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	const struct ehs_calibration_sums *of = sums_of(audit, a->levels->n, parting, unit);
	json_t *groups = json_object(), *diffs = json_object();

	for (size_t g = 0; g < a->levels->n; g++)
		if (of[g].n > 0)
			eh_audit_put_text(groups, a->levels->text[g],
			                  chance_json(audit, &of[g], cells + g * b->n, b, unit));
	for (size_t g = 0; a->reference >= 0 && g < a->levels->n; g++) {
		if ((int)g == a->reference || of[g].n == 0 || of[a->reference].n == 0)
			continue;
		struct ehs_result d = ehs_calibration_difference(&of[g], &of[a->reference], CONFIDENCE);
		eh_audit_put_text(diffs, a->levels->text[g], estimate_json(&d));
	}
	eh_audit_put(out, "by_group", groups);
	eh_audit_put(out, "diffs_vs_ref", diffs);
}

json_t *eh_audit_calibration(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	double unit = pow(10, audit->columns->score.scale);

	if (audit->columns->outcome == NULL || audit->scored == 0)
		return NULL;
	struct eh_audit_parting parting = eh_audit_by_outcome(audit, attribute);
	struct bins b = find_bins(eh_audit_tally_scores(audit, together(audit, parting))[0]);
	struct cell *cells = fill_cells(audit, a->levels->n, parting, &b);
	bool chance = is_probability(audit, unit);
	json_t *out = json_object();

	eh_audit_put(out, "bins", json_string(b.by_value ? "values" : "deciles"));
	eh_audit_put(out, "table", table_json(a, cells, &b, unit));
	eh_audit_put(out, "probability", json_boolean(chance));
	if (chance)
		put_chances(out, audit, attribute, parting, cells, &b, unit);
	return out;
}
