/*
 * machine.h - the states of an alert as a picture: boxes where they always stand, arrows as the table of steps has them.
 *
 * The page of an alert shows it with the present state ringed; docs hold the same picture,
 * and a test holds docs to it.
 *
 * Threads  any.
 */
#ifndef EH_SERVE_MACHINE_H
#define EH_SERVE_MACHINE_H

#include "alert/alert.h"
#include "base/arena.h"

/* SVG in the arena.  `here` EH_ALERT_NONE: no state is ringed.  `note`: a line under the ringed one; may be NULL. */
const char *eh_serve_machine_svg(struct eh_arena *home, const char *kind, enum eh_alert_state here, const char *note);

#endif
