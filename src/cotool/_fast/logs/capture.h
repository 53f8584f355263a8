/* The text of the one group of a regex, by a simulation that keeps the match which a backtracking
 * search would prefer (R. Pike; R. Cox, "Regular Expression Matching: the Virtual Machine
 * Approach"). Linear in the line's length.
 *
 * A program is that of regex.h, whose splits prefer `argument`, with COTOOL_CAPTURE_SAVE: the group
 * begins (argument 0) or ends (1) here.
 */
#ifndef COTOOL_CAPTURE_H
#define COTOOL_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#define COTOOL_CAPTURE_SAVE 16u
#define COTOOL_CAPTURE_INSTRUCTIONS 2000u

typedef struct cotool_capture cotool_capture;

/* `needed`: a text that every match holds, or empty. NULL: not a program, or out of memory. */
cotool_capture *cotool_capture_new(const uint8_t *program, size_t size, const uint8_t *needed,
                                   size_t needed_size);
void cotool_capture_free(cotool_capture *capture);

/* Returns 1 where the line has a match whose group took part in it. May be called by many threads. */
int cotool_capture_find(const cotool_capture *capture, const uint8_t *line, const uint8_t *end,
                        const uint8_t **start, const uint8_t **stop);

#endif
