from libc.stdint cimport int16_t, int64_t, uint8_t, uint32_t, uint64_t

cdef extern from "logs/loggroups.h" nogil:
    ctypedef struct cotool_fixed:
        pass
    enum:
        COTOOL_MEASURES
        COTOOL_PAGES
        COTOOL_DIMENSIONS
        COTOOL_DISTINCT
        COTOOL_DISTINCT_BITS
        COTOOL_SEEN_BITS
        COTOOL_SEEN_LEAST_BITS
        COTOOL_GROUPS
        COTOOL_MOST_SHIFT
        COTOOL_MERGE_DATED
        COTOOL_MERGE_STEPS
    int64_t COTOOL_NO_STEP
    int64_t COTOOL_UNIT
    ctypedef struct cotool_cell:
        uint64_t count, missing, odd
        cotool_fixed sum, least, most
        unsigned short low, pages
        uint8_t shift
        int16_t* list
        uint32_t** page
    ctypedef struct cotool_seen:
        uint32_t count
        uint8_t fewer
        uint64_t* hash
        uint8_t* registers
    ctypedef struct cotool_row:
        int64_t step
        uint64_t records
        size_t text
        uint32_t size
        uint8_t inferred
        cotool_cell* cell
        cotool_seen* seen
    ctypedef struct cotool_greatest:
        cotool_fixed number
        int64_t line
        uint32_t size
        uint8_t* text
    ctypedef struct cotool_overall:
        uint64_t* dimensions
        uint64_t added, scaled, stated, further
        uint8_t* registers
        int examples
        uint8_t* example_size
        int greatest
        cotool_greatest* top
    ctypedef struct cotool_table:
        int measures, most, widened
        int64_t width
        uint64_t limit
        size_t count
        cotool_row* row
        uint8_t* texts
        cotool_overall* overall
    void cotool_table_open(cotool_table* table, int measures, int most, int64_t width)
    void cotool_table_close(cotool_table* table)
    void cotool_table_reset(cotool_table* table, int64_t width, uint64_t limit)
    cotool_row* cotool_table_row(cotool_table* table, const uint8_t* text, size_t size,
                                 int64_t step, int inferred, int* status)
    int cotool_table_merge(cotool_table* into, const cotool_table* table, int64_t first, int flags)
    int cotool_table_settle(cotool_table* table)
    int cotool_cell_count(cotool_cell* cell, int bucket, uint64_t times)
    void cotool_overall_odd(cotool_overall* overall, const uint8_t* text, size_t size)
    const uint8_t* cotool_example(const cotool_overall* overall, int n)
    int cotool_overall_greatest(cotool_overall* overall, int most, cotool_fixed number,
                                int64_t line, const uint8_t* text, size_t size)
    void cotool_fixed_halves(const cotool_fixed* number, int64_t* high, uint64_t* low)
    void cotool_fixed_join(cotool_fixed* number, int64_t high, uint64_t low)
    int cotool_bucket_of(cotool_fixed number)
    int cotool_cell_merge(cotool_cell* into, const cotool_cell* cell)
    void cotool_cell_close(cotool_cell* cell)
    ctypedef struct cotool_spread:
        double number
        uint64_t times
    size_t cotool_cell_places(const cotool_cell* cell)
    size_t cotool_cell_spread(const cotool_cell* cell, int bits, cotool_spread* spread)
    void cotool_bucket_ends(int bucket, cotool_fixed* least, cotool_fixed* most)
    int cotool_cell_bucket(const cotool_cell* cell, unsigned p, int k)
    double cotool_fixed_number(const cotool_fixed* number, uint64_t count)
    void cotool_cell_quantiles(const cotool_cell* cell, int shares, const double* share,
                               cotool_fixed* number)
    double cotool_distinct_count(const uint8_t* registers, int bits)
    cotool_seen* cotool_row_seen(const cotool_table* table, cotool_row* row)
    int cotool_seen_add(cotool_seen* seen, uint64_t hash)
    int cotool_seen_load(cotool_seen* seen, const uint8_t* registers, int bits)

cdef extern from "logs/logdigits.h" nogil:
    enum:
        COTOOL_NUMBER_SIZE
    size_t cotool_write_number(double number, int digits, int pointed, char* out)
    bint cotool_round_number(double number, int digits, double* rounded)

cdef object distinct_in(const cotool_row* row, int m)

cdef class Cell:
    cdef cotool_cell own
    cdef const cotool_cell* figures
    cdef object owner
    cdef cotool_spread* spread_in(self, size_t* count) except NULL

cdef class Measured:
    cdef cotool_table table
    cdef int settle(self) except -1
