/*
 * The palette: every pair of colours that meets on a page has the contrast that
 * WCAG 2.2 asks for, by its own formula, in the light, the dark and the printed
 * palette; and the style sheet brings nothing from elsewhere.
 */
#include <math.h>

#include "base/asset.h"
#include "tests/unit/page/drawn.h"

static const char *sheet(void)
{
	const struct eh_asset *css = eh_asset_find("dashboards/app.css");

	assert_non_null(css);
	return css->data;
}

/* The n-th :root block: 0 light, 1 dark, 2 more contrast, 3 print. */
static const char *palette(int which)
{
	const char *at = sheet();

	for (int i = 0; at != NULL && i <= which; i++)
		at = strstr(at + 1, ":root {");
	assert_non_null(at);
	return at;
}

static double channel(unsigned long rgb, int shift)
{
	double c = (double)(rgb >> shift & 0xff) / 255;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(const char *block, const char *name)
{
	char variable[32];
	const char *end = strchr(block, '}');

	snprintf(variable, sizeof variable, "--%s: #", name);
	const char *at = strstr(block, variable);
	if (at == NULL || at > end)
		fail_msg("no colour --%s", name);
	unsigned long rgb = strtoul(at + strlen(variable), NULL, 16);
	return 0.2126 * channel(rgb, 16) + 0.7152 * channel(rgb, 8) + 0.0722 * channel(rgb, 0);
}

static void check(const char *block, const char *front, const char *ground, double least)
{
	double a = luminance(block, front), b = luminance(block, ground);
	double ratio = (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);

	if (ratio < least)
		fail_msg("--%s on --%s: %.2f, and %.1f is asked for, in %.40s", front, ground, ratio, least, block);
}

static void check_palette(const char *block)
{
	static const char *const grounds[] = {"bg", "card", "sunk"};
	static const char *const texts[] = {"ink", "soft", "accent", "ok", "watch", "alert", "thin"};
	static const char *const states[] = {"ok", "watch", "alert", "thin"};
	static const char *const washes[] = {"ok-wash", "watch-wash", "alert-wash", "thin-wash"};
	static const char *const shapes[] = {"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "edge"};

	for (size_t g = 0; g < 3; g++)
		for (size_t t = 0; t < 7; t++)
			check(block, texts[t], grounds[g], 4.5);
	for (size_t s = 0; s < 4; s++) {
		check(block, states[s], washes[s], 4.5);
		check(block, "ink", washes[s], 4.5);
		check(block, "soft", washes[s], 4.5);
		check(block, "card", states[s], 4.5); /* letters on flags */
	}
	for (size_t s = 0; s < 9; s++)
		check(block, shapes[s], "card", 3);
	check(block, "ink", "accent-wash", 4.5);
}

static void test_contrast(void **state)
{
	(void)state;
	for (int which = 0; which < 2; which++) {
		check_palette(palette(which));
		check(palette(which), "accent-ink", "accent", 4.5);
		check(palette(which), "bar-ink", "bar", 4.5);
		check(palette(which), "bar-soft", "bar", 4.5);
		check(palette(which), "focus", "bg", 3);
		check(palette(which), "focus", "card", 3);
	}
	check_palette(palette(3));
}

static void test_formula(void **state)
{
	(void)state;
	check(":root { --a: #000000; --b: #ffffff; }", "a", "b", 20.999);
	check(":root { --a: #0072b2; --b: #ffffff; }", "a", "b", 5.18);
}

static void test_nothing_from_elsewhere(void **state)
{
	(void)state;
	assert_null(strstr(sheet(), "url("));
	assert_null(strstr(sheet(), "@import"));
	assert_null(strstr(sheet(), "://"));
	assert_int_equal(count_of(sheet(), "{"), count_of(sheet(), "}"));
}

/* A state or a series without its colour would be black on black at night. */
static void test_every_class_of_the_charts_is_dressed(void **state)
{
	static const char *const classes[] = {".st-ok", ".st-watch", ".st-alert", ".st-thin", ".st-suppressed", ".st-stale", ".s1,",
	                                      ".s8,", ".g1 ", ".g8 ", ".rule.law", ".rule.own", ".rule.parity", ".flag.alert",
	                                      ".flag.onset", ".gap-label", ".row-label", ".last-value", ".narrow", ".cursor"};

	(void)state;
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (strstr(sheet(), classes[i]) == NULL)
			fail_msg("no rule for %s", classes[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formula),
		cmocka_unit_test(test_contrast),
		cmocka_unit_test(test_nothing_from_elsewhere),
		cmocka_unit_test(test_every_class_of_the_charts_is_dressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
