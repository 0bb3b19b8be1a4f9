/*
 * packing.c - see packing.h.
 */
#include "source/packing.h"

#include <endian.h>
#include <string.h>

#include "source/sql.h"

#define PACK_BITS 64
#define DIGITS 40 /* a uuid is the longest text that is made here */

enum kind { AS_FORM, INT2, INT4, INT8, BOOL, UUID };

/* How a column comes: its kind, and whether its characters are wanted. */
struct slot {
	enum kind kind;
	enum eh_poll_form form;
	bool text;
	int column;
	unsigned width; /* bits in a pack */
	int64_t null;   /* what stands for null there */
	char digits[DIGITS];
};

/* One value of the row: a slot alone, or several. */
struct value {
	uint32_t first, n; /* of `order` */
	unsigned bits;
};

struct eh_packing {
	struct slot *slot;
	uint32_t *order; /* of slots, by value */
	struct value *value;
	size_t slots, values;
	const char *list;
};

/* By width: the first bit pattern that no number of the type has, and the cast. */
static const struct packable {
	const char *type, *cast;
	enum kind kind;
	unsigned width;
	int64_t null;
} packables[] = {
	{"int4", "::int4::int8", INT4, 33, INT64_C(0xffffffff)},
	{"int2", "::int2::int8", INT2, 17, 0xffff},
	{"bool", "::bool::int4::int8", BOOL, 3, 2},
};

static const struct packable *packable_of(enum kind kind)
{
	for (size_t i = 0; i < sizeof packables / sizeof *packables; i++)
		if (packables[i].kind == kind)
			return &packables[i];
	return NULL;
}

/* ---- the list ---------------------------------------------------------------------- */

static void look_at(struct slot *slot, enum eh_poll_form form, const char *type)
{
	static const struct {
		const char *type;
		enum kind kind;
	} whole[] = {{"int2", INT2}, {"int4", INT4}, {"int8", INT8}, {"bool", BOOL}, {"uuid", UUID}};

	slot->form = form;
	slot->text = form == EH_POLL_TEXT;
	slot->kind = AS_FORM;
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (strcmp(type, whole[i].type) == 0)
			slot->kind = whole[i].kind;
	const struct packable *p = packable_of(slot->kind);
	slot->width = p != NULL ? p->width : PACK_BITS;
	slot->null = p != NULL ? p->null : 0;
}

/* Each slot into the first value that has room, the widest first; what stays alone is sent as it is. */
static void arrange(struct eh_packing *p, uint32_t *value_of)
{
	static const unsigned widths[] = {PACK_BITS, 33, 17, 3};

	for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
		for (size_t s = 0; s < p->slots; s++) {
			size_t v = 0;

			if (p->slot[s].width != widths[w])
				continue;
			while (v < p->values && p->value[v].bits + widths[w] > PACK_BITS)
				v++;
			p->values += v == p->values;
			p->value[v].bits += widths[w];
			p->value[v].n++;
			value_of[s] = (uint32_t)v;
		}
	uint32_t at = 0;
	for (size_t v = 0; v < p->values; v++) {
		p->value[v].first = at;
		for (uint32_t s = 0; s < p->slots; s++)
			if (value_of[s] == v)
				p->order[at++] = s;
	}
}

static void put_pack(struct eh_buf *out, const struct eh_packing *p, const struct value *v,
                     const struct eh_poll_column *columns)
{
	unsigned shift = 0;

	for (uint32_t i = 0; i < v->n; i++) {
		const struct slot *slot = &p->slot[p->order[v->first + i]];
		const struct packable *how = packable_of(slot->kind);

		eh_buf_printf(out, i == 0 ? "coalesce(%s%s, %lld)" : " # (coalesce(%s%s, %lld) << %u)",
		              columns[slot->column].name, how->cast, (long long)how->null, shift);
		shift += slot->width;
	}
}

static const char *make_list(struct eh_arena *arena, const struct eh_packing *p, const struct eh_poll_column *columns)
{
	EH_BUF_AUTO list = {0};

	for (size_t v = 0; v < p->values; v++) {
		const struct value *value = &p->value[v];
		uint32_t s = p->order[value->first];

		if (v > 0)
			eh_buf_puts(&list, ", ");
		if (value->n > 1)
			put_pack(&list, p, value, columns);
		else
			eh_buf_puts(&list, p->slot[s].kind == AS_FORM ? columns[s].text : columns[s].name);
	}
	return eh_arena_strdup(arena, list.data);
}

struct eh_packing *eh_packing_of(struct eh_arena *arena, const struct eh_poll_column *columns, size_t n)
{
	struct eh_packing *p = eh_arena_zalloc(arena, 1, sizeof *p);

	p->slots = n;
	p->slot = eh_arena_zalloc(arena, p->slots, sizeof *p->slot);
	p->order = eh_arena_zalloc(arena, p->slots, sizeof *p->order);
	p->value = eh_arena_zalloc(arena, p->slots, sizeof *p->value);
	for (size_t s = 0; s < p->slots; s++) {
		p->slot[s].column = (int)s;
		look_at(&p->slot[s], columns[s].form, columns[s].type);
	}
	arrange(p, eh_arena_zalloc(arena, p->slots, sizeof(uint32_t)));
	p->list = make_list(arena, p, columns);
	return p;
}

enum eh_rc eh_packing_make(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, int64_t table_oid,
                           struct eh_packing **out, struct eh_err *err)
{
	struct eh_poll_column *columns = eh_arena_zalloc(arena, map->columns_n, sizeof *columns);
	enum eh_rc rc = EH_OK;

	for (size_t s = 0; rc == EH_OK && s < map->columns_n; s++)
		rc = eh_poll_column(arena, pg, map, table_oid, s, &columns[s], err);
	if (rc == EH_OK)
		*out = eh_packing_of(arena, columns, map->columns_n);
	return rc;
}

const char *eh_packing_list(const struct eh_packing *packing)
{
	return packing->list;
}

size_t eh_packing_values(const struct eh_packing *packing)
{
	return packing->values;
}

/* ---- a message ----------------------------------------------------------------------- */

static inline uint32_t big32(const char *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof v);
	return be32toh(v);
}

static inline uint64_t big64(const char *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof v);
	return be64toh(v);
}

static inline int16_t big16(const char *at)
{
	uint16_t v;

	memcpy(&v, at, sizeof v);
	return (int16_t)be16toh(v);
}

static inline const char *take(struct eh_wire *wire, int32_t *n)
{
	ptrdiff_t left = wire->end - wire->at - 4;
	const char *at = wire->at + 4;

	*n = left >= 0 ? (int32_t)big32(wire->at) : -1;
	if (left < 0 || *n > left || *n < -1) {
		wire->bad = true;
		wire->at = wire->end;
		*n = -1;
		return NULL;
	}
	wire->at = at + (*n > 0 ? *n : 0);
	return *n >= 0 ? at : NULL;
}

const char *eh_packing_take(struct eh_wire *wire, int32_t *n)
{
	return take(wire, n);
}

int eh_packing_begin(struct eh_wire *wire)
{
	static const char signature[] = "PGCOPY\n\377\r\n"; /* and its NUL: 11 bytes */
	int32_t extension;

	if ((size_t)(wire->end - wire->at) >= sizeof signature + 8 && memcmp(wire->at, signature, sizeof signature) == 0) {
		wire->at += sizeof signature + 4; /* flags: none that concern us */
		(void)take(wire, &extension);
	}
	if (wire->bad || wire->end - wire->at < 2)
		return -1;
	int fields = big16(wire->at);
	wire->at += 2;
	return fields;
}

/* ---- the characters of a number ------------------------------------------------------- */

/* Member by member: a struct made beside and copied would be read before its halves are written, and wait for them. */
static inline void put_text(struct eh_field *field, const char *at, size_t n)
{
	field->form = EH_FIELD_TEXT;
	field->text.at = at;
	field->text.n = n;
}

/* Two digits at a time, from the end of the slot's own bytes. */
static inline void put_digits(struct eh_field *field, struct slot *slot, int64_t value)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
				    "495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596"
				    "979899";
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;

	if (value >= 0 && value < 100) { /* a group, a stratum, a level: its characters stand there already */
		put_text(field, pairs + value * 2 + (value < 10), value < 10 ? 1 : 2);
		return;
	}
	char *end = slot->digits + DIGITS, *to = end;

	for (; left >= 100; left /= 100)
		memcpy(to -= 2, pairs + left % 100 * 2, 2);
	if (left >= 10)
		memcpy(to -= 2, pairs + left * 2, 2);
	else
		*--to = (char)('0' + left);
	if (value < 0)
		*--to = '-';
	put_text(field, to, (size_t)(end - to));
}

static void put_uuid(struct eh_field *field, struct slot *slot, const char *at)
{
	static const char hex[] = "0123456789abcdef";
	char *to = slot->digits;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = hex[(unsigned char)at[i] >> 4];
		*to++ = hex[(unsigned char)at[i] & 15];
	}
	put_text(field, slot->digits, (size_t)(to - slot->digits));
}

static inline void put_value(struct eh_field *field, struct slot *slot, int64_t value)
{
	if (slot->kind == BOOL) {
		put_text(field, value != 0 ? "true" : "false", value != 0 ? 4 : 5);
	} else if (slot->text) {
		put_digits(field, slot, value);
	} else {
		field->form = EH_FIELD_INTEGER;
		field->integer = value;
	}
}

/* ---- a row ----------------------------------------------------------------------------- */

static bool take_number(enum kind kind, const char *at, int32_t n, int64_t *value)
{
	static const int32_t width[] = {[INT2] = 2, [INT4] = 4, [INT8] = 8, [BOOL] = 1};

	if (n != width[kind])
		return false;
	*value = kind == INT2 ? big16(at) : kind == INT4 ? (int32_t)big32(at) : kind == INT8 ? (int64_t)big64(at) : *at != 0;
	return true;
}

static bool read_alone(struct slot *slot, const char *at, int32_t n, struct eh_field *field)
{
	int64_t value;

	if (n < 0 || (slot->text && slot->kind == AS_FORM)) {
		put_text(field, n > 0 ? at : NULL, n > 0 ? (size_t)n : 0);
		return true;
	}
	if (slot->kind == UUID) {
		if (n == 16)
			put_uuid(field, slot, at);
		return n == 16;
	}
	if (slot->kind != AS_FORM) {
		if (!take_number(slot->kind, at, n, &value))
			return false;
		put_value(field, slot, value);
		return true;
	}
	if (n == 8) /* a time or a float8 */
		eh_poll_read_number(slot->form, at, n, field);
	return n == 8;
}

static inline void read_pack(struct eh_packing *p, const struct value *v, int64_t pack, struct eh_field *fields)
{
	for (uint32_t i = 0; i < v->n; i++) {
		struct slot *slot = &p->slot[p->order[v->first + i]];
		unsigned rest = PACK_BITS - slot->width;
		int64_t value = (int64_t)((uint64_t)pack << rest) >> rest;

		pack = (pack ^ value) >> slot->width;
		if (value == slot->null)
			put_text(&fields[slot->column], NULL, 0);
		else
			put_value(&fields[slot->column], slot, value);
	}
}

void eh_packing_read(struct eh_packing *p, struct eh_wire *wire, struct eh_field *fields)
{
	for (size_t i = 0; i < p->values; i++) {
		const struct value *v = &p->value[i];
		struct slot *first = &p->slot[p->order[v->first]];
		int32_t n;
		const char *at = take(wire, &n);

		if (v->n > 1) {
			if (n == 8)
				read_pack(p, v, (int64_t)big64(at), fields);
			else
				wire->bad = true;
		} else if (!read_alone(first, at, n, &fields[first->column])) {
			wire->bad = true;
		}
	}
}
