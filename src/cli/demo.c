/*
 * demo.c - see demo.h.
 */
#include "cli/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "cli/sql.h"
#include "pg/cluster.h"
#include "serve/password.h"

/* ---- the folder ----------------------------------------------------------------------------- */

static enum eh_rc system_failed(const char *path, struct eh_err *err)
{
	return eh_fail(err, EH_AGAIN, "%s: %s", path, strerror(errno));
}

static enum eh_rc make_folders(struct eh_arena *arena, const char *path, struct eh_err *err)
{
	char *part = eh_arena_printf(arena, "%s/", path);

	for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		/* Others must be able to pass, where the server runs as another user than root. */
		if (mkdir(part, geteuid() == 0 ? 0755 : 0700) != 0 && errno != EEXIST)
			return system_failed(part, err);
		*slash = '/';
	}
	return EH_OK;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	return at->level == 0 || strcmp(path + at->base, "demo.lock") == 0 ? 0 : remove(path);
}

static enum eh_rc stop_server(struct eh_arena *arena, const char *path, struct eh_err *err)
{
	struct eh_cluster cluster;
	bool was_up, in_use;
	enum eh_rc rc = eh_cluster_find(arena, path, &cluster, err);

	if (rc != EH_OK || !eh_cluster_made(&cluster))
		return rc;
	return eh_cluster_stop(&cluster, &was_up, &in_use, err);
}

static bool is_empty(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_nlink == 2 && rmdir(path) == 0 && mkdir(path, 0700) == 0;
}

enum eh_rc eh_cli_demo_fresh(struct eh_arena *arena, const char *state, struct eh_cli_demo_folder *folder, struct eh_err *err)
{
	const char *path = eh_arena_printf(arena, "%s/demo", state), *lock = eh_arena_printf(arena, "%s/demo.lock", path);
	enum eh_rc rc = make_folders(arena, path, err);

	if (rc != EH_OK)
		return rc;
	folder->path = path;
	if (access(lock, F_OK) != 0 && !is_empty(path)) {
		(void)eh_fail(err, EH_REFUSED, "%s is there, and no demo made it", path);
		return eh_hint(err, "move it away, or set EVENHAND_STATE to another folder");
	}
	folder->lock = open(lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (folder->lock < 0)
		return system_failed(lock, err);
	if (flock(folder->lock, LOCK_EX | LOCK_NB) != 0) {
		(void)eh_fail(err, EH_REFUSED, "a demo is running already in %s", path);
		return eh_hint(err, "end it with Ctrl-C, or set EVENHAND_STATE to another folder");
	}
	rc = stop_server(arena, path, err);
	if (rc == EH_OK && nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
		rc = system_failed(path, err);
	return rc;
}

enum eh_rc eh_cli_demo_write(struct eh_arena *arena, const struct eh_cli_demo_folder *folder, const char *name, const char *data,
                             size_t n, const char **path, struct eh_err *err)
{
	*path = eh_arena_printf(arena, "%s/%s", folder->path, name);
	FILE *f = fopen(*path, "we");
	if (f == NULL)
		return system_failed(*path, err);
	bool whole = fwrite(data, 1, n, f) == n;
	if (fclose(f) != 0 || !whole)
		return system_failed(*path, err);
	return EH_OK;
}

/* ---- people ------------------------------------------------------------------------------------ */

enum eh_rc eh_cli_demo_users(struct eh_arena *arena, struct eh_pg *store, struct eh_cli_demo_user **users, size_t *n,
                             struct eh_err *err)
{
	static const char *const roles[] = {"insurer", "approver", "analyst", "regulator", "admin"};
	enum eh_rc rc = EH_OK;

	*n = sizeof roles / sizeof *roles;
	*users = eh_arena_zalloc(arena, *n, sizeof **users);
	for (size_t i = 0; rc == EH_OK && i < *n; i++) {
		char *password = eh_arena_zalloc(arena, EH_SERVE_PASSWORD_MADE, 1), hash[EH_SERVE_PASSWORD_HASH];
		struct eh_pg_args args = {0};

		eh_serve_password_make(password);
		(*users)[i] = (struct eh_cli_demo_user){roles[i], password};
		rc = eh_serve_password_hash(password, hash, err);
		eh_pg_arg_text(&args, roles[i]);
		eh_pg_arg_text(&args, roles[i]);
		eh_pg_arg_text(&args, hash);
		if (rc == EH_OK)
			rc = eh_pg_run(store, &eh_sql_cli_add_user, &args, NULL, err);
	}
	return rc;
}

/* ---- news ----------------------------------------------------------------------------------------- */

enum eh_rc eh_cli_demo_judged(struct eh_pg *store, int64_t *pane_us, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	enum eh_rc rc = eh_pg_query(store, &eh_sql_cli_demo_judged, NULL, &res, err);

	*pane_us = rc == EH_OK && !eh_pg_null(res, 0, 0) ? eh_pg_int8(res, 0, 0) : INT64_MIN;
	return rc;
}

enum eh_rc eh_cli_demo_tell(struct eh_cli_demo_news *news, struct eh_pg *store, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_int8(&args, news->after);
	enum eh_rc rc = eh_pg_query_int8(store, &eh_sql_cli_demo_naive, NULL, &news->naive, err);
	if (rc == EH_OK)
		rc = eh_pg_query(store, &eh_sql_cli_demo_steps, &args, &res, err);
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		char at[EH_TIME_TEXT];
		const char *event = eh_pg_text(res, i, 3), *sentence = eh_pg_text(res, i, 5);

		news->after = eh_pg_int8(res, i, 0);
		eh_time_format(eh_pg_int8(res, i, 1), at);
		if (news->terminal)
			fputs("\r\033[K", stderr);
		printf("%.10s  alert %s %s (%s)", at, eh_pg_text(res, i, 2), event, eh_pg_text(res, i, 4));
		if (strcmp(event, "raised") == 0)
			printf(": %s", sentence);
		if (strcmp(event, "raised") == 0 && eh_pg_bool(res, i, 6)) /* what such a rule would say is about people */
			printf("\n            an hourly p < .05 rule would have alerted %" PRId64 " times by now", news->naive);
		printf("\n");
		fflush(stdout);
	}
	return rc;
}
