/*
 * page_lab.c - /lab : what other lines would have said of the same history.
 *
 * Nothing is stored and nothing changes: `evenhand lab` replays the stored panes
 * under the draft beside the policy in force, and the page shows the difference.
 */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "page/words.h"
#include "policy/policy.h"
#include "serve/child.h"
#include "serve/daemon.h"
#include "serve/pages.h"

#define REPLAY_S 120
#define FIELDS 6

/* The form's fields: what a policy file would say. */
static const struct lab_field {
	const char *name, *label, *hint;
	double least, most;
	int decimals;
} fields[FIELDS] = {
	{"drift", "Drift line", "ratio, 0.50 to 0.99", .50, .99, 2},
	{"level", "Level line", "ratio, 0.50 to 0.99", .50, .99, 2},
	{"page", "False pages a year", "over all monitors, 0.01 to 50", .01, 50, 2},
	{"review", "False review items a year", "over all monitors, 0.01 to 200", .01, 200, 2},
	{"window", "Window, days", "7 to 365", 7, 365, 0},
	{"minimum", "Least decisions of the group", "since the onset, 10 to 10 000", 10, 10000, 0},
};

static void defaults(struct eh_arena *arena, double value[FIELDS])
{
	const struct eh_policy *policy = eh_policy_default(arena);

	value[0] = eh_policy_fraction(policy->line[0].tau_ppm);
	value[1] = eh_policy_fraction(policy->line[policy->lines > 1 ? 1 : 0].tau_ppm);
	value[2] = eh_policy_fraction(policy->page_ppm);
	value[3] = eh_policy_fraction(policy->review_ppm);
	value[4] = (double)(policy->window_us / (INT64_C(86400) * 1000000));
	value[5] = (double)policy->min_n;
}

/* A plain decimal number inside its bounds. */
static enum eh_rc read_field(const struct lab_field *field, const char *text, double *value, struct eh_err *err)
{
	char *end;

	if (!text || !*text || text[strspn(text, "0123456789.")] != '\0')
		return eh_fail(err, EH_BAD_INPUT, "%s: \"%s\" is not a number", field->label, text ? text : "");
	*value = strtod(text, &end);
	if (*end || *value < field->least || *value > field->most)
		return eh_fail(err, EH_BAD_INPUT, "%s: %s is not between %g and %g", field->label, text, field->least, field->most);
	return EH_OK;
}

static enum eh_rc read_draft(const struct eh_request *rq, double value[FIELDS], struct eh_err *err)
{
	for (size_t i = 0; i < FIELDS; i++) {
		enum eh_rc rc = read_field(&fields[i], eh_serve_form_get(&rq->form, fields[i].name), &value[i], err);
		if (rc != EH_OK)
			return rc;
	}
	if (value[1] > value[0])
		return eh_fail(err, EH_BAD_INPUT, "the level line lies above the drift line");
	return EH_OK;
}

/* The gate stands to its line as in the default: .05 below the drift line, at the level line itself. */
static void write_policy(struct eh_buf *out, const double value[FIELDS])
{
	eh_buf_printf(out, "policy: draft\nwindow: %.0fd\nbudget: {page: %.2f, review: %.2f}\nminimum: {n: %.0f}\n",
	              value[4], value[2], value[3], value[5]);
	eh_buf_printf(out, "lines: [{tau: %.2f, gate: %.2f}, {tau: %.2f, gate: %.2f}]\n", value[0], value[0] - .05,
	              value[1], value[1]);
}

static enum eh_rc write_file(const struct eh_buf *text, char path[], struct eh_err *err)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return eh_fail(err, EH_AGAIN, "cannot write a file in /tmp");
	ssize_t n = write(fd, text->data, text->len);
	close(fd);
	if (n == (ssize_t)text->len)
		return EH_OK;
	unlink(path);
	return eh_fail(err, EH_AGAIN, "cannot write a file in /tmp");
}

/* Runs the replay; *result is the child's JSON. */
static enum eh_rc replay(struct eh_worker *worker, const double value[FIELDS], json_t **result, struct eh_err *err)
{
	char path[] = "/tmp/evenhand-draft-XXXXXX";
	const char *const argv[] = {"evenhand", "lab", "--draft", path, "--runs", "0", "--json", NULL};
	EH_BUF_AUTO policy = {0};
	EH_BUF_AUTO out = {0};
	EH_BUF_AUTO said = {0};
	int code = 0;

	write_policy(&policy, value);
	enum eh_rc rc = write_file(&policy, path, err);
	if (rc != EH_OK)
		return rc;
	rc = eh_serve_child(worker->serve->settings, argv, REPLAY_S, &code, &out, &said, err);
	unlink(path);
	if (rc != EH_OK)
		return rc;
	*result = code == 0 ? json_loadb(out.data ? out.data : "", out.len, 0, NULL) : NULL;
	if (*result)
		return EH_OK;
	return eh_fail(err, code == 2 ? EH_BAD_INPUT : EH_AGAIN, "the replay ended with %d: %.300s", code,
	               said.data ? said.data : "no word");
}

/* ---- the page ---- */

static json_t *make_form(struct eh_arena *arena, const double value[FIELDS], const struct eh_request *rq)
{
	json_t *form = json_array();

	for (size_t i = 0; i < FIELDS; i++) {
		const char *typed = eh_serve_form_get(&rq->form, fields[i].name);
		eh_page_append(
			form, json_pack("{s:s, s:s, s:s, s:s}", "name", fields[i].name, "label", fields[i].label,
		                        "hint", fields[i].hint, "value",
		                        typed ? typed : eh_arena_printf(arena, "%.*f", fields[i].decimals, value[i])));
	}
	return form;
}

static const char *day_of(struct eh_arena *arena, const json_t *alert, const char *key)
{
	int64_t us;

	return eh_page_json_time(alert, key, &us) ? eh_page_words_day(arena, us) : "";
}

/* Alerts that one policy raises and the other does not. */
static json_t *one_sided(struct eh_arena *arena, const char *caption, const json_t *list)
{
	static const char *const labels[] = {"About", "Raised", "Estimated onset", "Severity", NULL};
	json_t *table = eh_page_table_begin(caption, labels), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const json_t *alert = json_object_get(item, "alert");
		eh_page_table_row(table,
		                  (const char *const[]){eh_page_json_text(item, "about"), day_of(arena, alert, "at"),
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

static double page_budget(const json_t *policy)
{
	const char *text = eh_page_json_text(json_object_get(json_object_get(policy, "policy"), "budget"), "page");

	return text ? strtod(text, NULL) : NAN;
}

/* What `evenhand lab --json` says: {in_force, draft, gained, lost, both, panes}. */
static json_t *make_result(struct eh_arena *arena, const json_t *result)
{
	static const char *const labels[] = {"Figure", "#In force", "#Draft", NULL};
	const json_t *gained = json_object_get(result, "gained"), *lost = json_object_get(result, "lost"),
		     *both = json_object_get(result, "both");
	int64_t n_gained = (int64_t)json_array_size(gained), n_lost = (int64_t)json_array_size(lost),
		n_both = (int64_t)json_array_size(both);
	json_t *table = eh_page_table_begin(
		eh_arena_printf(arena, "The two policies over the same %s",
	                        eh_page_words_plural(arena, eh_page_json_count(result, "panes"), "pane", "panes")),
		labels);

	eh_page_table_row(table, (const char *const[]){"Alerts raised", eh_page_words_count(arena, n_lost + n_both),
	                                               eh_page_words_count(arena, n_gained + n_both)});
	eh_page_table_row(
		table,
		(const char *const[]){"False pages a year, at most",
	                              eh_page_words_number(arena, page_budget(json_object_get(result, "in_force")), 2),
	                              eh_page_words_number(arena, page_budget(json_object_get(result, "draft")), 2)});
	json_t *made = json_pack(
		"{s:o, s:s, s:o, s:o, s:o, s:b, s:b, s:b}", "table", table, "sentence",
		eh_arena_printf(
			arena, "The draft raises %s that the policy in force does not, and leaves out %s that it does.",
			eh_page_words_plural(arena, n_gained, "alert", "alerts"), eh_page_words_count(arena, n_lost)),
		"gained", one_sided(arena, "Alerts gained", gained), "lost", one_sided(arena, "Alerts lost", lost),
		"both", both_sided(arena, both), "any_gained", n_gained > 0, "any_lost", n_lost > 0, "any_both",
		n_both > 0);
	EH_ASSERT(made);
	return made;
}

static enum eh_rc show(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, const double value[FIELDS],
                       json_t *result, const char *wrong, struct eh_err *err)
{
	json_t *model = json_pack("{s:s, s:o, s:b}", "title", "Lab", "fields", make_form(rq->arena, value, rq),
	                          "may_run", rq->session.role == EH_SERVE_ANALYST);

	EH_ASSERT(model);
	if (result)
		eh_page_put(model, "result", make_result(rq->arena, result));
	eh_page_set(model, "wrong", wrong);
	json_decref(result);
	return eh_serve_page(worker, rq, rp, "lab", model, err);
}

enum eh_rc eh_serve_page_lab(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	double value[FIELDS];

	defaults(rq->arena, value);
	return show(worker, rq, rp, value, NULL, NULL, err);
}

/* One replay at a time: they are long, and other pages need the threads. */
enum eh_rc eh_serve_do_lab(struct eh_worker *worker, struct eh_request *rq, struct eh_reply *rp, struct eh_err *err)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	struct eh_err wrong = {0};
	double value[FIELDS];
	json_t *result = NULL;

	defaults(rq->arena, value);
	enum eh_rc rc = read_draft(rq, value, &wrong);
	if (rc == EH_OK && pthread_mutex_trylock(&one) != 0) {
		rp->status = 503;
		return show(worker, rq, rp, value, NULL, "another replay is running; try again in a minute", err);
	}
	if (rc == EH_OK) {
		rc = replay(worker, value, &result, &wrong);
		pthread_mutex_unlock(&one);
	}
	if (rc != EH_OK)
		rp->status = rc == EH_BAD_INPUT ? 400 : 503;
	return show(worker, rq, rp, value, result, rc == EH_OK ? NULL : eh_arena_strdup(rq->arena, wrong.text), err);
}
