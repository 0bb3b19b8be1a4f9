/*
 * routing.c - see routing.h.
 */
#include "judge/routing.h"

#include <math.h>
#include <string.h>

#include "stats/association.h"
#include "stats/odds.h"
#include "stats/sequence.h"

#define LOOKS 7
#define BETS 4
#define BEGINS .5
#define WORTH .3 /* a bet; and it ends below */
#define LEAST 100 /* decisions of the version, and of the others, in the looks */

static const double log_odds[BETS] = {-2.7725887222397811, -1.3862943611198906, 1.3862943611198906, 2.7725887222397811};

struct look {
	uint64_t n[EH_ROUTING_VERSIONS][EH_ROUTING_GROUPS];
};

struct version {
	bool met, is;
	double v; /* over the looks that ended */
	double log_m[EH_ROUTING_GROUPS][BETS];
};

struct eh_routing {
	struct look look[LOOKS];
	int at; /* the look that is being summed */
	uint32_t versions, groups;
	struct version version[EH_ROUTING_VERSIONS];
};

struct eh_routing *eh_judge_routing_new(struct eh_arena *home)
{
	struct eh_routing *r = eh_arena_zalloc(home, 1, sizeof *r);

	for (int v = 0; v < EH_ROUTING_VERSIONS; v++)
		for (int g = 0; g < EH_ROUTING_GROUPS; g++)
			for (int i = 0; i < BETS; i++)
				r->version[v].log_m[g][i] = -INFINITY;
	return r;
}

void eh_judge_routing_add(struct eh_routing *r, uint32_t version, uint32_t group, uint64_t n)
{
	if (version >= EH_ROUTING_VERSIONS || group >= EH_ROUTING_GROUPS)
		return;
	r->look[r->at].n[version][group] += n;
	r->versions = version >= r->versions ? version + 1 : r->versions;
	r->groups = group >= r->groups ? group + 1 : r->groups;
}

uint32_t eh_judge_routing_tests(const struct eh_routing *r)
{
	return r->versions > 1 ? r->versions * r->groups : 0;
}

/* The version's decisions by group, and the others', of one look; false where one of the two has none. */
static bool split(const struct eh_routing *r, const struct look *l, uint32_t version, uint64_t out[2][EH_ROUTING_GROUPS])
{
	uint64_t n[2] = {0};

	memset(out, 0, 2 * sizeof out[0]);
	for (uint32_t v = 0; v < r->versions; v++)
		for (uint32_t g = 0; g < r->groups; g++) {
			out[v != version][g] += l->n[v][g];
			n[v != version] += l->n[v][g];
		}
	return n[0] > 0 && n[1] > 0;
}

/* The same of all looks in which both were at work. */
static void split_all(const struct eh_routing *r, uint32_t version, uint64_t out[2][EH_ROUTING_GROUPS])
{
	uint64_t one[2][EH_ROUTING_GROUPS];

	memset(out, 0, 2 * sizeof out[0]);
	for (int i = 0; i < LOOKS; i++)
		if (split(r, &r->look[i], version, one))
			for (int side = 0; side < 2; side++)
				for (uint32_t g = 0; g < r->groups; g++)
					out[side][g] += one[side][g];
}

static struct ehs_2x2 of_group(const uint64_t n[2][EH_ROUTING_GROUPS], uint32_t group)
{
	struct ehs_2x2 t = {.prot.x = n[0][group], .ref.x = n[1][group]};

	for (uint32_t g = 0; g < EH_ROUTING_GROUPS; g++) {
		t.prot.n += n[0][g];
		t.ref.n += n[1][g];
	}
	return t;
}

static double measure(const struct eh_routing *r, uint32_t version)
{
	uint64_t n[2][EH_ROUTING_GROUPS];

	split_all(r, version, n);
	struct ehs_2x2 all = of_group(n, 0);
	if (all.prot.n < LEAST || all.ref.n < LEAST)
		return 0;
	struct ehs_contingency c = ehs_contingency(n[0], 2, EH_ROUTING_GROUPS);
	return c.status == EHS_OK ? c.cramers_v : 0;
}

static double bet(struct version *v, uint32_t group, struct ehs_2x2 table)
{
	double most = -INFINITY, sum = 0, *log_m = v->log_m[group];

	for (int i = 0; i < BETS; i++) {
		log_m[i] = ehs_sr_step(log_m[i], ehs_odds_log_e(table, log_odds[i]));
		most = fmax(most, log_m[i]);
	}
	for (int i = 0; i < BETS; i++)
		sum += exp(log_m[i] - most);
	return most + log(sum / BETS);
}

static void forget(struct version *v)
{
	for (int g = 0; g < EH_ROUTING_GROUPS; g++)
		for (int i = 0; i < BETS; i++)
			v->log_m[g][i] = -INFINITY;
}

static bool look_at(struct eh_routing *r, uint32_t version, double log_line)
{
	struct version *v = &r->version[version];
	uint64_t now[2][EH_ROUTING_GROUPS];
	double most = -INFINITY;
	bool worth = v->v >= WORTH; /* known before the look */

	v->v = measure(r, version);
	if (v->is) {
		v->is = v->v >= WORTH;
		return false;
	}
	if (!worth || !split(r, &r->look[r->at], version, now))
		return false;
	for (uint32_t g = 0; g < r->groups; g++)
		most = fmax(most, bet(v, g, of_group(now, g)));
	v->is = most >= log_line && v->v >= BEGINS;
	if (v->is)
		forget(v);
	return v->is;
}

bool eh_judge_routing_look(struct eh_routing *r, double log_line)
{
	bool found = false;

	for (uint32_t v = 0; r->versions > 1 && v < r->versions; v++)
		found |= look_at(r, v, log_line);
	r->at = (r->at + 1) % LOOKS;
	memset(&r->look[r->at], 0, sizeof r->look[r->at]);
	return found;
}

static double share(struct ehs_bin b)
{
	return b.n > 0 ? (double)b.x / (double)b.n : 0;
}

size_t eh_judge_routing_findings(const struct eh_routing *r, struct eh_routing_finding *out, size_t room)
{
	size_t n = 0;

	for (uint32_t v = 0; v < r->versions && n < room; v++) {
		uint64_t all[2][EH_ROUTING_GROUPS];
		double most = -1;

		if (!r->version[v].is)
			continue;
		split_all(r, v, all);
		out[n] = (struct eh_routing_finding){.version = v, .v = r->version[v].v};
		for (uint32_t g = 0; g < r->groups; g++) {
			struct ehs_2x2 t = of_group(all, g);

			if (fabs(share(t.prot) - share(t.ref)) <= most)
				continue;
			most = fabs(share(t.prot) - share(t.ref));
			out[n].group = g;
			out[n].table = t;
		}
		n++;
	}
	return n;
}
