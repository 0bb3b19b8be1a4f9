/*
 * check.c - see check.h.
 */
#include "alert/check.h"

#include <string.h>

const char *eh_alert_person_wrong(const struct eh_alert_rule *rule, unsigned roles, const char *part, const char *user,
                                  const char *role, const json_t *life, struct eh_arena *home)
{
	const char *fixer = json_string_value(json_object_get(life, "fixer"));
	char words[EH_ALERT_WORDS];

	if (!(eh_alert_role_of(role) & roles)) {
		eh_alert_role_words(roles, words);
		return eh_arena_printf(home, "%s needs the role %s, and the user has the role %s", part, words, role);
	}
	if (rule->apart && fixer != NULL && strcmp(fixer, user) == 0)
		return eh_arena_printf(home, "who made the change takes no part in \"%s\"", rule->event);
	return NULL;
}

/* Whether a field that the rule asks for, and that is set once, was set already. */
static bool happened(const struct eh_alert_rule *rule, const json_t *life)
{
	const struct eh_alert_field *f;
	const char *at = rule->needs;

	while ((f = eh_alert_next_field(&at)) != NULL)
		if (f->once && json_object_get(life, f->key) != NULL)
			return true;
	return false;
}

const char *eh_alert_words_wrong(const struct eh_alert_rule *rule, const char *reason, const json_t *fields,
                                 const struct eh_alert_facts *facts, struct eh_arena *home)
{
	if (reason == NULL || reason[strspn(reason, " \t\n\r\f\v")] == '\0')
		return eh_arena_printf(home, "\"%s\" needs a reason", rule->event);
	if (rule->once && happened(rule, facts->set))
		return eh_arena_printf(home, "\"%s\" is put on the record once, and was", rule->event);
	return eh_alert_fields_wrong(rule, fields, facts, home);
}
