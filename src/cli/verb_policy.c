/*
 * verb_policy.c - evenhand policy show [FILE] | check FILE.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "policy/policy.h"

const char eh_cli_policy_usage[] = "usage: evenhand policy show [--json]\n"
				   "       evenhand policy check FILE.yaml [--json]\n"
				   "\n"
				   "show prints the policy in force and its version; check reads a draft strictly and\n"
				   "prints what it means, or says what is wrong with it (exit 1).\n"
				   "\n"
				   "  --json  one JSON object on standard output\n";

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

int eh_cli_policy(int argc, char **argv, struct eh_settings *settings)
{
	EH_ARENA_AUTO home = eh_arena_new();
	bool json = false;
	const struct eh_cli_flag flags[] = {{"json", NULL, &json}, {0}};
	const struct eh_policy *policy = eh_policy_default(home);
	struct eh_err err;

	(void)settings;
	if (eh_cli_flags(&argc, argv, flags, &err) != EH_OK || eh_cli_words(argc, argv, 1, 2, &err) != EH_OK)
		return eh_cli_failed_json(&err, json);
	if (argc == 2 && strcmp(argv[1], "show") == 0) {
		print(policy, json);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "check") == 0) {
		if (eh_policy_read(home, argv[2], &policy, &err) != EH_OK) {
			(void)eh_cli_failed_json(&err, json);
			return 1;
		}
		print(policy, json);
		return 0;
	}
	eh_fail(&err, EH_BAD_INPUT, "policy has no \"%s\" of that form", argv[1]);
	eh_hint(&err, "`evenhand policy --help` shows the forms.");
	return eh_cli_failed_json(&err, json);
}
