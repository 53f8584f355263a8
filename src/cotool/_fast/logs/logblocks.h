/* Blocks of labelled lines, "Severity: ERROR", as objects of JSON with a member for each label.
 *
 * An empty line or a rule (---) ends a block. A line without a label belongs to the field before it, as
 * do indented lines below a label with a value; below one without, they are fields. The values of a
 * label that comes again are joined by a newline. */
#ifndef COTOOL_LOGBLOCKS_H
#define COTOOL_LOGBLOCKS_H

#include "logs/logquoted.h"

/* The most bytes of a line and of a block: what is longer is cut. */
#define COTOOL_BLOCK_LINE ((size_t)1 << 20)
#define COTOOL_BLOCK_SIZE ((size_t)1 << 22)

/* A piece of a value; `apart`: a newline is before it. */
typedef struct {
    const uint8_t *start, *end;
    uint32_t next; /* number plus 1, 0: it is the last one */
    int apart;
} cotool_block_piece;

typedef struct {
    const uint8_t *label;
    uint32_t size, first, last; /* pieces: numbers plus 1 */
    int filled;                 /* the value is not empty */
} cotool_block_field;

typedef struct {
    cotool_block_field *field;
    cotool_block_piece *piece;
    uint32_t *slot; /* by label: the number of a field plus 1 */
    size_t fields, pieces, field_room, piece_room, slots;
    cotool_text text; /* the objects, each with a newline */
} cotool_blocks;

/* Writes the blocks of [p, end) to blocks->text; the last one only if it has ended, or if `final`. Returns
 * what was read, NULL without memory. */
const uint8_t *cotool_take_blocks(cotool_blocks *blocks, const uint8_t *p, const uint8_t *end, int final);
void cotool_blocks_close(cotool_blocks *blocks);

#endif
