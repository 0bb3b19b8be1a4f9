/*
 * A connection past its deadline is shut down, another is not; what is unwatched is forgotten.
 */
#include "serve/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <poll.h>

/* True where the other side sees the end within `ms`. */
static bool ends_within(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char byte;

	return poll(&p, 1, ms) == 1 && read(fd, &byte, 1) == 0;
}

static void the_late_are_shut_down(void **state)
{
	struct eh_watchdog *dog;
	struct eh_err err = {0};
	int late[2], free_one[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, late), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, free_one), 0);
	assert_int_equal(eh_serve_watchdog_start(&dog, &err), EH_OK);
	struct eh_watched *a = eh_serve_watch(dog, late[0], 1), *b = eh_serve_watch(dog, free_one[0], 1);
	eh_serve_watch_until(b, 0);
	assert_true(ends_within(late[1], 3500));
	assert_false(ends_within(free_one[1], 100));
	eh_serve_unwatch(a);
	eh_serve_unwatch(b);
	eh_serve_watchdog_stop(dog);
	for (int i = 0; i < 2; i++) {
		close(late[i]);
		close(free_one[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_late_are_shut_down)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
