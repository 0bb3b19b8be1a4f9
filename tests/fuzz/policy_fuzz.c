/*
 * policy_fuzz.c - any bytes as a policy: refused with a place, or read whole; what is read has one canonical form, and
 * that form reads back to the same version.
 */
#include <string.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
const char *__lsan_default_suppressions(void);

/* As in map_fuzz.c: libfyaml forgets a buffer where a flow is broken. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so";
}

static void check_names(const struct eh_policy_names *names)
{
	for (size_t i = 1; i < names->n; i++)
		EH_ASSERT(strcmp(names->name[i - 1], names->name[i]) < 0);
}

static void check_family(const struct eh_policy *p, const struct eh_policy_family *f)
{
	check_names(&f->sources);
	check_names(&f->attributes);
	check_names(&f->segments);
	EH_ASSERT(f->lines > 0 && f->lines <= EH_POLICY_LINES_MAX && f->cuts <= EH_POLICY_CUTS_MAX);
	EH_ASSERT(f->favourable || f->adverse || f->cuts > 0);
	EH_ASSERT(f->window_us > 0 && f->window_us <= p->window_us);
	for (uint32_t l = 0; l < f->lines; l++) {
		uint32_t at = 0;

		while (at < p->lines && p->line[at].tau_ppm != f->line[l].tau_ppm)
			at++;
		EH_ASSERT(at < p->lines && p->line[at].gate_ppm >= f->line[l].gate_ppm);
		EH_ASSERT(f->line[l].gate_ppm <= f->line[l].tau_ppm);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_policy *policy = NULL, *again = NULL;
	struct eh_err err = {0};

	if (eh_policy_parse(arena, "p.yaml", (const char *)data, n, &policy, &err) != EH_OK)
		EH_ASSERT(err.rc == EH_BAD_INPUT && strncmp(err.text, "p.yaml:", strlen("p.yaml:")) == 0);
	else {
		EH_ASSERT(policy->families > 0 && policy->lines > 0 && policy->lines <= EH_POLICY_LINES_MAX);
		for (size_t i = 0; i < policy->families; i++)
			check_family(policy, &policy->family[i]);
		EH_ASSERT(eh_policy_parse_canonical(arena, policy->canonical, strlen(policy->canonical), &again, &err) == EH_OK);
		EH_ASSERT(eh_sha256_equal(&policy->version, &again->version));
	}
	if (eh_policy_parse_canonical(arena, (const char *)data, n, &again, &err) != EH_OK)
		EH_ASSERT(err.rc == EH_REFUSED);
	else
		EH_ASSERT(strlen(again->canonical) == n && memcmp(again->canonical, data, n) == 0);
	return 0;
}
