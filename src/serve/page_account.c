/*
 * page_account.c - one's own sessions; who may sign in (admin); what the words mean (help).
 */
#include "page/words.h"
#include "serve/daemon.h"
#include "serve/pages.h"
#include "serve/route.h"
#include "serve/sql.h"

static enum eh_rc list_sessions(struct eh_worker *worker, struct eh_request *rq, PGresult **res, struct eh_err *err)
{
	const struct eh_session_limits *limits = &worker->serve->limits;
	struct eh_pg_args args = {0};
	struct eh_pg *pg;

	eh_pg_arg_text(&args, rq->session.user);
	eh_pg_arg_int8(&args, limits->idle_ms);
	eh_pg_arg_int8(&args, limits->length_ms);
	eh_pg_arg_bytea(&args, rq->session.token_sha256.bytes, EH_SHA256_BYTES);
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);
	return rc == EH_OK ? eh_pg_query(pg, &eh_sql_serve_list_sessions, &args, res, err) : rc;
}

enum eh_rc eh_serve_page_account(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                 struct eh_err *err)
{
	static const char *const labels[] = {"Signed in", "Last request", "Where", NULL};
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = list_sessions(worker, rq, &res, err);

	if (rc != EH_OK)
		return rc;
	json_t *table = eh_page_table_begin("Where you are signed in", labels);
	for (int i = 0; i < PQntuples(res); i++)
		eh_page_table_row(table,
		                  (const char *const[]){eh_page_words_instant(rq->arena, eh_pg_time(res, i, 0)),
		                                        eh_page_words_instant(rq->arena, eh_pg_time(res, i, 1)),
		                                        eh_pg_bool(res, i, 2) ? "this browser" : "another browser"});
	const struct eh_session_limits *limits = &worker->serve->limits;
	json_t *model = json_pack("{s:s, s:s, s:s, s:o, s:b, s:s, s:s}", "title", "Account", "name", rq->session.user,
	                          "role", eh_serve_role_name(rq->session.role), "table", table, "others",
	                          PQntuples(res) > 1, "idle", eh_page_words_span(rq->arena, limits->idle_ms * 1000),
	                          "length", eh_page_words_span(rq->arena, limits->length_ms * 1000));
	return eh_serve_page(worker, rq, rp, "account", model, err);
}

enum eh_rc eh_serve_do_end_others(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                  struct eh_err *err)
{
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	if (rc == EH_OK)
		rc = eh_serve_session_end_others(pg, &rq->session, err);
	return rc == EH_OK ? eh_serve_redirect(rq, rp, "/account") : rc;
}

enum eh_rc eh_serve_page_home(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	(void)worker;
	(void)err;
	return eh_serve_redirect(rq, rp, "%s", eh_serve_route_home(rq->session.role));
}

enum eh_rc eh_serve_page_help(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	return eh_serve_page(worker, rq, rp, "help", json_pack("{s:s}", "title", "Help"), err);
}

enum eh_rc eh_serve_page_admin(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	static const char *const labels[] = {"User", "Role", "Since", "Last signed in", "State", NULL};
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_list_users, NULL, &res, err);
	if (rc != EH_OK)
		return rc;
	json_t *table = eh_page_table_begin("Who may sign in", labels);
	for (int i = 0; i < PQntuples(res); i++)
		eh_page_table_row(
			table, (const char *const[]){eh_pg_text(res, i, 0), eh_pg_text(res, i, 1),
		                                     eh_page_words_day(rq->arena, eh_pg_time(res, i, 2)),
		                                     eh_pg_null(res, i, 4)
		                                             ? "never"
		                                             : eh_page_words_instant(rq->arena, eh_pg_time(res, i, 4)),
		                                     eh_pg_null(res, i, 3) ? "active" : "disabled"});
	return eh_serve_page(worker, rq, rp, "admin", json_pack("{s:s, s:o}", "title", "Users", "table", table), err);
}
