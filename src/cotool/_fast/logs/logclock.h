/* Seconds since 1970 of the times that lines state. */
#ifndef COTOOL_LOGCLOCK_H
#define COTOOL_LOGCLOCK_H

#include "logs/logscan.h"
#include "logs/logtime.h"

/* Returns the seconds since 1970 of a stamp, without regard to its zone. A stamp without a year or
 * without a date sets the span's clock. */
int64_t cotool_local_seconds(const cotool_config *config, cotool_span *span, int cycle,
                                    const cotool_stamp *stamp);

/* Half of what repeats in stamps without a year or a date, in seconds. */
COTOOL_INLINE int64_t cotool_half_period(int kind) {
    return kind == COTOOL_DAILY ? 43200 : (int64_t)183 * 86400;
}

/* Converts local seconds to UTC, by the stamp's zone or by the zone of stamps without one. */
COTOOL_INLINE int64_t cotool_universal(const cotool_config *config, int64_t local,
                                       const cotool_stamp *stamp) {
    int low = 0, high = config->zones;
    if (stamp->zoned) return local - stamp->zone;
    if (!high) return local;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (config->zone_start[middle] <= local) low = middle;
        else high = middle;
    }
    return local - config->zone_offset[low];
}

/* Tells whether the time at p equals the one that was read last, up to the seconds. */
COTOOL_INLINE int cotool_is_memo(const cotool_memo *memo, const cotool_clock *clock,
                                 const uint8_t *p) {
    const cotool_layout *l = memo->layout;
    cotool_bytes32 text, before;
    cotool_quads32 q;
    memcpy(&text, p, 32);
    memcpy(&before, memo->text, 32);
    q = (cotool_quads32)((text ^ before) & l->whole);
    if (q[0] | q[1] | q[2] | q[3]) return 0;
    if (l->place[5] < 0 || l->dated_tail) return 0;
    /* The first stamp without a year or date of a span sets the head of its clock. */
    return !l->cycle || (clock->head >= 0 && clock->kind == l->cycle &&
                         clock->within == memo->within && clock->cycle == memo->cycle);
}

#endif
