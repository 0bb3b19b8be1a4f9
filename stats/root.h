/*
 * root.h - the zero of a function that falls, by Brent's method, without heap.
 *
 * Source   Brent 1973, Algorithms for Minimization without Derivatives, ch. 4.
 */
#ifndef EHS_ROOT_H
#define EHS_ROOT_H

#include "stats/ehs.h"

typedef double ehs_function(double at, const void *context);

/*
 * Where f, which does not rise, crosses 0: looks outwards from `start` by steps that double, at most to +-bound,
 * then closes in until the place is known to 2e-16 (relative above 1) or f is 0.  EHS_NO_CONVERGENCE where no sign
 * change lies within the bound or f gives NaN.
 */
struct ehs_value ehs_root_falling(ehs_function *f, const void *context, double start, double step, double bound);

#endif
