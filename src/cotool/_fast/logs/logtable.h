/* The table of forms: a growing hash table, by their texts. Part of logforms.c. */
#ifndef COTOOL_LOGTABLE_H
#define COTOOL_LOGTABLE_H

#include "logs/logfigures.h"

static void free_form(cotool_form *f) {
    for (int n = 0; n < f->kept; n++) free(f->keep[n].bytes);
    free(f->keep);
    free(f->timeline);
    free(f->registers);
    if (f->sketch)
        for (int n = 0; n < ranges_of(f); n++) sketch_close(&f->sketch[n]);
    free(f->sketch);
}

void cotool_forms_open(cotool_forms *forms, const int64_t *widths) {
    memset(forms, 0, sizeof *forms);
    forms->widths = widths;
    forms->samples = COTOOL_SAMPLES;
}

void cotool_forms_reset(cotool_forms *forms) {
    for (size_t n = 0; n < forms->count; n++) free_form(&forms->form[n]);
    if (forms->slots > 4096 && forms->slots > 16 * forms->count) {
        free(forms->slot);
        forms->slot = NULL, forms->slots = 0;
    }
    if (forms->slots) memset(forms->slot, 0, forms->slots * sizeof *forms->slot);
    if (forms->collapsed_slots)
        memset(forms->collapsed, 0, forms->collapsed_slots * sizeof *forms->collapsed);
    forms->count = forms->texts_size = forms->collapsed_count = 0;
    forms->samples = COTOOL_SAMPLES;
    forms->folding = 0, forms->least_count = 0, forms->settle_at = 0;
}

void cotool_forms_close(cotool_forms *forms) {
    for (size_t n = 0; n < forms->count; n++) free_form(&forms->form[n]);
    free(forms->form);
    free(forms->slot);
    free(forms->texts);
    free(forms->collapsed);
    free(forms->least);
    free(forms->labels);
    memset(forms, 0, sizeof *forms);
}

static size_t find_slot(const cotool_forms *forms, uint64_t hash, const uint8_t *text,
                        uint32_t size) {
    size_t mask = forms->slots - 1, at = (size_t)hash & mask;
    while (forms->slot[at]) {
        const cotool_form *f = &forms->form[forms->slot[at] - 1];
        if (f->hash == hash && f->size == size && !memcmp(forms->texts + f->text, text, size))
            break;
        at = (at + 1) & mask;
    }
    return at;
}

const cotool_form *cotool_forms_find(const cotool_forms *forms, const uint8_t *text, uint32_t size,
                                     int inferred) {
    size_t at;
    if (!forms->slots) return NULL;
    at = find_slot(forms, cotool_hash(text, size, (uint64_t)inferred), text, size);
    return forms->slot[at] ? &forms->form[forms->slot[at] - 1] : NULL;
}

static int index_forms(cotool_forms *forms, size_t slots) {
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (!slot) return ENOMEM;
    free(forms->slot);
    forms->slot = slot, forms->slots = slots;
    for (size_t n = 0; n < forms->count; n++) {
        size_t at = (size_t)forms->form[n].hash & (slots - 1);
        while (slot[at]) at = (at + 1) & (slots - 1);
        slot[at] = (uint32_t)n + 1;
    }
    return 0;
}

/* Returns how many distinct lines are kept of each form: fewer if there are many forms. */
static int samples_for(size_t forms) {
    return forms <= 256    ? COTOOL_SAMPLES
           : forms <= 1024 ? COTOOL_SAMPLES / 4
           : forms <= 8192 ? COTOOL_SAMPLES / 16
                           : COTOOL_SAMPLES / 64;
}

/* Returns the form of a text, a new one if needed; NULL without memory. */
static cotool_form *form_of(cotool_forms *forms, uint64_t hash, const uint8_t *text, uint32_t size,
                            int *is_new) {
    size_t at;
    cotool_form *f;
    *is_new = 0;
    if (4 * forms->count >= 3 * forms->slots &&
        index_forms(forms, forms->slots ? 2 * forms->slots : 256))
        return NULL;
    at = find_slot(forms, hash, text, size);
    if (forms->slot[at]) return &forms->form[forms->slot[at] - 1];
    if (forms->count == forms->room) {
        size_t room = forms->room ? 2 * forms->room : 64;
        f = realloc(forms->form, room * sizeof *f);
        if (!f) return NULL;
        forms->form = f, forms->room = room;
    }
    if (forms->texts_size + size >= forms->texts_room) { /* an empty text has a place, too */
        size_t room = 2 * forms->texts_room + size + 4096;
        uint8_t *texts = realloc(forms->texts, room);
        if (!texts) return NULL;
        forms->texts = texts, forms->texts_room = room;
    }
    f = &forms->form[forms->count++];
    memset(f, 0, sizeof *f);
    f->hash = hash, f->size = size, f->text = forms->texts_size;
    f->first = INT64_MAX, f->last = INT64_MIN;
    f->limit = UINT64_MAX;
    memcpy(forms->texts + f->text, text, size);
    forms->texts_size += size;
    forms->slot[at] = (uint32_t)forms->count;
    if (samples_for(forms->count) < forms->samples) {
        forms->samples = samples_for(forms->count);
        for (size_t n = 0; n < forms->count; n++)
            if (cut_kept(&forms->form[n], forms->samples)) return NULL;
    }
    *is_new = 1;
    return f;
}

#endif
