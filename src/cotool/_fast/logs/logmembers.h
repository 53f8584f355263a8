/* The values of keys in a line of JSON or of key=value pairs, or of columns, all in one pass.
 *
 * Each block of 64 bytes has bits for its quotes, and for what else ends a key or a value. The quotes
 * that escapes spell are left out (simdjson; G. Langdale, D. Lemire 2019).
 */
#ifndef COTOOL_LOGMEMBERS_H
#define COTOOL_LOGMEMBERS_H

#include "logs/logoutline.h"

/* The values that were found: the first one of each key. */
typedef struct {
    uint64_t found;
    uint64_t nested; /* those under whose keys there is an object or a list */
    int format;          /* whose keys they are */
    const uint8_t *from; /* where the pass began, NULL: there are no values */
    cotool_value value[COTOOL_VALUES];
} cotool_members;

/* Takes the values of keys out of what begins at p, an object or pairs. The pass ends early once the
 * values in `enough` have been found. The first element of a list counts for the list. COTOOL_PADDING
 * bytes after `end` must be readable. Sets `found` and `from`. `outlines`: those of lines before, which
 * find the same values faster; NULL: none. */
typedef void cotool_members_function(const uint8_t *p, const uint8_t *end, const cotool_keys *keys,
                                     uint64_t enough, cotool_members *members,
                                     cotool_outlines *outlines);
/* Takes the first `count` columns out of a line: words, and what is in quotes or brackets. Returns how
 * many there are. */
typedef int cotool_columns_function(const uint8_t *p, const uint8_t *end, int count,
                                    cotool_value *value);
extern cotool_columns_function *cotool_columns;
cotool_columns_function cotool_columns_plain;

/* Finds key=value in text. The key follows a blank, a separator or the line's start; the value is in
 * quotes or goes up to a blank or a separator. A key within double quotes counts only if there is none
 * outside, and if `quoted` allows it: clients choose what is within them, such as their own name. */
typedef void cotool_pair_function(const uint8_t *p, const uint8_t *end, const char *key,
                                  size_t size, int quoted, cotool_value *value);
extern cotool_pair_function *cotool_pair;
cotool_pair_function cotool_pair_plain;

/* Finds word number `word`, from 1 on, of [p, end). Sets its end to its start where there is none. */
typedef void cotool_find_word_function(const uint8_t *p, const uint8_t *end, int word,
                                  cotool_value *value);
extern cotool_find_word_function *cotool_find_word;
cotool_find_word_function cotool_find_word_plain;

extern cotool_members_function *cotool_json_members, *cotool_logfmt_members;
cotool_members_function cotool_json_members_plain, cotool_logfmt_members_plain;

void cotool_members_prepare(void); /* must be called first */

#endif
