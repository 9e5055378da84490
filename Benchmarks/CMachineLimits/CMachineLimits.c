#define _GNU_SOURCE
#include "CMachineLimits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

double machine_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

long machine_interruptions(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

// ---- Arithmetic: independent chains in as many registers as hide the latency -------------------------------------

enum { ROUNDS = 2000000, CHAINS = 12 };

#define PEAK(name, bytes, attributes)                                                            \
  attributes static double name(void) {                                                          \
    typedef float vector __attribute__((ext_vector_type(bytes / 4)));                            \
    vector x[CHAINS], m = (vector)0.999f, c = (vector)0.001f;                                    \
    for (int j = 0; j < CHAINS; j++) x[j] = (vector)(float)j;                                    \
    for (int i = 0; i < ROUNDS; i++) {                                                           \
      _Pragma("clang loop unroll(full)") for (int j = 0; j < CHAINS; j++) {                      \
        x[j] = __builtin_elementwise_fma(x[j], m, c);                                            \
        __asm__ volatile("" : "+" REGISTER(x[j]));                                               \
      }                                                                                          \
    }                                                                                            \
    return 2.0 * ROUNDS * CHAINS * (bytes / 4);                                                  \
  }

#if defined(__x86_64__)
#define REGISTER "v"
PEAK(peak_512, 64, __attribute__((target("avx512f"))))
PEAK(peak_256, 32, __attribute__((target("avx2,fma"))))
static double multiply_add(void) {
  if (__builtin_cpu_supports("avx512f")) return peak_512();
  if (__builtin_cpu_supports("fma")) return peak_256();
  return 0;
}
#else
#define REGISTER "w"
PEAK(multiply_add, 16, )
#endif

// ---- Threads that start together ---------------------------------------------------------------------------------

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t all_here;
  int waiting;
} gate;

typedef struct {
  gate *gate;
  size_t bytes;
  int passes;
  double work, seconds;
} lane;

static void wait_for_all(gate *g) {
  pthread_mutex_lock(&g->lock);
  if (--g->waiting == 0) pthread_cond_broadcast(&g->all_here);
  while (g->waiting > 0) pthread_cond_wait(&g->all_here, &g->lock);
  pthread_mutex_unlock(&g->lock);
}

static void *run_multiply_add(void *argument) {
  lane *own = argument;
  wait_for_all(own->gate);
  double begin = machine_clock();
  own->work = multiply_add();
  own->seconds = machine_clock() - begin;
  return NULL;
}

static void *run_copy(void *argument) {
  lane *own = argument;
  size_t half = own->bytes / 2;
  char *from = malloc(half), *to = malloc(half);
  if (from && to) {
    memset(from, 1, half);
    memset(to, 1, half);
  }
  wait_for_all(own->gate);
  double begin = machine_clock();
  for (int pass = 0; from && to && pass < own->passes; pass++) {
    memcpy(to, from, half);
    __asm__ volatile("" : : "r"(to) : "memory");
    own->work += 2.0 * (double)half;
  }
  own->seconds = machine_clock() - begin;
  free(from);
  free(to);
  return NULL;
}

// The best rate of a few runs: all the work by the time of the slowest thread.
static double best_rate(int threads, void *(*body)(void *), size_t bytes, int passes) {
  enum { RUNS = 5, MOST = 64 };
  if (threads > MOST) threads = MOST;
  double best = 0;
  for (int run = 0; run < RUNS; run++) {
    gate together = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, threads};
    lane lanes[MOST];
    pthread_t handles[MOST];
    for (int i = 0; i < threads; i++) {
      lanes[i] = (lane){&together, bytes, passes, 0, 0};
      if (i > 0 && pthread_create(&handles[i], NULL, body, &lanes[i]) != 0) return best;
    }
    body(&lanes[0]);
    double work = lanes[0].work, slowest = lanes[0].seconds;
    for (int i = 1; i < threads; i++) {
      pthread_join(handles[i], NULL);
      work += lanes[i].work;
      if (lanes[i].seconds > slowest) slowest = lanes[i].seconds;
    }
    if (slowest > 0 && work / slowest > best) best = work / slowest;
  }
  return best;
}

double machine_peak_flops(int threads) { return best_rate(threads, run_multiply_add, 0, 0); }

double machine_copy_rate(int threads, size_t bytes) {
  size_t each = bytes / (size_t)threads;
  int passes = (int)(((size_t)32 << 20) / each) + 1;
  return best_rate(threads, run_copy, each, passes);
}
