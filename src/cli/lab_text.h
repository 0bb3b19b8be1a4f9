/*
 * lab_text.h - a result of the lab, for people.
 *
 * Threads  any.
 */
#ifndef EH_CLI_LAB_TEXT_H
#define EH_CLI_LAB_TEXT_H

#include <jansson.h>

/* On standard output; `digest` is the result's. */
void eh_cli_lab_text(const json_t *result, const char *digest);

#endif
