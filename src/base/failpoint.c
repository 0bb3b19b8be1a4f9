/*
 * failpoint.c - see failpoint.h.  This is the one of the installed program: nothing can be armed.
 */
#include "base/failpoint.h"

const bool eh_failpoint_armed = false;

enum eh_rc eh_failpoint(const char *name, struct eh_err *err)
{
	(void)name;
	(void)err;
	return EH_OK;
}
