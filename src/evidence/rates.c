/*
 * rates.c - two shares against each other: the figure, the line, the test, and all of it over slices.
 *
 * Whether a ratio lies beyond its line is decided in whole numbers: exactly four fifths is not below four fifths.
 */
#include <math.h>

#include "evidence/part.h"
#include "stats/difference.h"
#include "stats/exact.h"
#include "stats/odds.h"
#include "stats/power.h"
#include "stats/proportion.h"
#include "stats/stratified.h"

#define HAIR 1e-12 /* of a pooled figure, which is no fraction of whole numbers */

struct ehs_2x2 eh_evidence_table(const struct eh_pack_line *line, struct eh_cube_count prot, struct eh_cube_count ref)
{
	struct ehs_2x2 t = {{prot.n, prot.favourable}, {ref.n, ref.favourable}};

	if (line->adverse) {
		t.prot.x = prot.n - prot.favourable;
		t.ref.x = ref.n - ref.favourable;
	}
	return t;
}

bool eh_evidence_beyond(const struct eh_pack_line *line, double x)
{
	double at = (double)line->threshold_ppm / EH_PACK_PPM;

	switch (line->direction) {
	case EH_PACK_BELOW: return x < at - HAIR;
	case EH_PACK_AT_MOST: return x <= at + HAIR;
	case EH_PACK_ABOVE: return x > at + HAIR;
	case EH_PACK_AT_LEAST: return x >= at - HAIR;
	default: return false;
	}
}

bool eh_evidence_worse(const struct eh_pack_line *line, double x, double neutral)
{
	switch (line->direction) {
	case EH_PACK_BELOW:
	case EH_PACK_AT_MOST: return x < neutral;
	case EH_PACK_ABOVE:
	case EH_PACK_AT_LEAST: return x > neutral;
	default: return x < neutral || x > neutral;
	}
}

const char *eh_evidence_verdict(const struct eh_pack_line *line, const struct eh_evidence_finding *f)
{
	bool practical = line->has_threshold && f->practical, statistical = line->test != EH_PACK_NO_TEST && f->statistical;

	if (!f->enough)
		return EH_EVIDENCE_NOT_ENOUGH;
	if (!line->has_threshold && line->test == EH_PACK_NO_TEST)
		return EH_EVIDENCE_SHOWN;
	return practical ? (statistical ? "both" : "practical") : statistical ? "statistical" : "none";
}

/* value < 0, = 0 or > 0 as the figure is less than, at or more than the threshold. */
static bool side_of(const struct eh_pack_line *line, ehs_int128 value)
{
	switch (line->direction) {
	case EH_PACK_BELOW: return value < 0;
	case EH_PACK_AT_MOST: return value <= 0;
	case EH_PACK_ABOVE: return value > 0;
	case EH_PACK_AT_LEAST: return value >= 0;
	default: return false;
	}
}

/* In whole numbers; counts are below 2^34 and thresholds below 2^27. */
static bool is_beyond(const struct eh_pack_line *line, struct ehs_2x2 t, double est)
{
	ehs_int128 at = line->threshold_ppm, ppm = EH_PACK_PPM;
	ehs_int128 x1 = (ehs_int128)t.prot.x, n1 = (ehs_int128)t.prot.n, x0 = (ehs_int128)t.ref.x, n0 = (ehs_int128)t.ref.n;

	if (line->metric == EH_PACK_IMPACT_RATIO)
		return (x0 > 0 || x1 > 0) && side_of(line, x1 * n0 * ppm - at * x0 * n1);
	if (line->metric == EH_PACK_ODDS_RATIO)
		return (x1 * (n0 - x0) > 0 || x0 * (n1 - x1) > 0) && side_of(line, x1 * (n0 - x0) * ppm - at * x0 * (n1 - x1));
	if (line->metric == EH_PACK_RATE_DIFFERENCE || line->metric == EH_PACK_FALSE_ADVERSE)
		return side_of(line, (x1 * n0 - x0 * n1) * ppm - at * n1 * n0);
	return isfinite(est) && eh_evidence_beyond(line, est);
}

static void estimate(const struct eh_pack_line *line, struct ehs_2x2 t, struct eh_evidence_finding *f)
{
	struct ehs_interval i = {.est = NAN, .lo = NAN, .hi = NAN};
	struct ehs_result r;

	switch (line->metric) {
	case EH_PACK_IMPACT_RATIO:
		i = ehs_air_koopman(t, EHS_Z95);
		f->interval = "koopman 95 %";
		break;
	case EH_PACK_ODDS_RATIO:
		r = ehs_or_woolf(t, EHS_Z95, false);
		i = (struct ehs_interval){r.est, r.lo, r.hi, r.status};
		f->interval = "woolf 95 %";
		break;
	case EH_PACK_Z_TEST:
		i.est = ehs_z_pooled(t).stat;
		break;
	default:
		i = ehs_rd_newcombe(t, EHS_Z95);
		f->interval = "newcombe 95 %";
	}
	f->est = i.est;
	f->lo = i.lo;
	f->hi = i.hi;
}

static void test(const struct eh_pack_line *line, struct ehs_2x2 t, struct eh_evidence_finding *f)
{
	struct ehs_test z;
	struct ehs_exact fisher;
	struct ehs_result score;

	switch (line->test) {
	case EH_PACK_FISHER:
		fisher = ehs_fisher(t);
		f->p = fisher.p;
		f->log10_p = fisher.log10_p;
		return;
	case EH_PACK_SCORE:
		score = ehs_air_mn(t, EHS_Z95);
		f->p = score.p;
		f->log10_p = score.log10_p;
		return;
	default:
		z = ehs_z_pooled(t);
		f->p = z.p;
		f->log10_p = z.log10_p;
	}
}

struct eh_evidence_finding eh_evidence_rates(const struct eh_pack_line *line, struct ehs_2x2 t)
{
	struct eh_evidence_finding f = {.est = NAN, .lo = NAN, .hi = NAN, .p = NAN, .log10_p = NAN};

	if (ehs_2x2_status(t) != EHS_OK)
		return f;
	double cross = (double)ehs_2x2_cross(t);
	estimate(line, t, &f);
	if (line->test != EH_PACK_NO_TEST)
		test(line, t, &f);
	f.enough = ehs_enough(t, (uint64_t)line->min_n, (double)line->min_rarer);
	f.practical = line->has_threshold && is_beyond(line, t, f.est);
	f.statistical = f.p < (double)line->level_ppm / EH_PACK_PPM && eh_evidence_worse(line, cross, 0);
	return f;
}

double eh_evidence_detectable(const struct eh_pack_line *line, struct ehs_2x2 t)
{
	double rate = t.ref.n > 0 ? (double)t.ref.x / (double)t.ref.n : NAN;

	if (!(rate > 0 && rate < 1) || t.prot.n == 0)
		return NAN;
	return (line->adverse ? ehs_minimum_detectable_excess : ehs_minimum_detectable)(t.prot.n, t.ref.n, rate, EHS_POWER, EHS_ALPHA)
		.value;
}

/* ---- pooled ------------------------------------------------------------------------- */

static void pool(const struct eh_pack_line *line, const struct ehs_cmh *cmh, struct eh_evidence_finding *f)
{
	struct ehs_interval i = {.est = NAN, .lo = NAN, .hi = NAN};
	double neutral = 0;

	switch (line->metric) {
	case EH_PACK_IMPACT_RATIO:
		i = cmh->risk_ratio;
		neutral = 1;
		f->interval = "greenland-robins 95 %";
		break;
	case EH_PACK_ODDS_RATIO:
		i = cmh->odds_ratio;
		neutral = 1;
		f->interval = "robins-breslow-greenland 95 %";
		break;
	case EH_PACK_Z_TEST:
		i.est = copysign(sqrt(cmh->chi2), cmh->gap);
		break;
	default:
		i.est = cmh->risk_difference;
	}
	f->est = i.est;
	f->lo = i.lo;
	f->hi = i.hi;
	f->p = cmh->p;
	f->log10_p = cmh->log10_p;
	f->practical = line->has_threshold && eh_evidence_beyond(line, f->est); /* NaN is beyond nothing */
	f->statistical = f->p < (double)line->level_ppm / EH_PACK_PPM && eh_evidence_worse(line, f->est, neutral);
}

json_t *eh_evidence_pooled(struct eh_arena *home, const struct eh_pack_line *line, const struct eh_evidence_split *split,
                           const struct eh_evidence_view *view, const struct eh_cube_count *slices, uint32_t group,
                           uint32_t reference)
{
	struct ehs_2x2 *table = eh_arena_zalloc(home, split->parts, sizeof *table), total = {0};
	struct eh_evidence_finding f = {.est = NAN, .lo = NAN, .hi = NAN, .p = NAN, .log10_p = NAN};
	uint32_t parts = 0, enough = 0;

	for (uint32_t i = 0; i < split->parts; i++) {
		const struct eh_cube_count *row = slices + (size_t)i * view->groups;
		struct ehs_2x2 t = eh_evidence_table(line, row[group], row[reference]);

		if (t.prot.n == 0 || t.ref.n == 0)
			continue;
		table[parts++] = t;
		enough += ehs_enough(t, (uint64_t)line->min_n, (double)line->min_rarer);
		total.prot.n += t.prot.n;
		total.prot.x += t.prot.x;
		total.ref.n += t.ref.n;
		total.ref.x += t.ref.x;
	}
	struct ehs_cmh cmh = ehs_cmh(table, parts, EHS_Z95);
	if (parts > 0)
		pool(line, &cmh, &f);
	f.enough = ehs_enough(total, (uint64_t)line->min_n, (double)line->min_rarer);
	bool crossed = f.enough && (line->has_threshold ? f.practical : f.statistical);
	json_t *out = json_pack("{s:s,s:s?,s:I,s:I,s:I,s:I,s:s,s:b}", "kind", split->kind, "over", split->name, "parts",
	                        (json_int_t)parts, "parts_enough", (json_int_t)enough, "n_protected", (json_int_t)total.prot.n,
	                        "n_reference", (json_int_t)total.ref.n, "verdict", eh_evidence_verdict(line, &f),
	                        "hidden_by_slicing", crossed && parts > 1 && enough == 0);
	EH_ASSERT(out != NULL);
	eh_evidence_put(out, "estimate", eh_evidence_decimal(f.est));
	eh_evidence_put(out, "lo", eh_evidence_decimal(f.lo));
	eh_evidence_put(out, "hi", eh_evidence_decimal(f.hi));
	eh_evidence_put(out, "interval", f.interval != NULL ? json_string(f.interval) : json_null());
	eh_evidence_put(out, "p", eh_evidence_decimal(f.p));
	eh_evidence_put(out, "log10_p", eh_evidence_decimal(f.log10_p));
	return out;
}
