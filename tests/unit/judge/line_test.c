/*
 * line_test.c - the exact text of the lines that replay prints.
 */
#include <math.h>

#include "judge/inside.h"
#include "stats/proportion.h"
#include "tests/unit/judge/world.h"

static char alert_line[4096], alert_evidence[16384];

static enum eh_rc keep_alert(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	(void)ctx, (void)err;
	snprintf(alert_line, sizeof alert_line, "%s", e->line);
	snprintf(alert_evidence, sizeof alert_evidence, "%s", e->evidence);
	return EH_OK;
}

static void add(struct world *w, uint8_t sex, uint8_t tier, int n, int favourable)
{
	for (int i = 0; i < n; i++) {
		struct world_decision d = {.label = {sex, 1, 1, tier, 1}, .favourable = i < favourable};

		world_add(w->source->names, w->pane, &d);
	}
}

static void fold(struct world *w, int64_t pane_us)
{
	struct eh_judge_close close = {.first_pane_us = pane_us, .last_pane_us = pane_us, .clock_us = pane_us + EH_HOUR_US, .pane = w->pane};
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_fold(w->judge, w->source, &close, &w->digest, &err), &err);
	eh_cube_clear(w->pane);
}

static struct world begin(struct eh_arena *home)
{
	struct eh_judge_sink sink = {.alert = keep_alert};

	return world_begin(world_policy(home, "policy: golden\n"), world_map, &sink);
}

/* One hour: women 30 of 60 favoured, men 48 of 60; two tiers. */
static void one_hour(struct world *w)
{
	add(w, 1, 1, 40, 36);
	add(w, 1, 2, 20, 12);
	add(w, 2, 1, 30, 18);
	add(w, 2, 2, 30, 12);
	fold(w, WORLD_T0);
}

/* What stands in the line is what the statistics say of the counts; the rest is spelled out. */
static void a_verdict_line(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home);
	struct ehs_2x2 t = {{60, 30}, {60, 48}};
	struct ehs_interval air = ehs_air_koopman(t, EHS_Z95);
	double e[2], sum[2] = {0};
	EH_BUF_AUTO got = {0};
	EH_BUF_AUTO want = {0};

	(void)state;
	one_hour(&w);
	for (int l = 0; l < 2; l++) {
		double log_e[EHS_ALTERNATIVES];

		ehs_alternatives_log_e(t, .5, l == 0 ? .9 : .8, &ehs_mixture_1, log_e); /* nothing is remembered yet: 25 of 50 */
		for (int a = 0; a < 4; a++)
			sum[l] += exp(log_e[a] / 1.5) / 4;
		e[l] = log10(sum[l]);
	}
	eh_judge_verdict_line(w.source, w.source->attribute[WORLD_SEX].pair[0], EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, &got);
	eh_buf_printf(&want,
	              "{\"air\":0.625000,\"air_hi\":%.6f,\"air_lo\":%.6f,\"attribute\":\"sex\",\"group\":\"F\",\"k_protected\":30,"
	              "\"k_reference\":48,\"lines\":[{\"log10_e\":%.6f,\"tau\":0.900000,\"verdict\":\"not_crossed\"},"
	              "{\"log10_e\":%.6f,\"tau\":0.800000,\"verdict\":\"not_crossed\"}],"
	              "\"monitor\":\"risk/sex/F/favourable/raw\",\"n_protected\":60,\"n_reference\":60,\"onset\":null,"
	              "\"outcome\":\"favourable\",\"pane_end\":\"2024-10-04T01:00:00Z\",\"pane_start\":\"2024-10-04T00:00:00Z\","
	              "\"reference\":\"M\",\"source\":\"risk\",\"strata\":null,\"type\":\"verdict\",\"verdict\":\"not_crossed\","
	              "\"window_start\":\"2024-09-04T01:00:00Z\"}",
	              air.hi, air.lo, e[0], e[1]);
	assert_string_equal(got.data, want.data);
	world_end(&w);
}

/* The same to the last byte as it was when this was written. */
static void golden_lines(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home);
	EH_BUF_AUTO line = {0};

	(void)state;
	one_hour(&w);
	eh_judge_verdict_line(w.source, w.source->attribute[WORLD_SEX].pair[0], EH_JUDGE_ADVERSE, EH_JUDGE_CONDITIONAL, &line);
	assert_string_equal(line.data, "{\"air\":2.157895,\"air_hi\":3.651086,\"air_lo\":1.275377,\"attribute\":\"sex\",\"group\":\"F\",\"k_prote"
	                    "cted\":30,\"k_reference\":12,\"lines\":[{\"log10_e\":0.561499,\"tau\":0.900000,\"verdict\":\"not_cross"
	                    "ed\"},{\"log10_e\":0.400466,\"tau\":0.800000,\"verdict\":\"not_crossed\"}],\"monitor\":\"risk/sex/F/ad"
	                    "verse/conditional\",\"n_protected\":60,\"n_reference\":60,\"onset\":null,\"outcome\":\"adverse\",\"pan"
	                    "e_end\":\"2024-10-04T01:00:00Z\",\"pane_start\":\"2024-10-04T00:00:00Z\",\"reference\":\"M\",\"source\""
	                    ":\"risk\",\"strata\":[\"tier\",\"region\"],\"type\":\"verdict\",\"verdict\":\"not_crossed\",\"window_start\""
	                    ":\"2024-09-04T01:00:00Z\"}");
	for (int i = 1; i < 40 && alert_line[0] == '\0'; i++) {
		add(&w, 1, 1, 40, 36);
		add(&w, 2, 1, 40, 12);
		fold(&w, WORLD_T0 + i * EH_HOUR_US);
	}
	assert_string_equal(alert_line, "{\"alert\":\"A-79df90ab1ec7\",\"at\":\"2024-10-04T03:00:00Z\",\"attribute\":\"sex\",\"event\":\"raised\",\""
	                    "evidence_sha256\":\"e444c0b1289d711a53dbee6f39baa814587b150c70d42a22cb977d4abea828ea\",\"found"
	                    "_in\":\"live\",\"group\":\"F\",\"kind\":\"bias\",\"onset\":\"2024-10-04T01:00:00Z\",\"outcome\":\"favourable"
	                    "\",\"pane_end\":\"2024-10-04T03:00:00Z\",\"policy_sha256\":\"c803eb25fc0d2fa4ab1bd75aece8f7f07c019"
	                    "b1ed2f7e5287e3c9cfcbd2ffffa\",\"severity\":\"review\",\"source\":\"risk\",\"type\":\"alert\"}");
	world_end(&w);
}

/* Keys sorted at every depth, and every line valid. */
static void check_sorted(const json_t *doc)
{
	const char *key, *last = "";
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)doc, key, value) {
		assert_true(strcmp(last, key) < 0);
		last = key;
		check_sorted(value);
	}
	json_array_foreach(doc, i, value) {
		check_sorted(value);
	}
}

static int lines_seen;

static enum eh_rc check_line(void *ctx, const char *line, struct eh_err *err)
{
	EH_JSON_AUTO doc = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

	(void)ctx, (void)err;
	assert_non_null(doc);
	check_sorted(doc);
	assert_int_equal(json_object_size(doc), 21);
	assert_null(strchr(line, '\n'));
	lines_seen++;
	return EH_OK;
}

static enum eh_rc check_alert(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	EH_JSON_AUTO doc = json_loads(e->line, JSON_REJECT_DUPLICATES, NULL);

	(void)ctx, (void)err;
	assert_non_null(doc);
	check_sorted(doc);
	assert_int_equal(json_object_size(doc), 15);
	lines_seen += 1000;
	return EH_OK;
}

static void keys_are_sorted(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink sink = {.verdict = check_line, .alert = check_alert};
	struct world w = world_begin(eh_policy_default(home), world_map, &sink);

	(void)state;
	for (int h = 0; h < 80; h++) {
		for (int i = 0; i < (h == 0 ? 1 : 150); i++) {
			struct world_decision d = world_random(WORLD_T0, .1);

			world_add(w.source->names, w.pane, &d);
		}
		fold(&w, WORLD_T0 + h * EH_HOUR_US);
	}
	assert_true(lines_seen > 3000);
	world_end(&w);
}

/* Before a reference was seen there is no ratio: null, never a made-up number. */
static void no_number_where_there_is_none(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct world w = begin(home);
	EH_BUF_AUTO line = {0};

	(void)state;
	add(&w, 2, 1, 10, 5);
	fold(&w, WORLD_T0);
	eh_judge_verdict_line(w.source, w.source->attribute[WORLD_SEX].pair[0], EH_JUDGE_FAVOURABLE, EH_JUDGE_RAW, &line);
	assert_non_null(strstr(line.data, "{\"air\":null,\"air_hi\":null,\"air_lo\":null,"));
	assert_non_null(strstr(line.data, "\"lines\":[{\"log10_e\":null,\"tau\":0.900000,\"verdict\":\"not_enough_data\"}"));
	assert_non_null(strstr(line.data, "\"onset\":null"));
	assert_non_null(strstr(line.data, "\"verdict\":\"not_enough_data\",\"window_start\""));
	world_end(&w);
}

static void numbers_and_instants(void **state)
{
	static const struct {
		double x;
		const char *text;
	} cases[] = {{0, "0.000000"},       {-0.0, "0.000000"},       {1.0 / 3, "0.333333"},      {-1234.5678915, "-1234.567892"},
	             {(double)NAN, "null"}, {(double)INFINITY, "null"}, {-(double)INFINITY, "null"}, {-1e-9, "0.000000"}, {-4.9e-7, "0.000000"}, {-5.1e-7, "-0.000001"}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		EH_BUF_AUTO out = {0};

		eh_judge_number(&out, cases[i].x);
		assert_string_equal(out.data, cases[i].text);
	}
	EH_BUF_AUTO out = {0};
	eh_judge_instant(&out, INT64_MIN);
	eh_judge_instant(&out, WORLD_T0);
	assert_string_equal(out.data, "null\"2024-10-04T00:00:00Z\"");
}

/* Labels are the insurer's: quotes and control characters are escaped. */
static void labels_are_escaped(void **state)
{
	static const char map[] = "source: risk\ntable: public.risk\ncolumns: {id: id, decided_at: at, decision: decision}\n"
				  "favourable: [yes]\nprotected:\n  - {name: sex, column: sex, reference: 'a \"man\"'}\n";
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink none = {0};
	struct world w = world_begin(eh_policy_default(home), map, &none);
	struct eh_cube_row row = {.lineage = eh_cube_tuple(w.source->names, EH_CUBE_LINEAGE, NULL, 0),
	                          .stratum = eh_cube_tuple(w.source->names, EH_CUBE_STRATUM, NULL, 0)};
	EH_BUF_AUTO line = {0};

	(void)state;
	row.group[0] = eh_cube_group(w.source->names, 0, world_text("wo\\man\n\"x\""));
	eh_cube_add(w.pane, &row);
	fold(&w, WORLD_T0);
	eh_judge_verdict_line(w.source, w.source->attribute[0].pair[0], 0, 0, &line);
	EH_JSON_AUTO doc = json_loads(line.data, 0, NULL);
	assert_non_null(doc);
	assert_string_equal(json_string_value(json_object_get(doc, "group")), "wo\\man\n\"x\"");
	assert_string_equal(json_string_value(json_object_get(doc, "reference")), "a \"man\"");
	assert_string_equal(json_string_value(json_object_get(doc, "monitor")), "risk/sex/wo\\man\n\"x\"/favourable/raw");
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_line),       cmocka_unit_test(golden_lines),
		cmocka_unit_test(keys_are_sorted),      cmocka_unit_test(no_number_where_there_is_none),
		cmocka_unit_test(numbers_and_instants), cmocka_unit_test(labels_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
