/*
 * packs.h - a regulator's test when its period has closed, and a test of each new component (law 5).
 *
 * When the last pane of a calendar period has closed, each pack that is on is run over
 * the cube of that period as the close includes it: once, by T, with a leaf.  What comes
 * late is counted in its pane and does not alter a result.  A component that is met for
 * the first time is tested when 28 days have passed since.  None of it enters the
 * evidence digest, and none of it raises an alert.
 *
 * Which packs are on is data on the record: what two people decided last, else what the
 * pack's own file says.
 *
 * Owner    the writer.
 * Threads  none.
 */
#ifndef EH_JUDGE_PACKS_H
#define EH_JUDGE_PACKS_H

#include "evidence/pack_result.h"
#include "judge/asked.h"
#include "judge/rows.h"

/* After a close was kept (its leaf is the transaction's last): runs what became due. */
EH_MUST enum eh_rc eh_judge_row_packs(struct eh_judge_writer *w, struct eh_judge_feed *feed, const struct eh_judge_step *step,
                                      struct eh_err *err);
/* The same for components: notes those that are new in the close's pane, tests those that are due. */
EH_MUST enum eh_rc eh_judge_row_changes(struct eh_judge_writer *w, struct eh_judge_feed *feed, const struct eh_judge_step *step,
                                        struct eh_err *err);
/* Writes what was kept; `first` is the index of the transaction's first leaf. */
EH_MUST enum eh_rc eh_judge_packs_write(struct eh_judge_writer *w, int64_t first, struct eh_err *err);
EH_MUST enum eh_rc eh_judge_changes_write(struct eh_judge_writer *w, int64_t first, struct eh_err *err);

/* The packs that are on, in the arena: read from the store. */
EH_MUST enum eh_rc eh_judge_packs_on(struct eh_pg *pg, struct eh_arena *home, const struct eh_pack *const **packs, size_t *n,
                                     struct eh_err *err);
/* Every pack that is known, by name, and whether it is on. */
struct eh_judge_pack_standing {
	const struct eh_pack *pack;
	bool on, decided; /* decided: by people; else by its file */
};
EH_MUST enum eh_rc eh_judge_packs_all(struct eh_pg *pg, struct eh_arena *home, const struct eh_judge_pack_standing **standing,
                                      size_t *n, struct eh_err *err);

/* The book of a source over [from, to), from the panes that `included` covers.  The cube is the caller's to free. */
EH_MUST enum eh_rc eh_judge_book(struct eh_judge_store *store, struct eh_judge_feed *feed, struct eh_arena *home, int64_t from_us,
                                 int64_t to_us, int64_t clock_us, int64_t included, struct eh_evidence_book *book,
                                 struct eh_err *err);

/* A pack over any stretch of what is stored, now; nothing is written.  EH_REFUSED where the source has nothing counted. */
EH_MUST enum eh_rc eh_judge_pack_once(struct eh_pg *pg, const char *source, const struct eh_pack *pack, int64_t from_us,
                                      int64_t to_us, json_t **result, struct eh_err *err);

/*
 * What people ask about packs: an insurer proposes by pack-enable or pack-disable {pack, reason, text: a pack of its own},
 * an approver decides by pack-approve {request_id}.  Inside begin and commit: what follows from it is kept, with its leaf.
 * *done false: refused, with the reason in the message.
 */
bool eh_judge_pack_asks(const char *verb);
EH_MUST enum eh_rc eh_judge_pack_answer(struct eh_judge_writer *w, const struct eh_judge_asked *asked, struct eh_arena *home,
                                        bool *done, char message[EH_JUDGE_MESSAGE], struct eh_err *err);

/* What was decided: its leaf and row, inside begin and commit. */
struct eh_judge_pack_deed {
	const struct eh_pack *pack;
	bool enable;
	const char *actor, *second, *reason;
};
EH_MUST enum eh_rc eh_judge_pack_decide(struct eh_judge_writer *w, const struct eh_judge_pack_deed *deed, struct eh_err *err);

#endif
