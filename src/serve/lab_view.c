/*
 * lab_view.c - see lab_view.h.  Figures of the result are decimal strings; what is null there is n/a here.
 */
#include "serve/lab_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/chart.h"
#include "page/words.h"
#include "serve/points.h"

#define RATIOS 3
#define MARKS_MAX 26
#define GROUPS_MAX 12

static const char *const sides[2] = {"in_force", "draft"};
static const char *const side_words[2] = {"in force", "draft"};

static double number_of(const json_t *text)
{
	return json_is_string(text) ? strtod(json_string_value(text), NULL) : NAN;
}

static const char *or_never(const json_t *days, const char *never)
{
	return json_is_string(days) ? json_string_value(days) : never;
}

static const char *day_of(struct eh_arena *arena, const json_t *alert, const char *key)
{
	int64_t us;

	return eh_page_json_time(alert, key, &us) ? eh_page_words_day(arena, us) : "";
}

/* ---- alerts ---- */

/* Alerts that one policy raises and the other does not. */
static json_t *one_sided(struct eh_arena *arena, const char *caption, const json_t *list)
{
	static const char *const labels[] = {"About", "Raised", "Estimated onset", "Severity", NULL};
	json_t *table = eh_page_table_begin(caption, labels), *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const json_t *alert = json_object_get(item, "alert");

		eh_page_table_row(table, (const char *const[]){eh_page_json_text(item, "about"), day_of(arena, alert, "at"),
		                                               day_of(arena, alert, "onset"),
		                                               eh_page_json_text(alert, "severity")});
	}
	return table;
}

static json_t *both_sided(struct eh_arena *arena, const json_t *list)
{
	static const char *const labels[] = {"About", "Raised, in force", "Raised, draft", "The draft is", NULL};
	json_t *table = eh_page_table_begin("Alerts that both raise", labels), *item;
	size_t i;

	json_array_foreach(list, i, item)
		eh_page_table_row(table, (const char *const[]){eh_page_json_text(item, "about"),
		                                               day_of(arena, json_object_get(item, "in_force"), "at"),
		                                               day_of(arena, json_object_get(item, "draft"), "at"),
		                                               eh_page_json_text(item, "draft_is")});
	return table;
}

static int64_t count_where(const json_t *both, const char *is)
{
	int64_t n = 0;
	json_t *item;
	size_t i;

	json_array_foreach(both, i, item)
		n += strcmp(eh_page_json_text(item, "draft_is"), is) == 0;
	return n;
}

static const char *sentence_of(struct eh_arena *arena, const json_t *result)
{
	const json_t *both = json_object_get(result, "both");

	return eh_arena_printf(
		arena, "The draft raises %s that the policy in force does not, and leaves out %s that it does. "
		       "%s earlier, %s later.",
		eh_page_words_plural(arena, (int64_t)json_array_size(json_object_get(result, "gained")), "alert", "alerts"),
		eh_page_words_count(arena, (int64_t)json_array_size(json_object_get(result, "lost"))),
		eh_page_words_plural(arena, count_where(both, "earlier"), "alert comes", "alerts come"),
		eh_page_words_count(arena, count_where(both, "later")));
}

/* ---- the two policies, figure by figure ---- */

static const char *false_words(struct eh_arena *arena, const json_t *result, const char *kind, int side)
{
	const json_t *of = json_object_get(json_object_get(json_object_get(result, "false_alerts"), kind), sides[side]);
	const json_t *rate = json_object_get(of, "review");

	if (!json_is_object(rate))
		return "n/a";
	return eh_arena_printf(arena, "%s (at most %s)", eh_page_json_text(rate, "a_year"),
	                       eh_page_json_text(rate, "a_year_at_most"));
}

static const char *delay_words(struct eh_arena *arena, const json_t *of, int side)
{
	const json_t *d = json_object_get(json_object_get(of, sides[side]), "review");

	return eh_arena_printf(arena, "%s (found %s of %s)", or_never(json_object_get(d, "median_days"), "over a year"),
	                       eh_page_words_count(arena, eh_page_json_count(d, "found")),
	                       eh_page_words_count(arena, eh_page_json_count(d, "planted")));
}

static const char *budget_words(struct eh_arena *arena, const json_t *result, int side)
{
	const json_t *policy = json_object_get(json_object_get(result, sides[side]), "policy");
	const json_t *budget = json_object_get(policy, "budget");

	return eh_arena_printf(arena, "%s and %s", eh_page_json_text(budget, "page"), eh_page_json_text(budget, "review"));
}

static json_t *make_figures(struct eh_arena *arena, const json_t *result)
{
	static const char *const labels[] = {"Figure", "In force", "Draft", NULL};
	const json_t *both = json_object_get(result, "both");
	const json_t *history = json_object_get(result, "history"), *monitors = json_object_get(history, "monitors");
	int64_t n_both = (int64_t)json_array_size(both);
	json_t *table = eh_page_table_begin(eh_arena_printf(arena, "The two policies over the same %s",
	                                                    eh_page_words_plural(arena, eh_page_json_count(history, "panes"),
	                                                                         "pane", "panes")),
	                                    labels),
	       *of;
	size_t i;

	eh_page_table_row(table,
	                  (const char *const[]){"Monitors", eh_page_words_count(arena, eh_page_json_count(monitors, sides[0])),
	                                        eh_page_words_count(arena, eh_page_json_count(monitors, sides[1]))});
	eh_page_table_row(table, (const char *const[]){"Budget: false pages and review items a year, at most",
	                                               budget_words(arena, result, 0), budget_words(arena, result, 1)});
	eh_page_table_row(
		table,
		(const char *const[]){
			"Alerts raised",
			eh_page_words_count(arena, n_both + (int64_t)json_array_size(json_object_get(result, "lost"))),
			eh_page_words_count(arena, n_both + (int64_t)json_array_size(json_object_get(result, "gained")))});
	if (eh_page_json_count(result, "runs") == 0)
		return table;
	eh_page_table_row(table, (const char *const[]){"False alerts a year, labels exchanged",
	                                               false_words(arena, result, "permuted", 0),
	                                               false_words(arena, result, "permuted", 1)});
	eh_page_table_row(table, (const char *const[]){"False alerts a year, weeks drawn anew",
	                                               false_words(arena, result, "bootstrapped", 0),
	                                               false_words(arena, result, "bootstrapped", 1)});
	json_array_foreach(json_object_get(result, "delays"), i, of)
		eh_page_table_row(table, (const char *const[]){eh_arena_printf(arena, "Days until a fall to %s is found, in the middle",
		                                                               eh_page_json_text(of, "ratio")),
		                                               delay_words(arena, of, 0), delay_words(arena, of, 1)});
	return table;
}

/* ---- trade-off ---- */

static const json_t *sweep_of(const json_t *result, int side)
{
	return json_object_get(json_object_get(json_object_get(result, "trade_off"), sides[side]), "sweep");
}

/* The ratio that is drawn: the first of .8, .7, .9 that is found at all. */
static int drawn_ratio(const json_t *result)
{
	static const int order[RATIOS] = {1, 2, 0};

	for (int k = 0; k < RATIOS; k++)
		for (int side = 0; side < 2; side++) {
			const json_t *own = json_object_get(
				json_object_get(json_object_get(result, "trade_off"), sides[side]), "own");

			if (json_is_string(json_array_get(json_object_get(own, "median_days"), (size_t)order[k])))
				return order[k];
		}
	return -1;
}

struct curve {
	double x[32], y[32];
	size_t n;
};

/* Where no budget gave a false alert there is nothing to set delay against but the budget, which bounds them. */
static bool any_false(const json_t *result)
{
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < json_array_size(sweep_of(result, side)); i++)
			if (eh_page_json_count(json_object_get(json_array_get(sweep_of(result, side), i), "false"), "alerts") > 0)
				return true;
	return false;
}

static void put_point(struct curve *c, const json_t *point, int ratio, bool counted)
{
	double x = number_of(counted ? json_object_get(json_object_get(point, "false"), "a_year")
	                             : json_object_get(point, "budget"));
	double y = number_of(json_array_get(json_object_get(point, "median_days"), (size_t)ratio));

	if (isnan(x) || isnan(y) || c->n == 32)
		return;
	c->x[c->n] = x;
	c->y[c->n++] = y;
}

static json_t *sweep_table(struct eh_arena *arena, const json_t *result)
{
	static const char *const labels[] = {"Budget a year", "#In force: false a year", "#days to .9", "#to .8", "#to .7",
	                                     "#Draft: false a year", "#days to .9", "#to .8", "#to .7", NULL};
	json_t *table = eh_page_table_begin("Every budget tried; days are medians", labels);

	for (size_t i = 0; i < json_array_size(sweep_of(result, 0)); i++) {
		const char *cell[9];
		size_t n = 0;

		cell[n++] = eh_page_json_text(json_array_get(sweep_of(result, 0), i), "budget");
		for (int side = 0; side < 2; side++) {
			const json_t *point = json_array_get(sweep_of(result, side), i);

			cell[n++] = or_never(json_object_get(json_object_get(point, "false"), "a_year"), "n/a");
			for (size_t r = 0; r < RATIOS; r++)
				cell[n++] = or_never(json_array_get(json_object_get(point, "median_days"), r), "over a year");
		}
		eh_page_table_row(table, cell);
	}
	(void)arena;
	return table;
}

static json_t *make_trade_off(struct eh_arena *arena, const json_t *result)
{
	struct curve *curve = eh_arena_zalloc(arena, 4, sizeof *curve);
	struct eh_chart_curve_series series[4];
	int ratio = drawn_ratio(result);
	bool counted = any_false(result);
	size_t n = 0;
	EH_BUF_AUTO svg = {0};

	if (ratio < 0)
		return NULL;
	for (int side = 0; side < 2; side++) {
		const json_t *own = json_object_get(json_object_get(json_object_get(result, "trade_off"), sides[side]), "own");

		for (size_t i = 0; i < json_array_size(sweep_of(result, side)); i++)
			put_point(&curve[side], json_array_get(sweep_of(result, side), i), ratio, counted);
		put_point(&curve[2 + side], own, ratio, counted);
		const char *const names[2] = {eh_arena_printf(arena, "%s, at every budget", side_words[side]),
		                              eh_arena_printf(arena, "%s, as it is", side_words[side])};
		for (int k = 0; k < 2; k++)
			if (curve[2 * k + side].n > 0)
				series[n++] = (struct eh_chart_curve_series){names[k], curve[2 * k + side].n, curve[2 * k + side].x,
				                                             curve[2 * k + side].y};
	}
	if (n == 0)
		return NULL;
	struct eh_chart_curve chart = {
		.about = {"trade-off", "False alerts against delay",
	                  eh_arena_printf(arena, "To the right more false alerts a year, upwards more days until a fall to %s of "
	                                         "one group is found. Each point is one budget, from 0.1 to 32 a year.%s",
	                                  ratio == 0 ? "0.9" : ratio == 1 ? "0.8" : "0.7",
	                                  counted ? ""
	                                          : " In the drawn histories there was no false alert at any of them; drawn is "
	                                            "the budget itself, which bounds them.")},
		.unit = "days, median",
		.x_unit = counted ? "false alerts a year" : "false alerts a year, at most",
		.series = series,
		.n_series = n};
	eh_page_chart_curve(&svg, &chart);
	json_t *figure = json_pack("{s:s, s:s, s:s, s:o}", "title", chart.about.title, "sentence", chart.about.desc, "chart",
	                           svg.data, "table", sweep_table(arena, result));
	EH_ASSERT(figure);
	return figure;
}

/* ---- history ---- */

struct raised {
	const char *about;
	const json_t *alert[2]; /* by side; NULL: not raised */
};

static size_t list_raised(const json_t *result, struct raised *raised, size_t most)
{
	static const char *const lists[] = {"gained", "lost", "both"};
	size_t n = 0, i;
	json_t *item;

	for (int k = 0; k < 3; k++)
		json_array_foreach(json_object_get(result, lists[k]), i, item)
		{
			if (n == most)
				return n;
			raised[n++] = (struct raised){
				eh_page_json_text(item, "about"),
				{k == 0 ? NULL : json_object_get(item, k == 1 ? "alert" : "in_force"),
			         k == 1 ? NULL : json_object_get(item, k == 0 ? "alert" : "draft")}};
		}
	return n;
}

static int by_time(const void *a, const void *b)
{
	const struct eh_chart_mark *x = a, *y = b;

	return x->at_us != y->at_us ? (x->at_us < y->at_us ? -1 : 1) : strcmp(x->label, y->label);
}

/* When each policy would have fired, and from when on the group was off by its own estimate. */
static void put_marks(const struct raised *r, struct eh_points_marks *marks)
{
	static const char *const labels[2][2] = {{"in force: raised", "in force: a page"}, {"draft: raised", "draft: a page"}};
	static const char *const keys[2] = {"at", "paged"};

	for (int side = 0; side < 2; side++)
		for (int k = 0; k < 2 && r->alert[side] != NULL; k++) {
			struct eh_chart_mark mark = {.label = labels[side][k],
			                             .kind = side == 0 ? EH_PAGE_MARK_ALERT : EH_PAGE_MARK_OTHER};

			if (marks->marks < MARKS_MAX && eh_page_json_time(r->alert[side], keys[k], &mark.at_us))
				marks->mark[marks->marks++] = mark;
		}
	qsort(marks->mark, marks->marks, sizeof marks->mark[0], by_time);
}

/* source / attribute / group to source/attribute/group/outcome/raw */
static const char *monitor_of(struct eh_arena *arena, const char *about, const char *outcome, const char **group)
{
	char *key = eh_arena_printf(arena, "%s/%s/raw", about, outcome), *to = key;

	for (const char *from = key; *from;) {
		if (strncmp(from, " / ", 3) == 0) {
			*to++ = '/';
			from += 3;
		} else
			*to++ = *from++;
	}
	*to = '\0';
	const char *last = strrchr(about, '/');
	*group = last != NULL ? last + 2 : about;
	return key;
}

static enum eh_rc make_history(struct eh_worker *worker, struct eh_arena *arena, const struct raised *r, json_t **figure,
                               struct eh_err *err)
{
	const json_t *alert = r->alert[1] != NULL ? r->alert[1] : r->alert[0];
	const char *outcome = eh_page_json_text(alert, "outcome"), *group;
	const char *monitor = monitor_of(arena, r->about, outcome, &group);
	struct eh_points_marks *marks = eh_arena_zalloc(arena, 1, sizeof *marks);
	struct eh_points points;
	enum eh_rc rc = eh_serve_points(worker, arena, monitor, INT64_MIN / 2, &points, err);

	*figure = NULL;
	if (rc != EH_OK || points.n == 0)
		return rc;
	put_marks(r, marks);
	*figure = eh_serve_points_ratio(arena, &points, marks,
	                                (struct eh_points_about){group, "the reference group", strcmp(outcome, "adverse") == 0, false});
	json_object_set_new(*figure, "title",
	                    json_string(eh_arena_printf(arena, "When each would have fired: %s, %s", r->about, outcome)));
	return EH_OK;
}

/* ---- all of it ---- */

static void put_table(json_t *view, const char *key, json_t *table, const json_t *list)
{
	if (json_array_size(list) > 0)
		eh_page_put(view, key, table);
	else
		json_decref(table);
}

static void put_groups(struct eh_arena *arena, json_t *view, const struct raised *raised, size_t n, size_t about,
                       const char *here)
{
	json_t *groups = json_array();

	for (size_t i = 0; i < n; i++)
		eh_page_append(groups, json_pack("{s:s, s:s, s:b}", "label", raised[i].about, "href",
		                                 eh_arena_printf(arena, "%sabout=%zu#history", here, i + 1), "current", i == about));
	eh_page_put(view, "groups", groups);
	json_object_set_new(view, "many_groups", json_boolean(n > 1));
}

enum eh_rc eh_serve_lab_view(struct eh_worker *worker, struct eh_arena *arena, const json_t *result, size_t about,
                             const char *here, json_t **out, struct eh_err *err)
{
	const json_t *gained = json_object_get(result, "gained"), *lost = json_object_get(result, "lost"),
		     *both = json_object_get(result, "both");
	struct raised raised[GROUPS_MAX];
	size_t n = list_raised(result, raised, GROUPS_MAX);
	const char *reach;
	json_t *history = NULL, *trade_off = make_trade_off(arena, result);
	json_t *view = json_pack("{s:s, s:s, s:I, s:I, s:s, s:o, s:o}", "sentence", sentence_of(arena, result), "draft",
	                         eh_page_json_text(json_object_get(result, "draft"), "name"), "seed",
	                         eh_page_json_count(result, "seed"), "runs", eh_page_json_count(result, "runs"), "generator",
	                         eh_page_json_text(result, "generator"), "figures", make_figures(arena, result), "reach",
	                         eh_serve_lab_reach(arena, result, &reach));

	EH_ASSERT(view);
	eh_page_set(view, "reach_sentence", reach);
	put_table(view, "gained", one_sided(arena, "Alerts gained", gained), gained);
	put_table(view, "lost", one_sided(arena, "Alerts lost", lost), lost);
	put_table(view, "both", both_sided(arena, both), both);
	if (trade_off != NULL)
		eh_page_put(view, "trade_off", trade_off);
	about = about < n ? about : 0;
	put_groups(arena, view, raised, n, about, here);
	enum eh_rc rc = n > 0 ? make_history(worker, arena, &raised[about], &history, err) : EH_OK;
	if (rc != EH_OK) {
		json_decref(view);
		return rc;
	}
	if (history != NULL)
		eh_page_put(view, "history", history);
	*out = view;
	return EH_OK;
}
