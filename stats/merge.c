/*
 * merge.c - see merge.h.
 */
#include "stats/merge.h"

#include "stats/walk.h"

enum ehs_status ehs_merge_start(struct ehs_merge *m, const struct ehs_histogram *groups, size_t k)
{
	*m = (struct ehs_merge){.groups = groups, .k = k};
	if (k > EHS_GROUPS_MAX) {
		m->k = 0;
		return EHS_INVALID;
	}
	for (size_t i = 0; i < k; i++) {
		if (!ehs_histogram_size(groups[i], &m->n[i]))
			return EHS_INVALID;
		m->n_all += m->n[i];
		m->filled += m->n[i] > 0;
	}
	if (m->n_all > EHS_SIZE_MAX)
		return EHS_INVALID;
	return m->filled < 2 ? EHS_EMPTY_GROUP : EHS_OK;
}

static bool lowest(const struct ehs_merge *m, int64_t *key)
{
	bool found = false;

	for (size_t i = 0; i < m->k; i++) {
		const struct ehs_histogram *h = &m->groups[i];

		if (m->next[i] < h->n_bins && (!found || h->key[m->next[i]] < *key)) {
			*key = h->key[m->next[i]];
			found = true;
		}
	}
	return found;
}

bool ehs_merge_next(struct ehs_merge *m)
{
	m->at_all = 0;
	while (m->at_all == 0) {
		if (!lowest(m, &m->key))
			return false;
		for (size_t i = 0; i < m->k; i++) {
			const struct ehs_histogram *h = &m->groups[i];

			m->on_key[i] = m->next[i] < h->n_bins && h->key[m->next[i]] == m->key;
			m->next[i] += m->on_key[i];
			m->at_all += ehs_merge_at(m, i);
		}
	}
	return true;
}

uint64_t ehs_merge_at(const struct ehs_merge *m, size_t i)
{
	return m->on_key[i] ? m->groups[i].count[m->next[i] - 1] : 0;
}
