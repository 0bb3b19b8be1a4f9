/*
 * tests.h - the families of tests that a line can name.
 *
 * A family is one file src/stat/FAMILY.c and one line below.  The file defines
 *
 *   const struct eh_stat_test eh_stat_FAMILY_tests[] = {{"name", "inputs", "result", run}, ..., {0}};
 *
 * A run() reads its inputs (args.h), returns where eh_stat_refused(), calls stats/, and puts its fields (out.h).
 * `inputs` and `result` are for people, as "table [a, b, c, d]; conf .95" and "p_two_sided, p_less"; the page
 * docs/reference/stat.md has the same.
 *
 * Threads  constant.
 */
#ifndef EH_STAT_TESTS_H
#define EH_STAT_TESTS_H

struct eh_stat_call;

struct eh_stat_test {
	const char *name, *inputs, *result;
	void (*run)(struct eh_stat_call *c);
};

/* X(family), a line each. */
#define EH_STAT_FAMILIES(X) \
	X(amounts)          \
	X(association)      \
	X(attribution)      \
	X(betting)          \
	X(correlation)      \
	X(distance)         \
	X(exact)            \
	X(logistic)         \
	X(membership)       \
	X(multiplicity)     \
	X(odds)             \
	X(outcome)          \
	X(proportion)       \
	X(rank)             \
	X(score)            \
	X(sequence)         \
	X(shrink)           \
	X(stratified)       \
	X(tail)             \
	X(unconditional)

#define EH_STAT_DECLARE(family) extern const struct eh_stat_test eh_stat_##family##_tests[];
EH_STAT_FAMILIES(EH_STAT_DECLARE)
#undef EH_STAT_DECLARE

#endif
