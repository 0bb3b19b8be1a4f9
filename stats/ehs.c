/*
 * ehs.c - see ehs.h.
 */
#include "stats/ehs.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stddef.h>

static const char *const status_name[] = {
	[EHS_OK] = "ok",
	[EHS_EMPTY_GROUP] = "empty_group",
	[EHS_UNDEFINED] = "undefined",
	[EHS_ZERO_CELL] = "zero_cell",
	[EHS_DEGENERATE] = "degenerate",
	[EHS_ZERO_VARIANCE] = "zero_variance",
	[EHS_ALL_TIED] = "all_tied",
	[EHS_LOW_N] = "low_n",
	[EHS_NO_CONVERGENCE] = "no_convergence",
	[EHS_INVALID] = "invalid",
};

const char *ehs_status_name(enum ehs_status status)
{
	size_t i = (size_t)status;

	return i < sizeof status_name / sizeof *status_name ? status_name[i] : "invalid";
}

void ehs_init(void)
{
	gsl_set_error_handler_off();
}

double ehs_z_of(double conf)
{
	return conf > 0 && conf < 1 ? gsl_cdf_ugaussian_Qinv((1 - conf) / 2) : NAN;
}

double ehs_p_of_z(double z)
{
	return isnan(z) ? NAN : fmin(1, 2 * gsl_cdf_ugaussian_Q(fabs(z)));
}
