/*
 * audit_scores.c - see audit_scores.h.
 */
#include "report/audit_scores.h"

#include <stdlib.h>

#include "cube/cube.h"

static int by_score(const void *a, const void *b, void *context)
{
	const int64_t *q = context;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;

	return q[i] != q[j] ? (q[i] > q[j]) - (q[i] < q[j]) : (i > j) - (i < j);
}

/* What a value counts as: itself, or the lowest of its bin. */
static int64_t *bin_values(const struct eh_audit *audit, const uint32_t *row, size_t n)
{
	const int64_t *q = audit->columns->score.q;
	int64_t *key = eh_arena_zalloc(audit->arena, n + 1, sizeof *key);

	for (size_t i = 0; i < n; i++) {
		bool same_bin =
			!audit->exact && i > 0 && eh_cube_quantise(q[row[i]]) == eh_cube_quantise(q[row[i - 1]]);

		key[i] = same_bin ? key[i - 1] : q[row[i]];
	}
	return key;
}

void eh_audit_sort_scores(struct eh_audit *audit)
{
	const struct eh_columns *c = audit->columns;
	uint32_t *row = eh_arena_zalloc(audit->arena, c->rows + 1, sizeof *row);

	audit->scored = 0;
	for (size_t i = 0; c->score.q != NULL && i < c->rows; i++)
		if (c->score.q[i] != EH_COLUMNS_NO_NUMBER)
			row[audit->scored++] = (uint32_t)i;
	if (audit->scored > 0)
		qsort_r(row, audit->scored, sizeof *row, by_score, (void *)(uintptr_t)c->score.q);
	audit->exact = audit->scored <= audit->exact_rows;
	audit->scored_row = row;
	audit->scored_key = bin_values(audit, row, audit->scored);
	if (audit->scored > 0) /* else 0, and nobody asks; of the values themselves also where they are binned */
		audit->twice_median = c->score.q[row[(audit->scored - 1) / 2]] + c->score.q[row[audit->scored / 2]];
}

/* Where each group's bins begin in one array that holds them all: a group has no more bins than scored rows. */
static size_t *place_groups(const struct eh_audit *audit, const struct eh_audit_attribute *a)
{
	size_t *from = eh_arena_zalloc(audit->arena, a->levels->n + 1, sizeof *from);

	for (size_t i = 0; i < audit->scored; i++) {
		int32_t code = a->levels->code[audit->scored_row[i]];

		if (code >= 0)
			from[code + 1]++;
	}
	for (size_t g = 0; g < a->levels->n; g++)
		from[g + 1] += from[g];
	return from;
}

const struct ehs_histogram *eh_audit_score_histograms(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	struct ehs_histogram *out = eh_arena_zalloc(audit->arena, a->levels->n + 1, sizeof *out);
	int64_t *key = eh_arena_zalloc(audit->arena, audit->scored + 1, sizeof *key);
	uint64_t *count = eh_arena_zalloc(audit->arena, audit->scored + 1, sizeof *count);
	const size_t *from = place_groups(audit, a);

	for (size_t g = 0; g < a->levels->n; g++)
		out[g] = (struct ehs_histogram){key + from[g], count + from[g], 0};
	for (size_t i = 0; i < audit->scored; i++) {
		int32_t g = a->levels->code[audit->scored_row[i]];

		if (g < 0)
			continue;
		size_t end = from[g] + out[g].n_bins;
		if (out[g].n_bins == 0 || key[end - 1] != audit->scored_key[i]) {
			key[end++] = audit->scored_key[i];
			out[g].n_bins++;
		}
		count[end - 1]++;
	}
	return out;
}

const struct eh_audit_score_middle *eh_audit_score_middles(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	const size_t *from = place_groups(audit, a);
	struct eh_audit_score_middle *out = eh_arena_zalloc(audit->arena, a->levels->n + 1, sizeof *out);

	for (size_t i = 0; i < audit->scored; i++) {
		int64_t x = audit->columns->score.q[audit->scored_row[i]];
		int32_t g = a->levels->code[audit->scored_row[i]];

		if (g < 0)
			continue;
		size_t n = from[g + 1] - from[g], at = out[g].scored.n++;
		out[g].scored.x += 2 * x > audit->twice_median;
		out[g].twice_median += at == (n - 1) / 2 ? x : 0;
		out[g].twice_median += at == n / 2 ? x : 0;
	}
	return out;
}

const struct ehs_moments *eh_audit_score_moments(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	const int64_t *q = audit->columns->score.q;
	struct ehs_moments *out = eh_arena_zalloc(audit->arena, a->levels->n + 1, sizeof *out);

	for (size_t i = 0; q != NULL && i < a->n; i++) {
		int64_t x = q[a->row[i]];
		struct ehs_moments *m = &out[a->levels->code[a->row[i]]];

		if (x == EH_COLUMNS_NO_NUMBER)
			continue;
		m->n++;
		m->sum += x;
		m->sum_sq += (ehs_int128)x * x;
	}
	return out;
}
