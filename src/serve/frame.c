/*
 * frame.c - what stands around every page: who, where, how far the data go; and the way
 * from a model to HTML or JSON.
 */
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/time.h"
#include "page/words.h"
#include "serve/daemon.h"
#include "serve/pages.h"
#include "serve/route.h"
#include "serve/sql.h"

#define PAGES "dashboards/pages/"
#define SILENT_S 120 /* a live source that said nothing for so long is stale */

enum eh_rc eh_serve_compile_pages(struct eh_serve *serve, struct eh_err *err)
{
	for (const struct eh_asset *asset = eh_asset_table; asset->name; asset++) {
		if (strncmp(asset->name, PAGES, strlen(PAGES)) != 0)
			continue;
		const char *file = asset->name + strlen(PAGES);
		const char *name = eh_arena_strndup(serve->arena, file, strcspn(file, "."));
		EH_ASSERT(serve->pages_n < EH_SERVE_PAGES_MAX);
		struct eh_serve_page_template *page = &serve->page[serve->pages_n++];
		page->name = name;
		enum eh_rc rc = eh_page_compile(serve->arena, eh_page_find_page, NULL, name, &page->template, err);
		if (rc != EH_OK)
			return rc;
	}
	return EH_OK;
}

static const struct eh_template *find_template(const struct eh_serve *serve, const char *name)
{
	for (size_t i = 0; i < serve->pages_n; i++)
		if (strcmp(serve->page[i].name, name) == 0)
			return serve->page[i].template;
	return NULL;
}

/* Charts are text for the template; who asks for JSON has the numbers they were drawn from. */
static void drop_drawings(json_t *value)
{
	const char *key;
	json_t *member;
	void *next;
	size_t i;

	json_object_foreach_safe(value, next, key, member) {
		size_t n = strlen(key);
		if ((n > 4 && strcmp(key + n - 4, "_svg") == 0) || strcmp(key, "chart") == 0)
			json_object_del(value, key);
		else
			drop_drawings(member);
	}
	if (json_is_array(value))
		json_array_foreach(value, i, member)
			drop_drawings(member);
}

static void write_json(struct eh_reply *rp, json_t *model)
{
	drop_drawings(model);
	char *text = json_dumps(model, JSON_COMPACT | JSON_SORT_KEYS);
	EH_ASSERT(text);
	eh_buf_puts(&rp->body, text);
	eh_buf_putc(&rp->body, '\n');
	free(text);
	rp->type = "application/json";
}

enum eh_rc eh_serve_page_bare(struct eh_serve *serve, struct eh_request *rq, struct eh_reply *rp, const char *name,
                              json_t *model, struct eh_err *err)
{
	EH_JSON_AUTO owned = model;
	const struct eh_template *template = find_template(serve, name);

	if (rp->status == 0)
		rp->status = 200;
	if (rq->json) {
		write_json(rp, owned);
		return EH_OK;
	}
	EH_ASSERT(template);
	eh_page_set(owned, "css", eh_serve_static_url(rq->arena, "app.css"));
	eh_page_set(owned, "js", eh_serve_static_url(rq->arena, "app.js"));
	return eh_page_render(template, owned, &rp->body, err);
}

/* ---- navigation ---- */

static bool is_current(const char *href, const char *path)
{
	size_t n = strlen(href);

	if (strcmp(href, "/") == 0)
		return strcmp(path, "/") == 0;
	if (strcmp(href, "/monitors") == 0 && strncmp(path, "/m/", 3) == 0)
		return true;
	return strncmp(path, href, n) == 0 && (path[n] == '\0' || (path[n] == '/' && strcmp(href, "/r") != 0));
}

/* What this sign-in may open: asked of the table of routes, so that no link leads to a 404. */
static json_t *make_nav(const struct eh_request *rq)
{
	static const char *const links[][2] = {
		{"/", "Overview"},       {"/monitors", "Monitors"}, {"/alerts", "Alerts"},   {"/sources", "Sources"},
		{"/packs", "Packs"},     {"/policy", "Policy"},
		{"/lab", "Lab"},         {"/r", "Portal"},          {"/r/access", "Access"}, {"/audit", "Audit log"},
		{"/admin", "Users"},     {"/account", "Account"},   {"/help", "Help"},
	};
	json_t *nav = json_array();

	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		const struct eh_route *route = eh_serve_route_find("GET", links[i][0], rq->session.role, NULL);
		if (route && route->handler != eh_serve_page_home)
			eh_page_append(nav, json_pack("{s:s, s:s, s:b}", "href", links[i][0], "label", links[i][1],
			                              "current", is_current(links[i][0], rq->path)));
	}
	return nav;
}

/* ---- the ribbon ---- */

/* Adds each source's part to the ribbon; *state takes the worst. */
static void tell_sources(struct eh_arena *arena, const PGresult *res, struct eh_buf *text, enum eh_state *state,
                         const char **banner)
{
	int64_t through_us = 0;
	int known = 0;

	for (int i = 0; i < PQntuples(res); i++) {
		if (!eh_pg_null(res, i, 4))
			*banner = eh_arena_printf(
				arena,
				"Scenario: the decisions of %s are invented, "
			                          "and its clock runs %s times as fast as ours.",
				eh_pg_text(res, i, 0), eh_page_words_count(arena, eh_pg_int8(res, i, 4)));
		if (eh_pg_null(res, i, 2))
			continue;
		int64_t clock_us = eh_pg_int8(res, i, 2);
		through_us = known++ == 0 || clock_us < through_us ? clock_us : through_us;
		if (strcmp(eh_pg_text(res, i, 1), "live") == 0 && eh_pg_int8(res, i, 3) > SILENT_S) {
			*state = EH_PAGE_STATE_STALE;
			eh_buf_printf(text, "Stale: %s said nothing for %s \u00b7 ", eh_pg_text(res, i, 0),
			              eh_page_words_span(arena, eh_pg_int8(res, i, 3) * EH_SECOND_US));
		}
	}
	if (known == 0) {
		*state = EH_PAGE_STATE_THIN;
		eh_buf_puts(text, "No source has been read yet");
		return;
	}
	eh_buf_printf(text, "Data complete up to %s", eh_page_words_instant(arena, through_us));
}

static enum eh_rc add_ribbon(struct eh_worker *worker, struct eh_request *rq, json_t *model, struct eh_err *err)
{
	EH_PGRESULT_AUTO sources = NULL;
	EH_PGRESULT_AUTO store = NULL;
	EH_BUF_AUTO text = {0};
	enum eh_state state = EH_PAGE_STATE_OK;
	const char *banner = NULL;
	struct eh_pg *pg;

	enum eh_rc rc = eh_serve_reader(worker, &pg, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_frame_sources, NULL, &sources, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_frame_store, NULL, &store, err);
	if (rc != EH_OK)
		return rc;
	tell_sources(rq->arena, sources, &text, &state, &banner);
	int64_t aside = eh_pg_int8(store, 0, 0);
	eh_buf_printf(&text, " \u00b7 %s%s rows set aside \u00b7 log of %s leaves", aside > 10000 ? "over " : "",
	              eh_page_words_count(rq->arena, aside > 10000 ? 10000 : aside),
	              eh_page_words_count(rq->arena, eh_pg_int8(store, 0, 1)));
	if (!eh_pg_null(store, 0, 2))
		eh_buf_printf(&text, " \u00b7 policy %.8s", eh_pg_text(store, 0, 2));
	eh_page_put(model, "ribbon", json_pack("{s:s, s:s}", "state", eh_page_state_slug(state), "text", text.data));
	eh_page_set(model, "banner", banner);
	return EH_OK;
}

enum eh_rc eh_serve_page(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const char *name,
                         json_t *model, struct eh_err *err)
{
	EH_JSON_AUTO owned = model;

	EH_ASSERT(owned);
	enum eh_rc rc = add_ribbon(worker, rq, owned, err);
	if (rc != EH_OK)
		return rc;
	if (!rq->json) {
		eh_page_put(owned, "nav", make_nav(rq));
		eh_page_put(owned, "user",
		            json_pack("{s:s, s:s}", "name", rq->session.user, "role",
		                      eh_serve_role_name(rq->session.role)));
		eh_page_set(owned, "csrf", rq->session.csrf);
	}
	return eh_serve_page_bare(worker->serve, rq, rp, name, json_incref(owned), err);
}
