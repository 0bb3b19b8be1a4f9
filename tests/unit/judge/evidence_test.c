/*
 * evidence_test.c - evidence is canonical, holds no floating point, and its digest does not wander.
 */
#include <math.h>

#include "judge/inside.h"
#include "stats/proportion.h"
#include "tests/unit/judge/world.h"

struct kept {
	char *evidence;
	struct eh_sha256 digest;
	int events;
};

static enum eh_rc keep(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	struct kept *k = ctx;

	(void)err;
	if (k->events++ == 0) {
		k->evidence = strdup(e->evidence);
		k->digest = e->evidence_sha256;
	}
	return EH_OK;
}

static bool has_real(const json_t *doc)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)doc, key, value) {
		if (json_is_real(value) || has_real(value))
			return true;
	}
	json_array_foreach(doc, i, value) {
		if (json_is_real(value) || has_real(value))
			return true;
	}
	return json_is_real(doc);
}

/* Every hour 40 men of whom 36 are favoured, and 40 women of whom 16 are. */
static void fold_until_raised(struct eh_arena *home, struct kept *k, int64_t source_id)
{
	struct eh_judge_sink sink = {.ctx = k, .alert = keep};
	struct world w = world_begin(eh_policy_default(home), world_map, &sink);
	struct eh_err err;

	w.source->source_id = source_id;
	for (int h = 0; h < 60 && k->events == 0; h++) {
		eh_cube_clear(w.pane);
		for (int i = 0; i < 80; i++) {
			struct world_decision d = {.label = {(uint8_t)(1 + i / 40), 1, 1, (uint8_t)(1 + i % 2), 1}};

			d.favourable = i < 36 || (i >= 40 && i < 56);
			world_add(w.source->names, w.pane, &d);
		}
		struct eh_judge_close close = {.first_pane_us = WORLD_T0 + h * EH_HOUR_US,
		                               .last_pane_us = WORLD_T0 + h * EH_HOUR_US,
		                               .clock_us = WORLD_T0 + (h + 1) * EH_HOUR_US,
		                               .history = true,
		                               .pane = w.pane};
		expect_rc(EH_OK, eh_judge_fold(w.judge, w.source, &close, &w.digest, &err), &err);
	}
	assert_true(k->events > 0);
	world_end(&w);
}

static const char *text_at(const json_t *doc, const char *key)
{
	return json_string_value(json_object_get(doc, key));
}

static void canonical_without_floats(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_BUF_AUTO again = {0};
	struct kept k = {0};
	struct eh_err err;

	(void)state;
	fold_until_raised(home, &k, 1);
	EH_JSON_AUTO doc = json_loads(k.evidence, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(doc);
	assert_false(has_real(doc));
	expect_rc(EH_OK, eh_json_canonical(doc, &again, &err), &err);
	assert_string_equal(again.data, k.evidence);
	struct eh_sha256 digest = eh_sha256_of(k.evidence, strlen(k.evidence));
	assert_true(eh_sha256_equal(&digest, &k.digest));
	free(k.evidence);
}

/* The counts in the evidence give the ratio in the evidence: a reader can check it with a pencil. */
static void what_it_says_follows_from_its_counts(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct kept k = {0};
	int raw = 0;

	(void)state;
	fold_until_raised(home, &k, 1);
	EH_JSON_AUTO doc = json_loads(k.evidence, 0, NULL);
	assert_string_equal(text_at(doc, "schema"), "evenhand/evidence/1");
	assert_string_equal(text_at(doc, "event"), "raised");
	assert_string_equal(text_at(doc, "group"), "F");
	assert_string_equal(text_at(doc, "found_in"), "history");
	assert_int_equal(json_integer_value(json_object_get(doc, "monitors_watched")), 8);
	size_t i;
	json_t *m;
	json_array_foreach(json_object_get(doc, "crossed"), i, m) {
		const json_t *c = json_object_get(m, "since_onset");
		bool adverse = strcmp(text_at(m, "outcome"), "adverse") == 0;
		struct ehs_2x2 t = {{(uint64_t)json_integer_value(json_object_get(c, "n_protected")),
		                     (uint64_t)json_integer_value(json_object_get(c, "k_protected"))},
		                    {(uint64_t)json_integer_value(json_object_get(c, "n_reference")),
		                     (uint64_t)json_integer_value(json_object_get(c, "k_reference"))}};
		char want[32];

		assert_true(t.prot.n == t.ref.n && t.prot.x * 40 == t.prot.n * (adverse ? 24 : 16) && t.ref.x * 40 == t.ref.n * (adverse ? 4 : 36));
		if (!json_is_null(json_object_get(m, "strata")))
			continue;
		raw++;
		snprintf(want, sizeof want, "%.6f", ehs_air_koopman(t, EHS_Z90).est);
		assert_string_equal(text_at(json_object_get(m, "ratio_90"), "ratio"), want);
		assert_true(json_is_true(json_object_get(m, "review")));
	}
	assert_true(raw > 0);
	free(k.evidence);
}

static void the_digest_stays(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct kept one = {0}, two = {0};
	char hex[EH_SHA256_HEX];

	(void)state;
	fold_until_raised(home, &one, 1);
	fold_until_raised(home, &two, 77); /* the number of a source in one store is no part of it */
	assert_string_equal(one.evidence, two.evidence);
	eh_sha256_hex(&one.digest, hex);
	assert_string_equal(hex, "c623d71fa5e7a11454f2e3cad65d00d501ad167420e252d8e05860e03ede8e4a");
	free(one.evidence);
	free(two.evidence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(canonical_without_floats),
	                                   cmocka_unit_test(what_it_says_follows_from_its_counts), cmocka_unit_test(the_digest_stays)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
