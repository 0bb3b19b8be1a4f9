/*
 * membership.c - see membership.h.
 */
#include "report/membership.h"

#include <math.h>
#include <stdlib.h>

#define BASE 100
#define BASE_RARE 1000 /* where all that is said is below RARE */
#define RARE .05

const char *eh_membership_verdict_name(enum eh_membership_verdict verdict)
{
	static const char *const names[] = {
		[EH_MEMBERSHIP_NOT_ENOUGH] = "not_enough_data",
		[EH_MEMBERSHIP_NONE] = "none",
		[EH_MEMBERSHIP_REVIEW] = "review",
		[EH_MEMBERSHIP_SURE] = "sure",
	};

	return names[verdict];
}

/* The end of a regression line may lie outside what a share can be. */
static double as_share(double x)
{
	return fmin(1, fmax(0, x));
}

static int base_of(const struct eh_membership_story *s)
{
	return fmax(s->rate.hi, s->rate_ref.hi) < RARE ? BASE_RARE : BASE;
}

/* "62", or "between 62 and 70". */
static void put_range(struct eh_buf *out, double lo, double hi, int base)
{
	long from = lround(lo * base), to = lround(hi * base);

	if (from == to)
		eh_buf_printf(out, "about %ld", from);
	else
		eh_buf_printf(out, "between %ld and %ld", from, to);
}

static void say_rates(struct eh_buf *out, const struct eh_membership_story *s, int base)
{
	eh_buf_printf(out, "Of every %d people estimated to be %s, ", base, s->group);
	put_range(out, as_share(s->rate.lo), as_share(s->rate.hi), base);
	eh_buf_printf(out, " got a favourable decision. Of every %d estimated to be %s, ", base, s->reference);
	put_range(out, as_share(s->rate_ref.lo), as_share(s->rate_ref.hi), base);
	eh_buf_puts(out, " did. ");
}

/* A gap from lo to hi: "between 3 and 7 fewer"; where it holds 0, in both directions. */
static void put_gap(struct eh_buf *out, double lo, double hi, int base)
{
	long fewer, more;

	lo = fmax(-1, lo);
	hi = fmin(1, hi);
	fewer = lround(-lo * base);
	more = lround(hi * base);
	if (fewer <= 0 && more <= 0) {
		eh_buf_puts(out, "less than 1");
	} else if (more > 0 && fewer > 0) {
		eh_buf_printf(out, "between %ld fewer and %ld more", fewer, more);
	} else {
		put_range(out, fmax(0, fewer > 0 ? -hi : lo), fewer > 0 ? -lo : hi, base);
		eh_buf_puts(out, fewer > 0 ? " fewer" : " more");
	}
}

static void say_gap(struct eh_buf *out, const struct eh_membership_story *s, int base)
{
	eh_buf_puts(out, "The gap is ");
	put_gap(out, s->gap.lo, s->gap.hi, base);
	eh_buf_printf(out, " of every %d. ", base);
	if (isnan(s->limits.lo) || isnan(s->limits.hi))
		return;
	eh_buf_puts(out, "Allowing for chance, it is ");
	put_gap(out, s->limits.lo, s->limits.hi, base);
	eh_buf_puts(out, ". ");
}

static const char *verdict_words(enum eh_membership_verdict verdict)
{
	switch (verdict) {
	case EH_MEMBERSHIP_SURE:
		return "Even the estimate that makes gaps look small is beyond the line.";
	case EH_MEMBERSHIP_REVIEW:
		return "Only estimates that can make gaps look large are beyond the line: a person should review it.";
	case EH_MEMBERSHIP_NONE:
		return "No estimate is beyond the line and more than chance.";
	case EH_MEMBERSHIP_NOT_ENOUGH:
		break;
	}
	return "There is not enough data for a verdict.";
}

void eh_membership_say(struct eh_buf *out, const struct eh_membership_story *s)
{
	int base = base_of(s);

	if (s->rate.n_estimates > 0 && s->rate_ref.n_estimates > 0) {
		say_rates(out, s, base);
		say_gap(out, s, base);
	}
	eh_buf_printf(out, "The attribute %s is estimated, not asked. ", s->attribute);
	if (s->rate.n_estimates > 0 && s->gap.status != EHS_OK)
		eh_buf_puts(out, "One of three estimates does not exist, so the range may be too narrow. ");
	eh_buf_puts(out, verdict_words(s->verdict));
}
