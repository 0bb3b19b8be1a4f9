/*
 * verb_policy.c - evenhand policy show | check | diff | propose | approve | reject | history.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/ask.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "pg/store.h"
#include "policy/history.h"

const char eh_cli_policy_usage[] =
	"usage: evenhand policy show [--at TIME] [--json]\n"
	"       evenhand policy check FILE.yaml [--json]\n"
	"       evenhand policy diff A B [--json]\n"
	"       evenhand policy propose FILE.yaml --effective TIME --as USER --reason TEXT [--floor]\n"
	"                               [--lab-digest SHA256]\n"
	"       evenhand policy approve N --as USER [--reason TEXT]\n"
	"       evenhand policy reject N --as USER --reason TEXT\n"
	"       evenhand policy history [--json]\n"
	"\n"
	"show prints what is in force for the house, the floor beside it, and what is to come; check\n"
	"reads a draft strictly and prints what it means, or says what is wrong with it (exit 1).\n"
	"A and B of diff are files, or the words house and floor, or the first 6 digits or more of a\n"
	"version's SHA-256.\n"
	"\n"
	"A version takes two people and an instant in the future. For the house an insurer or analyst\n"
	"proposes and an approver approves; the floor is set by two users with the role regulator-admin.\n"
	"Judge carries it out, and refuses on the record. N is the number that propose prints.\n"
	"\n"
	"  --at TIME            in force at this instant of T; default: where the sources stand\n"
	"  --effective TIME     from when on it shall be in force, as 2027-01-01T00:00:00Z\n"
	"  --floor              it is to be the floor, not the house policy\n"
	"  --lab-digest SHA256  of the lab run that the proposal rests on\n"
	"  --as USER            who asks; a user of the dashboard\n"
	"  --reason TEXT        why; it stands on the record\n"
	"  --json               JSON on standard output\n";

struct words {
	const char *at, *effective, *user, *reason, *lab;
	bool floor, json;
};

static void print(const struct eh_policy *policy, bool json)
{
	char version[EH_SHA256_HEX];
	json_error_t why;

	eh_sha256_hex(&policy->version, version);
	EH_JSON_AUTO doc = json_loads(policy->canonical, 0, &why);
	if (json) {
		EH_JSON_AUTO out = json_pack("{s:s,s:O}", "sha256", version, "policy", doc);

		eh_cli_print_json(out, JSON_INDENT(2) | JSON_SORT_KEYS);
	} else {
		printf("version %s\n", version);
		eh_cli_print_json(doc, JSON_INDENT(2) | JSON_SORT_KEYS);
	}
}

static enum eh_rc read_instant(const char *text, int64_t *us, struct eh_err *err)
{
	if (text != NULL && eh_time_parse(text, strlen(text), us))
		return EH_OK;
	if (text == NULL)
		eh_fail(err, EH_BAD_INPUT, "propose needs the instant from which it shall be in force");
	else
		eh_fail(err, EH_BAD_INPUT, "\"%s\" is not an instant", text);
	return eh_hint(err, "%s TIME is written as 2027-01-01T00:00:00Z.", text == NULL ? "add --effective TIME;" : "a");
}

static enum eh_rc read_history(struct eh_pg *pg, struct eh_arena *home, const char *at, struct eh_policy_history *h,
                               struct eh_err *err)
{
	int64_t at_us = 0;
	enum eh_rc rc = at != NULL ? read_instant(at, &at_us, err) : eh_policy_clock(pg, &at_us, err);

	return rc == EH_OK ? eh_policy_history_read(pg, home, false, at_us, h, err) : rc;
}

/* ---- show, history ------------------------------------------------------------------------------- */

static void print_entry(const struct eh_policy_entry *e)
{
	char version[EH_SHA256_HEX], at[EH_TIME_TEXT] = "the beginning";

	eh_sha256_hex(&e->policy->version, version);
	if (e->effective_us != EH_POLICIES_ALWAYS)
		eh_time_format(e->effective_us, at);
	printf("%-5s  %-8s  %.12s  from %s  \"%s\"\n", eh_policy_layer_name(e->layer),
	       eh_policy_standing_name(e->standing), version, at, e->policy->name);
	if (e->proposal_id > 0)
		printf("       proposal %lld of %s%s%s%s%s\n", (long long)e->proposal_id, e->proposer,
		       e->reason != NULL ? ": " : "", e->reason != NULL ? e->reason : "",
		       e->decided_by == NULL              ? ""
		       : e->standing == EH_POLICY_REJECTED ? "; rejected by "
		                                           : "; approved by ",
		       e->decided_by != NULL ? e->decided_by : "");
}

static void print_changes(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now)
{
	struct eh_policy_diff diff;

	eh_policy_diff(home, old, now, &diff);
	for (size_t i = 0; i < diff.n; i++)
		printf("       %s %s\n", diff.change[i].looser ? "looser:" : "-", diff.change[i].words);
}

static json_t *in_force_json(struct eh_arena *home, const struct eh_policy_entry *e)
{
	json_error_t why;

	if (e == NULL)
		return json_null();
	json_t *out = eh_policy_entry_json(home, e);
	json_object_set_new(out, "policy", json_loads(e->policy->canonical, 0, &why));
	return out;
}

static void show_json(struct eh_arena *home, const struct eh_policy_history *h)
{
	const struct eh_policy_entry *house = eh_policy_history_in_force(h, EH_POLICY_HOUSE);
	EH_JSON_AUTO out = in_force_json(home, house);
	json_t *next = json_array();
	char at[EH_TIME_TEXT];

	eh_time_format(h->at_us, at);
	for (size_t i = 0; i < h->n; i++)
		if (h->entry[i].standing == EH_POLICY_TO_COME || h->entry[i].standing == EH_POLICY_WAITING)
			json_array_append_new(next, eh_policy_entry_json(home, &h->entry[i]));
	json_object_set_new(out, "at", json_string(at));
	json_object_set_new(out, "floor", in_force_json(home, eh_policy_history_in_force(h, EH_POLICY_FLOOR)));
	json_object_set_new(out, "next", next);
	eh_cli_print_json(out, JSON_INDENT(2) | JSON_SORT_KEYS);
}

static void show_text(const struct eh_policy_history *h)
{
	char at[EH_TIME_TEXT];

	eh_time_format(h->at_us, at);
	printf("at %s\n", at);
	for (enum eh_policy_layer layer = 0; layer < EH_POLICY_LAYERS; layer++) {
		const struct eh_policy_entry *e = eh_policy_history_in_force(h, layer);

		if (e != NULL) {
			print_entry(e);
			print(e->policy, false);
		}
	}
	for (size_t i = 0; i < h->n; i++)
		if (h->entry[i].standing == EH_POLICY_TO_COME || h->entry[i].standing == EH_POLICY_WAITING)
			print_entry(&h->entry[i]);
}

static enum eh_rc show(struct eh_pg *pg, struct eh_arena *home, const struct words *w, struct eh_err *err)
{
	struct eh_policy_history h;
	enum eh_rc rc = read_history(pg, home, w->at, &h, err);

	if (rc != EH_OK)
		return rc;
	if (h.n == 0) /* no judge ever ran: what it would begin under */
		print(eh_policy_default(home), w->json);
	else if (w->json)
		show_json(home, &h);
	else
		show_text(&h);
	return EH_OK;
}

static enum eh_rc list_history(struct eh_pg *pg, struct eh_arena *home, const struct words *w, struct eh_err *err)
{
	EH_JSON_AUTO out = json_array();
	struct eh_policy_history h;
	enum eh_rc rc = read_history(pg, home, w->at, &h, err);

	for (size_t i = 0; rc == EH_OK && i < h.n; i++) {
		if (w->json) {
			json_array_append_new(out, eh_policy_entry_json(home, &h.entry[i]));
			continue;
		}
		print_entry(&h.entry[i]);
		if (h.entry[i].before != NULL)
			print_changes(home, h.entry[i].before, h.entry[i].policy);
	}
	if (rc == EH_OK && w->json)
		eh_cli_print_json(out, JSON_INDENT(2) | JSON_SORT_KEYS);
	else if (rc == EH_OK && h.n == 0)
		puts("no version stands on the record: judge has not run yet");
	return rc;
}

/* ---- diff ---------------------------------------------------------------------------------------- */

static bool is_version(const struct eh_policy *policy, const char *word)
{
	char version[EH_SHA256_HEX];

	eh_sha256_hex(&policy->version, version);
	return strncmp(version, word, strlen(word)) == 0;
}

static bool looks_stored(const char *word)
{
	size_t n = strspn(word, "0123456789abcdef");
	enum eh_policy_layer layer;

	return eh_policy_layer_of(word, &layer) || (n >= 6 && word[n] == '\0' && access(word, F_OK) != 0);
}

static enum eh_rc find_stored(const struct eh_policy_history *h, const char *word, const struct eh_policy **out,
                              struct eh_err *err)
{
	enum eh_policy_layer layer;

	*out = NULL;
	if (eh_policy_layer_of(word, &layer)) {
		const struct eh_policy_entry *e = eh_policy_history_in_force(h, layer);

		*out = e != NULL ? e->policy : NULL;
	}
	for (size_t i = 0; *out == NULL && i < h->n; i++)
		if (is_version(h->entry[i].policy, word))
			*out = h->entry[i].policy;
	if (*out != NULL)
		return EH_OK;
	eh_fail(err, EH_BAD_INPUT, "the store has no version \"%s\" of the policy", word);
	return eh_hint(err, "`evenhand policy history` names them.");
}

static enum eh_rc diff(struct eh_settings *settings, struct eh_arena *home, char **names, bool json, struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	struct eh_policy_history h = {0};
	const struct eh_policy *side[2];
	struct eh_policy_diff changes;
	enum eh_rc rc = EH_OK;

	if (looks_stored(names[0]) || looks_stored(names[1])) {
		rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &pg, err);
		if (rc == EH_OK)
			rc = read_history(pg, home, NULL, &h, err);
	}
	for (int i = 0; rc == EH_OK && i < 2; i++)
		rc = looks_stored(names[i]) ? find_stored(&h, names[i], &side[i], err)
		                            : eh_policy_read(home, names[i], &side[i], err);
	if (rc != EH_OK)
		return rc;
	eh_policy_diff(home, side[0], side[1], &changes);
	if (json) {
		EH_JSON_AUTO out = eh_policy_diff_json(&changes);

		eh_cli_print_json(out, JSON_INDENT(2) | JSON_SORT_KEYS);
	} else if (changes.n == 0) {
		puts("the two mean the same");
	} else {
		print_changes(home, side[0], side[1]);
	}
	return EH_OK;
}

/* ---- propose, approve, reject -------------------------------------------------------------------- */

static enum eh_rc propose(struct eh_pg *pg, struct eh_arena *home, const char *file, const struct words *w,
                          struct eh_err *err)
{
	const struct eh_policy *policy;
	int64_t effective_us;
	char at[EH_TIME_TEXT];
	enum eh_rc rc = eh_policy_read(home, file, &policy, err);

	if (rc == EH_OK)
		rc = read_instant(w->effective, &effective_us, err);
	if (rc != EH_OK)
		return rc;
	if (w->reason == NULL || *w->reason == '\0') {
		eh_fail(err, EH_BAD_INPUT, "propose needs a reason");
		return eh_hint(err, "add --reason TEXT; it becomes part of the record.");
	}
	eh_time_format(effective_us, at);
	EH_JSON_AUTO body = json_pack("{s:s,s:s,s:s,s:s,s:s?}", "layer",
	                              eh_policy_layer_name(w->floor ? EH_POLICY_FLOOR : EH_POLICY_HOUSE), "canonical",
	                              policy->canonical, "effective", at, "reason", w->reason, "lab_sha256", w->lab);
	if (body == NULL)
		return eh_fail(err, EH_BAD_INPUT, "what is asked for is not UTF-8");
	return eh_cli_ask(pg, w->user, "policy-propose", NULL, body, err);
}

static enum eh_rc decide(struct eh_pg *pg, struct eh_arena *home, const char *verb, const char *number,
                         const struct words *w, struct eh_err *err)
{
	struct eh_policy_history h;
	long long id = 0;
	char version[EH_SHA256_HEX];
	int end = 0;

	if (sscanf(number, "%18lld%n", &id, &end) != 1 || number[end] != '\0' || id <= 0) {
		eh_fail(err, EH_BAD_INPUT, "\"%s\" is not the number of a proposal", number);
		return eh_hint(err, "propose printed it; `evenhand policy history` shows it.");
	}
	enum eh_rc rc = read_history(pg, home, NULL, &h, err);
	if (rc != EH_OK)
		return rc;
	const struct eh_policy_entry *e = eh_policy_history_proposal(&h, id);
	if (e == NULL)
		return eh_fail(err, EH_BAD_INPUT, "there is no proposal %lld", id);
	print_entry(e);
	if (e->before != NULL)
		print_changes(home, e->before, e->policy);
	eh_sha256_hex(&e->policy->version, version);
	EH_JSON_AUTO body = json_pack("{s:I,s:s,s:s?}", "proposal", (json_int_t)id, "sha256", version, "reason", w->reason);
	if (body == NULL)
		return eh_fail(err, EH_BAD_INPUT, "the reason is not UTF-8");
	return eh_cli_ask(pg, w->user, eh_arena_printf(home, "policy-%s", verb), NULL, body, err);
}

static enum eh_rc act(struct eh_settings *settings, struct eh_arena *home, int argc, char **argv, const struct words *w,
                      struct eh_err *err)
{
	EH_PG_AUTO pg = NULL;
	const char *verb = argv[1];
	bool asks = argc == 3 && (strcmp(verb, "approve") == 0 || strcmp(verb, "reject") == 0);
	bool proposes = argc == 3 && strcmp(verb, "propose") == 0, shows = argc == 2 && strcmp(verb, "show") == 0;
	bool lists = argc == 2 && strcmp(verb, "history") == 0;

	if (argc == 4 && strcmp(verb, "diff") == 0)
		return diff(settings, home, argv + 2, w->json, err);
	if (!asks && !proposes && !shows && !lists) {
		eh_fail(err, EH_BAD_INPUT, "policy has no \"%s\" of that form", verb);
		return eh_hint(err, "`evenhand policy --help` shows the forms.");
	}
	enum eh_rc rc = eh_store_open(settings->store, settings->state,
	                              asks || proposes ? EH_STORE_WRITER : EH_STORE_READER, &pg, err);
	if (rc != EH_OK)
		return rc;
	if (shows)
		return show(pg, home, w, err);
	if (lists)
		return list_history(pg, home, w, err);
	return proposes ? propose(pg, home, argv[2], w, err) : decide(pg, home, verb, argv[2], w, err);
}

int eh_cli_policy(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct words w = {0};
	const struct eh_cli_flag flags[] = {{"at", &w.at, NULL},         {"effective", &w.effective, NULL},
	                                    {"as", &w.user, NULL},       {"reason", &w.reason, NULL},
	                                    {"lab-digest", &w.lab, NULL}, {"floor", NULL, &w.floor},
	                                    {"json", NULL, &w.json},     {0}};
	const struct eh_policy *policy;
	struct eh_err err;

	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 1, 3, &err) != EH_OK)
		return eh_cli_failed_json(&err, w.json);
	if (argc == 3 && strcmp(argv[1], "check") == 0) {
		if (eh_policy_read(home, argv[2], &policy, &err) != EH_OK) {
			(void)eh_cli_failed_json(&err, w.json);
			return 1;
		}
		print(policy, w.json);
		return 0;
	}
	return act(settings, home, argc, argv, &w, &err) == EH_OK ? 0 : eh_cli_failed_json(&err, w.json);
}
