# What a scan found, as values of Python: its figures, and its entries as JSON.


cdef dict totals(const cotool_counts* c, const cotool_config* config):
    """Return the figures by name.

    times: first, last, width and buckets of whole times, and of those whose year or date is
    inferred.
    """
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
        "patterns": [c.patterns[n] for n in range(config.patterns)],
        "times": [times_of(c, n, config.widths) for n in range(2)],
    }


cdef tuple times_of(const cotool_counts* c, int kind, const int64_t* widths):
    cdef const cotool_histogram* h = &c.histogram[kind]
    seen = c.first[kind] <= c.last[kind]
    return (
        c.first[kind] if seen else None,
        c.last[kind] if seen else None,
        widths[h.width],
        buckets_of(h),
    )


cdef list written_entries(cotool_span* spans, int count, int threads, uint8_t* memory,
                          bytes prefix, int utc, const cotool_names* names):
    """Return the entries of spans as JSON lines, each of which begins with `prefix`."""
    cdef const uint8_t* begin = <const uint8_t*><const char*>prefix
    cdef size_t size = len(prefix)
    cdef int n, failed = 0
    with nogil:
        for n in prange(count, num_threads=threads, schedule="dynamic", chunksize=1):
            failed += cotool_write_entries(&spans[n], memory, begin, size, utc, names)
    if failed:
        raise MemoryError
    return [
        (<char*>spans[n].text.bytes)[:spans[n].text.size]
        for n in range(count)
        if spans[n].text.size
    ]
