/*
 * Only loopback is served, as there is no TLS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "serve/daemon.h"

static enum eh_rc address(const char *text)
{
	struct sockaddr_storage out;
	struct eh_err err = {0};
	socklen_t n;

	return eh_serve_listen_address(text, &out, &n, &err);
}

static void loopback_is_served(void **state)
{
	(void)state;
	assert_int_equal(address("127.0.0.1:8787"), EH_OK);
	assert_int_equal(address("127.8.0.1:0"), EH_OK);
	assert_int_equal(address("[::1]:8787"), EH_OK);
	assert_int_equal(address("::1:8787"), EH_OK);
	assert_int_equal(address("localhost:65535"), EH_OK);
}

static void the_world_is_not(void **state)
{
	(void)state;
	assert_int_equal(address("0.0.0.0:8787"), EH_REFUSED);
	assert_int_equal(address("192.168.1.4:8787"), EH_REFUSED);
	assert_int_equal(address("[::]:8787"), EH_REFUSED);
	assert_int_equal(address("[::ffff:127.0.0.1]:8787"), EH_REFUSED);
}

static void what_is_no_address(void **state)
{
	static const char *const none[] = {"",
	                                   "8787",
	                                   "127.0.0.1",
	                                   "127.0.0.1:",
	                                   "127.0.0.1:x",
	                                   "127.0.0.1:65536",
	                                   "127.0.0.1:-1",
	                                   "example.org:80",
	                                   ":8787",
	                                   "127.1:80"};

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (address(none[i]) != EH_BAD_INPUT)
			fail_msg("%s was taken", none[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loopback_is_served),
		cmocka_unit_test(the_world_is_not),
		cmocka_unit_test(what_is_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
