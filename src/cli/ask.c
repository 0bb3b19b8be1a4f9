/*
 * ask.c - see ask.h.
 */
#include "cli/ask.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/sql.h"

#define WAIT_MS 5000 /* for judge's answer */
#define POLL_MS 100

static enum eh_rc check_user(struct eh_pg *pg, const char *user, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t n;

	if (user == NULL) {
		eh_fail(err, EH_BAD_INPUT, "a request needs to know who asks");
		return eh_hint(err, "add --as USER.");
	}
	eh_pg_arg_text(&args, user);
	enum eh_rc rc = eh_pg_query_int8(pg, &eh_sql_cli_read_user, &args, &n, err);
	if (rc == EH_OK && n == 0) {
		eh_fail(err, EH_BAD_INPUT, "there is no user %s", user);
		return eh_hint(err, "`evenhand user list` names them, `evenhand user add` makes one.");
	}
	return rc;
}

enum eh_rc eh_cli_wait(struct eh_pg *pg, int64_t request_id, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, request_id);
	for (int waited = 0; waited < WAIT_MS; waited += POLL_MS) {
		EH_PGRESULT_AUTO res = NULL;
		enum eh_rc rc = eh_pg_query(pg, &eh_sql_cli_read_outcome, &args, &res, err);

		if (rc != EH_OK)
			return rc;
		if (PQntuples(res) > 0 && !eh_pg_bool(res, 0, 0))
			return eh_fail(err, EH_REFUSED, "request %lld was refused: %s", (long long)request_id,
			               eh_pg_text(res, 0, 1));
		if (PQntuples(res) > 0) {
			printf("request %lld: %s\n", (long long)request_id, eh_pg_text(res, 0, 1));
			return EH_OK;
		}
		usleep(POLL_MS * 1000);
	}
	printf("request %lld waits for judge, which does not seem to run; `evenhand judge --once` answers it, and the pages show the "
	       "answer\n",
	       (long long)request_id);
	return EH_OK;
}

const char *eh_cli_os_user(void)
{
	const struct passwd *me = getpwuid(getuid());

	return me != NULL ? me->pw_name : "unknown";
}

enum eh_rc eh_cli_ask(struct eh_pg *pg, const char *user, const char *verb, const char *alert_id, const json_t *body,
                      struct eh_err *err)
{
	struct eh_pg_args args = {0};
	int64_t request_id;
	enum eh_rc rc = check_user(pg, user, err);

	if (rc != EH_OK)
		return rc;
	char *text = json_dumps(body, JSON_COMPACT);
	if (text == NULL)
		return eh_fail(err, EH_BAD_INPUT, "what is asked for is not UTF-8");
	eh_pg_arg_text(&args, eh_cli_os_user());
	eh_pg_arg_text(&args, user);
	eh_pg_arg_text(&args, verb);
	eh_pg_arg_text(&args, alert_id);
	eh_pg_arg_text(&args, text);
	rc = eh_pg_query_int8(pg, &eh_sql_cli_write_request, &args, &request_id, err);
	free(text);
	return rc == EH_OK ? eh_cli_wait(pg, request_id, err) : rc;
}
