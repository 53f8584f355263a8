/* See logparts.h. */

#include "logs/logparts.h"

#include <string.h>

#include "logs/logguess.h"

static void set_fraction(cotool_time_parts *parts, cotool_digits_at d, int is_milliseconds) {
    static const int32_t scale[10] = {0,     100000000, 10000000, 1000000, 100000,
                                      10000, 1000,      100,      10,      1};
    parts->fraction = d;
    if (d.size > 9) parts->fraction.size = 9;
    parts->scale = is_milliseconds && d.size <= 3 ? 1000000 : scale[parts->fraction.size];
}

/* Finds the parts of seconds since 1970. */
static int epoch_parts(const uint8_t *p, unsigned size, uint8_t after, cotool_time_parts *parts) {
    unsigned n = cotool_digits_from(p, 0, size, 20).size;
    if (n < 10) return 0;
    parts->field[0] = (cotool_digits_at){4, 2}, parts->weight[0] = 10000, parts->most[0] = 99;
    parts->field[1] = (cotool_digits_at){6, 2}, parts->weight[1] = 100, parts->most[1] = 99;
    parts->field[2] = (cotool_digits_at){8, 2}, parts->weight[2] = 1, parts->most[2] = 99;
    if (n > 10) set_fraction(parts, (cotool_digits_at){10, n - 10}, 0);
    else if (size > 11) set_fraction(parts, cotool_digits_from(p, 11, size, 64), 0);
    else if (after == '.' || after == ',') return 0; /* a fraction might follow */
    return 1;
}

int cotool_time_parts_of(const char *form, const uint8_t *p, unsigned size, cotool_time_parts *parts) {
    static const char names[] = "HMShis";
    const uint8_t after = p[size];
    const int half_days = strchr(form, 'p') != NULL;
    unsigned at = 0;
    memset(parts, 0, sizeof *parts);
    if (!strcmp(form, "E")) return epoch_parts(p, size, after, parts);
    for (; *form; form++) {
        unsigned width = 1;
        switch (*form) {
            case 'Y': width = 4; break;
            case 'y':
            case 'm':
            case 'd':
            case 'D': width = 2; break;
            case 'a':
            case 'b': width = 3; break;
            case 'o':
            case 'e':
                if (!(width = cotool_digits_from(p, at, size, 2).size)) return 0;
                break;
            case 'H':
            case 'M':
            case 'S':
            case 'h':
            case 'i':
            case 's': {
                static const int16_t weight[3] = {3600, 60, 1}, most[3] = {23, 59, 60};
                const int n = (int)(strchr(names, *form) - names) % 3;
                const cotool_digits_at d = cotool_digits_from(p, at, size, 2);
                if (!(width = d.size)) return 0;
                if (n == 0 && half_days) break; /* the hour counts from noon, or does not */
                parts->field[n] = d, parts->weight[n] = weight[n], parts->most[n] = most[n];
                break;
            }
            case '6':
                set_fraction(parts, (cotool_digits_at){at, 6}, 0);
                width = 6;
                break;
            case 'f':
            case 'g': {
                const uint8_t c = p[at];
                cotool_digits_at d;
                width = 0;
                if (*form == 'g' ? c != ':' : c != '.' && c != ',') break;
                d = cotool_digits_from(p, at + 1, size, COTOOL_GUESS_WINDOW);
                if (!(width = d.size)) return 0;
                set_fraction(parts, d, *form == 'g');
                width++;
                break;
            }
            case 'z':
            case 'Z':
                if (form[1]) {
                    /* In the middle: there is none where a number follows. */
                    for (width = 0; at + width < size && cotool_is_blank(p[at + width]);) width++;
                    if (at + width >= size || !cotool_is_digit(p[at + width])) return 0;
                    width = 0;
                    break;
                }
                if (at < size) return after != ':' && after != '+' && after != '-';
                parts->watch_zone = *form == 'z' && after == ' ';
                parts->watch_named = *form == 'Z' && after == ' ';
                return after != '+' && after != '-';
            case 'p':
                if (!form[1]) return at < size;
                if (at + 2 > size || !strchr("apAP", p[at]) || (p[at + 1] | 0x20) != 'm') return 0;
                width = 2;
                break;
            case 'B':
                for (width = 0; at + width < size && cotool_is_name(p[at + width]);) width++;
                if (width < 3 || width > 23) return 0;
                width += p[at + width] == '.' && form[1] != '.';
                break;
            case 'A':
                for (width = 0; at + width < size; width++) {
                    const uint8_t c = p[at + width];
                    if (!cotool_is_name(c) && (!width || (c != '/' && c != '_'))) break;
                }
                if (!width) return 0;
                break;
            case '~':
                for (width = 0; at + width < size && cotool_is_blank(p[at + width]);) width++;
                if (!width) return 0;
                break;
            case 'E':
            case 'q':
            case 'J':
            case 'X':
            case 'w': return 0;
            case '\\':
                if (form[1]) form++;
                break;
            default: break;
        }
        at += width;
        if (at > size) return 0;
    }
    return at == size;
}
