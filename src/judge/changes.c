/*
 * changes.c - components that are met for the first time, and the test of each; see packs.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cube/pane.h"
#include "evidence/change.h"
#include "judge/display.h"
#include "judge/packs.h"
#include "judge/sql.h"
#include "source/shape.h"

#define SPAN_US ((int64_t)EH_EVIDENCE_CHANGE_DAYS * EH_DAY_US)
#define WAITING_MAX 32 /* tests a source may wait for; who numbers every decision is no component */

struct component {
	struct component *next;
	uint32_t role;
	const char *name;
	int64_t first_us;
	bool waits;
};

/* What is known of a source's components; in the writer's own arena. */
struct eh_judge_components {
	struct eh_judge_components *next;
	int64_t source_id, first_us; /* of its first component; INT64_MAX: none */
	struct component *list;
	uint32_t waiting;
	bool *met; /* by tuple code: its components are in the list */
	uint32_t met_n;
};

struct eh_judge_kept_component {
	struct eh_judge_kept_component *next;
	int64_t source_id, first_us;
	const char *role, *name, *standing;
};

struct eh_judge_kept_change {
	struct eh_judge_kept_change *next;
	int64_t source_id, from_us, first_us, to_us, clock_us, included;
	const char *role, *name, *body;
	struct eh_sha256 result;
	size_t place;
};

static const char *role_name(const struct eh_judge_source *s, uint32_t role)
{
	return s->map->lineage[eh_source_role(s->map, role)].role;
}

static void remember(struct eh_judge_writer *w, struct eh_judge_components *known, uint32_t role, const char *name,
                     int64_t first_us, bool waits)
{
	struct component *c = eh_arena_zalloc(w->home, 1, sizeof *c);

	*c = (struct component){
		.next = known->list, .role = role, .name = eh_arena_strdup(w->home, name), .first_us = first_us, .waits = waits};
	known->list = c;
	known->waiting += waits;
	if (first_us < known->first_us)
		known->first_us = first_us;
}

/* What the store knows; a role that a newer map no longer has is passed over. */
static enum eh_rc read_known(struct eh_judge_writer *w, const struct eh_judge_source *s, struct eh_judge_components *known,
                             struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, s->source_id);
	enum eh_rc rc = eh_pg_query(w->store->pg, &eh_sql_judge_read_components, &args, &res, err);
	for (int row = 0; rc == EH_OK && row < PQntuples(res); row++)
		for (uint32_t r = 0; r < s->shape.roles; r++)
			if (strcmp(role_name(s, r), eh_pg_text(res, row, 0)) == 0)
				remember(w, known, r, eh_pg_text(res, row, 1), eh_pg_int8(res, row, 2), eh_pg_bool(res, row, 3));
	return rc;
}

static enum eh_rc known_of(struct eh_judge_writer *w, const struct eh_judge_source *s, struct eh_judge_components **known,
                           struct eh_err *err)
{
	for (struct eh_judge_components *k = w->components; k != NULL; k = k->next) {
		if (k->source_id == s->source_id) {
			*known = k;
			return EH_OK;
		}
	}
	*known = eh_arena_zalloc(w->home, 1, sizeof **known);
	**known = (struct eh_judge_components){.next = w->components, .source_id = s->source_id, .first_us = INT64_MAX};
	w->components = *known;
	return read_known(w, s, *known, err);
}

/* True where the tuple was looked at already; notes that it is now. */
static bool met_before(struct eh_judge_writer *w, struct eh_judge_components *known, uint32_t tuple)
{
	if (tuple >= known->met_n) {
		uint32_t n = 2 * tuple + 16;
		bool *more = eh_arena_zalloc(w->home, n, sizeof *more);

		if (known->met_n > 0)
			memcpy(more, known->met, known->met_n * sizeof *more);
		known->met = more;
		known->met_n = n;
	}
	bool was = known->met[tuple];
	known->met[tuple] = true;
	return was;
}

static bool is_known(const struct eh_judge_components *known, uint32_t role, const char *name)
{
	for (const struct component *c = known->list; c != NULL; c = c->next)
		if (c->role == role && strcmp(c->name, name) == 0)
			return true;
	return false;
}

static void note(struct eh_judge_writer *w, const struct eh_judge_source *s, struct eh_judge_components *known, uint32_t role,
                 const char *name, int64_t first_us)
{
	struct eh_judge_kept_component *k = eh_arena_zalloc(w->tick, 1, sizeof *k);
	bool initial = known->first_us == INT64_MAX || first_us < known->first_us + SPAN_US, waits = !initial && known->waiting < WAITING_MAX;

	*k = (struct eh_judge_kept_component){.source_id = s->source_id,
	                                      .first_us = first_us,
	                                      .role = role_name(s, role),
	                                      .name = eh_arena_strdup(w->tick, name),
	                                      .standing = initial ? "initial" : waits ? "new" : "too-many"};
	*w->new_components_end = k;
	w->new_components_end = &k->next;
	remember(w, known, role, name, first_us, waits);
}

struct candidate {
	uint32_t role;
	const char *name;
};

static int by_role_and_name(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->role != y->role ? (x->role < y->role ? -1 : 1) : strcmp(x->name, y->name);
}

/* Those of one pane in the order of their names: which of too many wait must not hang on a hash table. */
static void note_new(struct eh_judge_writer *w, const struct eh_judge_source *s, struct eh_judge_components *known,
                     const struct eh_cube *pane, int64_t pane_us)
{
	size_t cells = eh_cube_cells(pane), fresh = 0, n = 0;

	for (size_t i = 0; i < cells; i++) {
		uint32_t tuple = eh_cube_cell_at(pane, i).lineage;

		fresh += tuple >= known->met_n || !known->met[tuple];
	}
	if (fresh == 0)
		return;
	struct candidate *list = eh_arena_zalloc(w->tick, fresh * s->shape.roles, sizeof *list);
	for (size_t i = 0; i < cells; i++) {
		uint32_t tuple = eh_cube_cell_at(pane, i).lineage;

		if (met_before(w, known, tuple) || eh_cube_tuple_is_other(s->names, EH_CUBE_LINEAGE, tuple))
			continue;
		for (uint32_t r = 0; r < s->shape.roles; r++) {
			const char *name = eh_cube_tuple_field(s->names, EH_CUBE_LINEAGE, tuple, r);

			if (name != NULL && !is_known(known, r, name))
				list[n++] = (struct candidate){r, name};
		}
	}
	qsort(list, n, sizeof *list, by_role_and_name);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || by_role_and_name(&list[i], &list[i - 1]) != 0)
			note(w, s, known, list[i].role, list[i].name, pane_us);
}

/* ---- the test ------------------------------------------------------------------------------------ */

/* 28 days before and after; of monthly panes one month. */
static void span_of(const struct eh_judge_source *s, int64_t first_us, int64_t *from_us, int64_t *to_us)
{
	bool month = s->pane_kind == EH_PANE_MONTH;

	*from_us = month ? eh_pane_previous(EH_PANE_MONTH, first_us) : first_us - SPAN_US;
	*to_us = month ? eh_pane_next(EH_PANE_MONTH, first_us) : first_us + SPAN_US;
}

struct halves {
	struct eh_cube *before, *after;
	int64_t first_us;
	struct eh_err err;
	enum eh_rc rc;
};

static void add_half(void *ctx, int64_t pane_us, const struct eh_cube *pane)
{
	struct halves *h = ctx;

	if (h->rc == EH_OK)
		h->rc = eh_cube_merge(pane_us < h->first_us ? h->before : h->after, pane, &h->err);
}

static enum eh_rc keep_change(struct eh_judge_writer *w, const struct eh_judge_feed *feed, const struct eh_judge_step *step,
                              const struct eh_evidence_change *change, struct eh_err *err)
{
	struct eh_judge_kept_change *k = eh_arena_zalloc(w->tick, 1, sizeof *k);
	EH_JSON_AUTO result = NULL;
	EH_BUF_AUTO text = {0};
	char hex[EH_SHA256_HEX], name[EH_SHA256_HEX];
	struct eh_sha256 component = eh_sha256_of(change->component, strlen(change->component));
	enum eh_rc rc = eh_evidence_change(change, &result, err);

	if (rc == EH_OK)
		rc = eh_json_canonical(result, &text, err);
	if (rc != EH_OK)
		return rc;
	*k = (struct eh_judge_kept_change){.source_id = feed->source->source_id,
	                                   .from_us = change->from_us,
	                                   .first_us = change->first_us,
	                                   .to_us = change->to_us,
	                                   .clock_us = step->clock_us,
	                                   .included = step->included,
	                                   .role = change->role,
	                                   .name = change->component,
	                                   .body = eh_arena_strndup(w->tick, text.data, text.len),
	                                   .result = eh_sha256_of(text.data, text.len)};
	*w->changes_end = k;
	w->changes_end = &k->next;
	eh_sha256_hex(&k->result, hex);
	eh_sha256_hex(&component, name); /* a role may be that of people: no leaf names one */
	return eh_ledger_add(&w->leaves, "change",
	                     json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:I,s:s}", "source", feed->map->source, "role", k->role,
	                               "component_sha256", name, "from", eh_judge_time(k->from_us), "first_seen",
	                               eh_judge_time(k->first_us), "to", eh_judge_time(k->to_us), "clock",
	                               eh_judge_time(k->clock_us), "included_index", (json_int_t)k->included, "result_sha256", hex),
	                     &k->place, err);
}

static enum eh_rc test(struct eh_judge_writer *w, struct eh_judge_feed *feed, const struct eh_judge_step *step,
                       const struct component *c, int64_t from_us, int64_t to_us, struct eh_err *err)
{
	const struct eh_judge_source *s = feed->source;
	struct halves h = {
		.before = eh_cube_new(s->names), .after = eh_cube_new(s->names), .first_us = c->first_us, .rc = EH_OK};
	enum eh_rc rc = eh_judge_store_walk(w->store, feed, from_us, to_us - 1, step->included, add_half, &h, err);

	if (rc == EH_OK && h.rc != EH_OK) {
		*err = h.err;
		rc = h.rc;
	}
	if (rc == EH_OK) {
		const struct eh_evidence_change change = {.map = s->map,
		                                          .shape = &s->shape,
		                                          .names = s->names,
		                                          .before = h.before,
		                                          .after = h.after,
		                                          .role = role_name(s, c->role),
		                                          .component = c->name,
		                                          .role_at = c->role,
		                                          .from_us = from_us,
		                                          .first_us = c->first_us,
		                                          .to_us = to_us};

		rc = keep_change(w, feed, step, &change, err);
	}
	eh_cube_free(h.before);
	eh_cube_free(h.after);
	return rc;
}

/* The one that has waited longest of those that are due, by time and then by name; NULL: none. */
static struct component *next_due(const struct eh_judge_source *s, const struct eh_judge_components *known, int64_t end_us,
                                  int64_t *from_us, int64_t *to_us)
{
	struct component *best = NULL;

	for (struct component *c = known->list; c != NULL; c = c->next) {
		int64_t from, to;

		if (!c->waits)
			continue;
		span_of(s, c->first_us, &from, &to);
		if (to > end_us)
			continue;
		if (best == NULL || c->first_us < best->first_us ||
		    (c->first_us == best->first_us &&
		     (c->role < best->role || (c->role == best->role && strcmp(c->name, best->name) < 0)))) {
			best = c;
			*from_us = from;
			*to_us = to;
		}
	}
	return best;
}

enum eh_rc eh_judge_row_changes(struct eh_judge_writer *w, struct eh_judge_feed *feed, const struct eh_judge_step *step,
                                struct eh_err *err)
{
	const struct eh_judge_source *s = feed->source;
	struct eh_judge_components *known;
	struct component *due;
	int64_t from_us, to_us, end_us = eh_pane_next(s->pane_kind, step->last_pane_us);

	if (s->shape.roles == 0)
		return EH_OK;
	enum eh_rc rc = known_of(w, s, &known, err);
	if (rc == EH_OK && step->n > 0)
		note_new(w, s, known, feed->pane, step->first_pane_us);
	while (rc == EH_OK && (due = next_due(s, known, end_us, &from_us, &to_us)) != NULL) {
		due->waits = false;
		known->waiting--;
		rc = test(w, feed, step, due, from_us, to_us, err);
	}
	return rc;
}

/* ---- rows ---------------------------------------------------------------------------------------- */

static enum eh_rc write_component(struct eh_judge_writer *w, const struct eh_judge_kept_component *k, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, k->source_id);
	eh_pg_arg_text(&args, k->role);
	eh_pg_arg_text(&args, k->name);
	eh_pg_arg_int8(&args, k->first_us);
	eh_pg_arg_text(&args, k->standing);
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_component, &args, NULL, err);
}

static enum eh_rc write_change(struct eh_judge_writer *w, const struct eh_judge_kept_change *k, int64_t first, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, k->source_id);
	eh_pg_arg_text(&args, k->role);
	eh_pg_arg_text(&args, k->name);
	eh_pg_arg_int8(&args, k->from_us);
	eh_pg_arg_int8(&args, k->first_us);
	eh_pg_arg_int8(&args, k->to_us);
	eh_pg_arg_int8(&args, k->clock_us);
	eh_pg_arg_int8(&args, k->included);
	eh_pg_arg_bytea(&args, k->result.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, k->body);
	eh_pg_arg_int8(&args, first + (int64_t)k->place);
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_change, &args, NULL, err);
}

enum eh_rc eh_judge_changes_write(struct eh_judge_writer *w, int64_t first, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (const struct eh_judge_kept_component *k = w->new_components; rc == EH_OK && k != NULL; k = k->next)
		rc = write_component(w, k, err);
	for (const struct eh_judge_kept_change *k = w->changes; rc == EH_OK && k != NULL; k = k->next)
		rc = write_change(w, k, first, err);
	return rc;
}
