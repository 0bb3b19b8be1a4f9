/*
 * insurer.h - a year of invented underwriting decisions, for the demo and for tests.
 *
 * Harborline Mutual does not exist and neither does anyone in its log.  What was put
 * into the year on purpose - a vendor's model that turns against one group, a
 * campaign that only looks as if, a feed that loses a column - is listed in struct
 * eh_insurer_plan and told in docs/demo-scenario.md, so that whoever watches the
 * demo can hold what Evenhand says against what is true.
 *
 * A seed is a year: the same seed gives the same bytes on every machine.  All
 * chances are whole numbers (parts per million against an integer generator of our
 * own); neither libc's rand nor a double decides anything.
 *
 * Owner    the arena that was given to eh_insurer_new().
 * Threads  none: one iterator belongs to one thread.
 */
#ifndef EXAMPLES_INSURER_INSURER_H
#define EXAMPLES_INSURER_INSURER_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

#define EH_INSURER_SEED UINT64_C(2100) /* the demo's year; why this one: docs/demo-scenario.md */
#define EH_INSURER_COLUMNS 17

/* What was planned, as instants (UTC midnights, microseconds; `end` is exclusive). */
struct eh_insurer_plan {
	int64_t year_start, year_end;
	int64_t play_start;                    /* before it: history; from it on: played */
	int64_t event_first, event_everywhere; /* model 4.3 in the first channel, in all channels */
	int64_t campaign_start, campaign_end;
	int64_t fault_start, fault_end;
	const char *event_attribute, *event_group, *event_channel, *event_model, *event_vendor;
	const char *campaign_attribute, *campaign_group, *campaign_stratum;
	const char *fault_attribute, *fault_feed;
};

extern const struct eh_insurer_plan eh_insurer_plan;

/* One decision, as the insurer's system would have logged it.  Every text is
 * NUL-ended, never NULL, and good until the next call of eh_insurer_next(). */
struct eh_insurer_row {
	int64_t decided_at_us;
	const char *decision_id;   /* UW25-0000001, rising with time */
	const char *decided_at;    /* 2025-10-23T09:14:05Z */
	const char *decision;      /* approve | flag */
	const char *score;         /* risk, 0.0500 to 0.9900; flag where 0.7000 or more */
	const char *sex;           /* Male | Female */
	const char *age;           /* 18 to 84 */
	const char *race_group;    /* an estimate: White | Black | Hispanic | Asian, or empty */
	const char *region;
	const char *tier;          /* preferred | standard | elevated */
	const char *channel;       /* broker | direct | partner */
	const char *model_version;
	const char *vendor;
	const char *feed;
	const char *doc_ids;       /* two to four retrieved documents, separated by spaces */
	const char *reason_codes;  /* of a flag, separated by spaces; empty for an approval */
	const char *dti;           /* 0.3812 */
	const char *zip3;          /* Z01 to Z24, invented */
};

struct eh_insurer;

struct eh_insurer *eh_insurer_new(struct eh_arena *arena, uint64_t seed);

/* The next decision, in nondecreasing decided_at; false after the year's last. */
bool eh_insurer_next(struct eh_insurer *insurer, struct eh_insurer_row *row);

/* The columns in the order of the CSV, 0 .. EH_INSURER_COLUMNS - 1: their names, and a row's texts. */
const char *eh_insurer_column_name(int column);
const char *eh_insurer_column(const struct eh_insurer_row *row, int column);

/* RFC 4180 lines ended by a line feed; no field ever needs quotes, which is asserted. */
void eh_insurer_csv_header(struct eh_buf *out);
void eh_insurer_csv_row(struct eh_buf *out, const struct eh_insurer_row *row);

#endif
