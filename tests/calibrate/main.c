/*
 * main.c - `make calibrate`: does the alarm keep its promises over years of hourly looks?
 * usage: calibrate [--runs N] [--detector V] [--short] [CHECK]
 *
 * Prints a table in Markdown; docs/reference/calibration.md keeps one.  Exit code 1 where a bar is missed.
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stats/ehs.h"
#include "tests/calibrate/calibrate.h"

#define RUNS 300
#define RUNS_SHORT 24

static const struct {
	const char *name;
	void (*check)(struct cal_report *r);
} checks[] = {
	{"quiet", cal_check_quiet}, {"line", cal_check_line},   {"delay", cal_check_delay},
	{"noise", cal_check_noise}, {"empty", cal_check_empty}, {"portfolio", cal_check_portfolio}, {"versions", cal_check_versions},
};
#define CHECKS (sizeof checks / sizeof checks[0])

void cal_say(struct cal_report *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(r->out, format, args);
	va_end(args);
	fflush(r->out);
}

const char *cal_bar(struct cal_report *r, bool holds, const char *what, ...)
{
	char text[160];
	va_list args;

	va_start(args, what);
	vsnprintf(text, sizeof text, what, args);
	va_end(args);
	(*(holds ? &r->held : &r->missed))++;
	if (r->brief)
		fprintf(r->tap, "%sok %d - %s\n", holds ? "" : "not ", r->held + r->missed, text);
	else if (!holds)
		fprintf(stderr, "# missed: %s\n", text);
	return holds ? "holds" : "**missed**";
}

double cal_above(double p, int n)
{
	return p + 3 * sqrt(p * (1 - p) / n);
}

static double now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct cal_report r = {.out = stdout, .tap = stdout, .runs = RUNS};
	const char *only = NULL;
	double began = now_s();

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--short") == 0) {
			r.brief = true;
			r.out = stderr;
			r.runs = RUNS_SHORT;
		} else if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc)
			r.runs = atoi(argv[++i]);
		else if (strcmp(argv[i], "--detector") == 0 && i + 1 < argc)
			r.detector = atoi(argv[++i]);
		else if (argv[i][0] != '-' && only == NULL)
			only = argv[i];
		else {
			fprintf(stderr, "usage: calibrate [--runs N] [--detector V] [--short] [CHECK]\n");
			return 2;
		}
	if (r.runs < 1) {
		fprintf(stderr, "calibrate: --runs wants a number above 0\n");
		return 2;
	}
	ehs_init();
	for (size_t i = 0; i < CHECKS; i++) {
		double from = now_s();

		if (only != NULL && strcmp(only, checks[i].name) != 0)
			continue;
		checks[i].check(&r);
		fprintf(stderr, "# %s: %.0f s\n", checks[i].name, now_s() - from);
	}
	if (r.brief)
		printf("%d passed, %d failed, 0 skipped\n", r.held, r.missed);
	else
		cal_say(&r, "\n%d bars hold, %d missed; %.0f s, seeds fixed.\n", r.held, r.missed, now_s() - began);
	return r.missed > 0;
}
