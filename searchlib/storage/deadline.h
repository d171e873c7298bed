/* Is there time left? A search that was given a limit looks at the clock now and then, and stops with what it has. */
#ifndef SL_DEADLINE_H
#define SL_DEADLINE_H

#include <time.h>

#include "bytes.h"

typedef struct {
    int64_t at;   /* nanoseconds of sl_clock() */
    int passed;   /* it was found to be over: what was computed since is not all there is */
} sl_deadline;

/* Nanoseconds since some moment; steady where the system has such a clock. */
SL_FUNCTION int64_t sl_clock(void)
{
    struct timespec now;
#ifdef CLOCK_MONOTONIC
    clock_gettime(CLOCK_MONOTONIC, &now);
#else
    timespec_get(&now, TIME_UTC);
#endif
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* NULL: no limit. */
SL_FUNCTION int sl_deadline_passed(sl_deadline *d)
{
    if (d && !d->passed && sl_clock() >= d->at)
        d->passed = 1;
    return d && d->passed;
}

#endif
