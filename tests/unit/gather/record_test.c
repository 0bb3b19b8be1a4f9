/*
 * record_test.c - of two gathers of one source only the one that came last can write.
 */
#include "gather/record.h"
#include "tests/unit/gather/rig.h"

struct holder {
	struct eh_pg *store;
	struct eh_record record;
	struct eh_delta *delta;
	struct eh_pack pack;
};

/* As gather does, but for the advisory lock, which is what its session has lost. */
static void take(struct holder *h, const struct eh_map *map)
{
	struct eh_err err;

	*h = (struct holder){.store = eh_test_open(EH_STORE_WRITER)};
	expect_rc(EH_OK, eh_source_register(rig_arena, h->store, map, &h->record.source, &err), &err);
	h->record.store = h->store;
	h->record.cells = eh_cells_new(rig_arena, map);
	h->delta = eh_delta_new(h->record.cells, map);
	expect_rc(EH_OK, eh_record_open(&h->record, &err), &err);
	eh_delta_pack(h->delta, &h->pack);
}

static void drop(struct holder *h)
{
	eh_record_free(&h->record);
	eh_delta_free_pack(&h->pack);
	eh_delta_free(h->delta);
	eh_pg_close(h->store);
}

static enum eh_rc write_one(struct holder *h, bool rows, struct eh_err *err)
{
	EH_POSITION_AUTO place = {.kind = EH_POSITION_WHOLE, .table = 1};
	struct eh_record_step step = {
		.pack = rows ? &h->pack : NULL, .position = &place, .phase = EH_GATHER_LIVE, .clock_us = h->record.clock_us, .leaf = rows};

	eh_buf_puts(&place.snapshot, "10:10:");
	return eh_record_write(&h->record, &step, err);
}

static void a_predecessor_can_write_nothing(void **state)
{
	const struct eh_map *map = rig_map(RIG_MAP("log", ""));
	struct holder old, new;
	struct eh_err err;

	(void)state;
	take(&old, map);
	expect_rc(EH_OK, write_one(&old, true, &err), &err);
	take(&new, map);
	assert_int_equal(new.record.epoch, old.record.epoch + 1);
	expect_rc(EH_REFUSED, write_one(&old, true, &err), &err);
	expect_rc(EH_REFUSED, write_one(&old, false, &err), &err); /* nor move the clock */
	expect_rc(EH_OK, write_one(&new, true, &err), &err);
	expect_rc(EH_REFUSED, write_one(&old, true, &err), &err);
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.gather_commit"), 2);
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.batch"), 2);
	drop(&old);
	drop(&new);
}

/* Two at once, the older in the middle of a commit: the younger waits for it, and begins after it. */
static void a_commit_under_way_is_waited_for(void **state)
{
	const struct eh_map *map = rig_map(RIG_MAP("log", ""));
	struct holder old, new;
	struct eh_err err;

	(void)state;
	take(&old, map);
	expect_rc(EH_OK, write_one(&old, true, &err), &err);
	eh_test_sql(old.store, "BEGIN; UPDATE evenhand.source_state SET clock_us = 5");
	EH_PG_AUTO waits = eh_test_open(EH_STORE_WRITER);
	eh_test_sql(waits, "SET lock_timeout = '100ms'");
	struct eh_record record = {.store = waits, .source = old.record.source, .cells = old.record.cells};
	expect_rc(EH_AGAIN, eh_record_open(&record, &err), &err);
	eh_test_sql(old.store, "COMMIT");
	take(&new, map);
	assert_int_equal(new.record.clock_us, 5);
	drop(&old);
	drop(&new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_predecessor_can_write_nothing, rig_reset),
		cmocka_unit_test_setup(a_commit_under_way_is_waited_for, rig_reset),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
