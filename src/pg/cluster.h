/*
 * cluster.h - the private PostgreSQL cluster: the store of whoever names no other.
 *
 * It listens on a UNIX socket in a folder of mode 0700 and nowhere else, lets in by
 * `peer` the OS user who owns it and root and nobody else, is made at first use,
 * started when it is needed, and stopped by eh_cluster_stop() or by its watcher.
 * Clusters of the system are never touched.
 *
 *   STATE/lock       each process that uses the cluster holds a shared flock on it as long as it lives
 *   STATE/setup      exclusive flock of whoever makes, starts or stops
 *   STATE/postgresql the data folder          STATE/server.log  what the server says
 *   STATE/run        the socket (where the path would be too long: /tmp/evenhand-HASH)
 *   STATE/ready      there once database and roles are made
 *   STATE/watcher    number and start of the watcher
 *
 * The watcher is a detached process that stops the server when nobody held STATE/lock for 60 s
 * ($EVENHAND_IDLE_STOP, as 5s or 10m).  It holds no lock and no connection.
 * As root the cluster belongs to the system user `evenhand`, who is made where absent, or to
 * the owner of the state folder where that is another user.
 *
 * Owner    the lock is the process's, until it ends; an eh_cluster lives in its arena.
 * Threads  one at a time in a process; processes exclude each other.
 */
#ifndef EH_PG_CLUSTER_H
#define EH_PG_CLUSTER_H

#include "pg/process.h"

#define EH_CLUSTER_DATABASE "evenhand"
#define EH_CLUSTER_ADMIN "evenhand_admin" /* the superuser: makes roles, is used for nothing else */

struct eh_cluster {
	const char *state, *data, *run; /* folders, absolute */
	struct eh_process_user owner;
	const char *bin; /* folder of initdb, pg_ctl, postgres */
	int major;	 /* of those programs */
};

/* Where the cluster in `state` lies or would lie, whose it is, and which programs serve it.  As root
 * it makes the system user; else it makes nothing.  EH_AGAIN where no PostgreSQL >= 15 (or not
 * the one that made the data) is installed, EH_REFUSED where the folder belongs to somebody else. */
EH_MUST enum eh_rc eh_cluster_find(struct eh_arena *arena, const char *state, struct eh_cluster *cluster,
				   struct eh_err *err);

/* True where the data folder was made already. */
bool eh_cluster_made(const struct eh_cluster *cluster);

/* Takes the shared lock, makes what is absent, starts what is down.  The lock stays until the process ends. */
EH_MUST enum eh_rc eh_cluster_ensure(const struct eh_cluster *cluster, struct eh_err *err);

/* A libpq connection string to that database as that role. */
const char *eh_cluster_conninfo(struct eh_arena *arena, const struct eh_cluster *cluster, const char *database,
				const char *role);

/* Stops the server in order and ends the watcher; *was_up says whether there was one.  *in_use counts nothing
 * but tells whether another process still holds the cluster's lock: its connections are ended. */
EH_MUST enum eh_rc eh_cluster_stop(const struct eh_cluster *cluster, bool *was_up, bool *in_use, struct eh_err *err);

/* Where the caller is root: becomes the cluster's owner for good. */
EH_MUST enum eh_rc eh_cluster_drop_privileges(const struct eh_cluster *cluster, struct eh_err *err);

#endif
