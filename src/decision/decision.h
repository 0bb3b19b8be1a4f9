/*
 * decision.h - one row of a decision log, checked: accepted, or set aside with its reason.
 *
 * Import, gather, recompute and audit all ask this one function, so that a row
 * is in all of their counts or in none (law 2).  Only what cannot be counted is
 * set aside; a value nobody expected is a value and is shown.  The empty field is
 * the only missing one: "None", "NA" and "0" are values.
 *
 * Owner    the caller owns row and decision.  A decision borrows: its texts point
 *          into the row's bytes or into the map, and end with them.
 * Threads  any.  Nothing is allocated.
 */
#ifndef EH_DECISION_DECISION_H
#define EH_DECISION_DECISION_H

#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "decision/map.h"

#define EH_DECISION_ID_MAX 1024    /* bytes of an id: it must fit an index entry */
#define EH_DECISION_VALUE_MAX 1024 /* bytes of a group, a stratum, a categorical feature */
#define EH_DECISION_LINEAGE_MAX 65536

/* How a reader brings a field.  TEXT always does.  The others spare the way over text where the
 * source column has that binary type: TIME_US for decided_at and outcome_at (microseconds since
 * 1970-01-01 UTC), INTEGER and REAL (float8) for score, numeric features and banded columns. */
enum eh_field_form { EH_FIELD_TEXT, EH_FIELD_TIME_US, EH_FIELD_INTEGER, EH_FIELD_REAL };

struct eh_field {
	enum eh_field_form form;
	union {
		struct eh_text text; /* missing: at NULL or n 0 */
		int64_t us;
		int64_t integer;
		double real;
	};
};

/* A field for each of map->columns, in that order. */
struct eh_row {
	const struct eh_field *fields;
	bool utf8_known; /* the texts are valid UTF-8 already (PostgreSQL said so): not looked at again */
};

/* Why a row is set aside: few and fixed, so that they can be counted.  The sentence is in the eh_err. */
enum eh_decision_reason {
	EH_DECISION_OK,
	EH_DECISION_NO_ID,
	EH_DECISION_NO_TIME,
	EH_DECISION_BAD_TIME,
	EH_DECISION_NO_DECISION,
	EH_DECISION_UNKNOWN_DECISION,  /* both lists are given, the value is in neither */
	EH_DECISION_NOT_A_NUMBER,      /* score, numeric feature, banded column; NaN and the infinities too */
	EH_DECISION_TOO_LARGE,         /* more than 14 digits in fixed point */
	EH_DECISION_NOT_A_PROBABILITY, /* below 0 or above 1 */
	EH_DECISION_BAD_UTF8,
	EH_DECISION_TOO_LONG,
	EH_DECISION_BAD_VERSION,       /* neither a whole number nor a time */
	EH_DECISION_REASONS
};

struct eh_decision_feature {
	bool has;
	int64_t q;           /* numeric, at the feature's scale */
	struct eh_text text; /* categorical */
};

#define EH_DECISION_PROXY_SCALE 6 /* decimals of a probability */
#define EH_DECISION_PROXY_UNIT UINT32_C(1000000)

enum eh_decision_membership {
	EH_DECISION_MEMBER_MISSING, /* a probability is missing */
	EH_DECISION_MEMBER_UNKNOWN, /* they sum to less than .99 or more than 1.01 */
	EH_DECISION_MEMBER_KNOWN
};

/* The probabilities of one row, in the order of the attribute's labels; written as they are only where KNOWN. */
struct eh_decision_proxy {
	enum eh_decision_membership is;
	uint32_t w[EH_MAP_PROXY_MAX];
};

/* A number that may be missing, at the amount's scale. */
struct eh_decision_number {
	bool has;
	int64_t q;
};

struct eh_decision_amount {
	struct eh_decision_number amount, expected, actual;
};

/* Only the first protect_n, strata_n, features_n, lineage_n, amounts_n entries are written. */
struct eh_decision {
	struct eh_text id;
	int64_t at_us;
	bool favourable;
	bool has_score, has_outcome, has_outcome_at;
	bool outcome_adverse;
	int64_t score_q; /* at map->score_scale */
	int64_t outcome_at_us;
	int64_t version; /* identity tracked; INT64_MIN: the map has no such column, or it is empty */
	unsigned rounded; /* values that had more decimals than their scale */

	struct eh_text groups[EH_MAP_PROTECTED_MAX]; /* the label; an unmapped value as it stands */
	int label[EH_MAP_PROTECTED_MAX];             /* its index in the attribute's labels, -1: none there */
	struct eh_decision_proxy
		proxy[EH_MAP_PROTECTED_MAX]; /* of attributes given by `proxy`; their group is missing */
	struct eh_text strata[EH_MAP_STRATA_MAX];
	struct eh_decision_feature features[EH_MAP_FEATURES_MAX];
	struct eh_text lineage[EH_MAP_LINEAGE_MAX];

	/* For a one-shot audit alone. */
	struct eh_decision_amount amounts[EH_MAP_AMOUNTS_MAX];
	bool has_override, overridden, has_received;
	int64_t received_us;
};

/* Checks a row.  EH_OK and `out` is whole; or EH_BAD_ROW, `reason` says which kind (may be NULL) and
 * err the sentence, naming the column, never a whole value.  The first fault in column order counts. */
EH_MUST enum eh_rc eh_decision_check(const struct eh_map *map, const struct eh_row *row, struct eh_decision *out,
                                     enum eh_decision_reason *reason, struct eh_err *err);

/* What came of a decision, by a row of a table of its own (map->outcomes). */
struct eh_outcome {
	struct eh_text id;
	bool adverse;
	int64_t at_us; /* INT64_MIN: the table does not say */
};

/* Checks such a row as eh_decision_check() does; an empty outcome is none: EH_DECISION_NO_DECISION. */
EH_MUST enum eh_rc eh_decision_outcome(const struct eh_map *map, const struct eh_row *row, struct eh_outcome *out,
                                       enum eh_decision_reason *reason, struct eh_err *err);

/* A version: a whole number or a time, missing INT64_MIN.  False where it is neither. */
bool eh_decision_version(const struct eh_field *field, int64_t *version);

/* A reason as it is counted and shown: "missing id", "bad date", ... */
const char *eh_decision_reason_text(enum eh_decision_reason reason);

/* The index of the band that holds x (at EH_MAP_BAND_SCALE): 0 below the first bound. */
size_t eh_decision_band(const struct eh_map_protected *attribute, int64_t x);

#endif
