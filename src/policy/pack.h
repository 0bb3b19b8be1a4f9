/*
 * pack.h - a regulator's own test, as a dated file (laws 5 and 12).
 *
 * A rule about fairness names a figure, a reference, perhaps a line and a test, and
 * it has a date, a place and a standing that change faster than programs do.  So a
 * pack is data: a strict YAML file whose canonical JSON's SHA-256 is its version.
 * It is run once on a fixed calendar period; it is no drift alarm, and what it gives
 * is no alert.
 *
 * Every line says where its numbers come from: from the rule, from a draft that was
 * never adopted, or from the house, where the rule sets no number.
 *
 * Owner    the arena given; read-only.
 * Threads  any.
 */
#ifndef EH_POLICY_PACK_H
#define EH_POLICY_PACK_H

#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"

#define EH_PACK_LINES_MAX 32
#define EH_PACK_PPM 1000000

enum eh_pack_status { EH_PACK_IN_FORCE, EH_PACK_DRAFT, EH_PACK_RESCISSION_PENDING, EH_PACK_NO_LONGER, EH_PACK_HOUSE };
enum eh_pack_period { EH_PACK_MONTH, EH_PACK_QUARTER, EH_PACK_HALF_YEAR, EH_PACK_YEAR };
enum eh_pack_origin { EH_PACK_BY_RULE, EH_PACK_BY_DRAFT, EH_PACK_BY_HOUSE };

enum eh_pack_metric {
	EH_PACK_IMPACT_RATIO,    /* rate of the group over that of the reference */
	EH_PACK_ODDS_RATIO,
	EH_PACK_RATE_DIFFERENCE, /* the marginal effect of the group where nothing is controlled for */
	EH_PACK_MEAN_DIFFERENCE, /* of the score, in standard deviations; below 0: to the group's disadvantage */
	EH_PACK_Z_TEST,
	EH_PACK_T_TEST,          /* Welch's, of the score; below 0: to the group's disadvantage */
	EH_PACK_DRIVERS,         /* how far the inputs stand apart between the groups */
	EH_PACK_SELECTION_TABLE, /* New York City's bias audit form, selection rates */
	EH_PACK_SCORING_TABLE,   /* and scoring rates */
	EH_PACK_FALSE_ADVERSE,   /* of those who came to no harm, the share refused: group less reference */
	EH_PACK_AMOUNT_GAP,      /* of premiums or limits: the cube holds no amounts */
	EH_PACK_MISSING_SHARE    /* of decisions without a label of the attribute */
};

enum eh_pack_direction { EH_PACK_BELOW, EH_PACK_AT_MOST, EH_PACK_ABOVE, EH_PACK_AT_LEAST, EH_PACK_EITHER };
enum eh_pack_test { EH_PACK_NO_TEST, EH_PACK_FISHER, EH_PACK_Z, EH_PACK_SCORE, EH_PACK_WELCH, EH_PACK_MANN_WHITNEY };
enum eh_pack_reference { EH_PACK_NAMED, EH_PACK_HIGHEST_RATE };

struct eh_pack_line {
	const char *name, *citation, *source, *checked, *note; /* note may be NULL */
	enum eh_pack_status status;
	enum eh_pack_metric metric;
	bool adverse;                  /* the rate is that of adverse decisions */
	const char *const *attributes; /* NULL: every attribute of the source */
	size_t attributes_n;
	bool intersections;            /* and the pairs that the source's map names */
	enum eh_pack_reference reference;
	enum eh_pack_direction direction;
	bool has_threshold;
	int64_t threshold_ppm;
	enum eh_pack_test test;
	int64_t level_ppm;
	int64_t min_n, min_rarer; /* of the group; expected of the rarer outcome in both */
	int64_t share_ppm;        /* a group with less of the decisions is shown and not compared */
	enum eh_pack_origin threshold_origin, test_origin, minimum_origin;
};

struct eh_pack {
	const char *name, *title, *jurisdiction, *citation, *source, *checked, *note;
	const char *const *business;
	size_t business_n;
	enum eh_pack_status status;
	int64_t from_us, to_us; /* in force for periods within; INT64_MIN and INT64_MAX: no such bound */
	bool enabled;           /* where nobody has decided otherwise */
	enum eh_pack_period period;
	struct eh_pack_line line[EH_PACK_LINES_MAX];
	uint32_t lines;

	const char *canonical; /* can be read by eh_pack_parse() again, to the same version */
	struct eh_sha256 version;
};

/* Reads a pack.  EH_BAD_INPUT with file:line:column. */
EH_MUST enum eh_rc eh_pack_parse(struct eh_arena *home, const char *file, const char *text, size_t len,
                                 const struct eh_pack **pack, struct eh_err *err);
EH_MUST enum eh_rc eh_pack_read(struct eh_arena *home, const char *path, const struct eh_pack **pack, struct eh_err *err);

/* The packs that travel inside the program, sorted by name. */
EH_MUST enum eh_rc eh_pack_built_in(struct eh_arena *home, const struct eh_pack *const **packs, size_t *n,
                                    struct eh_err *err);

const char *eh_pack_status_name(enum eh_pack_status status);
const char *eh_pack_period_name(enum eh_pack_period period);
const char *eh_pack_origin_name(enum eh_pack_origin origin);
const char *eh_pack_metric_name(enum eh_pack_metric metric);
const char *eh_pack_direction_name(enum eh_pack_direction direction);
const char *eh_pack_test_name(enum eh_pack_test test);
const char *eh_pack_reference_name(enum eh_pack_reference reference);

/* The calendar period that holds an instant, and the one after it; all in UTC. */
int64_t eh_pack_period_start(enum eh_pack_period period, int64_t at_us);
int64_t eh_pack_period_next(enum eh_pack_period period, int64_t start_us);

/* 2026, 2026-H1, 2026-Q3 or 2026-03, for people. */
#define EH_PACK_PERIOD_TEXT 16
void eh_pack_period_format(enum eh_pack_period period, int64_t start_us, char out[EH_PACK_PERIOD_TEXT]);

/* Whether the pack holds for the whole of that period. */
bool eh_pack_holds(const struct eh_pack *pack, int64_t from_us, int64_t to_us);

#endif
