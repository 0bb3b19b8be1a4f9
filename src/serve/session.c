/*
 * session.c - see session.h.
 */
#include "serve/session.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "serve/sql.h"

#define COOKIE "evenhand="

static const struct {
	enum eh_role role;
	const char *name;
} roles[] = {
	{EH_SERVE_INSURER, "insurer"},     {EH_SERVE_ANALYST, "analyst"}, {EH_SERVE_APPROVER, "approver"},
	{EH_SERVE_REGULATOR, "regulator"}, {EH_SERVE_ADMIN, "admin"},     {EH_SERVE_MACHINE, "machine"},
	{EH_SERVE_REGULATOR_ADMIN, "regulator-admin"},
	{EH_SERVE_COUNSEL, "counsel"},
};

const char *eh_serve_role_name(enum eh_role role)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (roles[i].role == role)
			return roles[i].name;
	return "nobody";
}

enum eh_role eh_serve_role_of(const char *name)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(roles[i].name, name) == 0)
			return roles[i].role;
	return EH_SERVE_PUBLIC;
}

bool eh_serve_session_token(const char *cookies, unsigned char token[EH_SERVE_TOKEN_BYTES])
{
	const char *found = NULL;

	for (const char *at = cookies; at && *at;) {
		at += strspn(at, " ;");
		if (strncmp(at, COOKIE, strlen(COOKIE)) == 0) {
			if (found)
				return false;
			found = at + strlen(COOKIE);
		}
		at += strcspn(at, ";");
	}
	if (!found || strcspn(found, "; ") != EH_SERVE_TOKEN_TEXT - 1)
		return false;
	size_t length;
	const char *end;
	return sodium_base642bin(token, EH_SERVE_TOKEN_BYTES, found, EH_SERVE_TOKEN_TEXT - 1, NULL, &length, &end,
	                         sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
	       length == EH_SERVE_TOKEN_BYTES && end == found + EH_SERVE_TOKEN_TEXT - 1;
}

static void token_text(const unsigned char bytes[EH_SERVE_TOKEN_BYTES], char text[EH_SERVE_TOKEN_TEXT])
{
	sodium_bin2base64(text, EH_SERVE_TOKEN_TEXT, bytes, EH_SERVE_TOKEN_BYTES,
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Keyed by the token itself, which pages do not show and the store does not know. */
static void make_csrf(const unsigned char token[EH_SERVE_TOKEN_BYTES], char csrf[EH_SERVE_TOKEN_TEXT])
{
	static const unsigned char what[] = "evenhand form";
	unsigned char mac[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256(mac, what, sizeof what - 1, token);
	token_text(mac, csrf);
}

enum eh_rc eh_serve_session_find(struct eh_pg *pg, const char *cookies, struct eh_session_limits limits,
                                 struct eh_session *out, struct eh_err *err)
{
	unsigned char token[EH_SERVE_TOKEN_BYTES];
	struct eh_pg_args args = {0};
	EH_PGRESULT_AUTO res = NULL;

	memset(out, 0, sizeof *out);
	if (!eh_serve_session_token(cookies, token))
		return EH_OK;
	struct eh_sha256 digest = eh_sha256_of(token, sizeof token);
	eh_pg_arg_bytea(&args, digest.bytes, sizeof digest.bytes);
	eh_pg_arg_int8(&args, limits.idle_ms);
	eh_pg_arg_int8(&args, limits.length_ms);
	enum eh_rc rc = eh_pg_query(pg, &eh_sql_serve_find_session, &args, &res, err);
	if (rc != EH_OK || PQntuples(res) == 0)
		return rc;
	out->role = eh_serve_role_of(eh_pg_text(res, 0, 1));
	snprintf(out->user, sizeof out->user, "%s", eh_pg_text(res, 0, 0));
	out->created_us = eh_pg_time(res, 0, 2);
	out->token_sha256 = digest;
	make_csrf(token, out->csrf);
	if (!eh_pg_bool(res, 0, 3))
		return EH_OK;
	args.n = 1;
	return eh_pg_run(pg, &eh_sql_serve_see_session, &args, NULL, err);
}

enum eh_rc eh_serve_session_begin(struct eh_pg *pg, const char *user, struct eh_buf *cookie, struct eh_err *err)
{
	unsigned char token[EH_SERVE_TOKEN_BYTES];
	char text[EH_SERVE_TOKEN_TEXT];
	struct eh_pg_args args = {0};

	randombytes_buf(token, sizeof token);
	token_text(token, text);
	struct eh_sha256 digest = eh_sha256_of(token, sizeof token);
	eh_pg_arg_bytea(&args, digest.bytes, sizeof digest.bytes);
	eh_pg_arg_text(&args, user);
	enum eh_rc rc = eh_pg_run(pg, &eh_sql_serve_begin_session, &args, NULL, err);
	if (rc == EH_OK)
		eh_buf_printf(cookie, COOKIE "%s; Path=/; HttpOnly; SameSite=Strict", text);
	sodium_memzero(token, sizeof token);
	sodium_memzero(text, sizeof text);
	return rc;
}

enum eh_rc eh_serve_session_end(struct eh_pg *pg, const struct eh_session *session, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_bytea(&args, session->token_sha256.bytes, EH_SHA256_BYTES);
	return eh_pg_run(pg, &eh_sql_serve_end_session, &args, NULL, err);
}

enum eh_rc eh_serve_session_end_others(struct eh_pg *pg, const struct eh_session *session, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_text(&args, session->user);
	eh_pg_arg_bytea(&args, session->token_sha256.bytes, EH_SHA256_BYTES);
	return eh_pg_run(pg, &eh_sql_serve_end_other_sessions, &args, NULL, err);
}

bool eh_serve_session_csrf(const struct eh_session *session, const char *csrf)
{
	return csrf && strlen(csrf) == EH_SERVE_TOKEN_TEXT - 1 &&
	       sodium_memcmp(csrf, session->csrf, EH_SERVE_TOKEN_TEXT - 1) == 0;
}
