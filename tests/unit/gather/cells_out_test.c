/*
 * cells_out_test.c - the cells as CSV and JSON Lines, against the same sums by SQL; and what status says.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "gather/cells_out.h"
#include "gather/status.h"
#include "tests/unit/gather/rig.h"

static char *cells(bool csv, int64_t from_us, int64_t to_us)
{
	EH_PG_AUTO store = eh_test_open(EH_STORE_READER);
	struct eh_source source;
	struct eh_err err = {0};
	char *text = NULL;
	size_t n = 0;
	struct eh_cells_out out = {.from_us = from_us, .to_us = to_us, .csv = csv, .file = open_memstream(&text, &n)};

	expect_rc(EH_OK, eh_source_load(rig_arena, store, "log", &source, &err), &err);
	expect_rc(EH_OK, eh_cells_write(store, &source, &out, &err), &err);
	fclose(out.file);
	return text;
}

static void lines_add_up_to_the_table(void **state)
{
	(void)state;
	rig_sql(RIG_ROWS(1, 400));
	rig_sql("INSERT INTO public.decision VALUES ('q', '2024-02-01', 'yes', 0.5, 'a \"b\", c', 1, 'z', 'm')");
	rig_gather_once(rig_map(RIG_MAP("log", "follow: no\n")), 100);
	char *text = cells(true, INT64_MIN, INT64_MAX);
	assert_memory_equal(text, "pane_start,protected.sex,strata.tier,lineage.model,n,favourable,adverse\n2024-01-01T00:00:00Z,,0,m0,",
	                    strlen("pane_start,protected.sex,strata.tier,lineage.model,n,favourable,adverse\n2024-01-01T00:00:00Z,,0,m0,"));
	assert_non_null(strstr(text, "\n2024-02-01T00:00:00Z,\"a \"\"b\"\", c\",1,m,1,1,0\n"));
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	eh_test_sql(pg, "CREATE TABLE public.cells (pane timestamptz, sex text, tier text, model text, n int, favourable int, adverse int)");
	expect_rc(EH_OK, eh_pg_copy_in_begin(pg, "COPY public.cells FROM STDIN (FORMAT csv, HEADER)", &(struct eh_err){0}), &(struct eh_err){0});
	expect_rc(EH_OK, eh_pg_copy_in_put(pg, text, strlen(text), &(struct eh_err){0}), &(struct eh_err){0});
	expect_rc(EH_OK, eh_pg_copy_in_end(pg, NULL, &(struct eh_err){0}), &(struct eh_err){0});
	assert_int_equal(eh_test_int8(pg,
	                              "SELECT count(*) FROM (SELECT pane, sex, tier, model, n, favourable FROM public.cells EXCEPT ALL"
	                              " SELECT date_trunc('hour', decided_at), sex, tier::text, model, count(*),"
	                              " count(*) FILTER (WHERE decision = 'yes') FROM public.decision WHERE decision <> 'maybe'"
	                              " GROUP BY 1, 2, 3, 4) x"), 0);
	assert_int_equal(eh_test_int8(pg, "SELECT sum(n) FROM public.cells"), 393);
	free(text);
}

static void json_lines_are_json(void **state)
{
	int64_t n = 0;

	(void)state;
	rig_sql(RIG_ROWS(1, 100));
	rig_gather_once(rig_map(RIG_MAP("log", "follow: no\n")), 0);
	char *text = cells(false, INT64_C(1704070800) * 1000000, INT64_C(1704074400) * 1000000); /* the second hour */
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		json_t *doc = json_loads(line, 0, NULL);

		assert_string_equal(json_string_value(json_object_get(doc, "pane_start")), "2024-01-01T01:00:00Z");
		assert_string_equal(json_string_value(json_object_get(doc, "source")), "log");
		n += json_integer_value(json_object_get(doc, "n"));
		json_decref(doc);
	}
	assert_int_equal(n, 40); /* minutes 60 to 99; the 100th cannot be used */
	free(text);
}

static void status_says_where_sources_stand(void **state)
{
	struct eh_err err = {0};
	json_t *doc = json_object();

	(void)state;
	rig_sql(RIG_ROWS(1, 100));
	rig_gather_once(rig_map(RIG_MAP("log", "follow: no\n")), 0);
	EH_PG_AUTO store = eh_test_open(EH_STORE_READER);
	expect_rc(EH_OK, eh_gather_status(store, doc, &err), &err);
	const json_t *source = json_array_get(json_object_get(doc, "sources"), 0);
	assert_string_equal(json_string_value(json_object_get(source, "phase")), "ended");
	assert_string_equal(json_string_value(json_object_get(source, "clock")), "2024-01-01T01:39:00Z");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(source, "rows"), "on_time")), 98);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(source, "rows"), "set_aside")), 2);
	assert_string_equal(json_string_value(json_object_get(doc, "tally_digest")),
	                    json_string_value(json_object_get(source, "tally_digest")));
	json_decref(doc);
	/* Two sources: the digest of the store is of both, and a source that counted nothing is named. */
	EH_PG_AUTO writer = eh_test_open(EH_STORE_WRITER);
	struct eh_source other;
	expect_rc(EH_OK, eh_source_register(rig_arena, writer, rig_map(RIG_MAP("other", "")), &other, &err), &err);
	doc = json_object();
	expect_rc(EH_OK, eh_gather_status(store, doc, &err), &err);
	source = json_array_get(json_object_get(doc, "sources"), 1);
	assert_string_equal(json_string_value(json_object_get(source, "phase")), "registered");
	assert_true(json_is_null(json_object_get(source, "clock")));
	assert_string_not_equal(json_string_value(json_object_get(doc, "tally_digest")),
	                        json_string_value(json_object_get(source, "tally_digest")));
	json_decref(doc);
}

static json_t *status_of_log(struct eh_pg *store)
{
	json_t *doc = json_object();
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_gather_status(store, doc, &err), &err);
	json_t *source = json_incref(json_array_get(json_object_get(doc, "sources"), 0));
	json_decref(doc);
	assert_true(json_is_null(json_object_get(source, "lag_seconds"))); /* it is not live */
	return source;
}

/* A gap names its source in the hint; when it is over, who accepted it is still said. */
static void status_keeps_an_accepted_gap(void **state)
{
	(void)state;
	rig_sql(RIG_ROWS(1, 100));
	rig_gather_once(rig_map(RIG_MAP("log", "follow: no\n")), 0);
	EH_PG_AUTO store = eh_test_open(EH_STORE_READER);
	EH_PG_AUTO writer = eh_test_open(EH_STORE_WRITER);
	eh_test_sql(writer, "UPDATE evenhand.source_state SET phase = 'live';"
	                    "INSERT INTO evenhand.source_gap (source_id, gap_no, reason, position) VALUES (1, 1, 'slot gone', 'x')");
	json_t *source = status_of_log(store);
	assert_non_null(strstr(json_string_value(json_object_get(json_object_get(source, "reason"), "hint")), "accept-gap log --reason"));
	assert_true(json_is_null(json_object_get(json_object_get(source, "gaps"), "accepted")));
	json_decref(source);
	eh_test_sql(writer, "UPDATE evenhand.source_state SET phase = 'ended'; UPDATE evenhand.source_gap SET accepted_at = '2024-03-01Z',"
	                    " accepted_by = 'alex', accept_reason = 'failover', resumed_at = now(), resumed_position = 'y'");
	source = status_of_log(store);
	const json_t *gaps = json_object_get(source, "gaps"), *accepted = json_object_get(gaps, "accepted");
	assert_true(json_is_null(json_object_get(gaps, "open")));
	assert_int_equal(json_integer_value(json_object_get(gaps, "accepted_total")), 1);
	assert_string_equal(json_string_value(json_object_get(accepted, "by")), "alex");
	assert_string_equal(json_string_value(json_object_get(accepted, "at")), "2024-03-01T00:00:00Z");
	assert_string_equal(json_string_value(json_object_get(accepted, "reason")), "failover");
	json_decref(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(lines_add_up_to_the_table, rig_reset),
		cmocka_unit_test_setup(json_lines_are_json, rig_reset),
		cmocka_unit_test_setup(status_says_where_sources_stand, rig_reset),
		cmocka_unit_test_setup(status_keeps_an_accepted_gap, rig_reset),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
