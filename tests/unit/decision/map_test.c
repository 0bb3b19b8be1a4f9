/*
 * map_test.c - the design's example is read whole; what is wrong is refused in these words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "decision/map.h"

static const char example[] =
	"source: underwriting                 # a name\n"
	"conninfo: service=policyadmin\n"
	"table: public.decision\n"
	"mode: poll\n"
	"pane: 1h\n"
	"lateness: 10m\n"
	"follow: yes\n"
	"identity: position\n"
	"columns: {id: decision_id, decided_at: decided_at, decision: decision, score: score, outcome: outcome, "
	"outcome_at: outcome_at}\n"
	"favourable: [approve]\n"
	"score: {higher_is: adverse, scale: 6}\n"
	"outcome: {adverse: [\"1\"]}\n"
	"protected:\n"
	"  - {name: sex, column: sex, reference: Male, groups: {M: Male, F: Female, f: Female}}\n"
	"  - {name: age, column: age, reference: 40-64, bands: [25, 40, 65]}\n"
	"strata:   [{name: tier, column: tier}]\n"
	"features: [{name: dti, column: dti, kind: numeric, scale: 9}, {name: zip3, column: zip3, kind: categorical}]\n"
	"lineage:  [{role: model, column: model_version}, {role: vendor, column: vendor}, {role: retrieval, column: doc_ids}]\n"
	"audit:\n"
	"  sex: {strata: [tier, age], controls: [dti, tier], proxies: [dti, zip3]}\n"
	"  age: {}\n"
	"  intersections: [[sex, age]]\n";

/* The smallest map. */
static const char small[] = "source: s\n"
                            "table: t\n"
                            "columns: {id: id, decided_at: at, decision: d}\n"
                            "favourable: [yes]\n"
                            "protected: [{name: sex, column: sex, reference: M}]\n";

static const struct eh_map *read_good(struct eh_arena *arena, const char *text)
{
	const struct eh_map *map = NULL;
	struct eh_err err = {0};

	if (eh_map_parse(arena, "m.yaml", text, strlen(text), &map, &err) != EH_OK)
		fail_msg("%s", err.text);
	return map;
}

static void refuse(const char *text, const char *want)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *map;
	struct eh_err err = {0};

	assert_int_equal(eh_map_parse(arena, "m.yaml", text, strlen(text), &map, &err), EH_BAD_INPUT);
	assert_string_equal(err.text, want);
}

/* The small map with one line exchanged (by its key) or added. */
static void refuse_with(const char *key, const char *line, const char *want)
{
	char text[2048] = "";
	const char *at = small;
	bool done = false;

	while (*at != '\0') {
		size_t n = strcspn(at, "\n") + 1;

		if (strncmp(at, key, strlen(key)) == 0 && at[strlen(key)] == ':') {
			strcat(text, line);
			strcat(text, line[0] == '\0' ? "" : "\n");
			done = true;
		} else {
			strncat(text, at, n);
		}
		at += n;
	}
	if (!done) {
		strcat(text, line);
		strcat(text, "\n");
	}
	refuse(text, want);
}

static void example_is_read_whole(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *m = read_good(arena, example);

	assert_string_equal(m->source, "underwriting");
	assert_string_equal(m->conninfo, "service=policyadmin");
	assert_string_equal(m->schema, "public");
	assert_string_equal(m->table, "decision");
	assert_int_equal(m->pane, EH_MAP_PANE_HOUR);
	assert_int_equal(m->lateness_us, 600000000);
	assert_true(m->follow);
	static const char *const needed[] = {"decision_id", "decided_at", "decision", "score", "outcome",       "outcome_at", "sex",
	                                     "age",         "tier",       "dti",      "zip3",  "model_version", "vendor",     "doc_ids"};
	assert_int_equal(m->columns_n, 14);
	for (size_t i = 0; i < m->columns_n; i++)
		assert_string_equal(m->columns[i].name, needed[i]);
	assert_int_equal(m->columns[m->score].roles, EH_MAP_SCORE);
	assert_int_equal(m->score_scale, 6);
	assert_true(eh_map_values_hold(&m->favourable, "approve", 7));
	assert_false(eh_map_values_hold(&m->favourable, "approved", 8));
	assert_true(eh_map_values_hold(&m->outcome_adverse, "1", 1));
	assert_int_equal(m->protect_n, 2);
	assert_int_equal(m->protect[0].groups_n, 3);
	assert_int_equal(m->protect[0].labels_n, 2); /* F and f are one group */
	assert_int_equal(m->protect[1].labels_n, 4);
	static const char *const bands[] = {"under 25", "25-39", "40-64", "65+"};
	for (int i = 0; i < 4; i++)
		assert_string_equal(m->protect[1].labels[i], bands[i]);
	assert_int_equal(m->features[0].scale, 9);
	assert_int_equal(m->features[1].kind, EH_MAP_CATEGORICAL);
	assert_string_equal(m->lineage[2].role, "retrieval");
	assert_int_equal(m->audit[0].strata.n, 2);
	assert_int_equal(m->audit[0].strata.ref[1].list, EH_MAP_PROTECTED);
	assert_int_equal(m->audit[0].controls.ref[1].list, EH_MAP_STRATUM);
	assert_true(m->audit[1].strata.given); /* an empty mapping means none */
	assert_int_equal(m->audit[1].strata.n, 0);
	assert_int_equal(m->intersections_n, 1);
	assert_int_equal(m->intersections[0][1], 1);
}

static void defaults_hold(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *m = read_good(arena, small);

	assert_null(m->conninfo);
	assert_string_equal(m->schema, "public");
	assert_string_equal(m->table, "t");
	assert_int_equal(m->mode, EH_MAP_MODE_POLL);
	assert_int_equal(m->lateness_us, 600000000);
	assert_true(m->follow);
	assert_int_equal(m->score, -1);
	assert_int_equal(m->outcome, -1);
	assert_int_equal(m->outcome_at, -1);
	assert_false(m->audit[0].strata.given);
	assert_true(eh_map_values_hold(&m->favourable, "yes", 3)); /* a text, not a boolean */
}

static void one_meaning_one_version(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *m = read_good(arena, small);
	const struct eh_map *same = read_good(arena, "# the same, said otherwise\n"
	                                             "protected:\n  - reference: 'M'\n    name: sex\n    column: sex\n"
	                                             "favourable: ['yes']\nfollow: true\nmode: poll\npane: 1h\nlateness: 600s\n"
	                                             "audit: {sex: {proxies: []}, intersections: []}\nstrata: []\n"
	                                             "columns: {decision: d, decided_at: at, id: id}\ntable: public.t\n"
	                                             "source: s\n");
	const struct eh_map *other = read_good(arena, "source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\n"
	                                              "adverse: [yes]\n"
	                                              "protected: [{name: sex, column: sex, reference: M}]\n");

	assert_string_equal(m->canonical,
	                    "{\"adverse\":[],\"audit\":{\"attributes\":[{\"attribute\":\"sex\",\"controls\":null,"
	                    "\"proxies\":null,\"strata\":null}],\"intersections\":[]},\"columns\":{\"decided_at\":\"at\","
	                    "\"decision\":\"d\",\"id\":\"id\",\"outcome\":null,\"outcome_at\":null,\"score\":null},"
	                    "\"conninfo\":null,\"favourable\":[\"yes\"],\"features\":[],\"follow\":true,"
	                    "\"identity\":\"position\",\"lateness_us\":600000000,\"lineage\":[],\"mode\":\"poll\","
	                    "\"outcome\":null,\"pane\":\"1h\",\"protected\":[{\"bands\":[],\"column\":\"sex\","
	                    "\"groups\":[],\"name\":\"sex\",\"reference\":\"M\"}],\"schema\":\"public\",\"score\":null,"
	                    "\"source\":\"s\",\"strata\":[],\"table\":\"t\"}");
	struct eh_sha256 digest = eh_sha256_of(m->canonical, m->canonical_len);
	assert_true(eh_sha256_equal(&digest, &m->version));
	assert_false(eh_sha256_equal(&m->version, &other->version));
	/* `proxies: []` says none, and that is another meaning than silence. */
	assert_false(eh_sha256_equal(&m->version, &same->version));
	const struct eh_map *again = read_good(arena, same->text);
	assert_true(eh_sha256_equal(&again->version, &same->version));
}

static void order_and_quotes_do_not_matter(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *a = read_good(arena, small);
	const struct eh_map *b = read_good(arena, "protected: [{reference: \"M\", column: sex, name: sex}] # c\n"
	                                          "favourable: ['yes']\nlateness: 600s\nfollow: true\nstrata: []\n"
	                                          "columns: {decision: d, decided_at: at, id: id}\ntable: public.t\nsource: s\n");

	assert_true(eh_sha256_equal(&a->version, &b->version));
}

static void bands_are_labelled(void **state)
{
	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *m = read_good(arena, "source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\n"
	                                          "favourable: [y]\nprotected: [{name: a, column: a, reference: under -1, "
	                                          "bands: [-1, 0, 1.5, 2, 3]}]\n");
	static const char *const want[] = {"under -1", "-1", "0 to under 1.5", "1.5 to under 2", "2", "3+"};

	for (int i = 0; i < 6; i++)
		assert_string_equal(m->protect[0].labels[i], want[i]);
}

static void what_is_not_built_is_refused_by_name(void **state)
{
	(void)state;
	refuse_with("reasons", "reasons: x", "m.yaml:6:1: reasons is not built yet");
	refuse("source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d, score: s}\nfavourable: [y]\n"
	       "score: {range: [0, 1], bins: 10}\nprotected: [{name: sex, column: sex, reference: M}]\n",
	       "m.yaml:5:9: score.range is not built yet");
}

#define TRACKED(COLUMNS, REST)                                                                                         \
	"source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d" COLUMNS "}\nfavourable: [y]\n"            \
	"protected: [{name: sex, column: sex, reference: M}]\n" REST

static void refuse_saying(const char *text, const char *part)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *map;
	struct eh_err err = {0};

	assert_int_equal(eh_map_parse(arena, "m.yaml", text, strlen(text), &map, &err), EH_BAD_INPUT);
	if (strstr(err.text, part) == NULL)
		fail_msg("it says \"%s\"", err.text);
}

static void tracked_rows_have_versions_and_outcomes_of_their_own(void **state)
{
	(void)state;
	refuse_saying(TRACKED("", "mode: pushdown\nidentity: tracked\n"), "mode: pushdown brings groups of them");
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *m = read_good(arena, TRACKED(", version: v", "identity: tracked\noutcome: {adverse: [bad]}\n"
	                                                  "outcomes: {table: a.o, id: did, outcome: o, outcome_at: t}\n"));

	assert_int_equal(m->identity, EH_MAP_IDENTITY_TRACKED);
	assert_string_equal(m->columns[m->version_column].name, "v");
	assert_string_equal(m->outcomes->schema, "a");
	assert_string_equal(m->outcomes->table, "o");
	assert_int_equal(m->outcomes->columns_n, 3);
	assert_string_equal(m->outcomes->columns[m->outcomes->id].name, "did");
	assert_string_equal(m->outcomes->columns[m->outcomes->outcome_at].name, "t");
	assert_int_equal(m->outcome, -1);
	assert_true(eh_map_values_hold(&m->outcome_adverse, "bad", 3));
	assert_non_null(strstr(m->canonical, "\"outcomes\":{\"id\":\"did\""));
	m = read_good(arena, TRACKED("", ""));
	assert_int_equal(m->version_column, -1);
	assert_null(m->outcomes);
	assert_null(strstr(m->canonical, "outcomes"));
	assert_non_null(strstr(m->canonical, "\"identity\":\"position\""));

	refuse_saying(TRACKED(", version: v", ""), "which identity: position does not look at");
	refuse_saying(TRACKED("", "outcome: {adverse: [bad]}\noutcomes: {table: o, id: i, outcome: o}\n"), "need identity: tracked");
	refuse_saying(TRACKED(", outcome: x", "identity: tracked\noutcome: {adverse: [bad]}\noutcomes: {table: o, id: i, outcome: o}\n"),
	       "columns has an \"outcome\" too");
	refuse_saying(TRACKED("", "identity: tracked\noutcomes: {table: o, id: i, outcome: o}\n"), "does not describe them");
	refuse_saying(TRACKED("", "identity: tracked\noutcome: {adverse: [x]}\noutcomes: {table: o, outcome: o}\n"), "\"id\"");
}

static const char proxy[] =
	"source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\nfavourable: [y]\n"
	"protected:\n"
	"  - {name: race, proxy: {white: p_white, black: p_black, api: p_api}, reference: white}\n"
	"  - {name: sex, column: sex, reference: M}\n";

/* Groups stand in the order of their names, columns in that of the file. */
static void a_proxy_is_read(void **state)
{
	static const char *const labels[] = {"api", "black", "white"}, *const columns[] = {"p_api", "p_black", "p_white"};

	(void)state;
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *m = read_good(arena, proxy);
	assert_int_equal(m->protect[0].column, -1);
	assert_int_equal(m->protect[0].labels_n, 3);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(m->protect[0].labels[i], labels[i]);
		assert_string_equal(m->columns[m->protect[0].proxy[i]].name, columns[i]);
		assert_int_equal(m->columns[m->protect[0].proxy[i]].roles, EH_MAP_PROBABILITY);
	}
	assert_string_equal(m->columns[3].name, "p_white");
	assert_non_null(strstr(m->canonical, "\"proxy\":[[\"api\",\"p_api\"],[\"black\",\"p_black\"],"
	                                     "[\"white\",\"p_white\"]]"));
	m = read_good(arena, small);
	assert_null(strstr(m->canonical, "proxy\":[[")); /* maps of before keep their version */
}

static void a_proxy_is_checked(void **state)
{
	static const struct {
		const char *line, *want;
	} bad[] = {
		{"protected: [{name: r, proxy: {white: p_w}, reference: white}]", "m.yaml:5:30: protected[0].proxy must name 2 to 8 groups"},
		{"protected: [{name: r, proxy: [p_w, p_b], reference: white}]",
	         "m.yaml:5:30: protected[0].proxy must be a mapping {..}, it is a list [..]"},
		{"protected: [{name: r, proxy: {white: p_w, black: p_b}, reference: asian}]", 
	         "m.yaml:5:67: protected[0].reference is \"asian\", it must be one of: black, white"},
		{"protected: [{name: r, proxy: {white: p, black: p}, reference: white}]", 
	         "m.yaml:5:38: p is the column of the group \"black\" already"},
		{"protected: [{name: r, column: r, proxy: {white: p_w, black: p_b}, reference: white}]",
	         "m.yaml:5:23: protected[0] has proxy and column, it can have one of them"},
		{"protected: [{name: r, bands: [1], proxy: {white: p_w, black: p_b}, reference: white}]",
	         "m.yaml:5:23: protected[0] has proxy and bands, it can have one of them"},
		{"protected: [{name: r, reference: white}]", "m.yaml:5:13: protected[0] has no \"column\""},
	};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refuse_with("protected", bad[i].line, bad[i].want);
	snprintf(text, sizeof text, "%smode: pushdown\n", proxy);
	refuse(text, "m.yaml:6:18: probabilities need each row by itself, and mode: pushdown brings groups of them");
	snprintf(text, sizeof text, "%saudit: {intersections: [[sex, race]]}\n", proxy);
	refuse(text, "m.yaml:8:25: an intersection with an attribute given by `proxy:` is not built yet");
	snprintf(text, sizeof text, "%saudit: {sex: {strata: [race]}}\n", proxy);
	refuse(text, "m.yaml:8:24: a stratum made of probabilities is not built yet");
	snprintf(text, sizeof text, "%saudit: {race: {strata: [sex]}}\n", proxy);
	refuse(text, "m.yaml:8:9: audit: with an attribute given by `proxy:` is not built yet");
}

static void head_is_checked(void **state)
{
	(void)state;
	refuse_with("source", "source: Under-Writing", "m.yaml:1:9: source \"Under-Writing\" is not a name");
	refuse_with("source", "", "m.yaml:1:1: the file has no \"source\"");
	refuse_with("table", "table: a.b.c", "m.yaml:2:8: table \"a.b.c\" is not written as SCHEMA.TABLE");
	refuse_with("table", "tabel: t", "m.yaml:2:1: unknown key \"tabel\", did you mean \"table\"?");
	refuse_with("mode", "mode: pol", "m.yaml:6:7: mode is \"pol\", did you mean \"poll\"?");
	refuse_with("pane", "pane: 2h", "m.yaml:6:7: pane is \"2h\", did you mean \"1h\"?");
	refuse_with("lateness", "lateness: soon", "m.yaml:6:11: lateness must be a length of time as 90s, 10m, 1h or 30d");
	refuse_with("follow", "follow: maybe", "m.yaml:6:9: follow must be yes or no");
	const char *const secrets[] = {"conninfo: host=h password=x", "conninfo: \"host=h password = x\"",
	                               "conninfo: postgresql://u:p@h/db", "conninfo: postgresql://h/db?password=x",
	                               "conninfo: sslpassword=x"};
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		refuse_with("conninfo", secrets[i], "m.yaml:6:11: conninfo holds a password, and a map is kept on the record");
	EH_ARENA_AUTO arena = eh_arena_new();
	char text[1024];
	(void)snprintf(text, sizeof text, "%sconninfo: postgresql://u@h:5432/db?sslmode=require\n", small);
	assert_string_equal(read_good(arena, text)->conninfo, "postgresql://u@h:5432/db?sslmode=require");
}

static void columns_and_values_are_checked(void **state)
{
	(void)state;
	refuse_with("columns", "columns: {id: id, decided_at: at}", "m.yaml:3:10: columns has no \"decision\"");
	refuse_with("columns", "columns: {id: id, decided_at: at, decision: d, scor: s}",
	            "m.yaml:3:48: unknown key \"columns.scor\", did you mean \"score\"?");
	refuse_with("columns", "columns: {id: id, decided_at: at, decision: d, outcome: o}",
	            "m.yaml:3:10: columns has an \"outcome\" and the file does not describe it");
	refuse_with("columns", "columns: {id: id, decided_at: at, decision: d, outcome_at: o}",
	            "m.yaml:3:10: columns has \"outcome_at\" and no \"outcome\"");
	refuse_with("strata", "strata: [{name: day, column: at}]",
	            "m.yaml:6:30: the column \"at\" holds a time, it cannot be used as something else too");
	refuse_with("score", "score: {scale: 2}", "m.yaml:6:1: \"score\" is described and columns has no \"score\"");
	refuse_with("outcome", "outcome: {adverse: [a]}", "m.yaml:6:1: \"outcome\" is described and columns has no \"outcome\"");
	refuse_with("favourable", "", "m.yaml:1:1: the file has neither \"favourable\" nor \"adverse\"");
	refuse_with("favourable", "favourable: []", "m.yaml:4:13: favourable is an empty list");
	refuse_with("favourable", "favourable: yes", "m.yaml:4:13: favourable must be a list [..], it is a single value");
	refuse_with("adverse", "adverse: [no, yes]", "m.yaml:6:10: \"yes\" is both favourable and adverse");
}

static void lists_are_checked(void **state)
{
	(void)state;
	refuse_with("protected", "protected: []", "m.yaml:5:12: protected is an empty list");
	refuse_with("protected", "protected: [{name: sex, column: sex, refrence: M}]",
	            "m.yaml:5:38: unknown key \"protected[0].refrence\", did you mean \"reference\"?");
	refuse_with("protected", "protected: [{name: sex, column: sex, reference: male, groups: {M: Male, F: Female}}]",
	            "m.yaml:5:49: protected[0].reference is \"male\", did you mean \"Male\"?");
	refuse_with("protected", "protected: [{name: a, column: a, reference: 30-40, bands: [25, 40]}]",
	            "m.yaml:5:45: protected[0].reference is \"30-40\", it must be one of: under 25, 25-39, 40+");
	refuse_with("protected", "protected: [{name: a, column: a, reference: 40+, bands: [25, 25]}]",
	            "m.yaml:5:62: protected[0].bands[1] is not above the bound before it");
	refuse_with("protected", "protected: [{name: a, column: a, reference: 40+, bands: [x]}]",
	            "m.yaml:5:58: protected[0].bands[0] must be a number with at most 6 decimals");
	refuse_with("protected", "protected: [{name: intersections, column: a, reference: x}]",
	            "m.yaml:5:20: an attribute cannot be named \"intersections\", `audit:` uses that word");
	refuse_with("strata", "strata: [{name: sex, column: tier}]", "m.yaml:6:17: the name \"sex\" is taken already");
	refuse_with("features", "features: [{name: f, column: f}]", "m.yaml:6:12: features[0] has no \"kind\"");
	refuse_with("features", "features: [{name: f, column: f, kind: categorical, scale: 2}]",
	            "m.yaml:6:52: features[0].scale: a categorical feature has no scale");
	refuse_with("features", "features: [{name: f, column: f, kind: numeric, scale: 13}]",
	            "m.yaml:6:55: features[0].scale must be a whole number from 0 to 12");
	refuse_with("lineage", "lineage: [{role: m, column: c}, {role: m, column: c}]", "m.yaml:6:33: lineage[1] is written twice");
}

static void audit_is_checked(void **state)
{
	(void)state;
	refuse_with("audit", "audit: {sexx: {}}", "m.yaml:6:9: \"sexx\" is not a protected attribute, did you mean \"sex\"?");
	refuse_with("audit", "audit: {sex: {strata: [tier]}}",
	            "m.yaml:6:24: \"tier\" is not a stratum or a protected attribute of this map");
	refuse_with("audit", "audit: {sex: {strata: [sex]}}", "m.yaml:6:24: \"sex\" cannot be a stratum of itself");
	refuse("source: s\ntable: t\ncolumns: {id: i, decided_at: d, decision: y}\nfavourable: [a]\nprotected:\n"
	       "  - {name: a, column: a, reference: r}\n  - {name: b, column: b, reference: r}\n"
	       "  - {name: c, column: c, reference: r}\n  - {name: d, column: e, reference: r}\n"
	       "  - {name: e, column: f, reference: r}\n  - {name: f, column: g, reference: r}\n"
	       "audit: {a: {strata: [b, c, d, e, f]}}\n",
	       "m.yaml:12:34: at most 4 other protected attributes can be strata");
	refuse_with("audit", "audit: {sex: {controls: [sex]}}", "m.yaml:6:26: \"sex\" is not a feature or a stratum of this map");
	refuse_with("audit", "audit: {intersections: [[sex]]}",
	            "m.yaml:6:25: audit.intersections[0] must name two attributes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_is_read_whole),
		cmocka_unit_test(defaults_hold),
		cmocka_unit_test(one_meaning_one_version),
		cmocka_unit_test(order_and_quotes_do_not_matter),
		cmocka_unit_test(bands_are_labelled),
		cmocka_unit_test(what_is_not_built_is_refused_by_name),
		cmocka_unit_test(tracked_rows_have_versions_and_outcomes_of_their_own),
		cmocka_unit_test(a_proxy_is_read),
		cmocka_unit_test(a_proxy_is_checked),
		cmocka_unit_test(head_is_checked),
		cmocka_unit_test(columns_and_values_are_checked),
		cmocka_unit_test(lists_are_checked),
		cmocka_unit_test(audit_is_checked),
	};

	return cmocka_run_group_tests_name("decision/map", tests, NULL, NULL);
}
