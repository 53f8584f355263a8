"""How often each word occurs in each of a few texts, without the words in order.

Words are those of `tokens`.
"""

from libc.stdint cimport int32_t, uint8_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from cotool._fast.text.points cimport POINTS
from cotool._fast.text.tokens cimport SEED
from cotool._fast.text.words cimport (
    COTOOL_WORDS_PADDING,
    bits_for,
    cotool_edges,
    cotool_fold,
    cotool_intern,
    cotool_vocabulary,
    cotool_vocabulary_close,
    cotool_vocabulary_open,
    edges_function,
    expected,
    fold_function,
)

cdef fold_function* fold = cotool_fold()
cdef edges_function* edges = cotool_edges()


cdef class Counts:
    def __dealloc__(self):
        free(self.counts)


cdef int count_words(Texts texts, uint8_t* folded, uint64_t* bits, int32_t* ids,
                     cotool_vocabulary* vocabulary, Counts result) noexcept nogil:
    cdef Py_ssize_t t, length, words, i, stride = result.stride
    cdef uint16_t* counts
    for t in range(texts.count):
        length = fold(texts.views[t].data, texts.views[t].length, texts.views[t].width, POINTS,
                      folded, bits)
        words = cotool_intern(vocabulary, folded, length, bits, edges, ids)
        if words < 0:
            return -1
        folded += length
        if words == 0:
            continue
        if vocabulary.count > result.rows:
            result.rows = vocabulary.room
            counts = <uint16_t*>realloc(result.counts, result.rows * stride * sizeof(uint16_t))
            if counts == NULL:
                return -1
            result.counts = counts
        counts = result.counts + result.vocabulary * stride
        memset(counts, 0, (vocabulary.count - result.vocabulary) * stride * sizeof(uint16_t))
        result.vocabulary = vocabulary.count
        counts = result.counts + t
        for i in range(words):
            counts[ids[i] * stride] += 1
    return 0


cdef Counts counts_of(Texts texts, Py_ssize_t stride):
    """Count the words of texts of at most 65,535 code points each, on one thread."""
    cdef Counts result = Counts.__new__(Counts)
    cdef uint8_t* folded = <uint8_t*>malloc(texts.room + COTOOL_WORDS_PADDING)
    cdef uint64_t* bits = <uint64_t*>malloc(bits_for(texts.most) * sizeof(uint64_t))
    cdef int32_t* ids = <int32_t*>malloc((texts.most // 2 + 1) * sizeof(int32_t))
    cdef cotool_vocabulary vocabulary
    cdef int opened = cotool_vocabulary_open(&vocabulary, expected(texts.room), SEED), failed = -1
    result.stride = stride
    if folded and bits and ids and opened == 0:
        with nogil:
            failed = count_words(texts, folded, bits, ids, &vocabulary, result)
    free(folded)
    free(bits)
    free(ids)
    cotool_vocabulary_close(&vocabulary)
    if failed:
        raise MemoryError
    return result
