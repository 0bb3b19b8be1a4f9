/*
 * sources.c - see sources.h.
 */
#include "cli/sources.h"

#include <string.h>

#include "base/buf.h"
#include "base/time.h"

enum eh_rc eh_cli_sources(struct eh_arena *arena, struct eh_pg *store, const char *name, struct eh_source **out,
                          size_t *n, struct eh_err *err)
{
	if (name == NULL)
		return eh_source_list(arena, store, out, n, err);
	*out = eh_arena_zalloc(arena, 1, sizeof **out);
	*n = 1;
	return eh_source_load(arena, store, name, *out, err);
}

static enum eh_rc name_choices(const struct eh_source *list, size_t n, struct eh_err *err)
{
	EH_BUF_AUTO names = {0};

	for (size_t i = 0; i < n; i++)
		eh_buf_printf(&names, "%s%s", i > 0 ? ", " : "", list[i].name);
	(void)eh_fail(err, EH_BAD_INPUT, "there are %zu sources: say which", n);
	return eh_hint(err, "give --source and one of: %.400s", names.data);
}

enum eh_rc eh_cli_one_source(struct eh_arena *arena, struct eh_pg *store, const char *name, struct eh_source *out,
                             struct eh_err *err)
{
	struct eh_source *list = NULL;
	size_t n = 0;
	enum eh_rc rc = eh_cli_sources(arena, store, name, &list, &n, err);

	if (rc != EH_OK)
		return rc;
	if (n == 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "the store has no source");
		return eh_hint(
			err, "register one with `evenhand import --map M.yaml FILE` or `evenhand gather --map M.yaml`");
	}
	if (n > 1)
		return name_choices(list, n, err);
	*out = list[0];
	return EH_OK;
}

static enum eh_rc read_instant(const char *flag, const char *text, int64_t *us, struct eh_err *err)
{
	if (text == NULL || eh_time_parse(text, strlen(text), us))
		return EH_OK;
	(void)eh_fail(err, EH_BAD_INPUT, "%s %s is not a date", flag, text);
	return eh_hint(err, "write it as 2026-01-31, or with a time as 2026-01-31T12:00:00Z");
}

enum eh_rc eh_cli_span(const char *from, const char *to, int64_t *from_us, int64_t *to_us, struct eh_err *err)
{
	*from_us = INT64_MIN;
	*to_us = INT64_MAX;
	enum eh_rc rc = read_instant("--from", from, from_us, err);
	if (rc == EH_OK)
		rc = read_instant("--to", to, to_us, err);
	if (rc == EH_OK && *from_us >= *to_us) {
		(void)eh_fail(err, EH_BAD_INPUT, "--from is not before --to");
		return eh_hint(err, "--from is the first instant of the period, --to the first after it: for June, "
		                    "--from 2026-06-01 --to 2026-07-01");
	}
	return rc;
}
