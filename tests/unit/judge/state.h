/*
 * state.h - all that judge's core holds, as text: every double to its last bit.
 */
#ifndef TESTS_UNIT_JUDGE_STATE_H
#define TESTS_UNIT_JUDGE_STATE_H

#include "judge/inside.h"

static inline void state_counts(struct eh_buf *out, const struct eh_judge_counts *c)
{
	eh_buf_printf(out, " %llu/%llu:%llu/%llu", (unsigned long long)c->prot.favourable, (unsigned long long)c->prot.n,
	              (unsigned long long)c->ref.favourable, (unsigned long long)c->ref.n);
}

static inline void state_detector(struct eh_buf *out, const char *name, const struct ehs_detector *d)
{
	eh_buf_printf(out, " %s tau %a peak %a blocks %llu m", name, d->tau, d->peak_log_m, (unsigned long long)d->blocks);
	for (int a = 0; a < EHS_ALTERNATIVES; a++)
		eh_buf_printf(out, " %a", d->log_m[a]);
}

static inline void state_bettor(struct eh_buf *out, const char *name, const struct eh_judge_bettor *b)
{
	eh_buf_printf(out, "   %s %a of %a at %lld", name, b->raw.x, b->raw.n, (long long)b->raw_us);
	for (uint32_t i = 0; i < b->strata; i++)
		if (b->stratum_us[i] != INT64_MIN)
			eh_buf_printf(out, "; %u: %a of %a at %lld", i, b->stratum[i].x, b->stratum[i].n, (long long)b->stratum_us[i]);
	eh_buf_putc(out, '\n');
}

static inline void state_track(struct eh_buf *out, const struct eh_judge_pair *pair, const struct eh_judge_track *t)
{
	for (uint32_t l = 0; l < pair->lines; l++) {
		const struct eh_judge_detector *d = &t->detector[l];

		eh_buf_printf(out, "   line %lld/%d on %d from %u", (long long)pair->line[l].tau_ppm, pair->line[l].detector_version, d->on,
		              d->from);
		state_detector(out, "now", &d->now);
		if (pair->late_blocks > 0)
			state_detector(out, "punctual", &d->punctual);
		for (uint32_t i = 0; d->log_e != NULL && i < (pair->blocks - d->from) * EHS_ALTERNATIVES; i++)
			eh_buf_printf(out, " %a", d->log_e[i]);
		eh_buf_putc(out, '\n');
	}
	for (int v = 0; v < EH_JUDGE_DETECTOR_VERSIONS; v++)
		if (pair->remembers[v]) {
			state_bettor(out, "remembers", &t->bettor[v]);
			if (pair->late_blocks > 0)
				state_bettor(out, "punctually", &t->punctual_bettor[v]);
		}
}

static inline void state_blocks(struct eh_buf *out, const struct eh_judge_pair *pair)
{
	for (uint32_t i = 0; i < pair->blocks; i++) {
		const struct eh_judge_block *b = &pair->block[i];

		eh_buf_printf(out, "  block %lld to %lld phi %a %a late %d", (long long)b->from_us, (long long)b->at_us, b->phi[0], b->phi[1],
		              b->late);
		state_counts(out, &b->total);
		for (uint32_t s = b->first; s < b->first + b->n; s++) {
			eh_buf_printf(out, " s%u", pair->pool[s].number);
			state_counts(out, &pair->pool[s].counts);
		}
		eh_buf_putc(out, '\n');
	}
	for (int late = 0; late < 2; late++) {
		const struct eh_judge_pending *p = late ? &pair->pending_late : &pair->pending;

		eh_buf_printf(out, "  pending %d since %lld", p->any, p->any ? (long long)p->from_us : 0);
		state_counts(out, &p->total);
		for (uint32_t s = 0; s < p->n; s++) {
			eh_buf_printf(out, " s%u", p->strata[s].number);
			state_counts(out, &p->strata[s].counts);
		}
		eh_buf_putc(out, '\n');
	}
}

static inline void state_pair(struct eh_buf *out, const struct eh_judge_source *s, const struct eh_judge_pair *pair)
{
	const struct eh_judge_temper *t = &pair->temper;

	eh_buf_printf(out, " %s/%s first %lld last %lld seen %llu late %u", eh_judge_attribute_name(s, pair), eh_judge_group_name(s, pair),
	              (long long)pair->first_us, (long long)pair->last_us, (unsigned long long)pair->blocks_seen, pair->late_blocks);
	for (int layer = 0; layer < EH_POLICY_LAYERS; layer++)
		eh_buf_printf(out, " B %a %d", pair->year[layer].blocks, pair->year[layer].set);
	for (int64_t d = 0; d < EH_JUDGE_YEAR_DAYS; d++)
		eh_buf_printf(out, "%s%u", d > 0 ? "," : " days ", pair->day_blocks[d]);
	eh_buf_printf(out, "\n  temper %lld phi %a %a", (long long)t->day_us, t->phi[0], t->phi[1]);
	state_counts(out, &t->counts);
	for (uint32_t i = 0; i < t->days; i++)
		eh_buf_printf(out, " %lld %a %a %a %a", (long long)t->day[i].end_us, t->day[i].log_ratio[0], t->day[i].log_ratio[1],
		              t->day[i].variance[0], t->day[i].variance[1]);
	eh_buf_putc(out, '\n');
	state_blocks(out, pair);
	for (int m = 0; m < EH_JUDGE_OUTCOMES * EH_JUDGE_KINDS; m++)
		state_track(out, pair, &pair->track[m / EH_JUDGE_KINDS][m % EH_JUDGE_KINDS]);
}

static inline void state_alert(struct eh_buf *out, const struct eh_judge_alert *a)
{
	eh_buf_printf(out, "alert %s page %d recovered %d onset %lld peak %a folded", a->id, a->page, a->recovered, (long long)a->onset_us,
	              a->peak_log_m);
	for (uint32_t i = 0; i < a->folded_n; i++)
		eh_buf_printf(out, " %d.%d.%d.%u", (int)a->folded[i].layer, a->folded[i].outcome, a->folded[i].kind, a->folded[i].line);
	eh_buf_printf(out, " recovery tau %a next %u", a->recovery.process.tau, a->recovery.next);
	for (int i = 0; i < EHS_ALTERNATIVES; i++)
		eh_buf_printf(out, " %a", a->recovery.process.log_e[i]);
	eh_buf_putc(out, '\n');
	state_bettor(out, "recovery remembers", &a->recovery.bettor);
}

static inline void state_text(const struct eh_judge *judge, struct eh_buf *out)
{
	for (const struct eh_judge_source *s = judge->sources; s != NULL; s = s->next) {
		EH_BUF_AUTO window = {0};
		char hex[EH_SHA256_HEX];

		eh_cube_encode(s->window, &window);
		struct eh_sha256 digest = eh_sha256_of(window.data, window.len);
		eh_sha256_hex(&digest, hex);
		eh_buf_printf(out, "source %s window %lld %s spans %u naive %llu\n", s->map->source, (long long)s->window_us, hex, s->spans,
		              (unsigned long long)s->naive_alerts);
		for (uint32_t a = 0; a < s->axes; a++)
			for (uint32_t i = 0; i < s->attribute[a].pairs; i++)
				state_pair(out, s, s->attribute[a].pair[i]);
	}
	for (size_t i = 0; i < judge->standings; i++) {
		const struct eh_judge_standing *st = &judge->standing[i];

		eh_buf_printf(out, "standing %d %d %d %lld years %a review %d page %d crossed %d ratio %a since", (int)st->layer, st->outcome,
		              st->kind, (long long)st->tau_ppm, st->log_years, st->review, st->page, st->crossed, st->onset.ratio.est);
		state_counts(out, &st->onset.since);
		eh_buf_putc(out, '\n');
	}
	for (const struct eh_judge_alert *a = judge->alerts; a != NULL; a = a->next)
		state_alert(out, a);
}

#endif
