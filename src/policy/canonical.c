/*
 * canonical.c - a policy as the one sequence of bytes that names it, and back.
 *
 * A flat policy without the newer keys keeps the bytes it always had, so that old
 * stores find their version again.  Canonical JSON is YAML, too: it is read back by
 * the reader of files, and then has to give the same bytes.
 */
#include <string.h>

#include "base/fixed.h"
#include "base/json.h"
#include "base/time.h"
#include "policy/inside.h"

static json_t *decimal(int64_t micro)
{
	char text[32];

	eh_fixed_format(micro, 6, text);
	return json_string(text);
}

static json_t *names(const struct eh_policy_names *list)
{
	json_t *out = json_array();

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(out, json_string(list->name[i]));
	return out;
}

static json_t *lines(const struct eh_policy_family *f)
{
	json_t *out = json_array();

	for (uint32_t i = 0; i < f->lines; i++)
		json_array_append_new(out, json_pack("{s:o,s:o}", "tau", decimal(f->line[i].tau_ppm), "gate",
		                                     decimal(f->line[i].gate_ppm)));
	return out;
}

static json_t *outcomes(const struct eh_policy_family *f)
{
	json_t *out = json_array();

	if (f->favourable)
		json_array_append_new(out, json_string("favourable"));
	if (f->adverse)
		json_array_append_new(out, json_string("adverse"));
	for (uint32_t i = 0; i < f->cuts; i++)
		json_array_append_new(out, json_pack("{s:{s:o}}", "score", "above", decimal(f->cut_micro[i])));
	return out;
}

/* What stands on top of a flat policy and in a family alike. */
static void put_common(json_t *doc, const struct eh_policy_family *f)
{
	json_object_set_new(doc, "conditional", json_boolean(f->conditional));
	json_object_set_new(doc, "lines", lines(f));
	json_object_set_new(doc, "outcomes", outcomes(f));
	if (f->two_sided) /* it came later: what does not ask for it keeps its version */
		json_object_set_new(doc, "two_sided", json_true());
	json_object_set_new(doc, "window_seconds", json_integer(f->window_us / EH_SECOND_US));
}

static json_t *groups(const struct eh_policy_family *f)
{
	json_t *out = json_array();

	for (size_t i = 0; i < f->groups_n; i++)
		json_array_append_new(out, json_pack("{s:s,s:o}", "attribute", f->groups[i].attribute, "groups",
		                                     names(&f->groups[i].groups)));
	return out;
}

static json_t *intersections(const struct eh_policy_family *f)
{
	json_t *out = json_array();

	for (size_t i = 0; i < f->intersections_n; i++)
		json_array_append_new(out, json_pack("[s,s]", f->intersections[i].attribute[0],
		                                     f->intersections[i].attribute[1]));
	return out;
}

static json_t *family(const struct eh_policy_family *f)
{
	json_t *doc = json_pack("{s:s}", "name", f->name);

	put_common(doc, f);
	if (!f->sources.all)
		json_object_set_new(doc, "sources", names(&f->sources));
	if (!f->attributes.all)
		json_object_set_new(doc, "attributes", names(&f->attributes));
	if (f->groups_n > 0)
		json_object_set_new(doc, "groups", groups(f));
	if (f->all_intersections)
		json_object_set_new(doc, "intersections", json_string("all"));
	else if (f->intersections_n > 0)
		json_object_set_new(doc, "intersections", intersections(f));
	if (f->segments.all)
		json_object_set_new(doc, "segments", json_string("all"));
	else if (f->segments.n > 0)
		json_object_set_new(doc, "segments", names(&f->segments));
	return doc;
}

void eh_policy_seal(struct eh_arena *home, struct eh_policy *p)
{
	EH_BUF_AUTO text = {0};
	struct eh_err err;
	EH_JSON_AUTO doc = json_pack("{s:s,s:s,s:{s:o,s:o},s:{s:I,s:I}}", "detector", p->detector, "policy", p->name,
	                             "budget", "page", decimal(p->page_ppm), "review", decimal(p->review_ppm),
	                             "minimum", "n", (json_int_t)p->min_n, "rarer", (json_int_t)p->min_rarer);

	EH_ASSERT(doc != NULL);
	if (p->maturity_us > 0)
		json_object_set_new(doc, "maturity_seconds", json_integer(p->maturity_us / EH_SECOND_US));
	if (p->deadlines_given)
		json_object_set_new(doc, "deadlines", eh_policy_deadlines_json(&p->deadlines));
	if (p->flat) {
		put_common(doc, p->family);
	} else {
		json_t *list = json_array();

		for (size_t i = 0; i < p->families; i++)
			json_array_append_new(list, family(&p->family[i]));
		json_object_set_new(doc, "families", list);
	}
	EH_ASSERT(eh_json_canonical(doc, &text, &err) == EH_OK);
	p->canonical = eh_arena_strndup(home, text.data, text.len);
	p->version = eh_sha256_of(text.data, text.len);
}
