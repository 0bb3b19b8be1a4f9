/*
 * buf.h - bytes that grow at the end: text under construction, packed blocks.
 *
 * Law 1 of the design asks that the same counts give the same bytes; the packed
 * forms are written with the varints below, which have one encoding a value.
 *
 * Owner    who holds the struct; EH_BUF_AUTO frees at the end of the scope.
 * Threads  none.
 */
#ifndef EH_BASE_BUF_H
#define EH_BASE_BUF_H

#include <stdint.h>

#include "base/err.h"

struct eh_buf {
	char *data; /* always ended by a NUL that `len` does not count, once anything was put */
	size_t len, cap;
};

void eh_buf_put(struct eh_buf *b, const void *bytes, size_t n);
void eh_buf_puts(struct eh_buf *b, const char *text);
void eh_buf_putc(struct eh_buf *b, char c);
void eh_buf_printf(struct eh_buf *b, const char *format, ...) EH_PRINTF(2, 3);
void eh_buf_reset(struct eh_buf *b); /* keeps the memory */
void eh_buf_free(struct eh_buf *b);

/* LEB128, least 7 bits first; the shortest form only. */
void eh_buf_varint(struct eh_buf *b, uint64_t value);
void eh_buf_zigzag(struct eh_buf *b, int64_t value);
void eh_buf_varint128(struct eh_buf *b, unsigned __int128 value);
void eh_buf_zigzag128(struct eh_buf *b, __int128 value);
void eh_buf_lenstr(struct eh_buf *b, const char *text, size_t n); /* varint length, then the bytes */

/* Reads what the above wrote.  A reader that ran over the end, or met a value too
 * large or not in its shortest form, is `bad` and reads zeros from then on. */
struct eh_reader {
	const unsigned char *at, *end;
	bool bad;
};

uint64_t eh_read_varint(struct eh_reader *r);
int64_t eh_read_zigzag(struct eh_reader *r);
unsigned __int128 eh_read_varint128(struct eh_reader *r);
__int128 eh_read_zigzag128(struct eh_reader *r);
const char *eh_read_lenstr(struct eh_reader *r, size_t *n); /* points into the input, not NUL-ended */
uint8_t eh_read_u8(struct eh_reader *r);

static inline void eh_buf_cleanup(struct eh_buf *b)
{
	eh_buf_free(b);
}
#define EH_BUF_AUTO __attribute__((cleanup(eh_buf_cleanup))) struct eh_buf

#endif
