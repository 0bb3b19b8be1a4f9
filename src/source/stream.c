/*
 * stream.c - see stream.h: the reader as gather holds it.
 */
#include "source/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "source/stream_part.h"

static struct eh_stream *self(struct eh_source_reader *reader)
{
	return (struct eh_stream *)reader;
}

static bool in_history(const struct eh_stream *s)
{
	return s->to_make || s->copying || s->position.kind == EH_POSITION_BACKFILL;
}

static enum eh_rc begin(struct eh_source_reader *reader, const struct eh_position *from, struct eh_err *err)
{
	struct eh_stream *s = self(reader);
	enum eh_rc rc = EH_OK;

	if (from->kind != EH_POSITION_STREAM)
		return eh_stream_begin_history(s, from, err);
	if (s->link == NULL)
		rc = eh_stream_resume(s, from, err);
	return rc == EH_OK ? eh_stream_begin_live(s, err) : rc;
}

static enum eh_rc next(struct eh_source_reader *reader, const struct eh_change **change, struct eh_err *err)
{
	struct eh_stream *s = self(reader);

	*change = NULL;
	if (s->compares)
		return eh_stream_next_again(s, change, err);
	return in_history(s) ? eh_stream_next_copied(s, change, err) : eh_stream_next_live(s, change, err);
}

static enum eh_rc prepare_again(struct eh_source_reader *reader, struct eh_err *err)
{
	return eh_stream_prepare_again(self(reader), err);
}

static bool reaches(const struct eh_source_reader *reader, const struct eh_position *place)
{
	return eh_stream_reaches((const struct eh_stream *)reader, place);
}

static enum eh_rc begin_again(struct eh_source_reader *reader, const struct eh_position *place, struct eh_err *err)
{
	return eh_stream_begin_again(self(reader), place, err);
}

static enum eh_rc end(struct eh_source_reader *reader, struct eh_err *err)
{
	struct eh_stream *s = self(reader);

	if (s->link != NULL || s->changing)
		return EH_OK; /* the stream goes on: the next reading begins where this one ends */
	return eh_stream_end_history(s, err);
}

static enum eh_rc follow(struct eh_source_reader *reader, struct eh_err *err)
{
	(void)reader;
	(void)err;
	return EH_OK;
}

static enum eh_rc wait_for_data(struct eh_source_reader *reader, int ms, struct eh_err *err)
{
	return eh_replication_wait(self(reader)->link, ms, err);
}

static void use_scenario(struct eh_source_reader *reader)
{
	self(reader)->scenario = true;
}

static struct eh_position *position(struct eh_source_reader *reader)
{
	return &self(reader)->position;
}

static int64_t clock_us(const struct eh_source_reader *reader)
{
	return ((const struct eh_stream *)reader)->clock_us;
}

static int64_t proven_us(const struct eh_source_reader *reader)
{
	return ((const struct eh_stream *)reader)->proven_us;
}

static bool caught_up(const struct eh_source_reader *reader)
{
	return ((const struct eh_stream *)reader)->caught_up;
}

static bool id_is_unique(const struct eh_source_reader *reader)
{
	return ((const struct eh_stream *)reader)->id_unique;
}

static enum eh_rc durable(struct eh_source_reader *reader, const struct eh_position *place, struct eh_err *err)
{
	struct eh_stream *s = self(reader);

	if (s->link == NULL || place->kind != EH_POSITION_STREAM || place->lsn <= s->stored)
		return EH_OK;
	s->stored = place->lsn;
	bool due = s->stored - s->told > (1 << 20) || eh_time_steady_us() - s->told_us > EH_SECOND_US;
	return due ? eh_stream_tell_stored(s, false, err) : EH_OK;
}

static enum eh_rc look(struct eh_source_reader *reader, const struct eh_reader_state **out, struct eh_err *err)
{
	return eh_stream_read_state(self(reader), out, err);
}

static const char *gap(const struct eh_source_reader *reader)
{
	const struct eh_stream *s = (const struct eh_stream *)reader;

	return s->gap[0] != '\0' ? s->gap : NULL;
}

static void accept_gap(struct eh_source_reader *reader)
{
	self(reader)->accepts_gap = true;
}

static const char *advice(struct eh_source_reader *reader)
{
	struct eh_stream *s = self(reader);
	const char *said = s->advised ? NULL : s->advice;

	s->advised = true;
	return said;
}

static void free_image(const struct eh_stream *s, struct eh_stream_image *image)
{
	for (size_t i = 0; i < s->map->columns_n; i++)
		eh_buf_free(&image->scratch[i]);
}

static void close_stream(struct eh_source_reader *reader)
{
	struct eh_stream *s = self(reader);

	eh_replication_close(s->link);
	PQfreemem(s->message);
	free(s->decoded);
	eh_position_free(&s->position);
	eh_position_free(&s->place);
	free_image(s, &s->now);
	free_image(s, &s->was);
}

static const struct eh_reader_ops ops = {.begin = begin,
                                         .next = next,
                                         .end = end,
                                         .follow = follow,
                                         .wait = wait_for_data,
                                         .use_scenario = use_scenario,
                                         .position = position,
                                         .clock_us = clock_us,
                                         .proven_us = proven_us,
                                         .caught_up = caught_up,
                                         .id_is_unique = id_is_unique,
                                         .close = close_stream,
                                         .begin_again = begin_again,
                                         .prepare_again = prepare_again,
                                         .reaches = reaches,
                                         .durable = durable,
                                         .look = look,
                                         .gap = gap,
                                         .accept_gap = accept_gap,
                                         .advice = advice};

static struct eh_stream_image make_image(struct eh_stream *s)
{
	size_t n = s->map->columns_n;
	struct eh_field *fields = eh_arena_zalloc(s->arena, n, sizeof *fields);

	return (struct eh_stream_image){.row = {.fields = fields, .utf8_known = s->utf8_known},
	                                .fields = fields,
	                                .scratch = eh_arena_zalloc(s->arena, n, sizeof(struct eh_buf))};
}

enum eh_rc eh_stream_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                          const struct eh_reader_options *options, struct eh_source_reader **out, struct eh_err *err)
{
	struct eh_stream *s = eh_arena_zalloc(arena, 1, sizeof *s);
	const char *name = eh_arena_printf(arena, "evenhand_%s", map->source);

	*out = NULL;
	*s = (struct eh_stream){.reader = {.ops = &ops}, .arena = arena, .pg = pg, .map = map, .options = *options,
	                        .clock_us = INT64_MIN, .proven_us = INT64_MIN};
	s->slot = map->slot != NULL ? map->slot : name;
	s->publication = map->publication != NULL ? map->publication : name;
	s->table_name = eh_arena_printf(arena, "%s.%s", eh_pg_quote_ident(arena, map->schema), eh_pg_quote_ident(arena, map->table));
	s->forms = eh_arena_zalloc(arena, map->columns_n, sizeof *s->forms);
	s->column = eh_arena_zalloc(arena, map->columns_n, sizeof *s->column);
	enum eh_rc rc = eh_stream_look_at_table(s, err);
	if (rc != EH_OK && eh_source_is_denied(pg, err))
		return eh_source_while_reading(pg, map, err);
	if (rc != EH_OK)
		return eh_while(err, "source %s", map->source);
	s->decoded = eh_xmalloc(sizeof *s->decoded);
	s->now = make_image(s);
	s->was = make_image(s);
	*out = &s->reader;
	return EH_OK;
}
