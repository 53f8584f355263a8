/* The level that the value of a key states. */
#ifndef COTOOL_LOGVALUES_H
#define COTOOL_LOGVALUES_H

#include "logs/logkeys.h"
#include "logs/loglevels.h"

/* The level that a value states, COTOOL_UNKNOWN where it states none that is known: a number by
 * its scale, a letter, or a word that names one, with numbers and marks around it at most
 * ("4 - Warning", "<error>", "ERROR2" of OpenTelemetry, "SEVERITY_ERROR"). A word of `words` that is
 * the whole value comes first. */
int cotool_value_level(const cotool_value *given, int scale, const cotool_words *words);

#endif
