/*
 * table_test.c - the one table of steps, and what is written from it: the rows of the migration, the tables of the
 * reference, the picture of docs.
 *
 * Each stands in its file between two marks (the picture is a whole file), and must be what the table gives today.
 * `EVENHAND_WRITE=1 build/tests/unit/alert/table_test` writes them anew.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/field.h"
#include "serve/machine.h"
#include "tests/lib/test.h"

#define MIGRATION "migrations/0023_alert_life.sql"
#define REFERENCE "docs/reference/alert.md"
#define PICTURE "docs/reference/alert-states.svg"

static char *slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1u << 20);

	assert_non_null(text);
	if (file == NULL)
		return text;
	size_t n = fread(text, 1, (1u << 20) - 1, file);
	text[n] = '\0';
	assert_int_equal(fclose(file), 0);
	return text;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* What stands between the marks is what was made; else the test fails, or writes it. */
static void hold(const char *path, const char *begin, const char *end, const char *made)
{
	char *text = slurp(path);
	char *from = strstr(text, begin);

	assert_non_null(from);
	from += strlen(begin);
	char *to = strstr(from, end);
	assert_non_null(to);
	if ((size_t)(to - from) != strlen(made) || memcmp(from, made, strlen(made)) != 0) {
		if (getenv("EVENHAND_WRITE") == NULL)
			fail_msg("%s is stale: EVENHAND_WRITE=1 build/tests/unit/alert/table_test writes it anew", path);
		EH_BUF_AUTO out = {0};
		eh_buf_put(&out, text, (size_t)(from - text));
		eh_buf_puts(&out, made);
		eh_buf_puts(&out, to);
		write_file(path, out.data);
	}
	free(text);
}

/* ---- SQL ---- */

static void put_words(struct eh_buf *out, const char *words)
{
	bool first = true;

	eh_buf_puts(out, "'{");
	while (words != NULL && *words != '\0') {
		words += strspn(words, " ");
		size_t n = strcspn(words, " ");
		if (n > 0)
			eh_buf_printf(out, "%s%.*s", first ? "" : ",", (int)n, words);
		first = false;
		words += n;
	}
	eh_buf_puts(out, "}'");
}

static void put_roles(struct eh_buf *out, unsigned roles)
{
	static const char *const names[] = {"insurer", "analyst", "approver", "counsel"};
	EH_BUF_AUTO words = {0};

	eh_buf_puts(&words, "");
	for (size_t i = 0; i < 4; i++)
		if (roles & eh_alert_role_of(names[i]))
			eh_buf_printf(&words, "%s ", names[i]);
	put_words(out, words.data);
}

static void put_sql_rule(struct eh_buf *out, const struct eh_alert_rule *r, enum eh_alert_state from, const char *kind, bool first)
{
	eh_buf_printf(out, "%s\n\t('%s', '%s', '%s', '%s', %d, ", first ? "" : ",", eh_alert_state_name(from), r->event, kind,
	              eh_alert_state_name(eh_alert_to(r, from)), (int)r->who);
	put_roles(out, r->roles);
	eh_buf_puts(out, ", ");
	put_roles(out, r->second);
	eh_buf_printf(out, ", %s, %s, ", r->apart ? "true" : "false", r->once ? "true" : "false");
	put_words(out, r->needs);
	eh_buf_putc(out, ')');
}

static void the_migration_has_the_table(void **state)
{
	static const char *const kinds[] = {"bias", "data", "governance"};
	EH_BUF_AUTO out = {0};
	bool first = true;

	(void)state;
	eh_buf_puts(&out, "INSERT INTO evenhand.alert_rule (from_state, event, kind, to_state, people, roles, seconds, apart, once, needs) VALUES");
	for (size_t i = 0; i < eh_alert_rules_n; i++)
		for (int s = 0; s < EH_ALERT_STATES; s++)
			for (size_t k = 0; k < 3; k++)
				if ((eh_alert_rules[i].from & 1u << s) && (eh_alert_rules[i].kinds & eh_alert_kind_of(kinds[k]))) {
					put_sql_rule(&out, &eh_alert_rules[i], (enum eh_alert_state)s, kinds[k], first);
					first = false;
				}
	eh_buf_puts(&out, ";\nINSERT INTO evenhand.alert_field (field, type, once, choices) VALUES");
	for (size_t i = 0; i < eh_alert_fields_n; i++) {
		const struct eh_alert_field *f = &eh_alert_fields[i];

		eh_buf_printf(&out, "%s\n\t('%s', '%s', %s, ", i == 0 ? "" : ",", f->key, eh_alert_type_name(f->type), f->once ? "true" : "false");
		put_words(&out, f->choices);
		eh_buf_putc(&out, ')');
	}
	eh_buf_puts(&out, ";\n");
	hold(MIGRATION, "-- rows begin\n", "-- rows end", out.data);
}

/* ---- docs ---- */

static void put_states(struct eh_buf *out, unsigned states)
{
	bool first = true;

	for (int s = 0; s < EH_ALERT_STATES; s++)
		if (states & 1u << s) {
			eh_buf_printf(out, "%s%s", first ? "" : ", ", s == 0 ? "(none)" : eh_alert_state_name((enum eh_alert_state)s));
			first = false;
		}
}

static void put_needs(struct eh_buf *out, const char *needs)
{
	const struct eh_alert_field *f;
	bool first = true;

	while ((f = eh_alert_next_field(&needs)) != NULL) {
		eh_buf_printf(out, "%s`%s`", first ? "" : ", ", f->key);
		first = false;
	}
}

static void put_doc_rule(struct eh_buf *out, const struct eh_alert_rule *r)
{
	char one[EH_ALERT_WORDS], two[EH_ALERT_WORDS];

	eh_alert_role_words(r->roles, one);
	eh_alert_role_words(r->second, two);
	eh_buf_puts(out, "| ");
	put_states(out, r->from);
	eh_buf_printf(out, " | `%s`%s | %s | %s | ", r->event, r->once ? ", once" : "",
	              r->to == EH_ALERT_STAY ? "the same" : eh_alert_state_name(r->to),
	              r->kinds == EH_ALERT_ANY    ? "any"
	              : r->kinds == EH_ALERT_BIAS ? "bias"
	                                          : "data, governance");
	if (r->who == EH_ALERT_BY_JUDGE)
		eh_buf_puts(out, "judge");
	else
		eh_buf_printf(out, "%s%s%s%s", one, r->who == EH_ALERT_BY_TWO ? "; then " : "", two, r->apart ? "; not who took `mitigate`" : "");
	eh_buf_puts(out, " | ");
	put_needs(out, r->needs);
	eh_buf_printf(out, " | %s |\n", r->sentence);
}

static void the_reference_has_the_table(void **state)
{
	EH_BUF_AUTO rules = {0};
	EH_BUF_AUTO fields = {0};

	(void)state;
	eh_buf_puts(&rules, "| from | event | to | kind | who | fields | what it says |\n|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < eh_alert_rules_n; i++)
		put_doc_rule(&rules, &eh_alert_rules[i]);
	hold(REFERENCE, "<!-- rules -->\n", "<!-- end of rules -->", rules.data);
	eh_buf_puts(&fields, "| field | type | | what it is |\n|---|---|---|---|\n");
	for (size_t i = 0; i < eh_alert_fields_n; i++) {
		const struct eh_alert_field *f = &eh_alert_fields[i];

		eh_buf_printf(&fields, "| `%s` | %s%s%s | %s | %s%s%s |\n", f->key, eh_alert_type_name(f->type), f->choices ? ": " : "",
		              f->choices ? f->choices : "", f->once ? "once" : "", f->label, f->hint ? ". " : ".", f->hint ? f->hint : "");
	}
	hold(REFERENCE, "<!-- fields -->\n", "<!-- end of fields -->", fields.data);
}

static void the_picture_is_drawn_from_the_table(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const char *drawn = eh_serve_machine_svg(home, "bias", EH_ALERT_NONE, NULL);
	char *stands = slurp(PICTURE);

	(void)state;
	if (strcmp(drawn, stands) != 0) {
		if (getenv("EVENHAND_WRITE") == NULL)
			fail_msg("%s is stale: EVENHAND_WRITE=1 build/tests/unit/alert/table_test writes it anew", PICTURE);
		write_file(PICTURE, drawn);
	}
	free(stands);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_migration_has_the_table),
		cmocka_unit_test(the_reference_has_the_table),
		cmocka_unit_test(the_picture_is_drawn_from_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
