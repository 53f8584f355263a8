"""Figures of numbers in records, by group and step in time: see loggroups.h and logcells.h."""

from cpython.mem cimport PyMem_Free, PyMem_Malloc
from libc.stdint cimport int64_t, uint8_t, uint64_t
from libc.stdlib cimport calloc
from libc.string cimport memcpy

UNIT = COTOOL_UNIT
MOST_MEASURES = COTOOL_MEASURES
# Divides the text of a group into the values that it was made of.
SEPARATOR = b"\x1f"
# The bits after the leading one that a number of a distribution has.
cdef enum:
    SPREAD_BITS = 4
    SPREAD_DIGITS = 4
cdef bytes WHOLE = b"\x1e"


cdef object number_of(const cotool_fixed* number):
    cdef int64_t high
    cdef uint64_t low
    cotool_fixed_halves(number, &high, &low)
    return (<object>high << 64) | low


cdef int set_number(cotool_fixed* place, object number) except -1:
    cotool_fixed_join(place, <int64_t>(number >> 64), <uint64_t>(number & 0xFFFFFFFFFFFFFFFF))
    return 0


def bucket_of(number):
    """Return the bucket of a sketch in which a number of UNIT parts is counted."""
    cdef cotool_fixed fixed
    set_number(&fixed, number)
    return cotool_bucket_of(fixed)


def bucket_ends(int bucket):
    """Return the least and the greatest number of a bucket, in UNIT parts."""
    cdef cotool_fixed least, most
    cotool_bucket_ends(bucket, &least, &most)
    return number_of(&least), number_of(&most)


include "measurecell.pxi"


cdef class Measured:
    """A table of figures: for each group and step, the records and one cell for each measure.

    measures: at most MOST_MEASURES. most: how many of a measure's greatest numbers are kept with
    their lines. width: seconds of a step, 0: there are none. Not for several threads at a time.
    """

    def __cinit__(self, int measures, int most=0, int64_t width=0):
        if not 0 <= measures <= COTOOL_MEASURES or most < 0 or width < 0:
            raise ValueError("no such table")
        cotool_table_open(&self.table, measures, most, width)

    def __dealloc__(self):
        cotool_table_close(&self.table)

    @property
    def width(self):
        """Seconds of a step, 0: there are no steps."""
        return self.table.width

    @property
    def folded(self):
        """Whether there were more groups than are kept."""
        return self.table.limit != 0

    @property
    def most_groups(self):
        """How many groups are kept."""
        return COTOOL_GROUPS // max(self.table.measures, 1)

    @property
    def widened(self):
        """Whether steps are wider than was asked, because there were too many."""
        return self.table.widened != 0

    @property
    def relative_error(self):
        """The greatest part of a number by which a quantile may differ from it."""
        cdef size_t n
        cdef int m, shift = 0
        self.settle()
        for n in range(self.table.count):
            for m in range(self.table.measures):
                shift = max(shift, self.table.row[n].cell[m].shift)
        return (2.0 ** (shift - 1) + 0.5) / 64 if shift else 1.0 / 128

    @property
    def inferred(self):
        """Whether there are steps whose year or date is not in the log."""
        cdef size_t n
        for n in range(self.table.count):
            if self.table.row[n].inferred:
                return True
        return False

    @property
    def most(self):
        """How many of a measure's greatest numbers are kept."""
        return self.table.most

    def merge(self, Measured other not None, int64_t lines=0, *, bint dated=False):
        """Add the figures of other records; `lines` lines come before them.

        dated: their years and dates count as known.
        """
        if other.table.measures != self.table.measures:
            raise ValueError("tables of other measures")
        if cotool_table_merge(&self.table, &other.table, lines, COTOOL_MERGE_DATED if dated else 0):
            raise MemoryError

    def totals(self):
        """Return the same figures with one row for each group, for all its steps."""
        cdef Measured totals = Measured(self.table.measures, self.table.most)
        if cotool_table_merge(&totals.table, &self.table, 0, COTOOL_MERGE_STEPS):
            raise MemoryError
        return totals

    def moved(self, back):
        """Return the same figures, with steps whose year or date was inferred at back(step)."""
        _, arguments, (rows, *rest) = self.__reduce__()
        moved = Measured(*arguments)
        moved.__setstate__((
            [(values, back(step) if inferred and step is not None else step, False, *others)
             for values, step, inferred, *others in rows],
            *rest))
        return moved

    def rows(self):
        """Return what is known of each group and step, in the order of groups and steps.

        (values of the group or None for all records, start of the step or None, whether its year
        or date is inferred, records, cells); a cell is (count, missing, odd, sum, least, greatest,
        {bucket: count}, shift), the numbers in UNIT parts; buckets leave out so many bits. Where
        distinct values are counted, they follow: for each measure its hashes, or registers.
        """
        cdef cotool_row* row
        cdef size_t n
        cdef int m
        self.settle()
        rows = []
        for n in range(self.table.count):
            row = &self.table.row[n]
            rows.append((
                *start_of(&self.table, row),
                [cell_of(&row.cell[m]) for m in range(self.table.measures)],
                *([] if row.seen == NULL else
                  [[seen_of(&row.seen[m]) for m in range(self.table.measures)]]),
            ))
        rows.sort(key=row_order)
        return rows

    def cells(self, *, bint whole=False):
        """Return the same with a Cell for each measure, and how many distinct values it has.

        whole: only for all records. The cells are in this table, which must not change any more.
        """
        cdef cotool_row* row
        cdef size_t n
        cdef int m
        self.settle()
        rows = []
        for n in range(self.table.count):
            row = &self.table.row[n]
            first = start_of(&self.table, row)
            if whole and first[0] is not None:
                continue
            rows.append((
                *first,
                [cell_in(self, &row.cell[m]) for m in range(self.table.measures)],
                [distinct_in(row, m) for m in range(self.table.measures)],
            ))
        rows.sort(key=row_order)
        return rows

    cdef int settle(self) except -1:
        if cotool_table_settle(&self.table):
            raise MemoryError
        return 0

    def overall(self):
        """Return what is known of each measure over all records.

        (numbers without a unit, in seconds, in bytes; lists that were added up; numbers of fields
        in other units than seconds and bytes; numbers with a unit of another kind than the field's;
        records with more than one value; distinct values or None; examples of odd values; the
        greatest numbers as (number, line from 0, text)).
        """
        cdef int m, n
        cdef cotool_overall* o
        measures = []
        for m in range(self.table.measures):
            o = &self.table.overall[m]
            measures.append((
                tuple([o.dimensions[n] for n in range(COTOOL_DIMENSIONS)]),
                o.added,
                o.scaled,
                o.stated,
                o.further,
                None if o.registers == NULL else
                cotool_distinct_count(o.registers, COTOOL_DISTINCT_BITS),
                [example_of(o, n) for n in range(o.examples)],
                [(number_of(&o.top[n].number), o.top[n].line,
                  (<char*>o.top[n].text)[:o.top[n].size]) for n in range(o.greatest)],
            ))
        return measures

    def insert(self, row not None):
        """Add a row as rows() gives it."""
        values, step, inferred, records, cells, *seen = row
        cdef bytes text = WHOLE if values is None else SEPARATOR.join(values)
        cdef int status = 0, m
        cdef int64_t start = COTOOL_NO_STEP if step is None else step
        cdef Measured other = Measured(self.table.measures, 0, self.table.width)
        cdef cotool_row* place
        if (step is not None and not self.table.width) or len(cells) != self.table.measures:
            raise ValueError("a row of another table")
        place = cotool_table_row(&other.table, <const uint8_t*><const char*>text, len(text), start,
                                 inferred, &status)
        if place == NULL:
            raise MemoryError
        place.records = records
        for m, cell in enumerate(cells):
            set_cell(&place.cell[m], cell)
        for m, known in enumerate(seen[0] if seen else ()):
            if cotool_row_seen(&other.table, place) == NULL:
                raise MemoryError
            if isinstance(known, bytes):
                bits = len(known).bit_length() - 1
                fits = COTOOL_SEEN_LEAST_BITS <= bits <= COTOOL_SEEN_BITS
                if not fits or len(known) != 1 << bits:
                    raise ValueError("no registers of distinct values")
                status |= cotool_seen_load(
                    &place.seen[m], <const uint8_t*><const char*>known, bits)
            else:
                for value in known:
                    status |= cotool_seen_add(&place.seen[m], value)
        if status or cotool_table_merge(&self.table, &other.table, 0, 0):
            raise MemoryError

    def __reduce__(self):
        cdef int m
        registers = [
            None if self.table.overall[m].registers == NULL
            else (<char*>self.table.overall[m].registers)[:COTOOL_DISTINCT]
            for m in range(self.table.measures)
        ]
        state = self.rows(), self.overall(), registers, self.table.limit, self.table.widened
        return Measured, (self.table.measures, self.table.most, self.table.width), state

    def __setstate__(self, state):
        cdef int m
        cdef cotool_overall* o
        cdef bytes text
        cdef cotool_fixed fixed
        rows, overall, registers, limit, widened = state
        self.table.limit, self.table.widened = limit, widened
        for row in rows:
            self.insert(row)
        for m, counted in enumerate(overall):
            dimensions, added, scaled, stated, further, _, examples, greatest = counted
            o = &self.table.overall[m]
            for n in range(COTOOL_DIMENSIONS):
                o.dimensions[n] = dimensions[n]
            o.added, o.scaled, o.stated, o.further = added, scaled, stated, further
            for text in examples:
                cotool_overall_odd(o, <const uint8_t*><const char*>text, len(text))
            for number, line, text in greatest:
                set_number(&fixed, number)
                if cotool_overall_greatest(o, self.table.most, fixed, line,
                                           <const uint8_t*><const char*>text, len(text)):
                    raise MemoryError
            text = registers[m]
            if text is not None:
                o.registers = <uint8_t*>calloc(COTOOL_DISTINCT, 1)
                if o.registers == NULL:
                    raise MemoryError
                memcpy(o.registers, <const char*>text, min(len(text), COTOOL_DISTINCT))


cdef object seen_of(const cotool_seen* seen):
    cdef uint32_t n
    if seen.registers != NULL:
        return (<const char*>seen.registers)[:1 << (COTOOL_SEEN_BITS - seen.fewer)]
    return tuple([seen.hash[n] for n in range(seen.count)])


def distinct_of(seen not None, values):
    """Return how many distinct values there are among so many, by their hashes or registers.

    None: they are not counted. An estimate may be more than there are values, so that is its limit.
    """
    if not isinstance(seen, bytes):
        return len(seen) if seen or not values else None
    count = cotool_distinct_count(
        <const uint8_t*><const char*>seen, len(seen).bit_length() - 1)
    return min(round(count), values)


cdef object distinct_in(const cotool_row* row, int m):
    """Return the same for a measure of a row."""
    if row.seen == NULL:
        return None
    return distinct_of(seen_of(&row.seen[m]), row.cell[m].count + row.cell[m].odd)


def row_values(bytes text not None):
    """Return the values of the group with a text, None for all records."""
    return None if text == WHOLE else tuple(text.split(SEPARATOR))


def row_order(row):
    """Return what rows are sorted by: the whole first, then groups, each by its steps."""
    values, step, inferred = row[:3]
    return (values is not None, values or (), step is not None, step or 0, inferred)


cdef bytes example_of(cotool_overall* o, int n):
    cdef const uint8_t* text = cotool_example(o, n)
    return (<char*>text)[:o.example_size[n]]


cdef tuple start_of(const cotool_table* table, const cotool_row* row):
    """Return the values of a row's group, its step, whether it is inferred, and its records."""
    return (
        row_values((<const char*>(table.texts + row.text))[:row.size]),
        None if row.step == COTOOL_NO_STEP else row.step,
        bool(row.inferred),
        row.records,
    )


cdef int set_cell(cotool_cell* cell, figures) except -1:
    """Set the figures of an empty cell as cell_of() gives them."""
    count, missing, odd, total, least, greatest, sketch, shift = figures
    if not 0 <= shift <= COTOOL_MOST_SHIFT:
        raise ValueError("no shift of a sketch")
    cell.shift = shift
    if sum(sketch.values()) != count:
        raise ValueError("a sketch of another count")
    for bucket, times in sketch.items():
        if abs(bucket) >= 32 * COTOOL_PAGES or times < 0:
            raise ValueError("no bucket of a sketch")
        if cotool_cell_count(cell, bucket, times):
            raise MemoryError
    cell.missing, cell.odd = missing, odd
    set_number(&cell.sum, total)
    set_number(&cell.least, least)
    set_number(&cell.most, greatest)
    return 0


cdef tuple cell_of(const cotool_cell* cell):
    cdef uint64_t n
    cdef int p, k, bucket
    sketch = {}
    if cell.pages == 0:
        for n in range(cell.count):
            bucket = cell.list[n]
            sketch[bucket] = sketch.get(bucket, 0) + 1
    for p in range(cell.pages):
        if cell.page[p] != NULL:
            for k in range(64):
                if cell.page[p][k]:
                    sketch[cotool_cell_bucket(cell, p, k)] = cell.page[p][k]
    return (
        cell.count, cell.missing, cell.odd, number_of(&cell.sum), number_of(&cell.least),
        number_of(&cell.most), sketch, cell.shift,
    )
