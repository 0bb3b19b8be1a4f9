/*
 * bytes.h - the bytes of a file, plain or gzipped or from standard input.
 *
 * A gzip file may be several members one after another, as `cat a.gz b.gz` makes it,
 * and zeros may fill it up.  Anything else behind a member is a member that was
 * damaged: it is told and never passed over, as its rows would be lost without a word
 * (law 2).  zlib's own gzread() does pass over it.
 *
 * Owner    eh_bytes_open() gives, eh_bytes_close() takes.
 * Threads  none.
 */
#ifndef EH_SOURCE_BYTES_H
#define EH_SOURCE_BYTES_H

#include <stdint.h>

#include "base/err.h"

struct eh_bytes;

/* Opens `path` (`-`: standard input).  EH_BAD_INPUT where it cannot be opened or is a folder. */
EH_MUST enum eh_rc eh_bytes_open(const char *path, struct eh_bytes **out, struct eh_err *err);
void eh_bytes_close(struct eh_bytes *bytes); /* NULL is allowed */

/* Reads up to `room` bytes, at least one where there are any; 0 in *n at the end.  EH_BAD_INPUT: a gzip file that is cut
 * off or damaged, a disk that fails. */
EH_MUST enum eh_rc eh_bytes_read(struct eh_bytes *bytes, char *to, size_t room, size_t *n, struct eh_err *err);

/* As messages name it. */
const char *eh_bytes_path(const struct eh_bytes *bytes);

/* Bytes taken of the file as it lies on the disk, and its size; total 0 where it is not known. */
void eh_bytes_progress(const struct eh_bytes *bytes, int64_t *done, int64_t *total);

#endif
