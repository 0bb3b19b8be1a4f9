/*
 * form.h - what a browser sends: application/x-www-form-urlencoded, in a query or in a body.
 *
 * It is read by our own few lines and not by libmicrohttpd's post processor, where
 * two CVEs lay.  What is odd is refused, never repaired: a broken escape, a NUL, a
 * control character, bytes that are not UTF-8, a name twice, too many fields.
 *
 * Owner    texts live in the arena.
 * Threads  any, one arena each.
 */
#ifndef EH_SERVE_FORM_H
#define EH_SERVE_FORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define EH_SERVE_FORM_FIELDS 32

struct eh_form {
	size_t n;
	struct eh_form_field {
		const char *name, *value;
	} field[EH_SERVE_FORM_FIELDS];
};

/* Reads name=value pairs apart by `&`.  Line ends inside values become "\n".  EH_BAD_INPUT as above. */
EH_MUST enum eh_rc eh_serve_form_parse(struct eh_arena *arena, const char *bytes, size_t n, struct eh_form *out,
                                       struct eh_err *err);

/* The value of that name, or NULL. */
const char *eh_serve_form_get(const struct eh_form *form, const char *name);

/* A number from 1 to `most` under that name; 1 where it is absent or anything else. */
int eh_serve_form_page(const struct eh_form *form, const char *name, int most);

/* Decodes %XX (and, where `plus`, `+` as a space) with the same strictness. */
EH_MUST enum eh_rc eh_serve_percent_decode(struct eh_arena *arena, const char *bytes, size_t n, bool plus, char **out,
                                           struct eh_err *err);

/* Everything but letters, digits and -._~ becomes %XX; `/` too unless `keep_slash`. */
void eh_serve_percent_encode(struct eh_buf *out, const char *text, bool keep_slash);

#endif
