/*
 * file.h - a decision log in a CSV file, plain or gzipped or from standard input,
 * read row by row as a source map says.
 *
 * Import and audit read files by this and nothing else, so both leave out the
 * same rows for the same reasons.  Memory does not grow with the file.
 *
 * Owner    eh_file_open() gives, eh_file_close() takes; EH_FILE_AUTO closes at the
 *          end of the scope.  A row lives until the next is asked for.
 * Threads  none.
 */
#ifndef EH_SOURCE_FILE_H
#define EH_SOURCE_FILE_H

#include "base/err.h"
#include "decision/decision.h"
#include "source/csv.h"

struct eh_file;

struct eh_file_row {
	int64_t line;                 /* where it begins; the header is line 1 */
	struct eh_text raw;           /* as it stood in the file, without its line end */
	const struct eh_text *fields; /* one for each column of the file; where `reason` is NULL */
	const char *reason;           /* why it is set aside, or NULL: accepted */
	struct eh_decision decision;  /* where `reason` is NULL */
};

/* Opens `path` (`-`: standard input) and holds its header against the map: EH_BAD_INPUT where the
 * file cannot be read, a column has no name or one that is taken, or a mapped column is absent
 * (with "did you mean").  The map must outlive the file. */
EH_MUST enum eh_rc eh_file_open(const char *path, const struct eh_map *map, struct eh_file **out, struct eh_err *err);
void eh_file_close(struct eh_file *file); /* NULL is allowed */

/* The next row, accepted or not; false in *more at the end.  EH_BAD_INPUT where the file is broken as
 * a whole: a gzip file that is cut off or damaged, a disk that fails. */
EH_MUST enum eh_rc eh_file_next(struct eh_file *file, struct eh_file_row *row, bool *more, struct eh_err *err);

/* The columns of the file, in its order. */
const char *const *eh_file_columns(const struct eh_file *file, size_t *n);

/* Bytes read of the file as it lies on the disk, and its size; total 0 where it is not known. */
void eh_file_progress(const struct eh_file *file, int64_t *done, int64_t *total);

/* The last part of a path: what a set-aside row remembers of its file.  `-` for standard input. */
const char *eh_file_name(const char *path);

static inline void eh_file_cleanup(struct eh_file **file)
{
	eh_file_close(*file);
}
#define EH_FILE_AUTO __attribute__((cleanup(eh_file_cleanup))) struct eh_file *

#endif
