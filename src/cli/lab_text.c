/*
 * lab_text.c - see lab_text.h.
 */
#include "cli/lab_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>


static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "never";
}

static void print_list(const char *title, const json_t *list)
{
	size_t i;
	json_t *item;

	printf("%s: %zu\n", title, json_array_size(list));
	json_array_foreach(list, i, item)
	{
		const json_t *alert = json_object_get(item, "alert");

		printf("  %s  raised %s, onset %s, %s\n", text_of(item, "about"), text_of(alert, "at"),
		       text_of(alert, "onset"), text_of(alert, "severity"));
	}
}

static void print_both(const json_t *list)
{
	size_t i;
	json_t *item;

	printf("in both: %zu\n", json_array_size(list));
	json_array_foreach(list, i, item)
	{
		printf("  %s  in force %s, draft %s (%s)\n", text_of(item, "about"),
		       text_of(json_object_get(item, "in_force"), "at"), text_of(json_object_get(item, "draft"), "at"),
		       text_of(item, "draft_is"));
	}
}

static void print_false(const json_t *doc, const char *kind)
{
	const json_t *of = json_object_get(json_object_get(doc, "false_alerts"), kind);
	const json_t *a = json_object_get(json_object_get(of, "in_force"), "review"),
		     *b = json_object_get(json_object_get(of, "draft"), "review");

	printf("false alerts a year, %s history of %s years: in force %s (at most %s), draft %s (at most %s)\n", kind,
	       text_of(of, "years"), text_of(a, "a_year"), text_of(a, "a_year_at_most"), text_of(b, "a_year"),
	       text_of(b, "a_year_at_most"));
}

static void print_delays(const json_t *doc)
{
	size_t i;
	json_t *item;

	json_array_foreach(json_object_get(doc, "delays"), i, item)
	{
		const json_t *a = json_object_get(json_object_get(item, "in_force"), "review"),
			     *b = json_object_get(json_object_get(item, "draft"), "review");

		printf("a fall to %s is found, in the middle, after days: in force %s, draft %s\n", text_of(item, "ratio"),
		       text_of(a, "median_days"), text_of(b, "median_days"));
	}
}

static bool is_never(const json_t *days)
{
	const char *text = json_string_value(days);

	return text != NULL && (strcmp(text, "never") == 0 || strcmp(text, "gate") == 0);
}

/* Monitors of a side that the deepest fall would not set off within a year. */
static void print_unreachable(const json_t *doc, const char *side)
{
	size_t i, n = 0, never = 0;
	json_t *item;

	json_array_foreach(json_object_get(doc, "reach"), i, item)
	{
		const json_t *to = json_object_get(item, side);

		n += json_is_array(to);
		never += is_never(json_array_get(to, json_array_size(to) - 1));
	}
	printf("%s: %zu of %zu monitors could not show a fall to %s within a year with the decisions there are\n",
	       strcmp(side, "draft") == 0 ? "draft" : "in force", never, n,
	       json_string_value(json_array_get(json_object_get(doc, "ratios"), 2)));
}

void eh_cli_lab_text(const json_t *doc, const char *digest)
{
	print_list("gained by the draft", json_object_get(doc, "gained"));
	print_list("lost by the draft", json_object_get(doc, "lost"));
	print_both(json_object_get(doc, "both"));
	if (json_integer_value(json_object_get(doc, "runs")) > 0) {
		print_false(doc, "permuted");
		print_false(doc, "bootstrapped");
		print_delays(doc);
	}
	print_unreachable(doc, "in_force");
	print_unreachable(doc, "draft");
	printf("digest %s\n", digest);
}
