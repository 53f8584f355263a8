/* See logchars.h. */

#include "logs/logchars.h"

#include <string.h>

uint8_t cotool_byte_class[256];

void cotool_prepare_classes(void) {
    const char *marks = " []()<>:|/-,;=\"'*{}#!.$@%\\~+?&";
    for (int c = 0; c < 256; c++) {
        const char *mark = c ? strchr(marks, c) : NULL;
        cotool_byte_class[c] = cotool_is_word((uint8_t)c) || c == '_' || c >= 0x80 ? COTOOL_CLASS_WORD
                               : c == '\t' || c == '\r'               ? COTOOL_CLASS_SPACE
                               : mark                                 ? (uint8_t)(mark - marks)
                                                                      : COTOOL_CLASS_OTHER;
    }
}
