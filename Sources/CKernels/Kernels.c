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

typedef struct {
  const char *name;
  const kernel_table *const *tables;  // by scalar type
} instruction_set;

// In the order of Processor.h.
static const instruction_set instruction_sets[INSTRUCTION_SETS] = {
#if defined(__x86_64__)
    [INSTRUCTION_SET_AVX512] = {"avx512", tables_avx512},
    [INSTRUCTION_SET_AVX2] = {"avx2", tables_avx2},
#endif
    [INSTRUCTION_SET_BASELINE] = {"baseline", tables_baseline},
};

size_t kernel_instruction_sets(const char **names, size_t capacity) {
  const char *wanted = getenv("PULLBACK_INSTRUCTION_SET");
  const int only = wanted ? processor_instruction_set(wanted) : INSTRUCTION_SETS;
  size_t count = 0;
#if defined(__aarch64__)
  if (only == INSTRUCTION_SETS && count < capacity) names[count++] = "neon";
#endif
  for (int set = 0; set < INSTRUCTION_SETS && count < capacity; set++) {
    const char *name = instruction_sets[set].name;
    if (name == NULL || processor_instruction_set(name) != set) continue;
    if (only == INSTRUCTION_SETS || only == set) names[count++] = name;
  }
  return count;
}

const kernel_table *kernel_table_for(const char *name, int scalar_type) {
  const int set = processor_instruction_set(name);
  if (set == INSTRUCTION_SETS || scalar_type < 0 || scalar_type >= SCALAR_TYPES) return NULL;
  return instruction_sets[set].tables[scalar_type];
}
