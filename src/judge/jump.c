/*
 * jump.c - see jump.h.
 */
#include "judge/jump.h"

#include <math.h>

#define BACK 2.9957322735539909 /* ln 20 */

void eh_judge_jump_init(struct eh_judge_jump *j, bool up)
{
	*j = (struct eh_judge_jump){.up = up};
	ehs_shift_init(&j->m, false);
}

void eh_judge_jump_drop(struct eh_judge_jump *j)
{
	struct ehs_bin usual = j->usual;
	bool settled = j->is;

	eh_judge_jump_init(j, j->up);
	j->usual = usual;
	j->settled = settled;
}

double eh_judge_jump_line(double tests, double looks_a_year)
{
	return log(fmax(1, tests) * looks_a_year * EH_JUDGE_JUMP_YEARS);
}

static void count(struct eh_judge_jump *j, struct ehs_bin seen, double usual, int64_t at_us)
{
	if (!j->is && !j->begun) {
		j->begun = true;
		j->since_us = at_us;
		j->since = (struct ehs_bin){0};
		j->expected = 0;
	}
	j->since.n += seen.n;
	j->since.x += seen.x;
	j->expected += usual;
}

static void begin(struct eh_judge_jump *j, double line)
{
	j->is = j->fresh = true;
	j->line = line;
	ehs_shift_init(&j->m, true);
}

/* After a look while it is so; `figure` is what it showed. */
static void end(struct eh_judge_jump *j, double log_m, double figure)
{
	bool beyond = j->up ? figure >= j->line : figure <= j->line;

	if (log_m < BACK)
		return;
	eh_judge_jump_drop(j);
	j->settled = beyond;
}

void eh_judge_jump_share(struct eh_judge_jump *j, struct ehs_bin seen, double line, double gate, int64_t at_us,
                         double log_line)
{
	j->fresh = j->settled = false;
	if (j->up ? line >= 1 : line <= 0) { /* what is usual leaves nothing beyond it */
		eh_judge_jump_drop(j);
		return;
	}
	if (seen.n == 0 || !(line > 0 && line < 1))
		return;
	count(j, seen, 0, at_us);
	if (j->is) {
		end(j, ehs_shift_share(&j->m, seen, line, !j->up), (double)seen.x / (double)seen.n);
		return;
	}
	double log_m = ehs_shift_share(&j->m, seen, line, j->up), share = (double)j->since.x / (double)j->since.n;
	if (log_m >= log_line && (j->up ? share >= gate : share <= gate))
		begin(j, line);
	j->begun = j->m.run > 0;
}

void eh_judge_jump_count(struct eh_judge_jump *j, uint64_t seen, double usual, double line, double gate, int64_t at_us,
                         double log_line)
{
	j->fresh = j->settled = false;
	if (!(usual > 0))
		return;
	count(j, (struct ehs_bin){.x = seen}, usual, at_us);
	if (j->is) {
		end(j, ehs_shift_count(&j->m, seen, usual * line, !j->up), (double)seen);
		return;
	}
	double log_m = ehs_shift_count(&j->m, seen, usual * line, j->up), ratio = (double)j->since.x / j->expected;
	if (log_m >= log_line && (j->up ? ratio >= gate : ratio <= gate))
		begin(j, usual * line);
	j->begun = j->m.run > 0;
}
