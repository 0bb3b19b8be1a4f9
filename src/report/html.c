/*
 * html.c - see html.h.
 */
#include "report/html.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/digest.h"
#include "page/mustache.h"
#include "page/words.h"

/* ---- the page ------------------------------------------------------------------------ */

static void add_asset(struct eh_buf *out, const char *name)
{
	const struct eh_asset *asset = eh_asset_find(name);

	EH_ASSERT(asset);
	eh_buf_put(out, asset->data, (size_t)(asset->end - asset->data));
}

/* The one style element is allowed by its digest (CSP level 2), so a second one would not be heard. */
static const char *policy_of(struct eh_arena *arena, const struct eh_buf *css)
{
	struct eh_sha256 digest = eh_sha256_of(css->data, css->len);
	char text[sodium_base64_ENCODED_LEN(EH_SHA256_BYTES, sodium_base64_VARIANT_ORIGINAL)];

	sodium_bin2base64(text, sizeof text, digest.bytes, sizeof digest.bytes, sodium_base64_VARIANT_ORIGINAL);
	return eh_arena_printf(arena, "default-src 'none'; style-src 'sha256-%s'; img-src data:; base-uri 'none'; form-action 'none'",
	                       text);
}

enum eh_rc eh_html_page(struct eh_arena *arena, json_t *document, struct eh_buf *out, struct eh_err *err)
{
	const struct eh_template *page = NULL;
	EH_BUF_AUTO css = {0};
	enum eh_rc rc = eh_page_compile(arena, eh_page_find_page, NULL, "report", &page, err);

	if (rc != EH_OK)
		return rc;
	add_asset(&css, "dashboards/app.css");
	add_asset(&css, "dashboards/report.css");
	eh_page_put(document, "css", json_stringn(css.data, css.len));
	eh_page_set(document, "policy", policy_of(arena, &css));
	return eh_page_render(page, document, out, err);
}

/* ---- the file -------------------------------------------------------------------------- */

static bool write_all(int fd, const struct eh_buf *bytes)
{
	for (size_t at = 0; at < bytes->len;) {
		ssize_t n = write(fd, bytes->data + at, bytes->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

/* Keeps errno of the first thing that failed. */
static bool fill(int fd, const struct eh_buf *bytes)
{
	bool good = write_all(fd, bytes) && fsync(fd) == 0;
	int why = errno;

	if (close(fd) != 0 && good) {
		why = errno;
		good = false;
	}
	errno = why;
	return good;
}

/* A device, a pipe: what has such a name is written to, and must never be replaced by a file. */
static enum eh_rc write_into(const char *path, const struct eh_buf *bytes, struct eh_err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	bool good = fd >= 0 && write_all(fd, bytes);
	int why = errno;

	if (fd >= 0 && close(fd) != 0 && good) {
		why = errno;
		good = false;
	}
	if (good)
		return EH_OK;
	(void)eh_fail(err, EH_AGAIN, "%s cannot be written: %s", path, strerror(why));
	return eh_hint(err, "this is no ordinary file: name one");
}

static enum eh_rc replace(struct eh_arena *arena, const char *path, const struct eh_buf *bytes, struct eh_err *err)
{
	const char *fresh = eh_arena_printf(arena, "%s.%ld.part", path, (long)getpid());
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

	if (fd < 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "%s cannot be written: %s", path, strerror(errno));
		return eh_hint(err, "name a file in a folder that you may write to");
	}
	if (fill(fd, bytes) && rename(fresh, path) == 0)
		return EH_OK;
	int why = errno;
	(void)unlink(fresh);
	(void)eh_fail(err, EH_AGAIN, "%s cannot be written: %s", path, strerror(why));
	return eh_hint(err, "look at the disk and at what has this name, then try again");
}

/* The file that a link leads to, so that the link stays; any other path as it is. */
static const char *follow(struct eh_arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	const char *found = real != NULL ? eh_arena_strdup(arena, real) : path;

	free(real);
	return found;
}

/* A log or a map behind --html is a slip that nothing would bring back. */
static bool is_something_else(const char *path, const struct stat *there)
{
	char head[16] = "";
	int fd = there->st_size > 0 ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
	ssize_t n = fd < 0 ? 0 : read(fd, head, sizeof head - 1);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0 && (n < 9 || strncasecmp(head, "<!doctype", 9) != 0);
}

enum eh_rc eh_html_write(struct eh_arena *arena, const char *path, const struct eh_buf *bytes, struct eh_err *err)
{
	struct stat there;
	bool exists = stat(path, &there) == 0;

	if (path[0] == '\0' || (exists && S_ISDIR(there.st_mode))) {
		(void)eh_fail(err, EH_BAD_INPUT, "'%s' is no name of a file", path);
		return eh_hint(err, "name a file, as in --html report.html");
	}
	if (exists && !S_ISREG(there.st_mode))
		return write_into(path, bytes, err);
	if (exists && is_something_else(path, &there)) {
		(void)eh_fail(err, EH_BAD_INPUT, "%s is there and is no page: it is left as it is", path);
		return eh_hint(err, "name the page first, as in --html report.html, or remove that file");
	}
	return replace(arena, follow(arena, path), bytes, err);
}
