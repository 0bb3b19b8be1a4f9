/*
 * follow.h - what a person decides about a source: that it is followed no more, or again, and that a gap is accepted.
 *
 * Each is a row with the person's name and reason, and a leaf with a pseudonym and the
 * reason's digest, in one transaction (law 8: nothing of this goes without owner and
 * reason).  What was counted stays as it is.
 *
 * Threads  as pg.h.
 */
#ifndef EH_SOURCE_FOLLOW_H
#define EH_SOURCE_FOLLOW_H

#include "source/register.h"

#define EH_SOURCE_REASON_MAX 2000 /* bytes */

/* Who decides, and why. */
struct eh_source_deed {
	const char *person; /* a user of the dashboard, or `os:NAME`: who is signed in to this machine */
	const char *reason;
};

/* EH_BAD_INPUT where `name` is no active user of the dashboard. */
EH_MUST enum eh_rc eh_source_check_person(struct eh_pg *store, const char *name, struct eh_err *err);

/* Stops the following, as evenhand_writer: a gather that runs commits nothing more, and none begins.  EH_REFUSED where
 * it is not followed anyway. */
EH_MUST enum eh_rc eh_source_remove(struct eh_pg *store, const struct eh_source *source, const struct eh_source_deed *deed,
                                    struct eh_err *err);

/* Puts a removed source back; reading goes on where it stood. */
EH_MUST enum eh_rc eh_source_put_back(struct eh_pg *store, const struct eh_source *source, const struct eh_source_deed *deed,
                                      struct eh_err *err);

/* Accepts the open gap of a source; *gap_no says which.  EH_REFUSED where there is none, or it was accepted before. */
EH_MUST enum eh_rc eh_source_accept_gap(struct eh_pg *store, const struct eh_source *source, const struct eh_source_deed *deed,
                                        int64_t *gap_no, struct eh_err *err);

#endif
