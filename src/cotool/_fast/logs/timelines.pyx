"""The figures of groups by step in time, as numbers and as text without an object per number."""

from cpython.mem cimport PyMem_Free, PyMem_Malloc, PyMem_Realloc
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport qsort
from libc.string cimport memcmp, memcpy, strlen

from cotool._fast.logs.measures cimport (
    COTOOL_NO_STEP,
    COTOOL_NUMBER_SIZE,
    Measured,
    cotool_cell,
    cotool_cell_quantiles,
    cotool_fixed,
    cotool_fixed_number,
    cotool_row,
    cotool_table_settle,
    cotool_write_number,
    distinct_in,
)

from cotool._fast.logs.measures import row_values

cdef extern from "Python.h":
    char* PyOS_double_to_string(double value, char form, int precision, int flags, int* kind)
    enum:
        Py_DTSF_ADD_DOT_0

cdef enum:
    COUNTS = 3     # count, missing, odd
    NUMBERS = 7    # sum, mean, min, the quantiles, max
    FIGURES = 11   # these, and distinct
    QUANTILES = 3
    DIGITS = 9     # of what is not a count

cdef double[3] shares = [0.5, 0.9, 0.99]

cdef struct place:
    const uint8_t* text
    uint32_t size
    cotool_row* row


cdef int by_group(const void* a, const void* b) noexcept nogil:
    cdef const place* x = <const place*>a
    cdef const place* y = <const place*>b
    cdef uint32_t shorter = x.size if x.size < y.size else y.size
    cdef int order = memcmp(x.text, y.text, shorter)
    if not order:
        order = (x.size > y.size) - (x.size < y.size)
    if not order:
        order = (x.row.step > y.row.step) - (x.row.step < y.row.step)
    return order


cdef class _Sorted:
    """The steps of a table in the order of groups and times."""

    cdef Measured measured
    cdef place* places
    cdef size_t count
    cdef dict starts

    def __cinit__(self, Measured measured not None, start_of):
        cdef size_t n
        cdef cotool_row* row
        self.measured = measured
        if cotool_table_settle(&measured.table):
            raise MemoryError
        self.places = <place*>PyMem_Malloc((measured.table.count + 1) * sizeof(place))
        if self.places == NULL:
            raise MemoryError
        for n in range(measured.table.count):
            row = &measured.table.row[n]
            if row.step != COTOOL_NO_STEP:
                self.places[self.count] = place(measured.table.texts + row.text, row.size, row)
                self.count += 1
        qsort(self.places, self.count, sizeof(place), by_group)
        if start_of is not None:
            steps = {self.places[n].row.step for n in range(self.count)}
            self.starts = {step: start_of(step) for step in steps}

    cdef object start(self, const cotool_row* row):
        return row.step if self.starts is None else self.starts[row.step]

    def __dealloc__(self):
        PyMem_Free(self.places)


def timelines(measured, start_of=None):
    """Return the Timeline of each group of a table by its values, that of all records by None.

    start_of(step) returns where a step begins, if that is not its number. The table must not change
    as long as they are used.
    """
    cdef _Sorted found = _Sorted(measured, start_of)
    cdef size_t n, first = 0
    cdef place* p
    cdef place* q
    lines = {}
    for n in range(1, found.count + 1):
        p = &found.places[first]
        if n < found.count:
            q = &found.places[n]
            if p.size == q.size and not memcmp(p.text, q.text, p.size):
                continue
        lines[row_values((<const char*>p.text)[:p.size])] = Timeline(found, first, n)
        first = n
    return lines


cdef class Timeline:
    """The figures of a group by the start of each step, in seconds since 1970."""

    cdef _Sorted found
    cdef size_t first, end

    def __cinit__(self, _Sorted found, size_t first, size_t end):
        self.found, self.first, self.end = found, first, end

    def records(self):
        """Return the records of each step."""
        cdef size_t n
        return {
            self.found.start(self.found.places[n].row): self.found.places[n].row.records
            for n in range(self.first, self.end)
        }

    def figures(self):
        """Return (start, records, figures of each measure) for each step.

        The figures are count, missing, odd, sum, mean, min, p50, p90, p99, max and distinct. Those
        from mean to max are None without numbers, and distinct is None if it is not counted.
        """
        cdef size_t n
        cdef int m, k
        cdef cotool_row* row
        cdef double[7] numbers
        steps = []
        for n in range(self.first, self.end):
            row = self.found.places[n].row
            cells = []
            for m in range(self.found.measured.table.measures):
                cell = &row.cell[m]
                read_figures(cell, numbers)
                cells.append((
                    cell.count, cell.missing, cell.odd, numbers[0],
                    *[numbers[k] if cell.count else None for k in range(1, NUMBERS)],
                    distinct_in(row, m),
                ))
            steps.append((self.found.start(row), row.records, cells))
        return steps

    def text(self, pieces not None, starts not None, bytes nothing not None):
        """Return the steps as one text: pieces, and between them a step's start and numbers.

        Pieces are the bytes before the start, before the records, before each figure of each
        measure, and after a step. starts: the bytes for each start; nothing: those for no number.
        """
        cdef size_t n
        cdef int m, k, at
        cdef cotool_row* row
        cdef cotool_cell* cell
        cdef double[7] numbers
        cdef int measures = self.found.measured.table.measures
        cdef _Buffer buffer = _Buffer()
        cdef list piece = list(pieces)
        if len(piece) != 3 + FIGURES * measures:
            raise ValueError("pieces of other measures")
        for n in range(self.first, self.end):
            row = self.found.places[n].row
            buffer.add(piece[0])
            buffer.add(starts[self.found.start(row)])
            buffer.add(piece[1])
            buffer.add_count(row.records)
            for m in range(measures):
                cell = &row.cell[m]
                read_figures(cell, numbers)
                at = 2 + FIGURES * m
                buffer.add(piece[at])
                buffer.add_count(cell.count)
                buffer.add(piece[at + 1])
                buffer.add_count(cell.missing)
                buffer.add(piece[at + 2])
                buffer.add_count(cell.odd)
                for k in range(NUMBERS):
                    buffer.add(piece[at + COUNTS + k])
                    if k and not cell.count:
                        buffer.add(nothing)
                    else:
                        buffer.add_number(numbers[k])
                buffer.add(piece[at + COUNTS + NUMBERS])
                distinct = distinct_in(row, m)
                if distinct is None:
                    buffer.add(nothing)
                else:
                    buffer.add_count(distinct)
            buffer.add(piece[2 + FIGURES * measures])
        return buffer.taken()


cdef void read_figures(const cotool_cell* cell, double* numbers) noexcept nogil:
    """Set the sum, and with numbers the mean, the least, the quantiles and the greatest."""
    cdef cotool_fixed[QUANTILES] quantile
    cdef int k
    numbers[0] = cotool_fixed_number(&cell.sum, 1)
    if not cell.count:
        return
    cotool_cell_quantiles(cell, QUANTILES, shares, quantile)
    numbers[1] = cotool_fixed_number(&cell.sum, cell.count)
    numbers[2] = cotool_fixed_number(&cell.least, 1)
    for k in range(QUANTILES):
        numbers[3 + k] = cotool_fixed_number(&quantile[k], 1)
    numbers[3 + QUANTILES] = cotool_fixed_number(&cell.most, 1)


cdef class _Buffer:
    """A growing text."""

    cdef char* data
    cdef size_t size, room

    def __dealloc__(self):
        PyMem_Free(self.data)

    cdef int append(self, const char* text, size_t size) except -1:
        cdef char* data
        cdef size_t room
        if self.size + size > self.room:
            room = 2 * self.room + size + 1024
            data = <char*>PyMem_Realloc(self.data, room)
            if data == NULL:
                raise MemoryError
            self.data, self.room = data, room
        memcpy(self.data + self.size, text, size)
        self.size += size
        return 0

    cdef int add(self, bytes text) except -1:
        return self.append(<const char*>text, len(text))

    cdef int add_count(self, uint64_t count) except -1:
        cdef char[20] digits
        cdef int n = 20
        while True:
            n -= 1
            digits[n] = <char>(c'0' + count % 10)
            count //= 10
            if not count:
                return self.append(&digits[n], 20 - n)

    cdef int add_number(self, double number) except -1:
        cdef char[COTOOL_NUMBER_SIZE] place
        cdef char* text
        cdef size_t size = cotool_write_number(number, DIGITS, True, place)
        if size:
            return self.append(place, size)
        text = PyOS_double_to_string(number, c'g', DIGITS, Py_DTSF_ADD_DOT_0, NULL)
        if text == NULL:
            raise MemoryError
        try:
            return self.append(text, strlen(text))
        finally:
            PyMem_Free(text)

    cdef bytes taken(self):
        return self.data[:self.size] if self.size else b""
