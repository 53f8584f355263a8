# What Python asks of single lines and texts.

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


def held_cycle(int64_t cycle, int kind):
    """Return the inferred year, or day, that counts for `cycle`; it stays within ten years."""
    return cotool_held_cycle(cycle, kind)


def following_cycle(before, after):
    """Return the year or day of a stamp that follows another, both as in Scanner.edges()."""
    cdef cotool_clock clock
    clock.kind, clock.within, clock.cycle = before
    kind, within, _ = after
    return cotool_next_cycle(&clock, within, kind)


def read_time(bytes form not None, bytes line not None, Py_ssize_t start=0):
    """Return the time at line[start] by a form, None if the form does not fit.

    (bytes that it takes, seconds since 1970, nanoseconds, whether it names a zone, what repeats as
    in layouts()). Without a date the day is 1972-01-01, without a year the year is 1972.
    """
    cdef uint8_t text[1024 + COTOOL_PADDING]
    cdef Py_ssize_t size = padded(line[start:start + 1024], text, sizeof(text))
    cdef int64_t seconds
    cdef int nanos, zoned, cycle
    cdef int length = cotool_read_stamp(form, text, text + size, &seconds, &nanos, &zoned, &cycle)
    return (length, seconds, nanos, bool(zoned), cycle) if length else None


def text_keys():
    """Return the keys under which records keep their message, in lower case, the best first."""
    cdef int n = 0
    names = []
    while cotool_text_key(n) != NULL:
        names.append(cotool_text_key(n).decode())
        n += 1
    return tuple(names)


def value_level(bytes value not None, int scale=COTOOL_SCALE_NONE):
    """Return the level that the value of a key states; numbers are of a scale, or name none."""
    cdef uint8_t text[256]
    cdef Py_ssize_t size = padded(value, text, sizeof(text))
    return cotool_read_level(text, text + size, scale)


def read_number(bytes text not None, scale=(1, 0, 0), int comma=0):
    """Return the number that a field states: (number in parts of measures.UNIT, dimension, added).

    None: it is not a number; "missing": it says that there is none. scale: factor, power of ten and
    dimension of a number without a unit. Dimensions are 0 none, 1 seconds, 2 bytes; added: the
    numbers of a list were added up. comma: THOUSANDS, DECIMALS or UNSURE of measures/model.
    """
    cdef const uint8_t* p = <const uint8_t*><const char*>text
    cdef cotool_default_unit given
    cdef cotool_fixed number
    cdef int dimension = 0, added = 0
    given.factor, given.power, given.dimension = scale
    given.comma, given.clock = comma, given.dimension != 0
    cdef int state = cotool_read_number(p, p + len(text), &given, &number, &dimension, &added)
    if state <= 0:
        return "missing" if state < 0 else None
    return parts_of(&number), dimension, bool(added)


def read_plain(bytes text not None, scale=(1, 0, 0), int comma=0):
    """Return the number that read_number() returns, None if it is none of the usual ones."""
    cdef uint8_t[256] given
    cdef cotool_default_unit unit
    cdef cotool_plain_unit plain
    cdef cotool_fixed number
    cdef Py_ssize_t size = padded(text, given, sizeof(given))
    unit.factor, unit.power, unit.dimension = scale
    unit.comma, unit.clock = comma, 0
    cotool_prepare_plain(&unit, &plain)
    return parts_of(&number) if cotool_read_plain(given, size, &plain, &number) else None


cdef object parts_of(const cotool_fixed* number):
    cdef int64_t high
    cdef uint64_t low
    cotool_fixed_halves(number, &high, &low)
    return (<object>high << 64) | low


def mask_path(bytes text not None):
    """Return a path without its query and with <*> for ids."""
    cdef const uint8_t* p = <const uint8_t*><const char*>text
    cdef uint8_t[512] out
    cdef size_t size = cotool_mask_path(p, p + len(text), out, sizeof(out))
    return (<char*>out)[:size]


def pair(bytes line not None, bytes key not None, *, bint quoted=True, bint plain=False):
    """Return the value of key=value in a text, None without one; see cotool_pair()."""
    cdef bytes padded_line = line + bytes(COTOOL_PADDING)
    cdef const uint8_t* p = <const uint8_t*><const char*>padded_line
    cdef cotool_value value
    (cotool_pair_plain if plain else cotool_pair)(
        p, p + len(line), <const char*>key, len(key), quoted, &value)
    return (<char*>value.start)[:value.end - value.start] if value.kind else None


def known_paths(list paths not None):
    """Return for each path the first one that has the same row, by known paths alone."""
    cdef uint8_t[256] given
    cdef size_t size = sizeof(cotool_known_paths)
    cdef cotool_known_paths* known = <cotool_known_paths*>aligned_alloc(64, size)
    cdef uint32_t* row
    cdef int n
    if known == NULL:
        raise MemoryError
    try:
        memset(known, 0, sizeof(cotool_known_paths))
        found = list(range(len(paths)))
        for n, path in enumerate(paths):
            row = cotool_known_path(known, given, padded(path, given, sizeof(given)))
            if row == NULL:
                continue
            row[0] = row[0] or n + 1
            found[n] = row[0] - 1
        return found
    finally:
        free(known)


def short_path(bytes text not None):
    """Return what mask_path() does for most short paths, None for others."""
    cdef uint8_t[256] given
    cdef uint8_t[256] out
    cdef const uint8_t* found
    cdef size_t size = padded(text, given, sizeof(given))
    size = cotool_short_path(given, size, out, &found)
    return (<const char*>found)[:size] if size else None


def capture(bytes program not None, bytes needed not None, bytes line not None):
    """Return the start and end of a regex's group in a line, None if nothing matches."""
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


def members(bytes line not None, paths, *, before=(), bint logfmt=False, bint plain=False):
    """Return the values of keys in a line of JSON or of key=value pairs; None for each without one.

    paths: the names that lead to each key. before: lines that are read before, whose outlines the
    line may have. plain: as on a CPU without vector instructions.
    """
    cdef const uint8_t* p
    cdef bytes padded_line
    cdef cotool_keys keys
    cdef cotool_members found
    cdef cotool_outlines outlines
    cdef members_function* read = cotool_json_members
    cdef int n
    cdef uint64_t enough = 0
    memset(&keys, 0, sizeof(keys))
    memset(&outlines, 0, sizeof(outlines))
    if logfmt:
        read = cotool_logfmt_members_plain if plain else cotool_logfmt_members
    elif plain:
        read = cotool_json_members_plain
    numbers = []
    for path in paths:
        joined = b"\x1f".join(path)
        n = cotool_add_key(&keys, <const char*><bytes>joined)
        numbers.append(n)
        enough |= <uint64_t>1 << n
    for one in (*before, line):
        padded_line = one + bytes(COTOOL_PADDING)
        p = <const uint8_t*><const char*>padded_line
        read(p, p + len(one), &keys, enough if before else 0, &found, &outlines if before else NULL)
    return [
        (<char*>found.value[n].start)[:found.value[n].end - found.value[n].start]
        if found.found >> n & 1 else None
        for n in numbers
    ]


def columns(bytes line not None, int count, *, bint plain=False):
    """Return the first columns of a line, words and what is in quotes or brackets.

    plain: as on a CPU without vector instructions.
    """
    cdef bytes padded_line = line + bytes(COTOOL_PADDING)
    cdef const uint8_t* p = <const uint8_t*><const char*>padded_line
    cdef cotool_value values[256]
    cdef int n
    count = (cotool_columns_plain if plain else cotool_columns)(
        p, p + len(line), min(count, 256), values)
    return [(<char*>values[n].start)[:values[n].end - values[n].start] for n in range(count)]


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


cdef Py_ssize_t padded(bytes line, uint8_t* place, Py_ssize_t room):
    cdef Py_ssize_t size = min(len(line), room - COTOOL_PADDING)
    memcpy(place, <const char*>line, size)
    memset(place + size, 0, COTOOL_PADDING)
    return size


def probe_times(bytes line not None, int tokens=1):
    """Return what can be read as a time in the first `tokens` tokens of a line.

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
    offset, whether it is also a common word.
    """
    cdef uint8_t text[COTOOL_PROBED + COTOOL_PADDING]
    cdef cotool_seen_level seen[64]
    cdef Py_ssize_t size = padded(line, text, sizeof(text))
    cdef int n, count
    if start > size:
        return []
    count = cotool_probe_levels(text, text + start, text + size, COTOOL_PROBED_TOKENS, seen, 64)
    return [
        (seen[n].kind, seen[n].token, seen[n].word, seen[n].lead, seen[n].trail, seen[n].styles,
         seen[n].level, seen[n].at, bool(seen[n].common))
        for n in range(count)
    ]


def probe_same_level(bytes text not None, int end, int size, *, uint32_t leads, uint32_t trails,
                     int most):
    """Return the place of the level in lines with a time at the same place, None where unsure.

    A time ends at byte `end` of each line, and the first `size` bytes, with all digits as zeros,
    are its shape. leads, trails: bits of the classes of bytes that may surround a level. Returns
    ((token, word, styles, bits of the classes before the words and after them), offset of each
    line, offset of the first line of each shape) if the first word that can name a level is at the
    same place of each whole line of the text, which has at most `most` lines of few shapes.
    """
    cdef size_t length = len(text)
    cdef cotool_same_level found
    cdef int n, same
    cdef uint8_t* copy = <uint8_t*>malloc(length + COTOOL_PADDING)
    found.start = <const uint8_t**>malloc(max(most, 1) * sizeof(uint8_t*))
    if copy == NULL or found.start == NULL:
        free(copy)
        free(found.start)
        raise MemoryError
    memcpy(copy, <const char*>text, length)
    memset(copy + length, 0, COTOOL_PADDING)
    with nogil:
        same = cotool_probe_same(copy, copy + length, end, size, leads, trails, most, &found)
    lines = [found.start[n] - copy for n in range(found.lines if same else 0)]
    firsts = [found.first[n] - copy for n in range(found.shapes if same else 0)]
    free(found.start)
    free(copy)
    if not same:
        return None
    return (found.token, found.word, found.styles, found.leads, found.trails), lines, firsts
