/*
 * cluster_make.c - the making of a private cluster: folders, data, configuration, database.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/time.h"
#include "pg/cluster_inside.h"
#include "pg/conn.h"

/* What does not depend on the place.  The data of a store must survive a power cut (fsync stays on), and
 * a log of failures must not repeat the data of the rows that failed (terse). */
static const char fixed_config[] = "listen_addresses = ''\n"
				   "port = 5432\n"
				   "unix_socket_permissions = 0700\n"
				   "max_connections = 50\n"
				   "shared_buffers = 128MB\n"
				   "work_mem = 16MB\n"
				   "maintenance_work_mem = 64MB\n"
				   "effective_cache_size = 512MB\n"
				   "jit = off\n"
				   "wal_level = logical\n"
				   "max_wal_size = 1GB\n"
				   "max_wal_senders = 8\n"
				   "max_replication_slots = 8\n"
				   "timezone = 'UTC'\n"
				   "log_timezone = 'UTC'\n"
				   "log_line_prefix = '%m [%p] %u '\n"
				   "log_error_verbosity = terse\n"
				   "log_checkpoints = off\n"
				   "cluster_name = 'evenhand'\n";

static enum eh_rc system_failed(const char *path, struct eh_err *err)
{
	int why = errno;

	eh_fail(err, EH_AGAIN, "%s: %s", path, strerror(why));
	if (why == EACCES || why == EPERM)
		eh_hint(err, "set EVENHAND_STATE to a folder you may write");
	return EH_AGAIN;
}

static enum eh_rc make_parents(const char *path, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	char *part = eh_arena_strdup(arena, path);

	for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, geteuid() == 0 ? 0755 : 0700) != 0 && errno != EEXIST)
			return system_failed(part, err);
		*slash = '/';
	}
	return EH_OK;
}

/* A folder of mode 0700 that is the owner's: one that was put there by somebody else is refused. */
static enum eh_rc make_private_folder(const char *path, const struct eh_process_user *owner, struct eh_err *err)
{
	struct stat st;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return system_failed(path, err);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return system_failed(path, err);
	enum eh_rc rc = EH_OK;
	if (fstat(fd, &st) != 0)
		rc = system_failed(path, err);
	else if (st.st_uid != owner->uid && st.st_uid != geteuid())
		rc = eh_fail(err, EH_REFUSED, "%s belongs to another user (%u)", path, (unsigned)st.st_uid);
	else if (st.st_uid != owner->uid && fchown(fd, owner->uid, owner->gid) != 0)
		rc = system_failed(path, err);
	else if ((st.st_mode & 0777) != 0700 && fchmod(fd, 0700) != 0)
		rc = system_failed(path, err);
	close(fd);
	return rc;
}

/* Root could make a folder that the owner cannot reach, as under /root: better found here than by initdb. */
static enum eh_rc check_reach(const struct eh_cluster *cluster, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_BUF_AUTO said = {0};
	const char *const nothing[] = {"/bin/true", NULL};
	char *parent = eh_arena_strdup(arena, cluster->state);
	int status;

	*(strrchr(parent, '/') + 1) = '\0';
	enum eh_rc rc = eh_process_run(nothing, &cluster->owner, parent, &said, &status, err);
	if (rc != EH_OK || status == 0)
		return rc;
	eh_fail(err, EH_AGAIN, "the user '%s', as whom the server runs, cannot enter %s", cluster->owner.name, parent);
	return eh_hint(err, "set EVENHAND_STATE to a folder whose parents everybody may enter");
}

enum eh_rc eh_cluster_make_state(const struct eh_cluster *cluster, struct eh_err *err)
{
	enum eh_rc rc = make_parents(cluster->state, err);

	if (rc == EH_OK && geteuid() == 0)
		rc = check_reach(cluster, err);
	return rc == EH_OK ? make_private_folder(cluster->state, &cluster->owner, err) : rc;
}

enum eh_rc eh_cluster_make_run(const struct eh_cluster *cluster, struct eh_err *err)
{
	return make_private_folder(cluster->run, &cluster->owner, err);
}

/* ---- files ---------------------------------------------------------------------- */

static enum eh_rc write_file(const struct eh_cluster *cluster, const char *path, const char *text, struct eh_err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	size_t n = strlen(text);

	if (fd < 0)
		return system_failed(path, err);
	bool ok = write(fd, text, n) == (ssize_t)n && fsync(fd) == 0 &&
		  (geteuid() != 0 || fchown(fd, cluster->owner.uid, cluster->owner.gid) == 0);
	enum eh_rc rc = ok ? EH_OK : system_failed(path, err);
	close(fd);
	return rc;
}

/* Who may log in, and as whom: the cluster's owner and root, as one of our roles. */
static const char *ident_lines(struct eh_arena *arena, const struct eh_cluster *cluster)
{
	static const char *const roles[] = {EH_CLUSTER_ADMIN,  "evenhand_owner",     "evenhand_writer",
					    "evenhand_reader", "evenhand_regulator", "evenhand_source",
					    "evenhand_counsel"};
	const char *lines = "";

	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		lines = eh_arena_printf(arena, "%sevenhand \"root\" %s\n", lines, roles[i]);
		if (cluster->owner.uid != 0)
			lines = eh_arena_printf(arena, "%sevenhand \"%s\" %s\n", lines, cluster->owner.name, roles[i]);
	}
	return lines;
}

enum eh_rc eh_cluster_write_config(const struct eh_cluster *cluster, const char *data, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const char *place = eh_arena_printf(arena, "unix_socket_directories = '\"%s\"'\n", cluster->run);
	enum eh_rc rc = write_file(cluster, eh_arena_printf(arena, "%s/evenhand.conf", data),
				   eh_arena_printf(arena, "%s%s", fixed_config, place), err);

	if (rc == EH_OK)
		rc = write_file(cluster, eh_arena_printf(arena, "%s/postgresql.conf", data),
				"# Rewritten at every start; what ALTER SYSTEM sets is kept, and wins.\n"
				"include 'evenhand.conf'\n",
				err);
	if (rc == EH_OK)
		rc = write_file(cluster, eh_arena_printf(arena, "%s/pg_hba.conf", data),
				"local all all peer map=evenhand\nlocal replication all peer map=evenhand\n", err);
	if (rc == EH_OK)
		rc = write_file(cluster, eh_arena_printf(arena, "%s/pg_ident.conf", data), ident_lines(arena, cluster),
				err);
	return rc;
}

enum eh_rc eh_cluster_make_data(const struct eh_cluster *cluster, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	/* A name of its own: the initdb of a killed attempt may still be at work in the folder of that one. */
	const char *fresh = eh_cluster_file(arena, cluster,
					    eh_arena_printf(arena, "postgresql.new.%ld.%lld", (long)getpid(),
							    (long long)eh_time_wall_us()));
	const char *const clear[] = {"/usr/bin/find", cluster->state, "-maxdepth", "1", "-name", "postgresql.new*",
				     "-exec", "/bin/rm", "-rf", "--", "{}", "+", NULL};
	const char *const initdb[] = {eh_arena_printf(arena, "%s/initdb", cluster->bin),
				      "-D", fresh, "-U", EH_CLUSTER_ADMIN, "-A", "peer", "-E", "UTF8",
				      "--locale=C", "--data-checksums", NULL};
	/* What a killed attempt left; while its initdb still writes this may not get all, and the next one does. */
	(void)!eh_cluster_run(cluster, clear, &(struct eh_err){0});
	enum eh_rc rc = eh_cluster_run(cluster, initdb, err);

	if (rc == EH_OK)
		rc = eh_cluster_write_config(cluster, fresh, err);
	if (rc == EH_OK && rename(fresh, cluster->data) != 0)
		rc = system_failed(cluster->data, err);
	return rc == EH_OK ? EH_OK : eh_while(err, "cannot make the private PostgreSQL cluster");
}

/* ---- the database --------------------------------------------------------------- */

static enum eh_rc run_asset(struct eh_pg *pg, const char *name, struct eh_err *err)
{
	const struct eh_asset *asset = eh_asset_find(name);

	EH_ASSERT(asset != NULL);
	enum eh_rc rc = eh_pg_exec_script(pg, asset->data, err);
	return rc == EH_OK ? EH_OK : eh_while(err, "%s", name);
}

/* CREATE DATABASE knows no IF NOT EXISTS, and a killed attempt may have come this far. */
static enum eh_rc make_empty_database(struct eh_arena *arena, const struct eh_cluster *cluster, struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	int64_t there = 0;
	enum eh_rc rc = eh_pg_open(eh_cluster_conninfo(arena, cluster, "postgres", EH_CLUSTER_ADMIN), NULL, &pg, err);

	if (rc == EH_OK)
		rc = eh_pg_query_int8(pg, &eh_sql_pg_has_database, NULL, &there, err);
	if (rc == EH_OK && there == 0)
		rc = eh_pg_simple(pg, "CREATE DATABASE " EH_CLUSTER_DATABASE, "create database", err);
	return rc;
}

enum eh_rc eh_cluster_make_database(const struct eh_cluster *cluster, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = NULL;
	enum eh_rc rc = make_empty_database(arena, cluster, err);

	if (rc == EH_OK)
		rc = eh_pg_open(eh_cluster_conninfo(arena, cluster, EH_CLUSTER_DATABASE, EH_CLUSTER_ADMIN), NULL, &pg,
				err);
	if (rc == EH_OK)
		rc = run_asset(pg, "migrations/setup_roles.sql", err);
	if (rc == EH_OK)
		rc = run_asset(pg, "migrations/setup_private.sql", err);
	if (rc == EH_OK)
		rc = write_file(cluster, eh_cluster_file(arena, cluster, "ready"), "", err);
	return rc;
}
