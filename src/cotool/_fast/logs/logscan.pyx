"""One pass over log lines: levels, times, keywords and patterns of files and of streams.

logscan.h explains how a file is cut into spans and why the counts do not depend on the cuts. Here a
Scanner holds what carries over from one call to the next: the open record, the year or day of
stamps without one, and the totals. A call takes one batch of spans, which threads share.
"""

from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport prange
from libc.errno cimport EINVAL, ENOMEM
from libc.stdint cimport INT64_MAX, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy, memmove, memset, strncpy

from cotool._fast.base._openmp cimport omp_get_thread_num
from cotool._fast.logs.forms cimport Forms, cotool_forms, cotool_forms_merge
from cotool._fast.logs.measures cimport (
    Measured,
    cotool_fixed,
    cotool_fixed_halves,
    cotool_fixed_join,
    cotool_table,
    cotool_table_merge,
)

cdef extern from "logs/logscan.h" nogil:
    enum:
        COTOOL_LEVELS
        COTOOL_FORMATS
        COTOOL_PLACES
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
    ctypedef struct cotool_reading "struct cotool_reading":
        pass
    ctypedef struct cotool_config:
        int formats
        cotool_format* format
        int literals
        cotool_literal* literal
        int patterns
        cotool_pattern* pattern
        int every_line
        int* every
        int filtered
        uint8_t* levels
        int64_t* since
        int64_t* until
        int timed
        uint8_t* wanted
        int year, month, day, zones
        const int64_t* zone_start
        const int64_t* zone_offset
        const int64_t* widths
        int most_buckets, show
        uint8_t* show_levels
        int show_matches, entries, lone, mine
        const cotool_forms* prior
        const cotool_reading* reading
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
        int open, counted, passes, level
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
        int first, again
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
    ctypedef struct cotool_worker:
        pass
    ctypedef struct cotool_seen_time:
        int token, open, layout, at, length, month, day
    ctypedef struct cotool_seen_level:
        int kind, token, word, lead, trail, styles, level, at
    void cotool_logscan_prepare()
    void cotool_config_literals(cotool_config* config)
    void cotool_config_formats(cotool_config* config)
    int cotool_config_form(cotool_config* config, const char* form)
    void cotool_config_close(cotool_config* config)
    int cotool_read_form(const char* form, const uint8_t* text, const uint8_t* end,
                         int64_t* seconds, int* nanos, int* zoned, int* cycle)
    const char* cotool_month_name(int n)
    int cotool_form_cycle(const char* form)
    int cotool_add_key(cotool_keys* keys, const char* path)
    int cotool_worker_open(cotool_worker* worker, const cotool_config* config, size_t block)
    void cotool_worker_close(cotool_worker* worker, const cotool_config* config)
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
    int cotool_probe_times(const uint8_t* line, const uint8_t* end, int tokens,
                           cotool_seen_time* seen, int most)
    int cotool_probe_levels(const uint8_t* line, const uint8_t* start, const uint8_t* end,
                            cotool_seen_level* seen, int most)
    int cotool_read_level(const uint8_t* text, const uint8_t* end, int scale)
    const char* cotool_text_key(int n)
    int64_t cotool_period(int kind)
    int64_t cotool_held_cycle(int64_t cycle, int kind)
    int cotool_read_level(const uint8_t* text, const uint8_t* end, int scale)
    int cotool_layout_count()
    const char* cotool_layout_form(int layout)
    int cotool_layout_cycle(int layout)
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
        COTOOL_MEASURES
    ctypedef struct cotool_scale:
        int64_t factor
        signed char power
        uint8_t dimension
    ctypedef struct cotool_locator:
        uint8_t kind, token, part
        signed char value
        const char* text
        const char* after
        const cotool_capture* capture
        cotool_scale scale
    ctypedef struct cotool_test:
        uint8_t kind, source, as_ "as", is_number
        cotool_fixed number
        const char* text
    ctypedef struct cotool_part:
        uint8_t source, as_ "as"
    ctypedef struct cotool_plan "cotool_reading":
        int sources, measures, by, tests
        cotool_locator** locator
        cotool_keys* keys
        uint8_t* delimiter
        uint8_t* tokens
        uint8_t* measure
        cotool_part* group
        cotool_test* test
        int distinct
    void cotool_reading_prepare()
    int cotool_read_number(const uint8_t* text, const uint8_t* end, const cotool_scale* scale,
                           cotool_fixed* number, int* dimension, int* added)
    size_t cotool_mask_path(const uint8_t* text, const uint8_t* end, uint8_t* out, size_t room)

cotool_logscan_prepare()
cotool_reading_prepare()
cdef scan_function* scan = cotool_scan()

LINE_LIMIT = COTOOL_LINE_LIMIT

# Bytes of a span. Larger ones share the work less evenly, smaller ones add up more often.
cdef uint64_t SPAN = 1 << 22
# The same for what is fed in pieces of a few mebibytes.
cdef uint64_t SMALL_SPAN = 1 << 20
# The same where forms are counted, for one thread adds the tables up: the mixed log of
# bench/templates.py takes 1.70 s with 1 << 22, 1.38 with 1 << 24, 1.26 with 1 << 25, 1.20 so.
cdef uint64_t FORMS_SPAN = 1 << 26
# Bytes of one read.
cdef size_t BLOCK = 1 << 18
# Spans of a batch for each thread; fewer where each has a table of forms.
cdef int BATCH = 8
cdef int FORMS_BATCH = 2


def layouts():
    """Return the forms of timestamps that are known, and what repeats in each.

    0: nothing, 1: the year is missing, 2: the date.
    """
    return [
        (cotool_layout_form(n).decode(), cotool_layout_cycle(n))
        for n in range(cotool_layout_count())
    ]


def month_names():
    """Return the names of months that times may hold: (number, letters needed, the rest)."""
    names = []
    cdef int n = 0
    while cotool_month_name(n) != NULL:
        head, _, rest = (<bytes>cotool_month_name(n)).partition(b"|")
        if head:
            names.append((n % 12 + 1, head, rest))
        n += 1
    return names


def form_cycle(bytes form not None):
    """Return what repeats in a form, as in layouts()."""
    return cotool_form_cycle(form)


def read_time(bytes form not None, bytes line not None, Py_ssize_t start=0):
    """Return the time that stands at line[start] by a form, None where the form does not fit.

    (bytes that it takes, seconds since 1970, nanoseconds, whether it names a zone, what repeats as
    in layouts()). Without a date the day is 1972-01-01, without a year the year is 1972.
    """
    cdef uint8_t text[1024 + COTOOL_PADDING]
    cdef Py_ssize_t size = padded(line[start:start + 1024], text, sizeof(text))
    cdef int64_t seconds
    cdef int nanos, zoned, cycle
    cdef int length = cotool_read_form(form, text, text + size, &seconds, &nanos, &zoned, &cycle)
    return (length, seconds, nanos, bool(zoned), cycle) if length else None


def text_keys():
    """Return the keys under which records keep their message, in small letters, the best first."""
    cdef int n = 0
    names = []
    while cotool_text_key(n) != NULL:
        names.append(cotool_text_key(n).decode())
        n += 1
    return tuple(names)


def value_level(bytes value not None, int scale):
    """Return the level that the value of a key states; numbers are of one of the scales."""
    cdef uint8_t text[256]
    cdef Py_ssize_t size = padded(value, text, sizeof(text))
    return cotool_read_level(text, text + size, scale)


def read_number(bytes text not None, scale=(1, 0, 0)):
    """Return the number that a field states: (number in parts of measures.UNIT, dimension, added).

    None: it is no number; "missing": it says that there is none. scale: factor, power of ten and
    dimension of a number without a unit. Dimensions are 0 none, 1 seconds, 2 bytes; added: the
    numbers of a list were added up.
    """
    cdef const uint8_t* p = <const uint8_t*><const char*>text
    cdef cotool_scale given
    cdef cotool_fixed number
    cdef int64_t high
    cdef uint64_t low
    cdef int dimension = 0, added = 0
    given.factor, given.power, given.dimension = scale
    cdef int state = cotool_read_number(p, p + len(text), &given, &number, &dimension, &added)
    if state <= 0:
        return "missing" if state < 0 else None
    cotool_fixed_halves(&number, &high, &low)
    return (<object>high << 64) | low, dimension, bool(added)


def mask_path(bytes text not None):
    """Return a path without its query, with what names one thing among many as <*>."""
    cdef const uint8_t* p = <const uint8_t*><const char*>text
    cdef uint8_t[512] out
    cdef size_t size = cotool_mask_path(p, p + len(text), out, sizeof(out))
    return (<char*>out)[:size]


def capture(bytes program not None, bytes needed not None, bytes line not None):
    """Return where the group of a regex stands in a line, None where nothing matches."""
    cdef const uint8_t* p = <const uint8_t*><const char*>line
    cdef const uint8_t* start
    cdef const uint8_t* stop
    cdef cotool_capture* regex = cotool_capture_new(
        <const uint8_t*><const char*>program, len(program),
        <const uint8_t*><const char*>needed, len(needed))
    if regex == NULL:
        raise ValueError("not a program of a regex with a group")
    cdef int found = cotool_capture_find(regex, p, p + len(line), &start, &stop)
    cotool_capture_free(regex)
    return (start - p, stop - p) if found else None


cdef class Regex:
    """A program of logs.automaton. Not for several threads at a time."""

    cdef cotool_regex* regex

    def __cinit__(self, bytes program not None, bint anchored=False):
        self.regex = cotool_regex_new(<const uint8_t*><const char*>program, len(program),
                                      anchored)
        if self.regex == NULL:
            raise ValueError("not a program of a regex")

    def __dealloc__(self):
        cotool_regex_free(self.regex)

    def search(self, bytes line not None, size_t begin=0):
        """Return whether a match begins at or after line[begin]."""
        cdef size_t size = len(line)
        cdef const uint8_t* text = <const uint8_t*><const char*>line
        cdef int found
        with nogil:
            found = cotool_regex_search(self.regex, text, size, min(begin, size))
        return found == 1


cdef int64_t cycle_at(const cotool_clock* clock, int64_t within, int kind) noexcept nogil:
    """The year or day of a stamp without one that follows what the clock shows."""
    cdef int64_t period = cotool_period(kind)
    if clock.within < 0 or clock.kind != kind:
        return clock.cycle
    if within < clock.within - period // 2:
        return clock.cycle + 1
    if within > clock.within + period // 2:
        return clock.cycle - 1
    return clock.cycle


def held_cycle(int64_t cycle, int kind):
    """Return the year, or day, that counts for `cycle`: inferred ones stop after ten years."""
    return cotool_held_cycle(cycle, kind)


def following_cycle(before, after):
    """Return the year or day of a stamp that follows another, both as in edges()."""
    cdef cotool_clock clock
    clock.kind, clock.within, clock.cycle = before
    kind, within, _ = after
    return cycle_at(&clock, within, kind)


cdef Py_ssize_t padded(bytes line, uint8_t* place, Py_ssize_t room):
    cdef Py_ssize_t size = min(len(line), room - COTOOL_PADDING)
    memcpy(place, <const char*>line, size)
    memset(place + size, 0, COTOOL_PADDING)
    return size


def probe_times(bytes line not None, int tokens=1):
    """Return what in the first `tokens` tokens of a line can be read as a time.

    Tuples of token, byte before it, index into layouts(), offset, length, month, day.
    """
    cdef uint8_t text[1024]
    cdef cotool_seen_time seen[64]
    cdef Py_ssize_t size = padded(line, text, sizeof(text))
    cdef int n, count = cotool_probe_times(text, text + size, tokens, seen, 64)
    return [
        (seen[n].token, seen[n].open, seen[n].layout, seen[n].at, seen[n].length, seen[n].month,
         seen[n].day)
        for n in range(count)
    ]


def probe_levels(bytes line not None, Py_ssize_t start):
    """Return what may be a level in the first tokens after line[start].

    Tuples of kind of place, token, word, classes of the bytes before and after, style, level,
    offset.
    """
    cdef uint8_t text[1024]
    cdef cotool_seen_level seen[64]
    cdef Py_ssize_t size = padded(line, text, sizeof(text))
    cdef int n, count
    if start > size:
        return []
    count = cotool_probe_levels(text, text + start, text + size, seen, 64)
    return [
        (seen[n].kind, seen[n].token, seen[n].word, seen[n].lead, seen[n].trail, seen[n].styles,
         seen[n].level, seen[n].at)
        for n in range(count)
    ]


cdef class Scanner:
    """Counts of one file or stream, given in pieces. Not for several threads at a time.

    options: what logs.options.LogOptions has: `compiled` patterns, `passing` and `shown` levels,
    `since` and `until` as seconds since 1970 for times without a zone and for others, the `wanted`
    patterns of which a record must match one, `zone_table`, `show`, `records`, `lone`, `templates`,
    `labels`, `threads`, `span_size`, `block_size`. formats: mappings with the fields of
    cotool_format, and `places` of cotool_place. date: year, month and day of the first stamp
    without them; cycle: years or days from there to it. keywords: words of the two keyword sets;
    widths, most_buckets: of the histogram. prefix: begins each written record. resumed: the first
    line may belong to a record that another scan has counted; midway: the lines before the first
    record are another scan's, see scan_range(). small_spans: pieces are small, and threads share
    them. path: the name of the file; anywhere: where what is read stands in lines of no format.
    """

    cdef cotool_config config
    cdef cotool_word* own
    cdef cotool_words words
    cdef list keep
    cdef int threads, spans
    cdef uint64_t span_size
    cdef cotool_worker* workers
    cdef cotool_span* span
    cdef cotool_counts total
    cdef cotool_record record
    cdef cotool_line line
    cdef cotool_clock clock
    cdef uint64_t* record_patterns
    cdef uint8_t* line_patterns
    cdef uint8_t* record_text
    cdef Forms mined, labels
    cdef cotool_plan* plan
    cdef cotool_capture* captures[COTOOL_SOURCES]
    cdef Measured table
    cdef bytes ids
    cdef cotool_names names
    cdef int timed, midway
    cdef int64_t head_time, tail_time
    cdef cotool_clock head
    cdef uint64_t seen_lines, fed
    cdef uint8_t* memory
    cdef size_t size, room
    cdef list samples
    cdef int64_t* numbers
    cdef bytes prefix
    cdef list written

    def __cinit__(self, options, formats, date, *, keywords=(), widths, int most_buckets,
                  bytes prefix=b"", bint resumed=False, bint midway=False, int64_t cycle=0,
                  bint small_spans=False, bytes path=b"", anywhere=()):
        cdef cotool_config* c = &self.config
        cdef int n
        cdef size_t block = options.block_size or BLOCK
        cdef bint mine = options.templates
        cdef bint large = mine or options.reading is not None
        levels, wanted = options.passing, options.wanted
        self.keep = []
        self.samples = []
        self.written = []
        self.prefix = prefix
        if options.labels is not None:
            self._set_labels(options.labels)
        self.threads = max(options.threads, 1)
        self.spans = self.threads * (FORMS_BATCH if large else BATCH)
        self.span_size = FORMS_SPAN if large else SMALL_SPAN if small_spans else SPAN
        if options.span_size:
            self.span_size = options.span_size
        self._set_words(options.level_forms)
        self._set_formats(formats)
        self._set_patterns(options.compiled, keywords)
        for n in range(COTOOL_LEVELS):
            c.levels[n] = levels is None or n in levels
            c.show_levels[n] = n in options.shown
        c.timed = options.since is not None or options.until is not None
        for n in range(2):
            c.since[n] = -INT64_MAX if options.since is None else options.since[n]
            c.until[n] = INT64_MAX if options.until is None else options.until[n]
        if wanted is not None:
            flags = bytearray(c.patterns + 1)
            for pattern in wanted:
                flags[pattern] = 1
            c.wanted = self._keep_bytes(bytes(flags))
        if options.reading is not None:
            self._set_reading(options.reading, formats, anywhere, path)
        c.filtered = (levels is not None or c.timed or wanted is not None
                      or (self.plan != NULL and self.plan.tests > 0))
        c.year, c.month, c.day = date
        starts, offsets = options.zone_table
        self.numbers = <int64_t*>malloc((2 * len(starts) + len(widths) + 1) * sizeof(int64_t))
        if self.numbers == NULL:
            raise MemoryError
        for n, number in enumerate([*starts, *offsets, *widths, 0]):
            self.numbers[n] = number
        c.zones = len(starts)
        c.zone_start = self.numbers
        c.zone_offset = self.numbers + c.zones
        c.widths = self.numbers + 2 * c.zones
        c.most_buckets = most_buckets
        c.show = options.show
        c.show_matches = wanted is not None
        c.entries = options.records
        c.lone = options.lone
        if mine:
            self.mined = Forms(widths)
            c.mine, c.prior = 1, &self.mined.table
        cotool_config_formats(c)
        self.workers = <cotool_worker*>calloc(self.threads, sizeof(cotool_worker))
        self.span = <cotool_span*>calloc(self.spans, sizeof(cotool_span))
        self.record_patterns = <uint64_t*>calloc(c.patterns + 1, sizeof(uint64_t))
        self.line_patterns = <uint8_t*>calloc(c.patterns + 1, 1)
        self.record_text = <uint8_t*>calloc(COTOOL_RECORD_TEXT + COTOOL_PADDING, 1)
        self.total.patterns = <uint64_t*>calloc(c.patterns + 1, sizeof(uint64_t))
        if (self.workers == NULL or self.span == NULL or self.record_patterns == NULL
                or self.line_patterns == NULL or self.record_text == NULL
                or self.total.patterns == NULL):
            raise MemoryError
        for n in range(2):
            self.total.first[n], self.total.last[n] = INT64_MAX, -INT64_MAX - 1
        self.clock.within = self.head.head = -1
        self.clock.cycle = cycle
        self.midway = midway
        self.record.open = self.record.counted = resumed
        self.record.passes = not c.filtered or (c.levels[COTOOL_UNKNOWN] and not c.timed)
        self.record.level = COTOOL_UNKNOWN
        for n in range(self.threads):
            status = cotool_worker_open(&self.workers[n], c, block)
            if status == EINVAL:
                raise ValueError("not a program of a regex")
            if status:
                raise MemoryError
        for n in range(self.spans):
            if cotool_span_open(&self.span[n], c):
                raise MemoryError

    def __dealloc__(self):
        cdef int n
        if self.workers != NULL:
            for n in range(self.threads):
                cotool_worker_close(&self.workers[n], &self.config)
        if self.span != NULL:
            for n in range(self.spans):
                cotool_span_close(&self.span[n])
        cotool_config_close(&self.config)
        for n in range(COTOOL_SOURCES):
            cotool_capture_free(self.captures[n])
        free(self.plan)
        free(self.workers)
        free(self.span)
        free(self.record_patterns)
        free(self.line_patterns)
        free(self.record_text)
        free(self.total.patterns)
        free(self.total.histogram[0].buckets)
        free(self.total.histogram[1].buckets)
        free(self.memory)
        free(self.numbers)
        free(self.own)
        free(self.config.literal)
        free(self.config.pattern)
        free(self.config.every)

    cdef uint8_t* _keep_bytes(self, bytes data):
        self.keep.append(data)
        return <uint8_t*><const char*>data

    cdef int _set_words(self, given) except -1:
        """Keep the caller's words for levels: each word, the number of its level, its styles."""
        cdef int n
        self.own = <cotool_word*>calloc(len(given) + 1, sizeof(cotool_word))
        if self.own == NULL:
            raise MemoryError
        self.words.word, self.words.count = self.own, len(given)
        for n, (word, level, styles) in enumerate(given):
            self.own[n].bytes, self.own[n].size = self._keep_bytes(word), len(word)
            self.own[n].level, self.own[n].styles = level, styles
        return 0

    cdef int _set_formats(self, formats) except -1:
        cdef cotool_format* f
        cdef cotool_place* p
        cdef int n, k
        if len(formats) > COTOOL_FORMATS:
            raise ValueError(f"at most {COTOOL_FORMATS} formats")
        self.config.formats = len(formats)
        cotool_config_form(&self.config, NULL)
        for n, given in enumerate(formats):
            f = &self.config.format[n]
            f.kind = given["kind"]
            f.pri = given["pri"]
            f.time_token = given["time_token"]
            f.time_open = given["time_open"]
            f.layouts = given["layouts"]
            f.layouts |= self._forms(given["forms"])
            strncpy(f.lead, <const char*>(<bytes>given["lead"]), COTOOL_LEAD - 1)
            f.reach = given["reach"]
            f.payload = given["payload"]
            self._set_times(f, given["times"])
            f.fallback = given["fallback"]
            f.places = len(given["places"])
            if f.places > COTOOL_PLACES:
                raise ValueError(f"at most {COTOOL_PLACES} places of the level")
            for k, place in enumerate(given["places"]):
                p = &f.place[k]
                p.words = self.words
                p.kind, p.before, p.below = place["kind"], place["before"], place["below"]
                p.token, p.word = place["token"], place["word"]
                p.styles, p.scale = place["styles"], place["scale"]
                p.lead, p.trail = place["lead"], place["trail"]
                strncpy(p.key, <const char*>(<bytes>place["key"]), COTOOL_KEY - 1)
                p.value = self._key(f, place["path"]) if place["path"] else -1
            for k in given["first"]:
                f.first[k] = 1

    cdef uint64_t _forms(self, forms) except? 1:
        cdef uint64_t layouts = 0
        cdef int n
        for form in forms:
            n = cotool_config_form(&self.config, <const char*><bytes>form)
            if n < 0:
                raise ValueError("too many forms of times")
            self.keep.append(form)
            layouts |= <uint64_t>1 << n
        return layouts

    cdef int _key(self, cotool_format* f, path) except -1:
        cdef bytes joined = b"\x1f".join(path)
        cdef int value = cotool_add_key(&f.keys, <const char*>joined)
        if value < 0:
            raise ValueError("too many keys, or too long ones")
        return value

    cdef int _set_times(self, cotool_format* f, times) except -1:
        cdef int n
        if len(times) > COTOOL_TIMES:
            raise ValueError(f"at most {COTOOL_TIMES} keys of the time")
        f.times = len(times)
        for n, given in enumerate(times):
            f.time[n].value = self._key(f, given["path"])
            f.time[n].join = given["join"]
            f.time[n].joined = self._key(f, given["joined"]) if given["join"] else -1
            f.time[n].zone = self._key(f, given["zone"]) if given["zone"] else -1
            f.time[n].layouts = <uint64_t>given["layouts"] | self._forms(given["forms"])

    cdef int _set_reading(self, reading, formats, anywhere, bytes path) except -1:
        """Take up what is measured: where each source stands in each format, groups, conditions."""
        cdef cotool_config* c = &self.config
        cdef cotool_plan* p
        cdef cotool_test* test
        cdef int row, n
        if (len(reading.sources) > COTOOL_SOURCES or len(reading.measures) > COTOOL_MEASURES
                or len(reading.by) > COTOOL_BY or len(reading.tests) > COTOOL_TESTS):
            raise ValueError("too many sources, measures, groups or tests")
        p = self.plan = <cotool_plan*>calloc(1, sizeof(cotool_plan))
        if p == NULL:
            raise MemoryError
        p.sources, p.measures, p.by = len(reading.sources), len(reading.measures), len(reading.by)
        for n, source in enumerate(reading.sources):
            if source.program:
                self.captures[n] = cotool_capture_new(
                    self._keep_bytes(source.program), len(source.program),
                    self._keep_bytes(source.needed), len(source.needed))
                if self.captures[n] == NULL:
                    raise ValueError("not a program of a regex with a group")
        for row in range(COTOOL_FORMATS + 1):
            if row < c.formats:
                columns, locators = formats[row]["columns"], formats[row]["locators"]
            elif row == COTOOL_FORMATS:
                columns, locators = b"", anywhere
            else:
                continue
            p.delimiter[row] = columns[0] if columns else 0
            for n, locator in enumerate(locators):
                self._set_locator(row, n, locator, path)
        for n, source in enumerate(reading.measures):
            p.measure[n] = source
        for n, (source, made) in enumerate(reading.by):
            p.group[n].source, p.group[n].as_ = source, made
        p.tests = len(reading.tests)
        for n, (kind, source, made, number, text) in enumerate(reading.tests):
            test = &p.test[n]
            test.kind, test.source, test.as_ = kind, source, made
            test.is_number = number is not None
            test.text = <const char*>self._keep_bytes(text)
            if number is not None:
                cotool_fixed_join(&test.number, <int64_t>(number >> 64),
                                  <uint64_t>(number & 0xFFFFFFFFFFFFFFFF))
        p.distinct = reading.distinct
        self.table = Measured(p.measures, reading.greatest, reading.step)
        c.reading, c.measured = <const cotool_reading*>p, &self.table.table
        return 0

    cdef int _set_locator(self, int row, int n, locator, bytes path) except -1:
        cdef cotool_locator* place = &self.plan.locator[row][n]
        cdef bytes joined
        place.kind, place.token, place.part = locator.kind, locator.token, locator.part
        place.scale.factor, place.scale.power, place.scale.dimension = locator.scale
        place.text = <const char*>self._keep_bytes(path if locator.is_path else locator.text)
        place.after = <const char*>self._keep_bytes(locator.after)
        place.capture = self.captures[n]
        if locator.path:
            joined = b"\x1f".join(locator.path)
            place.value = cotool_add_key(&self.plan.keys[row], <const char*>joined)
            if place.value < 0:
                raise ValueError("too many keys, or too long ones")
        if locator.is_column:
            self.plan.tokens[row] = max(self.plan.tokens[row], place.token + 1)
        return 0

    cdef int _set_labels(self, labels) except -1:
        cdef Forms forms = labels.forms
        self.labels, ids, only = forms, labels.ids, labels.only
        self.ids = "".join(ids).encode()
        if len(self.ids) != len(ids) * COTOOL_NAME_SIZE:
            raise ValueError(f"ids have {COTOOL_NAME_SIZE} characters")
        self.names.forms = &forms.table
        self.names.name = <const uint8_t*><const char*>self.ids
        self.names.only = -1 if only is None else ids.index(only)

    cdef int _set_patterns(self, patterns, keywords) except -1:
        cdef cotool_config* c = &self.config
        cdef int n
        literals = [(word, True, -1 - n) for n, words in enumerate(keywords) for word in words]
        literals += [(word, x.fold, n) for n, x in enumerate(patterns) for word in x.literals]
        every = [n for n, x in enumerate(patterns) if not x.literals]
        if len(literals) > 65535:
            raise ValueError("at most 65535 literals")
        c.literals, c.patterns, c.every_line = len(literals), len(patterns), len(every)
        c.literal = <cotool_literal*>calloc(c.literals + 1, sizeof(cotool_literal))
        c.pattern = <cotool_pattern*>calloc(c.patterns + 1, sizeof(cotool_pattern))
        c.every = <int*>calloc(c.every_line + 1, sizeof(int))
        if c.literal == NULL or c.pattern == NULL or c.every == NULL:
            raise MemoryError
        for n, (text, fold, pattern) in enumerate(sorted(literals)):
            if not text:
                raise ValueError("an empty literal")
            c.literal[n].bytes = self._keep_bytes(text)
            c.literal[n].size = len(text)
            c.literal[n].fold = fold
            c.literal[n].pattern = pattern
        for n, x in enumerate(patterns):
            if not x.exact:
                c.pattern[n].program = self._keep_bytes(x.program)
                c.pattern[n].size = len(x.program)
                c.pattern[n].leads = x.leads
        for n, pattern in enumerate(every):
            c.every[n] = pattern
        cotool_config_literals(c)

    def scan_file(self, int file, uint64_t begin, uint64_t size):
        """Scan the next batch of a file of `size` bytes from the line that starts at `begin`.

        Returns where the next batch begins: `size`, or what is left of it where the file shrank.
        Raises OSError where the file cannot be read.
        """
        cdef uint64_t end = min(size, begin + self.spans * self.span_size)
        return self._batch(file, NULL, begin, end, end, end, size, end == size)

    def scan_range(self, int file, uint64_t begin, uint64_t stop, uint64_t end, uint64_t size):
        """Scan [begin, stop), or a batch of it, for records that begin before `end`.

        Whole lines up to `size` can be read. Where `stop` is `end`, the last record is read to its
        end, beyond `end`. With `midway` no line starts at `begin`, and the record that is open
        there is left out; the ranges of a file together see each record once. Returns where the
        next batch begins. A record that is still `unfinished` at `size` goes on in a call with a
        larger one. Raises OSError where the file cannot be read.
        """
        cdef uint64_t limit
        stop = max(begin, min(min(stop, end), begin + self.spans * self.span_size))
        limit = stop if stop < end else size
        return self._batch(file, NULL, begin, stop, end, limit, size, limit == size)

    def feed(self, const uint8_t[::1] data not None, *, bint final):
        """Scan the next bytes of a stream; a line that is not ended waits for the next call."""
        cdef size_t given = data.shape[0], whole, stop
        if self.size + given + COTOOL_PADDING > self.room:
            room = self.size + given + COTOOL_PADDING
            room = max(room, min(2 * self.room, room + (1 << 22)))
            memory = <uint8_t*>realloc(self.memory, room)
            if memory == NULL:
                raise MemoryError
            self.memory, self.room = memory, room
        if given:
            memcpy(self.memory + self.size, &data[0], given)
        self.size += given
        whole = self.size
        if not final:
            while whole and self.memory[whole - 1] != c"\n":
                whole -= 1
            if self.size - whole > COTOOL_LINE_LIMIT or (self.line.in_pieces and not whole):
                whole = self.size
        if whole:
            stop = self._batch(-1, self.memory, 0, whole, whole, whole, whole, final)
            memmove(self.memory, self.memory + stop, self.size - stop)
            self.size -= stop
            self.fed += stop

    cdef uint64_t _batch(self, int file, uint8_t* memory, uint64_t begin, uint64_t end,
                         uint64_t owned, uint64_t limit, uint64_t size, bint final) except? 0:
        """Scan [begin, end); records that begin before `owned` count."""
        cdef int count, n
        cdef uint64_t stop, step = self.span_size
        cdef cotool_span* s
        cdef scan_function* run = scan
        cdef cotool_config* config = &self.config
        if end - begin > self.spans * step or (step == FORMS_SPAN):
            # A file of less than a batch is shared out as well.
            step = max(SPAN, (end - begin + self.spans - 1) // self.spans)
        count = max(1, <int>((end - begin + step - 1) // step))
        for n in range(count):
            s = &self.span[n]
            s.begin, s.limit = begin + n * step, limit
            s.end = min(min(begin + (n + 1) * step, end), owned)
            cotool_span_reset(s, config, &self.total)
            s.first = n == 0 and not self.midway
            s.clock = self.clock
            s.clock.head = -1
        s = &self.span[0]
        s.record, s.line = self.record, self.line
        s.record_patterns, self.record_patterns = self.record_patterns, s.record_patterns
        s.line_patterns, self.line_patterns = self.line_patterns, s.line_patterns
        s.record_text, self.record_text = self.record_text, s.record_text
        with nogil:
            if count == 1 or self.threads == 1:
                for n in range(count):
                    run(config, &self.workers[0], &self.span[n], file, memory, size, final)
            else:
                for n in prange(count, num_threads=self.threads, schedule="dynamic", chunksize=1):
                    run(config, &self.workers[omp_get_thread_num()], &self.span[n], file, memory,
                        size, final)
        self._set_clocks(count, file, memory, size, final)
        PyErr_CheckSignals()
        stop = self._add_up(count, memory, begin)
        return end if self.midway else stop

    cdef int _set_clocks(self, int count, int file, uint8_t* memory, uint64_t size,
                         bint final) except -1:
        """Scan again the spans before which a year, or a day, has passed within the batch.

        How far a span moves the clock does not depend on where it begins, so all are known at once.
        """
        cdef int n, again = 0
        cdef int64_t expected, moved
        cdef cotool_clock clock = self.clock
        cdef cotool_span* s
        cdef cotool_config* config = &self.config
        cdef scan_function* run = scan
        for n in range(count):
            s = &self.span[n]
            s.again = 0
            if s.clock.head < 0:
                continue
            expected = cycle_at(&clock, s.clock.head, s.clock.head_kind)
            moved = expected - s.clock.head_cycle
            clock.cycle, clock.within, clock.kind = (
                s.clock.cycle + moved, s.clock.within, s.clock.kind)
            if moved:
                again += 1
                s.again = 1
                cotool_span_reset(s, config, &self.total)
                s.clock.cycle, s.clock.within, s.clock.head = expected, -1, -1
        if again == 0:
            return 0
        with nogil:
            for n in prange(count, num_threads=self.threads, schedule="dynamic", chunksize=1):
                if self.span[n].again:
                    run(config, &self.workers[omp_get_thread_num()], &self.span[n], file, memory,
                        size, final)
        return 0

    cdef uint64_t _add_up(self, int count, uint8_t* memory, uint64_t begin) except? 0:
        """Add up a batch's spans in order; return where the next one begins."""
        cdef int n, k
        cdef uint64_t stop = begin
        cdef cotool_span* s
        for n in range(count):
            s = &self.span[n]
            if s.status == ENOMEM:
                raise MemoryError
            if s.status:
                raise OSError(s.status, "cannot be read")
            if n == 0 or s.clock.head >= 0:
                self.clock = s.clock
            if self.head.head < 0:
                self.head = s.clock
            if s.timed:
                if not self.timed:
                    self.head_time = s.head_time
                self.total.disordered += self.timed and s.head_time < self.tail_time
                self.timed, self.tail_time = 1, s.tail_time
            if cotool_counts_merge(&self.config, &self.total, &s.counts):
                raise MemoryError
            if self.config.mine and cotool_forms_merge(&self.mined.table, &s.forms, 0):
                raise MemoryError
            if self.plan != NULL and cotool_table_merge(&self.table.table, &s.table,
                                                        self.seen_lines, 0):
                raise MemoryError
            for k in range(s.samples):
                if len(self.samples) < self.config.show:
                    self.samples.append((self.seen_lines + s.sample[k].line + 1,
                                         self.fed + s.sample[k].at, s.sample[k].size,
                                         s.sample[k].level))
            s.first_line = self.seen_lines + 1
            self.seen_lines += s.seen_lines
            if s.owns:
                self.midway = 0
                stop = s.stop
                self.record, self.line = s.record, s.line
                self.record.line -= <int64_t>s.seen_lines
                if s.open_end:
                    s.record_patterns, self.record_patterns = (
                        self.record_patterns, s.record_patterns)
                    s.line_patterns, self.line_patterns = self.line_patterns, s.line_patterns
                    s.record_text, self.record_text = self.record_text, s.record_text
        if self.config.entries:
            self._write(count, memory)
        return stop

    cdef int _write(self, int count, uint8_t* memory) except -1:
        """Write the entries of a batch's spans as JSON."""
        cdef const uint8_t* prefix = <const uint8_t*><const char*>self.prefix
        cdef size_t size = len(self.prefix)
        cdef int n, failed = 0, utc = self.config.zones > 0
        cdef cotool_text* text
        cdef const cotool_names* names = NULL if self.labels is None else &self.names
        with nogil:
            for n in prange(count, num_threads=self.threads, schedule="dynamic", chunksize=1):
                failed += cotool_write_entries(&self.span[n], memory, prefix, size, utc,
                                               names)
        if failed:
            raise MemoryError
        for n in range(count):
            text = &self.span[n].text
            if text.size:
                self.written.append((<char*>text.bytes)[:text.size])

    def finish(self):
        """Count the record that is still open. Nothing may be scanned afterwards."""
        cdef cotool_span* s = &self.span[0]
        cotool_span_reset(s, &self.config, &self.total)
        s.record = self.record
        s.record_patterns, self.record_patterns = self.record_patterns, s.record_patterns
        s.record_text, self.record_text = self.record_text, s.record_text
        if (cotool_span_finish(&self.config, s)
                or cotool_counts_merge(&self.config, &self.total, &s.counts)
                or (self.config.mine
                    and cotool_forms_merge(&self.mined.table, &s.forms, 0))
                or (self.plan != NULL
                    and cotool_table_merge(&self.table.table, &s.table, self.seen_lines, 0))):
            raise MemoryError
        self.record.open = 0

    def take_written(self):
        """Return the JSON lines of entries since the last call."""
        written, self.written = self.written, []
        return written

    def take_samples(self):
        """Return the samples so far: line from 1, offset, size, level."""
        return list(self.samples)

    @property
    def forms(self):
        """The forms of the records so far; None where they are not counted."""
        return self.mined

    @property
    def measured(self):
        """The figures of what is measured in the records so far; None where nothing is."""
        return self.table

    @property
    def waiting(self):
        """Bytes of a last line that is not ended yet."""
        return self.size

    @property
    def unfinished(self):
        """Whether the last record may go on beyond what was scanned."""
        return bool(self.record.open or self.line.in_pieces)

    def edges(self):
        """Return what is needed to add up the ranges of a file in order.

        (first time, last time) in nanoseconds or None, of records in the order of the file;
        ((kind, within, cycle), (kind, within, cycle)) of the first and the last stamp without a
        year or a date, or None.
        """
        times = (self.head_time, self.tail_time) if self.timed else None
        if self.head.head < 0:
            return times, None
        return times, (
            (self.head.head_kind, self.head.head, self.head.head_cycle),
            (self.clock.kind, self.clock.within, self.clock.cycle),
        )

    @property
    def cycles(self):
        """Years, or days, from the first stamp without one to the last."""
        return self.clock.cycle

    @property
    def lines(self):
        """Lines so far, those left out included."""
        return self.seen_lines

    def counts(self):
        """Return the totals; the record that is still open is not in them before finish().

        times: first, last, width and buckets of whole times, and of those whose year or date is
        inferred.
        """
        cdef cotool_counts* c = &self.total
        cdef int n
        return {
            "bytes": c.bytes,
            "lines": c.lines,
            "records": c.records,
            "timeless": c.timeless,
            "out_of_order": c.disordered,
            "long_lines": c.long_lines,
            "left_out": c.left_out,
            "zoned": c.zoned,
            "levels": [c.levels[n] for n in range(COTOOL_LEVELS)],
            "keywords": [c.keywords[0], c.keywords[1]],
            "patterns": [c.patterns[n] for n in range(self.config.patterns)],
            "times": [self._times(&self.total, n) for n in range(2)],
        }

    cdef tuple _times(self, cotool_counts* c, int kind):
        cdef cotool_histogram* h = &c.histogram[kind]
        cdef int n, k
        seen = c.first[kind] <= c.last[kind]
        return (
            c.first[kind] if seen else None,
            c.last[kind] if seen else None,
            self.config.widths[h.width],
            {
                h.buckets[n].start: tuple([h.buckets[n].counts[k] for k in range(COTOOL_LEVELS)])
                for n in range(h.capacity)
                if h.buckets[n].start != -INT64_MAX - 1
            },
        )
