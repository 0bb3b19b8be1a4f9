/*
 * audit_numbers.c - see audit_numbers.h.
 */
#include "report/audit_numbers.h"

#include <math.h>
#include <stdlib.h>

#include "stats/rank.h"
#include "stats/summary.h"

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Where each group's values begin in one array that holds them all. */
static size_t *place_groups(const struct eh_audit *audit, const struct eh_audit_attribute *a, const int64_t *q)
{
	size_t *from = eh_arena_zalloc(audit->arena, a->levels->n + 2, sizeof *from);

	for (size_t i = 0; i < a->n; i++)
		from[a->levels->code[a->row[i]] + 1] += q[a->row[i]] != EH_COLUMNS_NO_NUMBER;
	for (size_t g = 0; g < a->levels->n; g++)
		from[g + 1] += from[g];
	return from;
}

struct eh_audit_by_group eh_audit_by_group(const struct eh_audit *audit, size_t attribute, const int64_t *q)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	const size_t *from = place_groups(audit, a, q);
	size_t groups = a->levels->n, n = from[groups];
	int64_t *value = eh_arena_zalloc(audit->arena, n + 1, sizeof *value);
	uint64_t *count = eh_arena_zalloc(audit->arena, n + 1, sizeof *count);
	struct ehs_moments *sums = eh_arena_zalloc(audit->arena, groups + 1, sizeof *sums);
	struct ehs_histogram *values = eh_arena_zalloc(audit->arena, groups + 1, sizeof *values);

	for (size_t i = 0; i < a->n; i++) {
		int64_t x = q[a->row[i]];
		int32_t g = a->levels->code[a->row[i]];

		if (x == EH_COLUMNS_NO_NUMBER)
			continue;
		EH_ASSERT(ehs_moments_take(&sums[g], x) == EHS_OK); /* the row check keeps |q| < 2^47 */
		value[from[g] + sums[g].n - 1] = x;
	}
	for (size_t g = 0; g < groups; g++) {
		int64_t *at = value + from[g];

		qsort(at, sums[g].n, sizeof *at, by_size);
		values[g] = (struct ehs_histogram){at, count + from[g], ehs_tally(at, sums[g].n, at, count + from[g])};
	}
	return (struct eh_audit_by_group){sums, values, n};
}

void eh_audit_put_mean(json_t *out, const struct eh_audit_by_group *by, size_t g, int scale)
{
	struct ehs_mean mean = ehs_mean_of(&by->sums[g]);
	double unit = pow(10, scale);

	eh_audit_put(out, "n", eh_audit_count(by->sums[g].n));
	eh_audit_put(out, "mean", eh_audit_number(mean.mean / unit));
	eh_audit_put(out, "median", eh_audit_number(ehs_median(by->values[g], scale).value));
	eh_audit_put(out, "sd", eh_audit_number(sqrt(mean.variance) / unit));
}
