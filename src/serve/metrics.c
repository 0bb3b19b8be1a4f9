/*
 * metrics.c - see metrics.h.
 */
#include "serve/metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "pg/migrate.h"
#include "pg/store.h"
#include "serve/sql.h"
#include "source/standing.h"

/* What was summed of a source, up to which commit. */
struct sum {
	struct sum *next;
	int64_t id, upto;
	int64_t counts[EH_STANDING_COUNTS];
};

struct eh_metrics {
	const struct eh_settings *settings;
	struct eh_arena *home; /* of the sums */
	struct eh_pg *pg;      /* NULL: away */
	struct sum *sums;
	int64_t began_us;
};

struct eh_metrics *eh_metrics_new(const struct eh_settings *settings)
{
	struct eh_metrics *m = eh_xmalloc(sizeof *m);

	*m = (struct eh_metrics){.settings = settings, .home = eh_arena_new(), .began_us = eh_time_wall_us()};
	return m;
}

void eh_metrics_free(struct eh_metrics *m)
{
	if (m == NULL)
		return;
	eh_pg_close(m->pg);
	eh_arena_free(m->home);
	free(m);
}

/* ---- the format ------------------------------------------------------------------------------ */

void eh_metrics_label(struct eh_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			eh_buf_puts(out, "\\n");
			continue;
		}
		if (*text == '\\' || *text == '"')
			eh_buf_putc(out, '\\');
		eh_buf_putc(out, *text);
	}
}

static void head(struct eh_buf *out, const char *name, const char *type, const char *help)
{
	eh_buf_printf(out, "# HELP evenhand_%s %s\n# TYPE evenhand_%s %s\n", name, help, name, type);
}

static void sample(struct eh_buf *out, const char *name, const char *source, const char *label, const char *value)
{
	eh_buf_printf(out, "evenhand_%s{source=\"", name);
	eh_metrics_label(out, source);
	if (label != NULL)
		eh_buf_printf(out, "\",%s=\"%s", label, value);
	eh_buf_puts(out, "\"} ");
}

static void put_seconds(struct eh_buf *out, int64_t us)
{
	eh_buf_printf(out, "%s%" PRId64 ".%06d\n", us < 0 ? "-" : "", (us < 0 ? -us : us) / EH_SECOND_US,
	              (int)((us < 0 ? -us : us) % EH_SECOND_US));
}

static void single(struct eh_buf *out, const char *name, const char *type, const char *help, int64_t value)
{
	head(out, name, type, help);
	eh_buf_printf(out, "evenhand_%s %" PRId64 "\n", name, value);
}

/* ---- sources --------------------------------------------------------------------------------- */

/* A figure of each source that may be unknown. */
struct figure {
	const char *name, *type, *help;
	size_t offset;
	int64_t unknown;
	bool is_time; /* microseconds, printed as seconds */
};

#define AT(field) offsetof(struct eh_standing, field)

static const struct figure figures[] = {
	{"source_commits_total", "counter", "Commits of rows that gather made.", AT(commit_no), INT64_MIN, false},
	{"source_lag_seconds", "gauge", "How far the source's clock stands behind the store's, while it is live or away.", AT(lag_us), -1, true},
	{"source_lag_bytes", "gauge", "WAL of the source's server that is not read yet (stream).", AT(lag_bytes), -1, false},
	{"source_retained_bytes", "gauge", "WAL that the source's server keeps for the replication slot (stream).", AT(retained_bytes), -1,
	 false},
	{"source_skipped_changes_total", "counter", "Changes that came again and were not counted again, since gather began (stream).",
	 AT(skipped), -1, false},
	{"source_lost_changes_total", "counter", "Changes passed over under a gap that was accepted, since gather began (stream).",
	 AT(lost), -1, false},
	{"source_gaps_total", "counter", "Data gaps that were ever found.", AT(gaps), INT64_MIN, false},
	{"source_clock_timestamp_seconds", "gauge", "The source's clock: everything before it was read.", AT(clock_us), INT64_MIN, true},
	{"source_last_commit_timestamp_seconds", "gauge", "When rows were committed last.", AT(committed_us), INT64_MIN, true},
	{"source_last_progress_timestamp_seconds", "gauge", "When gather wrote anything last, the clock among it.", AT(progressed_us),
	 INT64_MIN, true},
	{"source_closed_pane_timestamp_seconds", "gauge", "Start of the last pane that judge closed.", AT(closed_pane_us), INT64_MIN, true},
};

static void put_figure(const struct figure *f, const struct eh_standing *all, size_t n, struct eh_buf *out)
{
	head(out, f->name, f->type, f->help);
	for (size_t i = 0; i < n; i++) {
		int64_t value;

		memcpy(&value, (const char *)&all[i] + f->offset, sizeof value);
		if (value == f->unknown)
			continue;
		sample(out, f->name, all[i].name, NULL, NULL);
		if (f->is_time)
			put_seconds(out, value);
		else
			eh_buf_printf(out, "%" PRId64 "\n", value);
	}
}

/* One sample a state, of which one is 1: what an alert asks for by name. */
static void put_states(const struct eh_standing *all, size_t n, struct eh_buf *out)
{
	head(out, "source_state", "gauge", "1 for the state that the source is in.");
	for (size_t i = 0; i < n; i++)
		for (enum eh_standing_state state = 0; state < EH_STANDING_STATES; state++) {
			sample(out, "source_state", all[i].name, "state", eh_standing_state_name(state));
			eh_buf_printf(out, "%d\n", all[i].state == state);
		}
}

static struct sum *sum_of(struct eh_metrics *m, int64_t id)
{
	for (struct sum *s = m->sums; s != NULL; s = s->next)
		if (s->id == id)
			return s;
	struct sum *s = eh_arena_zalloc(m->home, 1, sizeof *s);
	*s = (struct sum){.next = m->sums, .id = id};
	m->sums = s;
	return s;
}

static enum eh_rc add_up(struct eh_metrics *m, const struct eh_standing *all, size_t n, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (size_t i = 0; rc == EH_OK && i < n; i++) {
		struct sum *s = sum_of(m, all[i].id);

		if (s->upto > all[i].commit_no) /* another store under the same address */
			*s = (struct sum){.next = s->next, .id = s->id};
		rc = eh_standing_add_counts(m->pg, s->id, s->upto, all[i].commit_no, s->counts, err);
		if (rc == EH_OK)
			s->upto = all[i].commit_no;
	}
	return rc;
}

static void put_counts(struct eh_metrics *m, const struct eh_standing *all, size_t n, struct eh_buf *out)
{
	static const char *const fates[] = {"on_time", "early", "late", "set_aside"};
	static const struct {
		const char *name, *help;
		enum eh_standing_count count;
	} others[] = {
		{"source_repeated_rows_total", "Rows that came again and were not counted again.", EH_STANDING_REPEATED},
		{"source_corrected_rows_total", "Rows whose older version was taken off.", EH_STANDING_CORRECTED},
		{"source_taken_rows_total", "Rows that were taken off: deleted, or counted anew from the start.", EH_STANDING_TAKEN},
	};

	head(out, "source_rows_total", "counter", "Rows that were read, by fate.");
	for (size_t i = 0; i < n; i++)
		for (int fate = 0; fate < 4; fate++) {
			sample(out, "source_rows_total", all[i].name, "fate", fates[fate]);
			eh_buf_printf(out, "%" PRId64 "\n", sum_of(m, all[i].id)->counts[fate]);
		}
	for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
		head(out, others[k].name, "counter", others[k].help);
		for (size_t i = 0; i < n; i++) {
			sample(out, others[k].name, all[i].name, NULL, NULL);
			eh_buf_printf(out, "%" PRId64 "\n", sum_of(m, all[i].id)->counts[others[k].count]);
		}
	}
}

/* ---- the store ------------------------------------------------------------------------------- */

static enum eh_rc put_store(struct eh_metrics *m, struct eh_buf *out, struct eh_err *err)
{
	EH_PGRESULT_AUTO store = NULL;
	EH_PGRESULT_AUTO alerts = NULL;
	enum eh_rc rc = eh_pg_query(m->pg, &eh_sql_serve_metrics_store, NULL, &store, err);

	if (rc == EH_OK)
		rc = eh_pg_query(m->pg, &eh_sql_serve_metrics_alerts, NULL, &alerts, err);
	if (rc != EH_OK)
		return rc;
	single(out, "ledger_leaves_total", "counter", "Leaves of the log.", eh_pg_int8(store, 0, 0));
	single(out, "outbox_waiting_messages", "gauge", "Messages that nobody has received yet.", eh_pg_int8(store, 0, 1));
	single(out, "judge_starts_total", "counter", "How often a judge took its place.", eh_pg_int8(store, 0, 2));
	single(out, "outbox_dead_messages", "gauge", "Messages that are tried no more.", eh_pg_int8(store, 0, 3));
	if (!eh_pg_null(store, 0, 4))
		single(out, "judge_heartbeat_timestamp_seconds", "gauge", "When judge beat last; it does so once an hour.", eh_pg_int8(store, 0, 4));
	head(out, "alerts_open", "gauge", "Alerts that are not closed, by kind and severity.");
	for (int i = 0; i < PQntuples(alerts); i++)
		eh_buf_printf(out, "evenhand_alerts_open{kind=\"%s\",severity=\"%s\"} %" PRId64 "\n", eh_pg_text(alerts, i, 0),
		              eh_pg_text(alerts, i, 1), eh_pg_int8(alerts, i, 2));
	return EH_OK;
}

static enum eh_rc put_faults(struct eh_metrics *m, struct eh_buf *out, struct eh_err *err)
{
	EH_PGRESULT_AUTO faults = NULL;
	EH_PGRESULT_AUTO monitored = NULL;
	enum eh_rc rc = eh_pg_query(m->pg, &eh_sql_serve_metrics_faults, NULL, &faults, err);

	if (rc == EH_OK)
		rc = eh_pg_query(m->pg, &eh_sql_serve_metrics_monitored, NULL, &monitored, err);
	if (rc != EH_OK)
		return rc;
	head(out, "data_faults", "gauge", "What is wrong with the data of a source now: data alerts that are open and not marked as ended.");
	for (int i = 0; i < PQntuples(faults); i++) {
		sample(out, "data_faults", eh_pg_text(faults, i, 0), "fault", eh_pg_text(faults, i, 1));
		eh_buf_printf(out, "%" PRId64 "\n", eh_pg_int8(faults, i, 2));
	}
	head(out, "source_monitored_ratio", "gauge", "Share of the decisions of the last weeks with a group in at least one attribute.");
	for (int i = 0; i < PQntuples(monitored); i++) {
		sample(out, "source_monitored_ratio", eh_pg_text(monitored, i, 0), NULL, NULL);
		eh_buf_printf(out, "%.4f\n", (double)eh_pg_int8(monitored, i, 1) / (double)eh_pg_int8(monitored, i, 2));
	}
	return EH_OK;
}

static enum eh_rc put_sources(struct eh_metrics *m, struct eh_buf *out, struct eh_err *err)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_standing *all;
	size_t n;
	enum eh_rc rc = eh_standing_read(arena, m->pg, &all, &n, err);

	if (rc == EH_OK)
		rc = add_up(m, all, n, err);
	if (rc != EH_OK)
		return rc;
	put_states(all, n, out);
	put_counts(m, all, n, out);
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		put_figure(&figures[i], all, n, out);
	return EH_OK;
}

/* ---- the pages ------------------------------------------------------------------------------- */

/* Connected, or not: what a lost connection was is not asked twice. */
static enum eh_rc reach(struct eh_metrics *m, struct eh_err *err)
{
	if (m->pg != NULL && !eh_pg_alive(m->pg)) {
		eh_pg_close(m->pg);
		m->pg = NULL;
	}
	return m->pg != NULL ? EH_OK : eh_store_open(m->settings->store, m->settings->state, EH_STORE_READER, &m->pg, err);
}

void eh_metrics_write(struct eh_metrics *m, struct eh_buf *out)
{
	EH_BUF_AUTO body = {0};
	int64_t began_us = eh_time_steady_us();
	struct eh_err err;
	enum eh_rc rc = reach(m, &err);

	if (rc == EH_OK)
		rc = put_sources(m, &body, &err);
	if (rc == EH_OK)
		rc = put_faults(m, &body, &err);
	if (rc == EH_OK)
		rc = put_store(m, &body, &err);
	single(out, "store_up", "gauge", "1 where the store answered this scrape.", rc == EH_OK);
	head(out, "serve_start_timestamp_seconds", "gauge", "When this process began.");
	eh_buf_puts(out, "evenhand_serve_start_timestamp_seconds ");
	put_seconds(out, m->began_us);
	if (rc == EH_OK)
		eh_buf_put(out, body.data, body.len);
	head(out, "scrape_duration_seconds", "gauge", "How long it took to ask the store.");
	eh_buf_puts(out, "evenhand_scrape_duration_seconds ");
	put_seconds(out, eh_time_steady_us() - began_us);
}

bool eh_metrics_ready(struct eh_metrics *m, struct eh_buf *out)
{
	struct eh_migrate_state at = {0};
	struct eh_err err = {0};
	enum eh_rc rc = reach(m, &err);

	if (rc == EH_OK)
		rc = eh_migrate_look(m->pg, &at, &err);
	if (rc == EH_OK && at.applied != at.known)
		rc = eh_fail(&err, EH_AGAIN, "the store's schema is at version %d, and this program needs %d", at.applied, at.known);
	if (rc == EH_OK) {
		eh_buf_puts(out, "{\"ready\": true, \"reasons\": []}\n");
		return true;
	}
	eh_buf_puts(out, "{\"ready\": false, \"reasons\": [\"");
	for (const char *c = err.text; *c != '\0'; c++)
		eh_buf_putc(out, *c == '"' || *c == '\\' || (unsigned char)*c < ' ' ? ' ' : *c);
	eh_buf_puts(out, "\"]}\n");
	return false;
}
