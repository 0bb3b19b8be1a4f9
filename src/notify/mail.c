/*
 * mail.c - a message as mail: RFC 5322 with a plain part and an HTML part, both base64.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/time.h"
#include "base/utf8.h"
#include "notify/send.h"

#define LINE_BYTES 57 /* of a part, in a line of 76 */
#define WORD_BYTES 42 /* of a header, in an encoded word of less than 75 */

static const char note[] = "This mail holds no personal data and no count below 11. Sign in to see the evidence.";

static void put_base64(struct eh_buf *out, const char *bytes, size_t n)
{
	unsigned char line[LINE_BYTES * 4 / 3 + 2];

	EH_ASSERT(n <= LINE_BYTES);
	EVP_EncodeBlock(line, (const unsigned char *)bytes, (int)n);
	eh_buf_puts(out, (const char *)line);
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	return true;
}

/* A header's text: as it stands where it is short ASCII, else in encoded words (RFC 2047) of whole characters. */
static void put_words(struct eh_buf *out, const char *text)
{
	size_t n = strlen(text);

	if (is_ascii(text) && n < 70 && strstr(text, "=?") == NULL) {
		eh_buf_puts(out, text);
		return;
	}
	for (size_t at = 0; at < n;) {
		size_t take = n - at < WORD_BYTES ? n - at : eh_utf8_span(text + at, WORD_BYTES);

		EH_ASSERT(take > 0);
		eh_buf_puts(out, at > 0 ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		put_base64(out, text + at, take);
		eh_buf_puts(out, "?=");
		at += take;
	}
}

static void put_date(struct eh_buf *out, int64_t us)
{
	static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct eh_date d = eh_date_of_us(us);
	int64_t day = eh_date_to_days(d), second = us / EH_SECOND_US - day * 86400;

	eh_buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[day % 7], d.day, months[d.month - 1], d.year,
	              (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

/* The same for every try: who gets it twice can see that.  Mails of one alert stand together by the second. */
static void put_ids(struct eh_buf *out, const struct eh_notify_route *route, const char *key, const json_t *model)
{
	const char *alert = eh_notify_said(model, "alert"), *host = strchr(route->from, '@') + 1;
	struct eh_sha256 digest = eh_sha256_of(key, strlen(key));
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(&digest, hex);
	eh_buf_printf(out, "Message-ID: <%.32s@%s>\r\n", hex, host);
	if (alert[0] != '\0')
		eh_buf_printf(out, "References: <%s@%s>\r\n", alert, host);
}

static void put_head(struct eh_buf *out, const struct eh_notify_route *route, const char *key, const json_t *model, int64_t now_us,
                     const char *boundary)
{
	EH_BUF_AUTO subject = {0};

	eh_notify_headline(model, &subject);
	put_date(out, now_us);
	eh_buf_printf(out, "From: Evenhand <%s>\r\nTo: ", route->from);
	for (size_t i = 0; i < route->to_n; i++)
		eh_buf_printf(out, "%s<%s>", i > 0 ? ",\r\n " : "", route->to[i]);
	eh_buf_puts(out, "\r\nSubject: ");
	put_words(out, subject.data);
	eh_buf_puts(out, "\r\n");
	put_ids(out, route, key, model);
	if (strcmp(eh_notify_said(model, "severity"), "page") == 0)
		eh_buf_puts(out, "Importance: high\r\n");
	eh_buf_printf(out,
	              "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n",
	              boundary);
}

static void put_part(struct eh_buf *out, const char *boundary, const char *type, const struct eh_buf *text)
{
	eh_buf_printf(out, "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", boundary, type);
	for (size_t at = 0; at < text->len; at += LINE_BYTES) {
		put_base64(out, text->data + at, text->len - at < LINE_BYTES ? text->len - at : LINE_BYTES);
		eh_buf_puts(out, "\r\n");
	}
}

static void plain_fact(void *ctx, const char *label, const char *text)
{
	eh_buf_printf(ctx, "%-18s%s\n", label, text);
}

static void write_plain(struct eh_buf *out, const json_t *model)
{
	const char *link = eh_notify_said(model, "link");

	eh_buf_printf(out, "%s\n\n", eh_notify_said(model, "sentence"));
	eh_notify_facts(model, plain_fact, out);
	if (link[0] != '\0')
		eh_buf_printf(out, "\n%s\n", link);
	eh_buf_printf(out, "\n%s\n", note);
}

static void put_escaped(struct eh_buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			eh_buf_puts(out, "&amp;");
			break;
		case '<':
			eh_buf_puts(out, "&lt;");
			break;
		case '>':
			eh_buf_puts(out, "&gt;");
			break;
		case '"':
			eh_buf_puts(out, "&quot;");
			break;
		default:
			eh_buf_putc(out, *text);
		}
}

static void html_fact(void *ctx, const char *label, const char *text)
{
	eh_buf_printf(ctx, "<tr><th scope=\"row\" style=\"text-align:left;padding-right:1em\">%s</th><td>", label);
	put_escaped(ctx, text);
	eh_buf_puts(ctx, "</td></tr>\n");
}

/* No image, no script, nothing that is fetched: it shows the same to everybody. */
static void write_html(struct eh_buf *out, const json_t *model)
{
	const char *link = eh_notify_said(model, "link");
	EH_BUF_AUTO headline = {0};

	eh_notify_headline(model, &headline);
	eh_buf_puts(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
	put_escaped(out, headline.data);
	eh_buf_puts(out, "</title></head><body style=\"font-family:sans-serif\">\n<p>");
	put_escaped(out, eh_notify_said(model, "sentence"));
	eh_buf_puts(out, "</p>\n<table>\n");
	eh_notify_facts(model, html_fact, out);
	eh_buf_puts(out, "</table>\n");
	if (link[0] != '\0') {
		eh_buf_puts(out, "<p><a href=\"");
		put_escaped(out, link);
		eh_buf_puts(out, "\">Open in Evenhand</a></p>\n");
	}
	eh_buf_printf(out, "<p style=\"color:#555\">%s</p>\n</body></html>\n", note);
}

void eh_notify_mail(const struct eh_notify_route *route, const char *key, const json_t *model, int64_t now_us, struct eh_buf *out)
{
	EH_BUF_AUTO plain = {0};
	EH_BUF_AUTO html = {0};
	char hex[EH_SHA256_HEX], boundary[40];

	write_plain(&plain, model);
	write_html(&html, model);
	struct eh_sha256 digest = eh_sha256_of(html.data, html.len); /* base64 holds no line that begins with two dashes */
	eh_sha256_hex(&digest, hex);
	snprintf(boundary, sizeof boundary, "evenhand-%.24s", hex);
	put_head(out, route, key, model, now_us, boundary);
	put_part(out, boundary, "text/plain", &plain);
	put_part(out, boundary, "text/html", &html);
	eh_buf_printf(out, "--%s--\r\n", boundary);
}
