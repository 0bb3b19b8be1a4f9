/*
 * ratio.c - see ratio.h.
 *
 * With u = theta (n_prot + x_ref) and v = n_ref + x_prot the likelihood equation on the line is
 * theta N p^2 - (u + v) p + (x_prot + x_ref) = 0 in p = p_ref, and the smaller root is the one in the unit square.
 * Its discriminant (u + v)^2 - 4 theta N (x_prot + x_ref) equals (u - v)^2 + 4 theta y_prot y_ref, a sum of what
 * cannot be negative; written so, neither the rates nor their complements lose digits, at 1 in a billion either.
 */
#include "stats/ratio.h"

#include <math.h>

struct ehs_ratio_point ehs_ratio_project(double x_prot, double y_prot, double x_ref, double y_ref, double theta)
{
	double u = theta * (x_prot + y_prot + x_ref), v = x_ref + y_ref + x_prot;
	double gap = (theta - 1) * (x_prot + y_prot + x_ref) + (y_prot - y_ref); /* u - v */
	double root = sqrt(gap * gap + 4 * theta * y_prot * y_ref);
	double sum = u + v + root;
	double wide = root + fabs(gap);
	double narrow = wide > 0 ? 4 * theta * y_prot * y_ref / wide : 0; /* root - |gap| */
	double plus = gap > 0 ? wide : narrow, minus = gap > 0 ? narrow : wide;
	double p_ref = 2 * (x_prot + x_ref) / sum;

	return (struct ehs_ratio_point){
		.p_prot = theta * p_ref,
		.q_prot = (2 * theta * y_prot + minus) / sum,
		.p_ref = p_ref,
		.q_ref = (2 * y_ref + plus) / sum,
	};
}
