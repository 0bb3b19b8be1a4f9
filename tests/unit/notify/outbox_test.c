/*
 * outbox_test.c - a row for each route that wants a message, in the caller's transaction, once.
 */
#include "notify/outbox.h"

#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static const struct eh_notify_route routes[] = {
	{.name = "office", .abouts = EH_NOTIFY_BIAS, .review = true, .page = true, .levels = ~0u},
	{.name = "oncall", .kind = EH_NOTIFY_PAGERDUTY, .abouts = EH_NOTIFY_BIAS, .page = true, .levels = 1},
	{.name = "chief", .abouts = EH_NOTIFY_BIAS, .review = true, .page = true, .levels = 1u << 3},
};
static const struct eh_notify_routes all = {.route = routes, .n = 3};

static void tell(struct eh_pg *pg, const char *key, const char *event, int level, bool over)
{
	struct eh_notify_message m = {.type = "alert",
	                              .abouts = EH_NOTIFY_BIAS,
	                              .key = key,
	                              .page = true,
	                              .level = level,
	                              .alert = "A-0123456789ab",
	                              .step = 1,
	                              .source_id = 1,
	                              .source = "motor",
	                              .kind = "bias",
	                              .event = event,
	                              .state = over ? "closed-fixed" : "raised",
	                              .over = over,
	                              .attribute = "race",
	                              .group = "B",
	                              .at_us = 0,
	                              .onset_us = INT64_MIN};
	struct eh_err err;

	expect_rc(EH_OK, eh_notify_enqueue(pg, &all, &m, &err), &err);
}

static const char *rows(struct eh_pg *pg)
{
	return eh_test_text(pg, "SELECT coalesce(string_agg(dedup_key || ' ' || route, ', ' ORDER BY dedup_key, route), '') FROM evenhand.outbox");
}

static int begin(void **state)
{
	if (eh_test_store_reset(state) != 0)
		return -1;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('motor')");
	eh_test_sql(owner, "INSERT INTO evenhand.alert (alert_id, source_id, kind, attribute, grp, found_in) VALUES ('A-0123456789ab', 1, 'bias', 'race', 'B', 'live')");
	return 0;
}

static void each_route_that_wants_it_has_a_row(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);

	(void)state;
	tell(pg, "A/1", "raised", 0, false);
	tell(pg, "A/1", "raised", 0, false); /* told again, by a judge that folds again */
	assert_string_equal(rows(pg), "A/1 office, A/1 oncall");
	tell(pg, "A/2", "note", 0, false); /* no incident of its own */
	assert_string_equal(rows(pg), "A/1 office, A/1 oncall, A/2 office");
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM evenhand.outbox_waiting"), 3);
}

/* The alert went up to level 3 before it ended: on call was told of its beginning, and hears its end. */
static void whoever_was_told_is_told_of_the_end(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);

	(void)state;
	tell(pg, "A/1", "raised", 0, false);
	tell(pg, "A/2", "deadline-missed", 3, false);
	tell(pg, "A/3", "close-fixed", 1, true);
	assert_string_equal(rows(pg), "A/1 office, A/1 oncall, A/2 chief, A/2 office, A/3 chief, A/3 office, A/3 oncall");
}

static void there_is_no_message_without_its_step(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_pg_begin(pg, &err), &err);
	tell(pg, "A/1", "raised", 0, false);
	eh_pg_rollback(pg);
	assert_string_equal(rows(pg), "");
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM evenhand.outbox_waiting"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_route_that_wants_it_has_a_row, begin),
		cmocka_unit_test_setup(whoever_was_told_is_told_of_the_end, begin),
		cmocka_unit_test_setup(there_is_no_message_without_its_step, begin),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
