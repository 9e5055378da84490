#include "Processor.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static int available(int set) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const int fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (set == INSTRUCTION_SET_AVX2) return fused;
  if (set == INSTRUCTION_SET_AVX512) {
    return fused && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  }
#endif
  return set == INSTRUCTION_SET_BASELINE;
}

static int named(const char *name) {
  int set = INSTRUCTION_SETS;
  if (strcmp(name, "avx512") == 0) set = INSTRUCTION_SET_AVX512;
  if (strcmp(name, "avx2") == 0) set = INSTRUCTION_SET_AVX2;
  if (strcmp(name, "baseline") == 0) set = INSTRUCTION_SET_BASELINE;
#if defined(__aarch64__)
  if (strcmp(name, "neon") == 0) set = INSTRUCTION_SET_BASELINE;
#endif
  return available(set) ? set : INSTRUCTION_SETS;
}

static int best(void) {
  const char *wanted = getenv("PULLBACK_INSTRUCTION_SET");
  int set = wanted ? named(wanted) : INSTRUCTION_SETS;
  if (set == INSTRUCTION_SETS) {
    set = INSTRUCTION_SET_AVX512;
    while (!available(set)) set++;
  }
  return set;
}

int processor_instruction_set(void) {
  // Asked for by every product: found once. Threads that race find the same.
  static _Atomic int known = -1;
  int set = atomic_load_explicit(&known, memory_order_relaxed);
  if (set < 0) {
    set = best();
    atomic_store_explicit(&known, set, memory_order_relaxed);
  }
  return set;
}
