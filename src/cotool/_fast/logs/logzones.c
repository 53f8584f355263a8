/* See logzones.h. */
#include <string.h>

#include "logs/logzones.h"

static const struct {
    char name[6];
    int8_t quarters;
} zones[] = {
    {"UTC", 0},    {"GMT", 0},    {"WET", 0},    {"WEST", 4},   {"BST", 4},    {"CET", 4},
    {"CEST", 8},   {"MET", 4},    {"MEST", 8},   {"MEZ", 4},    {"MESZ", 8},   {"EET", 8},
    {"EEST", 12},  {"MSK", 12},   {"EST", -20},  {"EDT", -16},  {"CST", -24},  {"CDT", -20},
    {"MST", -28},  {"MDT", -24},  {"PST", -32},  {"PDT", -28},  {"AKST", -36}, {"AKDT", -32},
    {"HST", -40},  {"AST", -16},  {"ADT", -12},  {"BRT", -12},  {"ART", -12},  {"SAST", 8},
    {"PKT", 20},   {"JST", 36},   {"KST", 36},   {"HKT", 32},   {"SGT", 32},   {"AWST", 32},
    {"ACST", 38},  {"ACDT", 42},  {"AEST", 40},  {"AEDT", 44},  {"NZST", 48},  {"NZDT", 52},
    {"WIB", 28},   {"TRT", 12},   {"Z", 0},      {"IST", COTOOL_SHARED_ZONE},
};
enum { ZONES = sizeof zones / sizeof zones[0] };

uint32_t cotool_zone_pairs[26];

void cotool_prepare_zones(void) {
    for (size_t n = 0; n < ZONES; n++) {
        const char *name = zones[n].name;
        if (name[1]) cotool_zone_pairs[name[0] - 'A'] |= (uint32_t)1 << (name[1] - 'A');
    }
}

int cotool_zone_quarters(const uint8_t *name, size_t size) {
    if (!size || size > 4) return COTOOL_NO_ZONE;
    for (size_t n = 0; n < ZONES; n++)
        if (zones[n].name[0] == (char)*name && !zones[n].name[size] &&
            !memcmp(zones[n].name, name, size))
            return zones[n].quarters;
    return COTOOL_NO_ZONE;
}
