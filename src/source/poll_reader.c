/*
 * poll_reader.c - a poll reader as gather knows readers: a snapshot's difference is a reading; see reader.h.
 */
#include <stdio.h>

#include "source/poll.h"

struct poll_reader {
	struct eh_source_reader reader; /* first: it is what gather holds */
	struct eh_poll *poll;
	struct eh_pg *pg;
	const struct eh_map *map;
	struct eh_change change;
};

static struct poll_reader *self(struct eh_source_reader *reader)
{
	return (struct poll_reader *)reader;
}

static enum eh_rc begin(struct eh_source_reader *reader, const struct eh_position *from, struct eh_err *err)
{
	return eh_poll_begin(self(reader)->poll, from, err);
}

static enum eh_rc begin_again(struct eh_source_reader *reader, const struct eh_position *place, struct eh_err *err)
{
	return eh_poll_begin_again(self(reader)->poll, place, false, err);
}

static enum eh_rc next(struct eh_source_reader *reader, const struct eh_change **change, struct eh_err *err)
{
	struct poll_reader *p = self(reader);
	enum eh_rc rc = eh_poll_next(p->poll, &p->change.row, err);

	*change = p->change.row != NULL ? &p->change : NULL;
	return rc;
}

static enum eh_rc end(struct eh_source_reader *reader, struct eh_err *err)
{
	return eh_poll_end(self(reader)->poll, err);
}

static enum eh_rc follow(struct eh_source_reader *reader, struct eh_err *err)
{
	struct poll_reader *p = self(reader);
	char channel[128];

	if (!eh_poll_hears(p->poll))
		return EH_OK;
	(void)snprintf(channel, sizeof channel, "evenhand_%s", p->map->source);
	return eh_pg_listen(p->pg, channel, err);
}

static enum eh_rc wait_for_notice(struct eh_source_reader *reader, int ms, struct eh_err *err)
{
	bool notified;

	return eh_pg_wait(self(reader)->pg, ms, &notified, err);
}

static void use_scenario(struct eh_source_reader *reader)
{
	eh_poll_use_scenario(self(reader)->poll);
}

static struct eh_position *position(struct eh_source_reader *reader)
{
	return eh_poll_position(self(reader)->poll);
}

static int64_t clock_us(const struct eh_source_reader *reader)
{
	return eh_poll_clock_us(((const struct poll_reader *)reader)->poll);
}

/* Each reading is of everything that its snapshot sees. */
static bool caught_up(const struct eh_source_reader *reader)
{
	(void)reader;
	return true;
}

static bool id_is_unique(const struct eh_source_reader *reader)
{
	return eh_poll_id_is_unique(((const struct poll_reader *)reader)->poll);
}

static void close_poll(struct eh_source_reader *reader)
{
	eh_poll_close(self(reader)->poll);
}

static const struct eh_reader_ops ops = {.begin = begin,
                                         .begin_again = begin_again,
                                         .next = next,
                                         .end = end,
                                         .follow = follow,
                                         .wait = wait_for_notice,
                                         .use_scenario = use_scenario,
                                         .position = position,
                                         .clock_us = clock_us,
                                         .proven_us = clock_us,
                                         .caught_up = caught_up,
                                         .id_is_unique = id_is_unique,
                                         .close = close_poll};

enum eh_rc eh_poll_reader_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                               const struct eh_reader_options *options, struct eh_source_reader **out, struct eh_err *err)
{
	struct poll_reader *p = eh_arena_zalloc(arena, 1, sizeof *p);
	enum eh_rc rc = eh_poll_open(arena, pg, map, &p->poll, err);

	*out = NULL;
	if (rc != EH_OK)
		return rc;
	eh_poll_use_connections(p->poll, options->connections);
	p->reader.ops = &ops;
	p->pg = pg;
	p->map = map;
	p->change = (struct eh_change){.kind = EH_CHANGE_ADD, .n = 1};
	*out = &p->reader;
	return EH_OK;
}
