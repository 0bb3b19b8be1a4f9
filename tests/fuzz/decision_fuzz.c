/*
 * decision_fuzz.c - any bytes as the fields of a row, divided at 0x01: set aside, or whole.
 */
#include <string.h>

#include "base/fixed.h"
#include "base/utf8.h"
#include "decision/decision.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char map_text[] =
	"source: s\ntable: t\n"
	"columns: {id: id, decided_at: at, decision: d, score: score, outcome: o, outcome_at: oat}\n"
	"favourable: ['y']\nadverse: ['n']\nscore: {scale: 2}\noutcome: {adverse: ['1']}\n"
	"protected:\n"
	"  - {name: sex, column: sex, reference: Male, groups: {M: Male, F: Female}}\n"
	"  - {name: age, column: age, reference: 25-39, bands: [25, 40]}\n"
	"strata: [{name: tier, column: tier}]\n"
	"features: [{name: f, column: f, kind: numeric, scale: 12}, {name: z, column: z, kind: categorical}]\n"
	"lineage: [{role: model, column: m}]\n";

#define COLUMNS 12

static void check_text(struct eh_text text)
{
	EH_ASSERT((text.at == NULL) == (text.n == 0));
	EH_ASSERT(text.n == 0 || eh_utf8_valid(text.at, text.n));
}

static void check_number(bool has, int64_t q)
{
	EH_ASSERT(!has || (q < EH_FIXED_LIMIT && q > -EH_FIXED_LIMIT));
}

static void check_decision(const struct eh_map *map, const struct eh_decision *d)
{
	EH_ASSERT(d->id.n > 0);
	check_text(d->id);
	for (size_t i = 0; i < map->protect_n; i++) {
		check_text(d->groups[i]);
		EH_ASSERT(d->label[i] >= -1 && d->label[i] < (int)map->protect[i].labels_n);
	}
	check_text(d->strata[0]);
	check_text(d->features[1].text);
	check_text(d->lineage[0]);
	check_number(d->has_score, d->score_q);
	check_number(d->features[0].has, d->features[0].q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct eh_arena *arena;
	static const struct eh_map *map;
	struct eh_field fields[COLUMNS] = {0};
	struct eh_row row = {.fields = fields};
	struct eh_decision d;
	struct eh_err err = {0};
	enum eh_decision_reason reason;
	const char *at = (const char *)data, *end = at + n;

	if (arena == NULL) {
		arena = eh_arena_new();
		EH_ASSERT(eh_map_parse(arena, "m", map_text, strlen(map_text), &map, &err) == EH_OK);
		EH_ASSERT(map->columns_n == COLUMNS);
	}
	for (int i = 0; i < COLUMNS && at < end; i++) {
		const char *stop = memchr(at, 1, (size_t)(end - at));
		size_t len = (size_t)((stop == NULL ? end : stop) - at);

		fields[i].text = (struct eh_text){len == 0 ? NULL : at, len};
		at += len + 1;
	}
	enum eh_rc rc = eh_decision_check(map, &row, &d, &reason, &err);
	EH_ASSERT((rc == EH_OK) == (reason == EH_DECISION_OK));
	EH_ASSERT(rc == EH_OK || (rc == EH_BAD_ROW && err.text[0] != '\0'));
	if (rc == EH_OK)
		check_decision(map, &d);
	return 0;
}
