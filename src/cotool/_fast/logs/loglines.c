/* The pass over lines, compiled once for each CPU level. See logscan.h. */

#include <errno.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "logs/logclock.h"
#include "logs/loglines.h"
#include "logs/loglogfmt.h"
#include "logs/logmembers.h"
#include "logs/logpaths.h"
#include "logs/logreading.h"
#include "logs/logrecords.h"
#include "logs/logvalues.h"

static int cotool_grow(cotool_worker *worker, size_t room) {
    uint8_t *buffer;
    if (room <= worker->room) return 0;
    buffer = realloc(worker->buffer, room);
    if (!buffer) return ENOMEM;
    worker->buffer = buffer, worker->room = room;
    return 0;
}

#define COTOOL_AVX512_TARGET \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi,bmi2,popcnt")))
#define COTOOL_AVX2_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define COTOOL_BODY "logs/loglines_rows.inc"
#include "base/cpu_levels.h"

cotool_scan_function *cotool_scan(void) {
#if COTOOL_DISPATCH
    if (cotool_cpu_level() == 2 && !__builtin_cpu_supports("avx512vbmi")) return scan_avx2;
#endif
    return COTOOL_CHOOSE(scan);
}

void cotool_logscan_prepare(void) {
    cotool_mask_prepare(); /* levels and classes of bytes as well */
    cotool_prepare_layouts();
    cotool_prepare_zones();
    cotool_members_prepare();
    cotool_paths_prepare();
}
