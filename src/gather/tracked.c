/*
 * tracked.c - notes what was read and decides what counts; see tracked.h.
 */
#include "gather/tracked.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "gather/sql.h"
#include "gather/tracked_part.h"

#define FILTER_BLOCKS (UINT64_C(1) << 18) /* of 512 bits: 16 MB, 13 bits an id at 10 million */
#define FILTER_BITS 6                     /* set for each id */

struct eh_tracked *eh_tracked_new(const struct eh_map *map, bool id_unique, bool outcome_unique)
{
	struct eh_tracked *t = eh_xmalloc(sizeof *t);

	*t = (struct eh_tracked){.map = map,
	                         .pane = eh_cells_pane(map),
	                         .id_unique = id_unique,
	                         .outcome_unique = outcome_unique,
	                         .slots = 1024};
	t->slot = eh_xmalloc(t->slots * sizeof *t->slot);
	memset(t->slot, 0, t->slots * sizeof *t->slot);
	return t;
}

void eh_tracked_free(struct eh_tracked *t)
{
	if (t == NULL)
		return;
	eh_tracked_free_write(&t->write[0]);
	eh_tracked_free_write(&t->write[1]);
	eh_buf_free(&t->bytes);
	eh_buf_free(&t->again);
	free(t->filter);
	free(t->entry);
	free(t->slot);
	free(t->note);
	free(t);
}

enum eh_rc eh_tracked_open(struct eh_tracked *t, struct eh_pg *store, int64_t source_id, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t any = 0;

	t->source_id = source_id;
	eh_pg_arg_int8(&args, source_id);
	enum eh_rc rc = eh_pg_query_int8(store, &eh_sql_gather_seen_any, &args, &any, err);
	if (rc == EH_OK && any == 0)
		t->filter = calloc(FILTER_BLOCKS, 64); /* pages that no id falls into are never made */
	return rc;
}

void eh_tracked_alone(struct eh_tracked *t)
{
	t->alone = true;
}

/* ---- noting ------------------------------------------------------------------------ */

/* Adds an id to the filter; true where it may have been there. */
static bool pass_filter(struct eh_tracked *t, const unsigned char *hash)
{
	uint64_t word[2];
	bool was = true;

	if (t->filter == NULL)
		return true;
	memcpy(word, hash, sizeof word);
	uint64_t *block = t->filter + (word[0] % FILTER_BLOCKS) * 8;
	for (int i = 0; i < FILTER_BITS; i++) {
		unsigned bit = (unsigned)(word[1] >> 9 * i & 511);

		was = was && (block[bit / 64] >> bit % 64 & 1) != 0;
		block[bit / 64] |= UINT64_C(1) << bit % 64;
	}
	return was;
}

static uint32_t find_slot(const struct eh_tracked *t, const unsigned char *hash)
{
	uint32_t at;

	memcpy(&at, hash, sizeof at);
	at &= t->slots - 1;
	while (t->slot[at] != 0 && memcmp(t->entry[t->slot[at] - 1].hash, hash, EH_TRACKED_HASH) != 0)
		at = (at + 1) & (t->slots - 1);
	return at;
}

static void grow_slots(struct eh_tracked *t)
{
	t->slots *= 2;
	t->slot = eh_xrealloc(t->slot, t->slots, sizeof *t->slot);
	memset(t->slot, 0, t->slots * sizeof *t->slot);
	for (size_t i = 0; i < t->entries; i++)
		t->slot[find_slot(t, t->entry[i].hash)] = (uint32_t)i + 1;
}

static uint32_t entry_of(struct eh_tracked *t, struct eh_text id)
{
	struct eh_sha256 digest = eh_sha256_of(id.at, id.n);

	if (2 * (t->entries + 1) > t->slots)
		grow_slots(t);
	uint32_t at = find_slot(t, digest.bytes);
	if (t->slot[at] != 0)
		return t->slot[at] - 1;
	if (t->entries == t->entries_cap) {
		t->entries_cap = t->entries_cap == 0 ? 1024 : 2 * t->entries_cap;
		t->entry = eh_xrealloc(t->entry, t->entries_cap, sizeof *t->entry);
	}
	struct eh_tracked_entry *e = &t->entry[t->entries++];
	*e = (struct eh_tracked_entry){.version = INT64_MIN, .pane_us = INT64_MIN, .outcome_at_us = INT64_MIN};
	memcpy(e->hash, digest.bytes, sizeof e->hash);
	e->asked = !t->alone && pass_filter(t, e->hash);
	t->asks += e->asked;
	t->slot[at] = (uint32_t)t->entries;
	return (uint32_t)t->entries - 1;
}

static struct eh_tracked_span keep(struct eh_tracked *t, const char *at, size_t n)
{
	struct eh_tracked_span span = {t->bytes.len, n};

	eh_buf_put(&t->bytes, at, n);
	return span;
}

static struct eh_tracked_note *add_note(struct eh_tracked *t, enum eh_tracked_kind kind, struct eh_text id)
{
	if (t->notes == t->notes_cap) {
		t->notes_cap = t->notes_cap == 0 ? 1024 : 2 * t->notes_cap;
		t->note = eh_xrealloc(t->note, t->notes_cap, sizeof *t->note);
	}
	struct eh_tracked_note *note = &t->note[t->notes++];
	*note = (struct eh_tracked_note){.kind = kind, .entry = entry_of(t, id)};
	note->id = keep(t, id.at, id.n);
	return note;
}

void eh_tracked_add(struct eh_tracked *t, const struct eh_decision *decision, enum eh_gather_fate fate)
{
	struct eh_tracked_note *note = add_note(t, EH_TRACKED_ADD, decision->id);
	size_t at = t->bytes.len;

	note->fate = fate;
	note->version = decision->version;
	note->pane_us = eh_pane_start(t->pane, decision->at_us);
	eh_tracked_content(t->map, decision, &t->bytes);
	note->content = (struct eh_tracked_span){at, t->bytes.len - at};
}

void eh_tracked_aside(struct eh_tracked *t, struct eh_text id, int64_t version, enum eh_decision_reason reason,
                      const char *sentence)
{
	struct eh_tracked_note *note = add_note(t, EH_TRACKED_SET_ASIDE, id);
	char byte = (char)reason;

	note->version = version;
	note->pane_us = INT64_MIN;
	note->content = keep(t, &byte, 1);
	note->sentence = keep(t, sentence, strlen(sentence) + 1);
}

void eh_tracked_take(struct eh_tracked *t, struct eh_text id)
{
	(void)add_note(t, EH_TRACKED_TAKE, id);
}

void eh_tracked_outcome(struct eh_tracked *t, struct eh_text id, bool adverse, int64_t at_us)
{
	struct eh_tracked_note *note = add_note(t, EH_TRACKED_OUTCOME, id);

	note->outcome = adverse ? EH_TRACKED_ADVERSE : EH_TRACKED_NOT_ADVERSE;
	note->outcome_at_us = at_us;
}

size_t eh_tracked_pending(const struct eh_tracked *t)
{
	return t->notes;
}

bool eh_tracked_asks(const struct eh_tracked *t)
{
	return t->asks > 0;
}

/* ---- deciding ---------------------------------------------------------------------- */

struct settling {
	struct eh_tracked *t;
	struct eh_delta *delta;
	const struct eh_gather_clock *clock;
	int64_t *rows;
	struct eh_tracked_write *write;
	struct eh_err *err;
};

static struct eh_text text_of(const struct eh_tracked *t, struct eh_tracked_span span)
{
	return (struct eh_text){t->bytes.data + span.at, span.n};
}

static int order(struct eh_text a, struct eh_text b)
{
	int c = memcmp(a.at, b.at, a.n < b.n ? a.n : b.n);

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

bool eh_tracked_wins(int64_t version, struct eh_text content, int64_t before_version, struct eh_text before, bool id_unique)
{
	if (version != before_version || id_unique)
		return version >= before_version;
	struct eh_sha256 a = eh_sha256_of(content.at, content.n), b = eh_sha256_of(before.at, before.n);
	int c = memcmp(a.bytes, b.bytes, sizeof a.bytes);
	return c != 0 ? c > 0 : order(content, before) > 0;
}

/* A content with its pane and state, as rows of one id are held against each other. */
static void put_comparable(struct eh_buf *out, enum eh_tracked_state state, int64_t pane_us, struct eh_text content)
{
	eh_buf_putc(out, (char)state);
	eh_buf_zigzag(out, pane_us);
	eh_buf_put(out, content.at, content.n);
}

static bool note_wins(struct eh_tracked *t, const struct eh_tracked_entry *e, const struct eh_tracked_note *note,
                      enum eh_tracked_state state)
{
	if (e->state == EH_TRACKED_NONE)
		return true;
	if (note->version != e->version || t->id_unique)
		return note->version >= e->version;
	eh_buf_reset(&t->again);
	put_comparable(&t->again, state, note->pane_us, text_of(t, note->content));
	size_t n = t->again.len;
	put_comparable(&t->again, e->state, e->pane_us, text_of(t, e->content));
	struct eh_text new = {t->again.data, n}, old = {t->again.data + n, t->again.len - n};
	return eh_tracked_wins(note->version, new, e->version, old, false);
}

/* The decision that an entry stands for, with its outcome. */
static enum eh_rc decision_of(const struct settling *s, const struct eh_tracked_entry *e, struct eh_decision *out)
{
	enum eh_rc rc = eh_tracked_decision(s->t->map, text_of(s->t, e->content), e->pane_us, out, s->err);

	if (rc == EH_OK && s->t->map->outcomes != NULL) {
		out->has_outcome = e->outcome != EH_TRACKED_NO_OUTCOME;
		out->outcome_adverse = e->outcome == EH_TRACKED_ADVERSE;
	}
	return rc;
}

static enum eh_rc add_row(const struct settling *s, const struct eh_tracked_entry *e, struct eh_tracked_span id,
                          enum eh_gather_fate fate)
{
	struct eh_decision decision;
	enum eh_rc rc = decision_of(s, e, &decision);

	if (rc != EH_OK)
		return rc;
	decision.id = text_of(s->t, id);
	eh_delta_add(s->delta, &decision, fate);
	s->rows[fate]++;
	return EH_OK;
}

static enum eh_rc take_row(const struct settling *s, const struct eh_tracked_entry *e, enum eh_gather_other why)
{
	struct eh_decision decision;
	enum eh_rc rc = e->state == EH_TRACKED_COUNTED ? decision_of(s, e, &decision) : EH_OK;

	if (rc == EH_OK && e->state == EH_TRACKED_COUNTED)
		eh_delta_take(s->delta, &decision, why);
	return rc;
}

/* The row stands on the list of those set aside no more. */
static void settle_aside(const struct settling *s, struct eh_tracked_entry *e, struct eh_tracked_span id)
{
	struct eh_tracked_write *w = s->write;
	struct eh_text text = text_of(s->t, id);

	if ((w->settles & (w->settles - 1)) == 0)
		w->settled = eh_xrealloc(w->settled, w->settles == 0 ? 1 : 2 * w->settles, sizeof *w->settled);
	w->settled[w->settles++] = eh_arena_strndup(w->home, text.at, text.n);
	e->settled = w->settles;
}

/* It is set aside again before that was written: then it stands on the list as it did. */
static bool unsettle(const struct settling *s, struct eh_tracked_entry *e)
{
	if (e->settled == 0)
		return false;
	s->write->settled[e->settled - 1] = NULL;
	e->settled = 0;
	return true;
}

static void replace(struct eh_tracked_entry *e, const struct eh_tracked_note *note, enum eh_tracked_state state)
{
	e->state = state;
	e->version = note->version;
	e->pane_us = note->pane_us;
	e->content = note->content;
	e->changed = true;
}

static enum eh_rc settle_add(const struct settling *s, struct eh_tracked_entry *e, const struct eh_tracked_note *note)
{
	bool counted = e->state == EH_TRACKED_COUNTED, aside = e->state == EH_TRACKED_ASIDE;
	bool wins = note_wins(s->t, e, note, EH_TRACKED_COUNTED);

	if (!wins || (counted && e->pane_us == note->pane_us && order(text_of(s->t, e->content), text_of(s->t, note->content)) == 0)) {
		e->changed = e->changed || (wins && e->version != note->version);
		e->version = wins ? note->version : e->version;
		eh_delta_repeated(s->delta, 1);
		return EH_OK;
	}
	enum eh_rc rc = take_row(s, e, EH_GATHER_CORRECTED);
	if (rc != EH_OK)
		return rc;
	if (aside)
		settle_aside(s, e, note->id);
	replace(e, note, EH_TRACKED_COUNTED);
	return add_row(s, e, note->id, note->fate);
}

static enum eh_rc settle_set_aside(const struct settling *s, struct eh_tracked_entry *e, const struct eh_tracked_note *note)
{
	struct eh_tracked *t = s->t;
	bool again = e->state == EH_TRACKED_ASIDE;

	if (!note_wins(t, e, note, EH_TRACKED_ASIDE)) {
		eh_delta_repeated(s->delta, 1);
		return EH_OK;
	}
	enum eh_rc rc = take_row(s, e, EH_GATHER_TAKEN);
	if (rc != EH_OK)
		return rc;
	replace(e, note, EH_TRACKED_ASIDE);
	if (again || unsettle(s, e)) {
		eh_delta_repeated(s->delta, 1);
		return EH_OK;
	}
	eh_delta_set_aside(s->delta, text_of(t, note->id), (enum eh_decision_reason)t->bytes.data[note->content.at],
	                   t->bytes.data + note->sentence.at);
	s->rows[EH_GATHER_SET_ASIDE]++;
	return EH_OK;
}

static enum eh_rc settle_take(const struct settling *s, struct eh_tracked_entry *e, const struct eh_tracked_note *note)
{
	enum eh_rc rc = take_row(s, e, EH_GATHER_TAKEN);

	if (rc != EH_OK || e->state == EH_TRACKED_NONE)
		return rc;
	if (e->state == EH_TRACKED_ASIDE)
		settle_aside(s, e, note->id);
	e->state = EH_TRACKED_NONE;
	e->version = e->pane_us = INT64_MIN;
	e->content.n = 0;
	e->changed = true;
	return EH_OK;
}

static bool outcome_wins(const struct eh_tracked *t, const struct eh_tracked_entry *e, const struct eh_tracked_note *note)
{
	if (e->outcome == EH_TRACKED_NO_OUTCOME || note->outcome_at_us > e->outcome_at_us)
		return true;
	if (note->outcome_at_us < e->outcome_at_us)
		return false;
	return note->outcome > e->outcome || (t->outcome_unique && note->outcome != e->outcome);
}

/* The decision's own time says which fate it has now; of it only the pane is known. */
static enum eh_rc settle_outcome(const struct settling *s, struct eh_tracked_entry *e, const struct eh_tracked_note *note)
{
	bool counted = e->state == EH_TRACKED_COUNTED, same = e->outcome == note->outcome;

	if (!outcome_wins(s->t, e, note)) {
		eh_delta_repeated(s->delta, 1);
		return EH_OK;
	}
	enum eh_rc rc = counted && !same ? take_row(s, e, EH_GATHER_CORRECTED) : EH_OK;
	if (rc != EH_OK)
		return rc;
	e->outcome = note->outcome;
	e->outcome_at_us = note->outcome_at_us;
	e->changed = true;
	if (!counted || same)
		return EH_OK;
	return add_row(s, e, note->id, eh_gather_fate_of(s->clock, e->pane_us));
}

static enum eh_rc settle_note(const struct settling *s, const struct eh_tracked_note *note)
{
	struct eh_tracked_entry *e = &s->t->entry[note->entry];

	switch (note->kind) {
	case EH_TRACKED_ADD:
		return settle_add(s, e, note);
	case EH_TRACKED_SET_ASIDE:
		return settle_set_aside(s, e, note);
	case EH_TRACKED_TAKE:
		return settle_take(s, e, note);
	case EH_TRACKED_OUTCOME:
		break;
	}
	return settle_outcome(s, e, note);
}

static void forget_batch(struct eh_tracked *t)
{
	memset(t->slot, 0, t->slots * sizeof *t->slot);
	t->entries = t->asks = t->notes = 0;
	eh_buf_reset(&t->bytes);
}

enum eh_rc eh_tracked_settle(struct eh_tracked *t, struct eh_pg *store, struct eh_delta *delta, const struct eh_gather_clock *clock,
                             int64_t rows[EH_GATHER_FATES], const struct eh_tracked_write **write, struct eh_err *err)
{
	struct eh_tracked_write *w = &t->write[t->which];
	struct settling s = {t, delta, clock, rows, w, err};
	enum eh_rc rc = t->asks > 0 ? eh_tracked_ask(t, store, err) : EH_OK;

	t->which = 1 - t->which;
	if (w->home == NULL)
		w->home = eh_arena_new();
	eh_arena_reset(w->home);
	w->settles = 0;
	for (size_t i = 0; rc == EH_OK && i < t->notes; i++)
		rc = settle_note(&s, &t->note[i]);
	if (rc != EH_OK)
		return eh_while(err, "source %s", t->map->source);
	eh_tracked_make_write(t, w);
	forget_batch(t);
	*write = w;
	return EH_OK;
}
