/* What does a segment keep for the next tally of it (tally.h)? Arrays with a byte for each document. */
#ifndef SL_IDLE_H
#define SL_IDLE_H

#include "../storage/bytes.h"

#define SL_TALLY_IDLE 4         /* arrays, at most */
#define SL_TALLY_KEPT (4u << 20) /* bytes of an array that is kept, at most */

typedef struct {
    uint8_t *counts[SL_TALLY_IDLE];
    uint32_t count;
} sl_tally_idle;

SL_FUNCTION void sl_tally_discard(sl_tally_idle *idle)
{
    while (idle->count)
        free(idle->counts[--idle->count]);
}

#endif
