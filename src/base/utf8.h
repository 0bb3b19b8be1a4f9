/*
 * utf8.h - is this text what PostgreSQL, JSON and a page will take as text?
 *
 * Threads  any.
 */
#ifndef EH_BASE_UTF8_H
#define EH_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing beyond
 * U+10FFFF) without a NUL. */
bool eh_utf8_valid(const char *text, size_t n);

/* The length of the longest valid beginning; n where all is valid. */
size_t eh_utf8_span(const char *text, size_t n);

#endif
