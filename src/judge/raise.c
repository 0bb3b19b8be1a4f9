/*
 * raise.c - one alert per (source, attribute, group): raised, folded, escalated, recovered.
 *
 * Whatever crosses for a group - outcome, line, raw or within strata, in a segment, by a
 * cut of the score - folds into its one open alert; the peak and the onset stay latched.  Recovery is a mark,
 * not a closing: people close (design section 9).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "judge/fault.h"
#include "judge/inside.h"

#define RECOVERY_LOG_E 2.995732273553991 /* ln 20 */
#define RECOVERY_US (7 * EH_DAY_US)

/* A latched name for the alert: who it is about and when it was raised, never a number of this store. */
static void name_alert(struct eh_judge_alert *a)
{
	const struct eh_judge_source *s = a->source;
	EH_BUF_AUTO text = {0};
	char at[EH_TIME_TEXT], hex[EH_SHA256_HEX];

	eh_time_format(a->raised_us, at);
	eh_buf_printf(&text, "%s\n%s\n%s\n%s\n", s->map->source, eh_judge_attribute_name(s, a->pair),
	              eh_judge_group_name(s, a->pair), at);
	struct eh_sha256 digest = eh_sha256_of(text.data, text.len);
	eh_sha256_hex(&digest, hex);
	snprintf(a->id, sizeof a->id, "A-%.12s", hex);
}

static void put_line(struct eh_buf *out, const struct eh_judge_event *e)
{
	const struct eh_judge_alert *a = e->alert;
	const struct eh_judge_source *s = a->source;
	char evidence[EH_SHA256_HEX], policy[EH_SHA256_HEX];
	const char *group = eh_judge_group_name(s, a->pair), *attribute = eh_judge_attribute_name(s, a->pair);

	eh_sha256_hex(&e->evidence_sha256, evidence);
	eh_sha256_hex(&e->policy->version, policy);
	eh_buf_printf(out, "{\"alert\":\"%s\",\"at\":", a->id);
	eh_judge_instant(out, e->close->clock_us);
	eh_buf_puts(out, ",\"attribute\":");
	eh_json_string(out, attribute, strlen(attribute));
	eh_buf_printf(out, ",\"event\":\"%s\",\"evidence_sha256\":\"%s\",\"found_in\":\"%s\",\"group\":", e->event,
	              evidence, a->history ? "history" : "live");
	eh_json_string(out, group, strlen(group));
	eh_buf_puts(out, ",\"kind\":\"bias\",\"onset\":");
	eh_judge_instant(out, a->onset_us);
	eh_buf_printf(out, ",\"outcome\":\"%s\",\"pane_end\":", eh_judge_outcome_name(a->outcome));
	eh_judge_instant(out, e->pane_end_us);
	eh_buf_printf(out, ",\"policy_sha256\":\"%s\",\"severity\":\"%s\",\"source\":", policy,
	              a->page ? "page" : "review");
	eh_json_string(out, s->map->source, strlen(s->map->source));
	eh_buf_puts(out, ",\"type\":\"alert\"}");
}

/* The mark of an alert may come when its layer has no version any more; then the house's stands for it. */
static const struct eh_policy *version_of(const struct eh_judge_source *s, enum eh_policy_layer *layer)
{
	if (eh_judge_policy(s, *layer) == NULL)
		*layer = EH_POLICY_HOUSE;
	return eh_judge_policy(s, *layer);
}

static enum eh_rc tell(struct eh_judge *judge, const struct eh_judge_alert *alert, const char *event,
                       enum eh_policy_layer layer, const struct eh_judge_close *close, uint32_t crossed,
                       struct eh_buf *lines, struct eh_err *err)
{
	EH_BUF_AUTO evidence = {0};
	EH_BUF_AUTO line = {0};
	const struct eh_judge_standing *st =
		eh_judge_standing_of(judge, alert->pair, alert->layer, alert->outcome, alert->kind, alert->line);
	struct eh_judge_event e = {.alert = alert,
	                           .event = event,
	                           .close = close,
	                           .pane_end_us = alert->source->pane_end_us,
	                           .crossed = crossed,
	                           .layer = layer};
	enum eh_rc rc = EH_OK;

	e.policy = version_of(alert->source, &e.layer);
	if (st != NULL) /* its monitor may be watched no more */
		e.onset = st->onset;
	if (judge->hushed)
		return judge->sink.alert != NULL ? judge->sink.alert(judge->sink.ctx, &e, err) : EH_OK;
	if ((rc = eh_judge_evidence(judge, &e, &evidence, err)) != EH_OK)
		return rc;
	e.evidence = evidence.data;
	e.evidence_sha256 = eh_sha256_of(evidence.data, evidence.len);
	put_line(&line, &e);
	eh_buf_put(lines, line.data, line.len);
	eh_buf_putc(lines, '\n');
	e.line = line.data;
	return judge->sink.alert != NULL ? judge->sink.alert(judge->sink.ctx, &e, err) : EH_OK;
}

static struct eh_judge_alert *find_alert(const struct eh_judge *judge, const struct eh_judge_pair *pair)
{
	for (struct eh_judge_alert *a = judge->alerts; a != NULL; a = a->next)
		if (a->pair->book == pair->book)
			return a;
	return NULL;
}

static struct eh_judge_alert *open_alert(struct eh_judge *judge, const struct eh_judge_standing *st,
                                         const struct eh_judge_close *close)
{
	struct eh_judge_alert *a = eh_arena_zalloc(judge->home, 1, sizeof *a), **end = &judge->alerts;

	a->source = st->source;
	a->pair = st->pair;
	a->history = close->history;
	a->layer = st->layer;
	a->outcome = st->outcome;
	a->kind = st->kind;
	a->line = st->line;
	a->gate_ppm = st->bar.gate_ppm;
	a->raised_us = close->clock_us;
	a->onset_us = st->onset.onset_us;
	a->peak_log_m = -INFINITY;
	name_alert(a);
	eh_judge_recovery_begin(&a->recovery, st->pair, st->outcome, st->kind, st->bar.gate_ppm);
	while (*end != NULL)
		end = &(*end)->next;
	*end = a;
	return a;
}

struct crossing {
	uint32_t n;
	double peak_log_m;
	const struct eh_judge_standing *strongest, *page; /* the first across the page line; NULL: none */
};

static void look_at(struct crossing *c, const struct eh_judge_standing *st)
{
	c->n++;
	if (st->page && c->page == NULL)
		c->page = st;
	c->peak_log_m = fmax(c->peak_log_m, eh_judge_log_m(st->pair, st->outcome, st->kind, st->line));
	if (c->strongest == NULL || st->log_years > c->strongest->log_years)
		c->strongest = st;
}

static struct crossing look(const struct eh_judge *judge, const struct eh_judge_pair *book)
{
	struct crossing c = {.peak_log_m = -INFINITY};

	for (uint32_t p = 0; p < book->parts; p++)
		for (size_t i = 0; i < book->part[p]->standings; i++) {
			const struct eh_judge_standing *st = &judge->standing[book->part[p]->standing + i];

			if (st->crossed)
				look_at(&c, st);
		}
	return c;
}

bool eh_judge_has_folded(const struct eh_judge_alert *a, const struct eh_judge_monitor *m)
{
	for (uint32_t i = 0; i < a->folded_n; i++) {
		const struct eh_judge_monitor *f = &a->folded[i];

		if (f->pair == m->pair && f->layer == m->layer && f->outcome == m->outcome && f->kind == m->kind &&
		    f->line == m->line)
			return true;
	}
	return false;
}

/* Takes in what is crossed now; gives the first that was not in it, or NULL. */
static const struct eh_judge_standing *fold(const struct eh_judge *judge, struct eh_judge_alert *a,
                                            const struct eh_judge_pair *pair)
{
	const struct eh_judge_standing *first = NULL;

	for (size_t i = pair->standing; i < pair->standing + pair->standings; i++) {
		const struct eh_judge_standing *st = &judge->standing[i];
		struct eh_judge_monitor m = {
			.pair = pair, .layer = st->layer, .outcome = st->outcome, .kind = st->kind, .line = st->line};

		if (!st->crossed || eh_judge_has_folded(a, &m))
			continue;
		a->folded = eh_xrealloc(a->folded, a->folded_n + 1, sizeof *a->folded);
		a->folded[a->folded_n++] = m;
		first = first != NULL ? first : st;
	}
	return first;
}

/* The same for a whole book. */
static const struct eh_judge_standing *fold_all(const struct eh_judge *judge, struct eh_judge_alert *a,
                                                const struct eh_judge_pair *book)
{
	const struct eh_judge_standing *first = NULL;

	for (uint32_t p = 0; p < book->parts; p++) {
		const struct eh_judge_standing *one = fold(judge, a, book->part[p]);

		first = first != NULL ? first : one;
	}
	return first;
}

static enum eh_rc step_recovery(struct eh_judge *judge, struct eh_judge_alert *a, const struct eh_judge_close *close,
                                uint32_t crossed, struct eh_buf *lines, struct eh_err *err)
{
	eh_judge_recovery_step(&a->recovery, a->pair);
	if (a->recovered || close->clock_us < a->raised_us + RECOVERY_US ||
	    ehs_eprocess_log_e(&a->recovery.process) < RECOVERY_LOG_E)
		return EH_OK;
	a->recovered = true;
	a->recovered_us = close->clock_us;
	return tell(judge, a, "recovered", a->layer, close, crossed, lines, err);
}

static enum eh_rc step_book(struct eh_judge *judge, struct eh_judge_pair *book, const struct eh_judge_close *close,
                            struct eh_buf *lines, struct eh_err *err)
{
	struct crossing c = look(judge, book);
	struct eh_judge_alert *a = find_alert(judge, book);
	const char *event = "folded";
	enum eh_rc rc = EH_OK;

	if (a == NULL && c.strongest == NULL)
		return EH_OK;
	if (a == NULL) {
		a = open_alert(judge, c.strongest, close);
		event = "raised";
	}
	const struct eh_judge_standing *first = fold_all(judge, a, book);
	a->peak_log_m = fmax(a->peak_log_m, c.peak_log_m);
	if (first != NULL)
		rc = tell(judge, a, event, *event == 'r' ? a->layer : first->layer, close, c.n, lines, err);
	if (rc == EH_OK && c.page != NULL && !a->page) {
		a->page = true;
		rc = tell(judge, a, "escalated", c.page->layer, close, c.n, lines, err);
	}
	return rc == EH_OK ? step_recovery(judge, a, close, c.n, lines, err) : rc;
}

enum eh_rc eh_judge_alert_step(struct eh_judge *judge, struct eh_judge_source *source,
                               const struct eh_judge_close *close, struct eh_buf *lines, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (uint32_t a = 0; rc == EH_OK && a < source->axes; a++)
		for (uint32_t i = 0; rc == EH_OK && i < source->attribute[a].pairs; i++)
			if (source->attribute[a].pair[i]->book == source->attribute[a].pair[i])
				rc = step_book(judge, source->attribute[a].pair[i], close, lines, err);
	return rc;
}

/* Takes an alert out of a list. */
static struct eh_judge_alert *take(struct eh_judge_alert **list, const char *alert_id)
{
	for (; *list != NULL; list = &(*list)->next)
		if (strcmp((*list)->id, alert_id) == 0) {
			struct eh_judge_alert *a = *list;

			*list = a->next;
			a->next = NULL;
			return a;
		}
	return NULL;
}

/* The data alert of that id, or NULL. */
static struct eh_judge_fault *find_fault(const struct eh_judge *judge, const char *alert_id)
{
	for (struct eh_judge_source *s = judge->sources; s != NULL; s = s->next)
		for (int kind = 0; kind < EH_JUDGE_FAULTS; kind++)
			if (strcmp(s->fault[kind].id, alert_id) == 0)
				return &s->fault[kind];
	return NULL;
}

void eh_judge_close_alert(struct eh_judge *judge, const char *alert_id)
{
	struct eh_judge_alert *a = take(&judge->alerts, alert_id);
	struct eh_judge_fault *f = find_fault(judge, alert_id);

	if (f != NULL)
		f->open = false;
	if (a == NULL)
		return;
	for (uint32_t p = 0; p < a->pair->book->parts; p++)
		eh_judge_pair_reset(a->pair->book->part[p]);
	eh_judge_recovery_free(&a->recovery);
	a->recovery = (struct eh_judge_recovery){0};
	a->next = judge->shut;
	judge->shut = a;
}

void eh_judge_reopen_alert(struct eh_judge *judge, const char *alert_id)
{
	struct eh_judge_alert *a = take(&judge->shut, alert_id), **end = &judge->alerts;
	struct eh_judge_fault *f = find_fault(judge, alert_id);

	if (f != NULL)
		f->open = true;
	if (a == NULL ||
	    find_alert(judge, a->pair) != NULL) /* another was raised since: what crosses folds into that one */
		return;
	a->folded_n = 0;
	a->page = a->recovered = false;
	eh_judge_recovery_begin(&a->recovery, a->pair, a->outcome, a->kind, a->gate_ppm);
	while (*end != NULL)
		end = &(*end)->next;
	*end = a;
}
