from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

cdef extern from "logs/logforms.h" nogil:
    ctypedef struct cotool_kept:
        uint64_t hash, count
        uint32_t size
        uint8_t* bytes
    ctypedef struct cotool_sketch:
        uint64_t* slot
        uint32_t slots, used
    ctypedef struct cotool_form:
        size_t text
        uint32_t size
        uint8_t inferred, parameters, crowded
        unsigned short numbers
        uint64_t count
        uint64_t* levels
        int64_t first, last, start
        int width
        int span
        uint64_t* timeline
        double* least
        double* greatest
        cotool_sketch* sketch
        uint8_t* registers
        int kept
        cotool_kept* keep
    ctypedef struct cotool_forms:
        const int64_t* widths
        size_t count
        cotool_form* form
        uint8_t* texts
        int folding
        uint64_t* least
        int least_count
    ctypedef struct cotool_parameter:
        uint32_t start, end
        double value
        uint8_t is_number
    ctypedef struct cotool_masked:
        uint8_t* text
        uint32_t size, message, end
        int parameters
        cotool_parameter* parameter
    ctypedef struct cotool_record_facts:
        int level, has_time, inferred
        int64_t seconds
    enum:
        COTOOL_TIMELINE
        COTOOL_RANGES
        COTOOL_REGISTERS
        COTOOL_REGISTER_BITS
        COTOOL_LOG_LEVELS
        COTOOL_FORMS
        COTOOL_SAMPLES
        COTOOL_FORM_PARAMETERS
        COTOOL_FORM_ROOM
    void cotool_mask_prepare()
    ctypedef struct cotool_head_shapes:
        pass
    void cotool_mask(const uint8_t* line, const uint8_t* end, cotool_head_shapes* memo,
                     cotool_masked* masked)
    void cotool_mask_plain(const uint8_t* line, const uint8_t* end, cotool_masked* masked)
    int cotool_forms_add(cotool_forms* forms, const uint8_t* line, const uint8_t* end,
                         const cotool_record_facts* facts, uint64_t times)
    int cotool_forms_merge(cotool_forms* forms, const cotool_forms* table, int whole)
    int cotool_forms_insert(cotool_forms* forms, const cotool_form* form, const uint8_t* text,
                            size_t size)
    int cotool_forms_fold(cotool_forms* forms, int folding, const uint64_t* least, int count)
    int cotool_forms_settle(cotool_forms* forms)
    void cotool_forms_open(cotool_forms* forms, const int64_t* widths)
    void cotool_forms_close(cotool_forms* forms)
    int cotool_forms_label(cotool_forms* forms, const uint8_t* text, size_t size, uint32_t name,
                           const uint32_t* pieces, uint32_t count)
    double cotool_sketch_middle(unsigned bucket)

cdef extern from "logs/logseen.h" nogil:
    double cotool_distinct_count(const uint8_t* registers, int bits)

cdef extern from "logs/loglevels.h" nogil:
    int cotool_level_of(const uint8_t* word, size_t size, int* style)

cdef class Forms:
    cdef cotool_forms table
    cdef int64_t widths[32]
