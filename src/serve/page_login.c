/*
 * page_login.c - signing in and out.
 */
#include <string.h>

#include "base/time.h"
#include "page/words.h"
#include "serve/daemon.h"
#include "serve/pages.h"
#include "serve/password.h"
#include "serve/route.h"
#include "serve/sql.h"

#define USER_MAX 63

/* Where to go after signing in: only to a page that the role may open, never to another site. */
static const char *safe_next(const char *next, enum eh_role role)
{
	if (next && next[0] == '/' && next[1] != '/' && !strpbrk(next, "?#\\\r\n") &&
	    eh_serve_route_find("GET", next, role, NULL))
		return next;
	return eh_serve_route_home(role);
}

static enum eh_rc show_form(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const char *user,
                            const char *next, const char *wrong, struct eh_err *err)
{
	json_t *model =
		json_pack("{s:s, s:s, s:s}", "title", "Sign in", "who", user ? user : "", "next", next ? next : "/");

	eh_page_set(model, "wrong", wrong);
	return eh_serve_page_bare(worker->serve, rq, rp, "login", model, err);
}

static enum eh_rc look_up_session(struct eh_worker *worker, struct eh_request *rq, struct eh_err *err)
{
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	return rc == EH_OK ? eh_serve_session_find(pg, rq->cookies, worker->serve->limits, &rq->session, err) : rc;
}

static enum eh_rc go_next(struct eh_request *rq, struct eh_reply *rp)
{
	EH_BUF_AUTO target = {0};

	eh_serve_percent_encode(&target, safe_next(eh_serve_form_get(&rq->args, "next"), rq->session.role), true);
	return eh_serve_redirect(rq, rp, "%s", target.data);
}

enum eh_rc eh_serve_page_sign_in(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                 struct eh_err *err)
{
	enum eh_rc rc = look_up_session(worker, rq, err);

	if (rc != EH_OK)
		return rc;
	if (rq->session.role != EH_SERVE_PUBLIC)
		return go_next(rq, rp);
	if (eh_serve_form_get(&rq->args, "check"))
		return show_form(
			worker, rq, rp, NULL, eh_serve_form_get(&rq->args, "next"),
			"The sign-in was right, but your browser did not keep its cookie. Allow cookies for this "
			"address, then sign in again.",
			err);
	return show_form(worker, rq, rp, NULL, eh_serve_form_get(&rq->args, "next"), NULL, err);
}

static enum eh_rc check_password(struct eh_worker *worker, const char *user, const char *password, bool *right,
                                 struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_pg *pg;

	eh_pg_arg_text(&args, user);
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_find_user, &args, &res, err);
	if (rc == EH_OK)
		*right = eh_serve_password_right(PQntuples(res) == 1 ? eh_pg_text(res, 0, 1) : NULL, password);
	return rc;
}

static enum eh_rc begin(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const char *user,
                        struct eh_err *err)
{
	EH_BUF_AUTO next = {0};
	const char *wanted = eh_serve_form_get(&rq->form, "next");
	struct eh_pg *pg;

	eh_serve_percent_encode(&next, wanted ? wanted : "/", true);
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);
	if (rc == EH_OK)
		rc = eh_serve_session_begin(pg, user, &rp->cookie, err);
	/* By way of this page, which notices where the cookie did not come back. */
	return rc == EH_OK ? eh_serve_redirect(rq, rp, "/login?check=1&next=%s", next.data) : rc;
}

enum eh_rc eh_serve_do_sign_in(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	const char *user = eh_serve_form_get(&rq->form, "user");
	const char *password = eh_serve_form_get(&rq->form, "password");
	struct eh_throttle *throttle = &worker->serve->throttle;
	bool right = false;

	if (!user || !password || strlen(user) > USER_MAX)
		return eh_fail(err, EH_BAD_INPUT, "a sign-in has a user and a password");
	int wait_s = eh_serve_throttle_take(throttle, user, rq->address, eh_time_steady_us());
	if (wait_s > 0) {
		rp->status = 429;
		rp->retry_after_s = wait_s;
		return show_form(worker, rq, rp, user, eh_serve_form_get(&rq->form, "next"),
		                 eh_arena_printf(rq->arena, "Too many tries. Please wait %s and try again.",
		                                 eh_page_words_plural(rq->arena, wait_s, "second", "seconds")),
		                 err);
	}
	enum eh_rc rc = check_password(worker, user, password, &right, err);
	if (rc != EH_OK)
		return rc;
	eh_serve_throttle_tell(throttle, user, right, eh_time_steady_us());
	if (right)
		return begin(worker, rq, rp, user, err);
	rp->status = 401;
	return show_form(worker, rq, rp, user, eh_serve_form_get(&rq->form, "next"),
	                 "User and password do not belong together.", err);
}

enum eh_rc eh_serve_do_sign_out(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                struct eh_err *err)
{
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	if (rc == EH_OK)
		rc = eh_serve_session_end(pg, &rq->session, err);
	if (rc != EH_OK)
		return rc;
	eh_buf_puts(&rp->cookie, EH_SERVE_COOKIE_FORGET);
	return eh_serve_redirect(rq, rp, "/login");
}
