/*
 * audit_tally.c - see audit_tally.h.
 */
#include "report/audit_tally.h"

struct eh_audit_parting eh_audit_by_outcome(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	const int8_t *outcome = audit->columns->outcome;
	int32_t *cell = eh_arena_zalloc(audit->arena, audit->columns->rows + 1, sizeof *cell);

	for (size_t i = 0; i < audit->columns->rows; i++) {
		int32_t group = a->levels->code[i];
		bool known = outcome != NULL && group >= 0 && outcome[i] >= 0;

		cell[i] = known ? group * 2 + outcome[i] : -1;
	}
	return (struct eh_audit_parting){cell, 2 * a->levels->n};
}

/* Where each cell's bins begin in one array that holds them all: a cell has no more bins than scored rows. */
static size_t *place_cells(const struct eh_audit *audit, struct eh_audit_parting parting)
{
	size_t *from = eh_arena_zalloc(audit->arena, parting.cells + 1, sizeof *from);

	for (size_t i = 0; i < audit->scored; i++) {
		int32_t cell = parting.cell[audit->scored_row[i]];

		if (cell >= 0)
			from[cell + 1]++;
	}
	for (size_t c = 0; c < parting.cells; c++)
		from[c + 1] += from[c];
	return from;
}

const struct ehs_histogram *eh_audit_tally_scores(const struct eh_audit *audit, struct eh_audit_parting parting)
{
	struct ehs_histogram *out = eh_arena_zalloc(audit->arena, parting.cells + 1, sizeof *out);
	int64_t *key = eh_arena_zalloc(audit->arena, audit->scored + 1, sizeof *key);
	uint64_t *count = eh_arena_zalloc(audit->arena, audit->scored + 1, sizeof *count);
	const size_t *from = place_cells(audit, parting);

	for (size_t c = 0; c < parting.cells; c++)
		out[c] = (struct ehs_histogram){key + from[c], count + from[c], 0};
	for (size_t i = 0; i < audit->scored; i++) {
		int32_t c = parting.cell[audit->scored_row[i]];

		if (c < 0)
			continue;
		size_t end = from[c] + out[c].n_bins;
		if (out[c].n_bins == 0 || key[end - 1] != audit->scored_key[i]) {
			key[end++] = audit->scored_key[i];
			out[c].n_bins++;
		}
		count[end - 1]++;
	}
	return out;
}
