/*
 * stop.c - see stop.h.
 */
#include "cli/stop.h"

#include <stddef.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	stop = number;
}

const volatile sig_atomic_t *eh_cli_stop_on_signal(void)
{
	struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: a wait shall end */

	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	return &stop;
}
