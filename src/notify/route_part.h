/*
 * route_part.h - what the two files that read routes share.
 *
 * Inside the room only.
 */
#ifndef EH_NOTIFY_ROUTE_PART_H
#define EH_NOTIFY_ROUTE_PART_H

#include "config/yaml.h"
#include "notify/route.h"

/* Where it is written: its folder is that of relative paths; where `secrets` is false no file is opened. */
struct eh_notify_place {
	struct eh_arena *home;
	const char *folder;
	bool secrets;
};

/* An optional entry; *out stays as it is where there is none. */
EH_MUST enum eh_rc eh_notify_part_text(const struct eh_yaml *node, const char *key, const char **out, struct eh_err *err);
EH_MUST enum eh_rc eh_notify_part_length(const struct eh_yaml *node, const char *key, int64_t least_ms, int64_t most_ms, int64_t *ms,
                                         struct eh_err *err);

bool eh_notify_part_is_http(const char *url);

/* Whether an address that is one leaves this machine without TLS. */
bool eh_notify_part_is_bare(const char *url);
#define EH_NOTIFY_BARE "plain http:// is for this machine alone: a message would be read on its way"

/* Everything that says how the receiver of a route is reached. */
EH_MUST enum eh_rc eh_notify_part_reach(const struct eh_notify_place *at, const struct eh_yaml *node, struct eh_notify_route *route,
                                        struct eh_err *err);

#endif
