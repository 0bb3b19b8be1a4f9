/*
 * row_life.c - what an alert carries from step to step, put into the body of each.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/life.h"
#include "judge/inside.h"
#include "judge/rows.h"

static const struct eh_judge_feed *feed_of(const struct eh_judge_writer *w, const char *source)
{
	for (const struct eh_judge_feed *f = w->store->feeds; f != NULL; f = f->next)
		if (strcmp(f->map->source, source) == 0)
			return f;
	return NULL;
}

int64_t eh_judge_row_clock(const struct eh_judge_writer *w, const char *source, int64_t at_least_us)
{
	const struct eh_judge_feed *f = feed_of(w, source);

	return f != NULL && f->clock_us > at_least_us ? f->clock_us : at_least_us;
}

/* The deadlines of the house's version in force at T. */
static const struct eh_deadlines *deadlines_at(const struct eh_judge_writer *w, int64_t at_us)
{
	return &eh_policies_at(w->store->judge->policies, EH_POLICY_HOUSE, at_us, INT64_MAX)->policy->deadlines;
}

/* Where deadlines begin to count: nobody can have acted on what history held before it was read. */
static int64_t start_of(const struct eh_judge_writer *w, const struct eh_judge_kept_step *s)
{
	const struct eh_judge_feed *f = feed_of(w, s->source);

	return f != NULL && f->history_us > s->at_us ? f->history_us : s->at_us;
}

/* Who took it up stays there, whatever judge adds. */
static void keep_owner(json_t *body, const json_t *old)
{
	json_t *owner = json_object_get(old, "owner");

	if (json_is_string(owner) && !json_is_string(json_object_get(body, "owner")))
		json_object_set(body, "owner", owner);
}

static json_t *life_of(const struct eh_judge_writer *w, const struct eh_judge_kept_step *s,
                       const struct eh_judge_kept_step *last, const json_t *old, const json_t *fields)
{
	struct eh_alert_move move = {.kind = s->kind,
	                             .event = s->event,
	                             .page = s->page,
	                             .at_us = s->at_us,
	                             .start_us = start_of(w, s),
	                             .fields = fields,
	                             .actor = s->actor,
	                             .second = s->second,
	                             .episodes = last->episodes,
	                             .deadlines = deadlines_at(w, s->at_us)};

	EH_ASSERT(eh_alert_state_of(s->from, &move.from) && eh_alert_state_of(s->to, &move.to));
	return eh_alert_life(json_object_get(old, "life"), &move);
}

enum eh_rc eh_judge_row_life(struct eh_judge_writer *w, struct eh_judge_kept_step *s, struct eh_err *err)
{
	struct eh_judge_kept_step last;
	json_error_t why;
	enum eh_rc rc = eh_judge_row_last(w, s->alert_id, &last, err);

	if (rc != EH_OK)
		return rc;
	EH_JSON_AUTO body = json_loads(s->body, 0, &why);
	EH_JSON_AUTO old = last.step_no > 0 ? json_loads(last.body, 0, &why) : NULL;
	EH_JSON_AUTO fields = s->fields != NULL ? json_loads(s->fields, 0, &why) : NULL;
	EH_ASSERT(body != NULL);
	if (last.step_no > 0 && s->at_us < last.at_us) /* T of an alert never goes back */
		s->at_us = last.at_us;
	keep_owner(body, old);
	json_object_set_new(body, "life", life_of(w, s, &last, old, fields));
	s->level = (int)json_integer_value(json_object_get(json_object_get(body, "life"), "level"));
	if (json_object_size(fields) > 0)
		json_object_set(body, "fields", fields);
	else
		json_object_del(body, "fields");
	char *text = json_dumps(body, JSON_COMPACT);
	s->body = eh_arena_strdup(w->tick, text);
	free(text);
	return EH_OK;
}
