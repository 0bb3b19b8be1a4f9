/*
 * message.c - see message.h.
 */
#include "notify/message.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"

static json_t *text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static json_t *instant_or_null(int64_t us)
{
	char text[EH_TIME_TEXT];

	if (us == INT64_MIN)
		return json_null();
	eh_time_format(us, text);
	return json_string(text);
}

static bool figures_are_large(const struct eh_notify_message *m)
{
	for (size_t i = 0; i < m->cells_n; i++)
		if (m->cells[i] < EH_NOTIFY_K)
			return false;
	return m->cells_n > 0;
}

/* What is said in words.  Only the sentence of a finding about groups is told, and only where its counts may be. */
static json_t *sentence_of(const struct eh_notify_message *m)
{
	bool bias = m->kind != NULL && strcmp(m->kind, "bias") == 0;
	EH_BUF_AUTO text = {0};

	if (m->kind == NULL)
		return text_or_null(m->sentence);
	if (bias && m->sentence != NULL && figures_are_large(m))
		return json_string(m->sentence);
	if (bias && m->sentence != NULL) {
		eh_buf_printf(&text, "An indicator for %s (%s) crossed a line of the policy. The figures are on the page of the alert.",
		              m->group, m->attribute);
		return json_string(text.data);
	}
	if (!bias && m->title != NULL) {
		eh_buf_printf(&text, "%s: source %s. The details are on the page of the alert.", m->title, m->source);
		return json_string(text.data);
	}
	return text_or_null(m->what);
}

static json_t *link_of(const struct eh_notify_message *m, const char *public_url)
{
	EH_BUF_AUTO text = {0};

	if (public_url == NULL)
		return json_null();
	eh_buf_puts(&text, public_url);
	if (m->path == NULL && m->alert != NULL)
		eh_buf_printf(&text, "/alerts/%s", m->alert);
	else
		eh_buf_puts(&text, m->path != NULL ? m->path : "/");
	return json_string(text.data);
}

json_t *eh_notify_model(const struct eh_notify_message *m, const char *public_url)
{
	json_t *alerts = json_array();
	json_t *model = json_pack("{s:s,s:o,s:o,s:i,s:s,s:i}", "type", m->type, "at", instant_or_null(m->at_us), "source",
	                          text_or_null(m->source), "level", m->level, "severity", m->page ? "page" : "review", "step", m->step);

	EH_ASSERT(model != NULL && alerts != NULL);
	json_object_set_new(model, "kind", text_or_null(m->kind));
	json_object_set_new(model, "alert", text_or_null(m->alert));
	json_object_set_new(model, "event", text_or_null(m->event));
	json_object_set_new(model, "state", text_or_null(m->state));
	json_object_set_new(model, "over", json_boolean(m->over));
	json_object_set_new(model, "attribute", text_or_null(m->attribute));
	json_object_set_new(model, "group", text_or_null(m->group));
	json_object_set_new(model, "what", text_or_null(m->what));
	json_object_set_new(model, "sentence", sentence_of(m));
	json_object_set_new(model, "onset", instant_or_null(m->onset_us));
	json_object_set_new(model, "evidence_sha256", text_or_null(m->evidence));
	json_object_set_new(model, "policy_sha256", text_or_null(m->policy));
	json_object_set_new(model, "link", link_of(m, public_url));
	for (size_t i = 0; i < m->alerts_n; i++)
		json_array_append_new(alerts, json_string(m->alerts[i]));
	if (m->alerts_n > 0)
		json_object_set(model, "alerts", alerts);
	json_decref(alerts);
	return model;
}
