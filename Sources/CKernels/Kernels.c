// Compiles the element loops once for each instruction set, and hands out their tables.
#include "KernelTable.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "Coefficients.h"
#include "Names.h"
#include "PiecewiseCoefficients.h"
#include "Processor.h"
#include "Special.h"

// The results of a loop should not depend on the instruction set; where a fused multiply-add helps, `fused` says so.
#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)

#define INSTRUCTION_SET avx512
#define WIDTH 64
#define HAS_FUSED 1
#define HAS_MASKS 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), \
                             apply_to = function)
#include "InstructionSet.inc"
#pragma clang attribute pop

#define INSTRUCTION_SET avx2
#define WIDTH 32
#define HAS_FUSED 1
#define HAS_MASKS 0
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "InstructionSet.inc"
#pragma clang attribute pop

#endif

// SSE2 on x86-64, NEON on arm64: what every such processor has.
#define INSTRUCTION_SET baseline
#define WIDTH 16
#if defined(__aarch64__)
#define HAS_FUSED 1
#else
#define HAS_FUSED 0
#endif
#define HAS_MASKS 0
#include "InstructionSet.inc"

const kernel_table *const *kernel_tables_in_use;

const kernel_table *const *kernel_choose_tables(void) {
  static const kernel_table *const *const tables[INSTRUCTION_SETS] = {
#if defined(__x86_64__)
      [INSTRUCTION_SET_AVX512] = tables_avx512,
      [INSTRUCTION_SET_AVX2] = tables_avx2,
#endif
      [INSTRUCTION_SET_BASELINE] = tables_baseline,
  };
  // Threads that race store the same.
  const kernel_table *const *chosen = tables[processor_instruction_set()];
  __atomic_store_n(&kernel_tables_in_use, chosen, __ATOMIC_RELAXED);
  return chosen;
}
