/*
 * pack_fuzz.c - any bytes as a regulatory pack: refused with a place, or read whole; what is read has one canonical form,
 * which reads back to the same version, or is refused as a whole (a control character that YAML does not take).
 */
#include <string.h>

#include "policy/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
const char *__lsan_default_suppressions(void);

/* As in map_fuzz.c: libfyaml forgets a buffer where a flow is broken. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so";
}

static void check_line(const struct eh_pack_line *l)
{
	EH_ASSERT(*l->name != '\0' && *l->citation != '\0' && *l->source != '\0' && strlen(l->checked) == 10);
	EH_ASSERT(l->min_n >= 0 && l->min_rarer >= 0 && l->share_ppm >= 0 && l->share_ppm <= EH_PACK_PPM / 2);
	EH_ASSERT(l->test == EH_PACK_NO_TEST || (l->level_ppm > 0 && l->level_ppm <= EH_PACK_PPM / 2));
	EH_ASSERT(!l->has_threshold || l->direction != EH_PACK_EITHER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_pack *pack = NULL, *again = NULL;
	struct eh_err err = {0};

	if (eh_pack_parse(arena, "p.yaml", (const char *)data, n, &pack, &err) != EH_OK) {
		EH_ASSERT(err.rc == EH_BAD_INPUT && strncmp(err.text, "p.yaml:", strlen("p.yaml:")) == 0);
		return 0;
	}
	EH_ASSERT(pack->lines > 0 && pack->lines <= EH_PACK_LINES_MAX && pack->from_us < pack->to_us);
	EH_ASSERT(!pack->enabled || pack->status != EH_PACK_DRAFT);
	for (uint32_t i = 0; i < pack->lines; i++)
		check_line(&pack->line[i]);
	if (eh_pack_parse(arena, "p.yaml", pack->canonical, strlen(pack->canonical), &again, &err) == EH_OK)
		EH_ASSERT(eh_sha256_equal(&pack->version, &again->version));
	return 0;
}
