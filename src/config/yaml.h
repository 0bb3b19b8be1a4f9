/*
 * yaml.h - the strict reader of the files users write: source map, policy, config.
 *
 * A file that is nearly right is refused, with the place and the word that was
 * probably meant: an unknown key, a key written twice, a wrong type are errors
 * `file:line:column: ...`.  Anchors, aliases, tags, merge keys and second
 * documents are refused: what is read is what is seen.  A scalar is text; what
 * it means is asked for by type below, so that a group named No stays "No".
 *
 * Owner    the arena given to eh_yaml_parse(); the tree is read-only.
 * Threads  any, one arena each.
 */
#ifndef EH_CONFIG_YAML_H
#define EH_CONFIG_YAML_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define EH_YAML_MAX_BYTES (1u << 20)
#define EH_YAML_MAX_DEPTH 16
#define EH_YAML_MAX_NODES 20000

enum eh_yaml_kind { EH_YAML_SCALAR, EH_YAML_SEQUENCE, EH_YAML_MAPPING };

struct eh_yaml {
	enum eh_yaml_kind kind;
	unsigned line, column; /* from 1 */
	const char *file;      /* as the user named it */
	const char *path;      /* where in the tree, as protected[1].bands; "" at the root */

	const char *text; /* scalar: its value, NUL-ended, no NUL inside, valid UTF-8; else NULL */
	size_t len;
	bool quoted; /* scalar: written in quotes or as a block, so never a null or a boolean */

	const char *key; /* of a mapping's entry, else NULL */
	unsigned key_line, key_column;

	const struct eh_yaml *first, *next; /* members of a sequence or mapping, in file order */
	size_t n;                           /* how many */
};

/* Reads `len` bytes that the user knows as `file`.  EH_BAD_INPUT with the place. */
EH_MUST enum eh_rc eh_yaml_parse(struct eh_arena *arena, const char *file, const char *text, size_t len,
                                 const struct eh_yaml **root, struct eh_err *err);

/* Reads a file.  EH_BAD_INPUT also where it cannot be opened or is larger than EH_YAML_MAX_BYTES.
 * `text` and `len` (both may be NULL) take the bytes, in the arena, for who keeps them. */
EH_MUST enum eh_rc eh_yaml_read(struct eh_arena *arena, const char *path, const struct eh_yaml **root,
                                const char **text, size_t *len, struct eh_err *err);

/* `file:line:column: ` and the story; EH_BAD_INPUT.  The key form points at the entry's key. */
enum eh_rc eh_yaml_fail(const struct eh_yaml *node, struct eh_err *err, const char *format, ...) EH_PRINTF(3, 4);
enum eh_rc eh_yaml_fail_key(const struct eh_yaml *node, struct eh_err *err, const char *format, ...) EH_PRINTF(3, 4);

/* The entry of a mapping, or NULL (also where `map` is NULL). */
const struct eh_yaml *eh_yaml_get(const struct eh_yaml *map, const char *key);

/* As eh_yaml_get(), EH_BAD_INPUT where the key is absent. */
EH_MUST enum eh_rc eh_yaml_need(const struct eh_yaml *map, const char *key, const struct eh_yaml **node,
                                struct eh_err *err);

/* EH_BAD_INPUT where the node is not of the kind. */
EH_MUST enum eh_rc eh_yaml_want(const struct eh_yaml *node, enum eh_yaml_kind kind, struct eh_err *err);

/* A mapping whose keys are all among `known` (ended by NULL); else EH_BAD_INPUT with "did you mean". */
EH_MUST enum eh_rc eh_yaml_keys(const struct eh_yaml *node, const char *const *known, struct eh_err *err);

/* Scalars by type.  Text refuses what is written as nothing (empty, ~, null without quotes) and "". */
EH_MUST enum eh_rc eh_yaml_text(const struct eh_yaml *node, const char **out, struct eh_err *err);
EH_MUST enum eh_rc eh_yaml_bool(const struct eh_yaml *node, bool *out, struct eh_err *err);
EH_MUST enum eh_rc eh_yaml_int(const struct eh_yaml *node, int64_t min, int64_t max, int64_t *out, struct eh_err *err);
EH_MUST enum eh_rc eh_yaml_duration(const struct eh_yaml *node, int64_t *us, struct eh_err *err);

/* One of `choices` (ended by NULL): its index; else EH_BAD_INPUT with "did you mean" or the list. */
EH_MUST enum eh_rc eh_yaml_choice(const struct eh_yaml *node, const char *const *choices, int *index,
                                  struct eh_err *err);

/* A sequence of different texts, as an array in the arena. */
EH_MUST enum eh_rc eh_yaml_texts(struct eh_arena *arena, const struct eh_yaml *node, const char *const **out,
                                 size_t *n, struct eh_err *err);

#endif
