/*
 * pack_text.c - see pack_text.h.
 */
#include "cli/pack_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL ? value : "-";
}

static long long whole(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

/* A figure with its limits, its p and its verdict. */
static void print_figure(const json_t *row)
{
	printf("%s", text(row, "estimate"));
	if (json_is_string(json_object_get(row, "lo")))
		printf(" (%s to %s)", text(row, "lo"), text(row, "hi"));
	if (json_is_string(json_object_get(row, "p")))
		printf("  p %s", text(row, "p"));
	if (json_is_string(json_object_get(row, "p_holm")))
		printf(", Holm %s, BH %s", text(row, "p_holm"), text(row, "p_bh"));
	printf("  %s\n", text(row, "verdict"));
}

static void print_pooled(const json_t *pooled)
{
	const json_t *one;
	size_t i;

	json_array_foreach(pooled, i, one) {
		bool all = strcmp(text(one, "kind"), "strata") == 0;

		printf("      pooled over %s%s%s, %lld parts, %lld of them large enough: ", all ? "all strata at once" : text(one, "kind"),
		       all ? "" : " ", all ? "" : text(one, "over"), whole(one, "parts"), whole(one, "parts_enough"));
		print_figure(one);
		if (json_is_true(json_object_get(one, "hidden_by_slicing")))
			printf("      no part is large enough alone, and together they cross\n");
	}
}

static void print_drivers(const json_t *drivers)
{
	const json_t *one;
	size_t i;

	json_array_foreach(drivers, i, one)
		printf("      %s: %s %s over %lld\n", text(one, "feature"), text(one, "measure"), text(one, "value"), whole(one, "n"));
}

static void print_row(const json_t *row)
{
	printf("    %s", text(row, "attribute"));
	if (json_is_string(json_object_get(row, "group")))
		printf(" %s", text(row, "group"));
	if (json_is_string(json_object_get(row, "reference")))
		printf(" against %s", text(row, "reference"));
	printf(": ");
	if (json_object_get(row, "n_reference") != NULL)
		printf("%lld of %lld against %lld of %lld, ", whole(row, "k_protected"), whole(row, "n_protected"),
		       whole(row, "k_reference"), whole(row, "n_reference"));
	else if (json_object_get(row, "n_protected") != NULL)
		printf("%lld of %lld, ", whole(row, "k_protected"), whole(row, "n_protected"));
	print_figure(row);
	if (json_is_string(json_object_get(row, "reason")))
		printf("      %s\n", text(row, "reason"));
	print_pooled(json_object_get(row, "pooled"));
	print_drivers(json_object_get(row, "drivers"));
}

static void print_line(const json_t *line)
{
	const json_t *row;
	size_t i;

	printf("  %s: %s", text(line, "line"), text(line, "metric"));
	if (json_is_string(json_object_get(line, "threshold")))
		printf(", line %s %s (%s)", text(line, "direction"), text(line, "threshold"), text(line, "threshold_origin"));
	else
		printf(", no line");
	if (json_is_string(json_object_get(line, "level")))
		printf(", %s at %s (%s)", text(line, "test"), text(line, "level"), text(line, "test_origin"));
	printf("\n    %s\n", text(line, "citation"));
	json_array_foreach(json_object_get(line, "rows"), i, row)
		print_row(row);
}

void eh_cli_print_pack(const json_t *result)
{
	const json_t *line;
	size_t i;

	printf("%s, %s to %s, source %s: %lld decisions\n  %s; %s\n", text(result, "pack"), text(result, "from"), text(result, "to"),
	       text(result, "source"), whole(result, "n"), text(result, "status"), text(result, "note"));
	json_array_foreach(json_object_get(result, "lines"), i, line)
		print_line(line);
}

static void print_half(const char *name, const json_t *half)
{
	printf("%s %s (%lld of %lld against %lld of %lld)", name, text(half, "ratio"), whole(half, "k_protected"),
	       whole(half, "n_protected"), whole(half, "k_reference"), whole(half, "n_reference"));
}

void eh_cli_print_change(const json_t *result)
{
	const json_t *row;
	size_t i;

	printf("%s %s, first met %s, source %s: %lld decisions before, %lld after, %lld of them by it\n", text(result, "role"),
	       text(result, "component"), text(result, "first_seen"), text(result, "source"), whole(result, "n_before"),
	       whole(result, "n_after"), whole(result, "n_component"));
	json_array_foreach(json_object_get(result, "rows"), i, row) {
		printf("  %s %s against %s, %s: ", text(row, "attribute"), text(row, "group"), text(row, "reference"), text(row, "outcome"));
		print_half("ratio", json_object_get(row, "before"));
		print_half(", then", json_object_get(row, "after"));
		printf("; p %s, Holm %s  %s\n", text(row, "p"), text(row, "p_holm"), text(row, "verdict"));
	}
}
