/*
 * pair.h - one group against its reference: blocks, detectors, onset, gate.
 *
 * This is the drift alarm of design section 9.  Closed panes are joined until the
 * group and its reference hold five decisions each; such a block, and nothing
 * else, steps the detectors.  A pair has up to four tracks (favourable or adverse
 * outcome, raw or within strata), each with a Shiryaev-Roberts detector for every
 * line that somebody watches.  A track's alternative is chosen from earlier blocks
 * only.
 *
 * Versions of the policy come and go, the house's and the floor's, and a pair
 * outlives them: it has one list of lines, each with its number for good.  A line
 * that is watched begins at nothing; as long as some version watches it, it goes on,
 * and so both layers stand on the same evidence.  What a version makes of it - gate,
 * least data, budget - is asked from outside.
 *
 * The pair keeps every block since its last reset, so the onset is exact.
 *
 * Owner    heap; eh_judge_pair_free().
 * Threads  none.
 */
#ifndef EH_JUDGE_PAIR_H
#define EH_JUDGE_PAIR_H

#include "judge/counts.h"
#include "judge/member.h"
#include "judge/strata.h"
#include "judge/temper.h"
#include "policy/policies.h"
#include "stats/sequence.h"

#define EH_JUDGE_MIN_BLOCK 5         /* decisions of each group that make a block */
#define EH_JUDGE_DETECTOR_VERSIONS 2 /* each has a memory of its own: version v at v - 1 */

enum { EH_JUDGE_RAW, EH_JUDGE_CONDITIONAL, EH_JUDGE_KINDS };

struct eh_judge_stratum {
	uint32_t number;
	struct eh_judge_counts counts;
};

struct eh_judge_block {
	int64_t at_us;                 /* end of its last pane */
	int64_t from_us;               /* start of its first pane */
	double phi[EH_JUDGE_OUTCOMES]; /* its log e is divided by this */
	struct eh_judge_counts total;
	uint32_t first, n; /* its strata in the pool */
	bool late;         /* made of decisions that came after their pane was closed */
};

/* What a bettor remembers: the rate of the oriented .ref, raw and in every stratum. */
struct eh_judge_bettor {
	int version; /* of the detector, from 0 */
	struct ehs_memory raw;
	struct ehs_memory *stratum;
	int64_t *stratum_us; /* when each was last fed */
	uint32_t strata;
	int64_t raw_us;
};

/* The evidence against one line. */
struct eh_judge_detector {
	bool on;     /* some version in force watches it */
	bool wanted; /* while versions change */
	struct ehs_detector now;
	/* The same evidence as if nothing had come late: a copy from the first late block on, stepped by the others alone. */
	struct ehs_detector punctual;
	struct ehs_betting bet, punctual_bet; /* where the group is known by probabilities */
	uint32_t from; /* conditional only: log e by block x alternative since this block, for the onset */
	double *log_e;
	size_t log_e_cap;
};

/* Limits that hold at every look, by outcome. */
struct eh_judge_confidences {
	struct eh_judge_confidence *of[EH_JUDGE_OUTCOMES];
};

struct eh_judge_track {
	struct eh_judge_bettor bettor[EH_JUDGE_DETECTOR_VERSIONS], punctual_bettor[EH_JUDGE_DETECTOR_VERSIONS];
	struct eh_judge_detector *detector; /* one a line of the pair */
};

/* A line of the policy as it stands in a pair; its number is its place. */
struct eh_judge_line {
	int64_t tau_ppm;
	int detector_version;
};

/* B of a layer: blocks a year. */
struct eh_judge_year {
	double blocks;
	bool set;
};

struct eh_judge_pending {
	struct eh_judge_counts total;
	struct eh_judge_stratum *strata;
	uint32_t n, cap;
	int64_t from_us; /* start of the first pane in it */
	bool any;
};

#define EH_JUDGE_YEAR_DAYS 365

struct eh_judge_pair {
	uint32_t attribute; /* the place of its axis */
	uint32_t group, reference; /* codes of the axis; reference 0: never seen yet */
	struct eh_judge_pair *book;  /* whose alert its findings fold into: itself, or that of the whole book */
	struct eh_judge_pair **part; /* of a book: whose findings fold into its alert, its own first */
	uint32_t parts;
	struct eh_judge_members *members; /* the group is known by probabilities; NULL: it has a label */
	bool conditional;                     /* has strata to condition on */
	struct eh_judge_line *line;           /* every line that was ever watched here */
	uint32_t lines;
	int64_t first_us;     /* start of the first pane with a decision of the group */
	int64_t last_us;      /* end of the newest block on time; first_us before it */
	uint64_t blocks_seen; /* since first_us; a reset does not touch it */
	bool remembers[EH_JUDGE_DETECTOR_VERSIONS];
	struct eh_judge_year year[EH_POLICY_LAYERS];
	uint16_t day_blocks[EH_JUDGE_YEAR_DAYS]; /* of the trailing days, the day `day` and those before it; a ring */
	int64_t day;                             /* since 1970; INT64_MIN: none */
	struct eh_judge_pending pending, pending_late;
	struct eh_judge_block *block; /* since the last reset */
	uint32_t blocks, blocks_cap;
	uint32_t late_blocks;              /* of them */
	struct eh_judge_counts late_total; /* what they hold */
	struct eh_judge_stratum *pool;
	uint32_t pool_n, pool_cap;
	struct eh_judge_track track[EH_JUDGE_OUTCOMES][EH_JUDGE_KINDS];
	struct eh_judge_temper temper;
	struct eh_judge_confidences *limits; /* NULL within: not asked for yet (proof.h) */
	size_t standing, standings; /* where the core keeps its monitors: a run of its list (weigh.c) */
};

/* `policy`: watched from the start, as the house's; NULL: nothing is watched yet. */
struct eh_judge_pair *eh_judge_pair_new(const struct eh_policy *policy, uint32_t attribute, uint32_t group,
                                        bool conditional, int64_t first_us, uint32_t panes_per_year);
void eh_judge_pair_free(struct eh_judge_pair *pair);

/* The group is known by probabilities; before anything was closed. */
void eh_judge_pair_estimate(struct eh_judge_pair *pair);

/* The pair is of a part of the book; its findings fold into that alert. */
void eh_judge_pair_join(struct eh_judge_pair *pair, struct eh_judge_pair *book);

/* Versions change: between _begin and _end every monitor that is watched from now on is named.  One that was watched
 * goes on bit for bit, a new one begins at nothing, one that is named no more ends.  Gives the number of its line. */
void eh_judge_pair_watch_begin(struct eh_judge_pair *pair);
uint32_t eh_judge_pair_watch(struct eh_judge_pair *pair, int outcome, int kind, int64_t tau_ppm, int detector_version);
void eh_judge_pair_watch_end(struct eh_judge_pair *pair);

/* From now on the rates are remembered as that version of the detector remembers them, watched or not. */
void eh_judge_pair_remember(struct eh_judge_pair *pair, int detector_version);

/* A later version of a layer begins: B becomes the blocks of the trailing 365 days, at least 12.  Where the pair is
 * younger than that they are counted up to a year, as the first B is; younger than 28 days it has not had its first
 * B yet, and gets it when it is due. */
void eh_judge_pair_new_version(struct eh_judge_pair *pair, enum eh_policy_layer layer, int64_t end_us);

/* Adds a closed pane (or what came late, for blocks of its own) and steps the detectors where a block is full.
 * `reference` is the code of the reference group; `steps` receives how many blocks were completed. */
void eh_judge_pair_close(struct eh_judge_pair *pair, const struct eh_judge_table *pane, uint32_t reference,
                         int64_t from_us, int64_t at_us, bool late, uint32_t *steps);

/* Sets B of every layer once, at the first close whose pane ends 28 days or more after the pair's first decision.  The pane's end
 * stands for T: where judge catches up, T is far ahead of what it has folded. */
void eh_judge_pair_calendar(struct eh_judge_pair *pair, int64_t end_us);

/* Evidence restarts at nothing: an alert was closed by its people. */
void eh_judge_pair_reset(struct eh_judge_pair *pair);

/* ln M and ln(M / B) of a monitor; -INFINITY before its first block, and where it is not watched. */
double eh_judge_log_m(const struct eh_judge_pair *pair, int outcome, int kind, uint32_t line);
double eh_judge_log_years(const struct eh_judge_pair *pair, enum eh_policy_layer layer, int outcome, int kind,
                          uint32_t line);

/* The same without the late blocks; equal where there are none.  Late blocks are valid evidence only if being late does
 * not hang on the decision, so each alert shows both. */
double eh_judge_log_m_punctual(const struct eh_judge_pair *pair, int outcome, int kind, uint32_t line);

/* What an effect must pass before it counts: the gate of the monitor, and the least data of its policy. */
struct eh_judge_bar {
	int64_t gate_ppm;
	int64_t min_n, min_rarer;
};
struct eh_judge_bar eh_judge_bar_of(const struct eh_policy *policy, int64_t gate_ppm);

/* What the evidence of one monitor stands on: the time since its estimated onset. */
struct eh_judge_onset {
	uint32_t block;                      /* where it begins */
	int64_t onset_us, first_us, last_us; /* start of the block; earliest and latest within 2 log-likelihood units */
	struct eh_judge_counts since;        /* conditional: of the informative strata */
	struct ehs_interval ratio;           /* protected / reference with 90 % limits; conditional: Mantel-Haenszel */
	struct ehs_interval oriented;        /* the same as the test sees it: below tau is beyond the line */
	bool enough;                         /* minimum data of the bar */
	bool gate;                           /* the effect gate holds */
	bool found;                          /* false: there is no block yet */
};
struct eh_judge_onset eh_judge_find_onset(const struct eh_judge_pair *pair, int outcome, int kind, uint32_t line,
                                          const struct eh_judge_bar *bar);
/* The same onset against another bar. */
struct eh_judge_onset eh_judge_measure_onset(const struct eh_judge_pair *pair, uint32_t line,
                                             const struct eh_judge_onset *onset, const struct eh_judge_bar *bar);

/* Counts and ratio from an onset on, without the late blocks. */
struct eh_judge_onset eh_judge_since_punctual(const struct eh_judge_pair *pair, int outcome, int kind,
                                              const struct eh_judge_onset *onset, const struct eh_judge_bar *bar);

/* Whether a decided table has the least data of a bar. */
bool eh_judge_enough(const struct eh_judge_bar *bar, const struct eh_judge_counts *counts);

/* ---- recovery: evidence that the ratio is back inside the gate ---- */
struct eh_judge_recovery {
	struct ehs_eprocess process;
	struct eh_judge_bettor bettor;
	struct ehs_betting bet; /* where the group is known by probabilities */
	int outcome, kind;
	uint32_t next; /* the first block that counts */
};
void eh_judge_recovery_begin(struct eh_judge_recovery *r, const struct eh_judge_pair *pair, int outcome, int kind,
                             int64_t gate_ppm);
void eh_judge_recovery_step(struct eh_judge_recovery *r, const struct eh_judge_pair *pair);
void eh_judge_recovery_free(struct eh_judge_recovery *r);

#endif
