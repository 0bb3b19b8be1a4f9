/*
 * page_packs.c - /packs : what the regulators' tests said of each period that closed, and the test of each new component.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "evidence/pack_result.h"
#include "page/svg.h"
#include "page/words.h"
#include "serve/pages.h"
#include "serve/sql.h"

#define RESULTS_A_PAGE 6
#define PAGES_MOST 1000

/* ---- words ------------------------------------------------------------------------------ */

static const struct {
	const char *verdict, *word;
	enum eh_state state;
} verdicts[] = {
	{"both", "Both", EH_PAGE_STATE_ALERT},
	{"practical", "Practical", EH_PAGE_STATE_WATCH},
	{"statistical", "Statistical", EH_PAGE_STATE_WATCH},
	{"none", "None", EH_PAGE_STATE_OK},
	{EH_EVIDENCE_NOT_ENOUGH, "Not enough data", EH_PAGE_STATE_THIN},
	{EH_EVIDENCE_NOT_APPLICABLE, "Not applicable", EH_PAGE_STATE_THIN},
};

/* Shape and word of a verdict; a table that has no line gets a word alone. */
static void put_verdict(json_t *row, const json_t *from)
{
	const char *verdict = eh_page_json_text(from, "verdict");

	for (size_t i = 0; verdict != NULL && i < sizeof verdicts / sizeof *verdicts; i++) {
		if (strcmp(verdicts[i].verdict, verdict) == 0) {
			eh_page_set(row, "state", eh_page_state_slug(verdicts[i].state));
			eh_page_set(row, "word", verdicts[i].word);
			return;
		}
	}
	eh_page_set(row, "word", "Shown");
}

/* Six decimals are for the record: three are for people. */
static const char *figure(struct eh_arena *arena, const json_t *from, const char *key)
{
	EH_BUF_AUTO text = {0};
	const char *value = eh_page_json_text(from, key);

	if (value == NULL)
		return NULL;
	eh_page_number(&text, strtod(value, NULL), 3);
	return eh_arena_strdup(arena, text.data);
}

static const char *p_of(struct eh_arena *arena, const json_t *from, const char *key)
{
	const char *value = eh_page_json_text(from, key);

	return value != NULL ? eh_page_words_p(arena, strtod(value, NULL)) : NULL;
}

static const char *limits(struct eh_arena *arena, const json_t *from)
{
	const char *lo = figure(arena, from, "lo"), *hi = figure(arena, from, "hi");

	return lo != NULL && hi != NULL ? eh_arena_printf(arena, "%s to %s", lo, hi) : NULL;
}

static const char *counts(struct eh_arena *arena, const json_t *row)
{
	const char *n = eh_page_words_count(arena, eh_page_json_count(row, "n_protected"));
	const char *k = eh_page_words_count(arena, eh_page_json_count(row, "k_protected"));

	if (json_object_get(row, "n_protected") == NULL)
		return NULL;
	if (json_object_get(row, "n_reference") == NULL)
		return eh_arena_printf(arena, "%s of %s", k, n);
	return eh_arena_printf(arena, "%s of %s, %s of %s", k, n,
	                       eh_page_words_count(arena, eh_page_json_count(row, "k_reference")),
	                       eh_page_words_count(arena, eh_page_json_count(row, "n_reference")));
}

/* ---- one row ------------------------------------------------------------------------------ */

struct remarks {
	json_t *plain, *quiet;
};

/* What stands below the table about a row: why there is no verdict, the pooled figures, the drivers. */
static void remark(json_t *remarks, const char *about, const char *text, const json_t *pooled)
{
	json_t *one = json_pack("{s:s, s:s}", "about", about, "text", text);

	EH_ASSERT(one);
	if (pooled != NULL) {
		put_verdict(one, pooled);
		if (json_is_true(json_object_get(pooled, "hidden_by_slicing")))
			eh_page_set(one, "alone", "No part says anything alone, and together they cross.");
	}
	eh_page_append(remarks, one);
}

static const char *pooled_text(struct eh_arena *arena, const json_t *from)
{
	const char *over = eh_page_json_text(from, "over"), *estimate = figure(arena, from, "estimate"), *p = p_of(arena, from, "p");

	return eh_arena_printf(arena, "pooled over %s, %lld of %lld parts large enough alone: %s%s%s",
	                       over != NULL ? over : "all strata at once", (long long)eh_page_json_count(from, "parts_enough"),
	                       (long long)eh_page_json_count(from, "parts"), estimate != NULL ? estimate : "no figure",
	                       p != NULL ? ", p " : "", p != NULL ? p : "");
}

/* Pooled figures that found nothing are folded away; there is one for every split of every group. */
static bool is_quiet(const json_t *pooled)
{
	const char *verdict = eh_page_json_text(pooled, "verdict");

	return verdict != NULL && strcmp(verdict, "none") == 0 && !json_is_true(json_object_get(pooled, "hidden_by_slicing"));
}

static void remark_on(struct eh_arena *arena, struct remarks *remarks, const char *about, const json_t *from)
{
	const char *reason = eh_page_json_text(from, "reason");
	EH_BUF_AUTO drivers = {0};
	const json_t *one;
	size_t i;

	if (reason != NULL)
		remark(remarks->plain, about, reason, NULL);
	json_array_foreach(json_object_get(from, "drivers"), i, one) {
		const char *value = figure(arena, one, "value");

		eh_buf_printf(&drivers, "%s%s %s", i > 0 ? ", " : "", eh_page_json_text(one, "feature"), value != NULL ? value : "n/a");
	}
	if (drivers.len > 0)
		remark(remarks->plain, about, drivers.data, NULL);
	json_array_foreach(json_object_get(from, "pooled"), i, one)
		remark(is_quiet(one) ? remarks->quiet : remarks->plain, about, pooled_text(arena, one), one);
}

static json_t *result_row(struct eh_arena *arena, const json_t *from, struct remarks *remarks)
{
	const char *attribute = eh_page_json_text(from, "attribute"), *group = eh_page_json_text(from, "group");
	const char *about = attribute == NULL ? "The source"
	                    : group == NULL   ? attribute
	                                      : eh_arena_printf(arena, "%s: %s", attribute, group);
	json_t *row = json_object();

	EH_ASSERT(row);
	eh_page_set(row, "about", about);
	eh_page_set(row, "reference", eh_page_json_text(from, "reference"));
	eh_page_set(row, "counts", counts(arena, from));
	eh_page_set(row, "estimate", figure(arena, from, "estimate"));
	eh_page_set(row, "limits", limits(arena, from));
	eh_page_set(row, "p", p_of(arena, from, "p"));
	eh_page_set(row, "holm", p_of(arena, from, "p_holm"));
	put_verdict(row, from);
	remark_on(arena, remarks, about, from);
	return row;
}

/* ---- one line, one result ------------------------------------------------------------------- */

/* `line below 0.8 (house), fisher at 0.05 (house)` */
static const char *rule_of(struct eh_arena *arena, const json_t *line)
{
	const char *threshold = eh_page_json_text(line, "threshold"), *level = eh_page_json_text(line, "level");
	const char *first = threshold != NULL ? eh_arena_printf(arena, "line %s %s (%s)", eh_page_json_text(line, "direction"), threshold,
	                                                        eh_page_json_text(line, "threshold_origin"))
	                                      : "no line is set";

	if (level == NULL)
		return first;
	return eh_arena_printf(arena, "%s; %s at %s (%s)", first, eh_page_json_text(line, "test"), level,
	                       eh_page_json_text(line, "test_origin"));
}

static json_t *line_model(struct eh_arena *arena, const json_t *line)
{
	json_t *rows = json_array(), *out;
	struct remarks remarks = {.plain = json_array(), .quiet = json_array()};
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(line, "rows"), i, row)
		eh_page_append(rows, result_row(arena, row, &remarks));
	/* the result has a note of its own, which a line without one must not show again */
	out = json_pack("{s:s, s:s, s:s, s:s, s:o, s:b, s:o, s:i, s:o}", "name", eh_page_json_text(line, "line"), "rule",
	                eh_page_words_sentence(arena, rule_of(arena, line)), "outcome", eh_page_json_text(line, "outcome"), "citation",
	                eh_page_words_sentence(arena, eh_page_json_text(line, "citation")), "rows", rows, "remarked",
	                json_array_size(remarks.plain) > 0, "remarks", remarks.plain, "quiet", (int)json_array_size(remarks.quiet),
	                "quiets", remarks.quiet);
	EH_ASSERT(out);
	eh_page_set(out, "hint", eh_page_json_text(line, "note"));
	return out;
}

static json_t *result_model(struct eh_arena *arena, const PGresult *res, int i)
{
	EH_JSON_AUTO body = eh_page_json_load(eh_pg_text(res, i, 1));
	const json_t *line;
	json_t *lines = json_array(), *out;
	size_t l;

	json_array_foreach(json_object_get(body, "lines"), l, line)
		eh_page_append(lines, line_model(arena, line));
	out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:o}", "title", eh_page_json_text(body, "title"), "pack",
	                eh_page_json_text(body, "pack"), "period", eh_page_json_text(body, "period"), "source",
	                eh_pg_text(res, i, 0), "status", eh_page_json_text(body, "status"), "note",
	                eh_page_words_sentence(arena, eh_page_json_text(body, "note")),
	                "n", eh_page_words_count(arena, eh_page_json_count(body, "n")), "version",
	                eh_arena_printf(arena, "%.8s", eh_page_json_text(body, "pack_sha256")), "leaf",
	                (json_int_t)eh_pg_int8(res, i, 2), "run", eh_page_words_instant(arena, eh_pg_int8(res, i, 3)), "lines", lines);
	EH_ASSERT(out);
	if (i > 0) /* the newest is open */
		eh_page_put(out, "older", json_true());
	return out;
}

/* ---- new components --------------------------------------------------------------------------- */

static json_t *change_row(struct eh_arena *arena, const json_t *from)
{
	const json_t *before = json_object_get(from, "before"), *after = json_object_get(from, "after");
	const char *change = eh_page_json_text(from, "log_ratio_change");
	EH_BUF_AUTO factor = {0};
	json_t *row = json_object();

	EH_ASSERT(row);
	eh_page_set(row, "about", eh_page_json_text(from, "group") != NULL
	                                  ? eh_arena_printf(arena, "%s: %s, %s", eh_page_json_text(from, "attribute"),
	                                                    eh_page_json_text(from, "group"), eh_page_json_text(from, "outcome"))
	                                  : eh_page_json_text(from, "attribute"));
	eh_page_set(row, "reference", eh_page_json_text(from, "reference"));
	eh_page_set(row, "before", figure(arena, before, "ratio"));
	eh_page_set(row, "after", figure(arena, after, "ratio"));
	if (change != NULL) {
		eh_page_number(&factor, exp(strtod(change, NULL)), 3);
		eh_page_set(row, "factor", factor.data);
	}
	eh_page_set(row, "p", p_of(arena, from, "p"));
	eh_page_set(row, "reason", eh_page_json_text(from, "reason"));
	put_verdict(row, from);
	return row;
}

static json_t *change_model(struct eh_arena *arena, const PGresult *res, int i)
{
	EH_JSON_AUTO body = eh_page_json_load(eh_pg_text(res, i, 1));
	const json_t *row;
	json_t *rows = json_array(), *out;
	int64_t first_us = 0;
	size_t r;

	json_array_foreach(json_object_get(body, "rows"), r, row)
		eh_page_append(rows, change_row(arena, row));
	EH_ASSERT(eh_page_json_time(body, "first_seen", &first_us));
	out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:o}", "role", eh_page_json_text(body, "role"), "component",
	                eh_page_json_text(body, "component"), "source", eh_pg_text(res, i, 0), "first",
	                eh_page_words_instant(arena, first_us), "share",
	                eh_arena_printf(arena, "%s of %s", eh_page_words_count(arena, eh_page_json_count(body, "n_component")),
	                                eh_page_words_count(arena, eh_page_json_count(body, "n_after"))),
	                "leaf", (json_int_t)eh_pg_int8(res, i, 2), "rows", rows);
	EH_ASSERT(out);
	return out;
}

/* ---- the page ------------------------------------------------------------------------------------ */

struct results {
	PGresult *list, *names, *changes;
};

static void forget(struct results *r)
{
	PQclear(r->list);
	PQclear(r->names);
	PQclear(r->changes);
}

static enum eh_rc read_all(struct eh_worker *worker, const char *pack, int page, struct results *r, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);

	eh_pg_arg_text(&args, pack);
	eh_pg_arg_int8(&args, RESULTS_A_PAGE + 1);
	eh_pg_arg_int8(&args, (page - 1) * RESULTS_A_PAGE);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_list_packs, &args, &r->list, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_list_pack_names, NULL, &r->names, err);
	return rc == EH_OK ? eh_pg_query(pg, &eh_sql_serve_list_changes, NULL, &r->changes, err) : rc;
}

/* The pack that the query names, where it has results; NULL: all. */
static const char *chosen(struct eh_arena *arena, const char *asked, const PGresult *names)
{
	for (int i = 0; asked != NULL && i < PQntuples(names); i++)
		if (strcmp(eh_pg_text(names, i, 0), asked) == 0)
			return eh_arena_strdup(arena, asked);
	return NULL;
}

static json_t *make_filter(struct eh_arena *arena, const PGresult *names, const char *pack)
{
	json_t *filter = json_array();

	eh_page_append(filter, json_pack("{s:s, s:s, s:b}", "href", "/packs", "label", "All", "current", pack == NULL));
	for (int i = 0; i < PQntuples(names); i++) {
		const char *name = eh_pg_text(names, i, 0);

		eh_page_append(filter, json_pack("{s:s, s:s, s:b}", "href", eh_arena_printf(arena, "/packs?pack=%s", name), "label", name,
		                                 "current", pack != NULL && strcmp(name, pack) == 0));
	}
	return filter;
}

static json_t *make_model(struct eh_arena *arena, const struct results *r, const char *pack, int page)
{
	int n = PQntuples(r->list) < RESULTS_A_PAGE ? PQntuples(r->list) : RESULTS_A_PAGE;
	const char *base = pack != NULL ? eh_arena_printf(arena, "/packs?pack=%s&", pack) : "/packs?";
	json_t *results = json_array(), *changes = json_array();
	json_t *pager = json_pack("{s:s}", "here", eh_arena_printf(arena, "Page %d", page));

	for (int i = 0; i < n; i++)
		eh_page_append(results, result_model(arena, r->list, i));
	for (int i = 0; page == 1 && i < PQntuples(r->changes); i++)
		eh_page_append(changes, change_model(arena, r->changes, i));
	if (page > 1)
		eh_page_set(pager, "previous", eh_arena_printf(arena, "%spage=%d", base, page - 1));
	if (PQntuples(r->list) > RESULTS_A_PAGE)
		eh_page_set(pager, "next", eh_arena_printf(arena, "%spage=%d", base, page + 1));
	return json_pack("{s:s, s:b, s:o, s:o, s:b, s:o, s:o}", "title", "Packs", "none", n == 0, "results", results, "filter",
	                 make_filter(arena, r->names, pack), "some_changes", json_array_size(changes) > 0, "changes", changes, "pager",
	                 pager);
}

enum eh_rc eh_serve_page_packs(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	const char *asked = eh_serve_form_get(&rq->args, "pack"), *number = eh_serve_form_get(&rq->args, "page");
	struct results r = {0};
	long page = number != NULL ? strtol(number, NULL, 10) : 1;

	page = page < 1 ? 1 : page > PAGES_MOST ? PAGES_MOST : page;
	enum eh_rc rc = read_all(worker, asked, (int)page, &r, err);
	if (rc == EH_OK) {
		const char *pack = chosen(rq->arena, asked, r.names);
		json_t *model = make_model(rq->arena, &r, pack, (int)page);

		rc = eh_serve_page(worker, rq, rp, "packs", model, err);
	}
	forget(&r);
	return rc;
}
