/*
 * escape.c - text from outside made safe and visible; see mustache.h.
 */
#include "page/mustache.h"

/* What draws nothing, or turns the reading order around, and so could hide in a name. */
static const struct {
	uint32_t first, last;
} unseen[] = {
	{0x00, 0x08},       {0x0b, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x34f, 0x34f},   {0x61c, 0x61c},
	{0x115f, 0x1160},   {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
	{0x3164, 0x3164},   {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1d173, 0x1d17a},
	{0xe0000, 0xe0fff},
};

static bool is_unseen(uint32_t code)
{
	for (size_t i = 0; i < sizeof unseen / sizeof unseen[0] && code >= unseen[i].first; i++)
		if (code <= unseen[i].last)
			return true;
	return false;
}

/* Reads one character of UTF-8; returns its length in bytes, 0 where the bytes are none (RFC 3629). */
static size_t read_char(const unsigned char *s, size_t n, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : (s[0] & 0xf8) == 0xf0 ? 4 : 0;

	if (len == 0 || len > n)
		return 0;
	*code = len == 1 ? s[0] : s[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	return *code < least[len] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000) ? 0 : len;
}

static const char *entity(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

/* A line that was typed into a form ends in CR LF; that CR hides nothing. */
static bool ends_line(const char *text, size_t n)
{
	return n >= 2 && text[0] == '\r' && text[1] == '\n';
}

static void escape(struct eh_buf *out, const char *text, size_t n, bool html)
{
	for (size_t i = 0; i < n;) {
		uint32_t code = 0;
		size_t len = read_char((const unsigned char *)text + i, n - i, &code);
		const char *instead = html ? entity(code) : NULL;

		if (len == 0)
			eh_buf_puts(out, "\xef\xbf\xbd"); /* U+FFFD stands for what is no character */
		else if (instead != NULL)
			eh_buf_puts(out, instead);
		else if (is_unseen(code) && !ends_line(text + i, n - i))
			eh_buf_printf(out, html ? "&lt;U+%04X&gt;" : "<U+%04X>", code);
		else
			eh_buf_put(out, text + i, len);
		i += len > 0 ? len : 1;
	}
}

void eh_page_escape(struct eh_buf *out, const char *text, size_t n)
{
	escape(out, text, n, true);
}

void eh_page_escape_visible(struct eh_buf *out, const char *text, size_t n)
{
	escape(out, text, n, false);
}
