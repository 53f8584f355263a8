/* See loglayouts.h. */

#include "logs/loglayouts.h"

#include <stdlib.h>
#include <string.h>

#include "logs/logprobe.h"

cotool_layout cotool_layouts[] = {
    {.form = "Y-m-dTH:M:Sfz"},
    {.form = "Y-m-d H:M:Sfz"},
    {.form = "Y-m-d_H:M:Sfz"},
    {.form = "Y-m-d-H.M.Sf"},
    {.form = "Y/m/d H:M:Sfz"},
    {.form = "Y/m/d-H:M:Sf"},
    {.form = "Y.m.d H:M:Sf"},
    {.form = "Y.m.d-H:M:Sf"},
    {.form = "y/m/d H:M:Sf"},
    {.form = "y-m-d H:M:Sf"},
    {.form = "d/b/Y:H:M:Sz"},
    {.form = "d/b/Y H:M:Sfz"},
    {.form = "d-b-Y H:M:Sfz"},
    {.form = "d b Y H:M:Sfz"},
    {.form = "a b D H:M:S Y"},
    {.form = "a b D H:M:S.6 Y"},
    {.form = "a, d b Y H:M:Sz"},
    {.form = "b D Y H:M:Sfz"},
    {.form = "b D H:M:S Y"},
    {.form = "b D H:M:Sf"},
    {.form = "b e H:M:Sf"},
    {.form = "a b D H:M:Sf"},
    {.form = "b e, Y h:M:S p"},
    {.form = "b e, Y H:M:Sf"},
    {.form = "Ymd-h:i:sg"},
    {.form = "YmdTHMSfz"},
    {.form = "Ymd HMSf"},
    {.form = "Ymd H:M:Sf"},
    {.form = "ymd HMSf"},
    {.form = "ymd H:M:Sf"},
    {.form = "d.m.Y H:M:Sf"},
    {.form = "m/d/Y H:M:Sf"},
    {.form = "d/m/Y H:M:Sf"},
    {.form = "m-d-Y H:M:Sf"},
    {.form = "d-m-Y H:M:Sf"},
    {.form = "o/e/Y h:M:S p"},
    {.form = "o/e/Y, h:M:S p"},
    {.form = "o/e/Y h:i:sf"},
    {.form = "m-d H:M:Sf"},
    {.form = "m/d H:M:Sf"},
    {.form = "m.d H:M:Sf"},
    {.form = "md H:M:Sf"},
    {.form = "H:M:Sf"},
    {.form = "E"},
};
_Static_assert(sizeof cotool_layouts / sizeof cotool_layouts[0] == COTOOL_LAYOUTS, "layouts");

int32_t cotool_year_days[COTOOL_YEARS];

int64_t cotool_days_from_civil(int year, int month, int day) {
    int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
    unsigned of_era = (unsigned)(y - era * 400);
    unsigned of_year = (153u * (unsigned)(month + (month > 2 ? -3 : 9)) + 2) / 5 + (unsigned)day - 1;
    return era * 146097 + (of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

/* Tells whether a form has any of the fields. A byte after a backslash is not one. */
static int cotool_form_has(const char *form, const char *fields) {
    for (; *form; form++) {
        if (*form == '\\' && form[1]) form++;
        else if (strchr(fields, *form)) return 1;
    }
    return 0;
}

int cotool_cycle(const char *form) {
    return cotool_form_has(form, "YyEX")  ? 0
           : cotool_form_has(form, "dDeJ") ? COTOOL_YEARLY
                                          : COTOOL_DAILY;
}

void cotool_prepare_layout(cotool_layout *l) {
    uint8_t want[32] = {0}, care[32] = {0}, whole[32] = {0};
    int at = 0;
    const char *f = l->form;
    for (int k = 0; k < 7; k++) l->place[k] = -1;
    l->cycle = cotool_cycle(f);
    for (; *f && !strchr("fgpqzZoehisBA~EXJw", *f); f++) {
        const char *fields = "YmdHMS6", *field = strchr(fields, *f);
        int width = *f == 'Y' ? 4 : *f == '6' ? 6 : 2;
        if (*f == 'y') field = fields;
        else if (*f == 'b') field = fields + 1, width = 3;
        else if (*f == 'D') field = fields + 2;
        else if (*f == 'a') width = 3;
        else if (!field) width = 1;
        if (at + width > 32) break;
        if (*f == 'y') l->short_year = 1;
        else if (*f == 'b') l->named_month = 1;
        else if (*f == 'D') l->spaced_day = 1;
        else if (*f == '\\' && f[1]) f++;
        if (field) l->place[field - fields] = at;
        for (int k = 0; k < width; k++, at++) {
            if (field == fields + 2 && l->spaced_day && k == 0) continue; /* a space or a digit */
            if (field && !(field == fields + 1 && l->named_month)) l->digits |= (uint64_t)1 << at;
            else l->others |= (uint64_t)1 << at;
            if (!field && width == 1) care[at] = 0xFF, want[at] = (uint8_t)*f;
        }
        if (!field && width == 1 && cotool_is_digit((uint8_t)*f))
            l->digits |= (uint64_t)1 << (at - 1), l->others &= ~((uint64_t)1 << (at - 1));
    }
    l->fixed = at;
    l->tail = f;
    l->named_zone = !strcmp(f, "fZ");
    l->dated_tail = cotool_form_has(f, "YymdDbaHMS6oehispqBAEXJw");
    l->is_epoch = !strcmp(l->form, "E");
    l->day_only = !cotool_form_has(l->form, "HhEX");
    l->tail_kind = !*f                                   ? COTOOL_NO_TAIL
                   : !strcmp(f, "f")                     ? COTOOL_TAIL_FRACTION
                   : !strcmp(f, "fz") || !strcmp(f, "fZ") ? COTOOL_TAIL_ZONE
                                                         : COTOOL_TAIL_STEPS;
    if (*f == 'E' && at == 0) l->digits = 0x3FF;
    memset(whole, 0xFF, (size_t)at);
    if (l->place[6] >= 0) memset(whole + l->place[6], 0, 6);
    memcpy(&l->want, want, 32), memcpy(&l->care, care, 32), memcpy(&l->whole, whole, 32);
}

void cotool_prepare_layouts(void) {
    for (int n = 0; n < COTOOL_LAYOUTS; n++) cotool_prepare_layout(&cotool_layouts[n]);
    for (int year = 0; year < COTOOL_YEARS; year++)
        cotool_year_days[year] = (int32_t)cotool_days_from_civil(COTOOL_FIRST_YEAR + year, 1, 1);
}

int cotool_config_layout(cotool_config *config, const char *form) {
    cotool_layout *own;
    for (int n = 0; n < COTOOL_LAYOUTS; n++) config->layout[n] = &cotool_layouts[n];
    if (!form) return 0;
    for (int n = 0; n < COTOOL_LAYOUTS + config->own_layouts; n++)
        if (!strcmp(config->layout[n]->form, form)) return n;
    if (COTOOL_LAYOUTS + config->own_layouts >= COTOOL_MOST_LAYOUTS) return -1;
    own = aligned_alloc(32, (sizeof *own + 31) / 32 * 32);
    if (!own) return -2;
    memset(own, 0, sizeof *own);
    own->form = form;
    cotool_prepare_layout(own);
    config->layout[COTOOL_LAYOUTS + config->own_layouts] = own;
    return COTOOL_LAYOUTS + config->own_layouts++;
}

void cotool_config_close(cotool_config *config) {
    for (int n = 0; n < config->own_layouts; n++) free((void *)config->layout[COTOOL_LAYOUTS + n]);
    config->own_layouts = 0;
}

int cotool_layout_count(void) { return COTOOL_LAYOUTS; }

const char *cotool_layout_form(int layout) { return cotool_layouts[layout].form; }

int cotool_form_cycle(const char *form) { return cotool_cycle(form); }

int cotool_layout_cycle(int layout) { return cotool_layouts[layout].cycle; }
