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
	EHS_EMPTY_GROUP,     /* a group has no decision */
	EHS_UNDEFINED,       /* 0/0 */
	EHS_ZERO_CELL,       /* a zero count makes the estimate or its limit infinite, or the formula unusable */
	EHS_DEGENERATE,      /* nothing varies: everyone got the same, or one row or column is left */
	EHS_ZERO_VARIANCE,   /* a score that is the same for all */
	EHS_ALL_TIED,        /* ranks that are all the same */
	EHS_LOW_N,           /* too few for this number to exist */
	EHS_NO_CONVERGENCE,  /* the solver gave up; never seen, never hidden */
	EHS_SEPARATION,      /* a regressor parts the outcomes without overlap: the maximum lies at infinity */
	EHS_ILL_CONDITIONED, /* regressors that are (almost) combinations of each other */
	EHS_OVERFLOW,        /* a sum would leave its integer; nothing was changed */
	EHS_INVALID          /* a defect of the caller: more successes than trials, a rate outside (0, 1) */
};

/* What a reader should know beside the number; any number of them. */
enum ehs_flag {
	EHS_FLAG_LOW_N =
		1 << 0, /* fewer than 30 in the protected group, or fewer than 5 expected of the rarer outcome */
	EHS_FLAG_LOW_EXPECTED = 1 << 1,  /* more than a fifth of the expected counts below 5, or one below 1 */
	EHS_FLAG_DROPPED_EMPTY = 1 << 2, /* rows, columns or strata that are empty were left out */
	EHS_FLAG_APPROXIMATE = 1 << 3,   /* the exact method was too costly: `method` names the one that was used */
	EHS_FLAG_CONTINUITY = 1 << 4,    /* a continuity correction, or a half added to each cell */
	EHS_FLAG_BINNED = 1 << 5,        /* from a histogram: values that share a bin count as tied */
	EHS_FLAG_ZERO_CELL = 1 << 6,     /* a count is 0 where the usual formula divides by it */
	EHS_FLAG_PENALIZED = 1 << 7      /* Firth's penalty keeps the estimate finite */
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
	double log10_p; /* also where p underflows to 0 */
};

/* A single number that may not exist. */
struct ehs_value {
	double value;
	enum ehs_status status;
};

/*
 * Everything that a test may say of itself.  What a method does not give is NaN: an interval has no statistic, a
 * p-value no limits.  `stat` is on `df` degrees of freedom where its law has some; p is two-sided unless the
 * function says otherwise; log10_p also where p underflows to 0; log_e is the natural logarithm of an e-value.
 */
struct ehs_result {
	double est, se, lo, hi, conf;
	double stat, df, p, log10_p;
	double log_e;
	uint64_t n[2];      /* protected and reference, or n and 0 */
	const char *method; /* a fixed word, as "koopman_score"; part of the record */
	enum ehs_status status;
	unsigned flags; /* of enum ehs_flag */
};

/* Normal quantiles of the two-sided 90 % and 95 % intervals, to the last bit. */
#define EHS_Z90 1.6448536269514722
#define EHS_Z95 1.959963984540054

/* The status as it stands in JSON: "ok", "empty_group", "zero_cell", ... */
const char *ehs_status_name(enum ehs_status status);

/* The name of one flag, as "low_n"; NULL for a bit that is none. */
const char *ehs_flag_name(unsigned flag);

/* A result in which nothing is known but why. */
struct ehs_result ehs_result_none(enum ehs_status status, const char *method);

/* EHS_INVALID where x > n or a group has 2^63 decisions or more, EHS_EMPTY_GROUP, or EHS_OK. */
enum ehs_status ehs_2x2_status(struct ehs_2x2 table);

/* x_prot y_ref - x_ref y_prot of a table that is EHS_OK, exactly; of any other some number, but no overflow. */
ehs_int128 ehs_2x2_cross(struct ehs_2x2 table);

/* Call once, before any other function: GSL's default error handler ends the process. */
void ehs_init(void);

/* The z of a two-sided interval of confidence conf in (0, 1): ehs_z_of(0.95) = 1.96. */
double ehs_z_of(double conf);

/* 2 Q(|z|), the two-sided p of a standard normal statistic; NaN stays NaN. */
double ehs_p_of_z(double z);

#endif
