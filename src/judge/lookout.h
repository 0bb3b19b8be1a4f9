/*
 * lookout.h - how many came, of whom, with what missing: each look-out against the weeks before.
 *
 * Closes are summed into looks: a day, or the pane where panes are longer.  When a
 * look has ended its figures are compared with what was usual in the 28 days (12
 * weeks, 6 months) that end a week (2 weeks, a month) before it: of the whole, of each
 * fourth part, and where looks are days of the same weekday, what is most lenient counts.
 * A branch that is shut on Sundays is no fault, nor is the end of one a fault.  See jump.h for when something is a jump.
 *
 * What is summed: decisions; those with a group in at least one attribute; those that
 * came late; for each attribute those without a label, in all, by decision and by group
 * of every other attribute; each value of an attribute, a stratum and a lineage role.
 *
 * All is folded from closes alone, in order: live, in history and in a replay it is
 * the same.  Not part of a close's digest.
 *
 * Owner    eh_judge_lookout_new() / _free().
 * Threads  none.
 */
#ifndef EH_JUDGE_LOOKOUT_H
#define EH_JUDGE_LOOKOUT_H

#include "judge/fault.h"
#include "judge/jump.h"
#include "judge/routing.h"
#include "stats/sequence.h"

#define EH_LOOKOUT_LOOKS 40    /* kept; more than any comparison needs */
#define EH_LOOKOUT_VALUES 256  /* of one dimension that are told apart */

enum eh_lookout_kind { EH_LOOKOUT_ATTRIBUTE, EH_LOOKOUT_STRATUM, EH_LOOKOUT_ROLE };

/* A value of a dimension: a group, a level, a version. */
struct eh_lookout_value {
	const char *label;
	uint64_t n[EH_LOOKOUT_LOOKS];
	uint64_t (*missing)[EH_LOOKOUT_LOOKS]; /* of a group: its decisions without a label of each attribute; else NULL */
	struct eh_judge_jump rose, fell;
	struct eh_judge_jump *lacks; /* of a group: per attribute */
};

/* An attribute, a stratum or a lineage role. */
struct eh_lookout_dimension {
	enum eh_lookout_kind kind;
	uint32_t field; /* which of its kind */
	const char *name;
	uint64_t n[EH_LOOKOUT_LOOKS]; /* decisions with a value */
	struct eh_lookout_value *value;
	uint32_t values;
	uint32_t *of; /* code of a group or tuple -> value + 1; 0 none, UINT32_MAX not met yet */
	uint32_t codes;
};

/* By decision: 0 adverse, 1 favourable. */
struct eh_lookout_side {
	uint64_t n[EH_LOOKOUT_LOOKS], missing[EH_LOOKOUT_LOOKS];
};

struct eh_lookout_attribute {
	uint64_t missing[EH_LOOKOUT_LOOKS];
	struct eh_lookout_side side[2];
	struct eh_judge_jump lacks;
	struct ehs_detector hides[2]; /* missing more often with [0] the adverse, [1] the favourable decision */
	bool hidden[2], hidden_fresh;
};

struct eh_judge_lookout {
	const struct eh_judge_source *source;
	struct eh_arena *home;
	enum eh_pane kind;
	int64_t look_us; /* start of the look that is being summed; INT64_MIN before the first decision */
	int64_t no;      /* its number, from 0 */
	int base, lag;   /* looks that are usual, and those between them and this one */
	uint64_t n[EH_LOOKOUT_LOOKS], monitored[EH_LOOKOUT_LOOKS], live[EH_LOOKOUT_LOOKS], late[EH_LOOKOUT_LOOKS];
	struct eh_lookout_attribute *attribute;
	struct eh_lookout_dimension *dimension;
	uint32_t dimensions;
	uint32_t *met; /* scratch: the value of each dimension in a cell */
	struct eh_judge_jump more, fewer, later, unseen;
	struct eh_routing **routing; /* dimensions x attributes; those of roles */
	bool fresh[EH_JUDGE_FAULTS], is[EH_JUDGE_FAULTS];
	bool settled[EH_JUDGE_FAULTS]; /* something ended, as it is usual by now */
};

struct eh_judge_lookout *eh_judge_lookout_new(struct eh_arena *home, const struct eh_judge_source *source);
void eh_judge_lookout_free(struct eh_judge_lookout *lookout); /* NULL is allowed */

/* Adds a close.  Then, while a look has ended by its end: true once for each; is[] and fresh[] say what it showed. */
void eh_judge_lookout_add(struct eh_judge_lookout *lookout, const struct eh_judge_close *close);
bool eh_judge_lookout_next(struct eh_judge_lookout *lookout, int64_t end_us, int64_t *look_end_us);

/* ---- what its files share ---- */

struct eh_lookout_usual {
	struct ehs_bin base;
	double low, high; /* of the share, over the parts that it is compared with */
	bool enough;      /* to compare with */
};
struct eh_lookout_usual eh_judge_lookout_usual(const struct eh_judge_lookout *l, const uint64_t *x, const uint64_t *n);
/* Sums the last `looks`, the present one included. */
uint64_t eh_judge_lookout_sum(const struct eh_judge_lookout *l, const uint64_t *x, int looks);
double eh_judge_lookout_a_year(const struct eh_judge_lookout *l);
static inline int eh_judge_lookout_slot(const struct eh_judge_lookout *l)
{
	return (int)(l->no % EH_LOOKOUT_LOOKS);
}

struct eh_routing *eh_judge_lookout_routing(const struct eh_judge_lookout *l, uint32_t dimension, uint32_t attribute);

void eh_judge_lookout_say(struct eh_judge_lookout *l, enum eh_judge_fault_kind kind, const struct eh_judge_jump *jump);

/* One look at the labels, at the values of all dimensions, at who meets which version. */
void eh_judge_lookout_labels(struct eh_judge_lookout *l);
void eh_judge_lookout_values(struct eh_judge_lookout *l);
void eh_judge_lookout_versions(struct eh_judge_lookout *l);

/* The words of a fault of EH_JUDGE_FAULT_MISSING .. _COVERAGE that a look-out decides; ctx is the source. */
eh_judge_fault_words *eh_judge_lookout_words(enum eh_judge_fault_kind kind);
/* Whether `monitored` counts all who are: not where an attribute is known by probabilities, which no cell shows. */
bool eh_judge_lookout_covers(const struct eh_judge_lookout *l);
/* "28 days", "12 weeks", "6 months". */
const char *eh_judge_lookout_before(const struct eh_judge_lookout *l);

#endif
