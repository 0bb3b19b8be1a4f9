/*
 * route.c - see route.h.
 */
#include "notify/route_part.h"

#include <string.h>

#define ROUTES_MAX 64

static const char *const kind_names[EH_NOTIFY_KINDS + 1] = {"webhook",   "smtp",  "alertmanager", "syslog",
                                                            "pagerduty", "slack", "teams",        NULL};
static const char *const about_names[] = {"bias", "data", "governance", "heartbeat", "decision", NULL};

/* The keys of every route, then those of each kind. */
#define COMMON "name", "kind", "kinds", "severities", "levels", "sources", "people", "tries", "first_wait", "longest_wait"
static const char *const keys[EH_NOTIFY_KINDS][24] = {
	[EH_NOTIFY_WEBHOOK] = {COMMON, "url", "url_file", "secret_file", "ca_file"},
	[EH_NOTIFY_SMTP] = {COMMON, "host", "tls", "user", "secret_file", "from", "to", "ca_file"},
	[EH_NOTIFY_ALERTMANAGER] = {COMMON, "url", "url_file", "secret_file", "ca_file", "resend", "hold"},
	[EH_NOTIFY_SYSLOG] = {COMMON, "host", "over", "facility", "ca_file"},
	[EH_NOTIFY_PAGERDUTY] = {COMMON, "url", "secret_file", "ca_file"},
	[EH_NOTIFY_SLACK] = {COMMON, "url_file", "ca_file"},
	[EH_NOTIFY_TEAMS] = {COMMON, "url_file", "ca_file"},
};

const char *eh_notify_kind_name(enum eh_notify_kind kind)
{
	return kind_names[kind];
}

const struct eh_notify_route *eh_notify_route_find(const struct eh_notify_routes *routes, const char *name)
{
	for (size_t i = 0; i < routes->n; i++)
		if (strcmp(routes->route[i].name, name) == 0)
			return &routes->route[i];
	return NULL;
}

int64_t eh_notify_route_wait_us(const struct eh_notify_route *route, int64_t n)
{
	int64_t wait_ms = route->first_ms;

	for (int64_t i = 1; i < n && wait_ms < route->most_ms; i++)
		wait_ms *= 2;
	return (wait_ms < route->most_ms ? wait_ms : route->most_ms) * 1000;
}

/* ---- values --------------------------------------------------------------------------------- */

static bool is_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

	return strlen(text) <= 40 && text[strspn(text, letters)] == '\0';
}

static enum eh_rc texts_of(struct eh_arena *home, const struct eh_yaml *node, const char *key, const char *const **out, size_t *n,
                           struct eh_err *err)
{
	const struct eh_yaml *entry = eh_yaml_get(node, key);

	return entry == NULL ? EH_OK : eh_yaml_texts(home, entry, out, n, err);
}

/* A list of words, each a bit at its place among `words`. */
static enum eh_rc bits_of(const struct eh_yaml *node, const char *key, const char *const *words, unsigned *bits, struct eh_err *err)
{
	const struct eh_yaml *entry = eh_yaml_get(node, key);
	enum eh_rc rc = entry == NULL ? EH_OK : eh_yaml_want(entry, EH_YAML_SEQUENCE, err);

	if (entry == NULL || rc != EH_OK)
		return rc;
	*bits = 0;
	for (const struct eh_yaml *item = entry->first; rc == EH_OK && item != NULL; item = item->next) {
		int i = 0;

		rc = eh_yaml_choice(item, words, &i, err);
		*bits |= rc == EH_OK ? 1u << i : 0;
	}
	return rc == EH_OK && *bits == 0 ? eh_yaml_fail(entry, err, "%s names nothing: no message would go there", key) : rc;
}

static enum eh_rc read_levels(const struct eh_yaml *node, unsigned *levels, struct eh_err *err)
{
	static const char *const names[EH_NOTIFY_LEVELS + 1] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NULL};

	return bits_of(node, "levels", names, levels, err);
}

/* ---- what it wants ----------------------------------------------------------------------------- */

static enum eh_rc read_wants(struct eh_arena *home, const struct eh_yaml *node, struct eh_notify_route *route, struct eh_err *err)
{
	static const char *const severities[] = {"review", "page", NULL};
	unsigned severity = 3;

	route->abouts = EH_NOTIFY_BIAS | EH_NOTIFY_DATA | EH_NOTIFY_GOVERNANCE | EH_NOTIFY_DECISION;
	route->levels = (1u << EH_NOTIFY_LEVELS) - 1;
	enum eh_rc rc = bits_of(node, "kinds", about_names, &route->abouts, err);
	if (rc == EH_OK)
		rc = bits_of(node, "severities", severities, &severity, err);
	route->review = (severity & 1) != 0;
	route->page = (severity & 2) != 0;
	if (rc == EH_OK)
		rc = read_levels(node, &route->levels, err);
	if (rc == EH_OK)
		rc = texts_of(home, node, "sources", &route->sources, &route->sources_n, err);
	if (rc == EH_OK)
		rc = texts_of(home, node, "people", &route->people, &route->people_n, err);
	return rc;
}

static enum eh_rc read_tries(const struct eh_yaml *node, struct eh_notify_route *route, struct eh_err *err)
{
	const struct eh_yaml *tries = eh_yaml_get(node, "tries");
	enum eh_rc rc = EH_OK;

	route->tries = 24;
	route->first_ms = 5000;
	route->most_ms = 3600000;
	if (tries != NULL)
		rc = eh_yaml_int(tries, 1, 1000, &route->tries, err);
	if (rc == EH_OK)
		rc = eh_notify_part_length(node, "first_wait", 1000, 3600000, &route->first_ms, err);
	if (rc == EH_OK)
		rc = eh_notify_part_length(node, "longest_wait", 1000, 86400000, &route->most_ms, err);
	return rc;
}

/* ---- a route, and all of them ------------------------------------------------------------------------ */

static enum eh_rc read_route(const struct eh_notify_place *at, const struct eh_yaml *node, struct eh_notify_route *route, struct eh_err *err)
{
	const struct eh_yaml *name, *kind;
	int i = 0;
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_MAPPING, err);

	if (rc == EH_OK)
		rc = eh_yaml_need(node, "kind", &kind, err);
	if (rc == EH_OK)
		rc = eh_yaml_choice(kind, kind_names, &i, err);
	if (rc == EH_OK)
		rc = eh_yaml_keys(node, keys[i], err);
	if (rc == EH_OK)
		rc = eh_yaml_need(node, "name", &name, err);
	if (rc == EH_OK)
		rc = eh_yaml_text(name, &route->name, err);
	if (rc == EH_OK && !is_name(route->name))
		return eh_yaml_fail(name, err, "a route's name is up to 40 of a-z, 0-9, - and _");
	route->kind = (enum eh_notify_kind)i;
	if (rc == EH_OK)
		rc = read_wants(at->home, node, route, err);
	if (rc == EH_OK)
		rc = read_tries(node, route, err);
	return rc == EH_OK ? eh_notify_part_reach(at, node, route, err) : rc;
}

static enum eh_rc read_all(const struct eh_notify_place *at, const struct eh_yaml *root, struct eh_notify_routes *out, struct eh_err *err)
{
	static const char *const top[] = {"routes", NULL};
	const struct eh_yaml *list;
	enum eh_rc rc = eh_yaml_keys(root, top, err);

	if (rc == EH_OK)
		rc = eh_yaml_need(root, "routes", &list, err);
	if (rc == EH_OK)
		rc = eh_yaml_want(list, EH_YAML_SEQUENCE, err);
	if (rc == EH_OK && list->n > ROUTES_MAX)
		return eh_yaml_fail(list, err, "there are %zu routes, and %d are as many as can be", list->n, ROUTES_MAX);
	if (rc != EH_OK)
		return rc;
	struct eh_notify_route *route = eh_arena_zalloc(at->home, list->n + 1, sizeof *route); /* one to spare: webhook_url */
	*out = (struct eh_notify_routes){.route = route};
	for (const struct eh_yaml *node = list->first; rc == EH_OK && node != NULL; node = node->next) {
		rc = read_route(at, node, &route[out->n], err);
		if (rc == EH_OK && eh_notify_route_find(out, route[out->n].name) != NULL)
			rc = eh_yaml_fail(node, err, "there is another route named %s", route[out->n].name);
		out->n += rc == EH_OK;
	}
	return rc;
}

static struct eh_notify_place place_of(struct eh_arena *home, const char *path, bool secrets)
{
	const char *slash = strrchr(path, '/');

	return (struct eh_notify_place){.home = home,
	                      .folder = slash == NULL ? "." : eh_arena_strndup(home, path, (size_t)(slash - path)),
	                      .secrets = secrets};
}

enum eh_rc eh_notify_routes_parse_text(struct eh_arena *home, const char *path, const char *text, size_t n, bool secrets,
                                       struct eh_notify_routes *out, struct eh_err *err)
{
	struct eh_notify_place at = place_of(home, path, secrets);
	const struct eh_yaml *root;
	enum eh_rc rc = eh_yaml_parse(home, path, text, n, &root, err);

	*out = (struct eh_notify_routes){0};
	return rc == EH_OK ? read_all(&at, root, out, err) : rc;
}

enum eh_rc eh_notify_routes_parse(struct eh_arena *home, const char *path, struct eh_notify_routes *out, struct eh_err *err)
{
	struct eh_notify_place at = place_of(home, path, true);
	const struct eh_yaml *root;
	enum eh_rc rc = eh_yaml_read(home, path, &root, NULL, NULL, err);

	*out = (struct eh_notify_routes){0};
	return rc == EH_OK ? read_all(&at, root, out, err) : rc;
}

/* The short form: everything but heartbeats, to one address.  It may hold a secret, as settings may. */
static enum eh_rc add_webhook(struct eh_arena *home, const char *url, struct eh_notify_routes *out, struct eh_err *err)
{
	struct eh_notify_route *route = eh_arena_zalloc(home, out->n + 1, sizeof *route);

	if (!eh_notify_part_is_http(url))
		return eh_fail(err, EH_BAD_INPUT, "webhook_url does not begin with https:// or http://");
	if (eh_notify_part_is_bare(url))
		return eh_fail(err, EH_BAD_INPUT, "webhook_url: " EH_NOTIFY_BARE);
	if (eh_notify_route_find(out, "webhook") != NULL)
		return eh_fail(err, EH_BAD_INPUT, "webhook_url is a route named webhook, and the file of routes has one of that name");
	if (out->n > 0)
		memcpy(route, out->route, out->n * sizeof *route);
	route[out->n++] = (struct eh_notify_route){
		.name = "webhook",
		.kind = EH_NOTIFY_WEBHOOK,
		.abouts = EH_NOTIFY_BIAS | EH_NOTIFY_DATA | EH_NOTIFY_GOVERNANCE | EH_NOTIFY_DECISION,
		.review = true,
		.page = true,
		.levels = (1u << EH_NOTIFY_LEVELS) - 1,
		.tries = 24,
		.first_ms = 5000,
		.most_ms = 3600000,
		.url = eh_arena_strdup(home, url)};
	out->route = route;
	return EH_OK;
}

enum eh_rc eh_notify_routes_read(struct eh_arena *home, const struct eh_settings *settings, struct eh_notify_routes *out,
                                 struct eh_err *err)
{
	const char *url = settings->public_url;
	enum eh_rc rc = EH_OK;

	*out = (struct eh_notify_routes){0};
	if (settings->notify != NULL)
		rc = eh_notify_routes_parse(home, settings->notify, out, err);
	if (rc == EH_OK && settings->webhook_url != NULL)
		rc = add_webhook(home, settings->webhook_url, out, err);
	if (rc == EH_OK && url != NULL && !eh_notify_part_is_http(url))
		return eh_fail(err, EH_BAD_INPUT, "public_url does not begin with https:// or http://");
	for (size_t n = url != NULL ? strlen(url) : 0; rc == EH_OK && n > 0; n--)
		if (url[n - 1] != '/') {
			out->public_url = eh_arena_strndup(home, url, n);
			break;
		}
	return rc;
}
