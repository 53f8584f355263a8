"""One pass over log lines: levels, times, keywords and patterns of files and of streams.

logscan.h explains how a file is cut into spans and why the counts do not depend on the cuts. Here a
Scanner holds what carries over from one call to the next: the open record, the year or day of
stamps without one, and the totals. A call takes one batch of spans, which threads share.
"""

from array import array

from cpython.exc cimport PyErr_CheckSignals
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cython.parallel cimport prange
from libc.errno cimport EINVAL, ENOMEM
from libc.stdint cimport INT64_MAX, int64_t, uint8_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy, memmove, memset, strncpy

from cotool._fast.base._openmp cimport omp_get_thread_num
from cotool._fast.logs.forms cimport Forms, cotool_forms_merge
from cotool._fast.logs.measures cimport (
    Measured,
    cotool_fixed,
    cotool_fixed_halves,
    cotool_fixed_join,
    cotool_table_merge,
)

cotool_logscan_prepare()
cdef scan_function* scan = cotool_scan()

LINE_LIMIT = COTOOL_LINE_LIMIT

include "logprobe.pxi"
include "logsetup.pxi"
include "logcolumns.pxi"
include "logbuckets.pxi"
include "logcounts.pxi"


cdef class Scanner:
    """Counts of one file or stream, given in pieces. Not for several threads at a time.

    options: what logs.options.LogOptions has: `compiled` patterns, `passing` and `shown` levels,
    `since` and `until` as seconds since 1970 for times without a zone and for others, the `wanted`
    patterns of which a record must match one, `zone_table`, `show`, `records`, `each_line`,
    `templates`, `labels`, `threads`, `span_size`, `block_size`. formats: mappings with the fields
    of cotool_format, and `places` of cotool_place. date: year, month and day of the first stamp
    without them; cycle: years or days from there to it. keywords: words of the two keyword sets;
    widths, most_buckets: of the histogram, and how many of each width. prefix: begins each written
    record. resumed: the first line may belong to a record that another scan has counted; midway:
    the lines before the first record are another scan's, see scan_range(). small_spans: pieces are
    small, and threads share them. path: the name of the file; others: where the fields are in
    lines of no format.
    header: the line #Fields that the columns of `formats` come from, None without one; columns:
    returns `formats` with the columns of another such line. A batch ends before a line #Fields
    that differs from the one before it, so all lines of a batch have the same columns. size: of
    the file, if it is known: a small one needs only one span of memory. title: the line that names
    the columns of a table, which is no record, b"" without one; lines_before: of the source,
    which another scan has read; comments: nor are lines before the
    first record that begin with #; preamble: nor are any lines before the first one that has a
    time or a level.
    """

    cdef _Setup setup
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
    cdef int timed, midway
    cdef int64_t head_time, tail_time
    cdef cotool_clock head
    cdef uint64_t seen_lines, lines_before, fed
    cdef uint8_t* memory
    cdef size_t size, room
    cdef list samples
    cdef bytes prefix
    cdef list written
    cdef bytes header, path
    cdef object columns
    cdef bint is_cut

    def __cinit__(self, options, formats, date, *, keywords=(), widths, most_buckets,
                  bytes prefix=b"", bint resumed=False, bint midway=False, int64_t cycle=0,
                  bint small_spans=False, bytes path=b"", others=None, header=None, columns=None,
                  size=None, bytes title=b"", bint comments=False, bint preamble=False,
                  uint64_t lines_before=0):
        cdef cotool_config* c
        cdef int n
        cdef size_t block = options.block_size or BLOCK
        cdef bint large = options.templates or options.reading is not None
        self.samples = []
        self.written = []
        self.lines_before = lines_before
        self.prefix = prefix
        self.header, self.columns, self.path = header, columns, path
        self.threads = max(options.threads, 1)
        self.spans = self.threads * (FORMS_BATCH if large else BATCH)
        self.span_size = FORMS_SPAN if large else SMALL_SPAN if small_spans else SPAN
        if options.span_size:
            self.span_size = options.span_size
        if size is not None:
            self.spans = min(self.spans, size // self.span_size + 1)
        self.setup = _Setup(options, formats, date, keywords, widths, most_buckets, path, others,
                            title, comments, preamble)
        c = &self.setup.config
        self.workers = <cotool_worker*>calloc(self.threads, sizeof(cotool_worker))
        self.span = <cotool_span*>calloc(self.spans, sizeof(cotool_span))
        self.record_patterns = <uint64_t*>calloc(c.patterns + 1, sizeof(uint64_t))
        self.line_patterns = <uint8_t*>calloc(c.patterns + 1, 1)
        self.record_text = <uint8_t*>malloc(COTOOL_RECORD_TEXT + COTOOL_PADDING)
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
        self.record.open = self.record.counted = self.record.headed = resumed
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
                cotool_worker_close(&self.workers[n])
        if self.span != NULL:
            for n in range(self.spans):
                cotool_span_close(&self.span[n])
        free(self.workers)
        free(self.span)
        free(self.record_patterns)
        free(self.line_patterns)
        free(self.record_text)
        free(self.total.patterns)
        free(self.total.histogram[0].buckets)
        free(self.total.histogram[1].buckets)
        free(self.memory)

    def scan_file(self, int file, uint64_t begin, uint64_t size):
        """Scan the next batch of a file of `size` bytes from the line that starts at `begin`.

        Returns where the next batch begins: `size`, or what is left of it where the file shrank.
        Raises OSError if the file cannot be read.
        """
        cdef uint64_t end = min(size, begin + self.spans * self.span_size)
        return self._batch(file, NULL, begin, end, end, end, size, end == size)

    def scan_range(self, int file, uint64_t begin, uint64_t stop, uint64_t end, uint64_t size):
        """Scan [begin, stop), or a batch of it, for records that begin before `end`.

        Whole lines up to `size` can be read. Where `stop` is `end`, the last record is read to its
        end, beyond `end`. With `midway` no line starts at `begin`, and the record that is open
        there is left out; the ranges of a file together see each record once. Returns where the
        next batch begins. A record that is still `unfinished` at `size` goes on in a call with a
        larger one. Raises OSError if the file cannot be read.
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
            while self.is_cut or (final and stop < whole):  # spans may be smaller than the bytes
                stop = self._batch(-1, self.memory, stop, whole, whole, whole, whole, final)
            memmove(self.memory, self.memory + stop, self.size - stop)
            self.size -= stop
            self.fed += stop

    cdef uint64_t _batch(self, int file, uint8_t* memory, uint64_t begin, uint64_t end,
                         uint64_t owned, uint64_t limit, uint64_t size, bint final) except? 0:
        """Scan [begin, end); records that begin before `owned` count."""
        cdef int count, n
        cdef uint64_t stop, step = self.span_size
        cdef cotool_span* s
        cdef cotool_config* config = &self.setup.config
        self.is_cut = 0
        if self.header is not None:
            stop = self._section(file, memory, begin, end, size)
            if stop < end:
                end = limit = stop
                final, self.is_cut = False, 1
        if end - begin > self.spans * step or (step == FORMS_SPAN):
            # A file that is smaller than a batch is shared as well.
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
            s.waits = 1
        s = &self.span[0]
        s.record, s.line = self.record, self.line
        s.record_patterns, self.record_patterns = self.record_patterns, s.record_patterns
        s.line_patterns, self.line_patterns = self.line_patterns, s.line_patterns
        s.record_text, self.record_text = self.record_text, s.record_text
        with nogil:
            self._run(count, file, memory, size, final)
            if self._set_clocks(count):
                self._run(count, file, memory, size, final)
        PyErr_CheckSignals()
        stop = self._add_up(count, memory, begin)
        return end if self.midway else stop

    cdef uint64_t _section(self, int file, uint8_t* memory, uint64_t begin, uint64_t end,
                           uint64_t size) except? 0:
        """Return where the columns change that hold at `begin`; `end` if they do not."""
        cdef uint64_t at = begin
        cdef bint whole = not self.line.in_pieces
        while True:
            at = next_header(file, memory, at, begin, end, whole)
            if at == end:
                return end
            line = header_at(file, memory, at, size)
            if line != self.header:
                if at > begin:
                    return at
                self.use_header(line)
            at += 1

    def use_header(self, bytes line not None):
        """Read what follows by the columns that `line` names."""
        cdef int n
        if line == self.header:
            return
        # What is open was read by other columns.
        if self.record.open and not self.setup.config.simple:
            self._close_record()
            self.record.counted = 1
            self.record.lines = self.record.bytes = self.record.long_lines = 0
            self.record.keywords[0] = self.record.keywords[1] = 0
        self.header = line
        self.setup.set_columns(self.columns(line), self.path)
        for n in range(self.threads):
            memset(self.workers[n].guess, 0, sizeof(self.workers[n].guess))
            memset(self.workers[n].outlines, 0, sizeof(self.workers[n].outlines))
            memset(self.workers[n].named, 0, sizeof(self.workers[n].named))

    cdef void _run(self, int count, int file, uint8_t* memory, uint64_t size,
                   bint final) noexcept nogil:
        """Scan the spans of a batch that wait for it."""
        cdef int n
        cdef scan_function* run = scan
        cdef cotool_config* config = &self.setup.config
        if count == 1 or self.threads == 1:
            for n in range(count):
                if self.span[n].waits:
                    run(config, &self.workers[0], &self.span[n], file, memory, size, final)
            return
        for n in prange(count, num_threads=self.threads, schedule="dynamic", chunksize=1):
            if self.span[n].waits:
                run(config, &self.workers[omp_get_thread_num()], &self.span[n], file, memory,
                    size, final)

    cdef int _set_clocks(self, int count) noexcept nogil:
        """Find the spans before which a year, or a day, has passed within the batch.

        They wait to be scanned again; returns how many they are. How far a span moves the clock
        does not depend on where it begins, so all are known at once.
        """
        cdef int n, again = 0
        cdef int64_t expected, moved
        cdef cotool_clock clock = self.clock
        cdef cotool_span* s
        for n in range(count):
            s = &self.span[n]
            s.waits = 0
            if s.clock.head < 0:
                continue
            expected = cotool_next_cycle(&clock, s.clock.head, s.clock.head_kind)
            moved = expected - s.clock.head_cycle
            clock.cycle, clock.within, clock.kind = (
                s.clock.cycle + moved, s.clock.within, s.clock.kind)
            if moved:
                again += 1
                s.waits = 1
                cotool_span_reset(s, &self.setup.config, &self.total)
                s.clock.cycle, s.clock.within, s.clock.head = expected, -1, -1
        return again

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
            self._merge(s)
            for k in range(s.samples):
                if len(self.samples) < self.setup.config.show:
                    self.samples.append((self.lines_before + self.seen_lines + s.sample[k].line + 1,
                                         self.fed + s.sample[k].at, s.sample[k].size,
                                         s.sample[k].level))
            s.first_line = self.lines_before + self.seen_lines + 1
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
        if self.setup.config.records:
            self.written += written_entries(
                self.span, count, self.threads, memory, self.prefix, self.setup.config.zones > 0,
                NULL if self.setup.labels is None else &self.setup.names)
        return stop

    cdef int _merge(self, cotool_span* s) except -1:
        """Add a span's figures to the totals."""
        if (cotool_counts_merge(&self.setup.config, &self.total, &s.counts)
                or (self.setup.config.mine
                    and cotool_forms_merge(&self.setup.mined.table, &s.forms, 0))
                or (self.setup.reading != NULL
                    and cotool_table_merge(&self.setup.table.table, &s.table,
                                           self.lines_before + self.seen_lines, 0))):
            raise MemoryError
        return 0

    def finish(self):
        """Count the record that is still open. Nothing may be scanned afterwards."""
        self._close_record()
        self.record.open = 0

    cdef int _close_record(self) except -1:
        """Count the record that is still open."""
        cdef cotool_span* s = &self.span[0]
        cotool_span_reset(s, &self.setup.config, &self.total)
        s.record = self.record
        s.record_patterns, self.record_patterns = self.record_patterns, s.record_patterns
        s.record_text, self.record_text = self.record_text, s.record_text
        if cotool_span_finish(&self.setup.config, s):
            raise MemoryError
        return self._merge(s)

    def take_written(self):
        """Return the JSON lines of entries since the last call."""
        written, self.written = self.written, []
        return written

    def take_samples(self):
        """Return the samples so far: line from 1, offset, size, level."""
        return list(self.samples)

    @property
    def forms(self):
        """The forms of the records so far; None if they are not counted."""
        return self.setup.mined

    @property
    def measured(self):
        """The figures of what is measured in the records so far; None if nothing is."""
        return self.setup.table

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
    def lines(self):
        """Lines so far, those left out included."""
        return self.seen_lines

    def counts(self):
        """Return the totals; the record that is still open is not in them before finish()."""
        return totals(&self.total, &self.setup.config)
