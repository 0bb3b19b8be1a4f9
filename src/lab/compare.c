/*
 * compare.c - see compare.h.
 */
#include "lab/compare.h"

#include <string.h>

struct side {
	struct eh_lab_compared *out;
	struct eh_lab_alerts *alerts;
	const struct eh_lab_compare *how;
};

static struct eh_lab_alert *newest_about(const struct eh_lab_alerts *alerts, const char *about)
{
	for (size_t i = alerts->n; i-- > 0;)
		if (strcmp(alerts->alert[i].about, about) == 0)
			return &alerts->alert[i];
	return NULL;
}

static struct eh_lab_alert *add_alert(struct eh_arena *home, struct eh_lab_alerts *alerts)
{
	if (alerts->n == alerts->cap) {
		struct eh_lab_alert *old = alerts->alert;

		alerts->cap = alerts->cap ? 2 * alerts->cap : 32;
		alerts->alert = eh_arena_zalloc(home, alerts->cap, sizeof *alerts->alert);
		if (alerts->n > 0)
			memcpy(alerts->alert, old, alerts->n * sizeof *old);
	}
	return &alerts->alert[alerts->n++];
}

static enum eh_rc keep_event(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	struct side *side = ctx;
	const struct eh_judge_alert *a = e->alert;
	int64_t pane_us = e->close->last_pane_us;
	const char *about = eh_arena_printf(side->out->home, "%s / %s / %s", a->source->map->source,
	                                    eh_judge_attribute_name(a->source, a->pair),
	                                    eh_judge_group_name(a->source, a->pair));
	struct eh_lab_alert *known = newest_about(side->alerts, about);

	(void)err;
	if (strcmp(e->event, "raised") == 0 && pane_us >= side->how->from_us && pane_us < side->how->to_us) {
		struct eh_lab_alert *alert = add_alert(side->out->home, side->alerts);

		known = newest_about(&(struct eh_lab_alerts){side->alerts->alert, side->alerts->n - 1, 0}, about);
		*alert = (struct eh_lab_alert){.about = about,
		                               .outcome = eh_judge_outcome_name(a->outcome),
		                               .nth = known != NULL ? known->nth + 1 : 0,
		                               .at_us = e->pane_end_us,
		                               .page_us = INT64_MAX,
		                               .onset_us = a->onset_us};
	} else if (known != NULL && strcmp(e->event, "escalated") == 0 && !known->page) {
		known->page = true;
		known->page_us = e->pane_end_us;
	}
	return EH_OK;
}

struct keeping {
	const struct eh_lab_compare *how;
	struct eh_lab_history *history;
};

static void keep_pane(void *ctx, const struct eh_judge_source *source, int64_t pane_us)
{
	struct keeping *k = ctx;

	if (pane_us >= k->how->from_us && pane_us < k->how->to_us)
		eh_lab_history_add(k->history, source, pane_us);
}

enum eh_rc eh_lab_compare(const struct eh_lab_compare *how, struct eh_arena *home, struct eh_lab_compared *out,
                          struct eh_err *err)
{
	*out = (struct eh_lab_compared){.home = home, .history = eh_lab_history_new()};
	struct keeping keeping = {how, out->history};
	struct side side[EH_LAB_SIDES];
	struct eh_judge_beside both = {.pg = how->pg, .below = how->below, .closed = keep_pane, .ctx = &keeping};

	for (int i = 0; i < EH_LAB_SIDES; i++) {
		side[i] = (struct side){out, &out->side[i], how};
		both.side[i] = (struct eh_judge_side){i == EH_LAB_DRAFT ? how->draft : NULL, keep_event, &side[i]};
	}
	enum eh_rc rc = eh_judge_replay_beside(&both, err);
	out->below = both.last_leaf + 1;
	if (rc == EH_OK && out->history->too_large) {
		eh_fail(err, EH_REFUSED, "a pane holds more decisions of one group than the lab can draw from");
		rc = eh_hint(err, "give the source's map a shorter pane.");
	}
	return rc;
}

const struct eh_lab_alert *eh_lab_alert_like(const struct eh_lab_alerts *alerts, const struct eh_lab_alert *alert)
{
	for (size_t i = 0; i < alerts->n; i++)
		if (alerts->alert[i].nth == alert->nth && strcmp(alerts->alert[i].about, alert->about) == 0)
			return &alerts->alert[i];
	return NULL;
}
