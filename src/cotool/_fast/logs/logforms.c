/* See logforms.h. */
#include "logs/logforms.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "logs/loghash.h"

static size_t least_size(size_t a, size_t b) { return a < b ? a : b; }

#include "logs/logfigures.h"
#include "logs/logfold.h"
#include "logs/logtable.h"

/* ---- settling -------------------------------------------------------------------------------- */

static int add_form(cotool_forms *forms, const cotool_form *g, const uint8_t *text, uint32_t size,
                    const int64_t *widths, int whole);

int cotool_forms_settle(cotool_forms *forms) {
    cotool_forms old;
    int status = 0;
    if (!forms->folding) {
        if (forms->count <= COTOOL_FORMS) return 0;
        forms->folding = 1;
        for (size_t n = 0; n < forms->count && !status; n++)
            status = note_hash(forms, forms->form[n].hash);
    }
    if (forms->folding == 1 && forms->least_count == LEAST &&
        (LEAST - 1) / ldexp((double)forms->least[LEAST - 1], -64) > MANY)
        forms->folding = 2;
    if (!status) status = collapse(forms);
    if (status) return status;
    old = *forms;
    forms->form = NULL, forms->slot = NULL, forms->texts = NULL;
    forms->count = forms->room = forms->slots = forms->texts_size = forms->texts_room = 0;
    for (size_t n = 0; n < old.count && !status; n++)
        status = add_form(forms, &old.form[n], old.texts + old.form[n].text, old.form[n].size,
                          old.widths, 0);
    for (size_t n = 0; n < old.count; n++) free_form(&old.form[n]);
    free(old.form);
    free(old.slot);
    free(old.texts);
    if (!status && forms->folding == 1 && forms->count > 2 * COTOOL_FORMS) {
        forms->folding = 2;
        return cotool_forms_settle(forms);
    }
    forms->settle_at = forms->count + COTOOL_FORMS;
    return status;
}

/* ---- adding -------------------------------------------------------------------------------- */

/* A parameter that was not a number once has neither a range nor a sketch. */
static void drop_number(cotool_form *f, int n) {
    f->numbers &= (uint16_t)~(1u << n);
    f->least[n] = INFINITY, f->greatest[n] = -INFINITY;
    if (f->sketch) sketch_close(&f->sketch[n]);
}

static int open_sketches(cotool_form *f) {
    if (!f->sketch) f->sketch = calloc((size_t)ranges_of(f), sizeof *f->sketch);
    return f->sketch ? 0 : ENOMEM;
}

/* The bits of the parameters that were numbers in every line; their ranges and sketches. */
static int count_numbers(cotool_form *f, const cotool_masked *m, uint64_t times) {
    const int count = ranges_of(f), first = first_range(f);
    for (int n = 0; n < count; n++) {
        const cotool_parameter *x = &m->parameter[first + n];
        if (!(f->numbers >> n & 1)) continue;
        if (!x->is_number) {
            drop_number(f, n);
            continue;
        }
        if (open_sketches(f) || sketch_add(&f->sketch[n], sketch_bucket(x->value), times))
            return ENOMEM;
        if (x->value < f->least[n]) f->least[n] = x->value;
        if (x->value > f->greatest[n]) f->greatest[n] = x->value;
    }
    return 0;
}

/* Adds a form of another table with its figures. */
static int add_form(cotool_forms *forms, const cotool_form *g, const uint8_t *given, uint32_t size,
                    const int64_t *widths, int whole) {
    uint8_t text[COTOOL_FORM_ROOM];
    const int inferred = whole ? 0 : g->inferred;
    cotool_form *f;
    int is_new, folded = 0, count;
    memcpy(text, given, size);
    if (forms->folding) folded = fold_text(forms, text, &size);
    f = form_of(forms, cotool_hash(text, size, (uint64_t)inferred), text, size, &is_new);
    if (!f) return ENOMEM;
    folded |= memchr(text, COTOOL_FOLDED, size) != NULL;
    if (is_new) {
        f->inferred = (uint8_t)inferred;
        f->parameters = folded ? 0 : g->parameters;
        f->numbers = 0xFFFF;
        f->crowded = (uint8_t)folded;
        for (int n = 0; n < COTOOL_RANGES; n++) f->least[n] = INFINITY, f->greatest[n] = -INFINITY;
    }
    f->count += g->count;
    for (int n = 0; n < COTOOL_LOG_LEVELS; n++) f->levels[n] += g->levels[n];
    if (g->first <= g->last) {
        const int64_t width = widths[g->width];
        if (g->first < f->first) f->first = g->first;
        if (g->last > f->last) f->last = g->last;
        if (fit_timeline(f, forms->widths, f->first, f->last)) return ENOMEM;
        for (int n = 0; n < g->span; n++) {
            int64_t at = (g->start + n) * width;
            if (!g->timeline[n]) continue;
            if (at < g->first) at = g->first;
            if (count_time(f, forms->widths, at, g->timeline[n])) return ENOMEM;
        }
    }
    if (folded) return 0;
    f->numbers &= g->numbers;
    count = ranges_of(f);
    for (int n = 0; n < count; n++) {
        if (!(f->numbers >> n & 1)) {
            drop_number(f, n);
            continue;
        }
        if (g->sketch && (open_sketches(f) || sketch_merge(&f->sketch[n], &g->sketch[n])))
            return ENOMEM;
        if (g->least[n] < f->least[n]) f->least[n] = g->least[n];
        if (g->greatest[n] > f->greatest[n]) f->greatest[n] = g->greatest[n];
    }
    if (g->crowded && crowd(f)) return ENOMEM;
    for (int n = 0; n < g->kept; n++) {
        const cotool_kept *from = &g->keep[n];
        int place = kept_place(f, from->hash);
        if (place < f->kept && f->keep[place].hash == from->hash) {
            f->keep[place].count += from->count;
        } else if (place >= forms->samples) {
            if (crowd(f)) return ENOMEM;
        } else {
            uint8_t *bytes = malloc(from->size + 1);
            if (!bytes || open_place(f, place, forms->samples)) {
                free(bytes);
                return ENOMEM;
            }
            memcpy(bytes, from->bytes, from->size);
            f->keep[place] = *from;
            f->keep[place].bytes = bytes;
            set_limit(f, forms->samples);
        }
        if (f->registers && !g->registers) mark_kept(f, from);
    }
    if (f->registers && g->registers)
        for (size_t n = 0; n < (size_t)count * COTOOL_REGISTERS; n++)
            if (g->registers[n] > f->registers[n]) f->registers[n] = g->registers[n];
    return 0;
}

int cotool_forms_merge(cotool_forms *forms, const cotool_forms *from, int whole) {
    int status = 0;
    if (from->folding) {
        if (!forms->folding) {
            forms->folding = 1, forms->settle_at = 2 * COTOOL_FORMS;
            for (size_t n = 0; n < forms->count && !status; n++)
                status = note_hash(forms, forms->form[n].hash);
        }
        if (from->folding > forms->folding) forms->folding = from->folding;
        for (int n = 0; n < from->least_count && !status; n++)
            status = note_hash(forms, from->least[n]);
    }
    for (size_t n = 0; n < from->count && !status; n++) {
        const cotool_form *g = &from->form[n];
        if (forms->folding && !from->folding) status = note_hash(forms, g->hash);
        if (!status)
            status = add_form(forms, g, from->texts + g->text, g->size, from->widths, whole);
        if (!status && forms->count > settle_limit(forms)) status = cotool_forms_settle(forms);
    }
    return status;
}

int cotool_forms_insert(cotool_forms *forms, const cotool_form *form, const uint8_t *text,
                        size_t size) {
    if (form->crowded && memchr(text, COTOOL_FOLDED, size) && !forms->folding) {
        forms->folding = 1, forms->settle_at = 2 * COTOOL_FORMS;
    }
    if (add_form(forms, form, text, (uint32_t)size, forms->widths, 0)) return ENOMEM;
    return forms->count > settle_limit(forms) ? cotool_forms_settle(forms) : 0;
}

int cotool_forms_fold(cotool_forms *forms, int folding, const uint64_t *least, int count) {
    int status = 0;
    if (folding > forms->folding) forms->folding = folding, forms->settle_at = 2 * COTOOL_FORMS;
    for (int n = 0; n < count && !status; n++) status = note_hash(forms, least[n]);
    return status;
}

int cotool_forms_add(cotool_forms *forms, const uint8_t *line, const uint8_t *end,
                     const cotool_record_facts *facts, uint64_t times) {
    cotool_masked m;
    uint64_t hashes[COTOOL_FORM_PARAMETERS], hash, all = 0;
    cotool_form *f;
    int is_new, folded = 0;
    cotool_mask(line, end, &forms->heads, &m);
    hash = cotool_hash(m.text, m.size, (uint64_t)facts->inferred);
    if (forms->folding) {
        if (note_hash(forms, hash)) return ENOMEM;
        folded = fold_text(forms, m.text, &m.size);
        if (folded) hash = cotool_hash(m.text, m.size, (uint64_t)facts->inferred);
    }
    f = form_of(forms, hash, m.text, m.size, &is_new);
    if (!f) return ENOMEM;
    if (is_new) {
        f->inferred = (uint8_t)facts->inferred;
        f->parameters = folded ? 0 : (uint8_t)m.parameters;
        f->numbers = 0xFFFF;
        f->crowded = (uint8_t)folded;
        for (int n = 0; n < COTOOL_RANGES; n++) f->least[n] = INFINITY, f->greatest[n] = -INFINITY;
        if (forms->prior && !folded) {
            const cotool_form *before = cotool_forms_find(forms->prior, m.text, m.size,
                                                          facts->inferred);
            if (before) f->limit = before->limit;
            if (before && before->crowded && crowd(f)) return ENOMEM;
        }
    }
    f->count += times;
    f->levels[facts->level] += times;
    if (facts->has_time && count_time(f, forms->widths, facts->seconds, times)) return ENOMEM;
    if (!folded) {
        int count = ranges_of(f);
        for (int n = 0; n < m.parameters; n++) {
            const cotool_parameter *x = &m.parameter[n];
            hashes[n] = cotool_hash(line + x->start, x->end - x->start, 0);
            all = fold_product(all ^ hashes[n], 0xD6E8FEB86659FD93u) + (uint64_t)n;
        }
        if (count_numbers(f, &m, times)) return ENOMEM;
        if (!m.parameters) {
            /* Nothing differs between its lines. */
        } else if (all > f->limit) {
            if (crowd(f)) return ENOMEM;
        } else if (keep_line(f, line, &m, hashes, all, forms->samples, times)) {
            return ENOMEM;
        }
        if (f->registers)
            for (int n = 0; n < count; n++)
                mark_register(f->registers + n * COTOOL_REGISTERS, hashes[first_range(f) + n]);
    }
    if (is_new && forms->count > settle_limit(forms)) return cotool_forms_settle(forms);
    return 0;
}

#include "logs/loglabels.h"
