/* Names of time zones. */
#ifndef COTOOL_LOGZONES_H
#define COTOOL_LOGZONES_H

#include <stddef.h>
#include <stdint.h>

/* What cotool_zone_quarters() returns for a text that names no zone, and for a name that zones with
 * different offsets share. */
enum { COTOOL_NO_ZONE = 100, COTOOL_SHARED_ZONE };

/* Returns the offset from UTC, in quarters of an hour, of the zone with this name. */
int cotool_zone_quarters(const uint8_t *name, size_t size);

/* For each capital, the letters that follow it in names of zones, as bits. */
extern uint32_t cotool_zone_pairs[26];
void cotool_prepare_zones(void); /* sets cotool_zone_pairs */

#endif
