/*
 * loosen.c - does a new version take away what an open alert stands on?  See diff.h.
 *
 * Every monitor that the old version has for the subject is asked of the new one: is
 * there still a line that fires as early?  Only the names that either version uses
 * need to be tried, and one that neither does, which stands for all others.
 */
#include <string.h>

#include "policy/diff.h"
#include "policy/inside.h"

#define ANY_OTHER "\x01" /* a stratum that no file names */

/* The lines of the monitors of one key, each with its loosest gate. */
static uint32_t lines_of(const struct eh_policy *p, struct eh_policy_monitor m, struct eh_policy_line *line)
{
	uint32_t n = 0;

	for (uint32_t l = 0; l < p->lines; l++) {
		m.tau_ppm = p->line[l].tau_ppm;
		int64_t gate_ppm = eh_policy_gate(p, &m);

		if (gate_ppm > 0)
			line[n++] = (struct eh_policy_line){m.tau_ppm, gate_ppm};
	}
	return n;
}

static const char *say_outcome(struct eh_arena *home, const struct eh_policy_monitor *m)
{
	if (m->outcome == EH_POLICY_SCORE)
		return eh_arena_printf(home, "scores of %s and above", eh_policy_say_decimal(home, m->cut_micro));
	return m->outcome == EH_POLICY_FAVOURABLE ? "favourable decisions" : "adverse decisions";
}

static const char *say_segment(struct eh_arena *home, const struct eh_policy_monitor *m)
{
	if (m->segment == NULL)
		return "";
	return strcmp(m->segment, ANY_OTHER) == 0 ? " by other segments" : eh_arena_printf(home, " by %s", m->segment);
}

static void compare_key(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                        const struct eh_policy_monitor *m, struct eh_policy_diff *out)
{
	struct eh_policy_line was[EH_POLICY_LINES_MAX], is[EH_POLICY_LINES_MAX];
	uint32_t before = lines_of(old, *m, was), after = lines_of(now, *m, is), i = 0;
	const char *what;

	for (; i < before; i++) {
		uint32_t k = 0;

		while (k < after && (is[k].tau_ppm < was[i].tau_ppm || is[k].gate_ppm < was[i].gate_ppm))
			k++;
		if (k == after)
			break;
	}
	if (i == before)
		return;
	what = eh_arena_printf(home, "%s%s%s%s", say_outcome(home, m), m->turned ? " of the reference" : "",
	                       m->conditional ? " within strata" : "", say_segment(home, m));
	const char *from = eh_policy_say_lines(home, was, before), *to = eh_policy_say_lines(home, is, after);
	if (after == 0)
		eh_policy_changed(home, out, true, "watched", from, NULL, "The %s are watched no longer.", what);
	else
		eh_policy_changed(home, out, true, "lines", from, to, "For the %s the lines go from %s to %s.", what, from, to);
}

static void compare_kinds(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                          struct eh_policy_monitor m, struct eh_policy_diff *out)
{
	for (int conditional = 0; conditional < 2; conditional++) {
		m.conditional = conditional == 1;
		compare_key(home, old, now, &m, out);
	}
}

static void compare_outcomes(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                             struct eh_policy_monitor m, struct eh_policy_diff *out)
{
	m.outcome = EH_POLICY_FAVOURABLE;
	compare_kinds(home, old, now, m, out);
	m.outcome = EH_POLICY_ADVERSE;
	compare_kinds(home, old, now, m, out);
	m.outcome = EH_POLICY_SCORE;
	for (uint32_t i = 0; i < old->cuts; i++) {
		m.cut_micro = old->cut_micro[i];
		compare_kinds(home, old, now, m, out);
	}
}

/* The reference as protected, against whatever group. */
static void compare_turned(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                           struct eh_policy_monitor m, struct eh_policy_diff *out)
{
	m.turned = true;
	m.group = NULL;
	m.outcome = EH_POLICY_FAVOURABLE;
	compare_kinds(home, old, now, m, out);
	m.outcome = EH_POLICY_ADVERSE;
	compare_kinds(home, old, now, m, out);
}

/* True where an earlier family of the policy names the segment as well. */
static bool named_before(const struct eh_policy *p, size_t family, const char *segment)
{
	for (size_t i = 0; i < family; i++)
		if (!p->family[i].segments.all && eh_policy_names_hold(&p->family[i].segments, segment))
			return true;
	return false;
}

static void compare_segments(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                             struct eh_policy_monitor m, struct eh_policy_diff *out)
{
	for (size_t i = 0; i < old->families; i++)
		for (size_t k = 0; k < old->family[i].segments.n; k++) {
			m.segment = old->family[i].segments.name[k];
			if (!named_before(old, i, m.segment))
				compare_outcomes(home, old, now, m, out);
		}
	m.segment = ANY_OTHER; /* watched where a family asks for all */
	compare_outcomes(home, old, now, m, out);
}

/* The longest window that shows the subject; 0: none does. */
static int64_t window_of(const struct eh_policy *p, const struct eh_policy_subject *s)
{
	int64_t window_us = 0;

	for (const struct eh_policy_family *f = p->family; f < p->family + p->families; f++)
		if (f->window_us > window_us && eh_policy_names_hold(&f->sources, s->source) &&
		    (s->other != NULL ? eh_policy_watches_both(f, s->attribute, s->other)
		                      : eh_policy_names_hold(&f->attributes, s->attribute)))
			window_us = f->window_us;
	return window_us;
}

bool eh_policy_loosens(struct eh_arena *home, const struct eh_policy *old, const struct eh_policy *now,
                       const struct eh_policy_subject *s, struct eh_policy_diff *out)
{
	struct eh_policy_monitor m = {.source = s->source, .attribute = s->attribute, .group = s->group, .other = s->other};
	int64_t was_us = window_of(old, s), is_us = window_of(now, s);

	*out = (struct eh_policy_diff){0};
	eh_policy_diff_whole(home, old, now, true, out);
	if (is_us > 0 && is_us < was_us) {
		const char *from = eh_policy_say_length(home, was_us), *to = eh_policy_say_length(home, is_us);

		eh_policy_changed(home, out, true, "window", from, to, "The window shrinks from %s to %s.", from, to);
	}
	compare_outcomes(home, old, now, m, out);
	if (s->other == NULL)
		compare_turned(home, old, now, m, out);
	compare_segments(home, old, now, m, out);
	return out->n > 0;
}
