/* Includes COTOOL_BODY once for each CPU level; see cpu.h. The body sees
 *
 *   COTOOL_TARGET  the attribute of its functions
 *   COTOOL_NAME    makes the name of a function or type of this level
 *   COTOOL_SPLIT   the number of parts in which eight lanes are processed where they take several
 *                  registers
 *   COTOOL_SIMD    512 or 256, the bits of a vector; not defined for the baseline
 *
 * A kernel that needs other instructions sets COTOOL_AVX512_TARGET and COTOOL_AVX2_TARGET before.
 */
#ifndef COTOOL_AVX512_TARGET
#define COTOOL_AVX512_TARGET COTOOL_AVX512
#endif
#ifndef COTOOL_AVX2_TARGET
#define COTOOL_AVX2_TARGET COTOOL_AVX2
#endif
#if COTOOL_DISPATCH
#define COTOOL_TARGET COTOOL_AVX512_TARGET
#define COTOOL_SIMD 512
#define COTOOL_SPLIT 1
#define COTOOL_NAME(name) name##_avx512
#include COTOOL_BODY
#undef COTOOL_TARGET
#undef COTOOL_NAME
#undef COTOOL_SPLIT
#undef COTOOL_SIMD
#define COTOOL_TARGET COTOOL_AVX2_TARGET
#define COTOOL_SIMD 256
#define COTOOL_SPLIT 2
#define COTOOL_NAME(name) name##_avx2
#include COTOOL_BODY
#undef COTOOL_TARGET
#undef COTOOL_NAME
#undef COTOOL_SPLIT
#undef COTOOL_SIMD
#endif
#define COTOOL_TARGET
#define COTOOL_SPLIT 1
#define COTOOL_NAME(name) name##_plain
#include COTOOL_BODY
