/* See logdigits.h. */

#include "logs/logdigits.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Powers of ten that a double holds exactly. */
#define MOST_POWER 22
/* A product of a number and a power of ten that is less than 1e9 is within 3e-7 of the exact one. One
 * that is closer than this to the middle of two integers may be rounded to either of them. */
#define UNSURE 1e-6

static const double powers[MOST_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static double times_ten_to(double number, int power) {
    return power < 0 ? number / powers[-power] : number * powers[power];
}

/* Sets the significant digits of a positive number as an integer, and the power of ten of the first one. */
static int split(double size, int digits, uint64_t *number, int *power) {
    int binary, places;
    double scaled;
    if (!(size >= 1e-12 && size <= 1e21) || digits < 1 || digits > COTOOL_MOST_DIGITS) return 0;
    frexp(size, &binary);
    *power = (int)floor((binary - 1) * 0.30102999566398120); /* or one less than the power of ten */
    places = digits - 1 - *power;
    if (places - 1 < -MOST_POWER || places > MOST_POWER) return 0;
    scaled = times_ten_to(size, places);
    if (scaled >= powers[digits]) ++*power, scaled = times_ten_to(size, --places);
    *number = (uint64_t)(scaled + 0.5);
    if (fabs(scaled - (double)*number) > 0.5 - UNSURE) return 0;
    if (*number >= (uint64_t)powers[digits]) *number /= 10, ++*power;
    return 1;
}

int cotool_round_number(double number, int digits, double *rounded) {
    uint64_t whole;
    int power;
    if (number == 0) {
        *rounded = 0;
        return 1;
    }
    if (!split(fabs(number), digits, &whole, &power)) return 0;
    power -= digits - 1;
    /* Both are exact, so their product or quotient is the number nearest to the decimal one. */
    *rounded = copysign(power > 0 ? (double)whole * powers[power] : (double)whole / powers[-power],
                        number);
    return 1;
}

size_t cotool_write_number(double number, int digits, int pointed, char *out) {
    const double size = fabs(number);
    char *p = out, text[COTOOL_MOST_DIGITS];
    int power, count = digits;
    uint64_t rounded;
    if (signbit(number)) *p++ = '-';
    if (size == 0) {
        memcpy(p, "0.0", 3);
        return (size_t)(p - out) + (pointed ? 3 : 1);
    }
    if (!split(size, digits, &rounded, &power)) return 0;
    for (int n = digits; n--; rounded /= 10) text[n] = (char)('0' + rounded % 10);
    while (count > 1 && text[count - 1] == '0') count--;
    if (power < -4 || power >= digits) {
        const int exponent = power < 0 ? -power : power;
        *p++ = text[0];
        if (count > 1) *p++ = '.';
        memcpy(p, text + 1, (size_t)(count - 1));
        p += count - 1;
        *p++ = 'e', *p++ = power < 0 ? '-' : '+';
        *p++ = (char)('0' + exponent / 10), *p++ = (char)('0' + exponent % 10);
    } else if (power < 0) {
        memcpy(p, "0.000", 5);
        p += 1 - power;
        memcpy(p, text, (size_t)count);
        p += count;
    } else {
        const int whole = power + 1;
        memcpy(p, text, (size_t)(whole < count ? whole : count));
        for (int n = count; n < whole; n++) p[n] = '0';
        p += whole;
        if (count > whole) {
            *p++ = '.';
            memcpy(p, text + whole, (size_t)(count - whole));
            p += count - whole;
        } else if (pointed) {
            *p++ = '.', *p++ = '0';
        }
    }
    return (size_t)(p - out);
}
