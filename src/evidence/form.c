/*
 * form.c - the tables of New York City's bias audit, as the rule prints them; the arithmetic is stats/ll144.h.
 *
 * Source   6 RCNY 5-301 (b) to (d).
 */
#include "evidence/part.h"
#include "stats/ll144.h"

/* Sums the score bins of every group, to find the median of the sample: key -> how many, sorted by key. */
static struct eh_cube_bin *sample(struct eh_arena *home, const struct eh_evidence_book *book,
                                  const struct eh_evidence_view *view, size_t *n, uint64_t *total)
{
	struct eh_cube_bin *all = NULL;

	*n = 0;
	*total = 0;
	for (uint32_t g = 1; g < view->groups; g++) {
		size_t more, a = 0, b = 0, at = 0;
		const struct eh_cube_bin *bin = eh_cube_histogram(book->cube, view->first, view->code[g], home, &more);
		struct eh_cube_bin *merged = eh_arena_zalloc(home, *n + more + 1, sizeof *merged);

		while (a < *n || b < more) {
			bool first = b == more || (a < *n && all[a].key <= bin[b].key), second = a == *n || (b < more && bin[b].key <= all[a].key);

			merged[at].key = first ? all[a].key : bin[b].key;
			merged[at].n = (first ? all[a].n : 0) + (second ? bin[b].n : 0);
			*total += second ? bin[b].n : 0;
			a += first;
			b += second;
			at++;
		}
		all = merged;
		*n = at;
	}
	return all;
}

/* The bin that holds the lower of the middle scores: what lies in bins beyond it lies above the median. */
static int64_t median_bin(const struct eh_cube_bin *bin, size_t n, uint64_t total, uint64_t *within)
{
	uint64_t below = 0;

	for (size_t i = 0; i < n; i++) {
		*within = bin[i].n;
		below += bin[i].n;
		if (below >= (total + 1) / 2)
			return bin[i].key;
	}
	*within = 0;
	return INT64_MAX;
}

static struct ehs_bin scored(struct eh_arena *home, const struct eh_evidence_book *book, const struct eh_evidence_view *view,
                             uint32_t group, int64_t median)
{
	size_t n;
	const struct eh_cube_bin *bin = eh_cube_histogram(book->cube, view->first, view->code[group], home, &n);
	struct ehs_bin out = {0};

	for (size_t i = 0; i < n; i++) {
		out.n += bin[i].n;
		out.x += bin[i].key > median ? bin[i].n : 0;
	}
	return out;
}

static json_t *fraction(int value, int unit)
{
	return value < 0 ? json_null() : eh_evidence_decimal((double)value / unit);
}

json_t *eh_evidence_form(struct eh_arena *home, const struct eh_evidence_book *book, const struct eh_evidence_view *view,
                         bool scoring)
{
	uint32_t n = view->groups - 1;
	struct ehs_bin *group = eh_arena_zalloc(home, n + 1, sizeof *group);
	struct ehs_ll144_row *row = eh_arena_zalloc(home, n + 1, sizeof *row);
	uint64_t total = view->known, within = 0;
	int64_t median = INT64_MAX;
	json_t *out = json_array();

	if (scoring) {
		size_t bins;
		const struct eh_cube_bin *bin = sample(home, book, view, &bins, &total);

		median = median_bin(bin, bins, total, &within);
	}
	for (uint32_t g = 0; g < n; g++)
		group[g] = scoring ? scored(home, book, view, g + 1, median)
		                   : (struct ehs_bin){view->count[g + 1].n, view->count[g + 1].favourable};
	EH_ASSERT(ehs_ll144(group, n, total, row) != EHS_INVALID);
	for (uint32_t g = 0; g < n; g++) {
		if (group[g].n == 0)
			continue;
		json_t *one = json_pack("{s:s,s:s,s:I,s:I,s:o,s:o,s:b,s:b,s:s}", "attribute", view->attribute, "group",
		                        view->label[g + 1], "n_protected", (json_int_t)group[g].n, "k_protected",
		                        (json_int_t)group[g].x, "rate_percent", fraction(row[g].permille, 10), "estimate",
		                        fraction(row[g].ratio, 100), "under_2_percent", row[g].small, "highest", row[g].highest,
		                        "verdict", EH_EVIDENCE_SHOWN);
		if (scoring)
			eh_evidence_put(one, "in_median_bin", json_integer((json_int_t)within));
		json_array_append_new(out, one);
	}
	return out;
}
