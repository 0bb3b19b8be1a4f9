/*
 * span.c - the windows of a source: its own, and those of families that ask for another length.
 *
 * A window is a sum of panes: what came is added, what left is taken off, so a close
 * costs what it moves and not how long the window is.  The source's own is the
 * longest of the house's families that look at it; its figures stand on that.
 */
#include <stdlib.h>
#include <string.h>

#include "judge/inside.h"

static void add_length(int64_t window_us[EH_JUDGE_WINDOWS_MAX], uint32_t *n, int64_t more_us)
{
	for (uint32_t i = 0; i < *n; i++)
		if (window_us[i] == more_us)
			return;
	window_us[(*n)++] = more_us;
}

uint32_t eh_judge_windows(const struct eh_judge_source *s, int64_t clock_us, int64_t leaf_index,
                          int64_t window_us[EH_JUDGE_WINDOWS_MAX])
{
	uint32_t n = 0;

	for (enum eh_policy_layer layer = 0; layer < EH_POLICY_LAYERS; layer++) {
		const struct eh_policies_version *v = eh_policies_at(s->judge->policies, layer, clock_us, leaf_index);

		if (v == NULL)
			continue;
		if (layer == EH_POLICY_HOUSE)
			add_length(window_us, &n, eh_policy_window(v->policy, s->map->source));
		for (size_t f = 0; f < v->policy->families; f++)
			if (eh_policy_names_hold(&v->policy->family[f].sources, s->map->source))
				add_length(window_us, &n, v->policy->family[f].window_us);
	}
	EH_ASSERT(n > 0); /* the genesis version is in effect since ever */
	return n;
}

uint32_t eh_judge_find_span(const struct eh_judge_source *s, int64_t window_us)
{
	for (uint32_t i = 0; s->window_us != window_us && i < s->spans; i++)
		if (s->span[i].window_us == window_us)
			return i + 1;
	return 0;
}

bool eh_judge_keeps_window(const struct eh_judge_source *s, int64_t window_us)
{
	return s->window_us == window_us || eh_judge_find_span(s, window_us) > 0;
}

static struct eh_judge_table *new_tables(const struct eh_judge_source *s)
{
	struct eh_judge_table *table = eh_xmalloc((s->axes + 1) * sizeof *table);

	memset(table, 0, (s->axes + 1) * sizeof *table);
	return table;
}

static struct eh_judge_span new_span(const struct eh_judge_source *s, int64_t window_us)
{
	struct eh_judge_span span = {.window_us = window_us, .start_us = s->window_start_us, .cube = eh_cube_new(s->names)};

	span.table = new_tables(s);
	span.moving = new_tables(s);
	return span;
}

static void free_span(const struct eh_judge_source *s, struct eh_judge_span *span)
{
	eh_cube_free(span->cube);
	for (uint32_t a = 0; span->table != NULL && a < s->axes; a++) {
		eh_judge_table_free(&span->table[a]);
		eh_judge_table_free(&span->moving[a]);
	}
	free(span->table);
	free(span->moving);
}

void eh_judge_free_spans(struct eh_judge_source *s)
{
	for (uint32_t i = 0; i < s->spans; i++)
		free_span(s, &s->span[i]);
	free(s->span);
	s->span = NULL;
	s->spans = 0;
}

/* The source's own window as a span, and back: so that one may become the other. */
static struct eh_judge_span take_own(struct eh_judge_source *s)
{
	struct eh_judge_span own = {.window_us = s->window_us, .start_us = s->window_start_us, .cube = s->window};

	own.table = new_tables(s);
	own.moving = new_tables(s);
	for (uint32_t a = 0; a < s->axes; a++) {
		own.table[a] = s->attribute[a].window;
		own.moving[a] = s->attribute[a].moving;
	}
	return own;
}

static void put_own(struct eh_judge_source *s, const struct eh_judge_span *own)
{
	s->window_us = own->window_us;
	s->window_start_us = own->start_us;
	s->window = own->cube;
	for (uint32_t a = 0; a < s->axes; a++) {
		s->attribute[a].window = own->table[a];
		s->attribute[a].moving = own->moving[a];
	}
	free(own->table);
	free(own->moving);
}

/* Takes the span of a length out of a list; false where it has none. */
static bool take_span(struct eh_judge_span *list, uint32_t n, int64_t window_us, struct eh_judge_span *out)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i].window_us == window_us && list[i].cube != NULL) {
			*out = list[i];
			list[i] = (struct eh_judge_span){0};
			return true;
		}
	return false;
}

void eh_judge_keep_windows(struct eh_judge_source *s, const int64_t *window_us, uint32_t n)
{
	uint32_t had = s->spans + 1;
	struct eh_judge_span *old = eh_xmalloc(had * sizeof *old), *now = eh_xmalloc(n * sizeof *now);

	old[0] = take_own(s);
	if (s->spans > 0)
		memcpy(old + 1, s->span, s->spans * sizeof *old);
	free(s->span);
	for (uint32_t i = 0; i < n; i++)
		if (!take_span(old, had, window_us[i], &now[i]))
			now[i] = new_span(s, window_us[i]);
	for (uint32_t i = 0; i < had; i++)
		free_span(s, &old[i]);
	free(old);
	put_own(s, &now[0]);
	s->spans = n - 1;
	s->span = s->spans > 0 ? eh_xmalloc(s->spans * sizeof *s->span) : NULL;
	if (s->spans > 0)
		memcpy(s->span, now + 1, s->spans * sizeof *s->span);
	free(now);
}

/* The tables that have begun follow the cube; the others begin when they are shown.  Sums of weights, a few to a group,
 * are no cells to follow: they are read off the window. */
static void follow(const struct eh_judge_source *s, struct eh_judge_table *const *moving, const struct eh_cube *cube, bool take)
{
	for (uint32_t a = 0; a < s->axes; a++)
		if (moving[a]->groups > 0 && !eh_judge_axis_is_estimated(s->attribute[a].axis))
			eh_judge_axis_move(s->attribute[a].axis, moving[a], cube, s->attribute[a].projection, take);
}

/* NULL: nothing comes. */
static enum eh_rc add(const struct eh_judge_source *s, struct eh_cube *window, struct eh_judge_table *const *moving,
                      const struct eh_cube *cube, struct eh_err *err)
{
	if (cube == NULL)
		return EH_OK;
	follow(s, moving, cube, false);
	return eh_cube_merge(window, cube, err);
}

static enum eh_rc take(const struct eh_judge_source *s, struct eh_cube *window, struct eh_judge_table *const *moving,
                       const struct eh_cube *cube, struct eh_err *err)
{
	if (cube == NULL)
		return EH_OK;
	follow(s, moving, cube, true);
	return eh_cube_subtract(window, cube, err);
}

static enum eh_rc move(const struct eh_judge_source *s, struct eh_cube *window, struct eh_judge_table *const *moving,
                       const struct eh_cube *pane, const struct eh_judge_move *m, struct eh_err *err)
{
	enum eh_rc rc = add(s, window, moving, m->before, err);

	if (rc == EH_OK)
		rc = add(s, window, moving, pane, err);
	if (rc == EH_OK)
		rc = add(s, window, moving, m->late, err);
	if (rc == EH_OK)
		rc = take(s, window, moving, m->late_taken, err);
	return rc == EH_OK ? take(s, window, moving, m->expired, err) : rc;
}

enum eh_rc eh_judge_move_windows(struct eh_judge_source *s, const struct eh_judge_close *close, struct eh_err *err)
{
	struct eh_judge_move own = {.window_us = s->window_us,
	                            .before = close->before,
	                            .late = close->late,
	                            .late_taken = close->late_taken,
	                            .expired = close->expired};
	struct eh_judge_table **moving = eh_xmalloc((s->axes + 1) * sizeof(struct eh_judge_table *));

	for (uint32_t a = 0; a < s->axes; a++)
		moving[a] = &s->attribute[a].moving;
	enum eh_rc rc = move(s, s->window, moving, close->pane, &own, err);
	EH_ASSERT(close->more_n == s->spans);
	for (uint32_t i = 0; rc == EH_OK && i < s->spans; i++) {
		EH_ASSERT(close->more[i].window_us == s->span[i].window_us);
		for (uint32_t a = 0; a < s->axes; a++)
			moving[a] = &s->span[i].moving[a];
		rc = move(s, s->span[i].cube, moving, close->pane, &close->more[i], err);
	}
	free(moving);
	return rc == EH_OK ? EH_OK : eh_while(err, "moving the window of %s", s->map->source);
}

int64_t eh_judge_window_start_of(const struct eh_judge_source *s, int64_t window_us, int64_t pane_start_us)
{
	return eh_pane_start(s->pane_kind, eh_pane_next(s->pane_kind, pane_start_us) - window_us);
}

int64_t eh_judge_window_start(const struct eh_judge_source *s, int64_t pane_start_us)
{
	return eh_judge_window_start_of(s, s->window_us, pane_start_us);
}

/* A table that has not begun is counted from the whole window, once. */
static void show(const struct eh_judge_attribute *at, struct eh_judge_table *table, struct eh_judge_table *moving,
                 const struct eh_cube *window)
{
	if (eh_judge_axis_is_estimated(at->axis)) {
		eh_judge_axis_fill(at->axis, table, window, NULL, at->projection);
		return;
	}
	if (moving->groups == 0)
		eh_judge_axis_fill(at->axis, moving, window, NULL, at->projection);
	eh_judge_table_widen(moving, eh_judge_axis_groups(at->axis) + 1); /* groups that came late for older panes */
	eh_judge_table_copy(table, moving);
}

void eh_judge_show_windows(struct eh_judge_source *s, int64_t pane_us)
{
	s->window_start_us = eh_judge_window_start(s, pane_us);
	for (uint32_t i = 0; i < s->spans; i++)
		s->span[i].start_us = eh_judge_window_start_of(s, s->span[i].window_us, pane_us);
	for (uint32_t a = 0; a < s->axes; a++) {
		struct eh_judge_attribute *at = &s->attribute[a];

		show(at, &at->window, &at->moving, s->window);
		for (uint32_t i = 0; i < s->spans; i++)
			show(at, &s->span[i].table[a], &s->span[i].moving[a], s->span[i].cube);
	}
}
