/*
 * failpoint.c - places that a test arms by EVENHAND_FAILPOINT; see base/failpoint.h.
 *
 * It is linked in place of src/base/failpoint.c.  What the variable says wrongly stops the
 * program: a test that arms nothing would pass for the wrong reason.
 */
#include "base/failpoint.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACES_MAX 16

enum action { KILL, STOP, FAIL, SLEEP };

struct place {
	char name[64];
	enum action action;
	unsigned sleep_ms;
	long nth, passed; /* nth 0: every passing */
};

const bool eh_failpoint_armed = true;
static struct place place[PLACES_MAX];
static size_t places;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool read_action(struct place *p, const char *word)
{
	static const char *const names[] = {"kill", "stop", "error"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(word, names[i]) == 0) {
			p->action = (enum action)i;
			return true;
		}
	p->action = SLEEP;
	return sscanf(word, "sleep_%u", &p->sleep_ms) == 1;
}

static bool read_place(struct place *p, const char *item)
{
	char action[32], nth[16] = "1";

	*p = (struct place){0};
	if (sscanf(item, "%63[^:]:%31[^:]:%15s", p->name, action, nth) < 2 || !read_action(p, action))
		return false;
	p->nth = strcmp(nth, "*") == 0 ? 0 : strtol(nth, NULL, 10);
	return p->nth > 0 || strcmp(nth, "*") == 0;
}

static void read_list(void)
{
	const char *given = getenv("EVENHAND_FAILPOINT");
	char *list = given != NULL ? strdup(given) : NULL, *rest = list, *item;

	while ((item = strsep(&rest, ",")) != NULL) {
		if (*item == '\0')
			continue;
		if (places == PLACES_MAX || !read_place(&place[places], item)) {
			fprintf(stderr, "EVENHAND_FAILPOINT: cannot use %s\n", item);
			_exit(70);
		}
		places++;
	}
	free(list);
}

/* What is due at this passing; false where nothing is. */
static bool due(const char *name, struct place *out)
{
	bool found = false;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < places; i++) {
		struct place *p = &place[i];

		if (strcmp(p->name, name) != 0)
			continue;
		p->passed++;
		if (!found && (p->nth == 0 || p->passed == p->nth)) {
			found = true;
			*out = *p;
		}
	}
	pthread_mutex_unlock(&lock);
	return found;
}

enum eh_rc eh_failpoint(const char *name, struct eh_err *err)
{
	static const char *const words[] = {"kill", "stop", "error", "sleep"};
	struct place p = {0};

	pthread_once(&once, read_list);
	if (!due(name, &p))
		return EH_OK;
	fprintf(stderr, "failpoint %s: %s\n", name, words[p.action]);
	if (p.action == KILL)
		(void)raise(SIGKILL);
	else if (p.action == STOP)
		(void)raise(SIGSTOP);
	else if (p.action == SLEEP)
		usleep(p.sleep_ms * 1000);
	return p.action == FAIL ? eh_fail(err, EH_AGAIN, "failpoint %s", name) : EH_OK;
}
