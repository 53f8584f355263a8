/* Includes COTOOL_BODY once for each CPU level, with COTOOL_TARGET and COTOOL_NAME set, and with
 * COTOOL_SPLIT, in how many parts eight lanes are worked on where they take several registers;
 * see cpu.h. */
#if COTOOL_DISPATCH
#define COTOOL_TARGET COTOOL_AVX512
#define COTOOL_SPLIT 1
#define COTOOL_NAME(name) name##_avx512
#include COTOOL_BODY
#undef COTOOL_TARGET
#undef COTOOL_NAME
#undef COTOOL_SPLIT
#define COTOOL_TARGET COTOOL_AVX2
#define COTOOL_SPLIT 2
#define COTOOL_NAME(name) name##_avx2
#include COTOOL_BODY
#undef COTOOL_TARGET
#undef COTOOL_NAME
#undef COTOOL_SPLIT
#endif
#define COTOOL_TARGET
#define COTOOL_SPLIT 1
#define COTOOL_NAME(name) name##_plain
#include COTOOL_BODY
