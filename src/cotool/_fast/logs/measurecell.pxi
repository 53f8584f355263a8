# The figures of one number in one group: part of measures.pyx.


cdef class Cell:
    """The figures of a measure in some records; the numbers are in UNIT parts.

    count, missing, odd: records with a number, without a value, with another value.
    """

    def __cinit__(self):
        self.figures = &self.own

    def __dealloc__(self):
        cotool_cell_close(&self.own)

    @property
    def count(self):
        return self.figures.count

    @property
    def missing(self):
        return self.figures.missing

    @property
    def odd(self):
        return self.figures.odd

    @property
    def parts(self):
        """The sum."""
        return number_of(&self.figures.sum)

    @property
    def least_parts(self):
        return number_of(&self.figures.least)

    @property
    def greatest_parts(self):
        return number_of(&self.figures.most)

    def quantile(self, double share):
        """Return the number of nearest rank for a share of the numbers, None without numbers."""
        cdef cotool_fixed number
        if not 0 <= share <= 1:
            raise ValueError("no share")
        if not self.figures.count:
            return None
        cotool_cell_quantiles(self.figures, 1, &share, &number)
        return number_of(&number)

    def spread(self):
        """Return (number, count) in ascending order: numbers within 1/32, with four digits."""
        cdef size_t n, count
        cdef cotool_spread* spread
        counts = []
        spread = self.spread_in(&count)
        for n in range(count):
            counts.append((spread[n].number, spread[n].times))
        PyMem_Free(spread)
        return tuple(counts)

    def spread_text(self):
        """Return the same as the members of a JSON object."""
        cdef size_t n, size, count
        cdef char[COTOOL_NUMBER_SIZE] text
        cdef cotool_spread* spread
        pieces = []
        spread = self.spread_in(&count)
        for n in range(count):
            size = cotool_write_number(spread[n].number, SPREAD_DIGITS, False, text)
            number = text[:size] if size else b"%.*g" % (SPREAD_DIGITS, spread[n].number)
            pieces.append(b'"%b": %d' % (number, spread[n].times))
        PyMem_Free(spread)
        return b", ".join(pieces)

    cdef cotool_spread* spread_in(self, size_t* count) except NULL:
        """Return counts by number, which the caller frees."""
        cdef size_t n
        cdef double number
        cdef double least = cotool_fixed_number(&self.figures.least, 1)
        cdef double most = cotool_fixed_number(&self.figures.most, 1)
        cdef cotool_spread* spread = <cotool_spread*>PyMem_Malloc(
            (cotool_cell_places(self.figures) + 1) * sizeof(cotool_spread))
        if spread == NULL:
            raise MemoryError
        count[0] = 0
        for n in range(cotool_cell_spread(self.figures, SPREAD_BITS, spread)):
            number = min(max(spread[n].number, least), most)
            if not cotool_round_number(number, SPREAD_DIGITS, &number):
                number = float(f"{number:.{SPREAD_DIGITS}g}")
            if count[0] and spread[count[0] - 1].number == number:
                spread[count[0] - 1].times += spread[n].times
            else:
                spread[count[0]] = cotool_spread(number, spread[n].times)
                count[0] += 1
        return spread

    def merge(self, Cell other not None):
        """Return the figures of both together."""
        cdef Cell both = Cell()
        if (cotool_cell_merge(&both.own, self.figures)
                or cotool_cell_merge(&both.own, other.figures)):
            raise MemoryError
        return both

    def __eq__(self, other):
        if not isinstance(other, Cell):
            return NotImplemented
        return cell_of(self.figures) == cell_of((<Cell>other).figures)

    def __repr__(self):
        return f"Cell{cell_of(self.figures)}"

    def __reduce__(self):
        return Cell, (), cell_of(self.figures)

    def __setstate__(self, state):
        set_cell(&self.own, state)


cdef Cell cell_in(Measured table, const cotool_cell* figures):
    """Return a cell of a table that does not change."""
    cdef Cell cell = Cell()
    cell.figures, cell.owner = figures, table
    return cell
