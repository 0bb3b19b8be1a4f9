/*
 * lab_form.h - the form of the lab's page, and the draft policy that it means.
 *
 * Threads  any, one arena each.
 */
#ifndef EH_SERVE_LAB_FORM_H
#define EH_SERVE_LAB_FORM_H

#include <jansson.h>

#include "base/arena.h"
#include "serve/form.h"
#include "serve/lab_run.h"

/* What the form asks for; EH_BAD_INPUT where a value is none.  Texts live in the arena. */
EH_MUST enum eh_rc eh_serve_lab_read(struct eh_arena *arena, const struct eh_form *form, struct eh_serve_lab_asked *asked,
                                     struct eh_err *err);

/* {fields: [{name, label, hint, value, type}], choices: [{name, label, options: [{value, label, selected}]}], yaml}, filled
 * with what was sent, else with the built-in default. */
json_t *eh_serve_lab_form(struct eh_arena *arena, const struct eh_form *sent);

#endif
