/*
 * ask.h - a request from the shell, put for a user of the dashboard, and judge's answer to it.
 *
 * Judge takes the operating-system user for the author's other name: whoever may run
 * this program on the store's machine may ask for anyone, and both names stand on the
 * record.
 *
 * Owner    none.
 * Threads  main only.
 */
#ifndef EH_CLI_ASK_H
#define EH_CLI_ASK_H

#include <jansson.h>

#include "pg/pg.h"

/* Puts a request and waits some seconds for the answer, which is printed; EH_REFUSED with judge's words where it says no.
 * `user` NULL, or unknown, is EH_BAD_INPUT.  `alert_id` NULL: not about an alert. */
EH_MUST enum eh_rc eh_cli_ask(struct eh_pg *pg, const char *user, const char *verb, const char *alert_id,
                              const json_t *body, struct eh_err *err);

/* Waits for the answer to a request that was put, as eh_cli_ask() does. */
EH_MUST enum eh_rc eh_cli_wait(struct eh_pg *pg, int64_t request_id, struct eh_err *err);

/* Who runs this program, to the operating system. */
const char *eh_cli_os_user(void);

#endif
