/*
 * verb_status.c - evenhand status [--json].
 */
#include <jansson.h>
#include <stdio.h>

#include "base/json.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "gather/status.h"
#include "pg/migrate.h"
#include "pg/store.h"

const char eh_cli_status_usage[] = "usage: evenhand status [--json]\n"
				   "\n"
				   "Says where the store and each of its sources stand.\n"
				   "\n"
				   "  --json  one JSON object on standard output: tally_digest, sources, store\n";

static json_t *store_json(const struct eh_settings *settings, struct eh_pg *pg, const struct eh_migrate_state *at)
{
	return json_pack("{s:s, s:s?, s:i, s:i, s:i}", "kind", settings->store != NULL ? "named" : "private", "state",
			 settings->store != NULL ? NULL : settings->state, "server_major", eh_pg_server_major(pg),
			 "schema", at->applied, "schema_known", at->known);
}

/* Without our schema there are no sources to ask for. */
static enum eh_rc make_status(const struct eh_settings *settings, struct eh_pg *pg, const struct eh_migrate_state *at,
			      json_t *doc, struct eh_err *err)
{
	EH_ASSERT(json_object_set_new(doc, "tally_digest", json_null()) == 0);
	EH_ASSERT(json_object_set_new(doc, "sources", json_array()) == 0);
	enum eh_rc rc = at->applied == at->known ? eh_gather_status(pg, doc, err) : EH_OK;
	EH_ASSERT(json_object_set_new(doc, "store", store_json(settings, pg, at)) == 0);
	return rc;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "none";
}

static long long count_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

/* How far it stands behind, where that is known. */
static void print_lag(const json_t *source)
{
	const json_t *seconds = json_object_get(source, "lag_seconds"), *bytes = json_object_get(source, "lag_bytes");

	if (json_is_real(seconds))
		printf("        %.1f s behind", json_real_value(seconds));
	if (json_is_integer(bytes))
		printf("%s%lld bytes to read, %lld bytes of WAL kept", json_is_real(seconds) ? ", " : "        ", count_of(source, "lag_bytes"),
		       count_of(source, "retained_bytes"));
	if (json_is_real(seconds) || json_is_integer(bytes))
		printf(", %.1f rows/s in the last minute, last commit %s\n", json_real_value(json_object_get(source, "rows_per_second")),
		       text_of(source, "last_commit"));
}

/* What is lost for good, and who said so: it stays in sight after the gap. */
static void print_acceptance(const json_t *source)
{
	const json_t *gaps = json_object_get(source, "gaps"), *last = json_object_get(gaps, "accepted");
	long long n = count_of(gaps, "accepted_total");

	if (json_is_object(last))
		printf("        %lld gap%s accepted, the last by %s at %s: %s\n", n, n == 1 ? "" : "s", text_of(last, "by"), text_of(last, "at"),
		       text_of(last, "reason"));
}

static void print_fates(const json_t *source)
{
	const json_t *rows = json_object_get(source, "rows");
	long long aside = count_of(rows, "set_aside"), open = count_of(source, "set_aside_open");

	printf("        rows on time %lld, early %lld, late %lld, set aside %lld", count_of(rows, "on_time"), count_of(rows, "early"),
	       count_of(rows, "late"), aside);
	if (open != aside)
		printf(" (%lld still open)", open);
	printf("\n        repeated %lld, corrected %lld, taken off %lld\n", count_of(rows, "repeated"), count_of(rows, "corrected"),
	       count_of(rows, "taken"));
}

static void print_source(const json_t *source)
{
	const json_t *reason = json_object_get(source, "reason");

	printf("source  %s: %s, clock %s, %lld panes\n", text_of(source, "name"), text_of(source, "state"), text_of(source, "clock"),
	       count_of(source, "panes"));
	if (json_is_object(reason)) {
		printf("        %s\n", text_of(reason, "message"));
		if (text_of(reason, "hint")[0] != '\0')
			printf("        hint: %s\n", text_of(reason, "hint"));
	}
	print_lag(source);
	print_acceptance(source);
	print_fates(source);
	printf("        tally %s%s\n", text_of(source, "tally_digest"),
	       json_is_true(json_object_get(source, "capped")) ? " (a cap on names was reached)" : "");
}

static void print_text(const struct eh_settings *settings, struct eh_pg *pg, const struct eh_migrate_state *at,
		       const json_t *doc)
{
	size_t i;
	const json_t *source;
	const char *note = NULL;

	printf("store   %s, PostgreSQL %d\n", settings->store != NULL ? "as the setting `store` says" : settings->state,
	       eh_pg_server_major(pg));
	if (at->applied == at->known)
		printf("schema  version %d\n", at->applied);
	else
		printf("schema  version %d, behind: this program needs %d; run `evenhand migrate`\n", at->applied,
		       at->known);
	json_array_foreach(json_object_get(doc, "sources"), i, source) {
		print_source(source);
		note = text_of(source, "note");
	}
	if (note != NULL)
		printf("note    %s\n", note);
}

int eh_cli_status(int argc, char **argv, struct eh_settings *settings)
{
	bool json = false;
	const struct eh_cli_flag flags[] = {{"json", NULL, &json}, {0}};
	EH_PG_AUTO pg = NULL;
	EH_JSON_AUTO doc = json_object();
	struct eh_migrate_state at;
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    eh_store_open_any(settings->store, settings->state, EH_STORE_READER, &pg, &err) != EH_OK ||
	    eh_migrate_look(pg, &at, &err) != EH_OK || make_status(settings, pg, &at, doc, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	if (json) {
		eh_cli_print_json(doc, JSON_INDENT(2));
	} else {
		print_text(settings, pg, &at, doc);
	}
	return 0;
}
