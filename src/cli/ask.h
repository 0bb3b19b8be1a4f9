/*
 * ask.h - a request of a person at the shell, and judge's answer to it.
 *
 * Threads  main only.
 */
#ifndef EH_CLI_ASK_H
#define EH_CLI_ASK_H

#include <jansson.h>

#include "pg/pg.h"

/* Writes the request of `user` and waits a while for judge's answer, which is printed.  EH_BAD_INPUT where the user is
 * not there, EH_REFUSED with judge's words; where no judge answers, that is printed and no error. */
EH_MUST enum eh_rc eh_cli_ask(struct eh_pg *pg, const char *user, const char *verb, const json_t *body, struct eh_err *err);

#endif
