/*
 * cluster_inside.h - what the files of the private cluster share; for this room only.
 *
 * Owner    as cluster.h.
 * Threads  as cluster.h.
 */
#ifndef EH_PG_CLUSTER_INSIDE_H
#define EH_PG_CLUSTER_INSIDE_H

#include "pg/cluster.h"

/* Makes the state folder, with owner and mode. */
EH_MUST enum eh_rc eh_cluster_make_state(const struct eh_cluster *cluster, struct eh_err *err);

/* Makes the socket folder; the caller holds the setup lock. */
EH_MUST enum eh_rc eh_cluster_make_run(const struct eh_cluster *cluster, struct eh_err *err);

/* initdb and the server's configuration, whole or not at all. */
EH_MUST enum eh_rc eh_cluster_make_data(const struct eh_cluster *cluster, struct eh_err *err);

/* Rewrites what depends on where the state folder lies. */
EH_MUST enum eh_rc eh_cluster_write_config(const struct eh_cluster *cluster, const char *data, struct eh_err *err);

/* Database, roles and rights, by the superuser. */
EH_MUST enum eh_rc eh_cluster_make_database(const struct eh_cluster *cluster, struct eh_err *err);

/* Runs a program of the server and gives its words as the story where it fails. */
EH_MUST enum eh_rc eh_cluster_run(const struct eh_cluster *cluster, const char *const *argv, struct eh_err *err);

/* The name of a file of the state folder. */
const char *eh_cluster_file(struct eh_arena *arena, const struct eh_cluster *cluster, const char *name);

/* Opens a file of the state folder to be locked, made where absent, closed on exec; -1 with errno. */
int eh_cluster_open_lock(const struct eh_cluster *cluster, const char *name);

/* Starts the watcher unless it lives; the caller holds the setup lock and the server is up. */
EH_MUST enum eh_rc eh_cluster_watch(const struct eh_cluster *cluster, struct eh_err *err);

/* Ends the watcher if there is one; the caller holds the setup lock. */
void eh_cluster_unwatch(const struct eh_cluster *cluster);

/* pg_ctl stop, waiting until the server is gone, and its socket folder with it. */
EH_MUST enum eh_rc eh_cluster_stop_server(const struct eh_cluster *cluster, struct eh_err *err);

#endif
