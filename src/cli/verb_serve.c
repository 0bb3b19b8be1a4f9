/*
 * verb_serve.c - evenhand serve: the dashboard, until a signal ends it.
 */
#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "pg/store.h"
#include "serve/serve.h"

const char eh_cli_serve_usage[] =
	"usage: evenhand serve\n"
	"\n"
	"Shows what the store holds, at the address of --listen (loopback only: it speaks\n"
	"plain HTTP).  Who may sign in is made by `evenhand user add`.  Ends on SIGINT or\n"
	"SIGTERM, when the pages that are being made are sent.\n";

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
	struct eh_err err = {0};
	sigset_t ends;
	int signal_no;

	/* Before any thread is made, so that all of them leave these signals to the wait below. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 0, 0, &err) != EH_OK ||
	    try_store(settings, &err) != EH_OK || eh_serve_start(settings, &serve, &err) != EH_OK)
		return eh_cli_failed(&err);
	printf("%s\n", eh_serve_url(serve));
	fflush(stdout);
	sigwait(&ends, &signal_no);
	eh_serve_stop(serve);
	return 0;
}
