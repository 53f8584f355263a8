/* Elements of XML as objects of JSON, with a member for each attribute and child (XML 1.0).
 *
 * What most logs have is read here: elements, attributes, text, CDATA and the entities that all XML has, in
 * UTF-8. An element with anything else, or a broken one, is left to a parser that knows all of XML. */
#ifndef COTOOL_LOGELEMENTS_H
#define COTOOL_LOGELEMENTS_H

#include "logs/logquoted.h"

/* Elements with more than these are left. */
#define COTOOL_XML_DEEP 32
#define COTOOL_XML_NODES 1024
#define COTOOL_XML_MEMBERS 64 /* different attributes and children of one element */
#define COTOOL_XML_DECODED ((size_t)1 << 16) /* bytes of texts that are not as they are written */

typedef struct {
    const uint8_t *start, *end;
} cotool_xml_text;

/* An element or an attribute, by its number; 0: none. */
typedef struct {
    cotool_xml_text name, text;
    uint16_t first, last, next;  /* children */
    uint16_t attribute, attributes; /* number of the first one, and how many there are */
    uint16_t same;               /* the next child of the same key */
} cotool_xml_node;

typedef struct {
    cotool_xml_node node[COTOOL_XML_NODES];
    uint8_t decoded[COTOOL_XML_DECODED];
    int nodes;
    size_t used; /* of decoded */
    cotool_text text; /* the objects, each with a newline */
} cotool_elements;

/* Writes the elements in [p, end) to elements->text, up to one that is left or has not ended. `tag`: a < and
 * their name. Returns what follows the last one that was written, p if there is none. */
const uint8_t *cotool_take_elements(cotool_elements *elements, const uint8_t *p, const uint8_t *end,
                                    const uint8_t *tag, size_t size);

#endif
