// A pool of threads that share one job at a time. Each begins with the same stretch of the chunks in every job of a size,
// so that what it wrote in the last one is in its own caches; when its stretch is through, it claims chunks of the others',
// so that a thread whose processor is busy elsewhere does fewer.
//
// A worker may look at the job only between passing the gate and leaving it; the caller writes the job only while the
// gate is closed and nobody is inside. Workers spin for some microseconds before they sleep: handing work to one that
// spins costs about 0.1 us, waking one 5 us or more.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

#include "Machine.h"

enum { SPIN_NANOSECONDS = 15000, MOST_THREADS = 1024, MOST_STRETCHES = 64 };
static const uint32_t CLOSED = 1u << 31;

typedef struct {
  void (*body)(void *context, size_t chunk);
  void *context;
  size_t stretches;
} job_description;

// Chunks next ..< end, to be claimed one by one.
typedef struct {
  _Alignas(64) _Atomic size_t next;
  size_t end;
} stretch;

// Each on a cache line of its own: counters are hammered while the others are read.
static _Alignas(64) job_description job;
static stretch stretches[MOST_STRETCHES];
static _Alignas(64) _Atomic uint32_t gate = CLOSED;  // workers inside, and whether more may enter
static _Atomic uint32_t helpers;                     // how many may be inside
static _Alignas(64) _Atomic uint32_t generation;     // counts the jobs; what workers wait for
static _Atomic uint32_t sleepers;
static _Alignas(64) _Atomic int taken;  // a caller has the pool
static size_t workers;                  // belongs to who has the pool
static _Atomic size_t wanted_threads;   // 0 until asked for

static _Thread_local int inside_body;

// ---- Waiting ---------------------------------------------------------------------------------------------------

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

#if defined(__linux__)

static void sleep_while_generation_is(uint32_t seen) {
  syscall(SYS_futex, &generation, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

static void wake(uint32_t count) { syscall(SYS_futex, &generation, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0); }

#else

static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t sleep_over = PTHREAD_COND_INITIALIZER;

static void sleep_while_generation_is(uint32_t seen) {
  pthread_mutex_lock(&sleep_lock);
  while (atomic_load(&generation) == seen) pthread_cond_wait(&sleep_over, &sleep_lock);
  pthread_mutex_unlock(&sleep_lock);
}

static void wake(uint32_t count) {
  (void)count;
  pthread_mutex_lock(&sleep_lock);
  pthread_cond_broadcast(&sleep_over);
  pthread_mutex_unlock(&sleep_lock);
}

#endif

static uint32_t wait_for_generation_after(uint32_t seen) {
  const int64_t begin = nanoseconds();
  for (;;) {
    for (int i = 0; i < 32; i++) {
      const uint32_t now = atomic_load_explicit(&generation, memory_order_acquire);
      if (now != seen) return now;
      pause_briefly();
    }
    if (nanoseconds() - begin < SPIN_NANOSECONDS) continue;
    atomic_fetch_add(&sleepers, 1);
    sleep_while_generation_is(seen);
    atomic_fetch_sub(&sleepers, 1);
  }
}

// The caller's wait for the workers inside. One that was descheduled may need this thread's processor: yield.
static void wait_until_empty(void) {
  for (int64_t begin = 0;;) {
    for (int i = 0; i < 32; i++) {
      if (atomic_load_explicit(&gate, memory_order_acquire) == CLOSED) return;
      pause_briefly();
    }
    if (begin == 0) begin = nanoseconds();
    if (nanoseconds() - begin > SPIN_NANOSECONDS) sched_yield();
  }
}

// ---- Working ---------------------------------------------------------------------------------------------------

// A thread's own stretch is the one of its number: 0 is the caller, 1 the first worker.
static void claim_chunks(const job_description *work, size_t number) {
  inside_body = 1;
  for (size_t i = 0; i < work->stretches; i++) {
    stretch *s = &stretches[(number + i) % work->stretches];
    for (;;) {
      const size_t chunk = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed);
      if (chunk >= s->end) break;
      work->body(work->context, chunk);
    }
  }
  inside_body = 0;
}

// Where stretch i of `count` nearly equal ones begins.
static size_t beginning(size_t chunks, size_t i, size_t count) {
  const size_t longer = chunks % count;  // the first ones have one chunk more
  return chunks / count * i + (i < longer ? i : longer);
}

static void divide(size_t chunks, size_t count) {
  for (size_t i = 0; i < count; i++) {
    atomic_store_explicit(&stretches[i].next, beginning(chunks, i, count), memory_order_relaxed);
    stretches[i].end = beginning(chunks, i + 1, count);
  }
}

static int enter(void) {
  uint32_t inside = atomic_load_explicit(&gate, memory_order_relaxed);
  do {
    if (inside & CLOSED || inside >= atomic_load_explicit(&helpers, memory_order_relaxed)) return 0;
  } while (!atomic_compare_exchange_weak_explicit(&gate, &inside, inside + 1, memory_order_acquire,
                                                  memory_order_relaxed));
  return 1;
}

// What a worker begins with.
typedef struct {
  uint32_t generation, number;
} worker_start;

static void *worker(void *packed) {
  worker_start start;
  memcpy(&start, &packed, sizeof start);
  for (uint32_t seen = start.generation;;) {
    if (enter()) {
      claim_chunks(&job, start.number);
      atomic_fetch_sub_explicit(&gate, 1, memory_order_release);
    }
    seen = wait_for_generation_after(seen);
  }
  return NULL;
}

// Makes the pool as large as `count`, or as large as the system allows.
static void start_workers(size_t count) {
  if (workers >= count) return;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // the process's own threads handle its signals
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  worker_start start = {.generation = atomic_load(&generation)};
  _Static_assert(sizeof start == sizeof(void *), "passed in the place of a pointer");
  for (pthread_t thread; workers < count; workers++) {
    start.number = (uint32_t)workers + 1;
    void *packed;
    memcpy(&packed, &start, sizeof packed);
    if (pthread_create(&thread, &attributes, worker, packed) != 0) break;
  }
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void parallel_for(size_t chunks, void (*body)(void *context, size_t chunk), void *context) {
  if (chunks == 0) return;
  size_t lanes = chunks == 1 || inside_body ? 1 : parallel_thread_count();
  if (lanes > chunks) lanes = chunks;
  if (lanes <= 1 || atomic_exchange_explicit(&taken, 1, memory_order_acquire)) {
    for (size_t i = 0; i < chunks; i++) body(context, i);
    return;
  }
  start_workers(lanes - 1);
  job = (job_description){body, context, lanes < MOST_STRETCHES ? lanes : MOST_STRETCHES};
  divide(chunks, job.stretches);
  atomic_store_explicit(&helpers, (uint32_t)(lanes - 1), memory_order_relaxed);
  atomic_fetch_and_explicit(&gate, ~CLOSED, memory_order_release);
  atomic_fetch_add(&generation, 1);
  if (atomic_load(&sleepers) > 0) wake((uint32_t)(lanes - 1));

  claim_chunks(&job, 0);
  atomic_fetch_or_explicit(&gate, CLOSED, memory_order_acquire);
  wait_until_empty();
  atomic_store_explicit(&taken, 0, memory_order_release);
}

// ---- How many --------------------------------------------------------------------------------------------------

static size_t initial_thread_count(void) {
  const char *wanted = getenv("PULLBACK_NUM_THREADS");
  const long number = wanted ? strtol(wanted, NULL, 10) : 0;
  if (number > 0) return (size_t)number;
#if defined(__linux__)
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) == 0) return (size_t)CPU_COUNT(&processors);
#endif
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (size_t)online : 1;
}

size_t parallel_thread_count(void) {
  const size_t known = atomic_load_explicit(&wanted_threads, memory_order_relaxed);
  if (known > 0) return known;
  // Does not overwrite what another thread sets meanwhile.
  size_t none = 0;
  const size_t count = initial_thread_count();
  const size_t bounded = count < MOST_THREADS ? count : MOST_THREADS;
  return atomic_compare_exchange_strong(&wanted_threads, &none, bounded) ? bounded : none;
}

void parallel_set_thread_count(size_t count) {
  if (count < 1) count = 1;
  atomic_store_explicit(&wanted_threads, count < MOST_THREADS ? count : MOST_THREADS, memory_order_relaxed);
}
