/*
 * message.h - what leaves the house: one model, made in one place (law 10).
 *
 * A message says that something happened and where to look; it is not the
 * evidence.  It holds no id of a decision, no name of a person, nothing that
 * somebody wrote (a reason, a note), and no count below EH_NOTIFY_K: where one of
 * the counts that a sentence stands on is smaller, the sentence is replaced by one
 * without figures.  Data and governance alerts are told by their title, as their
 * sentences quote what a source holds.
 *
 * Owner    the caller's.
 * Threads  any.
 */
#ifndef EH_NOTIFY_MESSAGE_H
#define EH_NOTIFY_MESSAGE_H

#include <jansson.h>
#include <stdint.h>

#include "notify/route.h"

#define EH_NOTIFY_K 11

struct eh_notify_message {
	const char *type; /* alert, history, policy, heartbeat, silence, test */
	unsigned abouts;  /* enum eh_notify_about */
	const char *key;  /* of idempotency: the same thing told again has the same key */
	bool page;        /* severity */
	int level;        /* of escalation, 0 before any */
	/* Users whom it concerns: it also goes to the routes that are theirs (`people`).  They are not named in it. */
	const char *const *audience;
	size_t audience_n;

	const char *alert; /* its id; NULL: not of an alert */
	int step;
	int64_t source_id; /* 0: of the store */
	const char *source;
	const char *kind;  /* bias, data, governance; NULL: not of an alert */
	const char *event, *state;
	bool over; /* the state is one in which nothing is left to do */
	const char *attribute, *group; /* "" where it is not about a group */
	const char *what;              /* what the table of steps says happened; never what a person wrote */
	const char *title;             /* of a data or governance alert: fixed words; NULL: none */
	const char *sentence;          /* of the evidence; NULL: none */
	const int64_t *cells;          /* the counts that the sentence stands on; none: it is not told */
	size_t cells_n;
	int64_t at_us, onset_us;           /* onset_us INT64_MIN: none */
	const char *evidence, *policy;     /* SHA-256 in hex; NULL: none */
	const char *const *alerts;         /* of a history: what was found */
	size_t alerts_n;
	const char *path;                  /* of the page; NULL: that of the alert, or the first page */
};

/* The model: an object whose keys docs/reference/alert.md lists.  A new reference. */
json_t *eh_notify_model(const struct eh_notify_message *message, const char *public_url);

#endif
