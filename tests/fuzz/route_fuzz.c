/*
 * route_fuzz.c - any bytes as a file of routes: refused with a place, or read into routes that can be sent by and that nobody overhears.
 */
#include <string.h>

#include "notify/send.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
const char *__lsan_default_suppressions(void);

/* See map_fuzz.c. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so";
}

static void check_plain(const char *text)
{
	EH_ASSERT(text != NULL && text[0] != '\0');
	for (; *text != '\0'; text++)
		EH_ASSERT((unsigned char)*text > 0x20 && (unsigned char)*text < 0x7f);
}

/* Whatever a route says, a mail by it has the head that we write. */
static void check_mail(const struct eh_notify_route *r)
{
	static const char *const fields[] = {"Date: ",       "From: ",           "To: ",           " <",          "Subject: ",
	                                     "Message-ID: ", "Auto-Submitted: ", "MIME-Version: ", "Content-Type: multipart/alternative; "};
	EH_BUF_AUTO mail = {0};
	json_t *model = json_pack("{s:s,s:s}", "type", "test", "sentence", "one");

	eh_notify_mail(r, "test/1", model, 0, &mail);
	json_decref(model);
	for (const char *line = mail.data; strncmp(line, "\r\n", 2) != 0; line = strstr(line, "\r\n") + 2) {
		bool known = false;

		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
			known |= strncmp(line, fields[i], strlen(fields[i])) == 0;
		EH_ASSERT(known);
	}
}

static void check_route(const struct eh_notify_route *r)
{
	check_plain(r->name);
	EH_ASSERT(r->abouts != 0 && r->levels != 0 && (r->review || r->page));
	EH_ASSERT(r->tries >= 1 && eh_notify_route_wait_us(r, 1) >= 1000000 && eh_notify_route_wait_us(r, r->tries) <= INT64_C(86400000000));
	if (r->kind == EH_NOTIFY_SMTP) {
		check_plain(r->host);
		check_plain(r->from);
		EH_ASSERT(r->to_n > 0 && (r->user != NULL) == (r->secret != NULL));
		check_mail(r);
	} else if (r->kind == EH_NOTIFY_SYSLOG) {
		EH_ASSERT(r->host != NULL && r->facility >= 0 && r->facility <= 23);
	} else {
		check_plain(r->url);
		EH_ASSERT(r->kind != EH_NOTIFY_PAGERDUTY || r->secret != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_notify_routes routes;
	struct eh_err err = {0};

	if (eh_notify_routes_parse_text(home, "routes.yaml", (const char *)data, n, false, &routes, &err) != EH_OK) {
		EH_ASSERT(err.rc == EH_BAD_INPUT && strncmp(err.text, "routes.yaml:", 12) == 0);
		return 0;
	}
	for (size_t i = 0; i < routes.n; i++)
		check_route(&routes.route[i]);
	return 0;
}
