/*
 * outcomes_reader.c - decisions by one reader and what came of them by another: a reading is of the first and then of the
 * second; see reader.h.
 *
 * Both use the one connection, one after the other.  The two need no common snapshot: an
 * outcome and its decision find each other by the id, whichever was read first.
 */
#include "source/outcomes_reader.h"

#include "source/poll.h"

enum stage { DECISIONS, OUTCOMES, DONE };

struct outcomes_reader {
	struct eh_source_reader reader; /* first: it is what gather holds */
	struct eh_source_reader *decisions;
	struct eh_poll *outcomes;
	enum stage stage;
	bool again; /* the reading is of the decisions alone */
	struct eh_position place; /* in the outcomes, where the reading is not of them */
	struct eh_change change;
};

static struct outcomes_reader *self(struct eh_source_reader *reader)
{
	return (struct outcomes_reader *)reader;
}

static enum eh_rc begin(struct eh_source_reader *reader, const struct eh_position *from, struct eh_err *err)
{
	struct outcomes_reader *o = self(reader);

	o->stage = DECISIONS;
	o->again = false;
	o->place.kind = EH_POSITION_NONE;
	if (from->outcomes.len > 0) {
		enum eh_rc rc = eh_position_parse(from->outcomes.data, &o->place, err);

		if (rc != EH_OK)
			return rc;
	}
	return eh_reader_begin(o->decisions, from, err);
}

static enum eh_rc begin_again(struct eh_source_reader *reader, const struct eh_position *place, struct eh_err *err)
{
	struct outcomes_reader *o = self(reader);

	o->stage = DECISIONS;
	o->again = true;
	return eh_reader_begin_again(o->decisions, place, err);
}

static enum eh_rc next_decision(struct outcomes_reader *o, const struct eh_change **change, struct eh_err *err)
{
	enum eh_rc rc = eh_reader_next(o->decisions, change, err);

	if (rc != EH_OK || *change != NULL)
		return rc;
	rc = eh_reader_end(o->decisions, err);
	o->stage = DONE;
	if (rc == EH_OK && !o->again)
		rc = eh_poll_begin(o->outcomes, &o->place, err);
	if (rc == EH_OK && !o->again)
		o->stage = OUTCOMES;
	return rc;
}

static enum eh_rc next_outcome(struct outcomes_reader *o, const struct eh_change **change, struct eh_err *err)
{
	enum eh_rc rc = eh_poll_next(o->outcomes, &o->change.row, err);

	if (rc != EH_OK)
		return rc;
	*change = o->change.row != NULL ? &o->change : NULL;
	if (*change != NULL)
		return EH_OK;
	eh_position_copy(&o->place, eh_poll_position(o->outcomes));
	o->stage = DONE;
	return eh_poll_end(o->outcomes, err);
}

static enum eh_rc next(struct eh_source_reader *reader, const struct eh_change **change, struct eh_err *err)
{
	struct outcomes_reader *o = self(reader);
	enum eh_rc rc = EH_OK;

	*change = NULL;
	if (o->stage == DECISIONS)
		rc = next_decision(o, change, err);
	return rc == EH_OK && o->stage == OUTCOMES ? next_outcome(o, change, err) : rc;
}

static enum eh_rc end(struct eh_source_reader *reader, struct eh_err *err)
{
	struct outcomes_reader *o = self(reader);

	switch (o->stage) {
	case DECISIONS:
		o->stage = DONE;
		return eh_reader_end(o->decisions, err);
	case OUTCOMES:
		o->stage = DONE;
		return eh_poll_end(o->outcomes, err);
	case DONE:
		break;
	}
	return EH_OK;
}

/* The place in the outcomes is made text only here: gather asks once a commit. */
static struct eh_position *position(struct eh_source_reader *reader)
{
	struct outcomes_reader *o = self(reader);
	struct eh_position *p = eh_reader_position(o->decisions);
	const struct eh_position *place = o->stage == OUTCOMES ? eh_poll_position(o->outcomes) : &o->place;

	eh_buf_reset(&p->outcomes);
	if (place->kind != EH_POSITION_NONE)
		eh_position_format(place, &p->outcomes);
	return p;
}

static enum eh_rc follow(struct eh_source_reader *reader, struct eh_err *err)
{
	return eh_reader_follow(self(reader)->decisions, err);
}

static enum eh_rc durable(struct eh_source_reader *reader, const struct eh_position *place, struct eh_err *err)
{
	return eh_reader_durable(self(reader)->decisions, place, err);
}

static enum eh_rc wait_for_rows(struct eh_source_reader *reader, int ms, struct eh_err *err)
{
	return eh_reader_wait(self(reader)->decisions, ms, err);
}

static void use_scenario(struct eh_source_reader *reader)
{
	eh_reader_use_scenario(self(reader)->decisions);
}

static int64_t clock_us(const struct eh_source_reader *reader)
{
	return eh_reader_clock_us(((const struct outcomes_reader *)reader)->decisions);
}

static int64_t proven_us(const struct eh_source_reader *reader)
{
	return eh_reader_proven_us(((const struct outcomes_reader *)reader)->decisions);
}

static bool caught_up(const struct eh_source_reader *reader)
{
	return eh_reader_caught_up(((const struct outcomes_reader *)reader)->decisions);
}

static bool id_is_unique(const struct eh_source_reader *reader)
{
	return eh_reader_id_is_unique(((const struct outcomes_reader *)reader)->decisions);
}

static bool outcome_is_unique(const struct eh_source_reader *reader)
{
	return eh_poll_id_is_unique(((const struct outcomes_reader *)reader)->outcomes);
}

static void tell_early(struct eh_source_reader *reader, int64_t after_us)
{
	eh_reader_tell_early(self(reader)->decisions, after_us);
}

static enum eh_rc look(struct eh_source_reader *reader, const struct eh_reader_state **out, struct eh_err *err)
{
	return eh_reader_look(self(reader)->decisions, out, err);
}

static const char *gap(const struct eh_source_reader *reader)
{
	return eh_reader_gap(((const struct outcomes_reader *)reader)->decisions);
}

static void accept_gap(struct eh_source_reader *reader)
{
	eh_reader_accept_gap(self(reader)->decisions);
}

static const char *advice(struct eh_source_reader *reader)
{
	return eh_reader_advice(self(reader)->decisions);
}

static void close_both(struct eh_source_reader *reader)
{
	eh_position_free(&self(reader)->place);
	eh_poll_close(self(reader)->outcomes);
	eh_reader_close(self(reader)->decisions);
}

static const struct eh_reader_ops ops = {.begin = begin,
                                         .next = next,
                                         .end = end,
                                         .follow = follow,
                                         .durable = durable,
                                         .wait = wait_for_rows,
                                         .use_scenario = use_scenario,
                                         .position = position,
                                         .clock_us = clock_us,
                                         .proven_us = proven_us,
                                         .caught_up = caught_up,
                                         .id_is_unique = id_is_unique,
                                         .outcome_is_unique = outcome_is_unique,
                                         .close = close_both,
                                         .begin_again = begin_again,
                                         .tell_early = tell_early,
                                         .look = look,
                                         .gap = gap,
                                         .accept_gap = accept_gap,
                                         .advice = advice};

enum eh_rc eh_outcomes_reader_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                                   struct eh_source_reader *decisions, struct eh_source_reader **out, struct eh_err *err)
{
	struct outcomes_reader *o = eh_arena_zalloc(arena, 1, sizeof *o);
	enum eh_rc rc = eh_poll_open(arena, pg, map->outcomes, &o->outcomes, err);

	*out = NULL;
	if (rc != EH_OK)
		return eh_while(err, "the table of outcomes");
	o->reader.ops = &ops;
	o->decisions = decisions;
	o->stage = DONE;
	o->change = (struct eh_change){.kind = EH_CHANGE_ADD, .n = 1, .outcome = true};
	*out = &o->reader;
	return EH_OK;
}
