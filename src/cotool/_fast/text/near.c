/* See near.h. */
#include "text/near.h"

#include <string.h>

#include "base/cpu.h"

#define COTOOL_BODY "text/near_rows.inc"
#include "base/cpu_levels.h"

cotool_near_function *cotool_near(void) { return COTOOL_CHOOSE(near); }
