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
	[EHS_SEPARATION] = "separation",
	[EHS_ILL_CONDITIONED] = "ill_conditioned",
	[EHS_OVERFLOW] = "overflow",
	[EHS_INVALID] = "invalid",
};

static const char *const flag_name[] = {
	"low_n", "low_expected", "dropped_empty", "approximate", "continuity", "binned", "zero_cell", "penalized",
};

const char *ehs_status_name(enum ehs_status status)
{
	size_t i = (size_t)status;

	return i < sizeof status_name / sizeof *status_name ? status_name[i] : "invalid";
}

const char *ehs_flag_name(unsigned flag)
{
	for (size_t i = 0; i < sizeof flag_name / sizeof *flag_name; i++)
		if (flag == 1U << i)
			return flag_name[i];
	return NULL;
}

struct ehs_result ehs_result_none(enum ehs_status status, const char *method)
{
	return (struct ehs_result){
		.est = NAN,
		.se = NAN,
		.lo = NAN,
		.hi = NAN,
		.conf = NAN,
		.stat = NAN,
		.df = NAN,
		.p = NAN,
		.log10_p = NAN,
		.log_e = NAN,
		.method = method,
		.status = status,
	};
}

enum ehs_status ehs_2x2_status(struct ehs_2x2 table)
{
	if (table.prot.x > table.prot.n || table.ref.x > table.ref.n || (table.prot.n | table.ref.n) >> 63 != 0)
		return EHS_INVALID;
	return table.prot.n == 0 || table.ref.n == 0 ? EHS_EMPTY_GROUP : EHS_OK;
}

ehs_int128 ehs_2x2_cross(struct ehs_2x2 table)
{
	ehs_uint128 with = (ehs_uint128)table.prot.x * (table.ref.n - table.ref.x);
	ehs_uint128 against = (ehs_uint128)table.ref.x * (table.prot.n - table.prot.x);

	return (ehs_int128)(with - against);
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
