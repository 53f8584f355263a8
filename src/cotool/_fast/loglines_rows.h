/* Lines to records to counts, compiled once for each CPU level. See logscan.h. */

/* ---- tokens -------------------------------------------------------------------------------- */

typedef struct {
    const uint8_t *base, *end;
    uint64_t blank; /* bits of blanks from base on */
    unsigned at;    /* from base, at most 64 */
} COTOOL_NAME(tokens);

COTOOL_TARGET static inline void COTOOL_NAME(seek)(COTOOL_NAME(tokens) *t, const uint8_t *p) {
    t->base = p, t->at = 0;
    t->blank = COTOOL_NAME(blanks)(p);
}

/* Moves to the next byte that is blank (or not); 0 at the end of the line. */
COTOOL_TARGET static inline int COTOOL_NAME(advance)(COTOOL_NAME(tokens) *t, int to_blank) {
    for (;;) {
        uint64_t bits = to_blank ? t->blank : ~t->blank;
        if (t->at < 64 && (bits >>= t->at)) {
            t->at += (unsigned)__builtin_ctzll(bits);
            return t->base + t->at < t->end;
        }
        if (t->base + 64 >= t->end) return 0;
        COTOOL_NAME(seek)(t, t->base + 64);
    }
}

/* The next token: what stands between blanks; [...] and "..." at its start hold blanks, too. */
COTOOL_TARGET static inline int COTOOL_NAME(next)(COTOOL_NAME(tokens) *t, const uint8_t **start,
                                                  const uint8_t **stop) {
    const uint8_t *close;
    if (!COTOOL_NAME(advance)(t, 0)) return 0;
    *start = t->base + t->at;
    if (**start == '[' || **start == '"') {
        close = *start + 1;
        close = memchr(close, **start == '[' ? ']' : '"', cotool_least((size_t)(t->end - close), 512));
        if (close) COTOOL_NAME(seek)(t, close);
    }
    *stop = COTOOL_NAME(advance)(t, 1) ? t->base + t->at : t->end;
    return 1;
}

/* ---- levels -------------------------------------------------------------------------------- */

/* The level that the word [start, stop) names at its place, -1: none. */
COTOOL_TARGET static inline int COTOOL_NAME(level_named)(const cotool_place *place,
                                                         const uint8_t *line,
                                                         const uint8_t *start,
                                                         const uint8_t *stop,
                                                         const uint8_t *end) {
    int level, style;
    if (place->kind == COTOOL_PLACE_STATUS) {
        if (stop - start != 3 || start[0] < '1' || start[0] > '5' || !cotool_is_digit(start[1]) ||
            !cotool_is_digit(start[2]))
            return -1;
        return cotool_status_level((start[0] - '0') * 100);
    }
    level = cotool_level_of(start, (size_t)(stop - start), &style);
    if (level < 0 || !(style & place->styles) ||
        !(place->lead >> (start > line ? cotool_byte_class[start[-1]] : 0) & 1) ||
        !(place->trail >> (stop < end ? cotool_byte_class[*stop] : 0) & 1))
        return -1;
    return level;
}

/* The level at one place of a line, -1: none. `from` is what follows the time. */
COTOOL_TARGET static inline int COTOOL_NAME(level_at)(const cotool_place *place,
                                                      const uint8_t *line, const uint8_t *from,
                                                      const uint8_t *end, const uint8_t **word,
                                                      unsigned *word_size) {
    COTOOL_NAME(tokens) t;
    const uint8_t *start, *stop;
    if (place->kind == COTOOL_PLACE_KEY) {
        cotool_value value = cotool_logfmt_find(from, from + cotool_least((size_t)(end - from), 4096),
                                                place->key);
        if (value.kind == COTOOL_NO_VALUE) return -1;
        *word = value.start;
        *word_size = (unsigned)cotool_least((size_t)(value.end - value.start), 255);
        return cotool_value_level(&value, place->scale);
    }
    t.end = end;
    COTOOL_NAME(seek)(&t, place->before ? line : from);
    for (int n = 0; n <= place->token; n++)
        if (!COTOOL_NAME(next)(&t, &start, &stop)) return -1;
    if (place->kind == COTOOL_PLACE_SYMBOL) {
        if (stop - start != 1) return -1;
        *word = start, *word_size = 1;
        return cotool_symbol_level(*start);
    }
    if (place->kind == COTOOL_PLACE_LETTER) {
        if (stop - start > 1 && start[1] != '/') return -1;
        *word = start, *word_size = 1;
        return cotool_letter_level(*start);
    }
    for (int n = 0;; n++) {
        while (start < stop && cotool_byte_class[*start] != COTOOL_CLASS_WORD) start++;
        if (start >= stop) return -1;
        *word = start;
        while (start < stop && cotool_byte_class[*start] == COTOOL_CLASS_WORD) start++;
        if (n == place->word) break;
    }
    *word_size = (unsigned)cotool_least((size_t)(start - *word), 255);
    return COTOOL_NAME(level_named)(place, line, *word, start, end);
}

/* The same by bits, 64 bytes at a time; COTOOL_LOOK_CLOSER where they do not tell: a token that may
 * hold blanks stands before, or the word goes on into the next 64 bytes. */
COTOOL_TARGET static inline int COTOOL_NAME(level_near)(const cotool_place *place,
                                                        const uint8_t *line, const uint8_t *from,
                                                        const uint8_t *end, const uint8_t **word,
                                                        unsigned *word_size) {
    uint64_t carry = 1, starts, blank, words, opens, stop;
    unsigned left = place->token;
    for (;; from += 64) {
        if (from >= end) return -1;
        blank = COTOOL_NAME(blanks)(from);
        opens = COTOOL_NAME(openings)(from);
        starts = ~blank & (blank << 1 | carry);
        if (left < (unsigned)__builtin_popcountll(starts)) break;
        if (opens & starts) return COTOOL_LOOK_CLOSER;
        left -= (unsigned)__builtin_popcountll(starts);
        carry = blank >> 63;
    }
    words = COTOOL_NAME(words)(from);
    for (opens &= starts; left; left--) {
        if (opens & starts & -starts) return COTOOL_LOOK_CLOSER;
        starts &= starts - 1;
    }
    starts &= -starts; /* from the token's start on */
    words &= -starts;
    blank &= -starts;
    for (int n = 0;; n++) {
        if (!words) return COTOOL_LOOK_CLOSER;
        starts = words & -words;
        stop = ~words & -starts;
        if (!stop) return COTOOL_LOOK_CLOSER;
        if (n == place->word) break;
        words &= -(stop & -stop);
    }
    if (blank & (starts - 1)) return COTOOL_LOOK_CLOSER; /* the token ended before */
    *word = from + __builtin_ctzll(starts);
    *word_size = (unsigned)(__builtin_ctzll(stop) - __builtin_ctzll(starts));
    if (*word + *word_size > end) return COTOOL_LOOK_CLOSER;
    return COTOOL_NAME(level_named)(place, line, *word, *word + *word_size, end);
}

/* ---- headers ------------------------------------------------------------------------------- */

/* What the start of a line says. `within` is set for a stamp without a year or a date. */
typedef struct {
    int level, has_time, zoned, inferred;
    int64_t seconds;
    int32_t nanos;
    const uint8_t *word;
    unsigned word_size;
} COTOOL_NAME(header);

/* Reads the time at p by one of the layouts; 0 where none fits. */
COTOOL_TARGET static inline int COTOOL_NAME(time_at)(const cotool_config *config,
                                                     cotool_worker *worker, cotool_span *span,
                                                     int format, uint64_t layouts,
                                                     const uint8_t *p, const uint8_t *end,
                                                     uint64_t digits,
                                                     COTOOL_NAME(header) *header) {
    cotool_memo *memo = &worker->memo[format];
    for (; layouts; layouts &= layouts - 1) {
        int n = __builtin_ctzll(layouts), length;
        const cotool_layout *l = &cotool_layouts[n];
        cotool_stamp stamp;
        int64_t local;
        if ((digits & (l->digits | l->others)) != l->digits) continue;
        if (memo->layout == l && end - p >= l->fixed && cotool_is_memo(memo, &span->clock, p)) {
            /* The same up to the seconds. */
            stamp.zoned = stamp.nanos = 0;
            length = cotool_read_tail(l, p, end, digits, &stamp);
            if (!length) continue;
            local = memo->local;
        } else {
            length = cotool_read_time(l, p, end, digits, &stamp);
            if (!length) continue;
            local = cotool_local_seconds(config, span, l->cycle, &stamp);
            memcpy(memo->text, p, 32);
            memo->layout = l;
            memo->local = local;
            if (l->cycle) memo->within = span->clock.within, memo->cycle = span->clock.cycle;
        }
        header->has_time = 1, header->nanos = stamp.nanos, header->zoned = stamp.zoned;
        header->inferred = l->cycle != 0;
        header->seconds = cotool_universal(config, local, &stamp);
        return length;
    }
    return 0;
}

COTOOL_TARGET static inline int COTOOL_NAME(text_header)(const cotool_config *config,
                                                         cotool_worker *worker, cotool_span *span,
                                                         int n, const uint8_t *line,
                                                         const uint8_t *end, uint64_t digits,
                                                         COTOOL_NAME(header) *header) {
    const cotool_format *f = &config->format[n];
    const uint8_t *p = line, *from, *first = line;
    int severity = -1;
    if (f->pri) {
        const uint8_t *q = p + 1;
        int value = 0;
        while (q < end && q < p + 4 && cotool_is_digit(*q)) value = value * 10 + *q++ - '0';
        if (*p != '<' || q == p + 1 || q >= end || *q != '>' || value > 191) return 0;
        header->word = p + 1, header->word_size = (unsigned)(q - p - 1);
        severity = value & 7;
        p = q + 1;
    }
    from = line = p;
    if (f->time_token >= 0) {
        const uint8_t *start = p, *stop;
        int length;
        if (f->time_token > 0) {
            COTOOL_NAME(tokens) t;
            t.end = end;
            COTOOL_NAME(seek)(&t, p);
            for (int k = 0; k <= f->time_token; k++)
                if (!COTOOL_NAME(next)(&t, &start, &stop)) return 0;
        }
        if (f->time_open) {
            if (start >= end ||
                (f->time_open == 'A' ? cotool_letter_level(*start) < 0 : *start != f->time_open))
                return 0;
            if (f->time_open == 'A') header->word = start, header->word_size = 1;
            start++;
        }
        if (start >= end) return 0;
        if (start == first + 1) digits >>= 1;
        else if (start != first) digits = COTOOL_NAME(digits)(start);
        length = COTOOL_NAME(time_at)(config, worker, span, n, f->layouts, start, end, digits,
                                      header);
        if (!length) return 0;
        from = start + length;
        if (from < end && f->time_open && f->time_open != 'A' &&
            (*from == ']' || *from == ')' || *from == '>' || *from == '"' || *from == '\''))
            from++;
    }
    header->level = COTOOL_UNKNOWN;
    if (!f->places) return f->time_token >= 0;
    for (int k = 0; k < f->places; k++) {
        const cotool_place *place = &f->place[k];
        int level;
        if (place->kind == COTOOL_PLACE_PRI) {
            header->level = cotool_syslog_level(severity);
            return 1;
        }
        if (place->kind == COTOOL_PLACE_GLOG) {
            header->level = cotool_letter_level(*header->word);
            return 1;
        }
        if (place->kind == COTOOL_PLACE_WORD && !place->before) {
            level = COTOOL_NAME(level_near)(place, line, from, end, &header->word,
                                            &header->word_size);
            if (level == COTOOL_LOOK_CLOSER)
                level = COTOOL_NAME(level_at)(place, line, from, end, &header->word,
                                              &header->word_size);
        } else {
            level = COTOOL_NAME(level_at)(place, line, from, end, &header->word,
                                          &header->word_size);
        }
        if (level >= 0) {
            header->level = level;
            return 1;
        }
    }
    header->word_size = 0;
    return f->time_token >= 0;
}

/* A number of seconds (also with a fraction), or of milli-, micro- or nanoseconds since 1970. */
COTOOL_TARGET static inline int COTOOL_NAME(value_time)(const cotool_config *config,
                                                        cotool_worker *worker, cotool_span *span,
                                                        int n, const cotool_value *value,
                                                        COTOOL_NAME(header) *header) {
    const cotool_format *f = &config->format[n];
    if (value->kind != COTOOL_STRING && value->kind != COTOOL_BARE) return 0;
    return COTOOL_NAME(time_at)(config, worker, span, n, f->layouts, value->start, value->end,
                                COTOOL_NAME(digits)(value->start), header);
}

COTOOL_TARGET static int COTOOL_NAME(key_header)(const cotool_config *config,
                                                 cotool_worker *worker, cotool_span *span, int n,
                                                 const uint8_t *line, const uint8_t *end,
                                                 COTOOL_NAME(header) *header) {
    const cotool_format *f = &config->format[n];
    int json = f->kind == COTOOL_FORMAT_JSON, found = json;
    cotool_value value;
    if (f->time_token >= 0) {
        value = json ? cotool_json_find(line, end, f->time_key)
                     : cotool_logfmt_find(line, end, f->time_key);
        if (value.kind) found |= COTOOL_NAME(value_time)(config, worker, span, n, &value, header);
    }
    header->level = f->fallback;
    for (int k = 0; k < f->places; k++) {
        value = json ? cotool_json_find(line, end, f->place[k].key)
                     : cotool_logfmt_find(line, end, f->place[k].key);
        if (!value.kind || value.kind == COTOOL_NESTED) continue;
        header->level = cotool_value_level(&value, f->place[k].scale);
        header->word = value.start;
        header->word_size = (unsigned)cotool_least((size_t)(value.end - value.start), 255);
        return 1;
    }
    return found;
}

/* Tells whether a line begins a record, and reads its header. */
COTOOL_TARGET static inline int COTOOL_NAME(begins)(const cotool_config *config,
                                                    cotool_worker *worker, cotool_span *span,
                                                    const uint8_t *line, const uint8_t *end,
                                                    COTOOL_NAME(header) *header) {
    uint64_t digits;
    unsigned candidates;
    header->has_time = header->zoned = header->inferred = 0;
    header->nanos = 0, header->seconds = 0;
    header->word_size = 0, header->word = line;
    header->level = COTOOL_UNKNOWN;
    if (!config->formats) return 1;
    if (line >= end) return 0;
    digits = COTOOL_NAME(digits)(line);
    for (candidates = config->by_first_byte[*line]; candidates; candidates &= candidates - 1) {
        int n = __builtin_ctz(candidates);
        if ((digits & config->must[n]) != config->want[n]) continue;
        if (config->format[n].kind == COTOOL_FORMAT_TEXT
                ? COTOOL_NAME(text_header)(config, worker, span, n, line, end, digits, header)
                : COTOOL_NAME(key_header)(config, worker, span, n, line, end, header)) {
            return 1;
        }
        header->has_time = header->zoned = 0, header->word_size = 0;
    }
    return 0;
}

/* ---- a line -------------------------------------------------------------------------------- */

/* Begins a line at the absolute position `at`. Returns 1 where the line belongs to
 * another span, which ends this one. */
COTOOL_TARGET static inline int COTOOL_NAME(begin_line)(const cotool_config *config,
                                                        cotool_worker *worker, cotool_span *span,
                                                        const uint8_t *line, const uint8_t *end,
                                                        uint64_t at) {
    COTOOL_NAME(header) header;
    cotool_line *state = &span->line;
    cotool_record *r = &span->record;
    cotool_clock clock;
    int begins;
    if (at >= span->limit) {
        span->open_end = 1;
        return 1;
    }
    if (!span->owns && at >= span->end) return 1;
    if (at >= span->end) clock = span->clock;
    begins = COTOOL_NAME(begins)(config, worker, span, line, end, &header);
    /* A first line that begins no record is one of its own. */
    if (!begins && (config->lone || (span->first && !r->open))) begins = 1;
    if (begins && at >= span->end) {
        span->clock = clock;
        return 1;
    }
    if (!begins && !span->owns) {
        state->foreign = 1;
        return 0;
    }
    state->foreign = 0;
    state->continuation = !begins;
    state->keywords = 0;
    state->matched = 0;
    worker->serial++;
    if (begins) {
        if (r->open && !config->simple && cotool_commit(config, span)) span->status = ENOMEM;
        span->owns = 1;
        r->open = 1;
        if (header.has_time) {
            int64_t time = header.seconds * 1000000000 + header.nanos;
            if (!span->timed) span->timed = 1, span->head_time = time;
            else span->counts.disordered += time < span->tail_time;
            span->tail_time = time;
        }
        if (config->mine && !config->filtered)
            cotool_mine(span, line, end, header.level, header.has_time, header.inferred,
                        header.seconds);
        if (config->simple) {
            if (cotool_count_record(config, span, header.level, header.has_time,
                                    header.zoned, header.inferred, header.seconds, header.nanos))
                span->status = ENOMEM;
            return 0;
        }
        r->level = header.level;
        r->has_time = header.has_time, r->zoned = header.zoned, r->inferred = header.inferred;
        r->seconds = header.seconds, r->nanos = header.nanos;
        r->lines = r->bytes = r->long_lines = 0;
        r->keywords[0] = r->keywords[1] = 0;
        r->matched = r->counted = 0;
        r->passes = !config->filtered ||
                    (config->levels[header.level] &&
                     (!config->timed || (header.has_time &&
                                         header.seconds >= config->since[header.zoned] &&
                                         header.seconds < config->until[header.zoned])));
        if (config->mine && config->filtered && r->passes) {
            if (!config->wanted) {
                cotool_mine(span, line, end, header.level, header.has_time, header.inferred,
                            header.seconds);
            } else {
                r->text_size = (uint32_t)cotool_least((size_t)(end - line), COTOOL_FORM_LINE);
                memcpy(span->record_text, line, r->text_size);
            }
        }
    }
    if (config->entries) {
        state->word_at = (uint32_t)(header.word - line);
        state->word_size = begins ? (uint8_t)header.word_size : 0;
    }
    return 0;
}

/* ---- the quick way --------------------------------------------------------------------------- */

#if defined(COTOOL_SIMD) && COTOOL_SIMD == 512
/* Reads a line's header where it has one format that is likely, its time by a few vector
 * instructions. Returns 0 where the line has to be looked at step by step. */
COTOOL_TARGET static inline int COTOOL_NAME(quick_header)(const cotool_config *config,
                                                          cotool_worker *worker,
                                                          cotool_span *span, const uint8_t *line,
                                                          const uint8_t *end,
                                                          COTOOL_NAME(header) *header) {
    const __m128i tens = _mm_set1_epi16(1 << 8 | 10);
    const __m128i most = _mm_set_epi16(0, 60, 59, 23, 31, 12, 99, 99);
    uint64_t digits, layouts, date, of_day;
    uint32_t candidates;
    const cotool_format *f;
    const cotool_layout *l;
    cotool_memo *memo;
    const uint8_t *p, *from;
    __m256i x;
    __m128i v;
    cotool_stamp stamp;
    int64_t local, seconds;
    int n, length;
    digits = COTOOL_NAME(digits)(line);
    for (candidates = config->by_first_byte[*line];; candidates &= candidates - 1) {
        if (!candidates) return 0;
        n = __builtin_ctz(candidates);
        if ((digits & config->must[n]) == config->want[n]) break;
    }
    if (!config->quick[n]) return 0;
    f = &config->format[n];
    p = line;
    if (f->time_token) {
        uint64_t blank = COTOOL_NAME(blanks)(p), opens = COTOOL_NAME(openings)(p);
        uint64_t starts = ~blank & (blank << 1 | 1);
        uint64_t start = _pdep_u64((uint64_t)1 << f->time_token, starts);
        if (!start || (opens & starts & (start - 1))) return 0;
        p += __builtin_ctzll(start);
        digits = COTOOL_NAME(digits)(p);
    }
    if (f->time_open) {
        if (f->time_open == 'A' || *p != f->time_open) return 0;
        p++, digits >>= 1;
    }
    for (layouts = f->layouts;; layouts &= layouts - 1) {
        if (!layouts) return 0;
        l = &cotool_layouts[__builtin_ctzll(layouts)];
        if ((digits & (l->digits | l->others)) == l->digits) break;
    }
    if (!l->quick) {
        length = cotool_read_time(l, p, end, digits, &stamp);
        if (!length) return 0;
        local = cotool_local_seconds(config, span, l->cycle, &stamp);
        goto timed;
    }
    length = l->fixed;
    if (end - p < length) return 0;
    x = _mm256_loadu_si256((const __m256i *)p);
    if (_mm256_test_epi8_mask(_mm256_xor_si256(x, (__m256i)l->want), (__m256i)l->care)) return 0;
    /* Numbers Y/100, Y%100, m, d, H, M, S of two digits each; a space before a day becomes 0. */
    v = _mm256_castsi256_si128(
        _mm256_permutexvar_epi8(_mm256_loadu_si256((const __m256i *)l->gather), x));
    v = _mm_or_si128(v, _mm_set1_epi8(0x10));
    v = _mm_maskz_sub_epi8((__mmask16)l->present, v, _mm_set1_epi8('0'));
    v = _mm_maddubs_epi16(v, tens);
    if (_mm_cmpgt_epi16_mask(v, most) |
            (_mm_cmplt_epi16_mask(v, _mm_loadu_si128((const __m128i *)l->least)) &
             ~(l->named_month << 2)))
        return 0;
    if (l->spaced_day && p[l->place[2]] != ' ' && !cotool_is_digit(p[l->place[2]])) return 0;
    date = (uint64_t)_mm_cvtsi128_si64(v);
    of_day = (uint64_t)_mm_extract_epi64(v, 1);
    seconds = (int64_t)((of_day & 0xFFFF) * 3600 + (of_day >> 16 & 0xFFFF) * 60 +
                        (of_day >> 32 & 0xFFFF));
    if (l->named_month) {
        int month = cotool_month(p + l->place[1]);
        if (!month) return 0;
        date |= (uint64_t)month << 32;
    }
    stamp.zoned = stamp.nanos = stamp.is_epoch = 0;
    if (l->tail_kind != COTOOL_NO_TAIL || cotool_is_word(p[length])) {
        length = cotool_read_tail(l, p, end, digits, &stamp);
        if (!length) return 0;
    }
    memo = &worker->memo[n];
    if (l->cycle || date != memo->date) {
        stamp.month = l->place[1] < 0 ? 1 : (int)(date >> 32 & 0xFFFF);
        stamp.day = l->place[2] < 0 ? 1 : (int)(date >> 48);
        stamp.year = l->place[0] < 0  ? 1972
                     : !l->short_year ? (int)(date & 0xFFFF) * 100 + (int)(date >> 16 & 0xFFFF)
                     : (date >> 16 & 0xFFFF) > 69 ? 1900 + (int)(date >> 16 & 0xFFFF)
                                                  : 2000 + (int)(date >> 16 & 0xFFFF);
        stamp.hour = (int)(of_day & 0xFFFF), stamp.minute = (int)(of_day >> 16 & 0xFFFF);
        stamp.second = (int)(of_day >> 32 & 0xFFFF);
        local = cotool_local_seconds(config, span, l->cycle, &stamp);
        memo->date = l->cycle ? 0 : date;
        memo->days = (local - seconds) / 86400;
    } else {
        local = memo->days * 86400 + seconds;
    }
timed:
    header->has_time = 1, header->zoned = stamp.zoned, header->nanos = stamp.nanos;
    header->inferred = l->cycle != 0;
    header->seconds = cotool_universal(config, local, &stamp);
    header->level = COTOOL_UNKNOWN;
    if (!f->places) return 1;
    from = p + length;
    if (f->time_open && from < end &&
        (*from == ']' || *from == ')' || *from == '>' || *from == '"' || *from == '\''))
        from++;
    for (int k = 0; k < f->places; k++) {
        int level = COTOOL_NAME(level_near)(&f->place[k], line, from, end, &header->word,
                                            &header->word_size);
        if (level == COTOOL_LOOK_CLOSER)
            level = COTOOL_NAME(level_at)(&f->place[k], line, from, end, &header->word,
                                          &header->word_size);
        if (level >= 0) {
            header->level = level;
            break;
        }
    }
    return 1;
}
#else
COTOOL_TARGET static inline int COTOOL_NAME(quick_header)(const cotool_config *config,
                                                          cotool_worker *worker,
                                                          cotool_span *span, const uint8_t *line,
                                                          const uint8_t *end,
                                                          COTOOL_NAME(header) *header) {
    (void)config, (void)worker, (void)span, (void)line, (void)end, (void)header;
    return 0;
}
#endif

/* Counts a line that begins a record, within a span that owns it, where nothing but counts is
 * asked for. Returns 0 where the line has to be looked at step by step. */
COTOOL_TARGET static inline int COTOOL_NAME(quick_line)(const cotool_config *config,
                                                        cotool_worker *worker, cotool_span *span,
                                                        const uint8_t *line, const uint8_t *end) {
    COTOOL_NAME(header) header;
    int64_t time;
    if (!COTOOL_NAME(quick_header)(config, worker, span, line, end, &header)) return 0;
    time = header.seconds * 1000000000 + header.nanos;
    if (!span->timed) span->timed = 1, span->head_time = time;
    else span->counts.disordered += time < span->tail_time;
    span->tail_time = time;
    if (cotool_count_record(config, span, header.level, 1, header.zoned,
                            header.inferred, header.seconds, header.nanos))
        span->status = ENOMEM;
    if (config->mine)
        cotool_mine(span, line, end, header.level, 1, header.inferred, header.seconds);
    span->record.open = 1;
    span->line.foreign = 0;
    span->line.keywords = 0;
    worker->serial++;
    return 1;
}

/* ---- a span -------------------------------------------------------------------------------- */

/* Takes a line in pieces, which overlap by the longest literal but one byte: data[from, have) goes
 * on in the line. Returns where it stopped. */
COTOOL_TARGET static size_t COTOOL_NAME(piece)(const cotool_config *config, cotool_worker *worker,
                                               cotool_span *span, const uint8_t *data, size_t from,
                                               size_t have, int final) {
    cotool_line *state = &span->line;
    size_t fresh = from + state->overlap, at = from, stop;
    const uint8_t *newline = memchr(data + fresh, '\n', have - fresh);
    stop = newline ? (size_t)(newline - data) : have;
    while (at < stop) {
        size_t newlines, hits;
        at += COTOOL_NAME(index)(config, data + at, cotool_least(stop - at, COTOOL_CHUNK),
                                 stop - at, worker->newline, &newlines, worker->hit, &hits);
        for (size_t h = 0; h < hits && !state->foreign; h++)
            cotool_mark_piece(config, span, config->literal[worker->hit[h] & 0xFFFF].pattern);
    }
    state->size += stop - fresh;
    if (!newline && !final) {
        state->overlap = cotool_least(stop - from, config->longest - 1);
        return stop - state->overlap;
    }
    state->in_pieces = 0;
    if (!state->foreign)
        cotool_end_line(config, worker, span, state->head, state->head_size,
                        state->size + (newline != NULL), state->at);
    return stop + (newline != NULL);
}

/* Lines of data[from, have), which stands at `base` in the file. Goes on to the last newline, or,
 * where `final`, to the end, and into a line of more than COTOOL_LINE_LIMIT bytes. Returns where
 * it stopped; `done` tells that the span has ended. */
COTOOL_TARGET static size_t COTOOL_NAME(lines)(const cotool_config *config, cotool_worker *worker,
                                               cotool_span *span, const uint8_t *data, size_t from,
                                               size_t have, uint64_t base, int final, int *done) {
    cotool_line *state = &span->line;
    const uint64_t quick_end = span->end < span->limit ? span->end : span->limit;
    if (state->in_pieces) from = COTOOL_NAME(piece)(config, worker, span, data, from, have, final);
    while (from < have && !state->in_pieces) {
        const uint8_t *p = data + from, *newline;
        size_t newlines, hits, start = 0, h = 0, text;
        COTOOL_NAME(index)(config, p, cotool_least(have - from, COTOOL_CHUNK), have - from,
                           worker->newline, &newlines, worker->hit, &hits);
        for (size_t n = 0; n < newlines; n++) {
            size_t stop = worker->newline[n];
            const uint8_t *line = p + start;
            text = stop - start;
            if (text && line[text - 1] == '\r') text--;
            if (config->simple && span->owns && base + from + start < quick_end &&
                COTOOL_NAME(quick_line)(config, worker, span, line, line + text)) {
            } else if (COTOOL_NAME(begin_line)(config, worker, span, line, line + text,
                                        base + from + start)) {
                *done = 1;
                return from + start;
            }
            if (!state->foreign) {
                for (; h < hits && worker->hit[h] >> 16 < stop; h++)
                    cotool_mark(config, worker, span,
                                config->literal[worker->hit[h] & 0xFFFF].pattern, line, text);
                cotool_end_line(config, worker, span, line, text, stop - start + 1,
                                base + from + start);
            } else {
                while (h < hits && worker->hit[h] >> 16 < stop) h++;
            }
            start = stop + 1;
        }
        from += start;
        if (newlines) continue;
        /* A line of more than a chunk, or the last one. */
        newline = memchr(p, '\n', have - from);
        if (!newline && !final && have - from <= COTOOL_LINE_LIMIT) return from;
        text = newline ? (size_t)(newline - p) : have - from;
        if ((newline || final) && text && p[text - 1] == '\r') text--;
        state->head = p, state->head_size = cotool_least(text, COTOOL_LINE_LIMIT);
        if (COTOOL_NAME(begin_line)(config, worker, span, p, p + state->head_size, base + from)) {
            *done = 1;
            return from;
        }
        state->in_pieces = 1;
        state->overlap = 0, state->size = 0, state->at = base + from;
        if (!state->foreign) cotool_begin_pieces(config, worker, span, text);
        from = COTOOL_NAME(piece)(config, worker, span, data, from, have, final);
    }
    return from;
}

COTOOL_TARGET static void COTOOL_NAME(scan)(const cotool_config *config, cotool_worker *worker,
                                            cotool_span *span, int file, const uint8_t *memory,
                                            uint64_t size, int final) {
    const uint8_t *data = memory;
    uint64_t base = 0;
    size_t from = 0, have = 0;
    int done = 0, last = final, seeking = !span->first;
    span->owns = span->first && (span->record.open || span->line.in_pieces);
    if (memory) {
        from = (size_t)span->begin - (size_t)seeking, have = (size_t)size;
    } else {
        base = span->begin - (uint64_t)seeking;
        data = worker->buffer;
    }
    for (;;) {
        if (!memory) {
            ssize_t got;
            size_t more = worker->block;
            if (from < have) memmove(worker->buffer, data + from, have - from);
            base += from, have -= from, from = 0;
            if (cotool_grow(worker, have + more + COTOOL_PADDING)) {
                span->status = ENOMEM;
                return;
            }
            data = worker->buffer;
            /* Past its own end a span needs little more than one line. */
            if (base + have < span->end) more = cotool_least(more, span->end - base - have + 4096);
            more = cotool_least(more, size - base - have);
            got = more ? pread(file, worker->buffer + have, more, (off_t)(base + have)) : 0;
            if (got < 0) {
                if (errno == EINTR) continue;
                span->status = errno;
                return;
            }
            have += (size_t)got;
            last = got == 0 || base + have >= size;
            if (got == 0) size = base + have;
        }
        if (seeking) {
            const uint8_t *newline = memchr(data + from, '\n', have - from);
            if (newline) {
                seeking = 0, from = (size_t)(newline + 1 - data);
            } else {
                from = have;
            }
            if (base + from >= span->end) break; /* no line starts here */
        }
        if (!seeking)
            from = COTOOL_NAME(lines)(config, worker, span, data, from, have, base, last, &done);
        if (done || span->status) break;
        if (last || memory) {
            span->open_end = 1;
            break;
        }
    }
    span->stop = base + from;
    if (!span->open_end && span->owns && span->record.open) {
        if (!config->simple && cotool_commit(config, span)) span->status = ENOMEM;
        span->record.open = 0;
    }
}
