/*
 * secret.c - see secret.h.
 */
#include "notify/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file that is open is the one that is looked at: between a look and an opening another could take its place. */
static enum eh_rc check(int fd, const char *path, struct eh_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return eh_fail(err, EH_BAD_INPUT, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return eh_fail(err, EH_BAD_INPUT, "%s is not a file", path);
	if ((st.st_mode & 07) != 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "%s can be read by everybody on this machine", path);
		return eh_hint(err, "chmod 600 %s; and give out a new secret if others may have seen it.", path);
	}
	return EH_OK;
}

static enum eh_rc read_line(int fd, struct eh_arena *home, const char *path, const char **out, size_t *n, struct eh_err *err)
{
	char text[EH_NOTIFY_SECRET_MAX + 3];
	size_t len = 0;
	ssize_t got;

	while (len < sizeof text && (got = read(fd, text + len, sizeof text - len)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return eh_fail(err, EH_BAD_INPUT, "%s: %s", path, strerror(errno));
		len += (size_t)got;
	}
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len == 0 || len > EH_NOTIFY_SECRET_MAX)
		return eh_fail(err, EH_BAD_INPUT, "%s is empty, or longer than %d bytes", path, EH_NOTIFY_SECRET_MAX);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return eh_fail(err, EH_BAD_INPUT, "%s is not one line of text", path);
	*out = eh_arena_strndup(home, text, len);
	*n = len;
	explicit_bzero(text, sizeof text);
	return EH_OK;
}

enum eh_rc eh_notify_secret_read(struct eh_arena *home, const char *path, const char **out, size_t *n, struct eh_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return eh_fail(err, EH_BAD_INPUT, "%s: %s", path, strerror(errno));
	enum eh_rc rc = check(fd, path, err);
	if (rc == EH_OK)
		rc = read_line(fd, home, path, out, n, err);
	close(fd);
	return rc;
}
