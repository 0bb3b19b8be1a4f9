/*
 * yaml_test.c - what the strict reader takes, and the exact words with which it refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "config/nearest.h"
#include "config/yaml.h"

static const struct eh_yaml *read_good(struct eh_arena *arena, const char *text)
{
	const struct eh_yaml *root = NULL;
	struct eh_err err = {0};

	if (eh_yaml_parse(arena, "f.yaml", text, strlen(text), &root, &err) != EH_OK)
		fail_msg("%s", err.text);
	return root;
}

static void refuse_bytes(const char *text, size_t len, const char *want)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_yaml *root;
	struct eh_err err = {0};

	assert_int_equal(eh_yaml_parse(arena, "f.yaml", text, len, &root, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, want);
}

static void refuse(const char *text, const char *want)
{
	refuse_bytes(text, strlen(text), want);
}

static void tree_has_places(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_yaml *root = read_good(arena, "# a comment\na: 1\nb:\n  - {c: 'x y', d: [u, v]}\n  - z\n");
	const struct eh_yaml *b = eh_yaml_get(root, "b");

	assert_int_equal(root->kind, EH_YAML_MAPPING);
	assert_int_equal(root->n, 2);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->key_line, 3);
	const struct eh_yaml *c = eh_yaml_get(b->first, "c"), *d = eh_yaml_get(b->first, "d");
	assert_string_equal(c->text, "x y");
	assert_true(c->quoted);
	assert_string_equal(c->path, "b[0].c");
	assert_int_equal(c->line, 4);
	assert_int_equal(c->column, 9); /* of the quote */
	assert_string_equal(d->first->next->path, "b[0].d[1]");
	assert_string_equal(b->first->next->text, "z");
	assert_null(eh_yaml_get(root, "nothing"));
	assert_null(eh_yaml_get(NULL, "nothing"));
}

static void refuses_what_hides_its_meaning(void **state)
{
	(void)state;
	refuse("a: 1\na: 2\n", "f.yaml:2:1: the key \"a\" is written twice, first in line 1");
	refuse("a: {b: 1, b: 2}\n", "f.yaml:1:11: the key \"b\" is written twice, first in line 1");
	refuse("a: &x 1\nb: *x\n", "f.yaml:1:5: anchors (&name) are not allowed here");
	refuse("a: *x\n", "f.yaml:1:5: aliases (*name) are not allowed here, write the value out");
	refuse("a: !!str 1\n", "f.yaml:1:4: tags (!name) are not allowed here");
	refuse("<<: {a: 1}\n", "f.yaml:1:1: merge keys (<<) are not allowed here, write the values out");
	refuse("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document begins here, a file holds one");
	refuse("", "f.yaml:1:1: the file is empty");
	refuse("# nothing\n", "f.yaml:1:1: the file is empty");
	refuse("'': 1\n", "f.yaml:1:1: a key is empty");
	refuse("a: \"x\\0y\"\n", "f.yaml:1:4: this text holds a NUL or is not valid UTF-8");
	refuse_bytes("a: 1\nb: \0\n", 10, "f.yaml:2:4: a NUL byte");
	refuse("a: 1\nb: \xff\n", "f.yaml:2:4: the file is not valid UTF-8");
}

static void refuses_broken_yaml_with_a_place(void **state)
{
	(void)state;
	static const char *const broken[] = {"a: [1, 2\nb: 3\n", "a: 'x\n", "a: {b\n", "a: b: c\n", "\t- x\n", "]\n", "? [a]\n: b\n", "%YAML 9\n"};

	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		EH_ARENA_AUTO arena = eh_arena_new();
		const struct eh_yaml *root;
		struct eh_err err = {0};

		assert_int_equal(eh_yaml_parse(arena, "f.yaml", broken[i], strlen(broken[i]), &root, &err), EH_BAD_INPUT);
		unsigned line = 0, column = 0;
		assert_int_equal(sscanf(err.text, "f.yaml:%u:%u: ", &line, &column), 2);
		assert_true(line > 0 && column > 0);
	}
}

static void a_file_that_is_not_there_is_no_bad_yaml(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_yaml *root;
	struct eh_err err = {0};

	(void)state;
	assert_int_equal(eh_yaml_read(arena, "/no/such.yaml", &root, NULL, NULL, &err), EH_BAD_INPUT);
	assert_string_equal(err.hint, "look at the file's name and at who may read it");
}

static void limits_hold(void **state)
{
	(void)state;
	char deep[200] = "";

	for (int i = 0; i < 40; i++)
		strcat(deep, "[");
	for (int i = 0; i < 40; i++)
		strcat(deep, "]");
	refuse(deep, "f.yaml:1:17: the file is nested too deeply");
	EH_ARENA_AUTO arena = eh_arena_new();
	char *big = eh_arena_zalloc(arena, EH_YAML_MAX_BYTES + 10, 1);
	memset(big, ' ', EH_YAML_MAX_BYTES + 1);
	refuse_bytes(big, EH_YAML_MAX_BYTES + 1, "f.yaml: the file is larger than 1048576 bytes");
	size_t n = 0;
	n += (size_t)sprintf(big, "[");
	for (int i = 0; i < EH_YAML_MAX_NODES + 1; i++)
		n += (size_t)sprintf(big + n, "a,");
	n += (size_t)sprintf(big + n, "a]");
	const struct eh_yaml *root;
	struct eh_err err = {0};
	assert_int_equal(eh_yaml_parse(arena, "f.yaml", big, n, &root, &err), EH_BAD_INPUT);
	assert_non_null(strstr(err.text, "the file has too many values"));
}

static void keys_are_known_or_named(void **state)
{
	(void)state;
	static const char *const known[] = {"source", "table", "decided_at", NULL};
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_err err = {0};

	assert_int_equal(eh_yaml_keys(read_good(arena, "source: a\ntable: b\n"), known, &err), EH_OK);
	assert_int_equal(eh_yaml_keys(read_good(arena, "source: a\ntabel: b\n"), known, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:2:1: unknown key \"tabel\", did you mean \"table\"?");
	assert_int_equal(eh_yaml_keys(read_good(arena, "Source: a\n"), known, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:1:1: unknown key \"Source\", did you mean \"source\"?");
	assert_int_equal(eh_yaml_keys(read_good(arena, "colour: a\n"), known, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:1:1: unknown key \"colour\"");
	assert_int_equal(eh_yaml_keys(read_good(arena, "[a]\n"), known, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:1:1: the file must be a mapping {..}, it is a list [..]");
	const struct eh_yaml *root = read_good(arena, "source:\n  tabl: 1\n");
	assert_int_equal(eh_yaml_keys(root->first, known, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:2:3: unknown key \"source.tabl\", did you mean \"table\"?");
}

static void scalars_by_type(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_yaml *root = read_good(arena, "t: No\nyes: yes\nno: false\nn: -12\nd: 10m\nq: \"yes\"\nempty:\nnil: ~\n"
	                                              "blank: ''\nnum: 1e3\nl: [a, b]\n");
	struct eh_err err = {0};
	const char *text;
	bool flag;
	int64_t n;

	assert_int_equal(eh_yaml_text(eh_yaml_get(root, "t"), &text, &err), EH_OK);
	assert_string_equal(text, "No");
	assert_int_equal(eh_yaml_bool(eh_yaml_get(root, "yes"), &flag, &err), EH_OK);
	assert_true(flag);
	assert_int_equal(eh_yaml_bool(eh_yaml_get(root, "no"), &flag, &err), EH_OK);
	assert_false(flag);
	assert_int_equal(eh_yaml_int(eh_yaml_get(root, "n"), -20, 20, &n, &err), EH_OK);
	assert_int_equal(n, -12);
	assert_int_equal(eh_yaml_duration(eh_yaml_get(root, "d"), &n, &err), EH_OK);
	assert_int_equal(n, 600000000);
	assert_int_equal(eh_yaml_bool(eh_yaml_get(root, "q"), &flag, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:6:4: q must be yes or no");
	assert_int_equal(eh_yaml_text(eh_yaml_get(root, "empty"), &text, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:7:1: empty must be a text, it is empty");
	assert_int_equal(eh_yaml_text(eh_yaml_get(root, "nil"), &text, &err), EH_BAD_INPUT);
	assert_int_equal(eh_yaml_text(eh_yaml_get(root, "blank"), &text, &err), EH_BAD_INPUT);
	assert_int_equal(eh_yaml_int(eh_yaml_get(root, "num"), 0, 10, &n, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:10:6: num must be a whole number from 0 to 10");
	assert_int_equal(eh_yaml_int(eh_yaml_get(root, "n"), 0, 10, &n, &err), EH_BAD_INPUT);
	assert_int_equal(eh_yaml_text(eh_yaml_get(root, "l"), &text, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:11:4: l must be a single value, it is a list [..]");
	assert_int_equal(eh_yaml_need(root, "table", &root, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:1:1: the file has no \"table\"");
}

static void choices_and_lists(void **state)
{
	(void)state;
	static const char *const panes[] = {"1h", "1d", "7d", "1mo", NULL};
	static const char *const modes[] = {"poll", "stream", NULL};
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_yaml *root = read_good(arena, "pane: 7d\nmode: steam\nother: x1x\nl: [a, b]\ntwice: [a, b, a]\n");
	const char *const *texts;
	struct eh_err err = {0};
	size_t n;
	int at;

	assert_int_equal(eh_yaml_choice(eh_yaml_get(root, "pane"), panes, &at, &err), EH_OK);
	assert_int_equal(at, 2);
	assert_int_equal(eh_yaml_choice(eh_yaml_get(root, "mode"), modes, &at, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:2:7: mode is \"steam\", did you mean \"stream\"?");
	assert_int_equal(eh_yaml_choice(eh_yaml_get(root, "other"), modes, &at, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:3:8: other is \"x1x\", it must be one of: poll, stream");
	assert_int_equal(eh_yaml_texts(arena, eh_yaml_get(root, "l"), &texts, &n, &err), EH_OK);
	assert_int_equal(n, 2);
	assert_string_equal(texts[1], "b");
	assert_int_equal(eh_yaml_texts(arena, eh_yaml_get(root, "twice"), &texts, &n, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "f.yaml:5:15: \"a\" stands twice in twice");
}

static void nearest_word(void **state)
{
	(void)state;
	static const char *const known[] = {"reference", "column", NULL, "groups", "bands"};

	assert_string_equal(eh_nearest("refrence", known, 5), "reference");
	assert_string_equal(eh_nearest("colunm", known, 5), "column"); /* two neighbours swapped */
	assert_string_equal(eh_nearest("GROUPS", known, 5), "groups"); /* case costs a quarter */
	assert_null(eh_nearest("zebra", known, 5));
	assert_null(eh_nearest("", known, 5));
	assert_string_equal(eh_nearest("band", known, 5), "bands");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_has_places),
		cmocka_unit_test(refuses_what_hides_its_meaning),
		cmocka_unit_test(refuses_broken_yaml_with_a_place),
		cmocka_unit_test(a_file_that_is_not_there_is_no_bad_yaml),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(keys_are_known_or_named),
		cmocka_unit_test(scalars_by_type),
		cmocka_unit_test(choices_and_lists),
		cmocka_unit_test(nearest_word),
	};

	return cmocka_run_group_tests_name("config/yaml", tests, NULL, NULL);
}
