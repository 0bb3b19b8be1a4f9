/*
 * packing_test.c - packed columns give the characters that the type's own text has; a message that does not fit is bad.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "source/packing.h"
#include "source/poll.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static const char map_text[] = "source: log\ntable: public.decision\n"
                               "columns: {id: id, decided_at: at, decision: d, score: s}\nfavourable: ['true']\nscore: {scale: 0}\n"
                               "protected: [{name: a, column: a, reference: '1'}, {name: b, column: b, reference: '1'}, "
                               "{name: c, column: c, reference: '1'}, {name: e, column: e, reference: 'true'}, "
                               "{name: u, column: u, reference: x}, {name: t, column: t, reference: x}]\n"
                               "strata: [{name: g, column: g}, {name: h, column: h}]\n"
                               "features: [{name: k, column: k, kind: numeric, scale: 0}]\n";

#define TABLE "CREATE TABLE public.decision (id int8, at timestamptz, d bool, s int2, a int2, b int2, c int4, e bool, u uuid, " \
	      "t text, g int2, h int8, k int4, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id());" \
	      "CREATE INDEX ON public.decision (evenhand_xid);"

/* Every column's ends, and null, in every mixture that a thousand draws give. */
static const char rows_text[] =
	"INSERT INTO public.decision SELECT p8[1 + random() * 6], '2026-01-01', pb[1 + random() * 2], p2[1 + random() * 6], p2[1 + random() * 6],"
	" p2[1 + random() * 6], p4[1 + random() * 6], pb[1 + random() * 2], pu[1 + random() * 2], pt[1 + random() * 3], p2[1 + random() * 6],"
	" p8[1 + random() * 6], p4[1 + random() * 6] FROM generate_series(1, 1000), (SELECT"
	" ARRAY[NULL, -32768, 32767, 0, -1, 9, 99]::int2[] AS p2,"
	" ARRAY[NULL, -2147483648, 2147483647, 10, -1, 65535, 100]::int4[] AS p4,"
	" ARRAY[NULL, -9223372036854775808, 9223372036854775807, 0, -1, 4294967295, 1000000]::int8[] AS p8,"
	" ARRAY[NULL, true, false] AS pb, ARRAY[NULL, '00000000-0000-0000-0000-000000000000', gen_random_uuid()]::uuid[] AS pu,"
	" ARRAY[NULL, '', 'x', 'a longer text'] AS pt) AS pool";

static const struct eh_map *make_map(struct eh_arena *arena)
{
	const struct eh_map *map = NULL;
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_map_parse(arena, "map.yaml", map_text, strlen(map_text), &map, &err), &err);
	return map;
}

static void expect_field(const struct eh_field *field, const char *want)
{
	char digits[32];

	if (field->form == EH_FIELD_INTEGER) {
		snprintf(digits, sizeof digits, "%" PRId64, field->integer);
		assert_string_equal(digits, want);
		return;
	}
	assert_int_equal(field->form, EH_FIELD_TEXT);
	if (field->text.n != strlen(want) || (field->text.n > 0 && memcmp(field->text.at, want, field->text.n) != 0))
		fail_msg("\"%.*s\" where the server writes \"%s\"", (int)field->text.n, field->text.at, want);
}

static void packed_columns_have_the_characters_of_their_types(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_PG_AUTO other = eh_test_open(EH_STORE_SOURCE);
	EH_POSITION_AUTO none = {0};
	const struct eh_map *map = make_map(arena);
	EH_PGRESULT_AUTO want = NULL;
	struct eh_poll *poll = NULL;
	const struct eh_row *row;
	struct eh_err err = {0};

	(void)state;
	eh_test_sql(pg, TABLE);
	eh_test_sql(pg, rows_text);
	expect_rc(EH_OK, eh_pg_query_text(other, "SELECT * FROM (SELECT id, at, d, s, a, b, c, e, u, t, g, h, k FROM public.decision) AS r",
	                                  NULL, false, &want, &err), &err);
	expect_rc(EH_OK, eh_poll_open(arena, pg, map, &poll, &err), &err);
	expect_rc(EH_OK, eh_poll_begin(poll, &none, &err), &err);
	for (int r = 0; r < PQntuples(want); r++) {
		expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
		assert_non_null(row);
		for (size_t c = 0; c < map->columns_n; c++) {
			int at = PQfnumber(want, map->columns[c].name);
			const char *value = PQgetvalue(want, r, at);
			bool is_bool = PQftype(want, at) == 16;

			if (strcmp(map->columns[c].name, "at") != 0)
				expect_field(&row->fields[c], is_bool && *value != '\0' ? (*value == 't' ? "true" : "false") : value);
		}
	}
	expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
	assert_null(row);
	expect_rc(EH_OK, eh_poll_end(poll, &err), &err);
	eh_poll_close(poll);
}

static void few_values_hold_many_columns(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	const struct eh_map *map = make_map(arena);
	struct eh_packing *packing = NULL;
	struct eh_err err = {0};

	(void)state;
	eh_test_sql(pg, TABLE);
	int64_t oid = eh_test_int8(pg, "SELECT 'public.decision'::regclass::oid::bigint");
	expect_rc(EH_OK, eh_packing_make(arena, pg, map, oid, &packing, &err), &err);
	/* id, at, u, t and h alone; c, k and two int2 fill two more, the other int2 and the booleans find room */
	assert_int_equal(map->columns_n, 13);
	assert_int_equal(eh_packing_values(packing), 8);
}

static void type_that_changes_between_readings_is_looked_at_again(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	EH_PG_AUTO owner = eh_test_open(EH_STORE_SOURCE);
	EH_POSITION_AUTO place = {0};
	const struct eh_map *map = make_map(arena);
	struct eh_poll *poll = NULL;
	const struct eh_row *row;
	struct eh_err err = {0};

	(void)state;
	eh_test_sql(owner, TABLE);
	expect_rc(EH_OK, eh_poll_open(arena, pg, map, &poll, &err), &err);
	for (int i = 0; i < 2; i++) {
		expect_rc(EH_OK, eh_poll_begin(poll, &place, &err), &err);
		expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
		if (i == 1) {
			assert_non_null(row);
			for (size_t c = 0; c < map->columns_n; c++)
				if (strcmp(map->columns[c].name, "a") == 0)
					expect_field(&row->fields[c], "007");
			expect_rc(EH_OK, eh_poll_next(poll, &row, &err), &err);
		}
		assert_null(row);
		eh_position_copy(&place, eh_poll_position(poll));
		expect_rc(EH_OK, eh_poll_end(poll, &err), &err);
		eh_test_sql(owner, "ALTER TABLE public.decision ALTER a TYPE text, ALTER c TYPE int8;"
		                   "INSERT INTO public.decision (id, at, d, a, c) VALUES (1, '2026-01-01', true, '007', 4294967296)");
	}
	eh_poll_close(poll);
}

static void message_that_does_not_fit_is_bad(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	const struct eh_map *map = make_map(arena);
	struct eh_packing *packing = NULL;
	struct eh_field *fields = eh_arena_zalloc(arena, map->columns_n, sizeof *fields);
	struct eh_err err = {0};
	char *message = NULL;
	size_t n = 0;

	(void)state;
	eh_test_sql(pg, TABLE "INSERT INTO public.decision VALUES (1, '2026-01-01', true, 1, 1, 1, 1, true, gen_random_uuid(), 't', 1, 1, 1)");
	int64_t oid = eh_test_int8(pg, "SELECT 'public.decision'::regclass::oid::bigint");
	expect_rc(EH_OK, eh_packing_make(arena, pg, map, oid, &packing, &err), &err);
	const char *sql = eh_arena_printf(arena, "COPY (SELECT %s FROM public.decision) TO STDOUT (FORMAT binary)", eh_packing_list(packing));
	expect_rc(EH_OK, eh_pg_copy_out_begin(pg, sql, &err), &err);
	expect_rc(EH_OK, eh_pg_copy_out_next(pg, &message, &n, &err), &err);
	assert_non_null(message);
	for (size_t cut = 0; cut <= n; cut++) {
		char *part = eh_xmalloc(cut + 1); /* of its own, so that a byte too far is seen */
		memcpy(part, message, cut);
		struct eh_wire wire = {part, part + cut, false};
		int values = eh_packing_begin(&wire);

		if (values >= 0)
			eh_packing_read(packing, &wire, fields);
		assert_true(cut == n ? !wire.bad && wire.at == wire.end : values < 0 || wire.bad);
		free(part);
	}
	PQfreemem(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(packed_columns_have_the_characters_of_their_types, eh_test_store_reset),
		cmocka_unit_test_setup(few_values_hold_many_columns, eh_test_store_reset),
		cmocka_unit_test_setup(type_that_changes_between_readings_is_looked_at_again, eh_test_store_reset),
		cmocka_unit_test_setup(message_that_does_not_fit_is_bad, eh_test_store_reset),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
