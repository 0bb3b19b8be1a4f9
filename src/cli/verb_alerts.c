/*
 * verb_alerts.c - evenhand alerts list | show ID | acknowledge ID ... : alerts from the shell.
 */
#include <stdio.h>
#include <string.h>

#include "alert/field.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "cli/ask.h"
#include "cli/deliveries.h"
#include "cli/flags.h"
#include "cli/sql.h"
#include "cli/verbs.h"
#include "pg/store.h"

#define NAME_MAX_BYTES 40 /* of an alert's id or an event; the store takes no longer ones */
#define REASON_MAX_BYTES 2000

const char eh_cli_alerts_usage[] =
	"usage: evenhand alerts list [--json]\n"
	"       evenhand alerts show ALERT [--json]\n"
	"       evenhand alerts next ALERT\n"
	"       evenhand alerts STEP ALERT --as USER --reason TEXT [--FIELD VALUE ...]\n"
	"       evenhand alerts propose ALERT --event STEP --as USER --reason TEXT [--FIELD VALUE ...]\n"
	"       evenhand alerts approve REQUEST --as USER\n"
	"\n"
	"A step is a request: judge checks user, role, state and fields, carries it out, and puts\n"
	"it on the record.  `next` prints the steps that an alert can take now, who may take them\n"
	"and which fields each needs.  Steps of one person: acknowledge (or ack), investigate,\n"
	"mitigate, verify, note, dispute, settle, notify-regulator, reopen.  Steps of two, which\n"
	"one proposes and another approves: causal-link, close-fixed, close-not-confirmed,\n"
	"accept-risk.\n"
	"\n"
	"  --as USER      who asks; a user of the dashboard (`evenhand user add`)\n"
	"  --reason TEXT  why\n"
	"  --FIELD VALUE  what the step needs, as --aware-at now or --expires-on 2026-12-31;\n"
	"                 `now` is T of the source; `;` stands between the texts of a list\n"
	"  --json         JSON on standard output\n";

#define FIELDS_MAX 64

/* A flag for every field of every step: --aware-at. */
static char flag_names[FIELDS_MAX][32];
static const char *typed[FIELDS_MAX];

struct ask {
	const char *verb, *alert_id, *user, *reason, *event;
};

static json_t *instant(const PGresult *res, int row, int col)
{
	char text[EH_TIME_TEXT];

	if (eh_pg_null(res, row, col))
		return json_null();
	eh_time_format(eh_pg_int8(res, row, col), text);
	return json_string(text);
}

static json_t *pick(const json_t *body, const char *key)
{
	json_t *value = json_object_get(body, key);

	return value != NULL ? json_incref(value) : json_null();
}

/* The keys of a replay's alert line, and the state of the day. */
static json_t *alert_json(const PGresult *res, int row, bool whole)
{
	json_error_t why;
	EH_JSON_AUTO body = json_loads(eh_pg_text(res, row, 14), 0, &why);
	json_t *alert = json_pack(
		"{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "type", "alert",
		"alert", eh_pg_text(res, row, 0), "kind", eh_pg_text(res, row, 1), "source", eh_pg_text(res, row, 2),
		"attribute", eh_pg_text(res, row, 3), "group", eh_pg_text(res, row, 4), "event",
		eh_pg_text(res, row, 5), "state", eh_pg_text(res, row, 6), "severity", eh_pg_text(res, row, 7), "at",
		instant(res, row, 8), "pane_end", instant(res, row, 9), "onset", instant(res, row, 10),
		"evidence_sha256", eh_pg_text(res, row, 11), "policy_sha256", eh_pg_text(res, row, 12), "found_in",
		eh_pg_text(res, row, 13), "outcome", pick(body, "outcome"), "owner", pick(body, "owner"), "life", pick(body, "life"), "lineage",
		pick(body, "lineage"), "sentence", pick(body, "sentence"), "unknown", pick(body, "unknown"));

	EH_ASSERT(alert != NULL);
	if (strcmp(eh_pg_text(res, row, 1), "data") == 0) { /* about a source, not about a group of people */
		json_object_set_new(alert, "fault", pick(body, "fault"));
		json_object_set_new(alert, "attribute", json_null());
		json_object_set_new(alert, "group", json_null());
	}
	if (whole)
		json_object_set(alert, "body", body);
	return alert;
}

static enum eh_rc read_alerts(struct eh_pg *pg, const char *alert_id, PGresult **res, struct eh_err *err);

static void print_alert(const PGresult *res, int row)
{
	EH_JSON_AUTO alert = alert_json(res, row, false);

	const char *fault = json_string_value(json_object_get(alert, "fault"));
	printf("%s  %-22s %-7s %s: %s %s%s\n", eh_pg_text(res, row, 0), eh_pg_text(res, row, 6),
	       eh_pg_text(res, row, 7), eh_pg_text(res, row, 2), fault != NULL ? "data" : eh_pg_text(res, row, 3),
	       fault != NULL ? fault : eh_pg_text(res, row, 4),
	       strcmp(eh_pg_text(res, row, 13), "history") == 0 ? " (found in history)" : "");
	printf("    %s\n", json_string_value(json_object_get(alert, "sentence")));
	const json_t *life = json_object_get(alert, "life");
	const char *due = json_string_value(json_object_get(life, "due"));
	if (due != NULL)
		printf("    next: %s by %s (tier %lld, level %lld)\n", json_string_value(json_object_get(life, "due_what")), due,
		       (long long)json_integer_value(json_object_get(life, "tier")), (long long)json_integer_value(json_object_get(life, "level")));
}

/* What may be asked of an alert now, and what must be written down with it. */
static enum eh_rc next_steps(struct eh_pg *pg, const char *alert_id, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_alert_state state;
	enum eh_rc rc = read_alerts(pg, alert_id, &res, err);

	if (rc != EH_OK)
		return rc;
	EH_ASSERT(eh_alert_state_of(eh_pg_text(res, 0, 6), &state));
	print_alert(res, 0);
	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		const struct eh_alert_rule *r = &eh_alert_rules[i];
		const struct eh_alert_field *f;
		const char *at = r->needs;
		char one[EH_ALERT_WORDS], two[EH_ALERT_WORDS];

		if (r->who == EH_ALERT_BY_JUDGE || eh_alert_find(eh_pg_text(res, 0, 1), state, r->event) != r)
			continue;
		eh_alert_role_words(r->roles, one);
		eh_alert_role_words(r->second, two);
		printf("%s%s: %s%s%s\n", r->who == EH_ALERT_BY_TWO ? "propose --event " : "", r->event, one,
		       r->second != 0 ? ", then " : "", two);
		while ((f = eh_alert_next_field(&at)) != NULL)
			printf("    --%s  %s%s%s%s%s\n", flag_names[f - eh_alert_fields], f->label, f->choices != NULL ? ": " : "",
			       f->choices != NULL ? f->choices : "", f->hint != NULL ? ". " : "", f->hint != NULL ? f->hint : "");
	}
	return EH_OK;
}

static enum eh_rc print_steps(struct eh_pg *pg, const char *alert_id, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, alert_id);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_cli_read_steps, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		char at[EH_TIME_TEXT];
		const char *actor = eh_pg_text(res, i, 5), *second = eh_pg_text(res, i, 6),
			   *reason = eh_pg_text(res, i, 7);

		eh_time_format(eh_pg_int8(res, i, 4), at);
		printf("    %s  %s: %s%s%s%s%s%s%s  (leaf %s)\n", at, eh_pg_text(res, i, 1), eh_pg_text(res, i, 3),
		       actor != NULL ? ", " : "", actor != NULL ? actor : "", second != NULL ? " and " : "",
		       second != NULL ? second : "", reason != NULL ? ": " : "", reason != NULL ? reason : "",
		       eh_pg_text(res, i, 8));
	}
	return rc;
}

static enum eh_rc read_alerts(struct eh_pg *pg, const char *alert_id, PGresult **res, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, alert_id);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_cli_read_alerts, &args, res, err);
	if (rc == EH_OK && alert_id != NULL && PQntuples(*res) == 0) {
		eh_fail(err, EH_BAD_INPUT, "there is no alert %s", alert_id);
		return eh_hint(err, "`evenhand alerts list` names them.");
	}
	return rc;
}

static enum eh_rc list(struct eh_pg *pg, bool json, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	EH_JSON_AUTO array = json_array();
	enum eh_rc rc = read_alerts(pg, NULL, &res, err);

	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		if (json)
			json_array_append_new(array, alert_json(res, i, false));
		else
			print_alert(res, i);
	}
	if (rc == EH_OK && json) {
		eh_cli_print_json(array, JSON_INDENT(2) | JSON_SORT_KEYS);
	} else if (rc == EH_OK && PQntuples(res) == 0) {
		puts("no alert was ever raised");
	}
	return rc;
}

static enum eh_rc show(struct eh_pg *pg, const char *alert_id, bool json, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = read_alerts(pg, alert_id, &res, err);

	EH_JSON_AUTO told = NULL;
	if (rc == EH_OK)
		rc = eh_cli_deliveries(pg, alert_id, &told, err);
	if (rc != EH_OK)
		return rc;
	if (json) {
		EH_JSON_AUTO alert = alert_json(res, 0, true);

		json_object_set(alert, "deliveries", told);
		eh_cli_print_json(alert, JSON_INDENT(2) | JSON_SORT_KEYS);
		return EH_OK;
	}
	print_alert(res, 0);
	rc = print_steps(pg, alert_id, err);
	if (rc == EH_OK)
		eh_cli_deliveries_print(told);
	return rc;
}

static enum eh_rc no_such_alert(const char *alert_id, struct eh_err *err)
{
	eh_fail(err, EH_BAD_INPUT, "there is no alert %s", alert_id);
	return eh_hint(err, "`evenhand alerts list` names the alerts.");
}

/* Nobody is asked about an alert that there is not. */
static enum eh_rc check_alert(struct eh_pg *pg, const char *alert_id, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, alert_id);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_cli_read_clock, &args, &res, err);
	return rc == EH_OK && PQntuples(res) == 0 ? no_such_alert(alert_id, err) : rc;
}

/* `now` is T of the source: what a step of a source that is behind is measured by. */
static enum eh_rc read_now(struct eh_pg *pg, const char *alert_id, json_t **out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	char text[EH_TIME_TEXT];

	eh_pg_arg_text(&args, alert_id);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_cli_read_clock, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0)
		return no_such_alert(alert_id, err);
	int64_t us = eh_pg_int8(res, 0, 0);
	eh_time_format(us - us % EH_SECOND_US, text);
	*out = json_string(text);
	return EH_OK;
}

/* What was typed, as the fields want it; whether the step needs them is for judge. */
static enum eh_rc read_fields(struct eh_pg *pg, const struct ask *ask, json_t *fields, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (size_t i = 0; rc == EH_OK && i < eh_alert_fields_n; i++) {
		const struct eh_alert_field *f = &eh_alert_fields[i];
		json_t *value = NULL;

		if (typed[i] == NULL)
			continue;
		if (f->type == EH_ALERT_INSTANT && strcmp(typed[i], "now") == 0)
			rc = read_now(pg, ask->alert_id, &value, err);
		else
			value = eh_utf8_valid(typed[i], strlen(typed[i])) ? eh_alert_field_read(f, typed[i]) : NULL;
		if (rc == EH_OK && value == NULL) {
			(void)eh_fail(err, EH_BAD_INPUT, "--%s cannot be \"%s\"", flag_names[i], typed[i]);
			return eh_hint(err, "it is a field of the type %s: %s", eh_alert_type_name(f->type), f->label);
		}
		if (rc == EH_OK)
			json_object_set_new(fields, f->key, value);
	}
	return rc;
}

static enum eh_rc request_body(struct eh_pg *pg, const struct ask *ask, json_t **out, struct eh_err *err)
{
	json_t *fields = json_object();
	enum eh_rc rc = read_fields(pg, ask, fields, err);

	*out = json_pack("{s:s?}", "reason", ask->reason);
	if (ask->event != NULL)
		json_object_set_new(*out, "event", json_string(ask->event));
	if (strcmp(ask->verb, "approve") == 0)
		json_object_set_new(*out, "request_id", json_string(ask->alert_id));
	else if (json_object_size(fields) > 0)
		json_object_set(*out, "fields", fields);
	json_decref(fields);
	return rc;
}

/* What the store would refuse, in better words. */
static enum eh_rc check_lengths(const struct ask *ask, struct eh_err *err)
{
	const char *const texts[] = {ask->alert_id, ask->event, ask->reason};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i] != NULL && !eh_utf8_valid(texts[i], strlen(texts[i])))
			return eh_fail(err, EH_BAD_INPUT, "what is asked for is not UTF-8");
	if (strlen(ask->alert_id) > NAME_MAX_BYTES) {
		eh_fail(err, EH_BAD_INPUT, "the id has %zu bytes, and none has more than %d", strlen(ask->alert_id),
		        NAME_MAX_BYTES);
		return eh_hint(err, "`evenhand alerts list` names the alerts.");
	}
	if (ask->event != NULL && strlen(ask->event) > NAME_MAX_BYTES) {
		eh_fail(err, EH_BAD_INPUT, "there is no event of %zu bytes", strlen(ask->event));
		return eh_hint(err, "`evenhand alerts --help` names the events.");
	}
	if (ask->reason != NULL && strlen(ask->reason) > REASON_MAX_BYTES) {
		eh_fail(err, EH_BAD_INPUT, "the reason is longer than %d bytes", REASON_MAX_BYTES);
		return eh_hint(err, "say it in fewer words; longer papers belong where you keep them.");
	}
	return EH_OK;
}

static enum eh_rc request(struct eh_pg *pg, const struct ask *ask, struct eh_err *err)
{
	enum eh_rc rc = check_lengths(ask, err);

	if (rc != EH_OK)
		return rc;
	EH_JSON_AUTO body = NULL;
	if (strcmp(ask->verb, "approve") != 0)
		rc = check_alert(pg, ask->alert_id, err);
	if (rc == EH_OK)
		rc = request_body(pg, ask, &body, err);
	if (rc != EH_OK)
		return rc;
	return eh_cli_ask(pg, ask->user, ask->verb, strcmp(ask->verb, "approve") == 0 ? NULL : ask->alert_id, body, err);
}

/* True where a step of that name is taken by one person, or by two. */
static bool is_event(const char *event, enum eh_alert_who who)
{
	for (size_t i = 0; i < eh_alert_rules_n; i++)
		if (eh_alert_rules[i].who == who && strcmp(eh_alert_rules[i].event, event) == 0)
			return true;
	return false;
}

/* What can be seen to be wrong before anybody is asked. */
static enum eh_rc check_ask(const struct ask *ask, struct eh_err *err)
{
	if (strcmp(ask->verb, "approve") == 0) {
		if (ask->alert_id[strspn(ask->alert_id, "0123456789")] == '\0')
			return EH_OK;
		eh_fail(err, EH_BAD_INPUT, "\"%s\" is not the number of a request", ask->alert_id);
		return eh_hint(err, "propose printed it; the page of the alert shows it.");
	}
	if (strcmp(ask->verb, "propose") == 0 && (ask->event == NULL || !is_event(ask->event, EH_ALERT_BY_TWO))) {
		eh_fail(err, EH_BAD_INPUT, "propose needs --event close-fixed, close-not-confirmed, accept-risk or causal-link");
		return eh_hint(err, "other steps need no second person: ask for them directly.");
	}
	if (ask->reason == NULL || *ask->reason == '\0') {
		eh_fail(err, EH_BAD_INPUT, "\"%s\" needs a reason", ask->verb);
		return eh_hint(err, "add --reason TEXT; it becomes part of the record.");
	}
	return EH_OK;
}

static bool is_step(const char *word)
{
	return strcmp(word, "propose") == 0 || strcmp(word, "approve") == 0 || is_event(word, EH_ALERT_BY_ONE);
}

static enum eh_rc act(struct eh_pg *pg, int argc, char **argv, struct ask *ask, bool json, struct eh_err *err)
{
	const char *what = argc > 1 ? argv[1] : "list";

	if (strcmp(what, "ack") == 0)
		what = "acknowledge";
	if (strcmp(what, "list") == 0 && argc <= 2)
		return list(pg, json, err);
	if (argc == 3 && strcmp(what, "show") == 0)
		return show(pg, argv[2], json, err);
	if (argc == 3 && strcmp(what, "next") == 0)
		return next_steps(pg, argv[2], err);
	if (argc == 3 && is_step(what)) {
		ask->verb = what;
		ask->alert_id = argv[2];
		enum eh_rc rc = check_ask(ask, err);

		return rc == EH_OK ? request(pg, ask, err) : rc;
	}
	eh_fail(err, EH_BAD_INPUT, "alerts has no \"%s\" of that form", what);
	return eh_hint(err, "`evenhand alerts --help` shows the forms.");
}

static void add_field_flags(struct eh_cli_flag *flags, size_t n)
{
	EH_ASSERT(n + eh_alert_fields_n < FIELDS_MAX);
	for (size_t i = 0; i < eh_alert_fields_n; i++) {
		snprintf(flag_names[i], sizeof flag_names[i], "%s", eh_alert_fields[i].key);
		for (char *c = flag_names[i]; *c != '\0'; c++)
			if (*c == '_')
				*c = '-';
		flags[n + i] = (struct eh_cli_flag){flag_names[i], &typed[i], NULL};
	}
}

int eh_cli_alerts(int argc, char **argv, struct eh_settings *settings)
{
	EH_PG_AUTO pg = NULL;
	struct ask ask = {0};
	bool json = false;
	struct eh_cli_flag flags[FIELDS_MAX] = {{"as", &ask.user, NULL},
	                                        {"reason", &ask.reason, NULL},
	                                        {"event", &ask.event, NULL},
	                                        {"json", NULL, &json}};
	struct eh_err err;

	add_field_flags(flags, 4);
	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 2, &err) != EH_OK ||
	    eh_store_open(settings->store, settings->state, EH_STORE_WRITER, &pg, &err) != EH_OK ||
	    act(pg, argc, argv, &ask, json, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	return 0;
}
