/*
 * settings.c - the table, and the four places a setting may be given in; see settings.h.
 */
#include "config/settings.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "config/nearest.h"
#include "config/yaml.h"

enum kind {
	TEXT,	/* any text */
	PATH,	/* a file or folder; ~/ is the home folder, and it is made absolute */
	ADDRESS, /* host:port, port 0..65535 */
	LENGTH, /* of time, in ms: 250 or 250ms, 90s, 10m, 1h, 30d */
	SIZE,	/* in bytes: 500, 64kB, 500MB, 4GB, 1TB, in powers of 1024 as PostgreSQL has them */
	COUNT	/* a whole number */
};

struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *preset; /* the default, as one would write it; NULL: none */
	int64_t least, most; /* LENGTH: in ms; SIZE: in bytes; COUNT */
	const char *prose;
};

#define SECOND_MS INT64_C(1000)
#define HOUR_MS (3600 * SECOND_MS)
#define MB (INT64_C(1024) * 1024)
#define GB (1024 * MB)
#define AT(field) offsetof(struct eh_settings, field)

static const struct row table[] = {
	{"config", PATH, AT(config), NULL, 0, 0,
	 "the file of settings; else ~/.config/evenhand/evenhand.yaml or /etc/evenhand/evenhand.yaml"},
	{"store", TEXT, AT(store), NULL, 0, 0,
	 "libpq connection string of the store; without it a private PostgreSQL is made and started"},
	{"state", PATH, AT(state), NULL, 0, 0,
	 "folder of the private PostgreSQL; else /var/lib/evenhand as root, ~/.local/state/evenhand as anybody else"},
	{"listen", ADDRESS, AT(listen), "127.0.0.1:8787", 0, 0, "where the dashboard listens; port 0 takes a free one"},
	{"ops_listen", ADDRESS, AT(ops_listen), "127.0.0.1:8788", 0, 0,
	 "where serve answers /metrics, /healthz and /readyz; loopback only, port 0 takes a free one"},
	{"register", PATH, AT(register_file), NULL, 0, 0, "YAML file that says who answers for which component"},
	{"webhook_url", TEXT, AT(webhook_url), NULL, 0, 0, "URL that alert steps are POSTed to: a route named webhook"},
	{"notify", PATH, AT(notify), NULL, 0, 0, "YAML file of the routes that messages leave by"},
	{"public_url", TEXT, AT(public_url), NULL, 0, 0, "where people reach the dashboard: messages link to it"},
	{"commit_interval", LENGTH, AT(commit_interval_ms), "200ms", 1, SECOND_MS,
	 "while rows come, gather commits at least this often"},
	{"poll_interval", LENGTH, AT(poll_interval_ms), "1s", 5, HOUR_MS,
	 "how often a polled source is asked for new rows"},
	{"backfill_connections", COUNT, AT(backfill_connections), "1", 1, 8,
	 "history is read by up to so many connections at once"},
	{"session_idle", LENGTH, AT(session_idle_ms), "30m", 60 * SECOND_MS, 24 * HOUR_MS,
	 "a sign-in ends after this long without a request"},
	{"session_length", LENGTH, AT(session_length_ms), "12h", 300 * SECOND_MS, 168 * HOUR_MS,
	 "a sign-in ends after this long in any case"},
	{"stalled_after", LENGTH, AT(stalled_after_ms), "30m", 60 * SECOND_MS, 30 * 24 * HOUR_MS,
	 "a data alert says that a source stands still when its clock has not moved for this long"},
	{"set_aside_kept", LENGTH, AT(set_aside_kept_ms), "365d", 24 * HOUR_MS, 3650 * 24 * HOUR_MS,
	 "rows that were set aside are kept for so long, with their ids; the counts of them stay"},
	{"wal_limit", SIZE, AT(wal_limit_bytes), "4GB", MB, 1024 * GB,
	 "a data alert says that a source's server keeps more WAL for us than this"},
};

#define ROWS (sizeof table / sizeof *table)

static bool is_number(const struct row *row)
{
	return row->kind == LENGTH || row->kind == SIZE || row->kind == COUNT;
}

/* Where a value was given, for messages. */
struct origin {
	const char *flag, *env;
	const struct eh_yaml *node;
};

static enum eh_rc wrong(const struct origin *from, struct eh_err *err, const char *text, const char *why)
{
	if (from->node != NULL)
		return eh_yaml_fail(from->node, err, "'%s' %s", text, why);
	if (from->flag != NULL)
		return eh_fail(err, EH_BAD_INPUT, "--%s: '%s' %s", from->flag, text, why);
	return eh_fail(err, EH_BAD_INPUT, "%s: '%s' %s", from->env, text, why);
}

/* EVENHAND_WEBHOOK_URL of webhook_url. */
static const char *env_name(struct eh_arena *arena, const char *name)
{
	char *env = eh_arena_printf(arena, "EVENHAND_%s", name);

	for (char *c = env; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	return env;
}

/* webhook-url of webhook_url: flags are written with dashes. */
static const char *flag_name(struct eh_arena *arena, const char *name)
{
	char *flag = eh_arena_strdup(arena, name);

	for (char *c = flag; *c != '\0'; c++)
		if (*c == '_')
			*c = '-';
	return flag;
}

/* ---- values --------------------------------------------------------------------- */

static const char *home_folder(struct eh_arena *arena)
{
	const char *home = getenv("HOME");
	const struct passwd *pw;

	if (home != NULL && home[0] == '/')
		return home;
	pw = getpwuid(geteuid());
	return pw != NULL ? eh_arena_strdup(arena, pw->pw_dir) : "/";
}

static const char *absolute(struct eh_arena *arena, const char *path)
{
	char cwd[4096];

	if (strncmp(path, "~/", 2) == 0)
		return eh_arena_printf(arena, "%s/%s", home_folder(arena), path + 2);
	if (path[0] == '/' || getcwd(cwd, sizeof cwd) == NULL)
		return path;
	return eh_arena_printf(arena, "%s/%s", strcmp(cwd, "/") != 0 ? cwd : "", path);
}

static bool address_ok(const char *text)
{
	const char *colon = strrchr(text, ':');
	char *end;

	if (colon == NULL || colon == text || !isdigit((unsigned char)colon[1]))
		return false;
	errno = 0;
	long port = strtol(colon + 1, &end, 10);
	/* A host with colons is an IPv6 address and stands in brackets. */
	bool host_ok = memchr(text, ':', (size_t)(colon - text)) == NULL || (text[0] == '[' && colon[-1] == ']');
	return errno == 0 && *end == '\0' && port <= 65535 && host_ok;
}

struct unit {
	const char *name;
	int64_t n;
};

static const struct unit lengths[] = {{"", 1},	      {"ms", 1},       {"s", SECOND_MS}, {"m", 60 * SECOND_MS},
				      {"h", HOUR_MS}, {"d", 24 * HOUR_MS}, {NULL, 0}};
static const struct unit counts[] = {{"", 1}, {NULL, 0}};
static const struct unit sizes[] = {{"", 1}, {"B", 1}, {"kB", 1024}, {"MB", MB}, {"GB", GB}, {"TB", 1024 * GB}, {NULL, 0}};

/* A whole number and a unit, in the smallest of the units. */
static bool read_number(const char *text, const struct unit *unit, int64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	int64_t n = strtoll(text, &end, 10);
	for (; unit->name != NULL; unit++)
		if (strcmp(end, unit->name) == 0)
			return errno == 0 && !__builtin_mul_overflow(n, unit->n, out);
	return false;
}

static enum eh_rc set_number(struct eh_settings *settings, const struct row *row, const char *text,
			     const struct origin *from, struct eh_err *err)
{
	static const struct {
		const struct unit *units;
		const char *name, *not;
	} kinds[] = {[LENGTH] = {lengths, " ms", "is not a length of time, such as 250ms, 90s, 10m or 1h"},
		     [SIZE] = {sizes, " bytes", "is not a size, such as 64MB or 4GB"},
		     [COUNT] = {counts, "", "is not a whole number"}};
	int64_t n = 0;

	if (!read_number(text, kinds[row->kind].units, &n))
		return wrong(from, err, text, kinds[row->kind].not);
	if (n < row->least || n > row->most) {
		char why[96];

		snprintf(why, sizeof why, "is out of bounds: %lld to %lld%s", (long long)row->least, (long long)row->most,
			 kinds[row->kind].name);
		return wrong(from, err, text, why);
	}
	memcpy((char *)settings + row->offset, &n, sizeof n);
	return EH_OK;
}

static enum eh_rc set(struct eh_settings *settings, struct eh_arena *arena, const struct row *row, const char *text,
		      const struct origin *from, struct eh_err *err)
{
	if (is_number(row))
		return set_number(settings, row, text, from, err);
	if (text[0] == '\0')
		return wrong(from, err, text, "is empty");
	if (row->kind == ADDRESS && !address_ok(text))
		return wrong(from, err, text, "is not host:port, as 127.0.0.1:8787 or [::1]:8787");
	const char *kept = row->kind == PATH ? absolute(arena, text) : text;
	kept = eh_arena_strdup(arena, kept);
	memcpy((char *)settings + row->offset, &kept, sizeof kept);
	return EH_OK;
}

/* ---- places --------------------------------------------------------------------- */

static enum eh_rc set_presets(struct eh_settings *settings, struct eh_arena *arena, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	*settings = (struct eh_settings){0};
	for (size_t i = 0; rc == EH_OK && i < ROWS; i++)
		if (table[i].preset != NULL)
			rc = set(settings, arena, &table[i], table[i].preset, &(struct origin){.env = table[i].name},
				 err);
	return rc;
}

static enum eh_rc read_env(struct eh_settings *settings, struct eh_arena *arena, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (size_t i = 0; rc == EH_OK && i < ROWS; i++) {
		struct origin from = {.env = env_name(arena, table[i].name)};
		const char *text = getenv(from.env);

		if (text != NULL && text[0] != '\0') /* empty is how a shell unsets */
			rc = set(settings, arena, &table[i], text, &from, err);
	}
	return rc;
}

/* The row that the flag `word` (without dashes, up to its `=`) names. */
static const struct row *row_of_flag(struct eh_arena *arena, const char *word, size_t n)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strlen(table[i].name) == n && (strncmp(table[i].name, word, n) == 0 ||
						   strncmp(flag_name(arena, table[i].name), word, n) == 0))
			return &table[i];
	return NULL;
}

static enum eh_rc read_flags(struct eh_settings *settings, struct eh_arena *arena, int *argc, char **argv,
			     struct eh_err *err)
{
	int kept = 0, n = *argc;

	for (int i = 0; i < n; i++) {
		const char *word = argv[i], *equals = strchr(word, '=');
		size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
		const struct row *row = strncmp(word, "--", 2) == 0 ? row_of_flag(arena, word + 2, len - 2) : NULL;

		if (strcmp(word, "--") == 0)
			n = i; /* the rest is the verb's, as it stands */
		if (row == NULL) {
			argv[kept++] = argv[i];
			continue;
		}
		struct origin from = {.flag = flag_name(arena, row->name)};
		if (equals == NULL && i + 1 == n)
			return eh_fail(err, EH_BAD_INPUT, "--%s needs a value", from.flag);
		enum eh_rc rc = set(settings, arena, row, equals != NULL ? equals + 1 : argv[++i], &from, err);
		if (rc != EH_OK)
			return rc;
	}
	for (int i = n + 1; n < *argc && i < *argc; i++)
		argv[kept++] = argv[i];
	argv[kept] = NULL;
	*argc = kept;
	return EH_OK;
}

static enum eh_rc read_file(struct eh_settings *settings, struct eh_arena *arena, const char *path, struct eh_err *err)
{
	const char *known[ROWS] = {0};
	const struct eh_yaml *root;

	for (size_t i = 1; i < ROWS; i++) /* `config` itself cannot stand in the file */
		known[i - 1] = table[i].name;
	enum eh_rc rc = eh_yaml_read(arena, path, &root, NULL, NULL, err);
	if (rc == EH_OK)
		rc = eh_yaml_keys(root, known, err);
	for (size_t i = 1; rc == EH_OK && i < ROWS; i++) {
		struct origin from = {.node = eh_yaml_get(root, table[i].name)};
		const char *text;

		if (from.node == NULL)
			continue;
		rc = eh_yaml_text(from.node, &text, err);
		if (rc == EH_OK)
			rc = set(settings, arena, &table[i], text, &from, err);
	}
	return rc;
}

static const char *usual_file(struct eh_arena *arena)
{
	const char *mine = eh_arena_printf(arena, "%s/.config/evenhand/evenhand.yaml", home_folder(arena));
	const char *ours = "/etc/evenhand/evenhand.yaml";

	if (geteuid() != 0 && access(mine, R_OK) == 0)
		return mine;
	return access(ours, R_OK) == 0 ? ours : NULL;
}

/* Root's home cannot be entered by the server's user; and that user, by himself, means the same folder. */
static const char *usual_state(struct eh_arena *arena)
{
	const struct passwd *pw = getpwuid(geteuid());

	if (geteuid() == 0 || (pw != NULL && strcmp(pw->pw_name, "evenhand") == 0))
		return "/var/lib/evenhand";
	return eh_arena_printf(arena, "%s/.local/state/evenhand", home_folder(arena));
}

enum eh_rc eh_settings_read(struct eh_settings *settings, struct eh_arena *arena, int *argc, char **argv,
			    struct eh_err *err)
{
	struct eh_settings given = {0};
	enum eh_rc rc = read_env(&given, arena, err);

	/* Flags first, to know the file; then from the weakest to the strongest. */
	if (rc == EH_OK)
		rc = read_flags(&given, arena, argc, argv, err);
	if (rc == EH_OK)
		rc = set_presets(settings, arena, err);
	if (given.config == NULL)
		given.config = usual_file(arena);
	if (rc == EH_OK && given.config != NULL)
		rc = read_file(settings, arena, given.config, err);
	for (size_t i = 0; rc == EH_OK && i < ROWS; i++) {
		const size_t size = is_number(&table[i]) ? sizeof(int64_t) : sizeof(char *);
		static const char nothing[sizeof(int64_t)];

		if (memcmp((const char *)&given + table[i].offset, nothing, size) != 0)
			memcpy((char *)settings + table[i].offset, (const char *)&given + table[i].offset, size);
	}
	if (rc == EH_OK && settings->state == NULL)
		settings->state = usual_state(arena);
	return rc;
}

void eh_settings_export(const struct eh_settings *settings)
{
	EH_ARENA_AUTO arena = eh_arena_new();

	for (size_t i = 0; i < ROWS; i++) {
		const char *at = (const char *)settings + table[i].offset, *text;
		int64_t ms;

		if (is_number(&table[i])) {
			memcpy(&ms, at, sizeof ms);
			text = eh_arena_printf(arena, "%lld", (long long)ms);
		} else {
			memcpy(&text, at, sizeof text);
		}
		const char *name = env_name(arena, table[i].name);
		EH_ASSERT((text != NULL ? setenv(name, text, 1) : unsetenv(name)) == 0);
	}
}

void eh_settings_help(FILE *out)
{
	static const char *const words[] = {
		[TEXT] = "TEXT", [PATH] = "PATH", [ADDRESS] = "HOST:PORT", [LENGTH] = "TIME", [SIZE] = "SIZE", [COUNT] = "N"};
	EH_ARENA_AUTO arena = eh_arena_new();

	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &table[i];

		fprintf(out, "  --%s %s\n      %s", flag_name(arena, row->name), words[row->kind], row->prose);
		if (row->preset != NULL)
			fprintf(out, " (default %s)", row->preset);
		fprintf(out, "\n      %s", env_name(arena, row->name));
		if (i > 0)
			fprintf(out, ", or `%s:` in the file", row->name);
		fputc('\n', out);
	}
}
