/* Memory for large outputs: on huge pages where Linux has them, because page faults on fresh
 * 4 KiB pages cost more than filling a similarity matrix. */
#ifndef COTOOL_ALLOCATE_H
#define COTOOL_ALLOCATE_H

#include <stddef.h>
#include <stdlib.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#define COTOOL_HUGE_PAGE (2 << 20)

static void *cotool_allocate_pages(size_t size) {
    if (size == 0) size = 1;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (size >= 2 * (size_t)COTOOL_HUGE_PAGE) {
        void *memory = NULL;
        if (posix_memalign(&memory, COTOOL_HUGE_PAGE, size) != 0) return NULL;
        madvise(memory, size & ~((size_t)COTOOL_HUGE_PAGE - 1), MADV_HUGEPAGE);
        return memory;
    }
#endif
    return malloc(size);
}

#endif
