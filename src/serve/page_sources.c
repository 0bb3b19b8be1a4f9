/*
 * page_sources.c - /sources : where each decision log stands, what became of its rows, and what it cannot show.
 *
 * A count without its meaning is read as it suits the reader, so each stands beside
 * a sentence.  Ids of rows that were set aside are for roles with row rights only.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "decision/map.h"
#include "page/words.h"
#include "serve/outcomes.h"
#include "serve/pages.h"
#include "serve/route.h"
#include "serve/sql.h"
#include "source/observes.h"

#define SILENT_S 120 /* as in the ribbon: a live source that said nothing for so long is stale */

/* Columns of read_sources. */
enum {
	ID,
	NAME,
	MAP_TEXT,
	PHASE,
	CLOCK,
	COMMIT_NO,
	QUIET_S,
	NOW,
	PROGRESSED,
	FATES, /* seven of them */
	SLOT = FATES + 7,
	RETAINED,
	LAG_BYTES,
	WAL_STATUS,
	GAP_NO,
	GAP_REASON,
	GAP_POSITION,
	GAP_AT,
	GAP_ACCEPTED_BY,
	TROUBLE,
	TROUBLE_MESSAGE,
	TROUBLE_HINT,
	REMOVED,
	FIGURES,
	PLAYED,
	HOLES,
	MAP_VERSION
};

struct sources {
	struct eh_arena *arena;
	PGresult *list, *rates, *asides, *alerts;
	bool rows; /* the reader may see ids */
};

static void free_sources(struct sources *s)
{
	PQclear(s->list);
	PQclear(s->rates);
	PQclear(s->asides);
	PQclear(s->alerts);
}
#define SOURCES_AUTO __attribute__((cleanup(free_sources))) struct sources

/* ---- words ---- */

static const char *bytes_words(struct eh_arena *arena, int64_t bytes)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
	double n = (double)bytes;
	size_t at = 0;

	for (; n >= 1024 && at + 1 < sizeof units / sizeof *units; at++)
		n /= 1024;
	return eh_arena_printf(arena, "%s %s", eh_page_words_number(arena, n, at == 0 || n >= 100 ? 0 : 1), units[at]);
}

static const char *mode_words(const struct eh_map *map)
{
	static const char *const words[] = {
		[EH_MAP_MODE_POLL] = "poll: asks the table for what is new",
		[EH_MAP_MODE_STREAM] = "stream: is told of every change by the server's log",
		[EH_MAP_MODE_PUSHDOWN] = "pushdown: the database counts, and the counts are read",
	};

	return words[map->mode];
}

static const char *phase_words(const PGresult *res, int i)
{
	const char *phase = eh_pg_text(res, i, PHASE);

	if (!eh_pg_null(res, i, REMOVED))
		return "no longer followed; what was counted stays";
	if (!phase)
		return "registered, not read yet";
	if (strcmp(phase, "history") == 0)
		return "reading history: nothing is judged before all of it is read";
	return strcmp(phase, "live") == 0 ? "live" : "ended, shown as of its clock";
}

/* ---- state ---- */

static bool is_silent(const PGresult *res, int i)
{
	const char *phase = eh_pg_text(res, i, PHASE);

	return phase && strcmp(phase, "live") == 0 && eh_pg_null(res, i, REMOVED) &&
	       eh_pg_int8(res, i, QUIET_S) > SILENT_S;
}

static enum eh_state state_of(const struct sources *s, int i)
{
	enum eh_state state = eh_pg_null(s->list, i, PHASE) ? EH_PAGE_STATE_THIN : EH_PAGE_STATE_OK;

	for (int k = 0; k < PQntuples(s->alerts); k++) {
		if (strcmp(eh_pg_text(s->alerts, k, 1), eh_pg_text(s->list, i, NAME)) != 0 ||
		    eh_pg_bool(s->alerts, k, 5))
			continue;
		if (strcmp(eh_pg_text(s->alerts, k, 2), "page") == 0)
			return EH_PAGE_STATE_ALERT;
		state = EH_PAGE_STATE_WATCH;
	}
	return is_silent(s->list, i) ? EH_PAGE_STATE_STALE : state;
}

static const char *state_word(enum eh_state state)
{
	return state == EH_PAGE_STATE_OK      ? "In order"
	       : state == EH_PAGE_STATE_WATCH ? "To review"
	       : state == EH_PAGE_STATE_ALERT ? "Needs somebody"
	       : state == EH_PAGE_STATE_THIN  ? "Not read yet"
	                                      : eh_page_state_word(state);
}

/* ---- parts of a source ---- */

static void fact(json_t *facts, const char *name, const char *text)
{
	eh_page_append(facts, json_pack("{s:s, s:s}", "name", name, "text", text));
}

static void add_rate(const struct sources *s, int i, json_t *facts)
{
	for (int k = 0; k < PQntuples(s->rates); k++)
		if (eh_pg_int8(s->rates, k, 0) == eh_pg_int8(s->list, i, ID))
			fact(facts, "Rows in the last hour",
			     eh_arena_printf(s->arena, "%s%s", eh_pg_bool(s->rates, k, 2) ? "more than " : "",
			                     eh_page_words_count(s->arena, eh_pg_null(s->rates, k, 1)
			                                                           ? 0
			                                                           : eh_pg_int8(s->rates, k, 1))));
}

static json_t *make_facts(const struct sources *s, int i, const struct eh_map *map)
{
	const PGresult *res = s->list;
	struct eh_arena *arena = s->arena;
	json_t *facts = json_array();

	fact(facts, "Reads",
	     eh_arena_printf(arena, "%s.%s %s", map->schema, map->table,
	                     map->conninfo ? "of another database" : "of this database"));
	fact(facts, "Mode", mode_words(map));
	fact(facts, "State", phase_words(res, i));
	if (!eh_pg_null(res, i, CLOCK)) {
		int64_t clock_us = eh_pg_int8(res, i, CLOCK), lag_us = eh_pg_int8(res, i, NOW) - clock_us;

		fact(facts, "Clock", eh_page_words_instant(arena, clock_us));
		if (!eh_pg_bool(res, i, PLAYED) && map->follow && eh_pg_null(res, i, REMOVED) &&
		    strcmp(eh_pg_text(res, i, PHASE), "live") == 0)
			fact(facts, "Behind",
			     lag_us < EH_SECOND_US ? "less than a second" : eh_page_words_span(arena, lag_us));
	}
	if (!eh_pg_null(res, i, PROGRESSED))
		fact(facts, "Last commit",
		     eh_arena_printf(arena, "number %s, %s", eh_page_words_count(arena, eh_pg_int8(res, i, COMMIT_NO)),
		                     eh_page_words_instant(arena, eh_pg_int8(res, i, PROGRESSED))));
	add_rate(s, i, facts);
	if (!eh_pg_null(res, i, SLOT)) {
		fact(facts, "Slot",
		     eh_arena_printf(arena, "%s, %s", eh_pg_text(res, i, SLOT), eh_pg_text(res, i, WAL_STATUS)));
		fact(facts, "Log kept for us", bytes_words(arena, eh_pg_int8(res, i, RETAINED)));
		fact(facts, "Not read yet", bytes_words(arena, eh_pg_int8(res, i, LAG_BYTES)));
	}
	if (eh_pg_int8(res, i, HOLES) > 0)
		fact(facts, "Gaps on the record", eh_page_words_count(arena, eh_pg_int8(res, i, HOLES)));
	fact(facts, "Pane and lateness",
	     eh_arena_printf(arena, "%s, closed %s after it ends", eh_map_pane_name(map->pane),
	                     eh_page_words_span(arena, map->lateness_us)));
	fact(facts, "Map",
	     eh_arena_printf(arena, "version %s", eh_page_words_count(arena, eh_pg_int8(res, i, MAP_VERSION))));
	return facts;
}

/* What became of rows: each count with what it means. */
static json_t *make_fates(const struct sources *s, int i)
{
	static const char *const what[][2] = {
		{"On time", "Came before their pane was closed; they stand in every verdict."},
		{"Early",
	         "Dated more than five minutes ahead of the clock; kept, and counted when the clock gets there."},
		{"Late", "Came after their pane was closed; in windows from the next close on, and in blocks of their "
	                 "own in the "
	                 "evidence. Closed verdicts stand."},
		{"Set aside",
	         "Could not be used, for a reason that is kept; in no count until the map or the row is mended."},
		{"Delivered again", "The same row once more; counted once."},
		{"Corrected", "A newer version came: the old row was taken off, the new one counted."},
		{"Taken off", "Deleted at the source, or counted again from the start after a history that broke off."},
	};
	json_t *list = json_array();

	for (int k = 0; k < 7; k++)
		eh_page_append(list, json_pack("{s:s, s:s, s:s}", "name", what[k][0], "meaning", what[k][1], "n",
		                               eh_page_words_count(s->arena, eh_pg_int8(s->list, i, FATES + k))));
	return list;
}

static json_t *make_sample(const struct sources *s, int k)
{
	json_t *ids = eh_pg_null(s->asides, k, 3) ? NULL : eh_page_json_load(eh_pg_text(s->asides, k, 3));

	if (!s->rows || !json_is_array(ids)) {
		json_decref(ids);
		return NULL;
	}
	return ids;
}

static json_t *make_asides(const struct sources *s, int i)
{
	json_t *list = json_array();
	int64_t all = 0;

	for (int k = 0; k < PQntuples(s->asides); k++) {
		if (eh_pg_int8(s->asides, k, 0) != eh_pg_int8(s->list, i, ID))
			continue;
		json_t *item = json_pack("{s:s, s:s}", "reason", eh_pg_text(s->asides, k, 1), "n",
		                         eh_page_words_plural(s->arena, eh_pg_int8(s->asides, k, 2), "row", "rows"));
		json_t *ids = make_sample(s, k);

		EH_ASSERT(item);
		if (ids)
			eh_page_put(item, "sample", json_pack("{s:o}", "ids", ids));
		all += eh_pg_int8(s->asides, k, 2);
		eh_page_append(list, item);
	}
	if (all == 0) {
		json_decref(list);
		return NULL;
	}
	json_t *made = json_pack("{s:o, s:s, s:b}", "reasons", list, "count",
	                         eh_page_words_plural(s->arena, all, "row waits", "rows wait"), "hidden", !s->rows);
	if (all >= 10000)
		eh_page_set(made, "count", "Of the newest 10 000 rows");
	return made;
}

static void add_sight(json_t *list, const char *what, bool seen, const char *why)
{
	json_t *item = json_pack("{s:s, s:s}", "name", what, "seen", seen ? "seen" : "not observable");

	EH_ASSERT(item);
	eh_page_set(item, "why", why);
	eh_page_append(list, item);
}

static json_t *make_observes(const struct sources *s, const struct eh_map *map)
{
	struct eh_source_observes o = eh_source_observes(map);
	json_t *list = json_array();

	add_sight(list, "Corrections", o.updates, eh_page_words_sentence(s->arena, o.updates_why));
	add_sight(list, "Deletes", o.deletes, eh_page_words_sentence(s->arena, o.deletes_why));
	add_sight(list, "Outcomes", o.outcomes, eh_page_words_sentence(s->arena, o.outcomes_why));
	return list;
}

static json_t *make_gap(const struct sources *s, int i)
{
	const PGresult *res = s->list;

	if (eh_pg_null(res, i, GAP_NO))
		return NULL;
	json_t *gap = json_pack("{s:s, s:s, s:s, s:s}", "reason",
	                        eh_page_words_sentence(s->arena, eh_pg_text(res, i, GAP_REASON)), "found",
	                        eh_page_words_instant(s->arena, eh_pg_int8(res, i, GAP_AT)), "position",
	                        eh_pg_text(res, i, GAP_POSITION), "source", eh_pg_text(res, i, NAME));
	EH_ASSERT(gap);
	eh_page_set(gap, "accepted_by", eh_pg_text(res, i, GAP_ACCEPTED_BY));
	return gap;
}

static json_t *make_alerts(const struct sources *s, int i)
{
	json_t *list = json_array();

	for (int k = 0; k < PQntuples(s->alerts); k++) {
		bool page = strcmp(eh_pg_text(s->alerts, k, 2), "page") == 0, over = eh_pg_bool(s->alerts, k, 5);

		if (strcmp(eh_pg_text(s->alerts, k, 1), eh_pg_text(s->list, i, NAME)) != 0)
			continue;
		eh_page_append(list,
		               json_pack("{s:s, s:s, s:s, s:s, s:s}", "href",
		                         eh_arena_printf(s->arena, "/alerts/%s", eh_pg_text(s->alerts, k, 0)), "title",
		                         eh_pg_text(s->alerts, k, 3), "sentence", eh_pg_text(s->alerts, k, 4), "state",
		                         eh_page_state_slug(over   ? EH_PAGE_STATE_OK
		                                            : page ? EH_PAGE_STATE_ALERT
		                                                   : EH_PAGE_STATE_WATCH),
		                         "word",
		                         over   ? "Has ended"
		                         : page ? "Page"
		                                : "Review"));
	}
	return list;
}

static enum eh_rc make_source(const struct sources *s, int i, json_t **out, struct eh_err *err)
{
	const PGresult *res = s->list;
	const char *name = eh_pg_text(res, i, NAME), *text = eh_pg_text(res, i, MAP_TEXT);
	EH_JSON_AUTO figures = eh_pg_null(res, i, FIGURES) ? NULL : eh_page_json_load(eh_pg_text(res, i, FIGURES));
	enum eh_state state = state_of(s, i);
	const struct eh_map *map;
	enum eh_rc rc = eh_map_parse(s->arena, name, text, strlen(text), &map, err);

	if (rc != EH_OK)
		return eh_while(err, "the map kept for source %s", name);
	json_t *source = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "name", name, "state",
	                           eh_page_state_slug(state), "word", state_word(state), "facts", make_facts(s, i, map),
	                           "fates", make_fates(s, i), "observes", make_observes(s, map), "alerts",
	                           make_alerts(s, i), "unmapped", eh_serve_unmapped(s->arena, figures));
	EH_ASSERT(source);
	json_t *asides = make_asides(s, i), *gap = make_gap(s, i),
	       *outcomes = eh_serve_outcomes(s->arena, figures, NULL, NULL);
	if (asides)
		eh_page_put(source, "set_aside", asides);
	if (gap)
		eh_page_put(source, "gap", gap);
	if (outcomes)
		eh_page_put(source, "outcomes", outcomes);
	if (!gap && !eh_pg_null(res, i, TROUBLE))
		eh_page_put(source, "trouble",
		            json_pack("{s:s, s:s}", "message",
		                      eh_page_words_sentence(s->arena, eh_pg_text(res, i, TROUBLE_MESSAGE)), "hint",
		                      eh_page_words_sentence(s->arena, eh_pg_text(res, i, TROUBLE_HINT))));
	*out = source;
	return EH_OK;
}

/* ---- the page ---- */

static const char *first_sentence(const struct sources *s)
{
	int n = PQntuples(s->list), in_order = 0;

	for (int i = 0; i < n; i++)
		in_order += state_of(s, i) == EH_PAGE_STATE_OK;
	if (n == 0)
		return "No decision log is registered yet.";
	if (in_order == n)
		return n == 1 ? "The source is in order."
		              : eh_arena_printf(s->arena, "All %d sources are in order.", n);
	return eh_arena_printf(s->arena, "%d of %s in order.", in_order,
	                       n == 1 ? "1 source is" : eh_arena_printf(s->arena, "%d sources are", n));
}

static enum eh_rc read_all(struct eh_worker *worker, struct sources *s, struct eh_err *err)
{
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_read_sources, NULL, &s->list, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_read_rates, NULL, &s->rates, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_read_asides, NULL, &s->asides, err);
	return rc == EH_OK ? eh_pg_query(pg, &eh_sql_serve_read_source_alerts, NULL, &s->alerts, err) : rc;
}

enum eh_rc eh_serve_page_sources(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                 struct eh_err *err)
{
	SOURCES_AUTO s = {.arena = rq->arena, .rows = (EH_SERVE_ROWS & (unsigned)rq->session.role) != 0};
	EH_JSON_AUTO list = json_array();
	enum eh_rc rc = read_all(worker, &s, err);

	for (int i = 0; rc == EH_OK && i < PQntuples(s.list); i++) {
		json_t *source = NULL;

		rc = make_source(&s, i, &source, err);
		if (rc == EH_OK)
			eh_page_append(list, source);
	}
	if (rc != EH_OK)
		return rc;
	json_t *model = json_pack("{s:s, s:b, s:s, s:O, s:b}", "title", "Sources", "live", 1, "sentence",
	                          first_sentence(&s), "sources", list, "none", PQntuples(s.list) == 0);
	return eh_serve_page(worker, rq, rp, "sources", model, err);
}
