/* See logelements.h. */
#define _GNU_SOURCE /* memmem */
#include "logs/logelements.h"

#include "logs/logchars.h"

static int is_space(uint8_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
static int begins_name(uint8_t c) { return cotool_is_letter(c) || c == '_'; }
static int is_in_name(uint8_t c) {
    return cotool_is_word(c) || c == '_' || c == ':' || c == '.' || c == '-';
}

/* Tells whether a byte is printable ASCII but " & ' < ]. */
static int is_plain(uint8_t c) {
    static const uint64_t plain[4] = {0xEFFFFF3B00000000, 0xFFFFFFFFDFFFFFFF, 0, 0};
    return plain[c >> 6] >> (c & 63) & 1;
}

static const uint8_t *skip_space(const uint8_t *p, const uint8_t *end) {
    while (p < end && is_space(*p)) p++;
    return p;
}

static const uint8_t *skip_name(const uint8_t *p, const uint8_t *end) {
    if (p == end || !begins_name(*p)) return NULL;
    while (p < end && is_in_name(*p)) p++;
    return p;
}

static int equal(cotool_xml_text a, const void *text, size_t size) {
    return (size_t)(a.end - a.start) == size && !memcmp(a.start, text, size);
}

static int same(cotool_xml_text a, cotool_xml_text b) {
    return equal(a, b.start, (size_t)(b.end - b.start));
}

/* Takes a byte, or a character above ASCII. Returns what follows it, NULL: it is none of XML. */
static const uint8_t *skip_character(const uint8_t *p, const uint8_t *end) {
    int size;
    if (*p < 0x80) return *p >= ' ' || *p == '\t' || *p == '\n' ? p + 1 : NULL;
    size = cotool_sequence(p, end);
    return size && !(size == 3 && p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE) ? p + size : NULL;
}

/* Writes a character. Returns what follows it, NULL: it is none of XML. */
static uint8_t *put_character(uint8_t *to, uint32_t c) {
    if (c < 0x20 ? c != '\t' && c != '\n' && c != '\r'
                 : (c >= 0xD800 && c < 0xE000) || c == 0xFFFE || c == 0xFFFF || c > 0x10FFFF)
        return NULL;
    if (c >= 0x10000) *to++ = (uint8_t)(0xF0 | c >> 18), *to++ = (uint8_t)(0x80 | (c >> 12 & 63));
    else if (c >= 0x800) *to++ = (uint8_t)(0xE0 | c >> 12);
    if (c >= 0x800) *to++ = (uint8_t)(0x80 | (c >> 6 & 63));
    else if (c >= 0x80) *to++ = (uint8_t)(0xC0 | c >> 6);
    *to++ = (uint8_t)(c < 0x80 ? c : 0x80 | (c & 63));
    return to;
}

/* Writes the character of the entity at *p, an ampersand, and moves *p behind it. NULL: it is another one. */
static uint8_t *put_entity(uint8_t *to, const uint8_t **p, const uint8_t *end) {
    static const char *const names[] = {"lt;<", "gt;>", "amp;&", "quot;\"", "apos;'"};
    const uint8_t *q = *p + 1, *start;
    for (int n = 0; n < 5; n++) {
        const size_t size = strlen(names[n]) - 1;
        if ((size_t)(end - q) < size || memcmp(q, names[n], size)) continue;
        *p = q + size, *to++ = (uint8_t)names[n][size];
        return to;
    }
    if (end - q > 2 && *q == '#') {
        const uint32_t base = q[1] == 'x' ? 16 : 10;
        uint32_t c = 0;
        start = q += base == 16 ? 2 : 1;
        for (; q < end && q - start < 7; q++) {
            const uint8_t lower = *q | 0x20;
            if (cotool_is_digit(*q)) c = c * base + *q - '0';
            else if (base == 16 && lower >= 'a' && lower <= 'f') c = c * base + lower - 'a' + 10;
            else break;
        }
        if (q == start || q == end || *q != ';') return NULL;
        *p = q + 1;
        return put_character(to, c);
    }
    return NULL;
}

/* Copies [p, end) to where a text is decoded. Returns what follows it there, NULL: there is no room. */
static uint8_t *put_plain(const cotool_elements *e, uint8_t *to, const uint8_t *p, const uint8_t *end) {
    if ((size_t)(e->decoded + COTOOL_XML_DECODED - to) < (size_t)(end - p) + 8) return NULL;
    memcpy(to, p, (size_t)(end - p));
    return to + (end - p);
}

/* Takes the text of an attribute or between two tags, up to `stop`, a quote or <. Returns where it stops,
 * NULL: it is left or does not end. */
static const uint8_t *take_text(cotool_elements *e, const uint8_t *p, const uint8_t *end, uint8_t stop,
                                const uint8_t *name, size_t size, cotool_xml_text *text) {
    const int is_attribute = stop != '<';
    uint8_t *to = e->decoded + e->used, *const from = to;
    const uint8_t *const first = p, *plain = p; /* plain: what is not copied yet */
    for (;;) {
        const uint8_t *next;
        while (p < end && is_plain(*p)) p++;
        if (p == end) return NULL;
        if (*p == stop && !(p + 9 <= end && !memcmp(p, "<![CDATA[", 9))) break;
        if (*p == '<' && is_attribute) return NULL;
        if (*p == ']' && !is_attribute && end - p > 2 && p[1] == ']' && p[2] == '>') return NULL;
        if (*p == '\r' && !is_attribute && end - p > 1 && p[1] == '\n') {
            /* The end of a line is \n. */
            if (!(to = put_plain(e, to, plain, p))) return NULL;
            plain = ++p;
            continue;
        }
        if (*p != '<' && *p != '&' && !(is_attribute && *p < ' ')) {
            if (!(p = skip_character(p, end))) return NULL;
            continue;
        }
        if (!(to = put_plain(e, to, plain, p))) return NULL;
        if (*p == '&') {
            if (!(to = put_entity(to, &p, end))) return NULL;
            plain = p;
        } else if (*p != '<') {
            if (*p != '\t' && *p != '\n') return NULL;
            *to++ = ' ', plain = ++p;
        } else {
            const uint8_t *close;
            plain = p += 9;
            close = memmem(p, (size_t)(end - p), "]]>", 3);
            if (!close) return NULL;
            while (p < close) {
                if (close - p > 2 && *p == '<' && p[1] == '/' && (size_t)(close - p - 2) >= size &&
                    !memcmp(p + 2, name, size))
                    return NULL; /* the record seems to end here */
                if (!(next = skip_character(p, close))) return NULL;
                p = next;
            }
            if (!(to = put_plain(e, to, plain, p))) return NULL;
            plain = p = close + 3;
        }
    }
    text->start = plain, text->end = p;
    if (plain == first) return p;
    if (!(to = put_plain(e, to, plain, p))) return NULL;
    text->start = from, text->end = to;
    e->used = (size_t)(to - e->decoded);
    return p;
}

static int new_node(cotool_elements *e, const uint8_t *name, const uint8_t *end) {
    if (e->nodes == COTOOL_XML_NODES) return 0;
    e->node[e->nodes] = (cotool_xml_node){.name = {name, end}};
    return e->nodes++;
}

/* Takes the attributes of an element behind its name. Returns what follows them, NULL: it is left. */
static const uint8_t *take_attributes(cotool_elements *e, cotool_xml_node *element, const uint8_t *p,
                                      const uint8_t *end) {
    for (;;) {
        const uint8_t *start = skip_space(p, end), *stop;
        int n;
        if (start == end) return NULL;
        if (*start == '>' || *start == '/') return start;
        if (start == p || !(stop = skip_name(start, end)) || !(n = new_node(e, start, stop))) return NULL;
        for (int k = 0; k < element->attributes; k++)
            if (same(e->node[element->attribute + k].name, e->node[n].name)) return NULL;
        if (!element->attributes++) element->attribute = (uint16_t)n;
        if (element->attributes > COTOOL_XML_MEMBERS) return NULL;
        p = skip_space(stop, end);
        if (p == end || *p != '=') return NULL;
        p = skip_space(p + 1, end);
        if (p == end || (*p != '"' && *p != '\'')) return NULL;
        if (!(p = take_text(e, p + 1, end, *p, NULL, 0, &e->node[n].text))) return NULL;
        p++;
    }
}

static void strip(cotool_xml_text *text) {
    while (text->start < text->end && is_space(*text->start)) text->start++;
    while (text->start < text->end && is_space(text->end[-1])) text->end--;
}

/* Takes the element at p into nodes, from 1 on. Returns what follows it, NULL: it is left. */
static const uint8_t *take_element(cotool_elements *e, const uint8_t *p, const uint8_t *end,
                                   const uint8_t *name, size_t size) {
    int open[COTOOL_XML_DEEP], deep = 0;
    e->nodes = 1, e->used = 0;
    for (;;) {
        const uint8_t *stop;
        cotool_xml_text text = {NULL, NULL};
        cotool_xml_node *node, *parent = deep ? &e->node[open[deep - 1]] : NULL;
        if (end - p < 3) return NULL;
        if (p[1] == '/') {
            size_t named = (size_t)(parent->name.end - parent->name.start);
            p += 2;
            if ((size_t)(end - p) <= named || memcmp(p, parent->name.start, named)) return NULL;
            p = skip_space(p + named, end);
            if (p == end || *p++ != '>') return NULL;
            if (!--deep) return p;
        } else {
            int n;
            if (deep == COTOOL_XML_DEEP || !(stop = skip_name(p + 1, end)) || !(n = new_node(e, p + 1, stop)))
                return NULL;
            node = &e->node[n];
            if (parent) {
                if (equal(node->name, name, size)) return NULL;
                if (parent->last) e->node[parent->last].next = (uint16_t)n;
                else parent->first = (uint16_t)n;
                parent->last = (uint16_t)n;
            }
            if (!(p = take_attributes(e, node, stop, end))) return NULL;
            if (*p == '/') {
                if (p + 1 == end || p[1] != '>') return NULL;
                p += 2;
                if (!deep) return p;
            } else {
                p++;
                open[deep++] = n;
            }
        }
        if (!(p = take_text(e, p, end, '<', name, size, &text))) return NULL;
        strip(&text);
        if (text.start == text.end) continue;
        node = &e->node[open[deep - 1]];
        if (node->text.start) return NULL; /* text between children */
        node->text = text;
    }
}

static cotool_xml_text local(cotool_xml_text name) {
    for (const uint8_t *p = name.end; p > name.start; p--)
        if (p[-1] == ':') return (cotool_xml_text){p, name.end};
    return name;
}

static int is_name_or_key(cotool_xml_text a) {
    char lower[4] = {0};
    const size_t size = (size_t)(a.end - a.start);
    if (size != 3 && size != 4) return 0;
    for (size_t k = 0; k < size; k++) lower[k] = (char)(a.start[k] | 0x20);
    return !memcmp(lower, size == 4 ? "name" : "key", size);
}

/* The key of a child, and its text where that is all of its value, else NULL: an object. */
static cotool_xml_text key_of(const cotool_elements *e, const cotool_xml_node *n,
                              const cotool_xml_text **value) {
    const cotool_xml_node *named = NULL, *given = NULL;
    *value = n->text.start && !n->first ? &n->text : NULL;
    for (int k = n->attributes; k-- > 0;) {
        const cotool_xml_node *a = &e->node[n->attribute + k];
        if (is_name_or_key(a->name)) named = a;
        if (equal(a->name, "value", 5)) given = a;
    }
    if (!named || n->first || !(*value || given)) return local(n->name);
    if (!*value) *value = &given->text;
    return named->text;
}

/* A member of an object: an attribute, the first of the children with this key, or the text. */
typedef struct {
    cotool_xml_text key;
    const cotool_xml_text *value;
    int child, last;
} member;

/* Writes the object of an element. Returns 0 where it is left, or without memory. */
static int put_object(cotool_elements *e, const cotool_xml_node *n);

static int put_text(cotool_text *text, const cotool_xml_text *value) {
    if (cotool_text_reserve(text, COTOOL_QUOTED_GAIN * (size_t)(value->end - value->start) + 8)) return 0;
    text->size = (size_t)(cotool_put_string(text->bytes + text->size, value->start, value->end) - text->bytes);
    return 1;
}

static int put_byte(cotool_text *text, uint8_t byte) {
    if (cotool_text_reserve(text, 1)) return 0;
    text->bytes[text->size++] = byte;
    return 1;
}

static int put_object(cotool_elements *e, const cotool_xml_node *n) {
    static const cotool_xml_text text_key = {(const uint8_t *)"text", (const uint8_t *)"text" + 4};
    member all[COTOOL_XML_MEMBERS];
    cotool_text *to = &e->text;
    int count = 0, k;
    for (int a = 0; a < n->attributes; a++) {
        const cotool_xml_node *attribute = &e->node[n->attribute + a];
        const cotool_xml_text key = local(attribute->name);
        for (k = 0; k < count; k++)
            if (same(all[k].key, key)) return 0;
        all[count++] = (member){key, &attribute->text, 0, 0};
    }
    for (int c = n->first; c; c = e->node[c].next) {
        const cotool_xml_text *value;
        const cotool_xml_text key = key_of(e, &e->node[c], &value);
        for (k = 0; k < count && !same(all[k].key, key);) k++;
        if (k < count && all[k].child) {
            e->node[all[k].last].same = (uint16_t)c, all[k].last = c;
            continue;
        }
        if (k == COTOOL_XML_MEMBERS) return 0;
        all[k] = (member){key, NULL, c, c};
        if (k == count) count++;
    }
    if (n->text.start) {
        for (k = 0; k < count && !same(all[k].key, text_key);) k++;
        if (k == COTOOL_XML_MEMBERS) return 0;
        all[k] = (member){text_key, &n->text, 0, 0};
        if (k == count) count++;
    }
    if (!put_byte(to, '{')) return 0;
    for (k = 0; k < count; k++) {
        const int several = all[k].child && all[k].last != all[k].child;
        if ((k && !put_byte(to, ',')) || !put_text(to, &all[k].key) || !put_byte(to, ':')) return 0;
        if (!all[k].child && !put_text(to, all[k].value)) return 0;
        if (several && !put_byte(to, '[')) return 0;
        for (int c = all[k].child; c; c = e->node[c].same) {
            const cotool_xml_text *value;
            if (c != all[k].child && !put_byte(to, ',')) return 0;
            key_of(e, &e->node[c], &value);
            if (!(value ? put_text(to, value) : put_object(e, &e->node[c]))) return 0;
        }
        if (several && !put_byte(to, ']')) return 0;
    }
    return put_byte(to, '}');
}

const uint8_t *cotool_take_elements(cotool_elements *e, const uint8_t *p, const uint8_t *end,
                                    const uint8_t *tag, size_t size) {
    const uint8_t *start = p;
    e->text.size = 0;
    while (p < end && (p = memmem(p, (size_t)(end - p), tag, size))) {
        const size_t before = e->text.size;
        const uint8_t *next;
        if (p + size == end) break;
        if (!is_space(p[size]) && p[size] != '/' && p[size] != '>') {
            p++;
            continue;
        }
        next = take_element(e, p, end, tag + 1, size - 1);
        if (!next || !put_object(e, &e->node[1]) || !put_byte(&e->text, '\n')) {
            e->text.size = before;
            break;
        }
        start = p = next;
    }
    return start;
}
