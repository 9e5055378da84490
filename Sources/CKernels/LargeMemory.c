// Large blocks: size classes, eight to each power of two, so that at most an eighth is wasted. Released blocks are
// kept for the next request of their class: a fresh block costs 1.5 us for each page of 4 KiB when it is first
// written, ten times what writing a kept one does. Beyond a cap, the classes not asked for longest go first.
#define _GNU_SOURCE
#include "LargeMemory.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/sysinfo.h>
#endif

enum {
  SMALLEST_BITS = 12,
  STEP_BITS = 3,
  CLASSES = (48 - SMALLEST_BITS) << STEP_BITS,
  HUGE_PAGE = 2 << 20,
};

typedef struct cached_block {
  struct cached_block *next;
} cached_block;

typedef struct {
  cached_block *newest;
  uint64_t last_request;
} size_class;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_class classes[CLASSES];
static uint64_t requests, cached_bytes, held_bytes, system_allocations;
static size_t cache_limit = SIZE_MAX;  // until set: a quarter of the machine's memory

// ---- The system ------------------------------------------------------------------------------------------------

// Main memory and swap; a promise of more than that would be broken on first use.
static size_t system_memory(void) {
  static _Atomic size_t known;
  size_t total = known;
  if (total == 0) {
    total = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
#if defined(__linux__)
    struct sysinfo information;
    if (sysinfo(&information) == 0) total += (size_t)information.totalswap * information.mem_unit;
#endif
    known = total;
  }
  return total;
}

// Starts at the boundary of a huge page: those are written 5 times as fast for the first time, and kinder to the TLB.
static void *map_pages(size_t bytes) {
  char *start = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  const size_t before = -(uintptr_t)start % HUGE_PAGE;
  if (before > 0) munmap(start, before);
  munmap(start + before + bytes, HUGE_PAGE - before);
#if defined(MADV_HUGEPAGE)
  madvise(start + before, bytes, MADV_HUGEPAGE);
#endif
  return start + before;
}

static void *system_allocate(size_t bytes) {
  if (bytes < HUGE_PAGE) return aligned_alloc(MEMORY_ALIGNMENT, bytes);
  return map_pages(bytes);
}

static void system_release(void *block, size_t bytes) {
  UNPOISON(block, bytes);
  if (bytes < HUGE_PAGE) free(block);
  else munmap(block, bytes);
}

// ---- Size classes ----------------------------------------------------------------------------------------------

static size_t class_of(size_t bytes) {
  const size_t last = (bytes < (size_t)1 << SMALLEST_BITS ? (size_t)1 << SMALLEST_BITS : bytes) - 1;
  const size_t bits = sizeof(long) * CHAR_BIT - 1 - (size_t)__builtin_clzl(last);
  const size_t step = last >> (bits - STEP_BITS);  // 8 ... 15
  return ((bits - SMALLEST_BITS + 1) << STEP_BITS) + (step - (1 << STEP_BITS)) + 1 - (1 << STEP_BITS);
}

static size_t bytes_of(size_t class) {
  const size_t bits = class >> STEP_BITS, step = class & ((1 << STEP_BITS) - 1);
  return ((((size_t)1 << STEP_BITS) + step) << (bits + SMALLEST_BITS)) >> STEP_BITS;
}

static void *pop(size_class *c, size_t bytes) {
  cached_block *block = c->newest;
  if (!block) return NULL;
  c->newest = block->next;
  cached_bytes -= bytes;
  return block;
}

// Takes blocks out of the lists, the least recently wanted classes first, until at most `limit` bytes are left; gives
// them as a list of lists for `give_back`, since returning them to the system takes long and the lock is held here.
typedef struct victim {
  struct victim *next;
  size_t bytes;
} victim;

static victim *evict(size_t limit) {
  victim *victims = NULL;
  while (cached_bytes > limit) {
    size_t oldest = CLASSES;
    for (size_t i = 0; i < CLASSES; i++) {
      if (!classes[i].newest) continue;
      if (oldest == CLASSES || classes[i].last_request < classes[oldest].last_request) oldest = i;
    }
    const size_t bytes = bytes_of(oldest);
    while (cached_bytes > limit && classes[oldest].newest) {
      victim *block = pop(&classes[oldest], bytes);
      held_bytes -= bytes;
      *block = (victim){victims, bytes};
      victims = block;
    }
  }
  return victims;
}

static void give_back(victim *block) {
  while (block) {
    victim *next = block->next;
    system_release(block, block->bytes);
    block = next;
  }
}

void *large_allocate(size_t wanted) {
  if (wanted > system_memory()) return NULL;
  const size_t class = class_of(wanted), bytes = bytes_of(class);
  pthread_mutex_lock(&lock);
  classes[class].last_request = ++requests;
  void *block = pop(&classes[class], bytes);
  victim *victims = NULL;
  int possible = 1;
  if (!block) {
    // What is in use and this block must fit together, beside what is kept for reuse.
    const size_t needed = held_bytes - cached_bytes + bytes;
    possible = needed <= system_memory();
    if (possible) victims = evict(system_memory() - needed);
    if (possible) {
      held_bytes += bytes;
      system_allocations++;
    }
  }
  pthread_mutex_unlock(&lock);
  give_back(victims);
  if (!block && possible) {
    block = system_allocate(bytes);
    if (!block) {
      large_trim();
      block = system_allocate(bytes);
    }
    if (!block) {
      pthread_mutex_lock(&lock);
      held_bytes -= bytes;
      pthread_mutex_unlock(&lock);
    }
  }
  if (block) UNPOISON(block, wanted);
  return block;
}

void large_release(void *released, size_t wanted) {
  const size_t class = class_of(wanted), bytes = bytes_of(class);
  UNPOISON(released, sizeof(victim));
  POISON((char *)released + sizeof(victim), bytes - sizeof(victim));
  cached_block *block = released;
  pthread_mutex_lock(&lock);
  if (cache_limit == SIZE_MAX) cache_limit = system_memory() / 4;
  block->next = classes[class].newest;
  classes[class].newest = block;
  cached_bytes += bytes;
  victim *victims = cached_bytes > cache_limit ? evict(cache_limit) : NULL;
  pthread_mutex_unlock(&lock);
  give_back(victims);
}

void large_trim(void) {
  pthread_mutex_lock(&lock);
  victim *victims = evict(0);
  pthread_mutex_unlock(&lock);
  give_back(victims);
}

void large_set_limit(size_t bytes) {
  pthread_mutex_lock(&lock);
  cache_limit = bytes < SIZE_MAX ? bytes : SIZE_MAX - 1;
  victim *victims = evict(cache_limit);
  pthread_mutex_unlock(&lock);
  give_back(victims);
}

void large_get_statistics(uint64_t *cached, uint64_t *allocations) {
  pthread_mutex_lock(&lock);
  *cached = cached_bytes;
  *allocations = system_allocations;
  pthread_mutex_unlock(&lock);
}
