/*
 * lineage.c - which components stood behind an alert's decisions, and what changed.
 *
 * A walk over the panes from 30 days before the onset to the last close counts
 * decisions and adverse decisions by lineage set and group; a set's roles then
 * share its counts.  A component counts as changed where it is new since the
 * onset, or where its share of the decisions moved by 20 points or more.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/body.h"
#include "judge/display.h"
#include "source/shape.h"

#define BEFORE_US (30 * EH_DAY_US)
#define MOVED 0.2               /* of share */
#define EDGE_US (3 * EH_DAY_US) /* what was met this early in the walk may be older than the walk */
#define RETRIEVAL_SHOWN 10      /* items of a retrieval role */

struct part {
	const char *role, *component;
	uint64_t before, since;
	int64_t first_us;
	const char *vendor; /* the one vendor it came with; NULL: none mapped, or several */
	bool vendors_differ;
	double was, is; /* share of the decisions before and since the onset */
	bool moved;
	struct eh_cube_count *group; /* by code: n and favourable since the onset */
};

struct walk {
	const struct eh_judge_alert *alert;
	struct eh_judge_axis *axis;
	struct eh_cube_names *names;
	struct eh_cube *since;
	uint32_t tuples, groups;
	struct eh_cube_count *count; /* tuple x group, since the onset */
	uint64_t *before;            /* by tuple */
	int64_t *first_us;           /* by tuple: the first pane it was met in */
	struct eh_err err;
	enum eh_rc rc;
};

static void visit(void *ctx, int64_t pane_us, const struct eh_cube *pane)
{
	struct walk *w = ctx;
	bool since = pane_us >= w->alert->onset_us;

	for (size_t i = 0, n = eh_cube_cells(pane); i < n; i++) {
		struct eh_cube_cell cell = eh_cube_cell_at(pane, i);

		uint32_t group = eh_judge_axis_code(w->axis, &cell); /* of another segment: beyond all groups */

		/* The walk may decode what came late for panes that no close folds: names that nobody had met. */
		if (cell.lineage >= w->tuples || group >= w->groups)
			continue;
		if (pane_us < w->first_us[cell.lineage])
			w->first_us[cell.lineage] = pane_us;
		if (!since) {
			w->before[cell.lineage] += cell.n;
			continue;
		}
		struct eh_cube_count *c = w->count + (size_t)cell.lineage * w->groups + group;
		c->n += cell.n;
		c->favourable += cell.favourable;
	}
	if (since && w->rc == EH_OK)
		w->rc = eh_cube_merge(w->since, pane, &w->err);
}

static struct part *find_part(struct part *parts, size_t *n, const char *role, const char *component, uint32_t groups,
                              struct eh_arena *home)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(parts[i].role, role) == 0 && strcmp(parts[i].component, component) == 0)
			return &parts[i];
	parts[*n] = (struct part){.role = role,
	                          .component = component,
	                          .first_us = INT64_MAX,
	                          .group = eh_arena_zalloc(home, groups, sizeof(struct eh_cube_count))};
	return &parts[(*n)++];
}

static void note_vendor(struct part *p, const char *vendor)
{
	if (vendor == NULL)
		return;
	if (p->vendor == NULL)
		p->vendor = vendor;
	else if (strcmp(p->vendor, vendor) != 0)
		p->vendors_differ = true;
}

static const char *vendor_of(const struct eh_map *map, const struct eh_cube_names *names, uint32_t tuple)
{
	for (uint32_t r = 0; eh_source_role(map, r) >= 0; r++)
		if (strcmp(map->lineage[eh_source_role(map, r)].role, "vendor") == 0)
			return eh_cube_tuple_field(names, EH_CUBE_LINEAGE, tuple, r);
	return NULL;
}

/* Shares the counts of every set among the components of its roles. */
static struct part *collect(const struct walk *w, const struct eh_map *map, struct eh_arena *home, size_t *n)
{
	struct part *parts = eh_arena_zalloc(home, (size_t)w->tuples * (map->lineage_n + 1) + 1, sizeof *parts);

	*n = 0;
	for (uint32_t t = 0; t < w->tuples; t++) {
		if (w->first_us[t] == INT64_MAX)
			continue;
		for (uint32_t r = 0; eh_source_role(map, r) >= 0; r++) {
			const char *value = eh_cube_tuple_field(w->names, EH_CUBE_LINEAGE, t, r);
			struct part *p = find_part(parts, n, map->lineage[eh_source_role(map, r)].role,
			                           value != NULL ? value : "(not recorded)", w->groups, home);

			p->before += w->before[t];
			p->first_us = w->first_us[t] < p->first_us ? w->first_us[t] : p->first_us;
			note_vendor(p, vendor_of(map, w->names, t));
			for (uint32_t g = 0; g < w->groups; g++) {
				p->group[g].n += w->count[(size_t)t * w->groups + g].n;
				p->group[g].favourable += w->count[(size_t)t * w->groups + g].favourable;
				p->since += w->count[(size_t)t * w->groups + g].n;
			}
		}
	}
	return parts;
}

/* Items of a retrieval role that stand behind most adverse decisions of the group. */
static size_t add_items(const struct walk *w, const struct eh_map *map, uint32_t feature, const char *role,
                        struct part *out, struct eh_arena *home)
{
	size_t n = 0;

	for (uint32_t l = 0; l < eh_cube_levels(w->names, feature); l++) {
		struct part p = {.role = role,
		                 .component = eh_cube_level_label(w->names, feature, l),
		                 .group = eh_arena_zalloc(home, w->groups, sizeof(struct eh_cube_count))};
		size_t at;

		for (uint32_t g = 0; g < w->groups; g++) {
			p.group[g] = eh_cube_level_count(w->since, feature, l, eh_judge_axis_is(w->axis)->attribute, g);
			p.since += p.group[g].n;
		}
		uint64_t adverse = p.group[w->alert->pair->group].n - p.group[w->alert->pair->group].favourable;
		for (at = n; at > 0; at--) {
			const struct eh_cube_count *c = &out[at - 1].group[w->alert->pair->group];

			if (c->n - c->favourable >= adverse)
				break;
			if (at < RETRIEVAL_SHOWN)
				out[at] = out[at - 1];
		}
		if (at < RETRIEVAL_SHOWN && p.since > 0) {
			out[at] = p;
			n = n < RETRIEVAL_SHOWN ? n + 1 : n;
		}
	}
	(void)map;
	return n;
}

static json_t *answer_json(const struct eh_answers *answers, const struct part *p)
{
	const struct eh_answer *a = eh_answers_find(answers, p->role, p->component);

	if (a == NULL)
		return json_null();
	return json_pack("{s:s,s:s,s:s?}", "accountable", a->accountable, "contact", a->contact, "deputy", a->deputy);
}

static json_t *part_json(const struct walk *w, const struct part *p, bool changed, const struct eh_answers *answers)
{
	json_t *n_by = json_object(), *k_by = json_object();

	for (uint32_t g = 1; g < w->groups; g++) {
		const char *label = eh_judge_axis_label(w->axis, g);

		if (p->group[g].n == 0)
			continue;
		json_object_set_new(n_by, label, json_integer((json_int_t)p->group[g].n));
		json_object_set_new(k_by, label, json_integer((json_int_t)(p->group[g].n - p->group[g].favourable)));
	}
	return json_pack(
		"{s:s,s:s,s:s,s:s?,s:I,s:o,s:o,s:b,s:o,s:o}", "role", p->role, "component", p->component, "version",
		p->component, "vendor", p->vendors_differ ? NULL : p->vendor, "n", (json_int_t)p->since, "n_by_group",
		n_by, "k_by_group", k_by, "changed_since_onset", changed, "first_seen",
		p->first_us == 0 || p->first_us == INT64_MAX || p->first_us < w->alert->onset_us - BEFORE_US + EDGE_US
			? json_null()
			: eh_judge_time(p->first_us),
		"answers", answer_json(answers, p));
}

static json_t *change_sentence(const struct part *p, double before, double since)
{
	char first[EH_TIME_TEXT];

	if (p->before == 0) {
		eh_time_format(p->first_us, first);
		return json_sprintf("%s %s is new: first seen %.10s, %.0f of 100 decisions since the onset", p->role,
		                    p->component, first, 100.0 * since);
	}
	return json_sprintf("%s %s went from %.0f to %.0f of 100 decisions", p->role, p->component, 100.0 * before,
	                    100.0 * since);
}

/* What changed first, then what stands behind most decisions. */
static int by_interest(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->moved != y->moved)
		return x->moved ? -1 : 1;
	if (x->moved && (x->is > x->was) != (y->is > y->was))
		return x->is > x->was ? -1 : 1; /* what came before what went */
	if (x->since != y->since)
		return x->since > y->since ? -1 : 1;
	return strcmp(x->role, y->role) != 0 ? strcmp(x->role, y->role) : strcmp(x->component, y->component);
}

static void weigh_parts(const struct walk *w, struct part *parts, size_t n)
{
	uint64_t before = 0, since = 0;

	for (uint32_t t = 0; t < w->tuples; t++) {
		before += w->before[t];
		for (uint32_t g = 0; g < w->groups; g++)
			since += w->count[(size_t)t * w->groups + g].n;
	}
	for (size_t i = 0; i < n; i++) {
		parts[i].was = before > 0 ? (double)parts[i].before / (double)before : 0.0;
		parts[i].is = since > 0 ? (double)parts[i].since / (double)since : 0.0;
		parts[i].moved = before > 0 && (parts[i].before == 0 || fabs(parts[i].is - parts[i].was) >= MOVED);
	}
	qsort(parts, n, sizeof *parts, by_interest);
}

static void write_parts(const struct walk *w, const struct part *parts, size_t n, const struct eh_answers *answers,
                        json_t *lineage, json_t *changed)
{
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(lineage, part_json(w, &parts[i], parts[i].moved, answers));
		if (parts[i].moved)
			json_array_append_new(changed, change_sentence(&parts[i], parts[i].was, parts[i].is));
	}
}

static void write_items(const struct walk *w, const struct eh_map *map, const struct eh_answers *answers,
                        json_t *lineage, struct eh_arena *home)
{
	uint32_t feature = 0;

	while (eh_source_categorical(map, feature) >= 0)
		feature++;
	for (uint32_t r = 0; eh_source_retrieval(map, r) >= 0; r++, feature++) {
		struct part items[RETRIEVAL_SHOWN];
		size_t n = add_items(w, map, feature, map->lineage[eh_source_retrieval(map, r)].role, items, home);

		for (size_t i = 0; i < n; i++)
			json_array_append_new(lineage, part_json(w, &items[i], false, answers));
	}
}

enum eh_rc eh_judge_lineage(struct eh_judge_store *store, const struct eh_judge_alert *alert,
                            const struct eh_answers *answers, json_t **lineage, json_t **changed, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_feed *feed = eh_judge_feed_of(store, alert->source);
	struct eh_judge_source *s = alert->source;
	struct walk w = {.alert = alert,
	                 .names = s->names,
	                 .since = eh_cube_new(s->names),
	                 .tuples = eh_cube_tuples(s->names, EH_CUBE_LINEAGE),
	                 .axis = s->attribute[alert->pair->attribute].axis,
	                 .rc = EH_OK};

	w.groups = eh_judge_axis_groups(w.axis) + 1;
	w.count = eh_arena_zalloc(home, (size_t)w.tuples * w.groups, sizeof *w.count);
	w.before = eh_arena_zalloc(home, w.tuples, sizeof *w.before);
	w.first_us = eh_arena_zalloc(home, w.tuples, sizeof *w.first_us);
	for (uint32_t t = 0; t < w.tuples; t++)
		w.first_us[t] = INT64_MAX;
	enum eh_rc rc = eh_judge_store_walk(store, feed, alert->onset_us - BEFORE_US, s->pane_start_us, feed->included,
	                                    visit, &w, err);
	if (rc == EH_OK && w.rc != EH_OK) {
		*err = w.err;
		rc = w.rc;
	}
	if (rc == EH_OK) {
		size_t n;
		struct part *parts = collect(&w, s->map, home, &n);

		*lineage = json_array();
		*changed = json_array();
		weigh_parts(&w, parts, n);
		write_parts(&w, parts, n, answers, *lineage, *changed);
		const struct eh_judge_axis_of *of = eh_judge_axis_is(w.axis);
		if (of->other < 0 && of->stratum < 0) /* items are counted by the groups of one attribute, in the whole book */
			write_items(&w, s->map, answers, *lineage, home);
	}
	eh_cube_free(w.since);
	return rc;
}
