/*
 * fault.c - see fault.h: the table of faults, and what a change of one is told as.
 */
#include "judge/fault.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "judge/inside.h"

const struct eh_judge_fault_rule eh_judge_fault_rules[EH_JUDGE_FAULTS] = {
	[EH_JUDGE_FAULT_MISSING] = {"missing-labels", "Labels are missing", false, true,
                                    "Find out what stopped filling the column. Are those decisions like the others? They are "
                                    "in no group and in no ratio."},
	[EH_JUDGE_FAULT_VOLUME] = {"volume", "The volume jumped", false, true,
                                   "Ask the owner of the log whether all decisions are still written there, and each "
                                   "once."},
	[EH_JUDGE_FAULT_LATE_ROWS] = {"late-rows", "More rows come late", false, true,
                                      "Find out why rows are written later than they were; a longer `lateness` in the "
                                      "source map waits for them."},
	[EH_JUDGE_FAULT_LATE_SHARE] = {"late-share", "Lateness hangs on the decision", false, true,
                                       "Read each alert by its evidence without late blocks. Find out why one kind of "
                                       "decision is written later than the other."},
	[EH_JUDGE_FAULT_UNMAPPED] = {"unmapped", "Values that the map does not know", false, true,
                                     "Give the value its group under `groups` in the source map, and register the map "
                                     "again."},
	[EH_JUDGE_FAULT_MISSING_SIDE] = {"missing-by-decision", "Labels are missing more often with one decision", false, true,
                                         "Find out why the label is missing with that decision: what the monitors see may be "
                                         "the better half."},
	[EH_JUDGE_FAULT_GROUP] = {"group-volume", "A group's share of the decisions jumped", false, true,
                                  "Ask the owner of the log whether the group's decisions are still all written there, and "
                                  "whether others were added."},
	[EH_JUDGE_FAULT_VALUE] = {"category", "A value vanished, came, or jumped", false, true,
                                  "Ask the owner of the log whether a part of the business moved, was renamed, or is no "
                                  "longer written."},
	[EH_JUDGE_FAULT_ROUTING] = {"routing-separation", "Versions of one component see different groups", false, true,
                                    "Find out who decides which version a person meets. A ratio within one version says "
                                    "little about groups that it does not see."},
	[EH_JUDGE_FAULT_COVERAGE] = {"monitored-share", "Fewer decisions are monitored", false, true,
                                     "Find out why more decisions have no group at all: no monitor sees them."},
	[EH_JUDGE_FAULT_BASE_RATE] = {"outcome-base-rate", "The rate of outcomes jumped", false, true,
                                      "Does the log keep all outcomes, or only those of one kind? Until you know, do not read "
                                      "error rates of those months."},
	[EH_JUDGE_FAULT_STALLED] = {"stalled", "The source stands still", true, false,
                                    "See `evenhand status` and the messages of gather. Until the source's clock moves "
                                    "again, no verdict is newer than it."},
	[EH_JUDGE_FAULT_GAP] = {"gap", "Rows may be lost", true, false,
                                "Find out what was lost between the two places. Then put it on the record: evenhand "
                                "source accept-gap NAME --reason TEXT."},
	[EH_JUDGE_FAULT_RETAINED] = {"retained-wal", "The source's server keeps too much WAL", true, false,
                                     "See that gather runs and reaches the server. A slot that nobody reads fills the "
                                     "disk of its server."},
	[EH_JUDGE_FAULT_CAPPED] = {"capped", "A cap on names was reached", false, false,
                                   "Further values are counted as `other`; map a coarser column, or drop it from the "
                                   "map, if they should be told apart."},
	[EH_JUDGE_FAULT_REPEATED] = {"duplicates", "More rows are delivered again", false, false,
                                     "Ask the owner of the log why rows come again; each is counted once."},
	[EH_JUDGE_FAULT_SET_ASIDE] = {"set-aside", "More rows are set aside", false, false,
                                      "See `evenhand setaside list`. Mend the map or the rows. Then `evenhand setaside "
                                      "retry`."},
	[EH_JUDGE_FAULT_SILENT] = {"monitor-silent", "The monitor was silent", true, false,
                                   "Find out why judge did not run; what came meanwhile is judged when it runs again, and "
                                   "nobody was told of it before."},
	[EH_JUDGE_FAULT_DELIVERY] = {"delivery", "A message was not delivered", true, false,
                                     "See `evenhand notify list` for the route and its last error. Mend the route, then `evenhand notify "
                                     "retry`."},
};

int eh_judge_fault_find(const char *slug)
{
	for (int kind = 0; kind < EH_JUDGE_FAULTS; kind++)
		if (strcmp(eh_judge_fault_rules[kind].slug, slug) == 0)
			return kind;
	return -1;
}

/* Who it is about, what, and since when: never a number of this store. */
static void name_it(struct eh_judge_fault *f, const char *source, const char *slug)
{
	EH_BUF_AUTO text = {0};
	char at[EH_TIME_TEXT], hex[EH_SHA256_HEX];

	eh_time_format(f->raised_us, at);
	eh_buf_printf(&text, "%s\ndata\n%s\n%s\n", source, slug, at);
	struct eh_sha256 digest = eh_sha256_of(text.data, text.len);
	eh_sha256_hex(&digest, hex);
	snprintf(f->id, sizeof f->id, "A-%.12s", hex);
}

static json_t *instant_or_null(int64_t us)
{
	char text[EH_TIME_TEXT];

	if (us == INT64_MIN)
		return json_null();
	eh_time_format(us, text);
	return json_string(text);
}

static enum eh_rc write_evidence(const struct eh_judge_fault_event *e, json_t *facts,
                                 struct eh_buf *out, struct eh_err *err)
{
	char policy[EH_SHA256_HEX], map[EH_SHA256_HEX];

	eh_sha256_hex(&eh_judge_policy(e->source, EH_POLICY_HOUSE)->version, policy);
	eh_sha256_hex(&e->source->map->version, map);
	EH_JSON_AUTO doc = json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:s,s:s,s:O}", "schema", "evenhand/data-fault/1", "alert",
	                             e->id, "event", e->event, "fault", eh_judge_fault_rules[e->kind].slug, "source",
	                             e->source->map->source, "at", instant_or_null(e->at_us), "pane_end",
	                             instant_or_null(e->pane_end_us), "policy_sha256", policy, "map_sha256", map, "found_in",
	                             e->history ? "history" : "live", "facts", facts);
	EH_ASSERT(doc != NULL);
	return eh_json_canonical(doc, out, err);
}

static void put_line(struct eh_buf *out, const struct eh_judge_fault_event *e)
{
	char evidence[EH_SHA256_HEX], policy[EH_SHA256_HEX];
	const struct eh_judge_fault_rule *rule = &eh_judge_fault_rules[e->kind];

	eh_sha256_hex(&e->evidence_sha256, evidence);
	eh_sha256_hex(&eh_judge_policy(e->source, EH_POLICY_HOUSE)->version, policy);
	eh_buf_printf(out, "{\"alert\":\"%s\",\"at\":", e->id);
	eh_judge_instant(out, e->at_us);
	eh_buf_printf(out, ",\"attribute\":null,\"event\":\"%s\",\"evidence_sha256\":\"%s\",\"fault\":\"%s\",\"found_in\":\"%s\"",
	              e->event, evidence, rule->slug, e->history ? "history" : "live");
	eh_buf_puts(out, ",\"group\":null,\"kind\":\"data\",\"onset\":");
	eh_judge_instant(out, e->onset_us);
	eh_buf_puts(out, ",\"outcome\":null,\"pane_end\":");
	eh_judge_instant(out, e->pane_end_us);
	eh_buf_printf(out, ",\"policy_sha256\":\"%s\",\"severity\":\"%s\",\"source\":", policy, rule->page ? "page" : "review");
	eh_json_string(out, e->source->map->source, strlen(e->source->map->source));
	eh_buf_puts(out, ",\"type\":\"alert\"}");
}

static enum eh_rc tell(struct eh_judge *judge, struct eh_judge_fault_event *e, bool active, eh_judge_fault_words *words,
                       const void *ctx, struct eh_err *err)
{
	EH_BUF_AUTO sentence = {0};
	EH_BUF_AUTO evidence = {0};
	EH_BUF_AUTO line = {0};
	EH_JSON_AUTO facts = json_object();

	if (judge->sink.fault == NULL)
		return EH_OK;
	words(ctx, active, &sentence, facts);
	enum eh_rc rc = write_evidence(e, facts, &evidence, err);
	if (rc != EH_OK)
		return rc;
	e->sentence = sentence.data;
	e->evidence = evidence.data;
	e->evidence_sha256 = eh_sha256_of(evidence.data, evidence.len);
	put_line(&line, e);
	e->line = line.data;
	return judge->sink.fault(judge->sink.ctx, e, err);
}

enum eh_rc eh_judge_fault_take(struct eh_judge *judge, struct eh_judge_source *source, enum eh_judge_fault_kind kind,
                               bool active, const struct eh_judge_fault_when *when, eh_judge_fault_words *words,
                               const void *ctx, struct eh_err *err)
{
	struct eh_judge_fault *f = &source->fault[kind];
	struct eh_judge_fault_event e = {.source = source,
	                                 .kind = kind,
	                                 .event = "returned",
	                                 .at_us = when->at_us,
	                                 .pane_end_us = when->pane_end_us,
	                                 .history = when->history,
	                                 .onset_us = when->onset_us != 0 ? when->onset_us : INT64_MIN};

	if (active == f->active && !(active && f->open && when->more))
		return EH_OK;
	bool more = active == f->active;
	f->active = active;
	if (!active && !f->open)
		return EH_OK;
	if (active && !f->open) {
		f->open = true;
		/* An alert that was closed keeps its id: where T has not moved since it was raised, this one is a moment later. */
		f->raised_us = f->id[0] != '\0' && when->at_us <= f->raised_us ? f->raised_us + 1 : when->at_us;
		e.at_us = f->raised_us; /* which is what a judge that starts again finds of it */
		name_it(f, source->map->source, eh_judge_fault_rules[kind].slug);
		e.event = "raised";
	} else if (!active || more) {
		e.event = more ? "folded" : "recovered";
	}
	e.id = f->id;
	return tell(judge, &e, active, words, ctx, err);
}
