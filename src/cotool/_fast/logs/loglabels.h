/* The labels of forms, and the label of a line. Part of logforms.c. */
#ifndef COTOOL_LOGLABELS_H
#define COTOOL_LOGLABELS_H

#include "logs/logfold.h"
#include "logs/logtable.h"

int cotool_forms_label(cotool_forms *forms, const uint8_t *text, size_t size, uint32_t name,
                       const uint32_t *pieces, uint32_t count) {
    const size_t more = sizeof(cotool_label) + (size_t)count * 2 * sizeof *pieces;
    cotool_form *f = (cotool_form *)cotool_forms_find(forms, text, (uint32_t)size, 0);
    cotool_label *label;
    if (!f) return ENOENT;
    if (forms->labels_size + more > forms->labels_room) {
        size_t room = 2 * forms->labels_room + more + 4096;
        uint8_t *labels = realloc(forms->labels, room);
        if (!labels) return ENOMEM;
        forms->labels = labels, forms->labels_room = room;
    }
    label = (cotool_label *)(forms->labels + forms->labels_size);
    label->name = name, label->pieces = count;
    if (count) memcpy(label->piece, pieces, (size_t)count * 2 * sizeof *pieces);
    f->label = forms->labels_size + 1;
    forms->labels_size += more;
    return 0;
}

/* Writes the offsets in the line of the bytes of a message's form. */
static void trace_origin(const uint8_t *line, const uint8_t *end, const uint8_t *form, size_t size,
                         const cotool_masked *m, uint32_t *origin) {
    const uint8_t *p = line + m->message;
    int parameter = 0;
    for (size_t n = 0; n < size; n++) {
        origin[n] = (uint32_t)(p - line);
        if (form[n] >= COTOOL_PARAMETER && form[n] <= COTOOL_EPOCH) {
            if (parameter < m->parameters) {
                origin[n] = m->parameter[parameter].start;
                p = line + m->parameter[parameter++].end;
            }
        } else if (cotool_is_blank(form[n]) && n + 1 < size && cotool_is_blank(form[n + 1])) {
            p++;
        } else if (cotool_is_blank(form[n])) {
            while (p < end && cotool_is_blank(*p)) p++;
        } else {
            p += p < end;
        }
    }
    origin[size] = (uint32_t)(p - line);
}

const cotool_label *cotool_forms_lookup(const cotool_forms *forms, const uint8_t *line,
                                        const uint8_t *end, cotool_head_shapes *memo,
                                        cotool_masked *m, uint32_t *origin) {
    const cotool_form *f;
    const uint8_t *message;
    if (end - line > COTOOL_FORM_LINE) end = line + COTOOL_FORM_LINE;
    cotool_mask(line, end, memo, m);
    f = cotool_forms_find(forms, m->text, m->size, 0);
    if (!f && forms->folding && fold_text(forms, m->text, &m->size))
        f = cotool_forms_find(forms, m->text, m->size, 0);
    if (!f || !f->label) return NULL;
    message = (const uint8_t *)memchr(m->text, COTOOL_SIGNATURE, m->size) + 1;
    trace_origin(line, end, message, m->size - (size_t)(message - m->text), m, origin);
    return (const cotool_label *)(forms->labels + f->label - 1);
}

#endif
