/*
 * secret.h - reads a key, a password or an address that is a secret from a file of its own.
 *
 * The file must not be readable by everybody: who can read it can speak in our
 * name.  Its one line is taken without its end.
 *
 * Owner    the arena given.
 * Threads  any.
 */
#ifndef EH_NOTIFY_SECRET_H
#define EH_NOTIFY_SECRET_H

#include "base/arena.h"
#include "base/err.h"

#define EH_NOTIFY_SECRET_MAX 4096

/* EH_BAD_INPUT where it cannot be read, is open to everybody, is empty, too long or not one line of text. */
EH_MUST enum eh_rc eh_notify_secret_read(struct eh_arena *home, const char *path, const char **out, size_t *n, struct eh_err *err);

#endif
