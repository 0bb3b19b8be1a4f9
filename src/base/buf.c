/*
 * buf.c - see buf.h.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static void reserve(struct eh_buf *b, size_t more)
{
	EH_ASSERT(more < SIZE_MAX / 4 && b->len < SIZE_MAX / 4);
	if (b->cap - b->len > more)
		return;
	size_t cap = b->cap ? b->cap : 64;
	while (cap - b->len <= more)
		cap *= 2;
	b->data = eh_xrealloc(b->data, cap, 1);
	b->cap = cap;
}

void eh_buf_put(struct eh_buf *b, const void *bytes, size_t n)
{
	reserve(b, n);
	if (n > 0)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void eh_buf_puts(struct eh_buf *b, const char *text)
{
	eh_buf_put(b, text, strlen(text));
}

void eh_buf_putc(struct eh_buf *b, char c)
{
	eh_buf_put(b, &c, 1);
}

void eh_buf_printf(struct eh_buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	EH_ASSERT(n >= 0);
	reserve(b, (size_t)n);
	va_start(args, format);
	vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
	va_end(args);
	b->len += (size_t)n;
}

void eh_buf_reset(struct eh_buf *b)
{
	b->len = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void eh_buf_free(struct eh_buf *b)
{
	free(b->data);
	*b = (struct eh_buf){0};
}

void eh_buf_varint128(struct eh_buf *b, unsigned __int128 value)
{
	unsigned char bytes[19];
	size_t n = 0;

	while (value >= 0x80) {
		bytes[n++] = (unsigned char)(value & 0x7f) | 0x80;
		value >>= 7;
	}
	bytes[n++] = (unsigned char)value;
	eh_buf_put(b, bytes, n);
}

void eh_buf_varint(struct eh_buf *b, uint64_t value)
{
	eh_buf_varint128(b, value);
}

void eh_buf_zigzag(struct eh_buf *b, int64_t value)
{
	eh_buf_varint(b, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

void eh_buf_zigzag128(struct eh_buf *b, __int128 value)
{
	eh_buf_varint128(b, ((unsigned __int128)value << 1) ^ (value < 0 ? ~(unsigned __int128)0 : 0));
}

void eh_buf_lenstr(struct eh_buf *b, const char *text, size_t n)
{
	eh_buf_varint(b, n);
	eh_buf_put(b, text, n);
}

static unsigned __int128 read_bits(struct eh_reader *r, unsigned limit)
{
	unsigned __int128 value = 0;

	for (unsigned shift = 0; !r->bad; shift += 7) {
		if (r->at == r->end || shift >= limit)
			break;
		unsigned char c = *r->at++;
		if (shift + 7 > limit && (c & 0x7f) >> (limit - shift) != 0)
			break;
		value |= (unsigned __int128)(c & 0x7f) << shift;
		if (!(c & 0x80)) {
			if (c == 0 && shift > 0) /* a longer form than needed */
				break;
			return value;
		}
	}
	r->bad = true;
	return 0;
}

uint64_t eh_read_varint(struct eh_reader *r)
{
	return (uint64_t)read_bits(r, 64);
}

unsigned __int128 eh_read_varint128(struct eh_reader *r)
{
	return read_bits(r, 128);
}

int64_t eh_read_zigzag(struct eh_reader *r)
{
	uint64_t u = eh_read_varint(r);

	return (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
}

__int128 eh_read_zigzag128(struct eh_reader *r)
{
	unsigned __int128 u = eh_read_varint128(r);

	return (__int128)(u >> 1) ^ -(__int128)(u & 1);
}

const char *eh_read_lenstr(struct eh_reader *r, size_t *n)
{
	uint64_t len = eh_read_varint(r);

	*n = 0;
	if (r->bad || len > (size_t)(r->end - r->at)) {
		r->bad = true;
		return "";
	}
	const char *text = (const char *)r->at;
	r->at += len;
	*n = (size_t)len;
	return text;
}

uint8_t eh_read_u8(struct eh_reader *r)
{
	if (r->bad || r->at == r->end) {
		r->bad = true;
		return 0;
	}
	return *r->at++;
}
