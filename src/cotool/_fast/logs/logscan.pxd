from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from cotool._fast.logs.forms cimport cotool_forms
from cotool._fast.logs.measures cimport cotool_fixed, cotool_table

cdef extern from "<stdlib.h>" nogil:
    void* aligned_alloc(size_t alignment, size_t size)

cdef extern from "logs/logoutline.h" nogil:
    ctypedef struct cotool_outlines:
        pass

cdef extern from "logs/logscan.h" nogil:
    enum:
        COTOOL_LEVELS
        COTOOL_FORMATS
        COTOOL_FORMAT_TEXT
        COTOOL_PLACES
        COTOOL_SCALE_NONE
        COTOOL_KEY
        COTOOL_LEAD
        COTOOL_TIMES
        COTOOL_PADDING
        COTOOL_LINE_LIMIT
        COTOOL_RECORD_TEXT
        COTOOL_UNKNOWN
    ctypedef struct cotool_word:
        const uint8_t* bytes
        uint32_t size
        uint8_t level, styles
    ctypedef struct cotool_words:
        const cotool_word* word
        int count
    ctypedef struct cotool_place:
        uint8_t kind, before, below, token, word, styles, scale
        uint32_t lead, trail
        char* key
        signed char value
        cotool_words words
    ctypedef struct cotool_keys:
        pass
    ctypedef struct cotool_time_key:
        signed char value, joined, zone
        uint8_t join
        uint64_t layouts
    ctypedef struct cotool_format:
        uint8_t kind, pri
        signed char time_token
        uint8_t time_open
        uint8_t utc, heads
        char* lead
        unsigned short reach
        uint64_t layouts
        uint8_t payload
        cotool_keys keys
        int times
        cotool_time_key* time
        uint8_t fallback
        int places
        cotool_place* place
        uint8_t* first
    ctypedef struct cotool_literal:
        const uint8_t* bytes
        uint32_t size
        uint8_t fold
        int pattern
    ctypedef struct cotool_pattern:
        const uint8_t* program
        size_t size
        int leads
    ctypedef struct cotool_config:
        int formats
        cotool_format* format
        int literals
        cotool_literal* literal
        int patterns
        cotool_pattern* pattern
        int every_line
        int* every
        int filtered, simple
        uint8_t* levels
        int64_t* since
        int64_t* until
        int timed
        uint8_t* wanted
        int year, month, day, zones
        const int64_t* zone_start
        const int64_t* zone_offset
        const int64_t* widths
        const int64_t* most_buckets
        uint8_t* show_levels
        int show, show_matches, records, mine, whole, comments, preamble
        const char* title
        size_t title_size
        const char* entry
        size_t entry_size
        const cotool_forms* prior
        const void* reading
        const cotool_table* measured
    ctypedef struct cotool_bucket:
        int64_t start
        uint64_t* counts
    ctypedef struct cotool_histogram:
        int width, count, capacity
        cotool_bucket* buckets
    ctypedef struct cotool_sample:
        uint64_t line, at, size
        uint8_t level
    ctypedef struct cotool_counts:
        uint64_t bytes, lines, records, timeless, disordered, long_lines, left_out, zoned
        uint64_t* levels
        uint64_t* keywords
        int64_t* first
        int64_t* last
        uint64_t* patterns
        cotool_histogram* histogram
    ctypedef struct cotool_record:
        int open, headed, counted, passes, level
        uint64_t lines, bytes, long_lines
        uint64_t keywords[2]
        int64_t line
    ctypedef struct cotool_line:
        int in_pieces
        size_t overlap
    ctypedef struct cotool_clock:
        int64_t cycle, within, head, head_cycle
        int kind, head_kind
    ctypedef struct cotool_text:
        uint8_t* bytes
        size_t size
    ctypedef struct cotool_span:
        uint64_t begin, end, limit
        int first, waits
        cotool_record record
        cotool_line line
        cotool_clock clock
        uint64_t* record_patterns
        uint8_t* line_patterns
        uint8_t* record_text
        int status, owns, open_end
        uint64_t stop, seen_lines
        int timed
        int64_t head_time, tail_time
        cotool_counts counts
        cotool_forms forms
        cotool_table table
        int samples
        cotool_sample* sample
        size_t entries
        uint64_t first_line
        cotool_text text
    ctypedef struct cotool_guess:
        pass
    ctypedef struct cotool_named_level:
        pass
    ctypedef struct cotool_worker:
        cotool_guess guess[16]
        cotool_outlines outlines[2]
        cotool_named_level named[8]
    void cotool_logscan_prepare()
    void cotool_config_literals(cotool_config* config)
    void cotool_config_formats(cotool_config* config)
    const char* cotool_config_choice(cotool_config* config, int n, int** value)
    int cotool_config_layout(cotool_config* config, const char* form)
    void cotool_config_close(cotool_config* config)
    int cotool_add_key(cotool_keys* keys, const char* path)
    int cotool_worker_open(cotool_worker* worker, const cotool_config* config, size_t block)
    void cotool_worker_close(cotool_worker* worker)
    int cotool_span_open(cotool_span* span, const cotool_config* config)
    void cotool_span_reset(cotool_span* span, const cotool_config* config,
                           const cotool_counts* total)
    void cotool_span_close(cotool_span* span)
    int cotool_span_finish(const cotool_config* config, cotool_span* span)
    int cotool_counts_merge(const cotool_config* config, cotool_counts* into,
                            const cotool_counts* counts)
    ctypedef struct cotool_regex:
        pass
    cotool_regex* cotool_regex_new(const uint8_t* program, size_t size, int anchored)
    int cotool_regex_search(cotool_regex* regex, const uint8_t* line, size_t size, size_t begin)
    void cotool_regex_free(cotool_regex* regex)
    int64_t cotool_next_cycle(const cotool_clock* clock, int64_t within, int kind)
    int64_t cotool_held_cycle(int64_t cycle, int kind)
    enum:
        COTOOL_NAME_SIZE
    ctypedef struct cotool_names:
        const cotool_forms* forms
        const uint8_t* name
        int64_t only
    int cotool_write_entries(cotool_span* span, const uint8_t* memory, const uint8_t* prefix,
                             size_t prefix_size, int utc, const cotool_names* names)
    ctypedef void scan_function "cotool_scan_function"(
        const cotool_config* config, cotool_worker* worker, cotool_span* span, int file,
        const uint8_t* memory, uint64_t size, int final)
    scan_function* cotool_scan()

cdef extern from "logs/loghistogram.h" nogil:
    int cotool_histogram_merge(const cotool_config* config, cotool_histogram* into,
                               const cotool_histogram* source)

cdef extern from "logs/capture.h" nogil:
    ctypedef struct cotool_capture:
        pass
    cotool_capture* cotool_capture_new(const uint8_t* program, size_t size, const uint8_t* needed,
                                       size_t needed_size)
    void cotool_capture_free(cotool_capture* capture)
    int cotool_capture_find(const cotool_capture* capture, const uint8_t* line,
                            const uint8_t* end, const uint8_t** start, const uint8_t** stop)

cdef extern from "logs/logreading.h" nogil:
    enum:
        COTOOL_SOURCES
        COTOOL_BY
        COTOOL_TESTS
        COTOOL_OTHERS
        COTOOL_MEASURES
    ctypedef struct cotool_default_unit:
        int64_t factor
        signed char power
        uint8_t dimension, comma, clock
    ctypedef struct cotool_locator:
        uint8_t kind, token, part
        signed char value
        uint32_t label
        const char* text
        const char* after
        uint32_t text_size, after_size
        const cotool_capture* capture
        cotool_default_unit unit
        uint8_t other
        uint8_t is_way
    ctypedef struct cotool_test:
        uint8_t kind, source, as_ "as", is_number, is_bare
        cotool_fixed number
        const char* text
    ctypedef struct cotool_part:
        uint8_t source, as_ "as"
    ctypedef struct cotool_reading:
        int sources, measures, by, tests
        cotool_locator** locator
        cotool_locator** other
        uint64_t* needed
        uint8_t* members
        uint8_t* delimiter
        uint8_t* tokens
        signed char* anchor
        uint8_t* measure
        cotool_part* group
        cotool_test* test
        int distinct
        uint8_t* stepped
        const cotool_names* names
        int zones
        const int64_t* zone_start
        const int64_t* zone_offset
    void cotool_reading_prepare(cotool_reading* reading)

cdef extern from "logs/logmembers.h" nogil:
    ctypedef struct cotool_value:
        int kind
        const uint8_t* start
        const uint8_t* end
    ctypedef struct cotool_members:
        uint64_t found
        cotool_value* value
    ctypedef void members_function "cotool_members_function"(
        const uint8_t* p, const uint8_t* end, const cotool_keys* keys, uint64_t enough,
        cotool_members* members, cotool_outlines* outlines)
    ctypedef int columns_function "cotool_columns_function"(
        const uint8_t* p, const uint8_t* end, int count, cotool_value* value)
    columns_function* cotool_columns
    int cotool_columns_plain(const uint8_t* p, const uint8_t* end, int count, cotool_value* value)
    ctypedef void pair_function "cotool_pair_function"(
        const uint8_t* p, const uint8_t* end, const char* key, size_t size, int quoted,
        cotool_value* value)
    pair_function* cotool_pair
    void cotool_pair_plain(const uint8_t* p, const uint8_t* end, const char* key, size_t size,
                           int quoted, cotool_value* value)
    members_function* cotool_json_members
    members_function* cotool_logfmt_members
    void cotool_json_members_plain(const uint8_t* p, const uint8_t* end, const cotool_keys* keys,
                                   uint64_t enough, cotool_members* members,
                                   cotool_outlines* outlines)
    void cotool_logfmt_members_plain(const uint8_t* p, const uint8_t* end, const cotool_keys* keys,
                                     uint64_t enough, cotool_members* members,
                                     cotool_outlines* outlines)

cdef extern from "logs/lognumbers.h" nogil:
    int cotool_read_number(const uint8_t* text, const uint8_t* end,
                           const cotool_default_unit* given, cotool_fixed* number,
                           int* dimension, int* added)

    ctypedef struct cotool_plain_unit:
        pass
    void cotool_prepare_plain(const cotool_default_unit* unit, cotool_plain_unit* plain)
    bint cotool_read_plain(const uint8_t* text, size_t size, const cotool_plain_unit* unit,
                           cotool_fixed* number)

cdef extern from "logs/logpaths.h" nogil:
    ctypedef struct cotool_known_paths:
        pass
    uint32_t* (*cotool_known_path)(cotool_known_paths* known, const uint8_t* text,
                                   size_t size) noexcept nogil
    size_t (*cotool_short_path)(const uint8_t* text, size_t size, uint8_t* out,
                                const uint8_t** found) noexcept nogil
    size_t cotool_mask_path(const uint8_t* text, const uint8_t* end, uint8_t* out, size_t room)

cdef extern from "logs/logprobe.h" nogil:
    ctypedef struct cotool_seen_time:
        int token, open, layout, at, length, month, day
    ctypedef struct cotool_seen_level:
        int kind, token, word, lead, trail, styles, level, at, common
    ctypedef struct cotool_same_level:
        int lines, token, word, styles
        uint32_t leads, trails
        const uint8_t** start
        int shapes
        const uint8_t* first[6]
    enum:
        COTOOL_PROBED
        COTOOL_PROBED_TOKENS
    int cotool_read_stamp(const char* form, const uint8_t* text, const uint8_t* end,
                          int64_t* seconds, int* nanos, int* zoned, int* cycle)
    const char* cotool_month_name(int n)
    int cotool_form_cycle(const char* form)
    int cotool_probe_times(const uint8_t* line, const uint8_t* end, int tokens,
                           cotool_seen_time* seen, int most)
    int cotool_probe_levels(const uint8_t* line, const uint8_t* start, const uint8_t* end,
                            int tokens, cotool_seen_level* seen, int most)
    int cotool_probe_same(const uint8_t* text, const uint8_t* end, int start, int size,
                          uint32_t leads, uint32_t trails, int most, cotool_same_level* found)
    int cotool_read_level(const uint8_t* text, const uint8_t* end, int scale)
    const char* cotool_text_key(int n)
    int cotool_layout_count()
    const char* cotool_layout_form(int layout)
    int cotool_layout_cycle(int layout)
