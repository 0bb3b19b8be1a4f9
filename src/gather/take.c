/*
 * take.c - see take.h.
 */
#include "gather/take.h"

/* The latest decision that is not in the future: T when history is read. */
static void keep_last(const struct eh_gather_taker *take, int64_t at_us)
{
	struct eh_position *position = take->position;

	if (at_us <= position->start_us && at_us > position->last_us)
		position->last_us = at_us;
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
		return eh_delta_add_measures(take->delta, &decision, change->n, err);
	enum eh_gather_fate fate = eh_gather_fate_of(take->clock, decision.at_us);
	take->result->rows[fate] += (int64_t)change->n;
	keep_last(take, decision.at_us);
	return eh_delta_add_counts(take->delta, &decision, change->n, fate, err);
}

enum eh_rc eh_gather_take(const struct eh_gather_taker *take, const struct eh_change *change, struct eh_err *err)
{
	if (change->kind == EH_CHANGE_PLACE)
		return EH_OK;
	if (change->part != EH_CHANGE_WHOLE)
		return take_alike(take, change, err);
	take_row(take, change->row);
	return EH_OK;
}
