/*
 * Strokes: numbers in words and pixels, text that is cut, shapes that equal the pages' symbols.
 */
#include "page/svg.h"

#include <math.h>

#include "base/asset.h"
#include "tests/unit/page/drawn.h"

static void expect_number(double x, int decimals, const char *expected)
{
	EH_BUF_AUTO b = {0};

	eh_page_number(&b, x, decimals);
	assert_string_equal(b.data, expected);
}

static void test_numbers(void **state)
{
	(void)state;
	expect_number(0.675, 2, "0.68"); /* the double is a little over */
	expect_number(-0.5, 1, "\xe2\x88\x92" "0.5");
	expect_number(-0.001, 2, "0.00");
	expect_number(1234, 0, "1234");
	expect_number(12345.678, 1, "12\xe2\x80\xaf" "345.7");
	expect_number(1e9, 0, "1\xe2\x80\xaf" "000\xe2\x80\xaf" "000\xe2\x80\xaf" "000");
	expect_number(NAN, 2, "n/a");
	expect_number(-INFINITY, 2, "\xe2\x88\x92\xe2\x88\x9e");
}

static void test_coordinates(void **state)
{
	EH_BUF_AUTO b = {0};
	const double xs[] = {0, 12, 12.5, -0.04, -0.06, -3.25, 99.96};

	(void)state;
	for (size_t i = 0; i < sizeof xs / sizeof xs[0]; i++) {
		eh_page_coord(&b, xs[i]);
		eh_buf_putc(&b, ' ');
	}
	assert_string_equal(b.data, "0 12 12.5 0 -0.1 -3.3 100 ");
}

static void test_cut_text(void **state)
{
	EH_BUF_AUTO b = {0};

	(void)state;
	eh_page_svg_text_cut(&b, "c", "start", 0, 0, 64, "M\xc3\xbcnchen & R\xc3\xbc" "ck");
	assert_string_equal(b.data, "<text class=\"c\" text-anchor=\"start\" x=\"0\" y=\"0\"><title>M\xc3\xbcnchen &amp; R\xc3\xbc"
	                            "ck</title>M\xc3\xbcnchen &amp;\xe2\x80\xa6</text>");
	eh_buf_reset(&b);
	eh_page_svg_text_cut(&b, "c", "start", 0, 0, 64, "short");
	assert_null(strstr(b.data, "title"));
	assert_well_formed(b.data);
}

static void test_shapes_equal_the_symbols_of_pages(void **state)
{
	const struct eh_asset *page = eh_asset_find("dashboards/pages/shapes.html");

	(void)state;
	assert_non_null(page);
	for (enum eh_state s = 0; s < EH_PAGE_STATES; s++) {
		EH_BUF_AUTO drawn = {0};
		EH_BUF_AUTO symbol = {0};

		eh_page_glyph(&drawn, s);
		assert_well_formed(drawn.data);
		const char *shape = strchr(drawn.data, '>') + 1;
		eh_buf_printf(&symbol, "<symbol id=\"g-%s\" viewBox=\"0 0 16 16\">%.*s</symbol>", eh_page_state_slug(s),
		              (int)(strlen(shape) - strlen("</svg>")), shape);
		assert_non_null(strstr(page->data, symbol.data));
	}
}

static void test_badge_has_shape_and_word(void **state)
{
	EH_BUF_AUTO b = {0};

	(void)state;
	eh_page_badge(&b, EH_PAGE_STATE_THIN, NULL);
	eh_page_badge(&b, EH_PAGE_STATE_ALERT, "<Page>");
	assert_well_formed(b.data);
	assert_non_null(strstr(b.data, "</svg>Not enough data</span>"));
	assert_non_null(strstr(b.data, "</svg>&lt;Page&gt;</span>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_coordinates),
		cmocka_unit_test(test_cut_text),
		cmocka_unit_test(test_shapes_equal_the_symbols_of_pages),
		cmocka_unit_test(test_badge_has_shape_and_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
