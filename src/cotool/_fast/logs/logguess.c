/* See logguess.h. */

#include "logs/logguess.h"

#include <string.h>

#include "logs/logclock.h"
#include "logs/loglines.h"
#include "logs/logparts.h"

#define BITS(count) ((count) >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (count)) - 1)
#define WORD_SIZE 16

static uint64_t digit_bits(const uint8_t *p) {
    uint64_t bits = 0;
    for (int k = 0; k < COTOOL_GUESS_WINDOW; k++) bits |= (uint64_t)cotool_is_digit(p[k]) << k;
    return bits;
}

/* Tells which of the spans between changes of the local zone holds a local time. */
static int is_one_zone(const cotool_config *config, int64_t from, int64_t to) {
    for (int n = 0; n < config->zones; n++)
        if (config->zone_start[n] > from && config->zone_start[n] <= to) return 0;
    return 1;
}

/* Fills what concerns the time, which is at line + shift. Returns 0 if it cannot be guessed. */
static int learn_time(const cotool_config *config, const cotool_worker *worker,
                      const cotool_span *span, const cotool_head *head, const uint8_t *base,
                      unsigned shift, uint64_t layouts, cotool_guess *g) {
    const cotool_layout *l = config->layout[head->layout];
    const uint64_t digits = digit_bits(base), whole = digits >> shift;
    const unsigned size = head->time_size;
    const int64_t most = l->is_epoch ? 1000000 : 100000; /* more than what may differ, in seconds */
    cotool_time_parts parts;
    int64_t value = 0;
    uint64_t differing = 0;
    if (!cotool_time_parts_of(l->form, head->time, size, &parts)) return 0;
    /* The layouts before this one do not fit, because their digits are elsewhere. */
    for (uint64_t k = layouts & BITS(head->layout + 1); k; k &= k - 1) {
        const cotool_layout *other = config->layout[__builtin_ctzll(k)];
        const uint64_t care = other->digits | other->others;
        if (care << shift >> shift != care) return 0;
        if (other != l && (whole & care) == other->digits) return 0;
        g->care |= care << shift;
    }
    for (int n = 0; n < 3; n++) {
        const cotool_digits_at d = parts.field[n];
        int field = 0;
        g->weight[4 + n] = parts.weight[n], g->most[4 + n] = parts.most[n];
        for (unsigned k = 0; k < d.size; k++) {
            const unsigned lane = 8 + 2 * (unsigned)n + (2 - d.size) + k;
            field = field * 10 + head->time[d.at + k] - '0';
            g->gather[lane] = (uint8_t)(shift + d.at + k), g->present |= (uint32_t)1 << lane;
        }
        value += (int64_t)parts.weight[n] * field;
        differing |= BITS(d.size) << (shift + d.at);
    }
    for (unsigned k = 0; k < parts.fraction.size; k++) {
        const unsigned lane = 32 - parts.fraction.size + k;
        g->gather[lane] = (uint8_t)(shift + parts.fraction.at + k);
        g->present |= (uint32_t)1 << lane;
    }
    /* All digits of the fraction may differ, those beyond nanoseconds as well. */
    if (parts.scale) {
        const unsigned at = parts.fraction.at;
        differing |= BITS(cotool_digits_from(head->time, at, size, COTOOL_GUESS_WINDOW).size) << (shift + at);
    }
    for (int n = 8; n < 16; n += 2) g->weight[n] = 100, g->weight[n + 1] = 1;
    g->scale = parts.scale;
    g->size = (uint8_t)(shift + size + 1);
    g->exact = BITS(g->size) & ~differing;
    g->digits = digits, g->care |= differing;
    g->zone_watch = parts.watch_zone ? g->size : 0;
    g->no_named_zone = (uint8_t)parts.watch_named;
    g->zoned = (uint8_t)head->zoned, g->inferred = (uint8_t)head->inferred;
    g->date = head->seconds - value;
    if (!cotool_is_kept(g->date) || !cotool_is_kept(g->date + most)) return 0;
    if (l->is_epoch && g->date + most >= 4102444800) return 0;
    if (!head->zoned) {
        const int64_t local = worker->memo[head->format].local - value;
        if (!is_one_zone(config, local, local + most)) return 0;
    }
    if (l->cycle) {
        g->kind = l->cycle, g->half = cotool_half_period(l->cycle);
        g->within = span->clock.within - value, g->cycle = span->clock.cycle;
    }
    return 1;
}

const uint8_t *cotool_token_start(const uint8_t *p, const uint8_t *end, int token) {
    for (;; token--) {
        while (p < end && cotool_is_blank(*p)) p++;
        if (p >= end) return NULL;
        if (token <= 0) return p;
        if (*p == '[' || *p == '"') {
            const uint8_t *close = p + 1;
            close = memchr(close, *p == '[' ? ']' : '"', cotool_least((size_t)(end - close), 512));
            if (close) p = close;
        }
        while (p < end && !cotool_is_blank(*p)) p++;
    }
}

/* Tells whether a token of [p, end) begins with a byte that may hold blanks. */
static int has_openings(const uint8_t *p, const uint8_t *end) {
    for (int blank = 1; p < end; blank = cotool_is_blank(*p++))
        if (blank && (*p == '[' || *p == '"')) return 1;
    return 0;
}

static int is_by_token(const cotool_place *place) {
    return !place->before && !place->below && place->value < 0 &&
           (place->kind == COTOOL_PLACE_WORD || place->kind == COTOOL_PLACE_LETTER ||
            place->kind == COTOOL_PLACE_STATUS || place->kind == COTOOL_PLACE_SYMBOL);
}

void cotool_learn_word(cotool_guess *g, const cotool_place *place, const uint8_t *p,
                       const uint8_t *word, unsigned size, const uint8_t *end, int level) {
    const uint8_t *after = word + size;
    uint8_t text[WORD_SIZE] = {0}, mask[WORD_SIZE] = {0};
    unsigned whole;
    if (word <= p || after >= end || after + 1 - p > WORD_SIZE) return;
    whole = (unsigned)(after + 1 - p);
    if (memchr(p, '\r', whole) || memchr(p, '\n', whole)) return;
    if (place->kind == COTOOL_PLACE_SYMBOL && !cotool_is_blank(*after)) return;
    if (place->kind == COTOOL_PLACE_LETTER && place->lead == COTOOL_ANY_CLASS && !cotool_is_blank(*after) &&
        *after != '/' && !(cotool_is_open(word[-1]) && strchr("]>)", *after)))
        return;
    memcpy(text, p, whole);
    memset(mask, 0xFF, whole);
    for (int half = 0; half < 2; half++) {
        memcpy(&g->word[half][g->next_word], text + 8 * half, 8);
        memcpy(&g->word_mask[half][g->next_word], mask + 8 * half, 8);
    }
    g->word_size[g->next_word] = (uint8_t)whole, g->word_level[g->next_word] = (uint8_t)level;
    g->next_word = (uint8_t)((g->next_word + 1) % COTOOL_GUESSED_WORDS);
    if (g->words < COTOOL_GUESSED_WORDS) g->words++;
}

/* Tells whether the places before `last` name no level in any line with the same bytes up to the word. */
static int are_places_before_known(const cotool_format *f, int last, const uint8_t *after) {
    for (int k = 0; k < last; k++)
        if (!is_by_token(&f->place[k]) || !is_by_token(&f->place[last]) ||
            f->place[k].token > f->place[last].token ||
            (f->place[k].token == f->place[last].token && !cotool_is_blank(*after)))
            return 0;
    return 1;
}

/* Fills what concerns the level. Returns 0 if it cannot be guessed. */
static int learn_level(const cotool_format *f, const cotool_head *head, const uint8_t *base,
                       const uint8_t *end, cotool_guess *g) {
    const cotool_place *place = &f->place[head->place < 0 ? 0 : head->place];
    const uint8_t *from = base + g->from, *word = head->word, *start;
    const uint8_t *after = word + head->word_size;
    g->level = (uint8_t)head->level, g->place = head->place < 0 ? 0 : (uint8_t)head->place;
    if (!f->places) return !g->keyed;
    if (head->place >= 0 && after <= head->time) {
        if (word >= base && head->place == 0) return 1;
    } else if (head->place == 0 && place->token > 0 && g->steps && is_by_token(place)) {
        start = cotool_token_start(from, end, place->token);
        g->mode = COTOOL_LEVEL_TOKEN, g->level_token = place->token;
        if (!start || start > word || memchr(start, ' ', (size_t)(word - start)) ||
            memchr(start, '\t', (size_t)(word - start)))
            return 1;
        cotool_learn_word(g, place, start - 1, word, head->word_size, end, head->level);
        return 1;
    } else if (head->place >= 0 && place->kind != COTOOL_PLACE_CODE &&
               place->kind != COTOOL_PLACE_SHORT && place->kind != COTOOL_PLACE_PRI &&
               word > base + g->size - 1 && word - 1 - base <= COTOOL_GUESS_WINDOW && after < end) {
        const uint8_t *first = place->before ? base : from;
        for (start = word; start > first && !cotool_is_blank(start[-1]);) start--;
        if ((place->kind == COTOOL_PLACE_KEY || place->kind == COTOOL_PLACE_FIND ||
             !has_openings(first, start)) &&
            are_places_before_known(f, head->place, after)) {
            g->mode = COTOOL_LEVEL_AT, g->level_at = (uint8_t)(word - 1 - base);
            if (g->level_at > g->size) g->exact |= BITS(g->level_at) & ~BITS(g->size);
            cotool_learn_word(g, place, word - 1, word, head->word_size, end, head->level);
            if (g->words) return 1;
        }
    } else if (head->place < 0 && is_by_token(place)) {
        g->mode = COTOOL_LEVEL_TOKEN, g->level_token = place->token;
        return g->steps;
    }
    g->mode = COTOOL_LEVEL_READ;
    return g->steps;
}

/* Tells whether no layout of a text fits at base + shift, by a byte that is the same in all lines that
 * agree with the guess. */
static int no_layout_fits(const cotool_config *config, uint64_t layouts, const uint8_t *base,
                          unsigned shift, const cotool_guess *g) {
    for (; layouts; layouts &= layouts - 1) {
        const cotool_layout *l = config->layout[__builtin_ctzll(layouts)];
        int fits = 1;
        for (int k = 0; k < l->fixed && k < 32 && fits; k++)
            fits = !l->care[k] || l->want[k] == base[shift + (unsigned)k] ||
                   !(g->exact >> (shift + (unsigned)k) & 1);
        if (fits) return 0;
    }
    return 1;
}

/* Tells whether format n, which is tried before that of the guess and has digits at the same places, reads
 * no line that agrees with the guess. */
static int is_ruled_out(const cotool_config *config, int n, const uint8_t *line, const uint8_t *end,
                        cotool_guess *g) {
    const cotool_format *f = &config->format[n];
    const uint8_t *start;
    if (f->kind == COTOOL_FORMAT_JSON) return !g->token && !cotool_is_blank(*line) && *line != '{';
    if (f->kind != COTOOL_FORMAT_TEXT || f->pri || f->lead[0] || f->time_open == 'A') return 0;
    if (f->time_token == 0) {
        if (g->token) return 0;
        if (f->time_open && *line != f->time_open) return g->exact & 1;
        return no_layout_fits(config, f->layouts, line, f->time_open != 0, g);
    }
    /* Its time begins with a digit, or with what opens it, and the token does not. */
    if (f->time_token < 0 || (g->other_token && g->other_token != f->time_token)) return 0;
    start = cotool_token_start(line, end, f->time_token);
    if (!start || cotool_is_digit(*start)) return 0;
    if (f->time_open) {
        if (*start == f->time_open) return 0;
    } else {
        for (uint64_t k = f->layouts; k; k &= k - 1)
            if (!(config->layout[__builtin_ctzll(k)]->digits & 1)) return 0;
    }
    g->other_token = (uint8_t)f->time_token, g->other_byte = *start;
    return 1;
}

/* Learns a guess. Returns 0 if nothing can be learned. */
static int learn(const cotool_config *config, const cotool_worker *worker, const cotool_span *span,
                 const cotool_head *head, const uint8_t *line, const uint8_t *end, cotool_guess *g) {
    const cotool_format *f = &config->format[head->format];
    const uint8_t *time = head->time, *base = line, *past;
    const uint32_t candidates = config->by_first_byte[*line];
    const uint64_t digits = digit_bits(line);
    uint64_t layouts = f->layouts;
    unsigned shift;
    int steps = 0;
    memset(g, 0, sizeof *g);
    if (f->below || time < line || time + head->time_size >= end) return 0;
    g->format = (uint8_t)head->format, g->candidates = candidates;
    g->keyed = f->kind != COTOOL_FORMAT_TEXT;
    for (uint32_t k = candidates & (uint32_t)BITS(head->format + 1); k; k &= k - 1)
        g->line_care |= config->must[__builtin_ctz(k)];
    g->line_digits = digits;
    if (g->keyed) {
        if (!head->is_prefix) return 0;
        layouts = f->time[0].layouts;
    } else {
        if (f->payload != COTOOL_FORMAT_TEXT || f->time_token < 0) return 0;
        steps = !f->pri && f->time_open != 'A';
        if (f->lead[0]) {
            const size_t size = strlen(f->lead);
            const uint8_t *p = line;
            while (p + size <= time && memcmp(p, f->lead, size)) p++;
            if (p + size != time) return 0;
        } else if (f->time_token > 0 && !f->pri) {
            g->token = (uint8_t)f->time_token;
            base = time - (f->time_open != 0);
        } else if (f->time_token > 0 ? has_openings(line, time)
                                     : !f->pri && time != line + (f->time_open != 0)) {
            return 0;
        }
    }
    shift = (unsigned)cotool_least((size_t)(time - base), COTOOL_GUESS_WINDOW);
    if (shift + head->time_size + 2 > COTOOL_GUESS_WINDOW) return 0;
    past = time + head->time_size;
    if (cotool_is_word(*past) || *past == '\r' || *past == '\n') return 0;
    if (!learn_time(config, worker, span, head, base, shift, layouts, g)) return 0;
    for (uint32_t k = candidates & (uint32_t)BITS(head->format); k; k &= k - 1) {
        const int n = __builtin_ctz(k);
        if ((digits & config->must[n]) == config->want[n] && !is_ruled_out(config, n, line, end, g))
            return 0;
    }
    if (!g->token) {
        g->care |= g->line_care;
        g->line_care = 0;
    }
    g->from = (uint8_t)(past - base);
    if ((f->lead[0] || (f->time_open && f->time_open != 'A')) && strchr("])>\"'", *past) && *past)
        g->from++;
    for (int half = 0; half < 2; half++)
        for (int k = 0; k < COTOOL_GUESSED_WORDS; k++) g->word[half][k] = 1;
    g->steps = (uint8_t)steps;
    if (!learn_level(f, head, base, end, g)) return 0;
    g->single = g->mode == COTOOL_LEVEL_TOKEN && f->places == 1 &&
                f->place[0].kind == COTOOL_PLACE_WORD && !f->place[0].word;
    for (int k = 0; k < COTOOL_GUESS_WINDOW; k++) g->text[k] = g->exact >> k & 1 ? base[k] : 0;
    g->digits &= g->care, g->line_digits &= g->line_care;
    g->head = cotool_first_eight(g->text, 8);
    for (int k = 0; k < 8 && !g->token; k++) g->head_mask |= (g->exact >> k & 1) * 0xFF << 8 * k;
    return 1;
}

void cotool_learn_guess(const cotool_config *config, cotool_worker *worker,
                        const cotool_span *span, const cotool_head *head, const uint8_t *line,
                        const uint8_t *end) {
    cotool_guess g;
    if (!head->time || !head->has_time || head->format < 0) return;
    if (!learn(config, worker, span, head, line, end, &g)) return;
    g.is_set = 1;
    for (unsigned n = 0; n < COTOOL_GUESSES && g.mode == COTOOL_LEVEL_AT; n++) {
        /* A line of keys whose level is another word than before. */
        cotool_guess *known = &worker->guess[n];
        if (memcmp(known, &g, offsetof(cotool_guess, level))) continue;
        cotool_learn_word(known, &config->format[g.format].place[g.place], head->word - 1, head->word,
                          head->word_size, end, head->level);
        worker->last_guess = n;
        return;
    }
    worker->guess[worker->next_guess] = g;
    worker->last_guess = worker->next_guess;
    worker->next_guess = (worker->next_guess + 1) % COTOOL_GUESSES;
}
