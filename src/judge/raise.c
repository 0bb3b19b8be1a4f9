/*
 * raise.c - one alert per (source, attribute, group): raised, folded, escalated, recovered.
 *
 * Whatever crosses for a group - outcome, line, raw or within strata - folds into
 * its one open alert; the peak and the onset stay latched.  Recovery is a mark,
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
	eh_buf_printf(&text, "%s\n%s\n%s\n%s\n", s->map->source, s->map->protect[a->pair->attribute].name,
	              eh_cube_group_label(s->names, a->pair->attribute, a->pair->group), at);
	struct eh_sha256 digest = eh_sha256_of(text.data, text.len);
	eh_sha256_hex(&digest, hex);
	snprintf(a->id, sizeof a->id, "A-%.12s", hex);
}

static void put_line(struct eh_buf *out, const struct eh_judge *judge, const struct eh_judge_event *e)
{
	const struct eh_judge_alert *a = e->alert;
	const struct eh_judge_source *s = a->source;
	char evidence[EH_SHA256_HEX], policy[EH_SHA256_HEX];
	const char *group = eh_cube_group_label(s->names, a->pair->attribute, a->pair->group);
	const char *attribute = s->map->protect[a->pair->attribute].name;

	eh_sha256_hex(&e->evidence_sha256, evidence);
	eh_sha256_hex(&judge->policy->version, policy);
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

static enum eh_rc tell(struct eh_judge *judge, const struct eh_judge_alert *alert, const char *event,
                       const struct eh_judge_close *close, unsigned crossed, struct eh_buf *lines, struct eh_err *err)
{
	EH_BUF_AUTO evidence = {0};
	EH_BUF_AUTO line = {0};
	struct eh_judge_event e = {.alert = alert,
	                           .event = event,
	                           .close = close,
	                           .pane_end_us = alert->source->pane_end_us,
	                           .crossed = crossed};
	enum eh_rc rc = EH_OK;

	e.onset = eh_judge_standing_of(judge, alert->pair, alert->outcome, alert->kind, alert->line)->onset;
	if (judge->hushed)
		return judge->sink.alert != NULL ? judge->sink.alert(judge->sink.ctx, &e, err) : EH_OK;
	if ((rc = eh_judge_evidence(judge, alert, event, close, &evidence, err)) != EH_OK)
		return rc;
	e.evidence = evidence.data;
	e.evidence_sha256 = eh_sha256_of(evidence.data, evidence.len);
	put_line(&line, judge, &e);
	eh_buf_put(lines, line.data, line.len);
	eh_buf_putc(lines, '\n');
	e.line = line.data;
	return judge->sink.alert != NULL ? judge->sink.alert(judge->sink.ctx, &e, err) : EH_OK;
}

static struct eh_judge_alert *find_alert(const struct eh_judge *judge, const struct eh_judge_pair *pair)
{
	for (struct eh_judge_alert *a = judge->alerts; a != NULL; a = a->next)
		if (a->pair == pair)
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
	a->outcome = st->outcome;
	a->kind = st->kind;
	a->line = st->line;
	a->raised_us = close->clock_us;
	a->onset_us = st->onset.onset_us;
	a->peak_log_m = -INFINITY;
	name_alert(a);
	eh_judge_recovery_begin(&a->recovery, st->pair, st->outcome, st->kind, st->line);
	while (*end != NULL)
		end = &(*end)->next;
	*end = a;
	return a;
}

struct crossing {
	unsigned bits;
	bool page;
	double peak_log_m;
	const struct eh_judge_standing *strongest;
};

static struct crossing look(const struct eh_judge *judge, const struct eh_judge_pair *pair)
{
	struct crossing c = {.peak_log_m = -INFINITY};

	for (size_t i = pair->standing; i < pair->standing + pair->standings; i++) {
		const struct eh_judge_standing *st = &judge->standing[i];

		if (!st->crossed)
			continue;
		c.bits |= eh_judge_bit(st->outcome, st->kind, st->line);
		c.page |= st->page;
		c.peak_log_m = fmax(c.peak_log_m, eh_judge_log_m(pair, st->outcome, st->kind, st->line));
		if (c.strongest == NULL || st->log_years > c.strongest->log_years)
			c.strongest = st;
	}
	return c;
}

static enum eh_rc step_recovery(struct eh_judge *judge, struct eh_judge_alert *a, const struct eh_judge_close *close,
                                unsigned crossed, struct eh_buf *lines, struct eh_err *err)
{
	eh_judge_recovery_step(&a->recovery, a->pair);
	if (a->recovered || close->clock_us < a->raised_us + RECOVERY_US ||
	    ehs_eprocess_log_e(&a->recovery.process) < RECOVERY_LOG_E)
		return EH_OK;
	a->recovered = true;
	a->recovered_us = close->clock_us;
	return tell(judge, a, "recovered", close, crossed, lines, err);
}

static enum eh_rc step_pair(struct eh_judge *judge, struct eh_judge_pair *pair, const struct eh_judge_close *close,
                            struct eh_buf *lines, struct eh_err *err)
{
	struct crossing c = look(judge, pair);
	struct eh_judge_alert *a = find_alert(judge, pair);
	enum eh_rc rc = EH_OK;
	const char *event = NULL;

	if (a == NULL && c.strongest == NULL)
		return EH_OK;
	if (a == NULL) {
		a = open_alert(judge, c.strongest, close);
		event = "raised";
	} else if ((c.bits & ~a->folded) != 0) {
		event = "folded";
	}
	a->folded |= c.bits;
	a->peak_log_m = fmax(a->peak_log_m, c.peak_log_m);
	if (event != NULL)
		rc = tell(judge, a, event, close, c.bits, lines, err);
	if (rc == EH_OK && c.page && !a->page) {
		a->page = true;
		rc = tell(judge, a, "escalated", close, c.bits, lines, err);
	}
	return rc == EH_OK ? step_recovery(judge, a, close, c.bits, lines, err) : rc;
}

enum eh_rc eh_judge_alert_step(struct eh_judge *judge, struct eh_judge_source *source,
                               const struct eh_judge_close *close, struct eh_buf *lines, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (uint32_t a = 0; rc == EH_OK && a < source->shape.attributes; a++)
		for (uint32_t i = 0; rc == EH_OK && i < source->attribute[a].pairs; i++)
			rc = step_pair(judge, source->attribute[a].pair[i], close, lines, err);
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
	eh_judge_pair_reset(a->pair);
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
	a->folded = 0;
	a->page = a->recovered = false;
	eh_judge_recovery_begin(&a->recovery, a->pair, a->outcome, a->kind, a->line);
	while (*end != NULL)
		end = &(*end)->next;
	*end = a;
}
