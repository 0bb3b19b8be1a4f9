/*
 * deliveries.c - see deliveries.h.
 */
#include "cli/deliveries.h"

#include <stdio.h>

#include "base/time.h"
#include "cli/sql.h"

static json_t *time_or_null(const PGresult *res, int row, int col)
{
	char text[EH_TIME_TEXT];

	if (eh_pg_null(res, row, col))
		return json_null();
	eh_time_format(eh_pg_time(res, row, col), text);
	return json_string(text);
}

static json_t *number_or_null(const PGresult *res, int row, int col)
{
	return eh_pg_null(res, row, col) ? json_null() : json_integer(eh_pg_int8(res, row, col));
}

static const char *state_of(const PGresult *res, int i)
{
	if (eh_pg_bool(res, i, 4))
		return "waiting";
	return !eh_pg_null(res, i, 7) && eh_pg_bool(res, i, 7) ? "delivered" : "dead letter";
}

enum eh_rc eh_cli_deliveries(struct eh_pg *pg, const char *alert_id, json_t **out, struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, alert_id);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_cli_read_deliveries, &args, &res, err);
	*out = json_array();
	for (int i = 0; rc == EH_OK && i < PQntuples(res); i++) {
		json_t *doc = json_pack("{s:I,s:s,s:o,s:o,s:s,s:o,s:o,s:o,s:s?}", "number", (json_int_t)eh_pg_int8(res, i, 0), "route",
		                        eh_pg_text(res, i, 1), "step", number_or_null(res, i, 2), "written", time_or_null(res, i, 3), "state",
		                        state_of(res, i), "tries", number_or_null(res, i, 5), "at", time_or_null(res, i, 6), "status",
		                        number_or_null(res, i, 9), "detail", eh_pg_text(res, i, 10));

		EH_ASSERT(doc != NULL);
		json_array_append_new(*out, doc);
	}
	return rc;
}

void eh_cli_deliveries_print(const json_t *list)
{
	size_t i;
	const json_t *d;

	json_array_foreach(list, i, d)
	{
		const char *at = json_string_value(json_object_get(d, "at")), *detail = json_string_value(json_object_get(d, "detail"));

		printf("    told by %s of step %lld: %s%s%s%s%s%s\n", json_string_value(json_object_get(d, "route")),
		       (long long)json_integer_value(json_object_get(d, "step")), json_string_value(json_object_get(d, "state")),
		       at != NULL ? ", " : "", at != NULL ? at : "", detail != NULL ? " (" : "", detail != NULL ? detail : "",
		       detail != NULL ? ")" : "");
	}
}
