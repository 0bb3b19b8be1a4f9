/*
 * verb_user.c - evenhand user: who may sign in to the dashboard.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/flags.h"
#include "cli/sql.h"
#include "cli/verbs.h"
#include "pg/store.h"
#include "serve/password.h"
#include "serve/session.h"

const char eh_cli_user_usage[] =
	"usage: evenhand user add NAME --role ROLE [--password-stdin]\n"
	"       evenhand user password NAME [--password-stdin]\n"
	"       evenhand user disable NAME\n"
	"       evenhand user list [--json]\n"
	"\n"
	"ROLE is insurer, analyst, approver, counsel, regulator, regulator-admin, admin or machine.\n"
	"On a terminal the password is asked for; with --password-stdin it is the first line of standard input;\n"
	"else, and where the answer is empty, one is made and printed once.\n"
	"Nobody is deleted, as the log names who did what: a disabled user cannot sign in,\n"
	"and what was open ends.\n";

static enum eh_rc read_line(char *line, size_t size, struct eh_err *err)
{
	if (!fgets(line, (int)size, stdin))
		line[0] = '\0';
	size_t n = strcspn(line, "\r\n");
	if (n == size - 1)
		return eh_fail(err, EH_BAD_INPUT, "the password is too long");
	line[n] = '\0';
	return EH_OK;
}

/* Asks without showing what is typed. */
static enum eh_rc prompt(const char *what, char *line, size_t size, struct eh_err *err)
{
	struct termios shown, hidden;

	fprintf(stderr, "%s: ", what);
	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return eh_fail(err, EH_AGAIN, "cannot ask for a password here");
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	enum eh_rc rc = read_line(line, size, err);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	fprintf(stderr, "\n");
	return rc;
}

/* *made is true where the password was made here and must be shown. */
static enum eh_rc get_password(bool from_stdin, char password[EH_SERVE_PASSWORD_MAX + 2], bool *made,
                               struct eh_err *err)
{
	char again[EH_SERVE_PASSWORD_MAX + 2] = "";
	enum eh_rc rc = EH_OK;

	*made = false;
	password[0] = '\0';
	if (from_stdin)
		return read_line(password, sizeof again, err);
	if (isatty(STDIN_FILENO)) {
		rc = prompt("password (empty: make one)", password, sizeof again, err);
		if (rc == EH_OK && password[0])
			rc = prompt("again", again, sizeof again, err);
		if (rc == EH_OK && password[0] && strcmp(password, again) != 0)
			return eh_fail(err, EH_BAD_INPUT, "the two passwords differ");
	}
	if (rc == EH_OK && !password[0]) {
		eh_serve_password_make(password);
		*made = true;
	}
	return rc;
}

static enum eh_rc open_writer(const struct eh_settings *settings, struct eh_pg **pg, struct eh_err *err)
{
	return eh_store_open(settings->store, settings->state, EH_STORE_WRITER, pg, err);
}

static bool is_user_name(const char *name)
{
	size_t n = strlen(name);

	return n >= 1 && n <= 63 && name[0] >= 'a' && name[0] <= 'z' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static enum eh_rc check_new_user(const char *name, const char *role, struct eh_err *err)
{
	if (!is_user_name(name)) {
		eh_fail(err, EH_BAD_INPUT, "'%s' cannot be a user's name", name);
		return eh_hint(err,
		               "Begin with a small letter; then small letters, digits, dots, dashes and underscores.");
	}
	if (!role || eh_serve_role_of(role) == EH_SERVE_PUBLIC) {
		eh_fail(err, EH_BAD_INPUT, role ? "there is no role '%s'" : "a user needs a role", role);
		return eh_hint(err, "Add --role insurer, analyst, approver, counsel, regulator, regulator-admin, admin or machine.");
	}
	return EH_OK;
}

/* Writes the user, or a new password where `role` is NULL. */
static enum eh_rc write_user(struct eh_pg *pg, const char *name, const char *role, const char *password,
                             struct eh_err *err)
{
	char hash[EH_SERVE_PASSWORD_HASH];
	struct eh_pg_args args = {0};
	int64_t rows = 0;
	enum eh_rc rc = eh_serve_password_hash(password, hash, err);

	if (rc != EH_OK)
		return rc;
	eh_pg_arg_text(&args, name);
	if (role)
		eh_pg_arg_text(&args, role);
	eh_pg_arg_text(&args, hash);
	rc = eh_pg_run(pg, role ? &eh_sql_cli_add_user : &eh_sql_cli_set_password, &args, &rows, err);
	if (rc == EH_OK && rows == 0)
		return eh_fail(err, EH_BAD_INPUT, role ? "there is already a user %s" : "there is no user %s", name);
	return rc;
}

static enum eh_rc put_user(const struct eh_settings *settings, const char *name, const char *role, bool from_stdin,
                           struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	char password[EH_SERVE_PASSWORD_MAX + 2];
	bool made = false;
	enum eh_rc rc = get_password(from_stdin, password, &made, err);

	if (rc == EH_OK)
		rc = open_writer(settings, &pg, err);
	if (rc == EH_OK)
		rc = write_user(pg, name, role, password, err);
	if (rc == EH_OK && made)
		printf("%s %s\n", name, password);
	else if (rc == EH_OK)
		printf("%s: %s\n", name, role ? "added" : "has a new password");
	explicit_bzero(password, sizeof password);
	return rc;
}

static enum eh_rc disable_user(const struct eh_settings *settings, const char *name, struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	struct eh_pg_args args = {0};
	int64_t rows = 0;
	enum eh_rc rc = open_writer(settings, &pg, err);

	eh_pg_arg_text(&args, name);
	if (rc == EH_OK)
		rc = eh_pg_run(pg, &eh_sql_cli_disable_user, &args, &rows, err);
	if (rc == EH_OK && rows == 0)
		return eh_fail(err, EH_BAD_INPUT, "there is no user %s who could sign in", name);
	return rc;
}

static void print_users(const PGresult *res)
{
	for (int i = 0; i < PQntuples(res); i++)
		printf("%-24s %-10s since %.10s%s\n", eh_pg_text(res, i, 0), eh_pg_text(res, i, 1),
		       eh_pg_text(res, i, 2), eh_pg_null(res, i, 3) ? "" : ", disabled");
}

static void print_users_json(const PGresult *res)
{
	EH_JSON_AUTO users = json_array();
	char since[EH_TIME_TEXT];

	for (int i = 0; i < PQntuples(res); i++) {
		eh_time_format(eh_pg_time(res, i, 2), since);
		json_array_append_new(users, json_pack("{s:s, s:s, s:s, s:b}", "user", eh_pg_text(res, i, 0), "role",
		                                       eh_pg_text(res, i, 1), "since", since, "disabled",
		                                       !eh_pg_null(res, i, 3)));
	}
	eh_cli_print_json(users, JSON_SORT_KEYS | JSON_COMPACT);
}

static enum eh_rc list_users(const struct eh_settings *settings, bool json, struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = open_writer(settings, &pg, err);

	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_cli_list_users, NULL, &res, err);
	if (rc == EH_OK)
		(json ? print_users_json : print_users)(res);
	return rc;
}

static enum eh_rc run(const struct eh_settings *settings, int argc, char **argv, struct eh_err *err)
{
	const char *role = NULL;
	bool json = false, from_stdin = false;
	const struct eh_cli_flag flags[] = {
		{"role", &role, NULL}, {"json", NULL, &json}, {"password-stdin", NULL, &from_stdin}, {0}};
	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, err);

	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 1, 2, err);
	if (rc != EH_OK)
		return rc;
	if (strcmp(argv[1], "list") == 0 && argc == 2)
		return list_users(settings, json, err);
	if (strcmp(argv[1], "add") == 0 && argc == 3) {
		rc = check_new_user(argv[2], role, err);
		return rc == EH_OK ? put_user(settings, argv[2], role, from_stdin, err) : rc;
	}
	if (strcmp(argv[1], "password") == 0 && argc == 3)
		return put_user(settings, argv[2], NULL, from_stdin, err);
	if (strcmp(argv[1], "disable") == 0 && argc == 3)
		return disable_user(settings, argv[2], err);
	eh_fail(err, EH_BAD_INPUT, "`user %s` is not understood", argv[1]);
	return eh_hint(err, "`evenhand user --help` shows the ways to call it.");
}

int eh_cli_user(int argc, char **argv, struct eh_settings *settings)
{
	struct eh_err err = {0};

	return run(settings, argc, argv, &err) == EH_OK ? 0 : eh_cli_failed(&err);
}
