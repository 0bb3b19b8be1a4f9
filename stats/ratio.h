/*
 * ratio.h - the point of the line p_prot = theta * p_ref nearest to the data.
 *
 * One quadratic serves three: the restricted maximum likelihood of Koopman's
 * interval, the reverse information projection of the 2x2 e-value, and the null
 * of the likelihood ratio that dates the onset.
 *
 * Source   Koopman 1984 (Biometrics 40, 513), Miettinen & Nurminen 1985.
 */
#ifndef EHS_RATIO_H
#define EHS_RATIO_H

/* Both rates and, to full relative accuracy, what they leave to 1. */
struct ehs_ratio_point {
	double p_prot, q_prot, p_ref, q_ref;
};

/*
 * Maximises x_prot ln p_prot + y_prot ln(1 - p_prot) + x_ref ln p_ref + y_ref ln(1 - p_ref)
 * on p_prot = theta p_ref.  x are (expected) successes, y failures, all >= 0, not all 0; theta > 0.
 */
struct ehs_ratio_point ehs_ratio_project(double x_prot, double y_prot, double x_ref, double y_ref, double theta);

#endif
