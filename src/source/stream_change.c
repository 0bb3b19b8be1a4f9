/*
 * stream_change.c - from a decoded message to a change of the decision log; see stream.h.
 */
#include <stdio.h>
#include <string.h>

#include "source/stream_part.h"

/* What cannot be counted leaves a hole that a person must accept; the place stays before it. */
static enum eh_rc refuse(struct eh_stream *s, const char *remedy, struct eh_err *err)
{
	(void)eh_fail(err, EH_REFUSED, "data gap: %s", s->gap);
	return eh_hint(err, "%s; then, as what was written before is lost: evenhand source accept-gap %s --reason TEXT", remedy,
	               s->map->source);
}

/* ---- the table as the stream describes it ------------------------------------------- */

static int find_column(const struct eh_pgoutput *relation, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < relation->columns_n; i++)
		if (relation->columns[i].name.n == n && memcmp(relation->columns[i].name.at, name, n) == 0)
			return (int)i;
	return -1;
}

static enum eh_rc describe_column(struct eh_stream *s, size_t i, struct eh_err *err)
{
	const struct eh_pgoutput *relation = s->decoded;
	struct eh_stream_column *column = &s->column[i];
	const struct eh_stream_known *known = NULL;

	column->at = find_column(relation, s->map->columns[i].name);
	if (column->at < 0) {
		(void)snprintf(s->undescribed, sizeof s->undescribed,
		               "rows of %s.%s come without the column \"%s\": it was dropped or renamed, or is not published",
		               s->map->schema, s->map->table, s->map->columns[i].name);
		return EH_OK;
	}
	enum eh_rc rc = eh_stream_type_of(s->pg, relation->columns[column->at].type, s->known, &s->known_n, &known, err);
	if (rc == EH_OK) {
		column->type = known->type;
		column->form = eh_poll_form_of(s->map, (int)i, known->name);
	}
	return rc;
}

enum eh_rc eh_stream_describe(struct eh_stream *s, bool *needs_text, struct eh_err *err)
{
	*needs_text = false;
	s->described = false;
	s->undescribed[0] = '\0';
	for (size_t i = 0; i < s->map->columns_n; i++) {
		enum eh_rc rc = describe_column(s, i, err);

		if (rc != EH_OK || s->undescribed[0] != '\0')
			return rc;
		*needs_text = *needs_text || (!s->text && !eh_stream_reads_binary(&s->column[i]));
	}
	s->id_is_key = s->decoded->columns[s->column[s->map->id].at].key;
	s->described = true;
	return EH_OK;
}

/* ---- rows ------------------------------------------------------------------------------ */

static enum eh_rc read_image(struct eh_stream *s, const struct eh_pgoutput_value *values, size_t n,
                             struct eh_stream_image *image, struct eh_err *err)
{
	for (size_t i = 0; i < s->map->columns_n; i++) {
		const struct eh_stream_column *column = &s->column[i];

		if ((size_t)column->at >= n)
			return eh_fail(err, EH_REFUSED, "the stream holds a row of %zu columns, fewer than it described", n);
		const struct eh_pgoutput_value *value = &values[column->at];
		if (value->form == EH_PGOUTPUT_UNCHANGED) {
			(void)snprintf(s->gap, sizeof s->gap, "an UPDATE of %s.%s came without the large value of column \"%s\"",
			               s->map->schema, s->map->table, s->map->columns[i].name);
			return refuse(s, "as the table's owner run: ALTER TABLE ... REPLICA IDENTITY FULL", err);
		}
		enum eh_rc rc = eh_stream_read(column, value, &image->scratch[i], &image->fields[i], err);
		if (rc != EH_OK)
			return rc;
	}
	return EH_OK;
}

/* A large value that the UPDATE did not touch stands in the old row. */
static void fill_unchanged(struct eh_pgoutput *m)
{
	for (size_t i = 0; i < m->values_n; i++)
		if (m->values[i].form == EH_PGOUTPUT_UNCHANGED)
			m->values[i] = m->olds[i];
}

static bool tracked(const struct eh_stream *s)
{
	return s->map->identity == EH_MAP_IDENTITY_TRACKED;
}

static enum eh_rc refuse_without_old(struct eh_stream *s, const char *what, struct eh_err *err)
{
	(void)snprintf(s->gap, sizeof s->gap, "%s of %s.%s came without the old row, so it cannot be taken off", what,
	               s->map->schema, s->map->table);
	return refuse(s, "as the table's owner run: ALTER TABLE ... REPLICA IDENTITY FULL (or use `identity: tracked` in a new source)",
	              err);
}

/* Of a row that came by its replica identity only: whether its id is part of that.  What is part of it is never null. */
static bool old_has_id(const struct eh_stream *s)
{
	const struct eh_pgoutput *m = s->decoded;
	size_t at = (size_t)s->column[s->map->id].at;

	return at < m->olds_n && m->olds[at].form != EH_PGOUTPUT_NULL;
}

static bool same_images(const struct eh_stream *s)
{
	for (size_t i = 0; i < s->map->columns_n; i++)
		if (!eh_stream_same(&s->now.fields[i], &s->was.fields[i]))
			return false;
	return true;
}

static enum eh_rc refuse_without_id(struct eh_stream *s, const char *what, struct eh_err *err)
{
	(void)snprintf(s->gap, sizeof s->gap, "%s of %s.%s came without the id, which is no part of its replica identity", what,
	               s->map->schema, s->map->table);
	return refuse(s, "as the table's owner run: ALTER TABLE ... REPLICA IDENTITY FULL", err);
}

static enum eh_rc make_update(struct eh_stream *s, bool *any, struct eh_err *err)
{
	struct eh_pgoutput *m = s->decoded;
	bool whole = m->old == EH_PGOUTPUT_OLD_ROW;
	enum eh_rc rc = EH_OK;

	if (!whole && !tracked(s))
		return refuse_without_old(s, "an UPDATE", err);
	if (!whole && !s->id_is_key)
		return refuse_without_id(s, "an UPDATE", err); /* it may have changed the id */
	s->change = (struct eh_change){.kind = EH_CHANGE_REPLACE, .row = &s->now.row, .n = 1};
	if (whole)
		fill_unchanged(m);
	/* The id that a key had before is the id that was counted. */
	if (whole || old_has_id(s)) {
		rc = read_image(s, m->olds, m->olds_n, &s->was, err);
		s->change.old = &s->was.row;
	}
	if (rc == EH_OK)
		rc = read_image(s, m->values, m->values_n, &s->now, err);
	*any = rc == EH_OK && !(whole && same_images(s)); /* a column that is not mapped was changed */
	return rc;
}

static enum eh_rc make_delete(struct eh_stream *s, struct eh_err *err)
{
	const struct eh_pgoutput *m = s->decoded;

	if (m->old != EH_PGOUTPUT_OLD_ROW && !tracked(s))
		return refuse_without_old(s, "a DELETE", err);
	if (m->old != EH_PGOUTPUT_OLD_ROW && !old_has_id(s))
		return refuse_without_id(s, "a DELETE", err);
	s->change = (struct eh_change){.kind = EH_CHANGE_TAKE, .old = &s->was.row, .n = 1};
	return read_image(s, m->olds, m->olds_n, &s->was, err);
}

enum eh_rc eh_stream_make_change(struct eh_stream *s, const struct eh_change **change, struct eh_err *err)
{
	const struct eh_pgoutput *m = s->decoded;
	enum eh_rc rc = EH_OK;
	bool any = true;

	if (m->kind == EH_PGOUTPUT_TRUNCATE) {
		s->change = (struct eh_change){.kind = EH_CHANGE_TRUNCATE, .n = 1};
	} else if (!s->described && s->undescribed[0] != '\0') {
		(void)snprintf(s->gap, sizeof s->gap, "%s", s->undescribed);
		return refuse(s, "give the table the column back, or add it to the publication's list", err);
	} else if (!s->described) {
		return eh_fail(err, EH_REFUSED, "the stream holds a row of %s.%s before it described the table", s->map->schema,
		               s->map->table);
	} else if (m->kind == EH_PGOUTPUT_INSERT) {
		s->change = (struct eh_change){.kind = EH_CHANGE_ADD, .row = &s->now.row, .n = 1};
		rc = read_image(s, m->values, m->values_n, &s->now, err);
	} else if (m->kind == EH_PGOUTPUT_UPDATE) {
		rc = make_update(s, &any, err);
	} else {
		rc = make_delete(s, err);
	}
	*change = rc == EH_OK && any ? &s->change : NULL;
	return rc;
}
