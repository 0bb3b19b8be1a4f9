/*
 * guard.c - see guard.h.
 */
#include "serve/guard.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_token(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && !(text[i] && strchr("!#$%&'*+-.^_`|~", text[i])))
			return false;
	return n > 0;
}

static bool is_header_value(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* A request target in origin form: a path, printable ASCII only. */
static bool is_target(const char *uri)
{
	if (!uri || uri[0] != '/')
		return false;
	for (const char *at = uri; *at; at++)
		if (*at <= 0x20 || *at >= 0x7f || strchr("\\\"<>^`{|}#", *at))
			return false;
	return true;
}

static bool named(const struct eh_header *header, const char *name)
{
	return strlen(name) == header->name_length && strncasecmp(header->name, name, header->name_length) == 0;
}

static size_t count(const struct eh_head *head, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < head->n; i++)
		n += named(&head->header[i], name);
	return n;
}

const char *eh_serve_header(const struct eh_head *head, const char *name)
{
	for (size_t i = 0; i < head->n; i++)
		if (named(&head->header[i], name))
			return head->header[i].value;
	return NULL;
}

/* Digits and nothing else; false also where it is absurdly long. */
static bool read_length(const char *text, uint64_t *length)
{
	*length = 0;
	if (!*text || strlen(text) > 15)
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		*length = *length * 10 + (uint64_t)(*text - '0');
	}
	return true;
}

static struct eh_guard_verdict refuse(int status, const char *why)
{
	return (struct eh_guard_verdict){.status = status, .why = why};
}

static struct eh_guard_verdict guard_body(const struct eh_head *head)
{
	const char *length_text = eh_serve_header(head, "Content-Length");
	struct eh_guard_verdict pass = {0};

	if (count(head, "Transfer-Encoding") > 0)
		return refuse(eh_serve_header(head, "Content-Length") ? 400 : 411,
		              "bodies are sent whole, with their length");
	if (count(head, "Content-Length") > 1)
		return refuse(400, "more than one length");
	if (length_text && !read_length(length_text, &pass.length))
		return refuse(400, "the length is not a number");
	if (pass.length > EH_SERVE_BODY_MAX)
		return refuse(413, "the body is too large");
	if (strcmp(head->method, "POST") == 0 && !length_text)
		return refuse(411, "bodies are sent whole, with their length");
	if (strcmp(head->method, "POST") != 0 && pass.length > 0)
		return refuse(400, "only POST has a body");
	return pass;
}

struct eh_guard_verdict eh_serve_guard(const struct eh_head *head)
{
	if (!is_token(head->method, strlen(head->method)))
		return refuse(400, "the method is not a word");
	if (strcmp(head->method, "GET") != 0 && strcmp(head->method, "HEAD") != 0 && strcmp(head->method, "POST") != 0)
		return refuse(405, "GET, HEAD and POST are the methods here");
	if (strcmp(head->version, "HTTP/1.1") != 0 && strcmp(head->version, "HTTP/1.0") != 0)
		return refuse(505, "HTTP/1.1 is spoken here");
	if (!is_target(head->uri))
		return refuse(400, "the address is not a path");
	if (strlen(head->uri) > EH_SERVE_URI_MAX)
		return refuse(414, "the address is too long");
	if (head->overflow)
		return refuse(431, "too many headers");
	for (size_t i = 0; i < head->n; i++)
		if (!is_token(head->header[i].name, head->header[i].name_length) ||
		    !is_header_value(head->header[i].value, head->header[i].value_length))
			return refuse(400, "a header is malformed");
	if (count(head, "Host") != 1 || !eh_serve_host_is_ours(eh_serve_header(head, "Host")))
		return refuse(400, "the Host header must be there once and name this machine");
	if (count(head, "Cookie") > 1 || count(head, "Origin") > 1 || count(head, "Sec-Fetch-Site") > 1)
		return refuse(400, "a header is given twice");
	return guard_body(head);
}

static bool is_port(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n > 0 && n <= 5 && text[n] == '\0';
}

bool eh_serve_host_is_ours(const char *host)
{
	size_t n;

	if (!host)
		return false;
	if (strncasecmp(host, "localhost", 9) == 0)
		n = 9;
	else if (strncmp(host, "[::1]", 5) == 0)
		n = 5;
	else if (strncmp(host, "127.", 4) == 0)
		n = strspn(host, "0123456789.");
	else
		return false;
	return host[n] == '\0' || (host[n] == ':' && is_port(host + n + 1));
}

bool eh_serve_same_origin(const struct eh_head *head)
{
	const char *site = eh_serve_header(head, "Sec-Fetch-Site");
	const char *origin = eh_serve_header(head, "Origin");
	const char *host = eh_serve_header(head, "Host");

	if (!site && !origin)
		return false;
	if (site && strcmp(site, "same-origin") != 0)
		return false;
	return !origin || (strncmp(origin, "http://", 7) == 0 && host && strcasecmp(origin + 7, host) == 0);
}
