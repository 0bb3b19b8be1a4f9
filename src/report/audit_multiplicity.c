/*
 * audit_multiplicity.c - an audit asks many questions: which answers stand when all are counted?
 *
 * Every p-value of a group against the reference, taken from the finished tree, adjusted twice: within its family (one
 * question about one attribute, asked of each of its groups) and within the whole audit.
 *
 * Source   Holm 1979; Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001.
 */
#include <math.h>

#include "report/audit_part.h"
#include "stats/multiplicity.h"

static const struct {
	enum ehs_adjustment how;
	const char *family, *audit;
} ways[] = {{EHS_BH, "bh", "bh_audit"}, {EHS_BY, "by", "by_audit"}, {EHS_HOLM, "holm", "holm_audit"}};
#define WAYS (sizeof ways / sizeof *ways)

struct question {
	const char *attribute, *question, *stratum; /* stratum NULL but for `cmh` */
	const char *group;
	size_t family;
	double p;
};

struct questions {
	struct eh_arena *arena;
	struct question *at;
	size_t n, room, families;
};

static void add(struct questions *q, struct question one)
{
	if (q->n == q->room) {
		struct question *more = eh_arena_zalloc(q->arena, 2 * q->room + 64, sizeof *more);

		for (size_t i = 0; i < q->n; i++)
			more[i] = q->at[i];
		q->at = more;
		q->room = 2 * q->room + 64;
	}
	q->at[q->n++] = one;
}

/* A number at a path of up to four keys; NaN where there is none. */
static double number_at(const json_t *tree, const char *const path[4])
{
	for (size_t i = 0; i < 4 && path[i] != NULL; i++)
		tree = json_object_get(tree, path[i]);
	return json_is_number(tree) ? json_number_value(tree) : NAN;
}

/* One family: the same path under each group; left out whole where no group has a p. */
static void add_family(struct questions *q, const char *attribute, json_t *groups, const char *question,
                       const char *stratum, const char *const path[4])
{
	const char *group;
	json_t *pair;
	size_t before = q->n;

	json_object_foreach(groups, group, pair)
	{
		double p = number_at(pair, path);

		if (!isnan(p))
			add(q, (struct question){attribute, question, stratum, group, q->families, p});
	}
	q->families += q->n > before;
}

static void add_attribute(struct questions *q, const struct eh_audit *audit, size_t attribute, json_t *tree)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	json_t *pairs = json_object_get(tree, "pairs");
	json_t *outcome = json_object_get(json_object_get(tree, "outcome"), "pair_tests");

	add_family(q, a->map->name, pairs, "decision", NULL, (const char *const[4]){"fisher", "p_two_sided"});
	for (size_t s = 0; s < a->strata_n; s++)
		add_family(q, a->map->name, pairs, "cmh", a->stratum[s]->name,
		           (const char *const[4]){"cmh", a->stratum[s]->name, "p"});
	add_family(q, a->map->name, pairs, "score", NULL, (const char *const[4]){"score", "mann_whitney", "p_no_cc"});
	add_family(q, a->map->name, outcome, "tpr", NULL, (const char *const[4]){"tpr", "fisher", "p_two_sided"});
	add_family(q, a->map->name, outcome, "fpr", NULL, (const char *const[4]){"fpr", "fisher", "p_two_sided"});
}

/* Adjusted p-values of the questions from..to, as rows of WAYS. */
static void adjust(const struct questions *q, size_t from, size_t to, double (*out)[WAYS])
{
	size_t n = to - from;
	double *p = eh_arena_zalloc(q->arena, n + 1, sizeof *p),
	       *adjusted = eh_arena_zalloc(q->arena, n + 1, sizeof *p);
	size_t *order = eh_arena_zalloc(q->arena, n + 1, sizeof *order);

	for (size_t i = 0; i < n; i++)
		p[i] = q->at[from + i].p;
	for (size_t w = 0; w < WAYS; w++) {
		EH_ASSERT(ehs_adjust(ways[w].how, p, n, adjusted, order) == EHS_OK);
		for (size_t i = 0; i < n; i++)
			out[from + i][w] = adjusted[i];
	}
}

static json_t *answer_json(const struct question *one, const double family[WAYS], const double all[WAYS])
{
	json_t *out = json_object();

	eh_audit_put(out, "group", json_string(one->group));
	eh_audit_put(out, "p", eh_audit_number(one->p));
	for (size_t w = 0; w < WAYS; w++)
		eh_audit_put(out, ways[w].family, eh_audit_number(family[w]));
	for (size_t w = 0; w < WAYS; w++)
		eh_audit_put(out, ways[w].audit, eh_audit_number(all[w]));
	return out;
}

static json_t *family_json(const struct questions *q, size_t from, size_t to, double (*family)[WAYS],
                           double (*all)[WAYS])
{
	const struct question *first = &q->at[from];
	json_t *out = json_object(), *groups = json_array();

	eh_audit_put(out, "attribute", json_string(first->attribute));
	eh_audit_put(out, "question", json_string(first->question));
	eh_audit_put(out, "stratum", first->stratum == NULL ? json_null() : json_string(first->stratum));
	eh_audit_put(out, "n", eh_audit_count(to - from));
	for (size_t i = from; i < to; i++)
		eh_audit_append(groups, answer_json(&q->at[i], family[i], all[i]));
	eh_audit_put(out, "groups", groups);
	return out;
}

void eh_audit_put_multiplicity(const struct eh_audit *audit, json_t *tree)
{
	struct questions q = {.arena = audit->arena};
	json_t *attributes = json_object_get(tree, "attributes"), *out = json_object(), *families = json_array();

	for (size_t i = 0; i < audit->map->protect_n; i++)
		add_attribute(&q, audit, i, json_object_get(attributes, audit->map->protect[i].name));
	double(*family)[WAYS] = eh_arena_zalloc(q.arena, q.n + 1, sizeof *family);
	double(*all)[WAYS] = eh_arena_zalloc(q.arena, q.n + 1, sizeof *all);
	adjust(&q, 0, q.n, all);
	for (size_t from = 0, to; from < q.n; from = to) {
		for (to = from; to < q.n && q.at[to].family == q.at[from].family;)
			to++;
		adjust(&q, from, to, family);
		eh_audit_append(families, family_json(&q, from, to, family, all));
	}
	eh_audit_put(out, "n", eh_audit_count(q.n));
	eh_audit_put(out, "families", families);
	eh_audit_put(tree, "multiplicity", out);
}
