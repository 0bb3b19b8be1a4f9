/*
 * take.c - see take.h.
 */
#include "gather/take.h"

#include <string.h>

#include "base/utf8.h"

/* The latest decision that is not in the future: T when history is read. */
static void keep_last(const struct eh_gather_taker *take, int64_t at_us)
{
	struct eh_position *position = take->position;

	if (at_us <= position->start_us && at_us > position->last_us)
		position->last_us = at_us;
}

/* The id of a row as far as it is one; {NULL, 0}: none that could be kept. */
static struct eh_text id_of(const struct eh_map *map, const struct eh_row *row)
{
	const struct eh_field *id = &row->fields[map->id];

	if (id->form != EH_FIELD_TEXT || id->text.n == 0 || id->text.n > EH_DECISION_ID_MAX ||
	    (!row->utf8_known && !eh_utf8_valid(id->text.at, id->text.n)))
		return (struct eh_text){0};
	return id->text;
}

static void take_row(const struct eh_gather_taker *take, const struct eh_row *row)
{
	struct eh_decision decision;
	enum eh_decision_reason reason;
	struct eh_err why;

	if (eh_decision_check(take->map, row, &decision, &reason, &why) != EH_OK) {
		const struct eh_field *id = &row->fields[take->map->id];

		eh_delta_set_aside(take->delta, id->form == EH_FIELD_TEXT ? id->text : (struct eh_text){0}, reason, why.text);
		take->result->rows[EH_GATHER_SET_ASIDE]++;
		return;
	}
	enum eh_gather_fate fate = eh_gather_fate_of(take->clock, decision.at_us);
	eh_delta_add(take->delta, &decision, fate);
	take->result->rows[fate]++;
	take->result->rounded += decision.rounded;
	keep_last(take, decision.at_us);
}

/* The row that was: what was counted of it goes, and one that was set aside never counted. */
static void take_off(const struct eh_gather_taker *take, const struct eh_row *row, enum eh_gather_other why)
{
	struct eh_decision decision;
	struct eh_text id = id_of(take->map, row);
	struct eh_err ignored;

	if (eh_decision_check(take->map, row, &decision, NULL, &ignored) == EH_OK)
		eh_delta_take(take->delta, &decision, why);
	else if (id.n > 0)
		eh_delta_settle(take->delta, id);
}

/* A column may serve several uses: of a decision that stands for one measure, the others are not looked at. */
static void keep_measure(const struct eh_map *map, int measure, struct eh_decision *decision)
{
	decision->has_score = decision->has_score && measure == 0;
	for (size_t f = 0; f < map->features_n; f++)
		decision->features[f].has = decision->features[f].has && measure == 1 + (int)f;
	for (size_t l = 0; l < map->lineage_n; l++)
		if (measure != 1 + (int)(map->features_n + l))
			decision->lineage[l] = (struct eh_text){0};
}

/* Rows that the source's database has grouped passed its own, stricter check: ours must say the same. */
static enum eh_rc take_alike(const struct eh_gather_taker *take, const struct eh_change *change, struct eh_err *err)
{
	struct eh_decision decision;
	struct eh_err why;

	if (eh_decision_check(take->map, change->row, &decision, NULL, &why) != EH_OK)
		return eh_fail(err, EH_REFUSED, "the database of source %s took rows for good that are not: %s", take->map->source,
		               why.text);
	take->result->rounded += decision.rounded * change->n;
	if (change->part == EH_CHANGE_MEASURES)
		keep_measure(take->map, change->measure, &decision);
	if (change->part == EH_CHANGE_MEASURES)
		return eh_delta_add_measures(take->delta, &decision, change->n, err);
	enum eh_gather_fate fate = eh_gather_fate_of(take->clock, decision.at_us);
	take->result->rows[fate] += (int64_t)change->n;
	keep_last(take, decision.at_us);
	return eh_delta_add_counts(take->delta, &decision, change->n, fate, err);
}

/* ---- identity: tracked ----------------------------------------------------------------- */

static void track_row(const struct eh_gather_taker *take, const struct eh_row *row)
{
	const struct eh_map *map = take->map;
	struct eh_decision decision;
	enum eh_decision_reason reason;
	struct eh_err why;

	if (eh_decision_check(map, row, &decision, &reason, &why) == EH_OK) {
		take->result->rounded += decision.rounded;
		keep_last(take, decision.at_us);
		eh_tracked_add(take->tracked, &decision, eh_gather_fate_of(take->clock, decision.at_us));
		return;
	}
	struct eh_text id = id_of(map, row);
	int64_t version = INT64_MIN;
	if (map->version_column >= 0 && !eh_decision_version(&row->fields[map->version_column], &version))
		version = INT64_MIN;
	if (id.n > 0) {
		eh_tracked_aside(take->tracked, id, version, reason, why.text);
		return;
	}
	eh_delta_set_aside(take->delta, id, reason, why.text);
	take->result->rows[EH_GATHER_SET_ASIDE]++;
}

/* An outcome that is empty is not known yet. */
static void track_outcome(const struct eh_gather_taker *take, const struct eh_row *row)
{
	struct eh_outcome outcome;
	enum eh_decision_reason reason;
	struct eh_err why;

	if (eh_decision_outcome(take->map, row, &outcome, &reason, &why) == EH_OK) {
		eh_tracked_outcome(take->tracked, outcome.id, outcome.adverse, outcome.at_us);
		return;
	}
	if (reason == EH_DECISION_NO_DECISION)
		return;
	eh_delta_set_aside(take->delta, id_of(take->map->outcomes, row), reason, why.text);
	take->result->rows[EH_GATHER_SET_ASIDE]++;
}

static bool is_same(struct eh_text a, struct eh_text b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

static enum eh_rc track(const struct eh_gather_taker *take, const struct eh_change *change, struct eh_err *err)
{
	struct eh_text old = change->old != NULL && !change->outcome ? id_of(take->map, change->old) : (struct eh_text){0};

	if (change->part != EH_CHANGE_WHOLE || change->kind == EH_CHANGE_TRUNCATE)
		return eh_fail(err, EH_REFUSED, "the reader of source %s gives what cannot be told by its id", take->map->source);
	if (change->outcome) {
		if (change->row != NULL)
			track_outcome(take, change->row);
		return EH_OK;
	}
	bool gone = old.n > 0 && (change->row == NULL || !is_same(old, id_of(take->map, change->row)));
	if (gone)
		eh_tracked_take(take->tracked, old);
	if (change->row != NULL)
		track_row(take, change->row);
	return EH_OK;
}

enum eh_rc eh_gather_take(const struct eh_gather_taker *take, const struct eh_change *change, struct eh_err *err)
{
	if (change->kind == EH_CHANGE_PLACE)
		return EH_OK;
	if (take->tracked != NULL)
		return track(take, change, err);
	if (change->part != EH_CHANGE_WHOLE)
		return take_alike(take, change, err);
	EH_ASSERT(change->kind != EH_CHANGE_TRUNCATE); /* it needs the store */
	if (change->old != NULL)
		take_off(take, change->old, change->row != NULL ? EH_GATHER_CORRECTED : EH_GATHER_TAKEN);
	if (change->row != NULL)
		take_row(take, change->row);
	return EH_OK;
}
