/*
 * position.c - see position.h.
 */
#include "source/position.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pg/replication.h"

bool eh_position_snapshot_ok(const char *text, size_t n, uint64_t *xmax)
{
	size_t colons = 0;
	uint64_t number = 0;

	for (size_t i = 0; i < n; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (text[i] == ':') {
			if (i == 0 || ++colons > 2)
				return false;
			if (colons == 2 && xmax != NULL)
				*xmax = number;
			number = 0;
		} else if (digit) {
			number = number * 10 + (uint64_t)(text[i] - '0');
		} else if (text[i] != ',' || colons != 2) {
			return false;
		}
	}
	return colons == 2;
}

static void format_stream(const struct eh_position *p, struct eh_buf *out)
{
	char lsn[EH_PG_LSN_TEXT], commit[EH_PG_LSN_TEXT];

	eh_pg_lsn_format(p->lsn, lsn);
	eh_pg_lsn_format(p->commit, commit);
	if (p->kind == EH_POSITION_BACKFILL)
		eh_buf_printf(out, "backfill %" PRIu64 " %u %s %s %u %" PRId64 " %" PRId64, p->system, p->timeline, p->slot, lsn,
		              p->table, p->start_us, p->last_us);
	else
		eh_buf_printf(out, "stream %" PRIu64 " %u %s %s %u %s %" PRIu64, p->system, p->timeline, p->slot, lsn, p->table, commit,
		              p->ordinal);
}

static void format_ranges(const struct eh_position *p, struct eh_buf *out)
{
	for (uint32_t i = 0; i < p->ranges; i++) {
		const struct eh_position_range *r = &p->range[i];

		eh_buf_printf(out, " %u-%u:", r->from, r->end);
		if (r->whole)
			eh_buf_puts(out, "all");
		else
			eh_buf_printf(out, "%u,%u", r->block, r->offset);
	}
}

static const char outcomes_mark[] = " + ";

static void format_one(const struct eh_position *p, struct eh_buf *out)
{
	switch (p->kind) {
	case EH_POSITION_HISTORY:
		eh_buf_printf(out, "history %s %u %u %u,%u %" PRId64 " %" PRId64, p->snapshot.data, p->table, p->filenode, p->block,
		              p->offset, p->start_us, p->last_us);
		format_ranges(p, out);
		return;
	case EH_POSITION_WHOLE:
		eh_buf_printf(out, "whole %s %u", p->snapshot.data, p->table);
		return;
	case EH_POSITION_DELTA:
		eh_buf_printf(out, "delta %s %u %u %u,%u %s %" PRIu64 " %" PRId64 " %" PRId64, p->snapshot.data, p->table, p->filenode,
		              p->block, p->offset, p->until.data, p->xid, p->start_us, p->last_us);
		return;
	case EH_POSITION_BACKFILL:
	case EH_POSITION_STREAM:
		format_stream(p, out);
		return;
	case EH_POSITION_PUSH:
		eh_buf_printf(out, "push %s %u %s %" PRId64 " %u %u %u,%u %" PRId64 " %" PRId64 " %" PRId64, p->snapshot.data, p->table,
		              p->until.len > 0 ? p->until.data : "-", p->pane_us, p->leaf, p->filenode, p->block, p->offset, p->start_us,
		              p->last_us, p->edge_us);
		return;
	case EH_POSITION_ONCE:
		eh_buf_printf(out, "once %u %" PRId64, p->table, p->start_us);
		return;
	case EH_POSITION_NONE:
		break;
	}
	EH_ASSERT(false && "a position that says nothing is not written");
}

void eh_position_format(const struct eh_position *p, struct eh_buf *out)
{
	format_one(p, out);
	if (p->outcomes.len > 0)
		eh_buf_printf(out, "%s%s", outcomes_mark, p->outcomes.data);
}

/* Takes the next word of *at, which ends at a space or the text's end. */
static bool word(const char **at, const char **start, size_t *n)
{
	*start = *at;
	*n = strcspn(*at, " ");
	*at += *n;
	if (**at == ' ')
		(*at)++;
	return *n > 0;
}

static bool read_snapshot(const char **at, struct eh_buf *out)
{
	const char *start;
	size_t n;

	if (!word(at, &start, &n) || !eh_position_snapshot_ok(start, n, NULL))
		return false;
	eh_buf_reset(out);
	eh_buf_put(out, start, n);
	return true;
}

/* One stretch, as the next word: it begins where the last one ended, and its place lies within. */
static bool read_range(const char **at, uint32_t from, struct eh_position_range *r)
{
	int end = -1;

	*r = (struct eh_position_range){0};
	if (sscanf(*at, " %" SCNu32 "-%" SCNu32 ":%n", &r->from, &r->end, &end) != 2 || end < 0 || r->from != from || r->end <= from)
		return false;
	*at += end;
	r->block = r->from;
	r->whole = strncmp(*at, "all", 3) == 0;
	end = r->whole ? 3 : -1;
	if (!r->whole && sscanf(*at, "%" SCNu32 ",%" SCNu16 "%n", &r->block, &r->offset, &end) != 2)
		return false;
	*at += end;
	return r->block >= from && r->block < r->end;
}

static bool read_ranges(const char *at, struct eh_position *p)
{
	uint32_t from = 0;

	for (p->ranges = 0; *at != '\0'; p->ranges++) {
		if (p->ranges == EH_POSITION_RANGES_MAX || !read_range(&at, from, &p->range[p->ranges]))
			return false;
		from = p->range[p->ranges].end;
	}
	return p->ranges == 0 || (from == UINT32_MAX && p->block == 0 && p->offset == 0);
}

static bool read_history(const char *at, struct eh_position *p)
{
	int end = -1;

	return read_snapshot(&at, &p->snapshot) &&
	       sscanf(at, "%" SCNu32 " %" SCNu32 " %" SCNu32 ",%" SCNu16 " %" SCNd64 " %" SCNd64 "%n", &p->table, &p->filenode,
	              &p->block, &p->offset, &p->start_us, &p->last_us, &end) == 6 &&
	       end >= 0 && read_ranges(at + end, p);
}

static bool read_whole(const char *at, struct eh_position *p)
{
	int end = -1;

	return read_snapshot(&at, &p->snapshot) && sscanf(at, "%" SCNu32 "%n", &p->table, &end) == 1 && end >= 0 && at[end] == '\0';
}

/* XID START_US LAST_US; of the two that came later, both or none. */
static bool read_delta_end(const char *at, struct eh_position *p)
{
	int end = -1;

	p->start_us = p->last_us = INT64_MIN;
	if (sscanf(at, "%" SCNu64 "%n", &p->xid, &end) != 1 || end < 0)
		return false;
	if (at[end] == '\0')
		return true;
	at += end;
	end = -1;
	return sscanf(at, " %" SCNd64 " %" SCNd64 "%n", &p->start_us, &p->last_us, &end) == 2 && end >= 0 && at[end] == '\0';
}

static bool read_delta(const char *at, struct eh_position *p)
{
	int end = -1;

	if (!read_snapshot(&at, &p->snapshot) ||
	    sscanf(at, "%" SCNu32 " %" SCNu32 " %" SCNu32 ",%" SCNu16 " %n", &p->table, &p->filenode, &p->block, &p->offset,
	           &end) != 4 ||
	    end < 0)
		return false;
	at += end;
	return read_snapshot(&at, &p->until) && read_delta_end(at, p);
}

/* A place in the log, as the next word. */
static bool read_lsn(const char **at, uint64_t *out)
{
	const char *start;
	char text[EH_PG_LSN_TEXT];
	size_t n;

	if (!word(at, &start, &n) || n >= sizeof text)
		return false;
	memcpy(text, start, n);
	text[n] = '\0';
	return eh_pg_lsn_parse(text, out);
}

static bool read_slot(const char **at, struct eh_position *p)
{
	const char *start;
	size_t n;
	int end = -1;

	if (sscanf(*at, "%" SCNu64 " %" SCNu32 " %n", &p->system, &p->timeline, &end) != 2 || end < 0)
		return false;
	*at += end;
	if (!word(at, &start, &n) || n >= sizeof p->slot)
		return false;
	memcpy(p->slot, start, n);
	p->slot[n] = '\0';
	end = -1;
	if (!read_lsn(at, &p->lsn) || sscanf(*at, "%" SCNu32 " %n", &p->table, &end) != 1 || end < 0)
		return false;
	*at += end;
	return true;
}

static bool read_backfill(const char *at, struct eh_position *p)
{
	int end = -1;

	return read_slot(&at, p) && sscanf(at, "%" SCNd64 " %" SCNd64 "%n", &p->start_us, &p->last_us, &end) == 2 && end >= 0 &&
	       at[end] == '\0';
}

static bool read_stream(const char *at, struct eh_position *p)
{
	int end = -1;

	p->start_us = p->last_us = INT64_MIN;
	return read_slot(&at, p) && read_lsn(&at, &p->commit) && sscanf(at, "%" SCNu64 "%n", &p->ordinal, &end) == 1 && end >= 0 &&
	       at[end] == '\0';
}

static bool read_push(const char *at, struct eh_position *p)
{
	int end = -1;

	if (!read_snapshot(&at, &p->snapshot) || sscanf(at, "%" SCNu32 " %n", &p->table, &end) != 1 || end < 0)
		return false;
	at += end;
	eh_buf_reset(&p->until);
	if (at[0] == '-' && at[1] == ' ')
		at += 2;
	else if (!read_snapshot(&at, &p->until))
		return false;
	end = -1;
	return sscanf(at, "%" SCNd64 " %" SCNu32 " %" SCNu32 " %" SCNu32 ",%" SCNu16 " %" SCNd64 " %" SCNd64 " %" SCNd64 "%n", &p->pane_us,
	              &p->leaf, &p->filenode, &p->block, &p->offset, &p->start_us, &p->last_us, &p->edge_us, &end) == 8 &&
	       end >= 0 && at[end] == '\0';
}

static bool read_once(const char *at, struct eh_position *p)
{
	int end = -1;

	return sscanf(at, "%" SCNu32 " %" SCNd64 "%n", &p->table, &p->start_us, &end) == 2 && end >= 0 && at[end] == '\0';
}

static enum eh_rc parse_one(const char *text, struct eh_position *out, struct eh_err *err)
{
	const char *at = text, *start;
	size_t n;
	bool ok = word(&at, &start, &n);

	if (ok && n == 7 && memcmp(start, "history", n) == 0) {
		out->kind = EH_POSITION_HISTORY;
		ok = read_history(at, out);
	} else if (ok && n == 5 && memcmp(start, "whole", n) == 0) {
		out->kind = EH_POSITION_WHOLE;
		ok = read_whole(at, out);
	} else if (ok && n == 5 && memcmp(start, "delta", n) == 0) {
		out->kind = EH_POSITION_DELTA;
		ok = read_delta(at, out);
	} else if (ok && n == 8 && memcmp(start, "backfill", n) == 0) {
		out->kind = EH_POSITION_BACKFILL;
		ok = read_backfill(at, out);
	} else if (ok && n == 6 && memcmp(start, "stream", n) == 0) {
		out->kind = EH_POSITION_STREAM;
		ok = read_stream(at, out);
	} else if (ok && n == 4 && memcmp(start, "push", n) == 0) {
		out->kind = EH_POSITION_PUSH;
		ok = read_push(at, out);
	} else if (ok && n == 4 && memcmp(start, "once", n) == 0) {
		out->kind = EH_POSITION_ONCE;
		ok = read_once(at, out);
	} else {
		ok = false;
	}
	if (!ok)
		return eh_fail(err, EH_REFUSED, "the stored position \"%.80s\" is not one that this program writes", text);
	return EH_OK;
}

bool eh_position_is_rest(const struct eh_position *p)
{
	return p->kind == EH_POSITION_DELTA || (p->kind == EH_POSITION_PUSH && p->until.len > 0);
}

enum eh_rc eh_position_parse(const char *text, struct eh_position *out, struct eh_err *err)
{
	EH_BUF_AUTO first = {0};
	const char *mark = strstr(text, outcomes_mark);

	eh_buf_reset(&out->outcomes);
	if (mark == NULL)
		return parse_one(text, out, err);
	eh_buf_put(&first, text, (size_t)(mark - text));
	eh_buf_puts(&out->outcomes, mark + strlen(outcomes_mark));
	return parse_one(first.data, out, err);
}

static void copy_text(struct eh_buf *to, const struct eh_buf *from)
{
	eh_buf_reset(to);
	eh_buf_put(to, from->data, from->len);
}

void eh_position_copy(struct eh_position *to, const struct eh_position *from)
{
	struct eh_buf snapshot = to->snapshot, until = to->until, outcomes = to->outcomes;

	*to = *from;
	to->snapshot = snapshot;
	to->until = until;
	to->outcomes = outcomes;
	copy_text(&to->outcomes, &from->outcomes);
	copy_text(&to->snapshot, &from->snapshot);
	copy_text(&to->until, &from->until);
}

void eh_position_free(struct eh_position *position)
{
	eh_buf_free(&position->snapshot);
	eh_buf_free(&position->until);
	eh_buf_free(&position->outcomes);
}
