/*
 * map.h - the source map: what the columns of a decision log mean (design section 6).
 *
 * A map is read strictly and whole, or refused with the place and the reason.
 * Its canonical JSON's SHA-256 is its version: two files that mean the same have
 * the same version, whatever their order, comments or quotes (law 12: what is
 * said about the data is data itself, versioned and on the record).
 *
 * Owner    the arena given to eh_map_parse(); read-only from then on.
 * Threads  any, once it is read.
 */
#ifndef EH_DECISION_MAP_H
#define EH_DECISION_MAP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

#define EH_MAP_PROTECTED_MAX 16
#define EH_MAP_STRATA_MAX 16
#define EH_MAP_FEATURES_MAX 64
#define EH_MAP_LINEAGE_MAX 16
#define EH_MAP_AMOUNTS_MAX 8
#define EH_MAP_BANDS_MAX 64
#define EH_MAP_PROXY_MAX 8  /* groups whose probabilities an attribute may have */
#define EH_MAP_OTHERS_MAX 4 /* other protected attributes that one may be conditioned on */
#define EH_MAP_BAND_SCALE 6 /* decimals that a band's bound may have */
#define EH_MAP_MATURITY_US (INT64_C(180) * 24 * 3600 * 1000000) /* where the map says nothing */
#define EH_MAP_NAME_MAX 63  /* bytes of a name, a table, a column: PostgreSQL's own limit */

enum eh_map_mode { EH_MAP_MODE_POLL, EH_MAP_MODE_STREAM, EH_MAP_MODE_PUSHDOWN };
enum eh_map_identity { EH_MAP_IDENTITY_POSITION, EH_MAP_IDENTITY_TRACKED };
enum eh_map_pane { EH_MAP_PANE_HOUR, EH_MAP_PANE_DAY, EH_MAP_PANE_WEEK, EH_MAP_PANE_MONTH };
enum eh_map_higher { EH_MAP_HIGHER_ADVERSE, EH_MAP_HIGHER_FAVOURABLE };
enum eh_map_kind { EH_MAP_NUMERIC, EH_MAP_CATEGORICAL };

/* What a source column is used for; a column may serve several. */
enum eh_map_role {
	EH_MAP_ID = 1 << 0,
	EH_MAP_DECIDED_AT = 1 << 1,
	EH_MAP_DECISION = 1 << 2,
	EH_MAP_SCORE = 1 << 3,
	EH_MAP_OUTCOME = 1 << 4,
	EH_MAP_OUTCOME_AT = 1 << 5,
	EH_MAP_PROTECTED = 1 << 6,
	EH_MAP_STRATUM = 1 << 7,
	EH_MAP_FEATURE = 1 << 8,
	EH_MAP_LINEAGE = 1 << 9,
	EH_MAP_PROBABILITY = 1 << 10,
	EH_MAP_AMOUNT = 1 << 11,
	EH_MAP_OVERRIDE = 1 << 12,
	EH_MAP_RECEIVED_AT = 1 << 13,
	EH_MAP_VERSION = 1 << 14
};

/* The roles whose column holds a time. */
#define EH_MAP_TIMES (EH_MAP_DECIDED_AT | EH_MAP_OUTCOME_AT | EH_MAP_RECEIVED_AT)

/* A source column that the map needs.  `roles` is a set of enum eh_map_role. */
struct eh_map_column {
	const char *name;
	unsigned roles;
};

/* A set of texts, kept sorted by bytes. */
struct eh_map_values {
	const char *const *text;
	const uint32_t *len;
	size_t n;
};

/* A value of the column and the label it is shown under. */
struct eh_map_group {
	const char *value;
	uint32_t value_len;
	uint32_t label; /* index into the attribute's labels */
};

struct eh_map_protected {
	const char *name;
	int column; /* index into map->columns; -1 where the attribute is given by `proxy` */
	const char *reference;
	const struct eh_map_group *groups; /* sorted by value; empty: the column's values are the labels */
	size_t groups_n;
	const int64_t *bands; /* ascending bounds at EH_MAP_BAND_SCALE; band i holds bands[i-1] <= x < bands[i] */
	size_t bands_n;
	const char *const *labels; /* of groups in file order, or of the bands_n + 1 bands from low to high */
	const uint32_t *label_lens;
	size_t labels_n;  /* 0 where neither groups nor bands nor probabilities are given */
	const int *proxy; /* estimated membership: for each label, in the order of their bytes, the column with its
	                     probability; NULL: the attribute has a column of its own */
};

struct eh_map_stratum {
	const char *name;
	int column;
};

struct eh_map_feature {
	const char *name;
	int column;
	enum eh_map_kind kind;
	int scale; /* numeric: decimals kept */
};

struct eh_map_lineage {
	const char *role; /* model, vendor, retrieval, ...: as the user names it */
	int column;
};

/* A decision that is a number (a premium, a limit), and what it was to cover; all columns at one scale.  Only a one-shot
 * audit looks at it: nothing is counted from it live. */
struct eh_map_amount {
	const char *name;
	int column;
	int expected, actual; /* columns of what was predicted and of what came, or -1 */
	int scale;
};

/* A name used in `audit:`: where it points to. */
struct eh_map_ref {
	enum eh_map_role list; /* EH_MAP_PROTECTED, EH_MAP_STRATUM or EH_MAP_FEATURE */
	int at;                /* index into that list */
};

struct eh_map_refs {
	bool given; /* false: the key is absent, the default holds; true with n = 0: none */
	const struct eh_map_ref *ref;
	size_t n;
};

/* What an audit and the conditional monitors of one attribute condition on. */
struct eh_map_audit {
	struct eh_map_refs strata;   /* strata or other protected attributes; not given: all mapped strata */
	struct eh_map_refs controls; /* features or strata */
	struct eh_map_refs proxies;  /* features or strata */
};

struct eh_map {
	const char *source;
	const char *conninfo; /* NULL: the store's own database; never holds a password */
	const char *schema, *table;
	enum eh_map_mode mode;
	const char *slot, *publication; /* of mode stream; NULL: evenhand_SOURCE */
	enum eh_map_pane pane;
	int64_t lateness_us;
	bool follow;
	enum eh_map_identity identity;

	/* Every source column that is needed, each once, in a fixed order (id, decided_at, decision,
	 * score, outcome, outcome_at, received_at, version, then protected, strata, features, lineage, amounts as written): what a
	 * reader selects, and the index of a struct eh_row. */
	const struct eh_map_column *columns;
	size_t columns_n;
	int id, decided_at, decision; /* indexes into columns */
	int score, outcome, outcome_at, received_at; /* or -1 */
	int version_column; /* identity tracked: which of several rows of one id is the newest; or -1 */

	struct eh_map_values favourable, adverse; /* of `decision`; at least one is not empty */
	enum eh_map_higher higher_is;
	int score_scale;
	struct eh_map_values outcome_adverse;
	int64_t maturity_us; /* an outcome counts in outcome measures when this has passed since the end of its decision's pane */
	/* Outcomes that arrive in a table of their own: a map of its id, outcome and perhaps outcome_at, and of nothing else
	 * (its decided_at and decision are -1).  NULL: there is none. */
	const struct eh_map *outcomes;

	const struct eh_map_protected *protect; /* at least one */
	size_t protect_n;
	const struct eh_map_stratum *strata;
	size_t strata_n;
	const struct eh_map_feature *features;
	size_t features_n;
	const struct eh_map_lineage *lineage;
	size_t lineage_n;

	const struct eh_map_amount *amounts;
	size_t amounts_n;
	int override_column; /* of whether a person overturned the model's decision, or -1 */
	struct eh_map_values override_yes;

	const struct eh_map_audit *audit; /* protect_n of them */
	const int (*intersections)[2];    /* pairs of indexes into protect */
	size_t intersections_n;

	const char *text; /* the file as written, for the record */
	size_t text_len;
	const char *canonical; /* canonical JSON, NUL-ended */
	size_t canonical_len;
	struct eh_sha256 version; /* of the canonical JSON */
};

/* Reads a map from bytes that the user knows as `file`.  EH_BAD_INPUT with file:line:column. */
EH_MUST enum eh_rc eh_map_parse(struct eh_arena *arena, const char *file, const char *text, size_t len,
                                const struct eh_map **map, struct eh_err *err);

/* Reads a map file. */
EH_MUST enum eh_rc eh_map_read(struct eh_arena *arena, const char *path, const struct eh_map **map,
                               struct eh_err *err);

/* The name that a pane has in the file: 1h, 1d, 7d, 1mo; that a mode has: poll, stream, pushdown. */
const char *eh_map_pane_name(enum eh_map_pane pane);
const char *eh_map_mode_name(enum eh_map_mode mode);

/* The attribute, stratum or feature of that name, or -1. */
int eh_map_find_protected(const struct eh_map *map, const char *name);
int eh_map_find_stratum(const struct eh_map *map, const char *name);
int eh_map_find_feature(const struct eh_map *map, const char *name);

/* The index of a source column in map->columns, or -1. */
int eh_map_find_column(const struct eh_map *map, const char *name);

/* True where the set holds the text. */
bool eh_map_values_hold(const struct eh_map_values *values, const char *text, size_t n);

#endif
