/*
 * asked.h - a request of a person, as judge reads it: nothing in it is believed before it is checked.
 *
 * Inside the room only.
 *
 * Owner    the query's result and the caller.
 * Threads  none.
 */
#ifndef EH_JUDGE_ASKED_H
#define EH_JUDGE_ASKED_H

#include <jansson.h>

#include "ledger/ledger.h"

#define EH_JUDGE_MESSAGE 400 /* bytes of an answer */

struct eh_judge_asked {
	int64_t id;
	const char *user;
	char verb[EH_LEDGER_WORD], alert[EH_LEDGER_WORD]; /* a longer one is nobody's, and is named by its beginning */
	const char *alert_id;                             /* `alert`, or NULL */
	json_t *body;
	const char *role; /* of the user now; NULL: there is no such user */
	bool disabled, session_over, session_differs;
};

/* Writes an answer, cut where a character ends.  It stands in a leaf: it names roles, and no person. */
void eh_judge_answer(char message[EH_JUDGE_MESSAGE], const char *format, ...) EH_PRINTF(2, 3);

/* Whether the author is a user in good standing who has one of the roles (ended by NULL; NULL: any); else the answer says
 * why not. */
bool eh_judge_asked_by(const struct eh_judge_asked *asked, const char *const *roles, char message[EH_JUDGE_MESSAGE]);

/* The text of a key of the body, or NULL. */
const char *eh_judge_asked_text(const struct eh_judge_asked *asked, const char *key);

/* The number under `key`, as a number or as its digits; false for anything else. */
bool eh_judge_asked_number(const struct eh_judge_asked *asked, const char *key, int64_t *number);

#endif
