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
#include "Special.h"

// The results of a loop should not depend on the instruction set; where a fused multiply-add helps, `fused` says so.
#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)

#define INSTRUCTION_SET avx512
#define WIDTH 64
#define HAS_FUSED 1
#define HAS_MASKS 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
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

typedef const kernel_table *table_of_types[SCALAR_TYPES];

typedef struct {
  const char *name;
  const table_of_types *tables;
} instruction_set;

static const instruction_set best_first[] = {
#if defined(__x86_64__)
    {"avx512", &tables_avx512},
    {"avx2", &tables_avx2},
#elif defined(__aarch64__)
    {"neon", &tables_baseline},
#endif
    {"baseline", &tables_baseline},
};
enum { KNOWN_SETS = sizeof best_first / sizeof *best_first };

static int processor_has(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "avx512") == 0) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
  }
  if (strcmp(name, "avx2") == 0) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  (void)name;
  return 1;
}

size_t kernel_instruction_sets(const char **names, size_t capacity) {
  const char *wanted = getenv("PULLBACK_INSTRUCTION_SET");
  size_t count = 0, restricted = KNOWN_SETS;
  for (size_t i = 0; wanted && i < KNOWN_SETS; i++) {
    if (strcmp(wanted, best_first[i].name) == 0 && processor_has(wanted)) restricted = i;
  }
  for (size_t i = 0; i < KNOWN_SETS && count < capacity; i++) {
    if (restricted != KNOWN_SETS && i != restricted) continue;
    if (processor_has(best_first[i].name)) names[count++] = best_first[i].name;
  }
  return count;
}

const kernel_table *kernel_table_for(const char *name, int scalar_type) {
  if (scalar_type < 0 || scalar_type >= SCALAR_TYPES) return NULL;
  const char *available[KNOWN_SETS];
  size_t count = kernel_instruction_sets(available, KNOWN_SETS);
  for (size_t i = 0; i < count; i++) {
    if (name && strcmp(name, available[i]) != 0) continue;
    for (size_t j = 0; j < KNOWN_SETS; j++) {
      if (strcmp(available[i], best_first[j].name) == 0) return (*best_first[j].tables)[scalar_type];
    }
  }
  return NULL;
}
