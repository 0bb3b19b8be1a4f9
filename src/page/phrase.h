/*
 * phrase.h - findings in plain words: what a page, a message and a dossier say of rates and lines.
 *
 * Every sentence about groups of people is made here, from templates that a lint reads (tests/unit/page/phrase_test.c):
 * a reading grade of nine or less, and no word that says more than that an indicator crossed a line (law 10).  A
 * finding has natural frequencies (62 in 100), its interval, and a line of what is not known, which is never empty.  A
 * verdict that found nothing says how large a gap it could have seen (law 4).
 *
 * Owner    the caller's buffer.
 * Threads  any.
 */
#ifndef EH_PAGE_PHRASE_H
#define EH_PAGE_PHRASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum eh_phrase {
	EH_PHRASE_WHEN_WINDOW,
	EH_PHRASE_WHEN_SINCE,
	EH_PHRASE_SEGMENT,
	EH_PHRASE_RATES,
	EH_PHRASE_NOBODY,
	EH_PHRASE_COUNTS,
	EH_PHRASE_RATIO,
	EH_PHRASE_RATIO_WITHIN,
	EH_PHRASE_RATIO_BARE,
	EH_PHRASE_PEOPLE,
	EH_PHRASE_CROSSED,
	EH_PHRASE_OF_THE_FLOOR,
	EH_PHRASE_ONSET,
	EH_PHRASE_NOT_CROSSED,
	EH_PHRASE_COULD_SEE,
	EH_PHRASE_NOT_ENOUGH,
	EH_PHRASE_ONLY_SEE,
	EH_PHRASE_SUPPRESSED,
	EH_PHRASE_STALE,
	EH_PHRASE_RECOVERED,
	EH_PHRASE_NOT_WATCHED,
	EH_PHRASE_STAYS_OPEN,
	EH_PHRASE_YEARS,
	EH_PHRASE_MILLION_YEARS,
	EH_PHRASE_CHOSEN,
	EH_PHRASE_UNKNOWN_WHY,
	EH_PHRASE_UNKNOWN_MISSING,
	EH_PHRASE_UNKNOWN_LATE,
	EH_PHRASE_UNKNOWN_GAP,
	EH_PHRASE_NO_FINDING,
	EH_PHRASES
};

/* The template, with {names} where values stand. */
const char *eh_phrase_text(enum eh_phrase phrase);

struct eh_phrase_value {
	const char *name, *value;
};

/* Appends the phrase with its values; asserts that each {name} has one.  `values` ends with a name of NULL. */
void eh_phrase_put(struct eh_buf *out, enum eh_phrase phrase, const struct eh_phrase_value *values);

/* ---- a finding about one group and its reference ---- */

struct eh_phrase_finding {
	const char *group, *reference, *attribute;
	const char *strata;              /* "tier and region"; NULL: raw */
	const char *segment;             /* "tier=gold": the part of the book that is spoken of; NULL: all of it */
	const char *outcome;             /* "scored 0.7 or more": what is counted; NULL: as `adverse` says */
	bool adverse;                    /* what is counted are adverse decisions, else favourable ones */
	uint64_t n, k, n_ref, k_ref;     /* decisions and those counted, of the group and of its reference */
	double ratio, lo, hi;            /* group / reference; NaN where there is none */
	int level;                       /* of the interval, in % */
	const char *from, *to;           /* days as people read them; `to` NULL: since `from`; both NULL: no time is said */
};

/* Rates in natural frequencies, the counts behind them, the ratio and its interval; or which group has no decision. */
void eh_phrase_say_rates(struct eh_buf *out, const struct eh_phrase_finding *f);

/* How many of the group's decisions would have been other at the reference's rate; nothing where that is fewer than one. */
void eh_phrase_say_people(struct eh_buf *out, const struct eh_phrase_finding *f);

/* What a finding leaves open; never empty. */
struct eh_phrase_unknown {
	const char *attribute;
	uint64_t missing, n; /* decisions without a label, of all; 0: none */
	bool late;           /* some of the decisions came after their pane was closed */
	double could_see;    /* the ratio that would have stood out 4 times in 5; NaN: not known */
};
void eh_phrase_say_unknown(struct eh_buf *out, const struct eh_phrase_unknown *u);

/* How often such evidence comes where the ratio stands at the line; `years` > 0. */
void eh_phrase_say_years(struct eh_buf *out, double years);

/* The base of a natural frequency ("62 in 100", "4 in 1000"): the same for both rates, so that they can be compared, and
 * large enough for the rarer of them. */
uint64_t eh_phrase_base(uint64_t k, uint64_t n, uint64_t k_ref, uint64_t n_ref);

#endif
