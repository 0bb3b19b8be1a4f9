/*
 * hours.c - see hours.h.
 */
#include "judge/hours.h"

#include <math.h>
#include <string.h>

#include "base/time.h"
#include "judge/jump.h"

#define NEARER .01
#define FARTHER .02
#define HOURS_A_YEAR 8760

void eh_judge_hours_add(struct eh_judge_hours *h, const struct eh_judge_hour *hour)
{
	if (h->n > 0 && h->hour[h->n - 1].hour_us >= hour->hour_us) {
		struct eh_judge_hour *last = &h->hour[h->n - 1];

		last->n += hour->n;
		for (int i = 0; i < EH_JUDGE_HOUR_KINDS; i++)
			last->x[i] += hour->x[i];
		return;
	}
	if (h->n == EH_JUDGE_HOURS) {
		memmove(h->hour, h->hour + 1, (EH_JUDGE_HOURS - 1) * sizeof h->hour[0]);
		h->n--;
	}
	h->hour[h->n++] = *hour;
}

static double share(struct ehs_bin b)
{
	return b.n > 0 ? (double)b.x / (double)b.n : 0;
}

struct eh_judge_rise eh_judge_hours_rise(const struct eh_judge_hours *h, enum eh_judge_hour_kind kind, int64_t now_us,
                                         bool already)
{
	double line = eh_judge_jump_line(EH_JUDGE_HOUR_KINDS * EH_JUDGE_HOURS_RECENT, HOURS_A_YEAR), log_m = -INFINITY;
	struct eh_judge_rise r = {0};
	struct ehs_shift shift;

	ehs_shift_init(&shift, false);
	for (size_t i = 0; i < h->n; i++) {
		int64_t age = (now_us - h->hour[i].hour_us) / EH_HOUR_US;
		struct ehs_bin seen = {h->hour[i].n, h->hour[i].x[kind]};
		bool recent = age < EH_JUDGE_HOURS_RECENT;

		if (age >= EH_JUDGE_HOURS_RECENT + EH_JUDGE_HOURS_BEFORE)
			continue;
		*(recent ? &r.recent : &r.before) =
			(struct ehs_bin){(recent ? r.recent : r.before).n + seen.n, (recent ? r.recent : r.before).x + seen.x};
		if (recent) /* all that is older has been added */
			log_m = ehs_shift_share(&shift, seen, share(r.before) + NEARER, true);
	}
	double by = share(r.recent) - share(r.before);
	r.is = r.recent.n > 0 && r.before.n > 0 && (already ? by >= NEARER : by >= FARTHER && log_m >= line);
	return r;
}
