/*
 * tracked_content.c - what is kept of a counted decision, packed; see tracked.h.
 *
 *   flags     1 favourable, 2 score, 4 outcome, 8 outcome adverse
 *   score     zigzag, where there is one
 *   groups    per attribute: length and bytes of the label; length 0: missing
 *   strata    the same
 *   features  numeric: 0, or 1 and a zigzag; categorical: length and bytes
 *   lineage   per role: length and bytes
 *
 * The time is not in it: the pane is kept beside it, and within a pane it makes no difference.
 */
#include "gather/tracked.h"

#include "base/buf.h"

enum { FAVOURABLE = 1, SCORE = 2, OUTCOME = 4, ADVERSE = 8 };

static unsigned flags_of(const struct eh_decision *d)
{
	return (d->favourable ? FAVOURABLE : 0u) | (d->has_score ? SCORE : 0u) | (d->has_outcome ? OUTCOME : 0u) |
	       (d->has_outcome && d->outcome_adverse ? ADVERSE : 0u);
}

void eh_tracked_content(const struct eh_map *map, const struct eh_decision *d, struct eh_buf *out)
{
	eh_buf_putc(out, (char)flags_of(d));
	if (d->has_score)
		eh_buf_zigzag(out, d->score_q);
	for (size_t i = 0; i < map->protect_n; i++)
		eh_buf_lenstr(out, d->groups[i].at, d->groups[i].n);
	for (size_t i = 0; i < map->strata_n; i++)
		eh_buf_lenstr(out, d->strata[i].at, d->strata[i].n);
	for (size_t i = 0; i < map->features_n; i++) {
		const struct eh_decision_feature *f = &d->features[i];

		if (map->features[i].kind == EH_MAP_CATEGORICAL) {
			eh_buf_lenstr(out, f->text.at, f->has ? f->text.n : 0);
			continue;
		}
		eh_buf_putc(out, (char)f->has);
		if (f->has)
			eh_buf_zigzag(out, f->q);
	}
	for (size_t i = 0; i < map->lineage_n; i++)
		eh_buf_lenstr(out, d->lineage[i].at, d->lineage[i].n);
}

static struct eh_text read_text(struct eh_reader *r)
{
	size_t n;
	const char *at = eh_read_lenstr(r, &n);

	return n == 0 ? (struct eh_text){0} : (struct eh_text){at, n};
}

static void read_feature(struct eh_reader *r, const struct eh_map_feature *feature, struct eh_decision_feature *out)
{
	*out = (struct eh_decision_feature){0};
	if (feature->kind == EH_MAP_CATEGORICAL) {
		out->text = read_text(r);
		out->has = out->text.n > 0;
		return;
	}
	out->has = eh_read_u8(r) != 0;
	if (out->has)
		out->q = eh_read_zigzag(r);
}

enum eh_rc eh_tracked_decision(const struct eh_map *map, struct eh_text content, int64_t pane_us, struct eh_decision *out,
                               struct eh_err *err)
{
	const unsigned char *at = (const unsigned char *)content.at;
	struct eh_reader r = {at, at + content.n, false};
	unsigned flags = eh_read_u8(&r);

	out->id = (struct eh_text){0};
	out->at_us = pane_us;
	out->favourable = (flags & FAVOURABLE) != 0;
	out->has_score = (flags & SCORE) != 0;
	out->has_outcome = (flags & OUTCOME) != 0;
	out->outcome_adverse = (flags & ADVERSE) != 0;
	out->has_outcome_at = out->has_received = out->has_override = out->overridden = false;
	out->version = INT64_MIN;
	out->rounded = 0;
	out->score_q = out->has_score ? eh_read_zigzag(&r) : 0;
	for (size_t i = 0; i < map->protect_n; i++) {
		out->groups[i] = read_text(&r);
		out->label[i] = -1; /* the group is found by its text */
	}
	for (size_t i = 0; i < map->strata_n; i++)
		out->strata[i] = read_text(&r);
	for (size_t i = 0; i < map->features_n; i++)
		read_feature(&r, &map->features[i], &out->features[i]);
	for (size_t i = 0; i < map->lineage_n; i++)
		out->lineage[i] = read_text(&r);
	if (r.bad || r.at != r.end)
		return eh_fail(err, EH_REFUSED, "what the store remembers of a row of source %s is not what this program wrote", map->source);
	return EH_OK;
}
