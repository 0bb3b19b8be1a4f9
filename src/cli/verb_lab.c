/*
 * verb_lab.c - evenhand lab --draft P.yaml [--json]: what a draft would have done on history.
 *
 * The stored closes are folded twice by the live path, once under the policy in
 * force and once under the draft, and the alerts of both are set side by side.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "judge/replay.h"
#include "judge/policies.h"
#include "pg/store.h"
#include "stats/ehs.h"

const char eh_cli_lab_usage[] = "usage: evenhand lab --draft P.yaml [--json]\n"
				"\n"
				"Replays the store's history under a draft policy and under the one in force, and\n"
				"says which alerts the draft gains and loses, and which come earlier or later.\n"
				"\n"
				"  --draft P.yaml  the draft\n"
				"  --json          one JSON object on standard output\n";

/* Keeps the raised line of every alert: {source, attribute, group} -> line. */
static enum eh_rc keep_raised(void *ctx, const char *line, struct eh_err *err)
{
	json_t *raised = ctx;
	json_error_t why;

	(void)err;
	if (strncmp(line, "{\"alert\"", 8) != 0)
		return EH_OK;
	EH_JSON_AUTO doc = json_loads(line, 0, &why);
	EH_BUF_AUTO key = {0};
	eh_buf_printf(&key, "%s / %s / %s", json_string_value(json_object_get(doc, "source")),
	              json_string_value(json_object_get(doc, "attribute")),
	              json_string_value(json_object_get(doc, "group")));
	json_t *known = json_object_get(raised, key.data);
	if (known == NULL)
		json_object_set_new(raised, key.data,
		                    json_pack("{s:O,s:O,s:O,s:O}", "at", json_object_get(doc, "at"), "onset",
		                              json_object_get(doc, "onset"), "outcome", json_object_get(doc, "outcome"),
		                              "severity", json_object_get(doc, "severity")));
	else if (strcmp(json_string_value(json_object_get(doc, "event")), "escalated") == 0)
		json_object_set(known, "severity", json_object_get(doc, "severity"));
	return EH_OK;
}

static enum eh_rc replay(struct eh_pg *pg, const struct eh_policy *policy, bool check, json_t *raised,
                         struct eh_judge_replayed *out, struct eh_err *err)
{
	struct eh_judge_replay how = {.pg = pg,
	                              .policy = policy,
	                              .check = check,
	                              .from_us = INT64_MIN,
	                              .to_us = INT64_MAX,
	                              .line = keep_raised,
	                              .ctx = raised};

	return eh_judge_replay(&how, out, err);
}

/* Alerts of `in` that `out` does not have. */
static json_t *missing_from(const json_t *in, const json_t *out)
{
	json_t *list = json_array(), *value;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)in, key, value)
	{
		if (json_object_get(out, key) == NULL)
			json_array_append_new(list, json_pack("{s:s,s:O}", "about", key, "alert", value));
	}
	return list;
}

/* Alerts of both, with both dates. */
static json_t *common(const json_t *now, const json_t *draft)
{
	json_t *list = json_array(), *value;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)now, key, value)
	{
		json_t *other = json_object_get(draft, key);

		if (other == NULL)
			continue;
		int order = strcmp(json_string_value(json_object_get(other, "at")),
		                   json_string_value(json_object_get(value, "at")));
		json_array_append_new(list, json_pack("{s:s,s:O,s:O,s:s}", "about", key, "in_force", value, "draft",
		                                      other, "draft_is",
		                                      order < 0   ? "earlier"
		                                      : order > 0 ? "later"
		                                                  : "same"));
	}
	return list;
}

static json_t *policy_json(const struct eh_policy *policy)
{
	char version[EH_SHA256_HEX];
	json_error_t why;

	eh_sha256_hex(&policy->version, version);
	return json_pack("{s:s,s:s,s:o}", "name", policy->name, "sha256", version, "policy",
	                 json_loads(policy->canonical, 0, &why));
}

static void print_list(const char *title, const json_t *list, const char *key)
{
	size_t i;
	json_t *item;

	printf("%s: %zu\n", title, json_array_size(list));
	json_array_foreach(list, i, item)
	{
		const json_t *alert = json_object_get(item, key);

		printf("  %s  raised %s, onset %s, %s\n", json_string_value(json_object_get(item, "about")),
		       json_string_value(json_object_get(alert, "at")),
		       json_string_value(json_object_get(alert, "onset")),
		       json_string_value(json_object_get(alert, "severity")));
	}
}

static void print_text(const json_t *doc)
{
	size_t i;
	json_t *item;

	print_list("gained by the draft", json_object_get(doc, "gained"), "alert");
	print_list("lost by the draft", json_object_get(doc, "lost"), "alert");
	printf("in both: %zu\n", json_array_size(json_object_get(doc, "both")));
	json_array_foreach(json_object_get(doc, "both"), i, item)
	{
		printf("  %s  in force %s, draft %s (%s)\n", json_string_value(json_object_get(item, "about")),
		       json_string_value(json_object_get(json_object_get(item, "in_force"), "at")),
		       json_string_value(json_object_get(json_object_get(item, "draft"), "at")),
		       json_string_value(json_object_get(item, "draft_is")));
	}
}

static enum eh_rc compare(struct eh_pg *pg, const struct eh_policy *now, const struct eh_policy *draft, bool json,
                          struct eh_err *err)
{
	EH_JSON_AUTO before = json_object();
	EH_JSON_AUTO after = json_object();
	struct eh_judge_replayed replayed;
	enum eh_rc rc = replay(pg, NULL, true, before, &replayed, err);

	if (rc == EH_OK)
		rc = replay(pg, draft, false, after, &replayed, err);
	if (rc != EH_OK)
		return rc;
	EH_JSON_AUTO doc =
		json_pack("{s:o,s:o,s:o,s:o,s:o,s:I}", "in_force", policy_json(now), "draft", policy_json(draft),
	                  "gained", missing_from(after, before), "lost", missing_from(before, after), "both",
	                  common(before, after), "panes", (json_int_t)replayed.panes);
	EH_ASSERT(doc != NULL);
	if (json) {
		eh_cli_print_json(doc, JSON_INDENT(2) | JSON_SORT_KEYS);
	} else {
		print_text(doc);
	}
	return EH_OK;
}

/* The house's newest version; a store that was never judged stands under the default. */
static const struct eh_policy *newest(struct eh_arena *home, const struct eh_policies *versions)
{
	const struct eh_policies_version *v = eh_policies_at(versions, EH_POLICY_HOUSE, INT64_MAX, INT64_MAX);

	return v != NULL ? v->policy : eh_policy_default(home);
}

int eh_cli_lab(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = NULL;
	const char *path = NULL;
	bool json = false;
	const struct eh_cli_flag flags[] = {{"draft", &path, NULL}, {"json", NULL, &json}, {0}};
	const struct eh_policy *draft = NULL;
	struct eh_policies *versions = NULL;
	struct eh_err err;

	ehs_init();
	enum eh_rc rc = eh_cli_flags(&argc, argv, flags, &err);
	if (rc == EH_OK)
		rc = eh_cli_words(argc, argv, 0, 0, &err);
	if (rc == EH_OK && path == NULL)
		rc = eh_fail(&err, EH_BAD_INPUT, "lab needs a draft: --draft P.yaml");
	if (rc == EH_OK)
		rc = eh_policy_read(home, path, &draft, &err);
	if (rc == EH_OK)
		rc = eh_store_open(settings->store, settings->state, EH_STORE_READER, &pg, &err);
	if (rc == EH_OK)
		rc = eh_judge_policies_read(pg, home, &versions, &err);
	if (rc == EH_OK)
		rc = compare(pg, newest(home, versions), draft, json, &err);
	return rc == EH_OK ? 0 : eh_cli_failed_json(&err, json);
}
