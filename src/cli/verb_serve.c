/*
 * verb_serve.c - evenhand serve: the dashboard, until a signal ends it.
 */
#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "pg/store.h"
#include "serve/ops.h"
#include "serve/serve.h"

const char eh_cli_serve_usage[] =
	"usage: evenhand serve\n"
	"\n"
	"Shows what the store holds, at the address of --listen (loopback only: it speaks\n"
	"plain HTTP).  Who may sign in is made by `evenhand user add`.  At the address of\n"
	"--ops-listen it answers /metrics, /healthz and /readyz.  Ends on SIGINT or SIGTERM,\n"
	"when the pages that are being made are sent.\n";

/* The dashboard matters more: where another program has the port of the metrics, it is said, and the pages are served. */
static enum eh_rc start_ops(const struct eh_settings *settings, struct eh_serve_ops **ops, struct eh_err *err)
{
	enum eh_rc rc = eh_serve_ops_start(settings, ops, err);

	if (rc == EH_OK)
		eh_log("metrics at %smetrics", eh_serve_ops_url(*ops));
	if (rc != EH_AGAIN)
		return rc;
	eh_log_err(err);
	return EH_OK;
}

/* One connection, so that what is wrong with the store is said now and not to the first visitor. */
static enum eh_rc try_store(const struct eh_settings *settings, struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &pg, err);

	return rc == EH_OK ? eh_store_drop_privileges(settings->store, settings->state, err) : rc;
}

int eh_cli_serve(int argc, char **argv, struct eh_settings *settings)
{
	const struct eh_cli_flag flags[] = {{0}};
	struct eh_serve *serve = NULL;
	struct eh_serve_ops *ops = NULL;
	struct eh_err err = {0};
	sigset_t ends;
	int signal_no;

	/* Before any thread is made, so that all of them leave these signals to the wait below. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    try_store(settings, &err) != EH_OK || start_ops(settings, &ops, &err) != EH_OK)
		return eh_cli_failed(&err);
	if (eh_serve_start(settings, &serve, &err) != EH_OK) {
		eh_serve_ops_stop(ops);
		return eh_cli_failed(&err);
	}
	printf("%s\n", eh_serve_url(serve));
	fflush(stdout);
	sigwait(&ends, &signal_no);
	eh_serve_stop(serve);
	eh_serve_ops_stop(ops);
	return 0;
}
