/*
 * labs.h - results of the lab that people want kept.
 *
 * A run of the lab changes nothing, and most are thrown away.  One that a proposal is to
 * rest on is kept by its digest, with a leaf `lab`; so an approval that names the digest
 * signs what the approver saw.  Judge checks the form and not the arithmetic: whoever
 * doubts a result runs it again (`evenhand lab verify`), which gives the same bytes.
 *
 * Owner    the arena given.
 * Threads  none.
 */
#ifndef EH_JUDGE_LABS_H
#define EH_JUDGE_LABS_H

#include "judge/asked.h"
#include "judge/write.h"

#define EH_JUDGE_LAB_KEEP "lab-keep" /* the verb; its body is {result}, what `evenhand lab --json` printed */

struct eh_judge_lab;

/* Checks what is asked and keeps the leaf `lab`; *out is NULL where it is refused, or where the result is kept already
 * (*done then says so). */
EH_MUST enum eh_rc eh_judge_lab_keep(struct eh_judge_writer *writer, const struct eh_judge_asked *asked,
                                     struct eh_arena *home, struct eh_judge_lab **out, bool *done,
                                     char message[EH_JUDGE_MESSAGE], struct eh_err *err);

/* Writes the row, once the leaves of the transaction have their indexes. */
EH_MUST enum eh_rc eh_judge_lab_write(struct eh_judge_writer *writer, const struct eh_judge_lab *lab, int64_t first,
                                      struct eh_err *err);

/* Whether a kept result of that digest tried this version of the policy; the answer says why not. */
EH_MUST enum eh_rc eh_judge_lab_tried(struct eh_pg *pg, const struct eh_sha256 *result, const struct eh_sha256 *draft,
                                      bool *tried, char message[EH_JUDGE_MESSAGE], struct eh_err *err);

#endif
