/*
 * check.h - whether people may take a step, by the one table and the life of the alert.
 *
 * What is refused here the store's trigger refuses as well; a property test walks both.
 *
 * Threads  any.
 */
#ifndef EH_ALERT_CHECK_H
#define EH_ALERT_CHECK_H

#include "alert/field.h"

/* NULL where the user may have this part in a step: `roles` are the rule's roles or its second, `part` is what the
 * refusal calls it (acknowledge, propose, approve).  Else what is wrong, in the arena; it names no person. */
const char *eh_alert_person_wrong(const struct eh_alert_rule *rule, unsigned roles, const char *part, const char *user,
                                  const char *role, const json_t *life, struct eh_arena *home);

/* NULL where reason and fields are what the rule needs.  facts->set is the life of the alert. */
const char *eh_alert_words_wrong(const struct eh_alert_rule *rule, const char *reason, const json_t *fields,
                                 const struct eh_alert_facts *facts, struct eh_arena *home);

#endif
