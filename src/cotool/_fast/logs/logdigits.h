/* Numbers as text. */
#ifndef COTOOL_LOGDIGITS_H
#define COTOOL_LOGDIGITS_H

#include <stddef.h>

#define COTOOL_NUMBER_SIZE 32 /* bytes of the longest text */
#define COTOOL_MOST_DIGITS 9

/* Writes a number with at most so many significant digits, up to COTOOL_MOST_DIGITS, as printf's %g
 * does; `pointed`: integers end with .0. Returns the size of the text, or 0 if the last digit takes exact
 * arithmetic to tell. */
size_t cotool_write_number(double number, int digits, int pointed, char *out);

/* Rounds a number to so many significant digits. Returns 0 in the same cases. */
int cotool_round_number(double number, int digits, double *rounded);

#endif
