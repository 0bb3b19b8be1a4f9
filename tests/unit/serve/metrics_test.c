/*
 * metrics_test.c - what a Prometheus server reads: the format by its own rules, and the figures of the store.
 */
#include "serve/metrics.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static struct eh_settings settings;

static int reset(void **state)
{
	settings = (struct eh_settings){.state = eh_test_state()};
	return eh_test_store_reset(state);
}

static bool is_name(const char *from, const char *to)
{
	for (const char *c = from; c < to; c++)
		if (!(isalpha((unsigned char)*c) || *c == '_' || *c == ':' || (c > from && isdigit((unsigned char)*c))))
			return false;
	return from < to;
}

/* name{label="value",...}: gives the end of it. */
static const char *read_series(const char *at, const char **name_end)
{
	*name_end = at + strcspn(at, "{ ");
	assert_true(is_name(at, *name_end));
	at = *name_end;
	if (*at != '{')
		return at;
	do {
		const char *label = ++at;

		at += strcspn(at, "=");
		assert_true(is_name(label, at) && memchr(label, ':', (size_t)(at - label)) == NULL);
		assert_memory_equal(at, "=\"", 2);
		for (at += 2; *at != '"'; at++) {
			assert_true(*at != '\0' && *at != '\n');
			if (*at == '\\')
				assert_non_null(strchr("\\\"n", *++at));
		}
		at++;
	} while (*at == ',');
	assert_int_equal(*at, '}');
	return at + 1;
}

/* Every family: HELP, TYPE, then its samples and no other's; counters end in _total and gauges do not; no sample twice. */
static void expect_format(const char *page)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	char family[128] = "", type[16] = "";
	char *text = eh_arena_strdup(arena, page), *rest = NULL;
	int families = 0;

	assert_int_equal(page[strlen(page) - 1], '\n');
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "# HELP ", 7) == 0) {
			assert_int_equal(sscanf(line, "# HELP %127s", family), 1);
			char again[160];
			snprintf(again, sizeof again, "# HELP %s ", family);
			assert_null(strstr(strstr(page, again) + 1, again)); /* once */
			type[0] = '\0';
			families++;
			continue;
		}
		if (line[0] == '#') {
			char named[128];
			assert_int_equal(sscanf(line, "# TYPE %127s %15s", named, type), 2);
			assert_string_equal(named, family);
			size_t n = strlen(family);
			assert_int_equal(strcmp(type, "counter") == 0, n > 6 && strcmp(family + n - 6, "_total") == 0);
			continue;
		}
		const char *name_end, *end = read_series(line, &name_end);
		char *number_end;
		assert_int_equal((size_t)(name_end - line), strlen(family));
		assert_memory_equal(line, family, strlen(family));
		assert_true(type[0] != '\0' && *end == ' ');
		double value = strtod(end + 1, &number_end);
		assert_true(*number_end == '\0' && (strcmp(type, "counter") != 0 || value >= 0));
		char *series = eh_arena_printf(arena, "\n%.*s ", (int)(end - line), line);
		assert_null(strstr(strstr(page, series) + 1, series));
	}
	assert_true(families >= 3);
}

/* Debian's package prometheus brings a judge of the format; where it is installed, it judges too. */
static void expect_promtool(const char *page)
{
	char path[] = "/tmp/evenhand-metrics-XXXXXX", command[128];
	int fd = mkstemp(path);

	if (system("command -v promtool >/dev/null 2>&1") == 0) {
		assert_int_equal(write(fd, page, strlen(page)), (ssize_t)strlen(page));
		snprintf(command, sizeof command, "promtool check metrics <%s", path);
		assert_int_equal(system(command), 0);
		assert_int_equal(system("promtool check rules dashboards/prometheus/alerts.yml"), 0);
	} else {
		print_message("promtool is not installed: the format is judged by this test alone\n");
	}
	close(fd);
	unlink(path);
}

static void expect_sample(const char *page, const char *line)
{
	if (strstr(page, line) == NULL)
		fail_msg("no line %s in\n%s", line, page);
}

static const char seed[] =
	"INSERT INTO evenhand.source (name) VALUES ('a'), ('b'), ('c');"
	"INSERT INTO evenhand.source_state (source_id, phase, commit_no, position, clock_us) VALUES (1, 'live', 2, 'x',"
	" (extract(epoch FROM now() - interval '90 s') * 1000000)::bigint), (2, 'live', 1, 'y', 0);"
	"INSERT INTO evenhand.gather_commit (source_id, commit_no, position, n_on_time, n_early, n_late, n_set_aside, n_repeated, digest)"
	" VALUES (1, 1, 'x', 5, 1, 2, 3, 4, sha256('')), (1, 2, 'x', 5, 0, 0, 0, 0, sha256('')), (2, 1, 'y', 1, 0, 0, 0, 0, sha256(''));"
	"INSERT INTO evenhand.source_slot (source_id, slot, system_id, timeline, restart_lsn, confirmed_lsn, head_lsn, retained_bytes,"
	" lag_bytes, wal_status, n_skipped, n_lost) VALUES (1, 's', '1', 1, '0/1', '0/1', '0/9', 4096, 77, 'reserved', 6, 0);"
	"INSERT INTO evenhand.source_gap (source_id, gap_no, reason, position) VALUES (1, 1, 'slot gone', 'x');"
	"INSERT INTO evenhand.source_trouble (source_id, kind, message, hint) VALUES (2, 'away', 'no answer', '');"
	"INSERT INTO evenhand.source_latest (source_id, pane_us, leaf_index, figures)"
	" VALUES (1, 0, 1, '{\"monitored\": {\"n\": 200, \"monitored\": 150}}'), (2, 0, 2, '{\"monitored\": null}');"
	"INSERT INTO evenhand.alert (alert_id, source_id, kind, attribute, grp, found_in) SELECT 'A-00000000000' || i, 1, 'data', '', '',"
	" 'live' FROM generate_series(1, 2) i;"
	"INSERT INTO evenhand.evidence (sha256, body) VALUES (sha256('e'), 'e');"
	"INSERT INTO evenhand.outbox (route, dedup_key, body) VALUES ('r', 'k/1', '{}'), ('r', 'k/2', '{}');"
	"INSERT INTO evenhand.outbox_attempt (outbox_id, attempt_no, delivered, detail, dead) VALUES (2, 1, false, 'HTTP 500', true);"
	"DELETE FROM evenhand.outbox_waiting WHERE outbox_id = 2;"
	"INSERT INTO evenhand.heartbeat VALUES (7, '2026-01-01T00:00:00Z');"
	"INSERT INTO evenhand.alert_step (alert_id, step_no, event, from_state, to_state, severity, at_us, evidence_sha256, policy_sha256,"
	" body, leaf_index) SELECT 'A-00000000000' || i, 1, 'raised', '', 'raised', 'review', 0, sha256('e'), sha256('p'),"
	" jsonb_build_object('fault', 'volume', 'recovery', CASE WHEN i = 2 THEN '{}'::jsonb END), i FROM generate_series(1, 2) i";

static void the_store_is_told(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_metrics *metrics = eh_metrics_new(&settings);
	EH_BUF_AUTO page = {0};

	(void)state;
	eh_test_sql(pg, seed);
	eh_metrics_write(metrics, &page);
	expect_format(page.data);
	expect_promtool(page.data);
	expect_sample(page.data, "evenhand_store_up 1\n");
	expect_sample(page.data, "evenhand_outbox_waiting_messages 1\n");
	expect_sample(page.data, "evenhand_outbox_dead_messages 1\n");
	expect_sample(page.data, "evenhand_judge_heartbeat_timestamp_seconds 1767225600\n");
	expect_sample(page.data, "evenhand_source_rows_total{source=\"a\",fate=\"on_time\"} 10\n");
	expect_sample(page.data, "evenhand_source_rows_total{source=\"a\",fate=\"set_aside\"} 3\n");
	expect_sample(page.data, "evenhand_source_repeated_rows_total{source=\"a\"} 4\n");
	expect_sample(page.data, "evenhand_source_retained_bytes{source=\"a\"} 4096\n");
	expect_sample(page.data, "evenhand_source_lag_bytes{source=\"a\"} 77\n");
	assert_null(strstr(page.data, "evenhand_source_lag_seconds{source=\"a\"}")); /* at a gap it is not followed */
	expect_sample(page.data, "evenhand_source_lag_seconds{source=\"b\"} ");      /* away: tried again by itself */
	expect_sample(page.data, "evenhand_source_state{source=\"a\",state=\"gap\"} 1\n");
	expect_sample(page.data, "evenhand_source_state{source=\"b\",state=\"away\"} 1\n");
	expect_sample(page.data, "evenhand_source_state{source=\"c\",state=\"registered\"} 1\n");
	expect_sample(page.data, "evenhand_source_gaps_total{source=\"a\"} 1\n");
	assert_null(strstr(page.data, "evenhand_source_lag_bytes{source=\"b\"}")); /* not known */
	expect_sample(page.data, "evenhand_data_faults{source=\"a\",fault=\"volume\"} 1\n"); /* the other has ended */
	expect_sample(page.data, "evenhand_source_monitored_ratio{source=\"a\"} 0.7500\n");
	assert_null(strstr(page.data, "evenhand_source_monitored_ratio{source=\"b\"}"));

	/* The next scrape adds what came since. */
	eh_test_sql(pg, "INSERT INTO evenhand.gather_commit (source_id, commit_no, position, n_on_time, n_early, n_late, n_set_aside, digest)"
	                " VALUES (2, 2, 'y', 7, 0, 0, 0, sha256('')); UPDATE evenhand.source_state SET commit_no = 2 WHERE source_id = 2;"
	                "DELETE FROM evenhand.source_trouble;"
	                "UPDATE evenhand.source_gap SET accepted_at = now(), accepted_by = 'alex', accept_reason = 'known'");
	eh_buf_reset(&page);
	eh_metrics_write(metrics, &page);
	expect_sample(page.data, "evenhand_source_rows_total{source=\"b\",fate=\"on_time\"} 8\n");
	expect_sample(page.data, "evenhand_source_rows_total{source=\"a\",fate=\"on_time\"} 10\n");
	expect_sample(page.data, "evenhand_source_state{source=\"b\",state=\"live\"} 1\n");
	expect_sample(page.data, "evenhand_source_lag_seconds{source=\"a\"} 9");
	eh_test_sql(pg, "UPDATE evenhand.source_state SET phase = 'ended'; INSERT INTO evenhand.source_trouble (source_id, kind, message,"
	                " hint) VALUES (2, 'refused', 'no table', '')");
	eh_buf_reset(&page);
	eh_metrics_write(metrics, &page);
	expect_format(page.data);
	assert_null(strstr(page.data, "evenhand_source_lag_seconds{"));
	eh_metrics_free(metrics);
}

static void a_store_that_is_away_is_told(void **state)
{
	struct eh_settings away = {.store = "host=127.0.0.1 port=1 dbname=none user=nobody", .state = eh_test_state()};
	struct eh_metrics *here = eh_metrics_new(&settings), *metrics = eh_metrics_new(&away);
	EH_BUF_AUTO page = {0};
	EH_BUF_AUTO ready = {0};

	(void)state;
	eh_metrics_write(metrics, &page);
	expect_format(page.data);
	expect_sample(page.data, "evenhand_store_up 0\n");
	assert_false(eh_metrics_ready(metrics, &ready));
	assert_non_null(strstr(ready.data, "\"ready\": false"));
	eh_buf_reset(&ready);
	assert_true(eh_metrics_ready(here, &ready));
	eh_metrics_free(metrics);
	eh_metrics_free(here);
}

static void labels_are_escaped(void **state)
{
	EH_BUF_AUTO out = {0};

	(void)state;
	eh_metrics_label(&out, "a\\b\"c\nd");
	assert_string_equal(out.data, "a\\\\b\\\"c\\nd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_store_is_told, reset),
		cmocka_unit_test_setup(a_store_that_is_away_is_told, reset),
		cmocka_unit_test(labels_are_escaped),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
