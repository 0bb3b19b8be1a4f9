/*
 * doctor_source.c - see doctor_source.h.
 */
#include "cli/doctor_source.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/flags.h"
#include "gather/gather.h"
#include "pg/store.h"
#include "source/fit.h"
#include "source/register.h"

static enum eh_rc find_map(struct eh_arena *arena, const struct eh_cli_doctor_source *ask, const struct eh_settings *settings,
                           const struct eh_map **map, struct eh_err *err)
{
	EH_PG_AUTO store = NULL;
	struct eh_source source;

	if (ask->map != NULL)
		return eh_map_read(arena, ask->map, map, err);
	enum eh_rc rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &store, err);
	if (rc == EH_OK)
		rc = eh_source_load(arena, store, ask->name, &source, err);
	if (rc == EH_OK)
		*map = source.map;
	return rc;
}

static enum eh_rc read_wish(const struct eh_cli_doctor_source *ask, const struct eh_map *map, struct eh_fit_wish *wish,
                            struct eh_err *err)
{
	static const enum eh_map_mode modes[] = {EH_MAP_MODE_POLL, EH_MAP_MODE_STREAM, EH_MAP_MODE_PUSHDOWN};
	bool found = ask->mode == NULL;

	*wish = eh_fit_wish_of(map);
	wish->where = ask->where;
	for (size_t i = 0; ask->mode != NULL && i < sizeof modes / sizeof *modes; i++) {
		if (strcmp(ask->mode, eh_map_mode_name(modes[i])) != 0)
			continue;
		wish->mode = modes[i];
		found = true;
	}
	if (!found) {
		(void)eh_fail(err, EH_BAD_INPUT, "--mode %s is no mode", ask->mode);
		return eh_hint(err, "the modes are poll, stream and pushdown");
	}
	if (ask->append_only && ask->corrections)
		return eh_fail(err, EH_BAD_INPUT, "--append-only and --corrections say the opposite: give one of them");
	if (ask->append_only || ask->corrections)
		wish->corrections = ask->corrections;
	if (ask->where == NULL || wish->mode == EH_MAP_MODE_STREAM)
		return EH_OK;
	(void)eh_fail(err, EH_BAD_INPUT, "--where is the row filter of a publication, and only stream reads one");
	return eh_hint(err, "leave it out, or add --mode stream");
}

/* Nobody could connect: what is wrong, and the SQL that makes the role. */
static void note_away(struct eh_arena *arena, const struct eh_map *map, const struct eh_fit_wish *wish, const struct eh_err *why,
                      struct eh_fit *fit)
{
	*fit = (struct eh_fit){.n = 1, .unfit = true};
	fit->line[0] = (struct eh_fit_line){EH_FIT_FAILS, "connection", eh_arena_strdup(arena, why->text),
	                                    why->hint[0] != '\0' ? eh_arena_strdup(arena, why->hint)
	                                                         : "correct the map's conninfo, or make the role: see --sql"};
	for (int way = 0; way < EH_FIT_WAYS; way++)
		fit->hinders[way] = "the source's database cannot be reached";
	fit->sql = eh_fit_sql_of_role(arena, map, wish);
}

static void print_text(const struct eh_fit *fit, const char *source, const char *mode)
{
	static const char *const marks[] = {"ok", "note", "FAIL"};

	printf("source %s, mode %s\n", source, mode);
	for (size_t i = 0; i < fit->n; i++) {
		const struct eh_fit_line *line = &fit->line[i];

		printf("%-4s %s: %s\n", marks[line->state], line->what, line->found);
		if (line->fix != NULL)
			printf("     hint: %s\n", line->fix);
	}
	for (int way = 0; way < EH_FIT_WAYS; way++)
		printf("mode %s: %s%s\n", eh_fit_way_name((enum eh_fit_way)way), fit->hinders[way] == NULL ? "fits" : "does not fit: ",
		       fit->hinders[way] == NULL ? "" : fit->hinders[way]);
	if (fit->sql[0] != '\0')
		printf("\n%s", fit->sql);
}

static void print_json(const struct eh_fit *fit, const char *source, const char *mode)
{
	static const char *const states[] = {"holds", "advice", "fails"};
	EH_JSON_AUTO lines = json_array();
	EH_JSON_AUTO ways = json_array();

	for (size_t i = 0; i < fit->n; i++) {
		const struct eh_fit_line *l = &fit->line[i];
		json_t *one = json_pack("{s:s, s:b, s:s, s:s, s:s?}", "check", l->what, "ok", l->state != EH_FIT_FAILS, "state",
		                        states[l->state], "found", l->found, "fix", l->fix);

		EH_ASSERT(one != NULL && json_array_append_new(lines, one) == 0);
	}
	for (int way = 0; way < EH_FIT_WAYS; way++) {
		json_t *one = json_pack("{s:s, s:b, s:s?}", "mode", eh_fit_way_name((enum eh_fit_way)way), "fits",
		                        fit->hinders[way] == NULL, "why_not", fit->hinders[way]);

		EH_ASSERT(one != NULL && json_array_append_new(ways, one) == 0);
	}
	EH_JSON_AUTO doc = json_pack("{s:b, s:s, s:s, s:O, s:O, s:s}", "ok", !fit->unfit, "source", source, "mode", mode, "checks",
	                             lines, "modes", ways, "sql", fit->sql);
	eh_cli_print_json(doc, JSON_INDENT(2));
}

enum eh_rc eh_cli_doctor_source(const struct eh_cli_doctor_source *ask, const struct eh_settings *settings, bool *holds,
                                struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = NULL;
	const struct eh_map *map = NULL;
	struct eh_fit_wish wish;
	struct eh_fit fit;
	enum eh_rc rc = find_map(arena, ask, settings, &map, err);

	if (rc == EH_OK)
		rc = read_wish(ask, map, &wish, err);
	if (rc != EH_OK)
		return rc;
	if (eh_gather_open_source(settings, map, &pg, err) != EH_OK)
		note_away(arena, map, &wish, err, &fit);
	else if ((rc = eh_fit_look(arena, pg, map, &wish, &fit, err)) != EH_OK)
		return rc;
	*holds = !fit.unfit;
	if (ask->json)
		print_json(&fit, map->source, eh_map_mode_name(wish.mode));
	else if (ask->sql)
		fputs(fit.sql, stdout);
	else
		print_text(&fit, map->source, eh_map_mode_name(wish.mode));
	return EH_OK;
}
