/*
 * said.h - what the tests of the written reports share: a small audit with everything in it that is hard to say.
 *
 * The tree is written out as `evenhand audit --json` gives it, so that these tests stand still when the audit grows.
 *
 * Threads  none.
 */
#ifndef TESTS_UNIT_REPORT_SAID_H
#define TESTS_UNIT_REPORT_SAID_H

#define GOLDEN_FOLDER "tests/unit/report/golden/"
#include "tests/unit/page/drawn.h"

#include <jansson.h>

#include "report/say_audit.h"

/* One pair's figures, in the shape of pairs.G. */
#define PAIR(N, K, RATE, AIR, LO, HI, ADV, ENOUGH, PRACTICAL, P, MORE)                                                  \
	"{\"n_focal\": " N ", \"k_focal\": " K ", \"n_ref\": 1000, \"k_ref\": 800, \"rate_focal\": " RATE                 \
	", \"rate_ref\": 0.8, \"air\": {\"value\": " AIR "}, \"adverse_ratio\": {\"value\": " ADV                      \
	"}, \"koopman\": {\"air\": [" LO ", " HI "], \"adverse_ratio\": [1.0, 3.0]}, \"shortfall_to_ref_rate\": 60.2, " \
	"\"shortfall\": {\"to_ref_rate\": [31.5, 88.4]}, \"risk_difference\": {\"value\": -0.2}, \"verdict\": {\"enough\": " ENOUGH \
	", \"favourable\": {\"line\": 0.8, \"practical\": " PRACTICAL "}, \"adverse\": {\"line\": 1.25, \"practical\": " PRACTICAL  \
	"}, \"p\": " P ", \"minimum_detectable_air\": 0.91}" MORE "}"

#define CMH                                                                                                            \
	", \"cmh\": {\"tier\": {\"n_strata\": 3, \"n_informative\": 2, \"per_stratum\": [{\"level\": \"a\", \"informative\": true}, " \
	"{\"level\": \"b\", \"informative\": true}, {\"level\": \"c\", \"informative\": false}], \"p\": 0.2, \"or_mh\": 1.2, "       \
	"\"or_mh_rbg_lo\": 0.9, \"or_mh_rbg_hi\": 1.6, \"mh_risk_ratio\": 1.03, \"coverage\": 0.9}}"

static const char said_tree[] =
	"{\"audit\": {\"source\": \"motor <script>alert(1)</script>\", \"map_version\": \"ab12\", \"from\": null, \"to\": null, "
	"\"rows\": 12345, \"first_decided_at\": \"2026-01-01T00:00:00Z\", \"last_decided_at\": \"2026-06-30T10:00:00Z\", "
	"\"set_aside\": {\"rows\": 3, \"reasons\": [{\"reason\": \"bad date in column decided_at\", \"rows\": 3}]}, "
	"\"rounded\": 2, \"exact\": false, \"by\": \"month\"}, \"attributes\": {\"sex\": {\"reference\": \"men\", \"n\": 1420, "
	"\"n_missing\": 7, \"groups\": {\"<script>\": {\"n\": 20, \"k\": 12, \"rate\": 0.6, \"share\": 0.014, \"wilson\": [0.39, 0.78], "
	"\"ll144_impact_ratio\": 0.75}, \"men\": {\"n\": 1000, \"k\": 800, \"rate\": 0.8, \"share\": 0.7, \"wilson\": [0.77, 0.82], "
	"\"ll144_impact_ratio\": 1.0}, \"women\": {\"n\": 400, \"k\": 240, \"rate\": 0.6, \"share\": 0.28, \"wilson\": [0.55, 0.65], "
	"\"ll144_impact_ratio\": 0.75}}, \"unmapped\": {\"<script>\": 20}, \"pairs\": {\"<script>\": "
	PAIR("20", "12", "0.6", "0.75", "0.5", "0.95", "2.0", "false", "true", "0.04", "") ", \"women\": "
	PAIR("400", "240", "0.6", "0.75", "0.69", "0.81", "2.0", "true", "true", "0.0001", CMH) "}, \"highest_rate\": {\"group\": \"women\", "
	"\"pairs\": {\"men\": " PAIR("1000", "800", "0.8", "1.33", "1.2", "1.4", "0.5", "true", "false", "0.0001", "") "}}, "
	"\"strata_not_informative\": [{\"stratum\": \"branch\", \"reason\": \"the same everywhere\"}], "
	"\"outcome\": {\"n_missing\": 5, \"by_group\": {\"women\": {\"n\": 90, \"base_rate\": 0.1, \"fpr\": 0.3, \"tpr\": 0.6, "
	"\"ppv\": 0.2, \"npv\": 0.95}}, \"pair_tests\": {\"women\": {\"fpr\": {\"rate_focal\": 0.3, \"rate_ref\": 0.2, "
	"\"fisher\": {\"p_two_sided\": 0.01}}}}}, \"calibration\": {\"table\": [{\"group\": \"men\", \"n\": 50, \"k\": 5, \"rate\": 0.1, "
	"\"mean_score\": 10.0, \"wilson\": [0.04, 0.2]}, {\"group\": \"men\", \"n\": 50, \"k\": 9, \"rate\": 0.18, \"mean_score\": 20.0, "
	"\"wilson\": [0.1, 0.3]}, {\"group\": \"women\", \"n\": 5, \"k\": 1, \"rate\": 0.2, \"mean_score\": 10.0, \"wilson\": [0.0, 0.6]}]}, "
	"\"logit\": {\"unadjusted\": {\"terms\": {\"women\": {\"odds_ratio\": 2.6, \"or_lo\": 2.0, \"or_hi\": 3.4}}}, "
	"\"adjusted\": {\"controls\": [\"tier\"], \"terms\": {\"women\": {\"odds_ratio\": 1.1, \"or_lo\": 0.8, \"or_hi\": 1.5, \"p\": 0.5}}}}, "
	"\"variable_test\": {\"decision\": [{\"control\": \"tier\", \"groups\": {\"women\": {\"first\": {\"before\": 0.2, \"after\": "
	"-0.05, \"share_taken\": 1.25}, \"last\": {\"before\": 0.1, \"after\": 0.08, \"share_taken\": 0.2}}}}], \"amounts\": {}}, "
	"\"amounts\": {\"premium\": {\"groups\": {\"men\": {\"n\": 900, \"mean\": 400.5, \"median\": 390.0, \"actual_expected\": "
	"{\"value\": 1.02, \"lo\": 0.9, \"hi\": 1.1}}, \"women\": {\"n\": 380, \"mean\": 440.0, \"median\": 420.25}}, \"mean_gap\": "
	"{\"unadjusted\": {\"groups\": {\"women\": {\"gap\": 39.5}}}, \"adjusted\": {\"groups\": {\"women\": {\"gap\": 30.0, \"lo\": 20.0, "
	"\"hi\": 40.0, \"p\": 0.0001}}}}, \"log_gap\": {\"adjusted\": {\"groups\": {\"women\": {\"percent\": 7.4, \"percent_lo\": 5.0, "
	"\"percent_hi\": 9.9, \"line_percent\": 5.0, \"verdict\": \"both\", \"p\": 0.0001}}}}}}, "
	"\"override\": {\"groups\": {\"women\": {\"n\": 400, \"k\": 20, \"rate\": 0.05, \"to_favourable\": 12, \"to_adverse\": 8}}, "
	"\"pairs\": {\"women\": {\"n_focal\": 400, \"rate_focal\": 0.05, \"rate_ref\": 0.03, \"fisher\": {\"p_two_sided\": 0.06}}}}, "
	"\"time_to_decision\": {\"n_negative\": 2, \"groups\": {\"men\": {\"n\": 1000, \"mean\": 90000.0, \"median\": 86400.0}, \"women\": "
	"{\"n\": 400, \"mean\": 200000.0, \"median\": 180000.0}}, \"pairs\": {\"women\": {\"mann_whitney\": {\"p\": 0.0001}}}}, "
	"\"proxies\": {\"miles\": {\"n\": 1420, \"eta_squared\": 0.09, \"kruskal_p\": 0.00001}}, "
	"\"ll144\": {\"n_unknown\": 7, \"selection\": {\"rows\": [{\"category\": \"<script>\", \"n\": 20, \"k\": 12, \"rate_pct\": 60.0, "
	"\"impact_ratio\": null, \"under_2pct\": true}, {\"category\": \"men\", \"n\": 1000, \"k\": 800, \"rate_pct\": 80.0, \"impact_ratio\": 1.0, "
	"\"under_2pct\": false}]}}}, \"race\": {\"reference\": \"white\", \"n\": 900, \"n_missing\": 0, \"membership\": {\"n_unknown\": 4, "
	"\"groups\": {\"black\": {\"sum_w\": 200.4, \"share\": 0.22, \"weighted\": {\"rate\": 0.7}, \"em\": {\"rate\": 0.6}, "
	"\"regression\": {\"rate\": 0.58}, \"frechet\": [0.3, 0.9]}}, \"pairs\": {\"black\": {\"difference\": {\"weighted\": "
	"{\"est\": -0.08}, \"em\": {\"est\": -0.2}, \"regression\": {\"est\": -0.21}, \"bracket\": [-0.21, -0.08], \"limits\": "
	"[-0.3, -0.02], \"frechet\": [-0.7, 0.4]}, \"verdict\": \"review\", \"sentence\": \"The gap is between 8 and 21 fewer of "
	"every 100.\"}}}}}, \"multiplicity\": {\"n\": 41, \"families\": [{\"attribute\": \"sex\", \"question\": \"cmh\", \"stratum\": "
	"\"tier\", \"groups\": [{\"group\": \"women\", \"p\": 0.01, \"bh_audit\": 0.03, \"holm_audit\": 0.2}]}]}, \"intersectional\": {\"attributes\": [\"sex\", \"age\"], \"n\": 100, \"n_unknown\": 2, \"cells\": "
	"[{\"a\": \"men\", \"b\": \"old\", \"n\": 60, \"k\": 30, \"rate\": 0.5, \"under_2pct\": false}, {\"a\": \"men\", \"b\": \"young\", \"n\": 4, "
	"\"k\": 1, \"rate\": 0.25, \"under_2pct\": false}]}, \"tumbling_windows\": {\"attribute\": \"sex\", \"reference\": \"men\", "
	"\"unit\": \"month\", \"windows\": [{\"window\": \"2026-01\", \"n\": 140, \"groups\": {\"men\": [100, 80], \"women\": [40, 20]}, "
	"\"pairs\": {\"women\": {\"air\": {\"value\": 0.625, \"katz_lo\": 0.45, \"katz_hi\": 0.87}, \"fisher_p\": 0.001}}}, "
	"{\"window\": \"2026-02\", \"n\": 110, \"groups\": {\"men\": [100, 80], \"women\": [10, 2]}, \"pairs\": {\"women\": "
	"{\"air\": {\"value\": 0.25, \"katz_lo\": null, \"katz_hi\": null}, \"fisher_p\": null}}}]}, \"warnings\": [{\"kind\": \"simpson\", "
	"\"attribute\": \"sex\", \"group\": \"women\", \"stratum\": \"tier\", \"sentence\": \"The directions differ.\"}]}";

static inline json_t *said_document(struct eh_arena *arena, json_t **tree)
{
	json_error_t error;

	*tree = json_loads(said_tree, 0, &error);
	if (!*tree)
		fail_msg("%s at %d", error.text, error.position);
	return eh_say_audit(arena, *tree);
}

#endif
