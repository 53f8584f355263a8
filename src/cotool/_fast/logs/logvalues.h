/* The level that the value of a key states. */
#ifndef COTOOL_LOGVALUES_H
#define COTOOL_LOGVALUES_H

#include "logs/logkeys.h"
#include "logs/loglevels.h"

/* Returns the level that a value states, COTOOL_UNKNOWN: none that is known. A value is a number of a
 * scale, a letter, or a word with at most numbers and marks around it ("4 - Warning", "<error>",
 * "ERROR2" of OpenTelemetry, "SEVERITY_ERROR"). A value that is one of `words` has its level. Eight
 * bytes at its start must be readable. */
int cotool_value_level(const cotool_value *given, int scale, const cotool_words *words);

#endif
