/*
 * digest.c - see digest.h.
 */
#include "base/digest.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

struct eh_sha256 eh_sha256_of(const void *bytes, size_t n)
{
	struct eh_sha256 digest;

	SHA256(bytes, n, digest.bytes);
	return digest;
}

struct eh_sha256_state *eh_sha256_begin(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	EH_ASSERT(ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
	return (struct eh_sha256_state *)ctx;
}

void eh_sha256_add(struct eh_sha256_state *state, const void *bytes, size_t n)
{
	EH_ASSERT(EVP_DigestUpdate((EVP_MD_CTX *)state, bytes, n) == 1);
}

struct eh_sha256 eh_sha256_end(struct eh_sha256_state *state)
{
	struct eh_sha256 digest;

	EH_ASSERT(EVP_DigestFinal_ex((EVP_MD_CTX *)state, digest.bytes, NULL) == 1);
	EVP_MD_CTX_free((EVP_MD_CTX *)state);
	return digest;
}

bool eh_sha256_equal(const struct eh_sha256 *a, const struct eh_sha256 *b)
{
	return CRYPTO_memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void eh_hex(const void *bytes, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = bytes;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * n] = '\0';
}

void eh_sha256_hex(const struct eh_sha256 *digest, char out[EH_SHA256_HEX])
{
	eh_hex(digest->bytes, sizeof digest->bytes, out);
}

int eh_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool eh_unhex(const char *text, void *out, size_t n)
{
	unsigned char *to = out;

	if (strlen(text) != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = eh_hex_value(text[2 * i]), lo = eh_hex_value(text[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		to[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
}
