/* Conditions on the fields of a record. See logreading.h. */

#include <string.h>

#include "logs/logreading.h"

/* A number without a unit in the unit of a field. */
static cotool_fixed in_unit(cotool_fixed number, const cotool_default_unit *unit) {
    const int power = unit->power < 0 ? -unit->power : unit->power;
    if (power > COTOOL_MOST_POWER || __builtin_mul_overflow(number, (cotool_fixed)unit->factor, &number))
        return number;
    if (unit->power < 0) return number / cotool_tens[power];
    (void)__builtin_mul_overflow(number, (cotool_fixed)cotool_tens[power], &number);
    return number;
}

/* Tells whether a value counts as missing. */
static int is_missing(const cotool_value *value) {
    const size_t size = (size_t)(value->end - value->start);
    if (value->kind == COTOOL_NO_VALUE || !size) return 1;
    if (size == 1) return *value->start == '-';
    return size == 4 && (!memcmp(value->start, "null", 4) || !memcmp(value->start, "None", 4));
}

static int compare(const cotool_test *test, const cotool_value *value, const cotool_default_unit *unit) {
    int order;
    if (!test->is_number && !strcmp(test->text, "null")) {
        if (test->kind == COTOOL_TEST_EQUAL) return is_missing(value);
        if (test->kind == COTOOL_TEST_OTHER) return !is_missing(value);
    }
    if (value->kind == COTOOL_NO_VALUE) return 0;
    if (test->is_number) {
        cotool_fixed number, wanted = test->number;
        int dimension, added;
        if (cotool_value_number(value, unit, &number, &dimension, &added) <= 0)
            return test->kind == COTOOL_TEST_OTHER;
        if (test->is_bare) wanted = in_unit(wanted, unit);
        order = (number > wanted) - (number < wanted);
    } else {
        uint8_t text[COTOOL_PART];
        size_t size = cotool_write_value(value, test->as, text), wanted = strlen(test->text);
        order = memcmp(text, test->text, cotool_least(size, wanted));
        if (!order) order = (size > wanted) - (size < wanted);
    }
    switch (test->kind) {
        case COTOOL_TEST_LESS: return order < 0;
        case COTOOL_TEST_LEAST: return order <= 0;
        case COTOOL_TEST_MORE: return order > 0;
        case COTOOL_TEST_MOST: return order >= 0;
        case COTOOL_TEST_EQUAL: return order == 0;
        default: return order != 0;
    }
}

static int passes(const cotool_reading *r, const cotool_fields *f) {
    int stack[COTOOL_TESTS + 1], depth = 0;
    for (int n = 0; n < r->tests; n++) {
        const cotool_test *test = &r->test[n];
        if (test->kind == COTOOL_TEST_NOT) {
            stack[depth - 1] = !stack[depth - 1];
        } else if (test->kind == COTOOL_TEST_AND || test->kind == COTOOL_TEST_OR) {
            depth--;
            stack[depth - 1] = test->kind == COTOOL_TEST_AND ? stack[depth - 1] & stack[depth]
                                                             : stack[depth - 1] | stack[depth];
        } else {
            stack[depth++] = compare(test, f->value[test->source], &f->locator[test->source]->unit);
        }
    }
    return !r->tests || stack[0];
}

int cotool_reading_passes(const cotool_config *config, int format, const uint8_t *line,
                          const uint8_t *head, const uint8_t *end, int level, const cotool_members *members) {
    cotool_fields f;
    cotool_read_fields(config, format, line, head, end, level, members, &f);
    return passes(config->reading, &f);
}
