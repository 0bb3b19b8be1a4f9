/*
 * audit_strata.c - is the gap still there among those who are alike?  Within the strata that the map names.
 */
#include <math.h>

#include "report/audit_part.h"
#include "stats/difference.h"
#include "stats/stratified.h"

#define LEVEL 0.05
#define COUNTS_MAX ((size_t)1 << 22) /* levels times groups that are counted: a stratum of ids is none */

static struct ehs_bin *count_stratum(const struct eh_audit *audit, const struct eh_audit_attribute *a,
                                     const struct eh_levels *s)
{
	struct ehs_bin *bin;

	if (s->n * a->levels->n > COUNTS_MAX)
		return NULL;
	bin = eh_arena_zalloc(audit->arena, s->n * a->levels->n + 1, sizeof *bin);
	for (size_t i = 0; i < a->n; i++) {
		uint32_t row = a->row[i];

		if (s->code[row] < 0)
			continue;
		struct ehs_bin *b = &bin[(size_t)s->code[row] * a->levels->n + (size_t)a->levels->code[row]];

		b->n++;
		b->x += !audit->columns->adverse[row];
	}
	return bin;
}

void eh_audit_count_strata(const struct eh_audit *audit, struct eh_audit_attribute *a)
{
	const struct eh_map_refs *refs = &a->wants->strata;

	a->strata_n = refs->given ? refs->n : audit->map->strata_n;
	a->stratum = eh_arena_zalloc(audit->arena, a->strata_n + 1, sizeof *a->stratum);
	a->by_stratum = eh_arena_zalloc(audit->arena, a->strata_n + 1, sizeof *a->by_stratum);
	for (size_t i = 0; i < a->strata_n; i++) {
		a->stratum[i] =
			refs->given ? eh_columns_find(audit->columns, refs->ref[i]).levels : &audit->columns->strata[i];
		a->by_stratum[i] = count_stratum(audit, a, a->stratum[i]);
	}
}

static bool is_informative(struct ehs_2x2 t)
{
	uint64_t k = t.prot.x + t.ref.x;

	return t.prot.n > 0 && t.ref.n > 0 && k > 0 && k < t.prot.n + t.ref.n;
}

/* ---- the pair within one stratum ----------------------------------------------------- */

/* Levels that no row of X has say nothing and are not listed. */
static bool is_found(const struct ehs_bin *bin, size_t groups)
{
	for (size_t g = 0; g < groups; g++)
		if (bin[g].n > 0)
			return true;
	return false;
}

static json_t *level_json(struct eh_text level, struct ehs_2x2 t)
{
	json_t *out = json_object();

	eh_audit_put(out, "level", eh_audit_text(level));
	eh_audit_put(out, "k_focal", eh_audit_count(t.prot.x));
	eh_audit_put(out, "n_focal", eh_audit_count(t.prot.n));
	eh_audit_put(out, "k_ref", eh_audit_count(t.ref.x));
	eh_audit_put(out, "n_ref", eh_audit_count(t.ref.n));
	eh_audit_put(out, "informative", json_boolean(is_informative(t)));
	return out;
}

static void put_homogeneity(json_t *out, const struct ehs_2x2 *table, size_t n)
{
	struct ehs_breslow_day bd = ehs_breslow_day(table, n);

	if (bd.n_informative < 2)
		return;
	eh_audit_put(out, "breslow_day", eh_audit_number(bd.statistic));
	eh_audit_put(out, "breslow_day_p", eh_audit_number(bd.p));
	eh_audit_put(out, "tarone", eh_audit_number(bd.tarone));
	eh_audit_put(out, "tarone_p", eh_audit_number(bd.tarone_p));
	eh_audit_put(out, "bd_df", json_integer((json_int_t)bd.n_informative - 1));
}

static void put_pooled(json_t *out, const struct ehs_cmh *cmh)
{
	eh_audit_put(out, "stat", eh_audit_number(cmh->chi2));
	eh_audit_put(out, "p", eh_audit_number(cmh->p));
	eh_audit_put(out, "stat_cc", eh_audit_number(cmh->chi2_corrected));
	eh_audit_put(out, "p_cc", eh_audit_number(cmh->p_corrected));
	eh_audit_put(out, "or_mh", eh_audit_number(cmh->odds_ratio.est));
	eh_audit_put(out, "or_mh_rbg_lo", eh_audit_number(cmh->odds_ratio.lo));
	eh_audit_put(out, "or_mh_rbg_hi", eh_audit_number(cmh->odds_ratio.hi));
	eh_audit_put(out, "mh_risk_difference", eh_audit_number(cmh->risk_difference));
	eh_audit_put(out, "mh_risk_ratio", eh_audit_number(cmh->risk_ratio.est));
	eh_audit_put(out, "coverage", eh_audit_number(cmh->coverage));
}

static const char *chance_word(double p)
{
	return p < LEVEL ? "more than chance" : "chance alone may give that";
}

/* Direction with and without the strata, over the same rows: opposed, it must be said (Simpson's paradox). */
static void warn_of_simpson(const struct eh_audit *audit, size_t attribute, int group, const struct eh_levels *s,
                            struct ehs_2x2 all, const struct ehs_cmh *cmh)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	struct ehs_result pooled = ehs_rd(all, EHS_RD_MEE, EHS_Z95);
	double within = log(cmh->odds_ratio.est);

	if (isnan(pooled.est) || isnan(within) || !((pooled.est < 0 && within > 0) || (pooled.est > 0 && within < 0)))
		return;
	eh_audit_warn(audit, "simpson", attribute, a->levels->text[group].at, s->name,
	              "Taken together, %s was favoured %s often than %s: %.1f against %.1f of every 100 (%s, p = %.2g). Among "
	              "those who share a level of %s it is the other way round (common odds ratio %.3g; %s, p = %.2g). The "
	              "two comparisons point in opposite directions.",
	              a->levels->text[group].at, pooled.est < 0 ? "less" : "more", a->levels->text[a->reference].at,
	              100 * (double)all.prot.x / (double)all.prot.n, 100 * (double)all.ref.x / (double)all.ref.n,
	              chance_word(pooled.p), pooled.p, s->name, cmh->odds_ratio.est, chance_word(cmh->p), cmh->p);
}

static json_t *stratum_json(const struct eh_audit *audit, size_t attribute, int group, size_t at)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	const struct eh_levels *s = a->stratum[at];
	struct ehs_2x2 *table = eh_arena_zalloc(audit->arena, s->n + 1, sizeof *table), all = {0};
	json_t *out = json_object(), *list = json_array();
	size_t n = 0, informative = 0;

	for (size_t l = 0; l < s->n; l++) {
		const struct ehs_bin *bin = &a->by_stratum[at][l * a->levels->n];
		struct ehs_2x2 t = {bin[group], bin[a->reference]};

		if (!is_found(bin, a->levels->n))
			continue;
		table[n++] = t;
		informative += is_informative(t);
		all.prot.n += t.prot.n;
		all.prot.x += t.prot.x;
		all.ref.n += t.ref.n;
		all.ref.x += t.ref.x;
		eh_audit_append(list, level_json(s->text[l], t));
	}
	eh_audit_put(out, "n_strata", eh_audit_count(n));
	eh_audit_put(out, "n_informative", eh_audit_count(informative));
	eh_audit_put(out, "per_stratum", list);
	if (informative == 0)
		return out;
	struct ehs_cmh cmh = ehs_cmh_all_margins(table, n, EHS_Z95);
	put_pooled(out, &cmh);
	put_homogeneity(out, table, n);
	warn_of_simpson(audit, attribute, group, s, all, &cmh);
	return out;
}

json_t *eh_audit_strata(const struct eh_audit *audit, size_t attribute, int group)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	json_t *out = json_object();

	for (size_t i = 0; i < a->strata_n; i++)
		if (a->by_stratum[i] != NULL)
			eh_audit_put(out, a->stratum[i]->name, stratum_json(audit, attribute, group, i));
	return out;
}

/* ---- strata that can inform about nobody ----------------------------------------------- */

static bool informs_pair(const struct eh_audit_attribute *a, size_t at, int group)
{
	for (size_t l = 0; l < a->stratum[at]->n; l++) {
		const struct ehs_bin *bin = &a->by_stratum[at][l * a->levels->n];

		if (is_informative((struct ehs_2x2){bin[group], bin[a->reference]}))
			return true;
	}
	return false;
}

static bool informs(const struct eh_audit_attribute *a, size_t at)
{
	for (int g = 0; a->reference >= 0 && g < (int)a->levels->n; g++)
		if (g != a->reference && informs_pair(a, at, g))
			return true;
	return false;
}

static size_t count_found(const struct eh_audit_attribute *a, size_t at)
{
	size_t found = 0;

	for (size_t l = 0; l < a->stratum[at]->n; l++)
		found += is_found(&a->by_stratum[at][l * a->levels->n], a->levels->n);
	return found;
}

static const char *why_not(const struct eh_audit_attribute *a, size_t at)
{
	size_t found;

	if (a->by_stratum[at] == NULL)
		return "too many levels";
	found = count_found(a, at);
	if (found == 0)
		return "missing everywhere";
	if (found == 1)
		return "the same everywhere";
	return informs(a, at) ? NULL : "no level holds two groups and both decisions";
}

json_t *eh_audit_not_informative(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	json_t *out = json_array();

	for (size_t i = 0; i < a->strata_n; i++) {
		const char *why = why_not(a, i);

		if (why == NULL)
			continue;
		eh_audit_append(out, json_pack("{s:s, s:s}", "stratum", a->stratum[i]->name, "reason", why));
		eh_audit_warn(audit, "stratum_not_informative", attribute, NULL, a->stratum[i]->name,
		              "The stratum %s can say nothing about %s: %s.", a->stratum[i]->name, a->map->name, why);
	}
	return out;
}
