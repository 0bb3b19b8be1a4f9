/*
 * bytes.c - see bytes.h.
 */
#include "source/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/arena.h"

#define BUFFER_BYTES (256u * 1024)
#define GZIP_ONLY (15 + 16) /* window bits: a gzip header and nothing else */

struct eh_bytes {
	char *path;
	int fd;
	int64_t total, taken; /* of the file as it lies on the disk; taken: read() gave them */
	bool ended;           /* read() has no more */
	bool begun;           /* it is known whether it is gzipped */
	bool gzipped;
	bool between; /* before or behind a member, not in it */
	z_stream z;   /* next_in and avail_in: what is read and not yet used, of a plain file too */
	unsigned char buffer[BUFFER_BYTES];
};

const char *eh_bytes_path(const struct eh_bytes *bytes)
{
	return bytes->path;
}

void eh_bytes_progress(const struct eh_bytes *bytes, int64_t *done, int64_t *total)
{
	*done = bytes->taken - (int64_t)bytes->z.avail_in;
	*total = bytes->total;
}

void eh_bytes_close(struct eh_bytes *bytes)
{
	if (bytes == NULL)
		return;
	if (bytes->gzipped)
		(void)inflateEnd(&bytes->z); /* was only read */
	if (bytes->fd >= 0)
		(void)close(bytes->fd);
	free(bytes->path);
	free(bytes);
}

static enum eh_rc fail_gzip(const struct eh_bytes *bytes, const char *what, struct eh_err *err)
{
	(void)eh_fail(err, EH_BAD_INPUT, "%s: the gzip file is %s", bytes->path, what);
	return eh_hint(err, "copy or export the file again; `gzip -t` says whether it is whole");
}

/* Reads on, behind what is not yet used. */
static enum eh_rc refill(struct eh_bytes *bytes, struct eh_err *err)
{
	ssize_t n;

	memmove(bytes->buffer, bytes->z.next_in, bytes->z.avail_in);
	bytes->z.next_in = bytes->buffer;
	do
		n = read(bytes->fd, bytes->buffer + bytes->z.avail_in, BUFFER_BYTES - bytes->z.avail_in);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "%s: cannot be read: %s", bytes->path, strerror(errno));
		return eh_hint(err, "copy the file to another disk, or export it again");
	}
	bytes->ended = n == 0;
	bytes->taken += n;
	bytes->z.avail_in += (unsigned)n;
	return EH_OK;
}

/* The first two bytes say whether it is gzipped (RFC 1952); a pipe may give them one by one. */
static enum eh_rc begin(struct eh_bytes *bytes, struct eh_err *err)
{
	while (!bytes->ended && bytes->z.avail_in < 2) {
		enum eh_rc rc = refill(bytes, err);

		if (rc != EH_OK)
			return rc;
	}
	bytes->begun = true;
	if (bytes->z.avail_in < 2 || bytes->z.next_in[0] != 0x1f || bytes->z.next_in[1] != 0x8b)
		return EH_OK;
	EH_ASSERT(inflateInit2(&bytes->z, GZIP_ONLY) == Z_OK);
	bytes->gzipped = true;
	return EH_OK;
}

static void skip_zeros(struct eh_bytes *bytes)
{
	while (bytes->z.avail_in > 0 && bytes->z.next_in[0] == 0) {
		bytes->z.next_in++;
		bytes->z.avail_in--;
	}
}

/* One step through a gzip file, which may give nothing. */
static enum eh_rc inflate_some(struct eh_bytes *bytes, struct eh_err *err)
{
	if (bytes->between) {
		skip_zeros(bytes);
		if (bytes->z.avail_in == 0)
			return EH_OK;
		EH_ASSERT(inflateReset(&bytes->z) == Z_OK);
		bytes->between = false;
	}
	int zlib = inflate(&bytes->z, Z_NO_FLUSH);
	EH_ASSERT(zlib != Z_MEM_ERROR && zlib != Z_STREAM_ERROR);
	if (zlib == Z_DATA_ERROR || zlib == Z_NEED_DICT)
		return fail_gzip(bytes, "damaged", err);
	bytes->between = zlib == Z_STREAM_END;
	return EH_OK;
}

static void copy_some(struct eh_bytes *bytes)
{
	unsigned n = bytes->z.avail_in < bytes->z.avail_out ? bytes->z.avail_in : bytes->z.avail_out;

	memcpy(bytes->z.next_out, bytes->z.next_in, n);
	bytes->z.next_in += n;
	bytes->z.avail_in -= n;
	bytes->z.avail_out -= n;
}

enum eh_rc eh_bytes_read(struct eh_bytes *bytes, char *to, size_t room, size_t *n, struct eh_err *err)
{
	unsigned most = room < BUFFER_BYTES ? (unsigned)room : BUFFER_BYTES;
	enum eh_rc rc = bytes->begun ? EH_OK : begin(bytes, err);

	bytes->z.next_out = (unsigned char *)to;
	bytes->z.avail_out = most;
	while (rc == EH_OK && bytes->z.avail_out == most) {
		if (bytes->z.avail_in == 0 && !bytes->ended)
			rc = refill(bytes, err);
		else if (bytes->gzipped && bytes->z.avail_in == 0 && !bytes->between)
			rc = fail_gzip(bytes, "cut off", err);
		else if (bytes->z.avail_in == 0)
			break;
		else if (bytes->gzipped)
			rc = inflate_some(bytes, err);
		else
			copy_some(bytes);
	}
	*n = most - bytes->z.avail_out;
	return rc;
}

static enum eh_rc open_path(struct eh_bytes *bytes, const char *path, struct eh_err *err)
{
	struct stat st;

	bytes->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (bytes->fd < 0 || fstat(bytes->fd, &st) != 0) {
		(void)eh_fail(err, EH_BAD_INPUT, "%s: cannot be opened: %s", bytes->path, strerror(errno));
		return eh_hint(err, "look at the file's name and at who may read it");
	}
	if (S_ISDIR(st.st_mode)) {
		(void)eh_fail(err, EH_BAD_INPUT, "%s: is a folder", bytes->path);
		return eh_hint(err, "name one file in it");
	}
	bytes->total = S_ISREG(st.st_mode) && strcmp(path, "-") != 0 ? st.st_size : 0;
	return EH_OK;
}

enum eh_rc eh_bytes_open(const char *path, struct eh_bytes **out, struct eh_err *err)
{
	struct eh_bytes *bytes = eh_xmalloc(sizeof *bytes);
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	enum eh_rc rc;

	memset(bytes, 0, offsetof(struct eh_bytes, buffer));
	bytes->path = eh_xmalloc(strlen(name) + 1);
	memcpy(bytes->path, name, strlen(name) + 1);
	bytes->z.next_in = bytes->buffer;
	if ((rc = open_path(bytes, path, err)) == EH_OK)
		*out = bytes;
	else
		eh_bytes_close(bytes);
	return rc;
}
