/* Vectors of eight 64-bit lanes, and one kernel compiled for several CPUs.
 *
 * A kernel's source is included once for each CPU level (cpu_levels.h);
 * the compiler turns the same vectors into AVX-512, AVX2, or whatever the platform's baseline has
 * (SSE2, NEON), so every path computes the same bits.
 */
#ifndef COTOOL_CPU_H
#define COTOOL_CPU_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__GNUC__)
#error "cotool needs the vector extensions of GCC or Clang"
#endif

#define COTOOL_LANES 8
typedef double cotool_doubles __attribute__((vector_size(64)));
typedef uint64_t cotool_words64 __attribute__((vector_size(64)));
#define COTOOL_INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define COTOOL_DISPATCH 1
#define COTOOL_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi2,popcnt")))
#define COTOOL_AVX2 __attribute__((target("avx2,bmi2,popcnt")))
#else
#define COTOOL_DISPATCH 0
#endif

/* 2: AVX-512, 1: AVX2, 0: the baseline. COTOOL_CPU=avx2 or =plain takes a lower level, so that
 * one machine can compare them. */
static int cotool_cpu_level(void) {
    int level = 0;
#if COTOOL_DISPATCH
    const char *wanted = getenv("COTOOL_CPU");
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) level = 1;
    if (level == 1 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        level = 2;
    if (wanted && strcmp(wanted, "plain") == 0) level = 0;
    if (wanted && strcmp(wanted, "avx2") == 0 && level > 1) level = 1;
#endif
    return level;
}

/* The version of a function for this machine. */
#if COTOOL_DISPATCH
#define COTOOL_CHOOSE(name)                        \
    (cotool_cpu_level() == 2   ? name##_avx512     \
     : cotool_cpu_level() == 1 ? name##_avx2       \
                               : name##_plain)
#else
#define COTOOL_CHOOSE(name) name##_plain
#endif

#endif
