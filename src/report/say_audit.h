/*
 * say_audit.h - an audit's tree as a document that a lawyer, an auditor and an engineer can read.
 *
 * It is made of the tree of audit.h and of nothing else, so the text, the page and
 * `--json` cannot disagree.  The answer comes first; not enough data is a verdict
 * with its own words (law 4), and no sentence says more than that a line was
 * crossed (law 10).
 *
 * Owner    the document is the caller's; `audit` is read only.
 * Threads  any.
 */
#ifndef EH_REPORT_SAY_AUDIT_H
#define EH_REPORT_SAY_AUDIT_H

#include <jansson.h>

#include "base/arena.h"

/* The document of say.h.  Keys that the tree lacks are left unsaid. */
json_t *eh_say_audit(struct eh_arena *arena, const json_t *audit);

#endif
