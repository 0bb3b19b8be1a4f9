/*
 * json.h - canonical JSON: one document, one sequence of bytes.
 *
 * The profile is RFC 8785 without floating point: keys sorted, no spaces,
 * integers |n| <= 2^53 - 1, strings escaped as little as RFC 8785 allows.  What
 * the ledger and the evidence hold is written by this and by nothing else; a
 * number with a fraction goes in as a string.
 *
 * Owner    the caller keeps the document; the bytes go into the caller's buffer.
 * Threads  any.
 */
#ifndef EH_BASE_JSON_H
#define EH_BASE_JSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

/* Appends the canonical form of `doc`.  EH_BAD_INPUT for a real, for an integer
 * beyond 2^53 - 1, for a key that is not ASCII. */
EH_MUST enum eh_rc eh_json_canonical(const json_t *doc, struct eh_buf *out, struct eh_err *err);

/* The same, straight to its digest. */
EH_MUST enum eh_rc eh_json_digest(const json_t *doc, struct eh_sha256 *out, struct eh_err *err);

/* One JSON string with its quotes, escaped as RFC 8785 asks. */
void eh_json_string(struct eh_buf *out, const char *text, size_t n);

static inline void eh_json_cleanup(json_t **doc)
{
	json_decref(*doc);
}
#define EH_JSON_AUTO __attribute__((cleanup(eh_json_cleanup))) json_t *

#endif
