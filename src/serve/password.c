/*
 * password.c - see password.h.
 */
#include "serve/password.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

_Static_assert(crypto_pwhash_STRBYTES == EH_SERVE_PASSWORD_HASH, "libsodium's hash text has another length");

static bool hash_text(const char *password, char hash[EH_SERVE_PASSWORD_HASH])
{
	EH_ASSERT(sodium_init() >= 0);
	return crypto_pwhash_str_alg(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
	                             crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

enum eh_rc eh_serve_password_hash(const char *password, char hash[EH_SERVE_PASSWORD_HASH], struct eh_err *err)
{
	size_t n = strlen(password);

	if (n < EH_SERVE_PASSWORD_MIN || n > EH_SERVE_PASSWORD_MAX) {
		eh_fail(err, EH_BAD_INPUT, "the password has %zu bytes", n);
		return eh_hint(err, "Take one of %d to %d bytes, a few words for instance.", EH_SERVE_PASSWORD_MIN,
		               EH_SERVE_PASSWORD_MAX);
	}
	if (!hash_text(password, hash))
		return eh_fail(err, EH_AGAIN, "no memory to hash a password (64 MiB)");
	return EH_OK;
}

static char dummy[EH_SERVE_PASSWORD_HASH];

static void make_dummy(void)
{
	EH_ASSERT(hash_text("nobody has this password", dummy));
}

bool eh_serve_password_right(const char *hash, const char *password)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	size_t n = strlen(password);

	pthread_once(&once, make_dummy);
	if (n > EH_SERVE_PASSWORD_MAX)
		n = EH_SERVE_PASSWORD_MAX;
	int failed = crypto_pwhash_str_verify(hash ? hash : dummy, password, n);
	return failed == 0 && hash && n == strlen(password);
}

void eh_serve_password_make(char out[EH_SERVE_PASSWORD_MADE])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	char *to = out;

	EH_ASSERT(sodium_init() >= 0);
	for (int i = 0; i < 20; i++) {
		if (i > 0 && i % 4 == 0)
			*to++ = '-';
		*to++ = letters[randombytes_uniform(sizeof letters - 1)];
	}
	*to = '\0';
}
