/*
 * audit_json.c - how the parts of an audit write numbers and warnings; see audit.h.
 */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "report/audit.h"
#include "stats/proportion.h"

json_t *eh_audit_number(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

json_t *eh_audit_count(uint64_t n)
{
	EH_ASSERT(n <= INT64_MAX);
	return json_integer((json_int_t)n);
}

json_t *eh_audit_range(double lo, double hi)
{
	json_t *range = json_array();

	EH_ASSERT(json_array_append_new(range, eh_audit_number(lo)) == 0);
	EH_ASSERT(json_array_append_new(range, eh_audit_number(hi)) == 0);
	return range;
}

json_t *eh_audit_text(struct eh_text text)
{
	json_t *string = json_stringn(text.at, text.n);

	EH_ASSERT(string != NULL); /* the row check lets only UTF-8 through */
	return string;
}

void eh_audit_put(json_t *object, const char *key, json_t *value)
{
	EH_ASSERT(value == NULL || json_object_set_new(object, key, value) == 0);
}

void eh_audit_put_text(json_t *object, struct eh_text key, json_t *value)
{
	EH_ASSERT(key.at[key.n] == '\0');
	eh_audit_put(object, key.at, value);
}

void eh_audit_append(json_t *array, json_t *value)
{
	EH_ASSERT(json_array_append_new(array, value) == 0);
}

json_t *eh_audit_wilson(struct ehs_bin bin)
{
	struct ehs_interval wilson = ehs_wilson(bin, EHS_Z95);

	return eh_audit_range(wilson.lo, wilson.hi);
}

static json_t *text_or_null(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

void eh_audit_warn(const struct eh_audit *audit, const char *kind, size_t attribute, const char *group,
                   const char *stratum, const char *format, ...)
{
	size_t n = json_array_size(audit->warnings);
	json_t *warning = json_object();
	va_list args;

	va_start(args, format);
	const char *sentence = eh_arena_vprintf(audit->arena, format, args);
	va_end(args);
	eh_audit_put(warning, "kind", json_string(kind));
	eh_audit_put(warning, "attribute",
	             attribute == EH_AUDIT_EVERY ? json_null() : json_string(audit->map->protect[attribute].name));
	eh_audit_put(warning, "group", text_or_null(group));
	eh_audit_put(warning, "stratum", text_or_null(stratum));
	eh_audit_put(warning, "sentence", json_string(sentence));
	if (n > 0 && json_equal(json_array_get(audit->warnings, n - 1), warning)) /* two models may say the same */
		json_decref(warning);
	else
		eh_audit_append(audit->warnings, warning);
}
