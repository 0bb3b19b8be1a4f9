/*
 * columns_part.h - what the files that read columns share; nobody else includes it.
 *
 * Owner    eh_columns_begin() gives, eh_columns_end() or eh_columns_drop() takes.
 * Threads  none.
 */
#ifndef EH_REPORT_COLUMNS_PART_H
#define EH_REPORT_COLUMNS_PART_H

#include "base/buf.h"
#include "decision/decision.h"
#include "report/columns.h"
#include "report/intern.h"

#define EH_COLUMNS_DIGEST 16 /* bytes of a row's SHA-256 that are kept to tell the same content from another */

/* Levels while they come: each row's number, and the texts of the whole log. */
struct eh_columns_levels {
	struct eh_intern values;
	int32_t *code;
};

struct eh_columns_builder {
	struct eh_arena *arena;
	const struct eh_map *map;
	int64_t from_us, to_us;

	struct eh_intern ids;  /* of the whole log */
	unsigned char *digest; /* EH_COLUMNS_DIGEST bytes for each id */
	size_t digest_cap;
	struct eh_buf content; /* what the digest is made of, for one row */

	size_t rows, cap;
	uint32_t *id;
	int64_t *at_us, *score;
	uint8_t *adverse;
	int8_t *outcome;
	struct eh_columns_levels protect[EH_MAP_PROTECTED_MAX], strata[EH_MAP_STRATA_MAX], levels[EH_MAP_FEATURES_MAX];
	int64_t *numbers[EH_MAP_FEATURES_MAX];
	int64_t *amounts[EH_MAP_AMOUNTS_MAX][3]; /* the amount, what was expected, what came */
	int8_t *overridden;
	int64_t *received_us;
	uint8_t *member_is[EH_MAP_PROTECTED_MAX]; /* of attributes given by probabilities; else NULL */
	uint32_t *member_w[EH_MAP_PROTECTED_MAX];

	int64_t rounded, set_aside;
	struct eh_columns_reason *reasons;
	size_t reasons_n, reasons_cap;
};

/* Takes a row that passed the check.  `content` is all that the row says, in one form: a row whose id is known with
 * other content is set aside, with the same content skipped. */
void eh_columns_take(struct eh_columns_builder *b, const struct eh_decision *decision, struct eh_text content);
void eh_columns_set_aside(struct eh_columns_builder *b, const char *reason, int64_t rows);

/* Puts the rows into their order and everything into the arena. */
const struct eh_columns *eh_columns_end(struct eh_columns_builder *b);
void eh_columns_drop(struct eh_columns_builder *b);

#define EH_COLUMNS_BUILDER_AUTO __attribute__((cleanup(eh_columns_drop))) struct eh_columns_builder

#endif
