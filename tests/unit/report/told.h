/*
 * told.h - the report of a log under construction, as one line of text.
 *
 * Threads  none.
 */
#ifndef TESTS_UNIT_REPORT_TOLD_H
#define TESTS_UNIT_REPORT_TOLD_H

#include "base/json.h"
#include "report/say_audit.h"
#include "report/text.h"
#include "tests/unit/report/tree.h"

/* With single spaces for its lines' ends; in the arena. */
static inline const char *report_with(const char *map_text)
{
	EH_JSON_AUTO tree = audit_with(map_text);
	EH_JSON_AUTO document = eh_say_audit(arena, tree);
	EH_BUF_AUTO out = {0};

	eh_text_print(&out, document);
	char *flat = eh_arena_strdup(arena, out.data);
	for (char *c = flat; *c != '\0'; c++)
		*c = *c == '\n' ? ' ' : *c;
	return flat;
}

static inline void expect_said(const char *said, const char *sentence)
{
	if (strstr(said, sentence) == NULL)
		fail_msg("not said: %s", sentence);
}

#endif
