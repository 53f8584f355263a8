/* See logclock.h. */

#include "logs/logclock.h"

int64_t cotool_next_cycle(const cotool_clock *clock, int64_t within, int kind) {
    int64_t half = cotool_half_period(kind);
    if (clock->within < 0 || clock->kind != kind) return clock->cycle;
    return clock->cycle + (within < clock->within - half) - (within > clock->within + half);
}

/* Inferred years and days end ten years after the first stamp and one year before it: stamps that keep
 * stepping back are out of order, as in the logs of several hosts one after the other. The clock itself
 * goes on, so that a span need not know what came before. */
int64_t cotool_held_cycle(int64_t cycle, int kind) {
    int64_t most = kind == COTOOL_DAILY ? 3653 : 10, least = kind == COTOOL_DAILY ? -366 : -1;
    return cycle > most ? most : cycle < least ? least : cycle;
}

int64_t cotool_local_seconds(const cotool_config *config, cotool_span *span, int cycle,
                                    const cotool_stamp *stamp) {
    int64_t of_day, days;
    cotool_clock *clock = &span->clock;
    if (stamp->is_epoch) return stamp->epoch;
    of_day = stamp->hour * 3600 + stamp->minute * 60 + stamp->second;
    days = cotool_days(stamp->year, stamp->month, stamp->day);
    if (!cycle) return days * 86400 + of_day;
    {
        int64_t within =
            cycle == COTOOL_DAILY ? of_day : (days - cotool_days(1972, 1, 1)) * 86400 + of_day;
        clock->cycle = cotool_next_cycle(clock, within, cycle);
        clock->kind = cycle;
        clock->within = within;
        if (clock->head < 0)
            clock->head = within, clock->head_kind = cycle, clock->head_cycle = clock->cycle;
    }
    {
        int64_t held = cotool_held_cycle(clock->cycle, cycle);
        if (cycle == COTOOL_DAILY)
            return (cotool_days(config->year, config->month, config->day) + held) * 86400 + of_day;
        return cotool_days(config->year + (int)held, stamp->month, stamp->day) * 86400 + of_day;
    }
}
