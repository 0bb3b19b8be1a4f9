/*
 * pack_text.h - results of packs and of new components, in words for a terminal.
 *
 * Threads  main only.
 */
#ifndef EH_CLI_PACK_TEXT_H
#define EH_CLI_PACK_TEXT_H

#include <jansson.h>

void eh_cli_print_pack(const json_t *result);   /* evenhand/pack-result/1 */
void eh_cli_print_change(const json_t *result); /* evenhand/change-result/1 */

#endif
