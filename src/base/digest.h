/*
 * digest.h - SHA-256 (FIPS 180-4) over OpenSSL's EVP, and hexadecimal.
 *
 * Owner    eh_sha256_begin() gives a handle that eh_sha256_end() takes back.
 * Threads  any, one handle each.
 */
#ifndef EH_BASE_DIGEST_H
#define EH_BASE_DIGEST_H

#include <stdint.h>

#include "base/err.h"

#define EH_SHA256_BYTES 32
#define EH_SHA256_HEX 65 /* 64 lower-case digits and a NUL */

struct eh_sha256 {
	unsigned char bytes[EH_SHA256_BYTES];
};

struct eh_sha256_state;

struct eh_sha256 eh_sha256_of(const void *bytes, size_t n);
struct eh_sha256_state *eh_sha256_begin(void);
void eh_sha256_add(struct eh_sha256_state *state, const void *bytes, size_t n);
struct eh_sha256 eh_sha256_end(struct eh_sha256_state *state); /* frees the state */

bool eh_sha256_equal(const struct eh_sha256 *a, const struct eh_sha256 *b); /* in constant time */

/* Lower-case hex; `out` holds 2 n + 1 bytes. */
void eh_hex(const void *bytes, size_t n, char *out);
void eh_sha256_hex(const struct eh_sha256 *digest, char out[EH_SHA256_HEX]);

/* 0 to 15, or -1 where the character is no hex digit. */
int eh_hex_value(char c);

/* False where `text` is not exactly 2 n hex digits. */
bool eh_unhex(const char *text, void *out, size_t n);

#endif
