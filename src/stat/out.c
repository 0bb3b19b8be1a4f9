/*
 * out.c - see out.h.
 */
#include "stat/out.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"

static void write_number(struct eh_buf *b, double value)
{
	if (isnan(value))
		eh_buf_puts(b, "\"NaN\"");
	else if (isinf(value))
		eh_buf_puts(b, value > 0 ? "\"Inf\"" : "\"-Inf\"");
	else
		eh_buf_double(b, value);
}

/* Keys are names of fields in this program: nothing in them needs escaping. */
static void begin_field(struct eh_stat_call *c, const char *key)
{
	if (c->fields->len > 0)
		eh_buf_putc(c->fields, ',');
	eh_buf_putc(c->fields, '"');
	eh_buf_puts(c->fields, key);
	eh_buf_put(c->fields, "\":", 2);
}

void eh_stat_put(struct eh_stat_call *c, const char *key, double value)
{
	begin_field(c, key);
	write_number(c->fields, value);
}

void eh_stat_put_count(struct eh_stat_call *c, const char *key, uint64_t value)
{
	begin_field(c, key);
	eh_buf_uint(c->fields, value);
}

void eh_stat_put_text(struct eh_stat_call *c, const char *key, const char *text)
{
	begin_field(c, key);
	eh_json_string(c->fields, text, strlen(text));
}

void eh_stat_put_bool(struct eh_stat_call *c, const char *key, bool value)
{
	begin_field(c, key);
	eh_buf_puts(c->fields, value ? "true" : "false");
}

void eh_stat_put_numbers(struct eh_stat_call *c, const char *key, const double *at, size_t n)
{
	begin_field(c, key);
	eh_buf_putc(c->fields, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			eh_buf_putc(c->fields, ',');
		write_number(c->fields, at[i]);
	}
	eh_buf_putc(c->fields, ']');
}

void eh_stat_put_counts(struct eh_stat_call *c, const char *key, const uint64_t *at, size_t n)
{
	begin_field(c, key);
	eh_buf_putc(c->fields, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			eh_buf_putc(c->fields, ',');
		eh_buf_uint(c->fields, at[i]);
	}
	eh_buf_putc(c->fields, ']');
}

void eh_stat_put_flags(struct eh_stat_call *c, unsigned flags)
{
	const char *between = "";

	if (flags == 0)
		return;
	begin_field(c, "flags");
	eh_buf_putc(c->fields, '[');
	for (unsigned bit = 1; bit != 0; bit <<= 1) {
		const char *name = (flags & bit) != 0 ? ehs_flag_name(bit) : NULL;

		if (name == NULL)
			continue;
		eh_buf_printf(c->fields, "%s\"%s\"", between, name);
		between = ",";
	}
	eh_buf_putc(c->fields, ']');
}

void eh_stat_put_result(struct eh_stat_call *c, const struct ehs_result *r)
{
	const struct {
		const char *key;
		double value;
	} members[] = {{"est", r->est},   {"se", r->se}, {"lo", r->lo}, {"hi", r->hi},           {"conf", r->conf},
	               {"stat", r->stat}, {"df", r->df}, {"p", r->p},   {"log10_p", r->log10_p}, {"log_e", r->log_e}};

	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (!isnan(members[i].value))
			eh_stat_put(c, members[i].key, members[i].value);
	if (r->n[0] > 0 || r->n[1] > 0)
		eh_stat_put_counts(c, "n", r->n, 2);
	if (r->method != NULL)
		eh_stat_put_text(c, "method", r->method);
	eh_stat_put_flags(c, r->flags);
}

void eh_stat_status(struct eh_stat_call *c, enum ehs_status status, const char *word)
{
	c->status = status;
	c->status_word = word;
	if (status == EHS_INVALID)
		eh_stat_refuse(c, "the inputs contradict each other, as more successes than trials do");
}
