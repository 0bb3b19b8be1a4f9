/*
 * ledger.c - leaves on their way into the store, and the head.
 */
#include "ledger/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "ledger/sql.h"

enum eh_rc eh_ledger_add(struct eh_ledger_leaves *leaves, const char *kind, json_t *fields, size_t *place,
                         struct eh_err *err)
{
	EH_JSON_AUTO doc = fields;
	EH_BUF_AUTO body = {0};

	EH_ASSERT(json_object_set_new(doc, "type", json_string(kind)) == 0);
	enum eh_rc rc = eh_json_canonical(doc, &body, err);
	if (rc != EH_OK)
		return eh_while(err, "making a %s leaf", kind);
	if (body.len > 65535)
		return eh_fail(err, EH_REFUSED, "a %s leaf would have %zu bytes, and a leaf has at most 65535", kind,
		               body.len);
	if (leaves->n == leaves->cap) {
		size_t cap = leaves->cap ? 2 * leaves->cap : 16;
		struct eh_ledger_leaf *grown = eh_arena_zalloc(leaves->home, cap, sizeof *grown);

		if (leaves->n > 0)
			memcpy(grown, leaves->leaf, leaves->n * sizeof *grown);
		leaves->leaf = grown;
		leaves->cap = cap;
	}
	leaves->leaf[leaves->n] = (struct eh_ledger_leaf){.kind = eh_arena_strdup(leaves->home, kind),
	                                                  .body = eh_arena_strndup(leaves->home, body.data, body.len),
	                                                  .hash = eh_ledger_leaf_hash(body.data, body.len)};
	if (place != NULL)
		*place = leaves->n;
	leaves->n++;
	return EH_OK;
}

bool eh_ledger_shown_digest(const char *json_text, struct eh_sha256 *digest)
{
	json_error_t why;
	EH_JSON_AUTO doc = json_loads(json_text, JSON_DECODE_ANY, &why);

	if (doc == NULL)
		return false;
	char *text = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	EH_ASSERT(text != NULL);
	*digest = eh_sha256_of(text, strlen(text));
	free(text);
	return true;
}

enum eh_rc eh_ledger_append(struct eh_pg *pg, const struct eh_ledger_leaves *leaves, int64_t *first, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const char **kinds = eh_arena_zalloc(home, leaves->n, sizeof *kinds);
	const char **bodies = eh_arena_zalloc(home, leaves->n, sizeof *bodies);
	struct eh_pg_bytes *hashes = eh_arena_zalloc(home, leaves->n, sizeof *hashes);
	struct eh_pg_args args = {0};

	EH_ASSERT(leaves->n > 0);
	for (size_t i = 0; i < leaves->n; i++) {
		kinds[i] = leaves->leaf[i].kind;
		bodies[i] = leaves->leaf[i].body;
		hashes[i] = (struct eh_pg_bytes){leaves->leaf[i].hash.bytes, EH_SHA256_BYTES};
	}
	eh_pg_arg_text_array(&args, home, kinds, leaves->n);
	eh_pg_arg_text_array(&args, home, bodies, leaves->n);
	eh_pg_arg_bytea_array(&args, home, hashes, leaves->n);
	return eh_pg_query_int8(pg, &eh_sql_ledger_append, &args, first, err);
}

void eh_ledger_word(const char *text, char out[EH_LEDGER_WORD])
{
	size_t n = eh_utf8_span(text, strnlen(text, EH_LEDGER_WORD - 1));

	memcpy(out, text, n);
	out[n] = '\0';
}

void eh_ledger_pseudonym(const char *user_name, char out[EH_LEDGER_PSEUDONYM])
{
	EH_BUF_AUTO text = {0};
	char hex[EH_SHA256_HEX];

	eh_buf_printf(&text, "evenhand/person/v1\n%s", user_name);
	struct eh_sha256 digest = eh_sha256_of(text.data, text.len);
	eh_sha256_hex(&digest, hex);
	snprintf(out, EH_LEDGER_PSEUDONYM, "%.16s", hex);
}

enum eh_rc eh_ledger_read_head(struct eh_pg *pg, struct eh_ledger_head *head, struct eh_err *err)
{
	struct eh_ledger_range range = {0};

	for (;;) {
		EH_PGRESULT_AUTO res = NULL;
		struct eh_pg_args args = {0};

		eh_pg_arg_int8(&args, (int64_t)range.size);
		enum eh_rc rc = eh_pg_query_binary(pg, &eh_sql_ledger_read_hashes, &args, &res, err);
		if (rc != EH_OK)
			return rc;
		int n = PQntuples(res);
		for (int i = 0; i < n; i++) {
			struct eh_pg_bytes hash = eh_pg_bytea(res, i, 0, NULL);
			struct eh_sha256 leaf;

			if (hash.n != EH_SHA256_BYTES)
				return eh_fail(err, EH_REFUSED, "ledger leaf %llu has a hash of %zu bytes",
				               (unsigned long long)range.size, hash.n);
			memcpy(leaf.bytes, hash.data, EH_SHA256_BYTES);
			eh_ledger_range_add(&range, &leaf);
		}
		if (n == 0)
			break;
	}
	head->size = (int64_t)range.size;
	head->root = eh_ledger_range_root(&range);
	return EH_OK;
}
