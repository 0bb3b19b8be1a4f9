/*
 * packs.c - see packs.h; changes.c has the components, pack_asks.c what people ask.
 */
#include "judge/packs.h"

#include <string.h>

#include "base/time.h"
#include "cube/pane.h"
#include "judge/display.h"
#include "judge/inside.h"
#include "judge/sql.h"
#include "source/shape.h"

struct eh_judge_kept_pack {
	struct eh_judge_kept_pack *next;
	int64_t source_id, from_us, to_us, clock_us, included, n;
	const struct eh_pack *pack;
	struct eh_sha256 result;
	const char *body;
	size_t place;
};

struct eh_judge_kept_setting {
	struct eh_judge_kept_setting *next;
	struct eh_judge_pack_deed deed;
	size_t place;
};

/* ---- which are on --------------------------------------------------------------------------- */

static size_t find(const struct eh_judge_pack_standing *list, size_t n, const char *name)
{
	size_t i = 0;

	while (i < n && strcmp(list[i].pack->name, name) != 0)
		i++;
	return i;
}

enum eh_rc eh_judge_packs_all(struct eh_pg *pg, struct eh_arena *home, const struct eh_judge_pack_standing **standing, size_t *n,
                              struct eh_err *err)
{
	EH_PGRESULT_AUTO res = NULL;
	const struct eh_pack *const *built_in;
	size_t count = 0;
	enum eh_rc rc = eh_pack_built_in(home, &built_in, &count, err);

	if (rc == EH_OK)
		rc = eh_pg_query(pg, &eh_sql_judge_read_pack_settings, NULL, &res, err);
	if (rc != EH_OK)
		return rc;
	struct eh_judge_pack_standing *list = eh_arena_zalloc(home, count + (size_t)PQntuples(res) + 1, sizeof *list);
	for (size_t i = 0; i < count; i++)
		list[i] = (struct eh_judge_pack_standing){.pack = built_in[i], .on = built_in[i]->enabled};
	for (int row = 0; rc == EH_OK && row < PQntuples(res); row++) {
		const char *text = eh_arena_strdup(home, eh_pg_text(res, row, 2));
		size_t at = find(list, count, eh_pg_text(res, row, 0));

		count += at == count;
		list[at].on = eh_pg_bool(res, row, 1);
		list[at].decided = true;
		rc = eh_pack_parse(home, "the pack on the record", text, strlen(text), &list[at].pack, err);
	}
	*standing = list;
	*n = count;
	return rc;
}

enum eh_rc eh_judge_packs_on(struct eh_pg *pg, struct eh_arena *home, const struct eh_pack *const **packs, size_t *n,
                             struct eh_err *err)
{
	const struct eh_judge_pack_standing *all;
	size_t count;
	enum eh_rc rc = eh_judge_packs_all(pg, home, &all, &count, err);

	if (rc != EH_OK)
		return rc;
	const struct eh_pack **on = eh_arena_zalloc(home, count + 1, sizeof *on);
	*n = 0;
	for (size_t i = 0; i < count; i++)
		if (all[i].on)
			on[(*n)++] = all[i].pack;
	*packs = on;
	return EH_OK;
}

/* ---- the book of a period -------------------------------------------------------------------- */

struct sum {
	struct eh_cube *cube;
	struct eh_err err;
	enum eh_rc rc;
};

static void add_pane(void *ctx, int64_t pane_us, const struct eh_cube *pane)
{
	struct sum *sum = ctx;

	(void)pane_us;
	if (sum->rc == EH_OK)
		sum->rc = eh_cube_merge(sum->cube, pane, &sum->err);
}

static void name_parts(const struct eh_judge_source *s, struct eh_arena *home, struct eh_evidence_book *book)
{
	const struct eh_map *map = s->map;
	const char **numeric = eh_arena_zalloc(home, s->shape.numeric + 1, sizeof *numeric);
	const char **level = eh_arena_zalloc(home, s->shape.level + 1, sizeof *level);
	const char **role = eh_arena_zalloc(home, s->shape.roles + 1, sizeof *role);
	uint32_t categorical = 0;

	for (uint32_t i = 0; i < s->shape.numeric; i++)
		numeric[i] = map->features[eh_source_numeric(map, i)].name;
	while (eh_source_categorical(map, categorical) >= 0)
		categorical++;
	for (uint32_t i = 0; i < s->shape.level; i++)
		level[i] = i < categorical ? map->features[eh_source_categorical(map, i)].name
		                           : map->lineage[eh_source_retrieval(map, i - categorical)].role;
	for (uint32_t i = 0; i < s->shape.roles; i++)
		role[i] = map->lineage[eh_source_role(map, i)].role;
	book->numeric = numeric;
	book->level = level;
	book->role = role;
}

/* When an outcome counts: by the house's version in force at T, else by the map, as everywhere else. */
static int64_t maturity_us(const struct eh_judge_store *store, const struct eh_judge_source *s, int64_t clock_us)
{
	const struct eh_policies_version *v = eh_policies_at(store->judge->policies, EH_POLICY_HOUSE, clock_us, INT64_MAX);

	return v != NULL && v->policy->maturity_us > 0 ? v->policy->maturity_us : s->map->maturity_us;
}

enum eh_rc eh_judge_book(struct eh_judge_store *store, struct eh_judge_feed *feed, struct eh_arena *home, int64_t from_us,
                         int64_t to_us, int64_t clock_us, int64_t included, struct eh_evidence_book *book, struct eh_err *err)
{
	const struct eh_judge_source *s = feed->source;
	struct sum sum = {.cube = eh_cube_new(s->names), .rc = EH_OK};
	enum eh_rc rc = EH_OK;

	*book = (struct eh_evidence_book){.map = s->map,
	                                  .shape = &s->shape,
	                                  .names = s->names,
	                                  .cube = sum.cube,
	                                  .from_us = from_us,
	                                  .to_us = to_us,
	                                  .outcomes_due = clock_us >= to_us + maturity_us(store, s, clock_us),
	                                  .fits = s->pane_kind != EH_PANE_WEEK};
	name_parts(s, home, book);
	if (book->fits)
		rc = eh_judge_store_walk(store, feed, from_us, to_us - 1, included, add_pane, &sum, err);
	if (rc == EH_OK && sum.rc != EH_OK) {
		*err = sum.err;
		rc = sum.rc;
	}
	if (rc != EH_OK)
		eh_cube_free(sum.cube);
	return rc;
}

/* ---- running ----------------------------------------------------------------------------------- */

static json_t *hex_of(const struct eh_sha256 *digest)
{
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(digest, hex);
	return json_string(hex);
}

static enum eh_rc keep_result(struct eh_judge_writer *w, const struct eh_judge_feed *feed, const struct eh_judge_step *step,
                              const struct eh_evidence_book *book, const struct eh_pack *pack, struct eh_err *err)
{
	struct eh_judge_kept_pack *k = eh_arena_zalloc(w->tick, 1, sizeof *k);
	EH_JSON_AUTO result = NULL;
	EH_BUF_AUTO text = {0};
	enum eh_rc rc = eh_evidence_pack(book, pack, &result, err);

	if (rc == EH_OK)
		rc = eh_json_canonical(result, &text, err);
	if (rc != EH_OK)
		return rc;
	*k = (struct eh_judge_kept_pack){.source_id = feed->source->source_id,
	                                 .from_us = book->from_us,
	                                 .to_us = book->to_us,
	                                 .clock_us = step->clock_us,
	                                 .included = step->included,
	                                 .n = (int64_t)eh_cube_n(book->cube),
	                                 .pack = pack,
	                                 .result = eh_sha256_of(text.data, text.len),
	                                 .body = eh_arena_strndup(w->tick, text.data, text.len)};
	*w->packs_end = k;
	w->packs_end = &k->next;
	return eh_ledger_add(&w->leaves, "pack",
	                     json_pack("{s:s,s:s,s:o,s:o,s:o,s:o,s:I,s:I,s:o}", "source", feed->map->source, "pack", pack->name,
	                               "pack_sha256", hex_of(&pack->version), "from", eh_judge_time(k->from_us), "to",
	                               eh_judge_time(k->to_us), "clock", eh_judge_time(k->clock_us), "included_index",
	                               (json_int_t)k->included, "n", (json_int_t)k->n, "result_sha256", hex_of(&k->result)),
	                     &k->place, err);
}

/* The period of the last decisions, where its end lies in this step; false where it ended before, or has not. */
static bool period_closed(const struct eh_judge_source *s, const struct eh_judge_step *step, enum eh_pack_period period,
                          int64_t *from_us, int64_t *to_us)
{
	int64_t opens = eh_pack_period_start(period, eh_pane_next(s->pane_kind, step->last_pane_us));

	*from_us = eh_pack_period_start(period, s->pane_start_us);
	*to_us = eh_pack_period_next(period, *from_us);
	return s->any && opens > *from_us && eh_pack_period_start(period, step->first_pane_us) == *from_us;
}

enum eh_rc eh_judge_row_packs(struct eh_judge_writer *w, struct eh_judge_feed *feed, const struct eh_judge_step *step,
                              struct eh_err *err)
{
	struct eh_evidence_book book = {0};
	enum eh_rc rc = EH_OK;

	if (w->packs_on == NULL)
		rc = eh_judge_packs_on(w->store->pg, w->home, &w->packs_on, &w->packs_n, err);
	for (size_t i = 0; rc == EH_OK && i < w->packs_n; i++) {
		const struct eh_pack *pack = w->packs_on[i];
		int64_t from_us, to_us;

		if (!period_closed(feed->source, step, pack->period, &from_us, &to_us) || !eh_pack_holds(pack, from_us, to_us))
			continue;
		if (book.cube == NULL || book.from_us != from_us || book.to_us != to_us) {
			eh_cube_free((struct eh_cube *)(uintptr_t)book.cube);
			book.cube = NULL;
			rc = eh_judge_book(w->store, feed, w->tick, from_us, to_us, step->clock_us, step->included, &book, err);
			if (rc != EH_OK)
				return rc;
		}
		rc = keep_result(w, feed, step, &book, pack, err);
	}
	eh_cube_free((struct eh_cube *)(uintptr_t)book.cube);
	return rc;
}

/* ---- rows -------------------------------------------------------------------------------------- */

static enum eh_rc write_version(struct eh_judge_writer *w, const struct eh_pack *pack, struct eh_err *err)
{
	struct eh_pg_args args = {0};

	eh_pg_arg_bytea(&args, pack->version.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, pack->name);
	eh_pg_arg_text(&args, pack->canonical);
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_pack_version, &args, NULL, err);
}

static enum eh_rc write_result(struct eh_judge_writer *w, const struct eh_judge_kept_pack *k, int64_t first, struct eh_err *err)
{
	struct eh_pg_args args = {0};
	enum eh_rc rc = write_version(w, k->pack, err);

	if (rc != EH_OK)
		return rc;
	eh_pg_arg_int8(&args, k->source_id);
	eh_pg_arg_text(&args, k->pack->name);
	eh_pg_arg_int8(&args, k->from_us);
	eh_pg_arg_int8(&args, k->to_us);
	eh_pg_arg_bytea(&args, k->pack->version.bytes, EH_SHA256_BYTES);
	eh_pg_arg_int8(&args, k->clock_us);
	eh_pg_arg_int8(&args, k->included);
	eh_pg_arg_int8(&args, k->n);
	eh_pg_arg_bytea(&args, k->result.bytes, EH_SHA256_BYTES);
	eh_pg_arg_text(&args, k->body);
	eh_pg_arg_int8(&args, first + (int64_t)k->place);
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_pack_result, &args, NULL, err);
}

static enum eh_rc write_setting(struct eh_judge_writer *w, const struct eh_judge_kept_setting *k, int64_t first,
                                struct eh_err *err)
{
	struct eh_pg_args args = {0};
	enum eh_rc rc = write_version(w, k->deed.pack, err);

	if (rc != EH_OK)
		return rc;
	w->packs_on = NULL; /* read again when a period ends */
	eh_pg_arg_int8(&args, first + (int64_t)k->place);
	eh_pg_arg_text(&args, k->deed.pack->name);
	eh_pg_arg_bytea(&args, k->deed.pack->version.bytes, EH_SHA256_BYTES);
	eh_pg_arg_bool(&args, k->deed.enable);
	eh_pg_arg_text(&args, k->deed.actor);
	eh_pg_arg_text(&args, k->deed.second);
	eh_pg_arg_text(&args, k->deed.reason);
	return eh_pg_run(w->store->pg, &eh_sql_judge_write_pack_setting, &args, NULL, err);
}

enum eh_rc eh_judge_packs_write(struct eh_judge_writer *w, int64_t first, struct eh_err *err)
{
	enum eh_rc rc = EH_OK;

	for (const struct eh_judge_kept_pack *k = w->packs; rc == EH_OK && k != NULL; k = k->next)
		rc = write_result(w, k, first, err);
	for (const struct eh_judge_kept_setting *k = w->settings; rc == EH_OK && k != NULL; k = k->next)
		rc = write_setting(w, k, first, err);
	return rc;
}

enum eh_rc eh_judge_pack_decide(struct eh_judge_writer *w, const struct eh_judge_pack_deed *deed, struct eh_err *err)
{
	struct eh_judge_kept_setting *k = eh_arena_zalloc(w->tick, 1, sizeof *k);
	char actor[EH_LEDGER_PSEUDONYM], second[EH_LEDGER_PSEUDONYM];
	struct eh_sha256 reason = eh_sha256_of(deed->reason, strlen(deed->reason));

	k->deed = *deed;
	*w->settings_end = k;
	w->settings_end = &k->next;
	eh_ledger_pseudonym(deed->actor, actor);
	eh_ledger_pseudonym(deed->second, second);
	return eh_ledger_add(&w->leaves, "pack-setting",
	                     json_pack("{s:s,s:o,s:b,s:s,s:s,s:o}", "pack", deed->pack->name, "pack_sha256",
	                               hex_of(&deed->pack->version), "enabled", deed->enable, "actor", actor, "second_actor",
	                               second, "reason_sha256", hex_of(&reason)),
	                     &k->place, err);
}
