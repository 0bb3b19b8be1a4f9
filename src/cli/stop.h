/*
 * stop.h - SIGTERM and SIGINT as a flag that the long-running verbs look at.
 *
 * Threads  main only.
 */
#ifndef EH_CLI_STOP_H
#define EH_CLI_STOP_H

#include <signal.h>

/* Installs the handlers; the flag holds the signal's number once one came. */
const volatile sig_atomic_t *eh_cli_stop_on_signal(void);

#endif
