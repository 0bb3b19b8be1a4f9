/*
 * pgoutput.c - see pgoutput.h.
 */
#include "source/pgoutput.h"

#include <endian.h>
#include <stddef.h>
#include <string.h>

#include "base/time.h"

/* What is left of the message; `bad` once something did not fit, and from then on everything is zero. */
struct left {
	const char *at, *end;
	bool bad;
};

static const char *take(struct left *l, size_t n)
{
	const char *at = l->at;

	if (l->bad || (size_t)(l->end - l->at) < n) {
		l->bad = true;
		return NULL;
	}
	l->at += n;
	return at;
}

static uint8_t take8(struct left *l)
{
	const char *at = take(l, 1);

	return at == NULL ? 0 : (uint8_t)*at;
}

static uint16_t take16(struct left *l)
{
	const char *at = take(l, 2);
	uint16_t v = 0;

	if (at != NULL)
		memcpy(&v, at, sizeof v);
	return be16toh(v);
}

static uint32_t take32(struct left *l)
{
	const char *at = take(l, 4);
	uint32_t v = 0;

	if (at != NULL)
		memcpy(&v, at, sizeof v);
	return be32toh(v);
}

static uint64_t take64(struct left *l)
{
	const char *at = take(l, 8);
	uint64_t v = 0;

	if (at != NULL)
		memcpy(&v, at, sizeof v);
	return be64toh(v);
}

/* A text up to its NUL. */
static struct eh_text take_text(struct left *l)
{
	const char *start = l->at;
	const char *nul = l->bad ? NULL : memchr(start, '\0', (size_t)(l->end - start));

	if (nul == NULL) {
		l->bad = true;
		return (struct eh_text){0};
	}
	l->at = nul + 1;
	return (struct eh_text){start, (size_t)(nul - start)};
}

/* The server counts from 2000; a time that no clock of ours can hold is as good as none. */
static int64_t take_time(struct left *l)
{
	int64_t us, since_2000 = (int64_t)take64(l);

	return __builtin_add_overflow(since_2000, EH_PG_EPOCH_US, &us) ? 0 : us;
}

/* ---- rows -------------------------------------------------------------------------- */

static void take_value(struct left *l, struct eh_pgoutput_value *out)
{
	char form = (char)take8(l);

	*out = (struct eh_pgoutput_value){.form = EH_PGOUTPUT_NULL};
	if (form == EH_PGOUTPUT_NULL || form == EH_PGOUTPUT_UNCHANGED) {
		out->form = (enum eh_pgoutput_form)form;
		return;
	}
	if (form != EH_PGOUTPUT_TEXT && form != EH_PGOUTPUT_BINARY) {
		l->bad = true;
		return;
	}
	out->form = (enum eh_pgoutput_form)form;
	out->n = take32(l);
	out->at = take(l, out->n);
}

static size_t take_tuple(struct left *l, struct eh_pgoutput_value *values)
{
	size_t n = take16(l);

	if (n > EH_PGOUTPUT_COLUMNS_MAX)
		l->bad = true;
	for (size_t i = 0; i < n && !l->bad; i++)
		take_value(l, &values[i]);
	return l->bad ? 0 : n;
}

/* The row that was, where it came: the letter says how much of it. */
static char take_old(struct left *l, char letter, struct eh_pgoutput *out)
{
	if (letter != EH_PGOUTPUT_OLD_KEY && letter != EH_PGOUTPUT_OLD_ROW)
		return letter;
	out->old = (enum eh_pgoutput_old)letter;
	out->olds_n = take_tuple(l, out->olds);
	return '\0';
}

static void take_row(struct left *l, uint32_t wanted, struct eh_pgoutput *out)
{
	out->relation = take32(l);
	out->skipped = wanted != 0 && out->relation != wanted;
	if (out->skipped) {
		l->at = l->end;
		return;
	}
	char letter = (char)take8(l);
	if (out->kind != EH_PGOUTPUT_INSERT)
		letter = take_old(l, letter, out);
	if (out->kind == EH_PGOUTPUT_DELETE) {
		l->bad |= letter != '\0';
		return;
	}
	if (letter == '\0')
		letter = (char)take8(l);
	l->bad |= letter != 'N';
	out->values_n = take_tuple(l, out->values);
	l->bad |= out->old == EH_PGOUTPUT_OLD_ROW && out->olds_n != out->values_n;
}

/* ---- the other messages --------------------------------------------------------------- */

static void take_relation(struct left *l, struct eh_pgoutput *out)
{
	out->relation = take32(l);
	out->schema = take_text(l);
	out->name = take_text(l);
	out->replica_identity = (char)take8(l);
	size_t n = take16(l);
	if (n > EH_PGOUTPUT_COLUMNS_MAX)
		l->bad = true;
	for (size_t i = 0; i < n && !l->bad; i++) {
		out->columns[i].key = (take8(l) & 1) != 0;
		out->columns[i].name = take_text(l);
		out->columns[i].type = take32(l);
		(void)take32(l); /* the type's modifier: a length that was kept already */
	}
	out->columns_n = l->bad ? 0 : n;
}

static void take_truncate(struct left *l, struct eh_pgoutput *out)
{
	out->relations_n = take32(l);
	uint8_t options = take8(l);
	out->cascade = (options & 1) != 0;
	out->restart = (options & 2) != 0;
	if (out->relations_n > (size_t)(l->end - l->at) / 4)
		l->bad = true;
	out->relations = take(l, l->bad ? 0 : (size_t)out->relations_n * 4);
}

static void take_commit(struct left *l, struct eh_pgoutput *out)
{
	(void)take8(l); /* flags: none are in use */
	out->lsn = take64(l);
	out->end_lsn = take64(l);
	out->commit_us = take_time(l);
}

static void take_message(struct left *l, struct eh_pgoutput *out)
{
	out->transactional = (take8(l) & 1) != 0;
	out->lsn = take64(l);
	out->prefix = take_text(l);
	out->content.n = take32(l);
	out->content.at = take(l, out->content.n);
}

static void take_any(struct left *l, uint32_t relation, struct eh_pgoutput *out)
{
	switch (out->kind) {
	case EH_PGOUTPUT_BEGIN:
		out->lsn = take64(l);
		out->commit_us = take_time(l);
		out->xid = take32(l);
		return;
	case EH_PGOUTPUT_COMMIT:
		take_commit(l, out);
		return;
	case EH_PGOUTPUT_ORIGIN:
		out->lsn = take64(l);
		out->name = take_text(l);
		return;
	case EH_PGOUTPUT_RELATION:
		take_relation(l, out);
		return;
	case EH_PGOUTPUT_TYPE:
		out->relation = take32(l);
		out->schema = take_text(l);
		out->name = take_text(l);
		return;
	case EH_PGOUTPUT_INSERT:
	case EH_PGOUTPUT_UPDATE:
	case EH_PGOUTPUT_DELETE:
		take_row(l, relation, out);
		return;
	case EH_PGOUTPUT_TRUNCATE:
		take_truncate(l, out);
		return;
	case EH_PGOUTPUT_MESSAGE:
		take_message(l, out);
		return;
	}
	l->bad = true;
}

enum eh_rc eh_pgoutput_decode(const char *at, size_t n, uint32_t relation, struct eh_pgoutput *out, struct eh_err *err)
{
	struct left l = {at, at + n, n == 0};
	char kind = (char)take8(&l);

	/* The arrays are written as far as they are said to go. */
	memset(out, 0, offsetof(struct eh_pgoutput, columns));
	out->kind = (enum eh_pgoutput_kind)kind;
	take_any(&l, relation, out);
	if (!l.bad && l.at == l.end)
		return EH_OK;
	return eh_fail(err, EH_REFUSED, "the stream holds a message of kind 0x%02x and %zu bytes that cannot be read",
	               (unsigned)(unsigned char)kind, n);
}

bool eh_pgoutput_truncates(const struct eh_pgoutput *message, uint32_t relation)
{
	for (uint32_t i = 0; i < message->relations_n; i++) {
		uint32_t oid;

		memcpy(&oid, message->relations + 4 * (size_t)i, sizeof oid);
		if (be32toh(oid) == relation)
			return true;
	}
	return false;
}
