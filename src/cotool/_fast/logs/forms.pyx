"""Counts the forms of log lines: lines whose parameters are masked by their shape.

logforms.h explains forms, and why the tables of parts add up to the table of the whole.
logs.templates decides on the exported forms which templates there are.
"""

from array import array

from libc.errno cimport ENOENT
from libc.stdint cimport INT64_MAX, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

cotool_mask_prepare()

# Bytes that must be readable after a line.
cdef enum:
    PADDING = 128

PARAMETER, TIME, EPOCH, FOLDED, SIGNATURE = b"\x01", b"\x02", b"\x03", b"\x04", b"\x1f"
MOST_FORMS = COTOOL_FORMS
MOST_SAMPLES = COTOOL_SAMPLES
REGISTERS = COTOOL_REGISTERS
MOST_RANGES = COTOOL_RANGES


cdef cotool_head_shapes known
memset(&known, 0, sizeof(known))


def mask(bytes line not None, bint plain=False):
    """Return a line's form: signature, masked message, its start and end, and parameters.

    Parameters are (start, end) in the line, in the order of their marks. `plain`: byte by byte.
    """
    cdef cotool_masked masked
    cdef bytes padded = line + bytes(PADDING)
    cdef const uint8_t* p = <const uint8_t*><const char*>padded
    cdef int n
    if plain:
        cotool_mask_plain(p, p + len(line), &masked)
    else:
        cotool_mask(p, p + len(line), &known, &masked)
    signature, message = (<char*>masked.text)[:masked.size].split(SIGNATURE, 1)
    spans = [(masked.parameter[n].start, masked.parameter[n].end)
             for n in range(masked.parameters)]
    return signature, message, masked.message, masked.end, spans


def is_level(bytes word not None):
    """Return whether a word names a level in one of the known languages."""
    cdef int style
    cdef bytes padded = word + bytes(PADDING)
    return cotool_level_of(<const uint8_t*><const char*>padded, len(word), &style) >= 0


cdef class Forms:
    """A table of forms; `widths` are the possible widths of a time line's buckets, in seconds."""

    def __cinit__(self, widths not None):
        cdef int n
        if len(widths) > 31:
            raise ValueError("at most 31 widths")
        for n, width in enumerate(widths):
            self.widths[n] = width
        self.widths[len(widths)] = 0
        cotool_forms_open(&self.table, self.widths)

    def __dealloc__(self):
        cotool_forms_close(&self.table)

    def __len__(self):
        return self.table.count

    @property
    def folding(self):
        """Whether words are folded because there were too many forms."""
        return self.table.folding > 0

    def add(self, bytes line not None, int level, seconds=None, bint inferred=False):
        """Count a line."""
        cdef bytes padded = line + bytes(PADDING)
        cdef const uint8_t* p = <const uint8_t*><const char*>padded
        cdef cotool_record_facts facts
        if not 0 <= level < COTOOL_LOG_LEVELS:
            raise ValueError("no such level")
        facts.level, facts.has_time, facts.inferred = level, seconds is not None, inferred
        facts.seconds = 0 if seconds is None else seconds
        if cotool_forms_add(&self.table, p, p + len(line), &facts, 1):
            raise MemoryError

    def merge(self, Forms other not None, *, bint whole=False):
        """Add a table of the same widths; `whole`: its times are no longer inferred."""
        cdef int status
        with nogil:
            status = cotool_forms_merge(&self.table, &other.table, whole)
        if status:
            raise MemoryError

    def export(self):
        """Return the forms, each as a tuple, in the order of their bytes.

        (signature, message, inferred, count, levels, first, last, width, time line, parameters,
        numbers, least, greatest, registers, kept, sketches). `first` and `last` are in seconds,
        None without times. The time line maps the starts of buckets of `width` seconds to counts.
        `parameters` is their number. For the last MOST_RANGES of them, `numbers` has a bit if all
        values were numbers, `least` and `greatest` have the ranges, and `sketches` {bucket: count},
        see sketch_middle(). `registers` is None if every distinct line is kept. `kept` has (hash,
        count, bytes) of lines, see kept_parameters().
        """
        cdef size_t n
        if self.table.folding and cotool_forms_settle(&self.table):
            raise MemoryError
        return sorted([_exported(self, &self.table.form[n]) for n in range(self.table.count)],
                      key=lambda form: form[:3])

    def __reduce__(self):
        widths = [self.widths[n] for n in range(31)]
        forms = self.export()  # which may fold more
        least = [self.table.least[n] for n in range(self.table.least_count)]
        return Forms, (widths[:widths.index(0)],), (self.table.folding, least, forms)

    def __setstate__(self, state):
        cdef int status
        cdef uint64_t hash_
        folding, least, forms = state
        status = cotool_forms_fold(&self.table, folding, NULL, 0)
        for number in least:
            hash_ = number
            status |= cotool_forms_fold(&self.table, 0, &hash_, 1)
        if status:
            raise MemoryError
        for form in forms:
            self.insert(form)

    def label(self, bytes signature not None, bytes message not None, uint32_t name, pieces):
        """Label a form of the table with a number; `pieces` are (from, to) in its message."""
        cdef bytes text = signature + SIGNATURE + message
        cdef uint32_t[COTOOL_FORM_ROOM] flat
        cdef int n
        cdef int status
        if 2 * len(pieces) > COTOOL_FORM_ROOM:
            raise ValueError("more parameters than a form has")
        for n, (low, high) in enumerate(pieces):
            if not 0 <= low <= high <= len(message):
                raise ValueError("a parameter outside the message")
            flat[2 * n], flat[2 * n + 1] = low, high
        status = cotool_forms_label(&self.table, <const uint8_t*><const char*>text, len(text), name,
                                    flat, len(pieces))
        if status == ENOENT:
            raise KeyError("no such form")
        if status:
            raise MemoryError

    def insert(self, form not None):
        """Add a form as export() returns it. Raises ValueError for anything that cannot be one."""
        cdef cotool_form f
        cdef cotool_kept* keep
        cdef cotool_sketch sketches[COTOOL_RANGES]
        cdef uint64_t timeline[COTOOL_TIMELINE]
        cdef int n, status
        cdef size_t at
        (signature, message, inferred, count, levels, first, last, width, buckets, parameters,
         numbers, least, greatest, registers, kept, counts) = form
        text = signature + SIGNATURE + message
        widths = [self.widths[n] for n in range(31)]
        widths = widths[:widths.index(0)]
        ranges = min(parameters, COTOOL_RANGES)
        if (len(text) > COTOOL_FORM_ROOM or width not in widths or count < 1
                or not 0 <= parameters <= COTOOL_FORM_PARAMETERS
                or len(least) != ranges or len(greatest) != ranges or len(counts) != ranges
                or not all(_is_sketch(sketch) for sketch in counts)
                or len(levels) != COTOOL_LOG_LEVELS or len(kept) > COTOOL_SAMPLES
                or (registers and len(registers) != ranges * COTOOL_REGISTERS)
                or (first is None) != (last is None) or (first is None and buckets)
                or (first is not None and not _fits(first, last, width, buckets))
                or any(_count(bytes_) != parameters for _, _, bytes_ in kept)):
            raise ValueError("not a form")
        memset(&f, 0, sizeof(f))
        memset(timeline, 0, sizeof(timeline))
        f.inferred, f.parameters, f.numbers = bool(inferred), parameters, numbers
        f.crowded, f.count = registers is not None, count
        for n in range(COTOOL_LOG_LEVELS):
            f.levels[n] = levels[n]
        f.first, f.last = (INT64_MAX, -INT64_MAX) if first is None else (first, last)
        f.width, f.timeline, f.span = widths.index(width), timeline, COTOOL_TIMELINE
        f.start = 0 if first is None else first // width
        for start, number in buckets.items():
            timeline[start // width - f.start] = number
        for n in range(ranges):
            f.least[n], f.greatest[n] = least[n], greatest[n]
        if registers:
            f.registers = <uint8_t*><const char*>(<bytes>registers)
        keep = <cotool_kept*>calloc(len(kept) + 1, sizeof(cotool_kept))
        if keep == NULL:
            raise MemoryError
        for n, (hash_, number, bytes_) in enumerate(kept):
            keep[n].hash, keep[n].count, keep[n].size = hash_, number, len(bytes_)
            keep[n].bytes = <uint8_t*><const char*>(<bytes>bytes_)
        f.kept, f.keep = len(kept), keep
        packed = [array("Q", [times << 16 | bucket for bucket, times in sketch.items()])
                  for sketch in counts]
        for n, slots in enumerate(packed):
            sketches[n].slots = len(slots)
            sketches[n].slot = slots_of(slots)
        f.sketch = sketches
        at = len(text)
        status = cotool_forms_insert(&self.table, &f, <const uint8_t*><const char*>(<bytes>text),
                                     at)
        free(keep)
        if status:
            raise MemoryError


cdef uint64_t* slots_of(object slots):
    cdef uint64_t[::1] view
    if not slots:
        return NULL
    view = slots
    return &view[0]


def sketch_middle(int bucket):
    """Return the number of a bucket of a sketch, within 1/32 of those in it."""
    return cotool_sketch_middle(bucket)


def kept_parameters(bytes kept not None):
    """Return the parameters of a kept line."""
    found = []
    at = 0
    while at + 10 <= len(kept):
        size = kept[at + 8] | kept[at + 9] << 8
        found.append(kept[at + 10:at + 10 + size])
        at += 10 + size
    return found


def union_of_registers(forms not None):
    """Return the registers of a parameter of several forms: (registers, parameter) of each."""
    cdef uint8_t[COTOOL_REGISTERS] total
    cdef const uint8_t* own
    cdef int n
    cdef int place
    memset(total, 0, COTOOL_REGISTERS)
    for registers, parameter in forms:
        place = parameter
        if not 0 <= place < len(<bytes>registers) // COTOOL_REGISTERS:
            raise IndexError("no such parameter")
        own = <const uint8_t*><const char*>(<bytes>registers) + place * COTOOL_REGISTERS
        for n in range(COTOOL_REGISTERS):
            total[n] = max(total[n], own[n])
    return (<char*>total)[:COTOOL_REGISTERS]


def distinct(bytes registers not None, int parameter):
    """Estimate the distinct values of one of the last parameters."""
    if not 0 <= parameter < len(registers) // COTOOL_REGISTERS:
        raise IndexError("no such parameter")
    return cotool_distinct_count(
        <const uint8_t*><const char*>registers + parameter * COTOOL_REGISTERS,
        COTOOL_REGISTER_BITS)


def _count(bytes kept):
    """Return the number of parameters of a kept line, -1 if it is damaged."""
    count = at = 0
    while at < len(kept):
        if at + 10 > len(kept):
            return -1
        at += 10 + (kept[at + 8] | kept[at + 9] << 8)
        count += 1
    return count if at == len(kept) else -1


def _is_sketch(sketch):
    return isinstance(sketch, dict) and all(
        type(bucket) is int and 0 < bucket < 1 << 16 and type(times) is int and 0 < times < 1 << 47
        for bucket, times in sketch.items()
    )


def _fits(first, last, width, buckets):
    low, high = first // width, last // width
    return (first <= last and -(1 << 62) < first and last < 1 << 62
            and high - low < COTOOL_TIMELINE
            and all(start % width == 0 and low <= start // width <= high for start in buckets))


cdef tuple _exported(Forms forms, cotool_form* f):
    cdef int n
    cdef int64_t width = forms.widths[f.width]
    cdef int ranges = min(<int>f.parameters, COTOOL_RANGES)
    text = (<char*>forms.table.texts)[f.text:f.text + f.size]
    signature, message = text.split(SIGNATURE, 1) if SIGNATURE in text else (b"", text)
    timed = f.first <= f.last
    registers = None
    if f.crowded:
        registers = ((<char*>f.registers)[:ranges * COTOOL_REGISTERS]
                     if f.registers != NULL else b"")
    return (
        signature,
        message,
        bool(f.inferred),
        f.count,
        tuple([f.levels[n] for n in range(COTOOL_LOG_LEVELS)]),
        f.first if timed else None,
        f.last if timed else None,
        width,
        {
            (f.start + n) * width: f.timeline[n]
            for n in range(f.span) if f.timeline[n]
        } if timed else {},
        f.parameters,
        f.numbers,
        [f.least[n] for n in range(ranges)],
        [f.greatest[n] for n in range(ranges)],
        registers,
        [(f.keep[n].hash, f.keep[n].count, (<char*>f.keep[n].bytes)[:f.keep[n].size])
         for n in range(f.kept)],
        [sketch_of(&f.sketch[n]) if f.sketch != NULL else {} for n in range(ranges)],
    )


cdef dict sketch_of(const cotool_sketch* sketch):
    cdef uint32_t n
    return dict(sorted([
        (sketch.slot[n] & 0xFFFF, sketch.slot[n] >> 16)
        for n in range(sketch.slots) if sketch.slot[n]
    ]))
