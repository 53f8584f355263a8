"""Words of texts, interned to small integers.

A word is a maximal run of letters, digits, marks and underscores after NFC, case folding and
NFC again; an apostrophe between letters and a point or comma between digits belong to it
("don't", "1,080.50"); an ideograph, a hiragana or a letter of Thai, Lao, Khmer or Myanmar is a
word of its own. These are the rules of UAX #29 that matter without a dictionary.

Time is linear in the length of the texts, about 1 ns a byte for ASCII.
"""

import os
from array import array as new_array

from cpython cimport array
from cython.parallel cimport prange
from libc.stdint cimport uint8_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

from cotool._fast.base._openmp cimport threads_for
from cotool._fast.text.points cimport POINTS, prepared
from cotool._fast.text.words cimport (
    COTOOL_WORDS_PADDING,
    bits_for,
    cotool_edges,
    cotool_fold,
    cotool_intern,
    cotool_next_word,
    cotool_vocabulary,
    cotool_vocabulary_close,
    cotool_vocabulary_merge,
    cotool_vocabulary_open,
    cotool_vocabulary_split,
    cotool_word,
    edges_function,
    expected,
    fold_function,
)

cdef extern from "Python.h":
    bint PyUnicode_IS_ASCII(object text)
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)

cdef fold_function* fold = cotool_fold()
cdef edges_function* edges = cotool_edges()

# Nanoseconds that a byte is worth, to decide on threads: it takes 1.2 to fold it and to intern its
# words, but every thread has a vocabulary of its own, and laying them together takes most of
# what is gained below some 300 kB (2 threads, 120 kB: 0.29 ms and 0.32 ms; 1.2 MB: 3.0 and 2.4).
cdef double BYTE_COST = 0.15

# Hash seed of this process, so that nobody can prepare words that collide. Ids do not show it.
SEED = int.from_bytes(os.urandom(8), "little")

cdef array.array INTS = new_array("i")
cdef array.array PLACES = new_array("q")


cdef class Tokens:
    def __dealloc__(self):
        free(self.starts)
        free(self.ids)


cdef class Texts:
    def __dealloc__(self):
        free(self.views)


cdef Py_ssize_t fold_and_intern(const text_view* views, Py_ssize_t count, uint8_t* folded,
                                uint64_t* bits, int32_t* ids, int64_t* starts,
                                cotool_vocabulary* vocabulary) noexcept nogil:
    cdef Py_ssize_t t, length, words, total = 0
    starts[0] = 0
    for t in range(count):
        length = fold(views[t].data, views[t].length, views[t].width, POINTS, folded, bits)
        words = cotool_intern(vocabulary, folded, length, bits, edges, ids + total)
        if words < 0:
            return -1
        total += words
        starts[t + 1] = total
        folded += length
    return total


cdef struct part:
    # Consecutive texts that one thread works on, with a vocabulary of its own.
    # `before`: the room of the parts before it.
    Py_ssize_t first, last, before, room, longest, total
    int32_t* ids
    int64_t* starts
    uint64_t* bits
    cotool_vocabulary vocabulary
    int32_t* split   # its words by share, from share_starts[share] on
    int32_t* share_starts
    int32_t* map     # a word's id in its share, and then in the whole
    int32_t* rank    # how many words before it no part before this one has
    int32_t own      # how many of all words


cdef struct share:
    # A share of the words of all parts, and the first part that has each of them, with its id.
    cotool_vocabulary vocabulary
    int32_t* part
    int32_t* id


cdef Py_ssize_t room_for(const text_view* view) noexcept nogil:
    """Bytes that a folded text takes at most."""
    return view.length * (1 if view.width == 0 else 5)


cdef void cut_parts(const text_view* views, Py_ssize_t count, Py_ssize_t room, int threads,
                    part* parts) noexcept nogil:
    """Give each part about the same bytes."""
    cdef Py_ssize_t t = 0, done = 0, size
    cdef int p
    for p in range(threads):
        parts[p].first = t
        parts[p].before = done
        while t < count and (done * threads < room * (p + 1) or p == threads - 1):
            size = room_for(&views[t])
            parts[p].room += size
            parts[p].longest = max(parts[p].longest, size)
            done += size
            t += 1
        parts[p].last = t


cdef int work_on(const text_view* views, part* p, int number, int shares, uint8_t* folded,
                 int32_t* ids, int64_t* starts) noexcept nogil:
    """Tokenize a part into its places of the common buffers; -1 without memory."""
    cdef int32_t count
    p.ids = ids + p.before // 2 + p.first
    p.starts = starts + p.first + number
    p.bits = <uint64_t*>malloc(bits_for(p.longest) * sizeof(uint64_t))
    if p.bits == NULL or cotool_vocabulary_open(&p.vocabulary, expected(p.room), SEED) != 0:
        return -1
    p.total = fold_and_intern(
        views + p.first, p.last - p.first, folded + p.before, p.bits, p.ids, p.starts, &p.vocabulary
    )
    if p.total < 0:
        return -1
    count = p.vocabulary.count
    p.split = <int32_t*>malloc((3 * count + shares + 2) * sizeof(int32_t))
    if p.split == NULL:
        return -1
    p.map = p.split + count
    p.rank = p.map + count
    p.share_starts = p.rank + count
    cotool_vocabulary_split(&p.vocabulary, shares, p.split, p.share_starts)
    return 0


cdef int merge(part* parts, int count, int number, share* s) noexcept nogil:
    """Intern the words of one share of all parts, in order; -1 without memory."""
    cdef Py_ssize_t total = 0, i
    cdef int32_t known = 0
    cdef const int32_t* which
    cdef int p
    for p in range(count):
        total += parts[p].share_starts[number + 1] - parts[p].share_starts[number]
    s.part = <int32_t*>malloc((2 * total + 1) * sizeof(int32_t))
    if s.part == NULL or cotool_vocabulary_open(&s.vocabulary, total // 2, SEED) != 0:
        return -1
    s.id = s.part + total
    for p in range(count):
        which = parts[p].split + parts[p].share_starts[number]
        total = parts[p].share_starts[number + 1] - parts[p].share_starts[number]
        if cotool_vocabulary_merge(&s.vocabulary, &parts[p].vocabulary, which, total,
                                   parts[p].map) != 0:
            return -1
        for i in range(total):
            if parts[p].map[which[i]] == known:
                s.part[known] = p
                s.id[known] = which[i]
                known += 1
    return 0


cdef void rank(part* p, int number, int shares, const share* all_) noexcept nogil:
    """Number the words that this part is the first to have."""
    cdef int32_t k, i
    cdef int d
    for d in range(shares):
        for i in range(p.share_starts[d], p.share_starts[d + 1]):
            k = p.split[i]
            p.rank[k] = all_[d].part[p.map[k]] == number
    p.own = 0
    for k in range(p.vocabulary.count):
        i = p.rank[k]
        p.rank[k] = p.own
        p.own += i


cdef void put(part* parts, int number, int shares, const share* all_, Tokens result) noexcept nogil:
    """Write a part's words with their ids in the whole, by first appearance."""
    cdef part* p = &parts[number]
    cdef Py_ssize_t before = 0, t
    cdef int32_t k, i, id_
    cdef int d, q, owner
    for q in range(number):
        before += parts[q].total
    for d in range(shares):
        for i in range(p.share_starts[d], p.share_starts[d + 1]):
            k = p.split[i]
            owner = all_[d].part[p.map[k]]
            id_ = parts[owner].rank[all_[d].id[p.map[k]]]
            for q in range(owner):
                id_ += parts[q].own
            p.map[k] = id_
    for t in range(p.last - p.first):
        result.starts[p.first + t + 1] = before + p.starts[t + 1]
    for t in range(p.total):
        result.ids[before + t] = p.map[p.ids[t]]


cdef int tokenize_in_parts(const text_view* views, Py_ssize_t count, Py_ssize_t room, int threads,
                           Tokens result) except -1:
    """Fill `result` on several threads. Ids are those that one thread would give."""
    cdef part* parts = <part*>calloc(threads, sizeof(part))
    cdef share* shares = <share*>calloc(threads, sizeof(share))
    cdef uint8_t* folded = <uint8_t*>malloc(room + COTOOL_WORDS_PADDING)
    cdef int32_t* ids = <int32_t*>malloc((room // 2 + count + 1) * sizeof(int32_t))
    cdef int64_t* starts = <int64_t*>malloc((count + threads) * sizeof(int64_t))
    cdef Py_ssize_t total = 0
    cdef int p, failed = 0
    try:
        if not (parts and shares and folded and ids and starts):
            raise MemoryError
        with nogil:
            cut_parts(views, count, room, threads, parts)
            for p in prange(threads, schedule="static", chunksize=1, num_threads=threads):
                failed |= work_on(views, &parts[p], p, threads, folded, ids, starts)
            if not failed:
                for p in prange(threads, schedule="static", chunksize=1, num_threads=threads):
                    failed |= merge(parts, threads, p, &shares[p])
        for p in range(threads):
            total += parts[p].total
            result.vocabulary += shares[p].vocabulary.count
        result.ids = <int32_t*>malloc((total + 1) * sizeof(int32_t))
        if failed or result.ids == NULL:
            raise MemoryError
        with nogil:
            result.starts[0] = 0
            for p in prange(threads, schedule="static", chunksize=1, num_threads=threads):
                rank(&parts[p], p, threads, shares)
            for p in prange(threads, schedule="static", chunksize=1, num_threads=threads):
                put(parts, p, threads, shares, result)
    finally:
        for p in range(threads):
            if parts != NULL:
                free(parts[p].bits)
                free(parts[p].split)
                cotool_vocabulary_close(&parts[p].vocabulary)
            if shares != NULL:
                free(shares[p].part)
                cotool_vocabulary_close(&shares[p].vocabulary)
        free(parts)
        free(shares)
        free(folded)
        free(ids)
        free(starts)
    return 0


cdef list spell(const cotool_vocabulary* vocabulary):
    """The words by ascending id."""
    cdef int32_t k
    cdef const cotool_word* word
    cdef list words = []
    for k in range(vocabulary.count):
        word = &vocabulary.words[k + 1]
        words.append(word.start[: word.length].decode("utf-8"))
    return words


cdef Texts texts_of(object texts):
    """Prepare `texts`; TypeError if one is not a str."""
    cdef Texts result = Texts.__new__(Texts)
    cdef list kept = list(texts)
    cdef Py_ssize_t count = len(kept), t, size
    cdef text_view* view
    cdef str text
    result.kept = kept
    result.count = count
    result.views = <text_view*>malloc((count + 1) * sizeof(text_view))
    if result.views == NULL:
        raise MemoryError
    for t in range(count):
        if type(kept[t]) is not str and not isinstance(kept[t], str):
            raise TypeError(f"text {t} is not a str but {type(kept[t]).__name__}")
        text = kept[t] if type(kept[t]) is str else str(kept[t])
        kept[t] = text = prepared(text)
        view = &result.views[t]
        view.data = PyUnicode_DATA(text)
        view.length = PyUnicode_GET_LENGTH(text)
        view.width = 0 if PyUnicode_IS_ASCII(text) else PyUnicode_KIND(text)
        size = room_for(view)
        result.length += view.length
        result.longest = max(result.longest, view.length)
        result.room += size
        result.most = max(result.most, size)
    return result


cdef Tokens tokens_of(object texts, object num_threads, list words=None):
    """Tokenize and intern; TypeError if a text is not a str. `words` takes the spellings."""
    cdef Tokens result = Tokens.__new__(Tokens)
    cdef Texts given = texts if type(texts) is Texts else texts_of(texts)
    cdef Py_ssize_t count = given.count, room = given.room, total
    cdef uint8_t* folded = NULL
    cdef uint64_t* bits = NULL
    cdef cotool_vocabulary vocabulary
    cdef bint opened = False
    cdef int threads = threads_for(num_threads, BYTE_COST * room) if words is None else 1
    result.texts = count
    result.starts = <int64_t*>malloc((count + 1) * sizeof(int64_t))
    if result.starts == NULL:
        raise MemoryError
    if threads > 1 and count > 1:
        tokenize_in_parts(given.views, count, room, threads, result)
        return result
    try:
        folded = <uint8_t*>malloc(room + COTOOL_WORDS_PADDING)
        bits = <uint64_t*>malloc(bits_for(given.most) * sizeof(uint64_t))
        # A word takes a byte and, but for the last of a text, a byte between.
        result.ids = <int32_t*>malloc((room // 2 + count + 1) * sizeof(int32_t))
        opened = cotool_vocabulary_open(&vocabulary, expected(room), SEED) == 0
        if not (folded and bits and result.ids and opened):
            raise MemoryError
        with nogil:
            total = fold_and_intern(
                given.views, count, folded, bits, result.ids, result.starts, &vocabulary
            )
        if total < 0:
            raise MemoryError
        result.vocabulary = vocabulary.count
        if words is not None:
            words.extend(spell(&vocabulary))
    finally:
        free(folded)
        free(bits)
        if opened:
            cotool_vocabulary_close(&vocabulary)
    return result


def intern(texts):
    """Return the words of `texts` as ids in order, where each text begins, and the spellings.

    Text t has ids[starts[t]:starts[t + 1]]; word i is spelt words[i]. TypeError if a text is
    not a str.
    """
    cdef list words = []
    cdef Tokens found = tokens_of(texts, 1, words)
    cdef array.array ids = array.clone(INTS, found.starts[found.texts], zero=False)
    cdef array.array starts = array.clone(PLACES, found.texts + 1, zero=False)
    if len(ids):
        memcpy(ids.data.as_voidptr, found.ids, len(ids) * sizeof(int32_t))
    memcpy(starts.data.as_voidptr, found.starts, (found.texts + 1) * sizeof(int64_t))
    return ids, starts, words


def tokenize(str text not None):
    """The words of `text` in order, normalized and case folded."""
    cdef size_t start = 0, end, length
    cdef Py_ssize_t room
    cdef uint8_t* folded
    cdef uint64_t* bits
    cdef list words = []
    text = prepared(text)
    cdef int width = 0 if PyUnicode_IS_ASCII(text) else PyUnicode_KIND(text)
    room = PyUnicode_GET_LENGTH(text) * (1 if width == 0 else 5)
    folded = <uint8_t*>malloc(room + COTOOL_WORDS_PADDING)
    bits = <uint64_t*>malloc(bits_for(room) * sizeof(uint64_t))
    try:
        if folded == NULL or bits == NULL:
            raise MemoryError
        length = fold(PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text), width, POINTS, folded, bits)
        while True:
            end = cotool_next_word(bits, length, &start)
            if end == 0:
                return words
            words.append(folded[start:end].decode("utf-8"))
            start = end
    finally:
        free(folded)
        free(bits)
