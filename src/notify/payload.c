/*
 * payload.c - what each HTTP receiver is told: our own model, and the forms that others lay down.
 *
 *   alertmanager  POST /api/v2/alerts: a list of alerts with labels, annotations, startsAt, endsAt
 *   pagerduty     Events API v2: routing_key, event_action, dedup_key, payload
 *   slack         incoming webhook: text, and blocks
 *   teams         a Workflow's webhook: one Adaptive Card 1.4
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "base/utf8.h"
#include "notify/send.h"

#define BEAT_HELD_US (3 * EH_HOUR_US) /* a heartbeat that does not come again ends after so long */

const char *eh_notify_said(const json_t *model, const char *key)
{
	const char *text = json_string_value(json_object_get(model, key));

	return text != NULL ? text : "";
}

static bool is_type(const json_t *model, const char *type)
{
	return strcmp(eh_notify_said(model, "type"), type) == 0;
}

static bool is_over(const json_t *model)
{
	return json_is_true(json_object_get(model, "over"));
}

static bool is_page(const json_t *model)
{
	return strcmp(eh_notify_said(model, "severity"), "page") == 0;
}

void eh_notify_headline(const json_t *model, struct eh_buf *out)
{
	const char *attribute = eh_notify_said(model, "attribute");

	if (is_type(model, "heartbeat"))
		eh_buf_puts(out, "Evenhand: heartbeat");
	else if (is_type(model, "silence"))
		eh_buf_puts(out, "Evenhand: the monitor is silent");
	else if (is_type(model, "test"))
		eh_buf_puts(out, "Evenhand: test of a route");
	else if (is_type(model, "policy"))
		eh_buf_puts(out, "Evenhand: a version of the policy was approved");
	else if (is_type(model, "history"))
		eh_buf_printf(out, "Evenhand: alerts found in the history of %s", eh_notify_said(model, "source"));
	else
		eh_buf_printf(out, "Evenhand %s: %s alert %s, %s%s%s%s%s", eh_notify_said(model, "severity"), eh_notify_said(model, "kind"),
		              eh_notify_said(model, "event"), eh_notify_said(model, "source"), attribute[0] != '\0' ? ", " : "", attribute,
		              attribute[0] != '\0' ? " " : "", eh_notify_said(model, "group"));
}

void eh_notify_facts(const json_t *model, void (*visit)(void *ctx, const char *label, const char *text), void *ctx)
{
	static const char *const facts[][2] = {{"Happened", "what"},   {"Alert", "alert"},    {"Source", "source"},
	                                       {"Attribute", "attribute"}, {"Group", "group"},    {"State", "state"},
	                                       {"Severity", "severity"},   {"Onset", "onset"},    {"At", "at"},
	                                       {"Evidence", "evidence_sha256"}};
	long long level = (long long)json_integer_value(json_object_get(model, "level"));
	char digits[32];

	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (eh_notify_said(model, facts[i][1])[0] != '\0')
			visit(ctx, facts[i][0], eh_notify_said(model, facts[i][1]));
	snprintf(digits, sizeof digits, "%lld", level);
	if (level > 0)
		visit(ctx, "Escalation level", digits);
}

/* ---- the webhook's signature ------------------------------------------------------------------- */

void eh_notify_sign(const struct eh_notify_route *route, const char *id, long long timestamp, const char *body, size_t n, char out[64])
{
	EH_BUF_AUTO text = {0};
	unsigned char key[EH_NOTIFY_KEY_MAX], mac[EVP_MAX_MD_SIZE];
	const char *secret = route->secret;
	int key_n = 0;
	unsigned mac_n = 0;

	/* whsec_ and base64, as Standard Webhooks gives secrets out; any other text is the key as it stands. */
	if (strncmp(secret, "whsec_", 6) == 0 && strlen(secret + 6) % 4 == 0 && strlen(secret + 6) / 4 * 3 < sizeof key)
		key_n = EVP_DecodeBlock(key, (const unsigned char *)secret + 6, (int)strlen(secret + 6));
	for (size_t end = strlen(secret); key_n > 0 && secret[end - 1] == '='; end--)
		key_n--;
	eh_buf_printf(&text, "%s.%lld.", id, timestamp);
	eh_buf_put(&text, body, n);
	const void *with = key_n > 0 ? (const void *)key : secret;
	EH_ASSERT(HMAC(EVP_sha256(), with, key_n > 0 ? key_n : (int)route->secret_n, (const unsigned char *)text.data, text.len, mac,
	               &mac_n) != NULL);
	memcpy(out, "v1,", 3);
	EVP_EncodeBlock((unsigned char *)out + 3, mac, (int)mac_n);
	OPENSSL_cleanse(key, sizeof key);
}

/* ---- Alertmanager --------------------------------------------------------------------------------- */

static void put_text(json_t *object, const char *key, const char *text)
{
	if (text[0] != '\0')
		json_object_set_new(object, key, json_string(text));
}

static json_t *labels_of(const json_t *model, const char *severity)
{
	json_t *labels = json_object();

	put_text(labels, "alertname",
	         is_type(model, "heartbeat") ? "EvenhandHeartbeat"
	         : is_type(model, "silence") ? "EvenhandSilence"
	         : is_type(model, "test")    ? "EvenhandTest"
	                                     : "EvenhandAlert");
	put_text(labels, "evenhand_alert", eh_notify_said(model, "alert"));
	put_text(labels, "kind", eh_notify_said(model, "kind"));
	put_text(labels, "source", eh_notify_said(model, "source"));
	put_text(labels, "attribute", eh_notify_said(model, "attribute"));
	put_text(labels, "group", eh_notify_said(model, "group"));
	put_text(labels, "severity", severity);
	return labels;
}

static json_t *instant(int64_t us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us, text);
	return json_string(text);
}

/* What is not told again ends by itself: a heartbeat after a while, an alert after `hold`. */
static int64_t ends_at(const struct eh_notify_route *route, const json_t *model, int64_t now_us)
{
	if (is_over(model))
		return now_us;
	return now_us + (is_type(model, "heartbeat") ? BEAT_HELD_US : route->hold_ms * 1000);
}

static json_t *make_alert(const json_t *model, const char *severity, int64_t ends_us, int64_t now_us)
{
	const char *at = eh_notify_said(model, "at");
	int64_t starts_us = now_us;
	json_t *annotations = json_object();

	if (!eh_time_parse(at, strlen(at), &starts_us) || starts_us > now_us)
		starts_us = now_us; /* a played source's clock may be ahead */
	put_text(annotations, "summary", eh_notify_said(model, "sentence"));
	put_text(annotations, "description", eh_notify_said(model, "what"));
	put_text(annotations, "state", eh_notify_said(model, "state"));
	put_text(annotations, "evidence_sha256", eh_notify_said(model, "evidence_sha256"));
	json_t *alert = json_pack("{s:o,s:o,s:o,s:o}", "labels", labels_of(model, severity), "annotations", annotations, "startsAt",
	                          instant(starts_us), "endsAt", instant(ends_us));
	EH_ASSERT(alert != NULL);
	put_text(alert, "generatorURL", eh_notify_said(model, "link"));
	return alert;
}

json_t *eh_notify_payload_alert(const struct eh_notify_route *route, const json_t *model, int64_t now_us)
{
	return make_alert(model, eh_notify_said(model, "severity"), ends_at(route, model, now_us), now_us);
}

static json_t *alertmanager(const struct eh_notify_route *route, const json_t *model, int64_t now_us)
{
	json_t *list = json_array();

	json_array_append_new(list, eh_notify_payload_alert(route, model, now_us));
	/* There the severity is part of the alert's name: that of the lower one ends. */
	if (strcmp(eh_notify_said(model, "event"), "escalated") == 0)
		json_array_append_new(list, make_alert(model, "review", now_us, now_us));
	return list;
}

/* ---- PagerDuty ---------------------------------------------------------------------------------------- */

static const char *action_of(const json_t *model)
{
	static const char *const triggers[] = {"raised", "escalated", "returned", "reopen", "expired", "deadline-missed"};

	if (is_over(model))
		return "resolve";
	if (!is_type(model, "alert"))
		return "trigger";
	for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++)
		if (strcmp(triggers[i], eh_notify_said(model, "event")) == 0)
			return "trigger";
	return "acknowledge";
}

static const char *or_else(const char *text, const char *other)
{
	return text[0] != '\0' ? text : other;
}

/* The first n bytes, ended where a character ends. */
static json_t *first_of(const char *text, size_t n)
{
	size_t len = strnlen(text, n);

	return json_stringn(text, text[len] == '\0' ? len : eh_utf8_span(text, len));
}

static json_t *pagerduty(const struct eh_notify_route *route, const char *key, const json_t *model)
{
	const char *alert = eh_notify_said(model, "alert"), *link = eh_notify_said(model, "link");
	EH_BUF_AUTO headline = {0};
	json_t *details = json_object();

	eh_notify_headline(model, &headline);
	for (size_t i = 0; i < 6; i++) {
		static const char *const keys[] = {"state", "attribute", "group", "onset", "evidence_sha256", "what"};

		put_text(details, keys[i], eh_notify_said(model, keys[i]));
	}
	json_t *payload = json_pack("{s:o,s:s,s:s,s:s,s:s,s:o}", "summary",
	                            first_of(or_else(eh_notify_said(model, "sentence"), headline.data), 1000), "source",
	                            or_else(eh_notify_said(model, "source"), "evenhand"), "severity",
	                            is_page(model) ? "critical" : "warning", "component",
	                            or_else(eh_notify_said(model, "attribute"), "data"), "class", or_else(eh_notify_said(model, "kind"), "evenhand"),
	                            "custom_details", details);
	json_t *event = json_pack("{s:s%,s:s,s:o,s:s,s:o}", "routing_key", route->secret, route->secret_n, "event_action", action_of(model),
	                          "dedup_key", first_of(or_else(alert, key), 255), "client", "Evenhand", "payload", payload);
	EH_ASSERT(event != NULL);
	put_text(event, "client_url", link);
	return event;
}

/* ---- Slack and Teams -------------------------------------------------------------------------------------- */

/* &, < and > are Slack's own marks. */
static void slack_text(struct eh_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '&')
			eh_buf_puts(out, "&amp;");
		else if (*text == '<')
			eh_buf_puts(out, "&lt;");
		else if (*text == '>')
			eh_buf_puts(out, "&gt;");
		else
			eh_buf_putc(out, *text);
	}
}

static void slack_fact(void *ctx, const char *label, const char *text)
{
	struct eh_buf *out = ctx;

	if (strcmp(label, "Happened") == 0)
		return;
	eh_buf_printf(out, "%s%s: ", out->len > 0 ? "  |  " : "", label);
	slack_text(out, text);
}

static json_t *slack(const json_t *model)
{
	EH_BUF_AUTO headline = {0};
	EH_BUF_AUTO said = {0};
	EH_BUF_AUTO facts = {0};
	const char *link = eh_notify_said(model, "link");

	eh_notify_headline(model, &headline);
	slack_text(&said, or_else(eh_notify_said(model, "sentence"), headline.data));
	if (eh_notify_said(model, "what")[0] != '\0') {
		eh_buf_putc(&said, '\n');
		slack_text(&said, eh_notify_said(model, "what"));
	}
	eh_notify_facts(model, slack_fact, &facts);
	json_t *blocks = json_pack("[{s:s,s:{s:s,s:o}},{s:s,s:{s:s,s:o}}]", "type", "header", "text", "type", "plain_text", "text",
	                           first_of(headline.data, 150), "type", "section", "text", "type", "mrkdwn", "text",
	                           first_of(said.data, 2900));
	if (facts.len > 0)
		json_array_append_new(blocks, json_pack("{s:s,s:[{s:s,s:o}]}", "type", "context", "elements", "type", "mrkdwn", "text",
		                                        first_of(facts.data, 2900)));
	if (link[0] != '\0')
		json_array_append_new(blocks, json_pack("{s:s,s:[{s:s,s:{s:s,s:s},s:s}]}", "type", "actions", "elements", "type", "button",
		                                        "text", "type", "plain_text", "text", "Open in Evenhand", "url", link));
	return json_pack("{s:o,s:o}", "text", first_of(headline.data, 500), "blocks", blocks);
}

/* A card's text is Markdown: a value of the log, which a group may be named by, must not become a link. */
static json_t *teams_text(const char *text)
{
	EH_BUF_AUTO out = {0};

	for (; *text != '\0'; text++)
		eh_buf_printf(&out, "%s%c", *text == '[' || *text == ']' ? "\\" : "", *text);
	return json_stringn(out.data != NULL ? out.data : "", out.len);
}

static void teams_fact(void *ctx, const char *label, const char *text)
{
	json_array_append_new(ctx, json_pack("{s:s,s:o}", "title", label, "value", teams_text(text)));
}

static json_t *teams(const json_t *model)
{
	EH_BUF_AUTO headline = {0};
	const char *link = eh_notify_said(model, "link");
	json_t *facts = json_array();

	eh_notify_headline(model, &headline);
	eh_notify_facts(model, teams_fact, facts);
	json_t *card = json_pack("{s:s,s:s,s:s,s:[{s:s,s:s,s:s,s:o,s:b},{s:s,s:o,s:b},{s:s,s:o}]}", "$schema",
	                         "http://adaptivecards.io/schemas/adaptive-card.json", "type", "AdaptiveCard", "version", "1.4", "body",
	                         "type", "TextBlock", "size", "Medium", "weight", "Bolder", "text", teams_text(headline.data), "wrap", true,
	                         "type", "TextBlock", "text", teams_text(or_else(eh_notify_said(model, "sentence"), headline.data)), "wrap",
	                         true, "type",
	                         "FactSet", "facts", facts);
	EH_ASSERT(card != NULL);
	if (link[0] != '\0')
		json_object_set_new(card, "actions", json_pack("[{s:s,s:s,s:s}]", "type", "Action.OpenUrl", "title", "Open in Evenhand", "url",
		                                               link));
	return json_pack("{s:s,s:[{s:s,s:n,s:o}]}", "type", "message", "attachments", "contentType",
	                 "application/vnd.microsoft.card.adaptive", "contentUrl", "content", card);
}

void eh_notify_payload(const struct eh_notify_route *route, const char *key, const json_t *model, int64_t now_us, struct eh_buf *out)
{
	json_t *doc = NULL;

	if (route->kind == EH_NOTIFY_ALERTMANAGER)
		doc = json_is_array(model) ? json_deep_copy(model) : alertmanager(route, model, now_us);
	else if (route->kind == EH_NOTIFY_PAGERDUTY)
		doc = pagerduty(route, key, model);
	else if (route->kind == EH_NOTIFY_SLACK)
		doc = slack(model);
	else if (route->kind == EH_NOTIFY_TEAMS)
		doc = teams(model);
	else
		doc = json_deep_copy(model);
	char *text = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS);
	EH_ASSERT(text != NULL);
	eh_buf_puts(out, text);
	explicit_bzero(text, strlen(text)); /* it may hold the key of an integration */
	free(text);
	json_decref(doc);
}
