/*
 * password.h - passwords as argon2id hashes (libsodium's text form, INTERACTIVE limits: 64 MiB, a quarter of a second).
 *
 * Owner    the caller; a password is wiped by who read it.
 * Threads  any; never on the thread that serves requests.
 */
#ifndef EH_SERVE_PASSWORD_H
#define EH_SERVE_PASSWORD_H

#include "base/err.h"

#define EH_SERVE_PASSWORD_MIN 12
#define EH_SERVE_PASSWORD_MAX 256
#define EH_SERVE_PASSWORD_HASH 128 /* crypto_pwhash_STRBYTES */

/* EH_BAD_INPUT where it is shorter or longer than allowed. */
EH_MUST enum eh_rc eh_serve_password_hash(const char *password, char hash[EH_SERVE_PASSWORD_HASH], struct eh_err *err);

/* `hash` NULL, for a user who does not exist, takes as long and is false. */
bool eh_serve_password_right(const char *hash, const char *password);

/* A new one, 5 groups of 4 letters and digits that are hard to mistake: 99 bits. */
#define EH_SERVE_PASSWORD_MADE 25
void eh_serve_password_make(char out[EH_SERVE_PASSWORD_MADE]);

#endif
