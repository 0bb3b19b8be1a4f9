/*
 * text.h - bytes that somebody else holds and that are not ended by a NUL.
 *
 * at == NULL is a missing value, which is never the same as an empty one.
 */
#ifndef EH_BASE_TEXT_H
#define EH_BASE_TEXT_H

#include <stddef.h>

struct eh_text {
	const char *at;
	size_t n;
};

#endif
