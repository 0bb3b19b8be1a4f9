/*
 * cluster_find.c - where the private cluster lies, whose it is, and its programs; see cluster.h.
 */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "pg/cluster_inside.h"

#define SYSTEM_USER "evenhand"
#define LEAST_MAJOR 15
#define SOCKET_PATH_MAX 107 /* sun_path without its NUL */

bool eh_cluster_made(const struct eh_cluster *cluster)
{
	EH_ARENA_AUTO arena = eh_arena_new();

	return access(eh_arena_printf(arena, "%s/PG_VERSION", cluster->data), F_OK) == 0;
}

const char *eh_cluster_file(struct eh_arena *arena, const struct eh_cluster *cluster, const char *name)
{
	return eh_arena_printf(arena, "%s/%s", cluster->state, name);
}

/* ---- the owner ------------------------------------------------------------------ */

static enum eh_rc make_system_user(struct eh_arena *arena, struct eh_process_user *user, struct eh_err *err)
{
	const struct eh_process_user root = {.name = "root", .home = "/"};
	const char *const adduser[] = {"/usr/sbin/adduser", "--system", "--group", "--quiet", "--no-create-home",
				       "--home", "/var/lib/evenhand", SYSTEM_USER, NULL};
	const char *const useradd[] = {"/usr/sbin/useradd", "--system", "--user-group", "--no-create-home",
				       "--home-dir", "/var/lib/evenhand", "--shell", "/usr/sbin/nologin", SYSTEM_USER,
				       NULL};
	EH_BUF_AUTO said = {0};
	int status;
	enum eh_rc rc = eh_process_run(access(adduser[0], X_OK) == 0 ? adduser : useradd, &root, "/", &said, &status,
				       err);

	if (rc != EH_OK)
		return rc;
	/* Where two of us did this at once, one failed and the user is there all the same. */
	if (eh_process_user_named(arena, SYSTEM_USER, user))
		return EH_OK;
	eh_fail(err, EH_AGAIN, "cannot make the system user '%s': exit code %d, %.*s", SYSTEM_USER, status,
		(int)strcspn(said.data != NULL ? said.data : "", "\n"), said.data != NULL ? said.data : "");
	return eh_hint(err, "make it with: adduser --system --group --no-create-home --home /var/lib/evenhand %s",
		       SYSTEM_USER);
}

static enum eh_rc find_owner(struct eh_arena *arena, const char *state, struct eh_process_user *owner,
			     struct eh_err *err)
{
	struct stat st;
	bool there = stat(state, &st) == 0;

	if (!there && errno != ENOENT)
		return eh_fail(err, EH_AGAIN, "state folder %s: %s", state, strerror(errno));
	if (there && !S_ISDIR(st.st_mode))
		return eh_fail(err, EH_REFUSED, "state folder %s is not a folder", state);
	if (geteuid() == 0 && (!there || st.st_uid == 0))
		return eh_process_user_named(arena, SYSTEM_USER, owner) ? EH_OK : make_system_user(arena, owner, err);
	uid_t uid = there ? st.st_uid : geteuid();
	if (geteuid() != 0 && uid != geteuid()) {
		eh_fail(err, EH_REFUSED, "state folder %s belongs to another user (%u)", state, (unsigned)uid);
		return eh_hint(err, "set EVENHAND_STATE to a folder of your own");
	}
	if (eh_process_user_of(arena, uid, owner))
		return EH_OK;
	eh_fail(err, EH_AGAIN, "user %u has no name on this machine, and PostgreSQL needs one", (unsigned)uid);
	return eh_hint(err, "add the user to /etc/passwd, or run as another");
}

/* ---- the programs --------------------------------------------------------------- */

static bool is_bin(const char *folder)
{
	static const char *const programs[] = {"postgres", "pg_ctl", "initdb"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, programs[i]);
		if (access(path, X_OK) != 0)
			return false;
	}
	return true;
}

/* The major version that `postgres --version` prints, 0 where it prints none. */
static int major_of(const char *folder)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_process_user me = {.uid = geteuid(), .gid = getegid(), .name = "root", .home = "/"};
	const char *const argv[] = {eh_arena_printf(arena, "%s/postgres", folder), "--version", NULL};
	EH_BUF_AUTO said = {0};
	struct eh_err ignored; /* a program that does not run is none of ours */
	int status, major = 0;

	if (eh_process_run(argv, &me, "/", &said, &status, &ignored) != EH_OK || status != 0 || said.data == NULL)
		return 0;
	return sscanf(said.data, "postgres (PostgreSQL) %d", &major) == 1 ? major : 0;
}

/* Takes `folder` where it suits better than what was found before: `wanted` exactly, or else the newest. */
static void consider(struct eh_arena *arena, struct eh_cluster *cluster, const char *folder, int major, int wanted)
{
	if (major < LEAST_MAJOR || (wanted != 0 && major != wanted) || major <= cluster->major)
		return;
	cluster->bin = eh_arena_strdup(arena, folder);
	cluster->major = major;
}

static void search_debian(struct eh_arena *arena, struct eh_cluster *cluster, int wanted)
{
	glob_t found;

	if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			if (is_bin(found.gl_pathv[i]))
				consider(arena, cluster, found.gl_pathv[i],
					 (int)strtol(found.gl_pathv[i] + strlen("/usr/lib/postgresql/"), NULL, 10), wanted);
	globfree(&found);
}

static void search_path(struct eh_arena *arena, struct eh_cluster *cluster, int wanted)
{
	const char *path = getenv("PATH");
	char *save = NULL, *copy = eh_arena_strdup(arena, path != NULL ? path : "");

	for (char *folder = strtok_r(copy, ":", &save); folder != NULL; folder = strtok_r(NULL, ":", &save))
		if (folder[0] == '/' && is_bin(folder))
			consider(arena, cluster, folder, major_of(folder), wanted);
}

/* The version that made the data: another cannot read it. 0 where there is none yet. */
static int data_major(const struct eh_cluster *cluster)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	FILE *f = fopen(eh_arena_printf(arena, "%s/PG_VERSION", cluster->data), "re");
	int major = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%d", &major) != 1)
		major = 0;
	fclose(f);
	return major;
}

static enum eh_rc find_programs(struct eh_arena *arena, struct eh_cluster *cluster, struct eh_err *err)
{
	int wanted = data_major(cluster);

	search_debian(arena, cluster, wanted);
	if (cluster->bin == NULL)
		search_path(arena, cluster, wanted);
	if (cluster->bin != NULL)
		return EH_OK;
	if (wanted != 0) {
		eh_fail(err, EH_AGAIN, "the store in %s was made by PostgreSQL %d, which is not installed",
			cluster->state, wanted);
		return eh_hint(err, "apt-get install postgresql-%d", wanted);
	}
	eh_fail(err, EH_AGAIN, "no PostgreSQL server of version %d or newer is installed", LEAST_MAJOR);
	return eh_hint(err, "run `make deps-run`, or: apt-get install postgresql-15");
}

/* ---- together ------------------------------------------------------------------- */

/* pg_ctl hands the names to a shell. */
static enum eh_rc check_name(const char *state, struct eh_err *err)
{
	if (state[0] == '/' && state[strcspn(state, "\"'\\$`\n\r")] == '\0' && strlen(state) < 1024)
		return EH_OK;
	eh_fail(err, EH_BAD_INPUT, "state folder '%s' cannot be used", state);
	return eh_hint(err, "give an absolute path of under 1024 bytes without quotes, $, ` or backslashes");
}

/* Socket paths end at 107 bytes, so a deep state folder has its socket elsewhere. */
static const char *socket_folder(struct eh_arena *arena, const char *state)
{
	char hex[EH_SHA256_HEX];

	if (strlen(state) + strlen("/run/.s.PGSQL.5432") <= SOCKET_PATH_MAX)
		return eh_arena_printf(arena, "%s/run", state);
	struct eh_sha256 digest = eh_sha256_of(state, strlen(state));
	eh_sha256_hex(&digest, hex);
	return eh_arena_printf(arena, "/tmp/evenhand-%.16s", hex);
}

/* The folder's one true name, also before it is there: under two names it would get two sockets. */
static const char *true_name(struct eh_arena *arena, const char *path)
{
	char real[PATH_MAX], *parent = eh_arena_strdup(arena, path);

	if (realpath(path, real) != NULL)
		return eh_arena_strdup(arena, real);
	for (size_t n = strlen(parent); n > 1 && parent[n - 1] == '/'; n--)
		parent[n - 1] = '\0';
	char *base = strrchr(parent, '/');
	if (base == NULL || base == parent)
		return parent;
	*base = '\0';
	return eh_arena_printf(arena, "%s/%s", true_name(arena, parent), base + 1);
}

enum eh_rc eh_cluster_find(struct eh_arena *arena, const char *state, struct eh_cluster *cluster, struct eh_err *err)
{
	enum eh_rc rc = check_name(state, err);

	*cluster = (struct eh_cluster){0};
	if (rc != EH_OK)
		return rc;
	cluster->state = true_name(arena, state);
	cluster->data = eh_arena_printf(arena, "%s/postgresql", cluster->state);
	cluster->run = socket_folder(arena, cluster->state);
	rc = find_owner(arena, cluster->state, &cluster->owner, err);
	return rc == EH_OK ? find_programs(arena, cluster, err) : rc;
}

const char *eh_cluster_conninfo(struct eh_arena *arena, const struct eh_cluster *cluster, const char *database,
				const char *role)
{
	/* Each is said, so that no PG* variable of the user's leads elsewhere. */
	return eh_arena_printf(arena, "host='%s' hostaddr='' port=5432 dbname='%s' user='%s' options='' password=''",
			       cluster->run, database, role);
}
