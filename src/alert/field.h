/*
 * field.h - what must be written down with a step, each by name and type.
 *
 * A step's fields stand in its body under `fields`, and so under the leaf's digest.
 * Instants are ISO with Z, days are ISO days, counts are integers: what the page, the
 * shell and the SQL trigger read is one form.
 *
 * Threads  any.
 */
#ifndef EH_ALERT_FIELD_H
#define EH_ALERT_FIELD_H

#include <stdint.h>

#include "alert/alert.h"
#include "base/arena.h"
#include "base/json.h"

#define EH_ALERT_TEXT_MAX 2000 /* bytes of a text */
#define EH_ALERT_LIST_MAX 20   /* texts of a list */

enum eh_alert_type {
	EH_ALERT_TEXT,
	EH_ALERT_LIST,     /* of texts, one a line in a form, `;` between them in the shell */
	EH_ALERT_CHOICE,   /* one of `choices` */
	EH_ALERT_COUNT,    /* 0 or more */
	EH_ALERT_EPISODES, /* how often the alert was raised, folded into or came back; the number must be the present one */
	EH_ALERT_INSTANT,  /* not in the future */
	EH_ALERT_DAY       /* after the day of the step, and at most 12 months after it */
};
const char *eh_alert_type_name(enum eh_alert_type type);

struct eh_alert_field {
	const char *key;
	enum eh_alert_type type;
	bool once; /* set once in the life of an alert: needed by the first step that asks for it, refused afterwards */
	const char *choices; /* separated by spaces */
	const char *label, *hint;
};

extern const struct eh_alert_field eh_alert_fields[];
extern const size_t eh_alert_fields_n;

const struct eh_alert_field *eh_alert_field_of(const char *key, size_t len); /* NULL: there is none */

/* Walks the fields that a rule needs: start with *at = rule->needs; NULL at the end. */
const struct eh_alert_field *eh_alert_next_field(const char **at);

/* What a check has to know of the alert. */
struct eh_alert_facts {
	int64_t at_us;     /* T of the step */
	int64_t wall_us;   /* an instant may lie up to the later of the two */
	int64_t episodes;
	const json_t *set; /* an object that holds the once-fields that were set; may be NULL */
};

/* NULL where `fields` (an object, or NULL for none) is what the rule needs; else what is wrong, in the arena. */
const char *eh_alert_fields_wrong(const struct eh_alert_rule *rule, const json_t *fields,
                                  const struct eh_alert_facts *facts, struct eh_arena *home);

/* A field as the type wants it from what a person typed; NULL where it cannot be read as one.  Whether it is right is
 * for eh_alert_fields_wrong(). */
json_t *eh_alert_field_read(const struct eh_alert_field *field, const char *typed);

#endif
