/*
 * The cookie and the form's token; what the store says of a session is tested in tests/web.
 */
#include "serve/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static bool takes(const char *cookies)
{
	unsigned char token[EH_SERVE_TOKEN_BYTES];

	return eh_serve_session_token(cookies, token);
}

static void the_cookie_is_found(void **state)
{
	unsigned char token[EH_SERVE_TOKEN_BYTES];

	(void)state;
	assert_true(eh_serve_session_token("a=1; evenhand=" TOKEN "; b=2", token));
	for (int i = 0; i < EH_SERVE_TOKEN_BYTES; i++)
		assert_int_equal(token[i], i);
	assert_true(takes("evenhand=" TOKEN));
}

static void odd_cookies_are_none(void **state)
{
	(void)state;
	assert_false(takes(NULL));
	assert_false(takes(""));
	assert_false(takes("evenhand="));
	assert_false(takes("xevenhand=" TOKEN));
	assert_false(takes("evenhand=" TOKEN "A"));
	assert_false(takes("evenhand=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh"));
	assert_false(takes("evenhand=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+"));
	assert_false(takes("evenhand=" TOKEN "; evenhand=" TOKEN));
	assert_false(takes("evenhand=\"" TOKEN "\""));
}

static void the_forms_token_is_compared_whole(void **state)
{
	struct eh_session session = {.csrf = TOKEN};

	(void)state;
	assert_true(eh_serve_session_csrf(&session, TOKEN));
	assert_false(eh_serve_session_csrf(&session, NULL));
	assert_false(eh_serve_session_csrf(&session, ""));
	assert_false(eh_serve_session_csrf(&session, "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"));
	assert_false(eh_serve_session_csrf(&session, TOKEN "A"));
	memset(&session, 0, sizeof session);
	assert_false(eh_serve_session_csrf(&session, ""));
}

static void roles_have_names(void **state)
{
	(void)state;
	assert_int_equal(eh_serve_role_of("regulator"), EH_SERVE_REGULATOR);
	assert_string_equal(eh_serve_role_name(EH_SERVE_ADMIN), "admin");
	assert_int_equal(eh_serve_role_of("root"), EH_SERVE_PUBLIC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cookie_is_found),
		cmocka_unit_test(odd_cookies_are_none),
		cmocka_unit_test(the_forms_token_is_compared_whole),
		cmocka_unit_test(roles_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
