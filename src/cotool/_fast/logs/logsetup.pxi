# What a scan looks for and counts, from Python's values to the kernel's, and how it is divided.

# Bytes of a span. Larger ones share the work less evenly, smaller ones add up more often.
cdef uint64_t SPAN = 1 << 22
# The same for data that is fed in pieces of a few mebibytes.
cdef uint64_t SMALL_SPAN = 1 << 20
# The same if forms are counted, because one thread adds up the tables: the mixed log of
# bench/templates.py takes 1.70 s with 1 << 22, 1.38 with 1 << 24, 1.26 with 1 << 25, 1.20 with
# 1 << 26.
cdef uint64_t FORMS_SPAN = 1 << 26
# Bytes of one read.
cdef size_t BLOCK = 1 << 18
# Spans of a batch for each thread; fewer if each has a table of forms.
cdef int BATCH = 8
cdef int FORMS_BATCH = 2


cdef class _Setup:
    """The configuration of a Scanner, which explains the arguments, and the memory behind it."""

    cdef cotool_config config
    cdef cotool_word* own
    cdef cotool_words words
    cdef list keep
    cdef cotool_reading* reading
    cdef cotool_capture* captures[(COTOOL_FORMATS + 1) * COTOOL_SOURCES]  # by format and source
    cdef int64_t* numbers
    cdef Forms mined, labels
    cdef Measured table
    cdef bytes ids
    cdef cotool_names names

    def __cinit__(self, options, formats, date, keywords, widths, most_buckets, bytes path,
                  others, bytes title, bint comments, bint preamble):
        cdef cotool_config* c = &self.config
        cdef const char* choice
        cdef int* value
        cdef int n
        levels, wanted, shown = options.passing, options.wanted, options.shown
        self.keep = []
        if options.labels is not None:
            self._set_labels(options.labels)
        self._set_words(options.level_forms)
        self._set_formats(formats)
        self._set_patterns(options.compiled, keywords)
        for n in range(COTOOL_LEVELS):
            c.levels[n] = levels is None or n in levels
            c.show_levels[n] = n in shown
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
            self._set_reading(options.reading, formats, others, path)
        c.filtered = (levels is not None or c.timed or wanted is not None
                      or (self.reading != NULL and self.reading.tests > 0))
        c.year, c.month, c.day = date
        self._set_numbers(options.zone_table, widths)
        c.most_buckets = self._keep_numbers(most_buckets)
        n, choice = 0, cotool_config_choice(c, 0, &value)
        while choice != NULL:
            value[0] = getattr(options, choice.decode())
            n, choice = n + 1, cotool_config_choice(c, n + 1, &value)
        c.show_matches = wanted is not None
        c.title = <const char*>self._keep_bytes(title)
        c.title_size = len(title)
        c.comments, c.preamble = comments, preamble
        if options.templates:
            self.mined = Forms(widths)
            c.mine, c.prior = 1, &self.mined.table
        cotool_config_formats(c)

    def __dealloc__(self):
        cotool_config_close(&self.config)
        for n in range((COTOOL_FORMATS + 1) * COTOOL_SOURCES):
            cotool_capture_free(self.captures[n])
        free(self.reading)
        free(self.numbers)
        free(self.own)
        free(self.config.literal)
        free(self.config.pattern)
        free(self.config.every)

    cdef int _set_numbers(self, zone_table, widths) except -1:
        """Keep where the offsets of the zone change, the offsets, and the widths of buckets."""
        cdef cotool_config* c = &self.config
        cdef int n
        starts, offsets = zone_table
        self.numbers = <int64_t*>malloc((2 * len(starts) + len(widths) + 1) * sizeof(int64_t))
        if self.numbers == NULL:
            raise MemoryError
        for n, number in enumerate([*starts, *offsets, *widths, 0]):
            self.numbers[n] = number
        c.zones = len(starts)
        c.zone_start = self.numbers
        c.zone_offset = self.numbers + c.zones
        c.widths = self.numbers + 2 * c.zones
        return 0

    cdef const int64_t* _keep_numbers(self, numbers):
        return <const int64_t*>self._keep_bytes(array("q", numbers).tobytes())

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
        cdef int n, k
        if len(formats) > COTOOL_FORMATS:
            raise ValueError(f"at most {COTOOL_FORMATS} formats")
        self.config.formats = len(formats)
        cotool_config_layout(&self.config, NULL)
        for n, given in enumerate(formats):
            f = &self.config.format[n]
            f.kind = given["kind"]
            f.pri = given["pri"]
            f.time_token = given["time_token"]
            f.time_open = given["time_open"]
            f.utc = given["utc"]
            f.layouts = given["layouts"]
            f.layouts |= self._forms(given["forms"])
            strncpy(f.lead, <const char*>(<bytes>given["lead"]), COTOOL_LEAD - 1)
            f.reach = given["reach"]
            f.payload = given["payload"]
            f.heads = bool(given["entry"])
            if f.heads:
                self.config.entry = <const char*>self._keep_bytes(given["entry"])
                self.config.entry_size = len(given["entry"])
            self._set_times(f, given["times"])
            f.fallback = given["fallback"]
            self.config.whole |= given["whole"]
            self._set_places(f, given["places"])
            for k in given["first"]:
                f.first[k] = 1

    cdef int _set_places(self, cotool_format* f, places) except -1:
        cdef cotool_place* p
        cdef int k
        f.places = len(places)
        if f.places > COTOOL_PLACES:
            raise ValueError(f"at most {COTOOL_PLACES} places of the level")
        for k, place in enumerate(places):
            p = &f.place[k]
            p.words = self.words
            p.kind, p.before, p.below = place["kind"], place["before"], place["below"]
            p.token, p.word = place["token"], place["word"]
            p.styles, p.scale = place["styles"], place["scale"]
            p.lead, p.trail = place["lead"], place["trail"]
            strncpy(p.key, <const char*>(<bytes>place["key"]), COTOOL_KEY - 1)
            p.value = self._key(f, place["path"]) if place["path"] else -1

    cdef int set_columns(self, formats, bytes path) except -1:
        """Move the places of the level and the columns that are read to those of `formats`."""
        cdef int row, n
        for row, given in enumerate(formats):
            self._set_places(&self.config.format[row], given["places"])
            if self.reading == NULL:
                continue
            self._set_locators(row, given["locators"], given["anchor"], path)
        if self.reading != NULL:
            cotool_reading_prepare(self.reading)
        cotool_config_formats(&self.config)
        return 0

    cdef uint64_t _forms(self, forms) except? 1:
        cdef uint64_t layouts = 0
        cdef int n
        for form in forms:
            n = cotool_config_layout(&self.config, <const char*><bytes>form)
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

    cdef int _set_reading(self, reading, formats, others, bytes path) except -1:
        """Set what is measured: the place of each source in each format, groups, conditions."""
        cdef cotool_config* c = &self.config
        cdef cotool_reading* p
        cdef cotool_test* test
        cdef int row, n
        if (len(reading.sources) > COTOOL_SOURCES or len(reading.measures) > COTOOL_MEASURES
                or len(reading.by) > COTOOL_BY or len(reading.tests) > COTOOL_TESTS):
            raise ValueError("too many sources, measures, groups or tests")
        p = self.reading = <cotool_reading*>calloc(1, sizeof(cotool_reading))
        if p == NULL:
            raise MemoryError
        p.sources, p.measures, p.by = len(reading.sources), len(reading.measures), len(reading.by)
        for row in range(COTOOL_FORMATS + 1):
            if row < c.formats:
                columns, locators = formats[row]["columns"], formats[row]["locators"]
                anchor = formats[row]["anchor"]
            elif row == COTOOL_FORMATS:
                columns, locators, anchor = others["columns"], others["locators"], others["anchor"]
            else:
                continue
            p.delimiter[row] = columns[0] if columns else 0
            self._set_locators(row, locators, anchor, path)
        for n, source in enumerate(reading.measures):
            p.measure[n] = source
            p.stepped[n] = n in reading.counted
        for n, (source, made) in enumerate(reading.by):
            p.group[n].source, p.group[n].as_ = source, made
        p.tests = len(reading.tests)
        for n, (kind, source, made, number, text, bare) in enumerate(reading.tests):
            test = &p.test[n]
            test.kind, test.source, test.as_ = kind, source, made
            test.is_number, test.is_bare = number is not None, bare
            test.text = <const char*>self._keep_bytes(text)
            if number is not None:
                cotool_fixed_join(&test.number, <int64_t>(number >> 64),
                                  <uint64_t>(number & 0xFFFFFFFFFFFFFFFF))
        p.distinct = reading.distinct
        p.zones = len(reading.steps.starts)
        p.zone_start = self._keep_numbers(reading.steps.changes)
        p.zone_offset = self._keep_numbers(reading.steps.offsets)
        self.table = Measured(p.measures, reading.greatest, reading.step)
        cotool_reading_prepare(p)
        c.reading, c.measured = p, &self.table.table
        return 0

    cdef int _set_locators(self, int row, locators, int anchor, bytes path) except -1:
        cdef cotool_locator* place
        cdef int n, others = 0
        self.reading.tokens[row] = 0
        for n, locator in enumerate(locators):
            place = &self.reading.locator[row][n]
            self._set_locator(place, row, n, locator, path)
            for other in locator.others:
                if others == COTOOL_OTHERS:
                    raise ValueError("too many places of sources")
                others += 1
                place.other = others
                place = &self.reading.other[row][others]
                self._set_locator(place, row, n, other, path)
        if row < COTOOL_FORMATS:
            self.reading.members[row] = (
                self.config.format[row].kind != COTOOL_FORMAT_TEXT and len(locators) > 0
                and all(locator.path and not locator.part for locator in locators))
        if anchor and self.reading.tokens[row]:
            self.reading.anchor[row] = anchor
            self.reading.tokens[row] = max(self.reading.tokens[row], abs(anchor) + 1)
        return 0

    cdef int _set_locator(
            self, cotool_locator* place, int row, int n, locator, bytes path) except -1:
        cdef bytes joined
        place.kind, place.token, place.part = locator.kind, locator.token, locator.part
        place.other, place.is_way = 0, locator.is_way
        place.unit.factor, place.unit.power, place.unit.dimension = locator.scale
        place.unit.comma = locator.comma
        place.unit.clock = locator.is_clock
        text = path if locator.is_path else locator.text
        place.text, place.text_size = <const char*>self._keep_bytes(text), len(text)
        place.after = <const char*>self._keep_bytes(locator.after)
        place.after_size = len(locator.after)
        if locator.program:
            place.capture = self._captured(&self.captures[row * COTOOL_SOURCES + n], locator)
        if locator.is_of_template:
            if self.labels is None:
                raise ValueError("templates of records without labels")
            self.reading.names = &self.names
            if locator.after:
                place.label = self.ids.index(locator.after) // COTOOL_NAME_SIZE
        if locator.path:
            joined = b"\x1f".join(locator.path)
            place.value = cotool_add_key(&self.config.format[row].keys, <const char*>joined)
            if place.value < 0:
                raise ValueError("too many keys, or too long ones")
            if place == &self.reading.locator[row][n]:
                self.reading.needed[row] |= <uint64_t>1 << place.value
        if locator.is_column:
            self.reading.tokens[row] = max(self.reading.tokens[row], place.token + 1)
        return 0

    cdef cotool_capture* _captured(self, cotool_capture** kept, locator) except NULL:
        """Return what finds the group of a regex; a source has one in each format."""
        if kept[0] == NULL:
            kept[0] = cotool_capture_new(
                self._keep_bytes(locator.program), len(locator.program),
                self._keep_bytes(locator.needed), len(locator.needed))
        if kept[0] == NULL:
            raise ValueError("not a program of a regex with a group")
        return kept[0]

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
