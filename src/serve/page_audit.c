/*
 * page_audit.c - /audit : the leaves of the ledger, newest first, with the head they add up to;
 * /r/access : what the regulator looked at, shown to both sides.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "page/words.h"
#include "serve/daemon.h"
#include "serve/pages.h"
#include "serve/sql.h"

#define LEAVES_A_PAGE 50
#define ACCESSES_A_PAGE 100

/* ---- the head ---- */

/* Brings the daemon's tree up to the ledger's end: leaves never change, so only new ones are read. */
static enum eh_rc read_tree(struct eh_worker *worker, struct eh_ledger_head *head, struct eh_err *err)
{
	struct eh_serve *serve = worker->serve;
	struct eh_pg *pg;
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);
	int rows = 1;

	pthread_mutex_lock(&serve->tree_lock);
	while (rc == EH_OK && rows > 0) {
		EH_PGRESULT_AUTO res = NULL;
		struct eh_pg_args args = {0};
		eh_pg_arg_int8(&args, (int64_t)serve->tree.size);
		rc = eh_pg_query_binary(pg, &eh_sql_serve_leaf_hashes, &args, &res, err);
		rows = rc == EH_OK ? PQntuples(res) : 0;
		for (int i = 0; i < rows; i++) {
			struct eh_pg_bytes bytes = eh_pg_bytea(res, i, 0, NULL);
			struct eh_sha256 hash;
			EH_ASSERT(bytes.n == sizeof hash.bytes);
			memcpy(hash.bytes, bytes.data, sizeof hash.bytes);
			eh_ledger_range_add(&serve->tree, &hash);
		}
	}
	head->size = (int64_t)serve->tree.size;
	head->root = eh_ledger_range_root(&serve->tree);
	pthread_mutex_unlock(&serve->tree_lock);
	return rc;
}

/* ---- a leaf in one line ---- */

static bool is_digest(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* The plain members of a leaf, in order: `source underwriting, rows 812`. */
static const char *summary_of(struct eh_arena *arena, const json_t *body)
{
	EH_BUF_AUTO b = {0};
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)body, key, value) {
		const char *text = json_string_value(value);
		if (strcmp(key, "type") == 0 || b.len > 160)
			continue;
		if (text && is_digest(text))
			eh_buf_printf(&b, "%s%s %.10s\u2026", b.len ? ", " : "", key, text);
		else if (text)
			eh_buf_printf(&b, "%s%s %s", b.len ? ", " : "", key, text);
		else if (json_is_integer(value))
			eh_buf_printf(&b, "%s%s %lld", b.len ? ", " : "", key, (long long)json_integer_value(value));
	}
	return eh_arena_strdup(arena, b.data ? b.data : "");
}

static json_t *leaf_row(struct eh_arena *arena, const PGresult *res, int i)
{
	EH_JSON_AUTO body = eh_page_json_load(eh_pg_text(res, i, 2));

	return json_pack("{s:I, s:s, s:s, s:s, s:s}", "index", (json_int_t)eh_pg_int8(res, i, 0), "kind",
	                 eh_pg_text(res, i, 1), "summary", summary_of(arena, body), "body", eh_pg_text(res, i, 2),
	                 "hash", eh_pg_text(res, i, 3));
}

/* ---- the page ---- */

static const char *const kinds[] = {"genesis", "source",  "batch",    "pane", "alert",
                                    "policy",  "request", "scenario", "heartbeat", NULL};

static const char *kind_of(const struct eh_request *rq)
{
	const char *text = eh_serve_form_get(&rq->args, "kind");

	for (const char *const *kind = kinds; text && *kind; kind++)
		if (strcmp(*kind, text) == 0)
			return *kind;
	return NULL;
}

static int64_t before_of(const struct eh_request *rq)
{
	const char *text = eh_serve_form_get(&rq->args, "before");

	return text && *text && strlen(text) < 18 && text[strspn(text, "0123456789")] == '\0' ? strtoll(text, NULL, 10)
	                                                                                      : INT64_MAX;
}

static json_t *make_filter(const char *chosen)
{
	json_t *filter = json_array();

	eh_page_append(filter,
	               json_pack("{s:s, s:s, s:b}", "href", "/audit", "label", "all", "current", chosen == NULL));
	for (const char *const *kind = kinds; *kind; kind++)
		eh_page_append(filter, json_pack("{s:s+, s:s, s:b}", "href", "/audit?kind=", *kind, "label", *kind,
		                                 "current", chosen && strcmp(chosen, *kind) == 0));
	return filter;
}

enum eh_rc eh_serve_page_audit(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	const char *kind = kind_of(rq);
	int64_t before = before_of(rq);
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_ledger_head head;
	char root[EH_SHA256_HEX];
	struct eh_pg *pg;

	eh_pg_arg_int8(&args, before);
	eh_pg_arg_text(&args, kind);
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_list_leaves, &args, &res, err);
	if (rc == EH_OK)
		rc = read_tree(worker, &head, err);
	if (rc != EH_OK)
		return rc;
	eh_sha256_hex(&head.root, root);
	json_t *rows = json_array(), *pager = json_object();
	int n = PQntuples(res) > LEAVES_A_PAGE ? LEAVES_A_PAGE : PQntuples(res);
	const char *with_kind = kind ? eh_arena_printf(rq->arena, "kind=%s&", kind) : "";
	for (int i = 0; i < n; i++)
		eh_page_append(rows, leaf_row(rq->arena, res, i));
	if (before != INT64_MAX)
		eh_page_set(pager, "previous",
		            eh_arena_printf(rq->arena, "/audit%s%s", kind ? "?kind=" : "", kind ? kind : ""));
	if (PQntuples(res) > LEAVES_A_PAGE)
		eh_page_set(pager, "next",
		            eh_arena_printf(rq->arena, "/audit?%sbefore=%s", with_kind, eh_pg_text(res, n - 1, 0)));
	eh_page_set(pager, "here",
	            n == 0 ? "No leaf"
	                    : eh_arena_printf(rq->arena, "Leaves %s to %s", eh_pg_text(res, n - 1, 0),
	                                      eh_pg_text(res, 0, 0)));
	json_t *model = json_pack("{s:s, s:s, s:I, s:s, s:o, s:o, s:o, s:b}", "title", "Audit log", "size_text",
	                          eh_page_words_count(rq->arena, head.size), "size", (json_int_t)head.size, "root",
	                          root, "rows", rows, "filter", make_filter(kind), "pager", pager, "none", n == 0);
	return eh_serve_page(worker, rq, rp, "audit", model, err);
}

enum eh_rc eh_serve_page_access(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp,
                                struct eh_err *err)
{
	static const char *const labels[] = {"When", "Who", "What was looked at", NULL};
	int page = eh_serve_form_page(&rq->args, "page", 1000);
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_pg *pg;

	eh_pg_arg_int8(&args, (page - 1) * ACCESSES_A_PAGE);
	enum eh_rc rc = eh_serve_reader(worker, &pg, err);
	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_serve_list_accesses, &args, &res, err);
	if (rc != EH_OK)
		return rc;
	json_t *table = eh_page_table_begin("What the regulator looked at, newest first", labels);
	for (int i = 0; i < PQntuples(res) && i < ACCESSES_A_PAGE; i++)
		eh_page_table_row(table,
		                  (const char *const[]){eh_page_words_instant(rq->arena, eh_pg_time(res, i, 0)),
		                                        eh_pg_text(res, i, 1), eh_pg_text(res, i, 2)});
	json_t *pager = json_pack("{s:s}", "here", eh_arena_printf(rq->arena, "Page %d", page));
	if (page > 1)
		eh_page_set(pager, "previous", eh_arena_printf(rq->arena, "/r/access?page=%d", page - 1));
	if (PQntuples(res) > ACCESSES_A_PAGE)
		eh_page_set(pager, "next", eh_arena_printf(rq->arena, "/r/access?page=%d", page + 1));
	json_t *model = json_pack("{s:s, s:b, s:o, s:o}", "title", "Access record", "none", PQntuples(res) == 0,
	                          "table", table, "pager", pager);
	return eh_serve_page(worker, rq, rp, "access", model, err);
}
