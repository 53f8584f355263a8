"""Static embeddings of texts: the pieces of their words, and the sum of the vectors of these.

A word (see tokens.pyx) begins as a mark, U+2581, and its code points, or the bytes of those that
have no piece of their own; then the adjacent pair that ranks first in a list of merges becomes one
piece, the leftmost of equal ones, until no pair is listed (byte-pair encoding: Sennrich, Haddow,
Birch, ACL 2016). A word of more than LONGEST code points is cut there. A text's vector is the sum
of the vectors of its pieces in float32, in their order, scaled to length 1; zeros if there is
none.

`spread_axes` describes vectors by what they have in common with all others. Centred on their mean,
with what lies along the question taken away, the n vectors V have the second moment C = VᵀV; with
its Cholesky factor L, the cosine of the rows of VL is that of the rows of the n × n inner products
VVᵀ: two texts are similar where they are similar to the same texts.

Pieces take time with the square of a word's length, once for each distinct word; sums are linear.
A thread embeds about 500,000 answers of three words per second.
"""

from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cython.parallel cimport prange, threadid
from libc.math cimport INFINITY, fabs, sqrt
from libc.stdint cimport int32_t, int64_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from cotool._fast.base._openmp cimport threads_for
from cotool._fast.base.matrix cimport Matrix, new_matrix
from cotool._fast.text.dense cimport product
from cotool._fast.text.tokens cimport Tokens, tokens_of

# Code points of one word that are merged together.
LONGEST = 100

cdef enum:
    # Four bytes for each code point, and the mark.
    ROOM = 401
    # Rows of a table of moments that one thread sums up at a time.
    STRIPE = 16
    # Of rotations; twelve are enough for 256 axes.
    SWEEPS = 40

cdef int32_t NONE = -1
# A pivot below this part of the largest diagonal element is taken for zero.
cdef double SINGULAR = 1e-10


cdef float from_half(uint16_t half) noexcept nogil:
    """An IEEE half-precision number."""
    cdef uint32_t sign = <uint32_t>(half & 0x8000) << 16
    cdef uint32_t exponent = (half >> 10) & 31, fraction = half & 1023, bits
    cdef float value
    if exponent == 0:
        value = fraction * 5.9604644775390625e-08  # 2 ** -24
        return -value if sign else value
    bits = sign | (255 if exponent == 31 else exponent + 112) << 23 | fraction << 13
    memcpy(&value, &bits, 4)
    return value


cdef struct merge:
    uint64_t pair
    int32_t rank, piece


cdef class Pieces:
    """A vocabulary of pieces, how they merge, and a vector for each."""

    cdef dict vocabulary
    cdef merge* merges
    cdef uint64_t mask
    cdef float* table
    cdef readonly Py_ssize_t dimension
    cdef Py_ssize_t count

    def __init__(self, dict vocabulary not None, merges not None, const unsigned char[::1] table,
                 Py_ssize_t dimension, bint half):
        """Take pieces with their ids, pairs of ids with the merged id by rank, and the vectors.

        `table` holds `dimension` little-endian numbers for each id, of two bytes where `half`, else
        of four. ValueError if an id has no vector.
        """
        cdef Py_ssize_t width = 2 if half else 4, i, slots = 64
        cdef int32_t rank = 0, left, right, piece
        cdef uint64_t slot, pair
        if dimension < 1 or table.shape[0] % (width * dimension):
            raise ValueError(f"{table.shape[0]} bytes are no vectors of {dimension} numbers")
        self.count = table.shape[0] // (width * dimension)
        self.dimension = dimension
        self.vocabulary = vocabulary
        pairs = list(merges)
        while slots < 2 * len(pairs):
            slots *= 2
        self.mask = slots - 1
        self.merges = <merge*>PyMem_Malloc(slots * sizeof(merge))
        self.table = <float*>PyMem_Malloc(self.count * dimension * sizeof(float))
        if self.merges == NULL or self.table == NULL:
            raise MemoryError
        for i in range(self.count * dimension):
            if half:
                self.table[i] = from_half((<const uint16_t*>&table[0])[i])
            else:
                self.table[i] = (<const float*>&table[0])[i]
        for i in range(slots):
            self.merges[i].rank = NONE
        for left, right, piece in pairs:
            pair = <uint64_t>left << 32 | <uint32_t>right
            slot = self._slot(pair)
            if self.merges[slot].rank == NONE:
                self.merges[slot] = merge(pair, rank, piece)
            rank += 1
        if max(vocabulary.values(), default=0) >= self.count:
            raise ValueError(f"a piece has no vector: there are {self.count}")

    def __dealloc__(self):
        PyMem_Free(self.merges)
        PyMem_Free(self.table)

    cdef uint64_t _slot(self, uint64_t pair) noexcept nogil:
        """The place of a pair, or the free one where it belongs."""
        cdef uint64_t slot = (pair * <uint64_t>0x9E3779B97F4A7C15 >> 20) & self.mask
        while self.merges[slot].rank != NONE and self.merges[slot].pair != pair:
            slot = (slot + 1) & self.mask
        return slot

    cdef int _merged(self, int32_t* pieces, int count) noexcept nogil:
        """Merge `count` pieces in place; how many are left."""
        cdef int i, best
        cdef uint64_t slot, chosen = 0
        cdef int32_t rank
        while True:
            rank = NONE
            best = 0
            for i in range(count - 1):
                slot = self._slot(<uint64_t>pieces[i] << 32 | <uint32_t>pieces[i + 1])
                if self.merges[slot].rank != NONE and (
                    rank == NONE or self.merges[slot].rank < rank
                ):
                    rank = self.merges[slot].rank
                    best = i
                    chosen = slot
            if rank == NONE:
                return count
            pieces[best] = self.merges[chosen].piece
            for i in range(best + 1, count - 1):
                pieces[i] = pieces[i + 1]
            count -= 1

    cdef int _cut(self, str word, int32_t* pieces):
        """The pieces of at most LONGEST code points; how many."""
        cdef int count = 0
        cdef object piece
        cdef str character
        cdef unsigned char byte
        for character in "\u2581" + word:
            piece = self.vocabulary.get(character)
            if piece is not None:
                pieces[count] = piece
                count += 1
                continue
            for byte in character.encode("utf-8", "surrogatepass"):
                piece = self.vocabulary.get(f"<0x{byte:02X}>")
                if piece is not None:
                    pieces[count] = piece
                    count += 1
        return self._merged(pieces, count)

    def pieces(self, str word not None):
        """The ids of the pieces of one folded word."""
        cdef int32_t[ROOM] room
        cdef list found = []
        cdef Py_ssize_t start
        for start in range(0, len(word), LONGEST):
            found.extend([room[i] for i in range(self._cut(word[start:start + LONGEST], room))])
        return found

    def embed(self, texts, num_threads=None):
        """Vectors of n `texts` of length 1, zeros if a text has no pieces: n x dimension."""
        cdef list words = []
        cdef Tokens tokens = tokens_of(texts, 1, words)
        cdef Py_ssize_t count = tokens.texts, total = 0, w, t
        cdef Matrix out = new_matrix(count, self.dimension)
        cdef list cut = [self.pieces(word) for word in words]
        cdef int32_t* pieces
        cdef int64_t* starts
        cdef int threads = threads_for(
            num_threads, <double>tokens.starts[count] * self.dimension * 0.5
        )
        for own in cut:
            total += len(own)
        pieces = <int32_t*>malloc((total + 1) * sizeof(int32_t))
        starts = <int64_t*>malloc((len(words) + 1) * sizeof(int64_t))
        try:
            if pieces == NULL or starts == NULL:
                raise MemoryError
            total = 0
            for w in range(len(words)):
                starts[w] = total
                for piece in cut[w]:
                    pieces[total] = piece
                    total += 1
            starts[len(words)] = total
            with nogil:
                for t in prange(count, schedule="static", num_threads=threads,
                                use_threads_if=threads > 1):
                    pool(self.table, self.dimension, tokens.ids + tokens.starts[t],
                         tokens.starts[t + 1] - tokens.starts[t], pieces, starts,
                         out.data + t * self.dimension)
        finally:
            free(pieces)
            free(starts)
        return out


cdef void pool(const float* table, Py_ssize_t dimension, const int32_t* words, Py_ssize_t count,
               const int32_t* pieces, const int64_t* starts, float* out) noexcept nogil:
    cdef Py_ssize_t i, k, p
    cdef const float* row
    memset(out, 0, dimension * sizeof(float))
    for i in range(count):
        for p in range(starts[words[i]], starts[words[i] + 1]):
            row = table + pieces[p] * dimension
            for k in range(dimension):
                out[k] += row[k]
    scale(out, dimension)


cdef void scale(float* row, Py_ssize_t dimension) noexcept nogil:
    """Scale a vector to length 1."""
    cdef double size = 0
    cdef Py_ssize_t k
    for k in range(dimension):
        size += <double>row[k] * row[k]
    if size > 0:
        size = 1 / sqrt(size)
        for k in range(dimension):
            row[k] = <float>(row[k] * size)


cdef void moments(const float* rows, Py_ssize_t count, Py_ssize_t d, Py_ssize_t first,
                  Py_ssize_t last, double* c) noexcept nogil:
    """Rows `first` to `last` of the lower triangle of the sum of the rows' outer products."""
    cdef Py_ssize_t i, a, b
    cdef const float* row
    cdef double own
    for i in range(count):
        row = rows + i * d
        for a in range(first, last):
            own = row[a]
            for b in range(a + 1):
                c[a * d + b] += own * row[b]


cdef void rotate(double* c, double* axes, Py_ssize_t d, Py_ssize_t p, Py_ssize_t q) noexcept nogil:
    """Make the element (p, q) of a symmetric matrix zero, and turn the rows of `axes` with it."""
    cdef Py_ssize_t k
    cdef double theta = (c[q * d + q] - c[p * d + p]) / (2 * c[p * d + q]), tangent, cosine, sine
    cdef double x, y
    tangent = 1 / (fabs(theta) + sqrt(theta * theta + 1))
    if theta < 0:
        tangent = -tangent
    cosine = 1 / sqrt(tangent * tangent + 1)
    sine = tangent * cosine
    for k in range(d):
        x, y = c[p * d + k], c[q * d + k]
        c[p * d + k], c[q * d + k] = cosine * x - sine * y, sine * x + cosine * y
    for k in range(d):
        x, y = c[k * d + p], c[k * d + q]
        c[k * d + p], c[k * d + q] = cosine * x - sine * y, sine * x + cosine * y
    for k in range(d):
        x, y = axes[p * d + k], axes[q * d + k]
        axes[p * d + k], axes[q * d + k] = cosine * x - sine * y, sine * x + cosine * y


cdef int decompose(double* c, Py_ssize_t d) except -1 nogil:
    """Replace a lower triangle by its axes as columns, each times the root of its value (Jacobi).

    The axis of the greatest value is first. The matrix is that product with its transpose.
    """
    cdef double* axes = <double*>calloc(d * d + d + 1, sizeof(double))
    cdef Py_ssize_t i, j, best
    cdef int _
    cdef double apart, own
    if axes == NULL:
        with gil:
            raise MemoryError
    for i in range(d):
        axes[i * d + i] = 1
        for j in range(i):
            c[j * d + i] = c[i * d + j]
    for _ in range(SWEEPS):
        apart = own = 0
        for i in range(d):
            own += c[i * d + i] * c[i * d + i]
            for j in range(i):
                apart += c[i * d + j] * c[i * d + j]
        if apart <= SINGULAR * SINGULAR * own:
            break
        for i in range(d):
            for j in range(i + 1, d):
                if c[i * d + j] * c[i * d + j] > SINGULAR * SINGULAR * own / (d * d):
                    rotate(c, axes, d, i, j)
    for i in range(d):
        axes[d * d + i] = c[i * d + i]
    for i in range(d):
        best = 0
        for j in range(d):
            if axes[d * d + j] > axes[d * d + best]:
                best = j
        own = sqrt(axes[d * d + best]) if axes[d * d + best] > 0 else 0
        axes[d * d + best] = -INFINITY
        for j in range(d):
            c[j * d + i] = axes[best * d + j] * own
    free(axes)
    return 0


cdef void factor(double* c, Py_ssize_t d) noexcept nogil:
    """The Cholesky factor of a positive semidefinite matrix, in its lower triangle."""
    cdef Py_ssize_t i, j, k
    cdef double value, largest = 0
    for i in range(d):
        largest = max(largest, c[i * d + i])
    for j in range(d):
        for i in range(j, d):
            value = c[i * d + j]
            for k in range(j):
                value -= c[i * d + k] * c[j * d + k]
            if i == j:
                c[j * d + j] = sqrt(value) if value > SINGULAR * largest else 0
            else:
                c[i * d + j] = value / c[j * d + j] if c[j * d + j] > 0 else 0


cdef void turn(const float* row, Py_ssize_t d, const double* c, bint whole, double* sums,
               float* out) noexcept nogil:
    """One row times the factor, a lower triangle or a whole matrix."""
    cdef Py_ssize_t j, k
    cdef double own
    memset(sums, 0, d * sizeof(double))
    for j in range(d):
        own = row[j]
        for k in range(d if whole else j + 1):
            sums[k] += own * c[j * d + k]
    for k in range(d):
        out[k] = <float>sums[k]
    scale(out, d)


def spread_axes(Matrix vectors not None, Py_ssize_t chosen, question=None, num_threads=None,
                bint declining=False):
    """Describe n `vectors` by what they share with the first `chosen` of them (see above).

    `question` is a Matrix of one row. Returns n x d, rows of length 1 or zero. With `declining`,
    which takes longer, the axes are those of the greatest spread, the first ones first; all inner
    products are the same.
    """
    cdef Py_ssize_t n = vectors.rows, d = vectors.columns, i, k
    cdef int threads = threads_for(num_threads, <double>n * d * d * 0.2)
    cdef Matrix out = new_matrix(n, d), rows = new_matrix(n, d), asked
    cdef double* c = <double*>malloc((d * d + 1) * sizeof(double))
    cdef double* mean = <double*>malloc(((2 + threads) * d + 1) * sizeof(double))
    cdef double* sums
    cdef double along
    if c == NULL or mean == NULL:
        free(c)
        free(mean)
        raise MemoryError
    memset(c, 0, d * d * sizeof(double))
    memset(mean, 0, 2 * d * sizeof(double))
    sums = mean + d
    if question is not None:
        asked = question
        for k in range(d):
            sums[k] = asked.data[k]
    try:
        with nogil:
            for i in range(chosen):
                for k in range(d):
                    mean[k] += <double>vectors.data[i * d + k] / chosen
            for i in range(n):
                along = 0
                for k in range(d):
                    along += (vectors.data[i * d + k] - mean[k]) * sums[k]
                for k in range(d):
                    rows.data[i * d + k] = <float>(
                        vectors.data[i * d + k] - mean[k] - along * sums[k]
                    )
            for i in prange((d + STRIPE - 1) // STRIPE, schedule="dynamic", num_threads=threads,
                            use_threads_if=threads > 1):
                moments(rows.data, chosen, d, i * STRIPE, min((i + 1) * STRIPE, d), c)
            if declining:
                decompose(c, d)
            else:
                factor(c, d)
            for i in prange(n, schedule="static", num_threads=threads,
                            use_threads_if=threads > 1):
                turn(rows.data + i * d, d, c, declining, sums + (1 + threadid()) * d,
                     out.data + i * d)
    finally:
        free(c)
        free(mean)
    return out


cdef void nearest(const float* row, const float* means, Py_ssize_t groups, Py_ssize_t d,
                  float threshold, int32_t* label) noexcept nogil:
    """Give a row the group whose mean has the greatest inner product with it."""
    cdef Py_ssize_t g
    cdef float best = threshold, total
    for g in range(groups):
        total = product(row, means + g * d, d)
        if total >= best and (label[0] < 0 or total > best):
            best = total
            label[0] = <int32_t>g


def join_nearest(Matrix vectors not None, int32_t[::1] labels, Py_ssize_t groups,
                 float threshold, num_threads=None):
    """Give rows without a label (-1) the group that is most similar on average, in place.

    That is at least `threshold`, else they keep -1. Rows with a label below that keep it; rows of
    `vectors` have length 1, and groups are those of the rows that have a label, 0 to `groups` - 1.
    """
    cdef Py_ssize_t n = vectors.rows, d = vectors.columns, i, k
    cdef Matrix means = new_matrix(groups, d)
    cdef int threads = threads_for(num_threads, <double>n * groups * d * 0.2)
    cdef int64_t* sizes = <int64_t*>malloc((groups + 1) * sizeof(int64_t))
    if sizes == NULL:
        raise MemoryError
    memset(sizes, 0, groups * sizeof(int64_t))
    memset(means.data, 0, groups * d * sizeof(float))
    with nogil:
        for i in range(n):
            if labels[i] >= 0:
                sizes[labels[i]] += 1
                for k in range(d):
                    means.data[labels[i] * d + k] += vectors.data[i * d + k]
        for i in range(groups):
            for k in range(d):
                means.data[i * d + k] /= max(sizes[i], <int64_t>1)
        for i in prange(n, schedule="static", num_threads=threads, use_threads_if=threads > 1):
            if labels[i] == NONE:
                nearest(vectors.data + i * d, means.data, groups, d, threshold, &labels[i])
    free(sizes)
