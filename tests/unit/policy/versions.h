/*
 * versions.h - policies for the tests of the room: read from text, or drawn at random.
 *
 * Threads  none.
 */
#ifndef EH_TESTS_POLICY_VERSIONS_H
#define EH_TESTS_POLICY_VERSIONS_H

#include <string.h>

#include "base/buf.h"
#include "policy/diff.h"
#include "tests/lib/test.h"

static inline const struct eh_policy *version_of(struct eh_arena *home, const char *text)
{
	const struct eh_policy *p = NULL;
	struct eh_err err;

	expect_rc(EH_OK, eh_policy_parse(home, "p.yaml", text, strlen(text), &p, &err), &err);
	return p;
}

/* A small generator with a seed: xorshift64. */
static inline uint32_t drawn(uint64_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 33) % below;
}

static inline void draw_common(struct eh_buf *out, uint64_t *seed, const char *indent)
{
	static const char *const lines[] = {"[{tau: .9, gate: .85}, {tau: .8, gate: .8}]", "[{tau: .9, gate: .85}]",
	                                    "[{tau: .8, gate: .7}]", "[{tau: .95, gate: .9}, {tau: .8, gate: .7}]"};
	static const char *const outcomes[] = {"[favourable]", "[adverse]", "[favourable, adverse]",
	                                       "[adverse, {score: {above: .5}}]"};

	if (drawn(seed, 2))
		eh_buf_printf(out, "%slines: %s\n", indent, lines[drawn(seed, 4)]);
	if (drawn(seed, 2))
		eh_buf_printf(out, "%soutcomes: %s\n", indent, outcomes[drawn(seed, 4)]);
	if (drawn(seed, 3) == 0)
		eh_buf_printf(out, "%sconditional: %s\n", indent, drawn(seed, 2) ? "yes" : "no");
	if (drawn(seed, 3) == 0)
		eh_buf_printf(out, "%swindow: %ud\n", indent, 7 + drawn(seed, 3));
}

static inline void draw_family(struct eh_buf *out, uint64_t *seed, unsigned number)
{
	static const char *const choice[] = {
		"    sources: [claims]\n",      "    sources: [credit]\n",     "    attributes: [sex]\n",
		"    attributes: [sex, age]\n", "    segments: [region]\n",    "    segments: all\n",
		"    groups: {sex: [female]}\n", "    intersections: [[sex, age]]\n", "    intersections: all\n"};

	eh_buf_printf(out, "  - name: f%u\n", number);
	for (unsigned kind = 0; kind < 5; kind++) {
		static const unsigned first[] = {0, 2, 4, 6, 7}, many[] = {2, 2, 2, 1, 2};

		if (drawn(seed, 3) == 0)
			eh_buf_puts(out, choice[first[kind] + drawn(seed, many[kind])]);
	}
	draw_common(out, seed, "    ");
}

static inline const struct eh_policy *draw_version(struct eh_arena *home, uint64_t *seed)
{
	EH_BUF_AUTO out = {0};

	eh_buf_puts(&out, "policy: drawn\n");
	if (drawn(seed, 4) == 0)
		eh_buf_printf(&out, "budget: {page: .%u}\n", 4 + drawn(seed, 2));
	if (drawn(seed, 4) == 0)
		eh_buf_printf(&out, "minimum: {n: %u}\n", 29 + drawn(seed, 3));
	if (drawn(seed, 6) == 0)
		eh_buf_printf(&out, "maturity: %ud\n", 100 + drawn(seed, 2));
	draw_common(&out, seed, "");
	if (drawn(seed, 3) > 0) {
		unsigned families = 1 + drawn(seed, 3);

		eh_buf_puts(&out, "families:\n");
		for (unsigned i = 0; i < families; i++)
			draw_family(&out, seed, i);
	}
	eh_buf_putc(&out, '\0');
	return version_of(home, out.data);
}

#endif
