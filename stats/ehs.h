/*
 * ehs.h - what every test of the statistics library shares.
 *
 * The library is arithmetic and nothing else: integers go in, a result goes out.
 * It needs libm and GSL, takes no memory from the heap, reads no clock, writes
 * nothing, and keeps no state, so the same counts give the same bits everywhere.
 * This is the only place where counts become doubles (law 1).
 *
 * Emptiness is a status, never a made-up 0 or 1 (law 4): where a number does not
 * exist it is NaN and the status says why.  A caller looks at the status first.
 *
 * Threads  any; no globals (GSL's error handler, set once by ehs_init(), apart).
 */
#ifndef EHS_H
#define EHS_H

#include <stdint.h>

__extension__ typedef __int128 ehs_int128; /* sums of squares and products stay exact in it */
__extension__ typedef unsigned __int128 ehs_uint128;

enum ehs_status {
	EHS_OK = 0,
	EHS_EMPTY_GROUP,    /* a group has no decision */
	EHS_UNDEFINED,      /* 0/0 */
	EHS_ZERO_CELL,      /* a zero count makes the estimate or its limit infinite, or the formula unusable */
	EHS_DEGENERATE,     /* nothing varies: everyone got the same, or one row or column is left */
	EHS_ZERO_VARIANCE,  /* a score that is the same for all */
	EHS_ALL_TIED,       /* ranks that are all the same */
	EHS_LOW_N,          /* too few for this number to exist */
	EHS_NO_CONVERGENCE, /* the solver gave up; never seen, never hidden */
	EHS_INVALID         /* a defect of the caller: more successes than trials, a rate outside (0, 1) */
};

/* One group: x of n decisions had the outcome that is looked at. */
struct ehs_bin {
	uint64_t n, x;
};

/* The protected group against its reference group. */
struct ehs_2x2 {
	struct ehs_bin prot, ref;
};

/* An estimate with its limits; a limit that does not exist is 0 or infinite where that is true, else NaN. */
struct ehs_interval {
	double est, lo, hi;
	enum ehs_status status;
};

/* A statistic with its p-value. */
struct ehs_test {
	double stat, p;
	enum ehs_status status;
};

/* A single number that may not exist. */
struct ehs_value {
	double value;
	enum ehs_status status;
};

/* Normal quantiles of the two-sided 90 % and 95 % intervals, to the last bit. */
#define EHS_Z90 1.6448536269514722
#define EHS_Z95 1.959963984540054

/* The status as it stands in JSON: "ok", "empty_group", "zero_cell", ... */
const char *ehs_status_name(enum ehs_status status);

/* Call once, before any other function: GSL's default error handler ends the process. */
void ehs_init(void);

/* The z of a two-sided interval of confidence conf in (0, 1): ehs_z_of(0.95) = 1.96. */
double ehs_z_of(double conf);

/* 2 Q(|z|), the two-sided p of a standard normal statistic; NaN stays NaN. */
double ehs_p_of_z(double z);

#endif
