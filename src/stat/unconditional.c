/*
 * unconditional.c - lines for stats/unconditional.h.
 */
#include "stats/unconditional.h"

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

static void unconditional(struct eh_stat_call *c)
{
	struct ehs_2x2 t = {
		.prot = {eh_stat_count(c, "n1"), eh_stat_count(c, "x1")},
		.ref = {eh_stat_count(c, "n2"), eh_stat_count(c, "x2")},
	};
	static const char *const barnard[] = {"barnard_zpooled_less", "barnard_zpooled_greater",
	                                      "barnard_zpooled_two_sided"};
	static const char *const boschloo[] = {"boschloo_less", "boschloo_greater"};

	if (eh_stat_refused(c))
		return;
	struct ehs_unconditional_work *work = eh_arena_zalloc(c->arena, 1, sizeof *work);
	struct ehs_result r[3], b[2];
	for (enum ehs_side side = EHS_LESS; side <= EHS_TWO_SIDED; side++)
		r[side] = ehs_barnard(t, side, work);
	for (enum ehs_side side = EHS_LESS; side <= EHS_GREATER; side++)
		b[side] = ehs_boschloo(t, side, work);
	eh_stat_status(c, r[EHS_TWO_SIDED].status, NULL);
	for (int side = 0; side < 3; side++)
		eh_stat_put(c, barnard[side], r[side].p);
	for (int side = 0; side < 2; side++)
		eh_stat_put(c, boschloo[side], b[side].p);
	double twice = 2 * (b[0].p < b[1].p ? b[0].p : b[1].p);
	eh_stat_put(c, "boschloo_two_sided", twice < 1 ? twice : 1);
	eh_stat_put_text(c, "method", r[EHS_TWO_SIDED].flags != 0 ? r[EHS_TWO_SIDED].method : "supremum");
	eh_stat_put_flags(c, r[EHS_TWO_SIDED].flags);
}

const struct eh_stat_test eh_stat_unconditional_tests[] = {
	{"unconditional_exact", "x1, n1, x2, n2",
         "barnard_zpooled_less, barnard_zpooled_greater, barnard_zpooled_two_sided, boschloo_less, boschloo_greater, "
         "boschloo_two_sided, method, flags",
         unconditional},
	{0},
};
