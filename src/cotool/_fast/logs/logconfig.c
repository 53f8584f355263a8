/* See logconfig.h. */

#include "logs/logconfig.h"

#include <string.h>

#include "logs/loglayouts.h"
#include "logs/loglevels.h"
#include "logs/logreading.h"

/* Sorts literals into buckets and fills the tables. */
void cotool_config_literals(cotool_config *config) {
    int next = 0, buckets = config->literals < COTOOL_BUCKETS ? config->literals : COTOOL_BUCKETS;
    config->longest = 1;
    memset(config->low, 0, sizeof config->low);
    memset(config->high, 0, sizeof config->high);
    memset(config->group, 0, sizeof config->group);
    for (int b = 0; b < COTOOL_BUCKETS; b++) {
        config->bucket_start[b] = next;
        /* Literals are sorted, so those of a bucket begin alike. */
        if (b < buckets) next = (int)((int64_t)config->literals * (b + 1) / buckets);
        for (int k = config->bucket_start[b]; k < next; k++) {
            cotool_literal *l = &config->literal[k];
            if (l->size > config->longest) config->longest = l->size;
            l->head = cotool_first_eight(l->bytes, l->size);
            l->mask = l->size >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << (8 * l->size)) - 1;
            l->fold_bits = 0;
            for (uint32_t i = 0; i < 8 && i < l->size; i++)
                if (l->fold && cotool_is_letter(l->bytes[i])) l->fold_bits |= (uint64_t)0x20 << 8 * i;
            for (uint32_t i = 0; i < 3; i++) {
                uint8_t bit = (uint8_t)(1u << b);
                if (i >= l->size) {
                    for (int c = 0; c < 16; c++) config->low[i][c] |= bit, config->high[i][c] |= bit;
                    for (int c = 0; c < 128; c++) config->group[i][c] |= bit;
                    continue;
                }
                config->group[i][l->bytes[i] & 127] |= bit;
                if (l->fold && cotool_is_letter(l->bytes[i]))
                    config->group[i][(l->bytes[i] ^ 0x20) & 127] |= bit;
                config->low[i][l->bytes[i] & 15] |= bit;
                config->high[i][l->bytes[i] >> 4] |= bit;
                if (l->fold && cotool_is_letter(l->bytes[i]))
                    config->high[i][(l->bytes[i] ^ 0x20) >> 4] |= bit;
            }
        }
    }
    config->bucket_start[COTOOL_BUCKETS] = next;
}

int cotool_add_key(cotool_keys *keys, const char *path) {
    int parent = 0;
    if (!keys->nodes) keys->nodes = 1, keys->node[0].value = -1;
    for (;;) {
        size_t size = strcspn(path, "\x1f");
        uint8_t *link = &keys->node[parent].child;
        if (!size || size >= COTOOL_KEY) return -1;
        while (*link && (keys->node[*link].size != size || memcmp(keys->node[*link].text, path, size)))
            link = &keys->node[*link].next;
        if (!*link) {
            cotool_key *node = &keys->node[keys->nodes];
            if (keys->nodes == COTOOL_KEY_NODES) return -1;
            node->size = (uint8_t)size, node->value = -1;
            memcpy(node->text, path, size);
            node->head = cotool_first_eight((const uint8_t *)path, size);
            node->mask = size < 8 ? ((uint64_t)1 << (8 * size)) - 1 : ~(uint64_t)0;
            *link = keys->nodes++;
        }
        parent = *link;
        if (!path[size]) break;
        path += size + 1;
    }
    if (keys->node[parent].value < 0) {
        if (keys->values == COTOOL_VALUES) return -1;
        keys->node[parent].value = (int8_t)keys->values++;
    }
    return keys->node[parent].value;
}

void cotool_config_formats(cotool_config *config) {
    memset(config->by_first_byte, 0, sizeof config->by_first_byte);
    config->simple = !config->filtered && !config->show && !config->records &&
                     !config->whole && !config->entry_size;
    /* What is written line by line passes by the first line. */
    config->late = config->whole && config->reading && !config->show && !config->records;
    config->below = 0;
    for (int n = 0; n < config->formats; n++) {
        cotool_format *f = &config->format[n];
        int shift = f->time_open != 0, layouts = 0;
        uint64_t digits = ~(uint64_t)0, others = ~(uint64_t)0;
        for (int k = 0; k < COTOOL_LAYOUTS + config->own_layouts; k++)
            if (f->layouts >> k & 1) {
                digits &= config->layout[k]->digits, others &= config->layout[k]->others;
                layouts++;
            }
        if (!layouts || f->kind != COTOOL_FORMAT_TEXT || f->pri || f->time_token != 0)
            digits = others = 0;
        if (f->lead[0]) digits = others = 0;
        f->below = f->heads;
        for (int k = 0; k < f->places; k++) f->below |= f->place[k].below;
        config->below |= f->below;
        /* A line that has the best time and the best level need not be read further. */
        f->keys.enough = 0;
        if (f->times) {
            f->keys.enough |= (uint64_t)1 << f->time[0].value;
            if (f->time[0].join) f->keys.enough |= (uint64_t)1 << f->time[0].joined;
            if (f->time[0].zone >= 0) f->keys.enough |= (uint64_t)1 << f->time[0].zone;
        }
        for (int k = 0; k < f->places; k++)
            if (f->place[k].kind == COTOOL_PLACE_KEY && f->place[k].value >= 0) {
                f->keys.enough |= (uint64_t)1 << f->place[k].value;
                break;
            }
        if (config->reading) f->keys.enough |= config->reading->needed[n];
        config->must[n] = (digits | others) << shift;
        config->want[n] = digits << shift;
    }
    for (int n = 0; n < config->formats; n++)
        for (int c = 0; c < 256; c++)
            if (config->format[n].first[c]) config->by_first_byte[c] |= (uint32_t)1 << n;
}

const char *cotool_config_choice(cotool_config *config, int n, int **value) {
    static const struct {
        const char *name;
        size_t offset;
    } choices[] = {
#define COTOOL_NAMED(name) {#name, offsetof(cotool_config, name)},
        COTOOL_CHOICES(COTOOL_NAMED)
#undef COTOOL_NAMED
    };
    if (n >= (int)(sizeof choices / sizeof choices[0])) return NULL;
    *value = (int *)((char *)config + choices[n].offset);
    return choices[n].name;
}
