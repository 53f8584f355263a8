# Counts of records by time and level, as a mapping of Python.


cdef class Buckets:
    """Counts of records by level, by the start of their bucket: a mapping.

    A bucket takes 72 bytes, and 140 in the dict that is made when the mapping is first read: few
    read the time lines of each of many files.
    """

    cdef cotool_histogram held
    cdef dict made

    def __cinit__(self, mapping=None):
        cdef int n = 0, k
        memset(&self.held, 0, sizeof(self.held))
        if not mapping:
            return
        self._open(len(mapping))
        for start, counts in mapping.items():
            if len(counts) != COTOOL_LEVELS:
                raise ValueError(f"expected {COTOOL_LEVELS} counts, got {len(counts)}")
            self.held.buckets[n].start = start
            for k in range(COTOOL_LEVELS):
                self.held.buckets[n].counts[k] = counts[k]
            n += 1

    def __dealloc__(self):
        free(self.held.buckets)

    cdef int _open(self, int count) except -1:
        self.held.buckets = <cotool_bucket*>malloc(max(count, 1) * sizeof(cotool_bucket))
        if self.held.buckets == NULL:
            raise MemoryError
        self.held.count = count
        return 0

    cdef dict _mapping(self):
        cdef int n
        if self.made is None:
            self.made = {
                self.held.buckets[n].start: row_of(self.held.buckets[n].counts)
                for n in range(self.held.count)
            }
        return self.made

    def __len__(self):
        return self.held.count

    def __iter__(self):
        return iter(self._mapping())

    def __contains__(self, key):
        return key in self._mapping()

    def __getitem__(self, start):
        return self._mapping()[start]

    def get(self, key, default=None, /):
        """Return the counts of a bucket, or the default if there is none."""
        return self._mapping().get(key, default)

    def keys(self):
        """Return the starts."""
        return self._mapping().keys()

    def values(self):
        """Return the counts."""
        return self._mapping().values()

    def items(self):
        """Return starts with counts."""
        return self._mapping().items()

    def __eq__(self, other):
        return self._mapping() == (
            (<Buckets>other)._mapping() if isinstance(other, Buckets) else other
        )

    def __repr__(self):
        return repr(self._mapping())

    def __reduce__(self):
        return Buckets, (self._mapping(),)


cdef Buckets buckets_of(const cotool_histogram* h):
    cdef Buckets found = Buckets()
    found._open(h.count)
    if h.count:
        memcpy(found.held.buckets, h.buckets, h.count * sizeof(cotool_bucket))
    return found


def sum_buckets(parts, tuple widths not None, tuple most not None):
    """Return the width and the buckets of the sum of parts, which are pairs of these.

    The width is the narrowest of `widths` that needs no more buckets than `most` allows for it.
    The numbers in `most` must not decrease.
    """
    cdef cotool_config config
    cdef Buckets part, total = Buckets()
    cdef int64_t[::1] numbers = array("q", (*widths, 0)), mosts = array("q", most)
    memset(&config, 0, sizeof(config))
    config.widths, config.most_buckets = &numbers[0], &mosts[0]
    for width, part in parts:
        part.held.width = widths.index(width)
        if cotool_histogram_merge(&config, &total.held, &part.held):
            raise MemoryError
    return widths[total.held.width], total


cdef tuple row_of(const uint64_t* counts):
    """Return the counts of a bucket by level."""
    cdef tuple row = PyTuple_New(COTOOL_LEVELS)
    cdef object count
    cdef int k
    for k in range(COTOOL_LEVELS):
        count = counts[k]
        Py_INCREF(count)
        PyTuple_SET_ITEM(row, k, count)
    return row
