/*
 * verb_counsel.c - evenhand counsel: notes for which privilege is claimed, in a store of their own.
 *
 * The notes are written and read as the database role evenhand_counsel, which serve, judge
 * and every export are not.  The ledger learns the salted digest of a note and the
 * pseudonym of its author, so that a note can be shown to be what it was, by who has it.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "base/utf8.h"
#include "cli/ask.h"
#include "cli/flags.h"
#include "cli/sql.h"
#include "cli/verbs.h"
#include "pg/store.h"

#define NOTE_MAX_BYTES 20000
#define SALT_BYTES 32

const char eh_cli_counsel_usage[] =
	"usage: evenhand counsel note ALERT --as USER < TEXT\n"
	"       evenhand counsel list ALERT --as USER\n"
	"\n"
	"Notes of counsel about an alert, marked \"privilege claimed\". They are kept apart, in a\n"
	"schema that only the database role evenhand_counsel may enter: no page, no export, no\n"
	"message and no regulator's view reads it. The ledger gets a salted digest of each.\n"
	"\n"
	"  --as USER  a user with the role counsel (`evenhand user add`)\n";

static enum eh_rc check_counsel(struct eh_pg *pg, const char *user, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t n = 0;

	eh_pg_arg_text(&args, user);
	enum eh_rc rc = user == NULL ? EH_OK : eh_pg_query_int8(pg, &eh_sql_cli_read_counsel, &args, &n, err);
	if (rc != EH_OK || n == 1)
		return rc;
	(void)eh_fail(err, EH_REFUSED, "notes of counsel are for users with the role counsel");
	return eh_hint(err, "add --as USER; `evenhand user add USER --role counsel` makes one");
}

static enum eh_rc read_note(char text[NOTE_MAX_BYTES + 2], struct eh_err *err)
{
	size_t n = fread(text, 1, NOTE_MAX_BYTES + 1, stdin);

	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	text[n] = '\0';
	if (n == 0 || n > NOTE_MAX_BYTES || strlen(text) != n || !eh_utf8_valid(text, n))
		return eh_fail(err, EH_BAD_INPUT, "a note is a text of 1 to %d bytes on standard input", NOTE_MAX_BYTES);
	return EH_OK;
}

/* The note, and the request that puts its digest on the record, or neither. */
static enum eh_rc write_note(struct eh_pg *pg, const char *alert_id, const char *user, struct eh_err *err)
{
	static char text[NOTE_MAX_BYTES + 2];
	EH_PGRESULT_AUTO res = NULL;
	unsigned char salt[SALT_BYTES];
	struct eh_pg_args args = {0};
	enum eh_rc rc = read_note(text, err);

	if (rc != EH_OK)
		return rc;
	randombytes_buf(salt, sizeof salt);
	eh_pg_arg_text(&args, alert_id);
	eh_pg_arg_text(&args, user);
	eh_pg_arg_bytea(&args, salt, sizeof salt);
	eh_pg_arg_text(&args, text);
	eh_pg_arg_text(&args, eh_cli_os_user());
	rc = eh_pg_query(pg, &eh_sql_cli_write_note, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	if (PQntuples(res) == 0)
		return eh_fail(err, EH_BAD_INPUT, "there is no alert %s", alert_id);
	return eh_cli_wait(pg, eh_pg_int8(res, 0, 0), err);
}

static enum eh_rc list_notes(struct eh_pg *pg, const char *alert_id, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, alert_id);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_cli_read_notes, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		char at[EH_TIME_TEXT];

		eh_time_format(eh_pg_int8(res, i, 4), at);
		printf("%s  %s, %s (SHA-256 %s)\n%s\n\n", at, eh_pg_text(res, i, 0), eh_pg_text(res, i, 1), eh_pg_text(res, i, 3),
		       eh_pg_text(res, i, 2));
	}
	return rc;
}

int eh_cli_counsel(int argc, char **argv, struct eh_settings *settings)
{
	EH_PG_AUTO pg = NULL;
	const char *user = NULL;
	const struct eh_cli_flag flags[] = {{"as", &user, NULL}, {0}};
	struct eh_err err;
	bool note = argc > 1 && strcmp(argv[1], "note") == 0;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 2, 2, &err) != EH_OK)
		return eh_cli_failed(&err);
	if (!note && strcmp(argv[1], "list") != 0) {
		(void)eh_fail(&err, EH_BAD_INPUT, "counsel has no \"%s\"", argv[1]);
		return eh_cli_failed(&err);
	}
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_COUNSEL, &pg, &err);
	if (rc == EH_OK)
		rc = check_counsel(pg, user, &err);
	if (rc == EH_OK)
		rc = note ? write_note(pg, argv[2], user, &err) : list_notes(pg, argv[2], &err);
	return rc == EH_OK ? 0 : eh_cli_failed(&err);
}
