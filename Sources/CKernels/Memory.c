// Small blocks, and what is counted for all.
//
// A thread takes small blocks from lists of its own, without locks: for each size a batch in use and a full spare one.
// Whole batches travel between the threads through the depot, so a thread that only releases what another allocates
// costs a lock for each batch, not for each block. Blocks are cut from slabs of one size, of which trimming returns
// those that are free as a whole.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "LargeMemory.h"
#include "Machine.h"

enum {
  LARGEST_SMALL = 4096,
  SIZES = LARGEST_SMALL / MEMORY_ALIGNMENT,  // size number i has (i + 1) * 64 bytes
  SLAB = 64 << 10,
  REGION = 2 << 20,  // slabs come from the large blocks by this many bytes
  COUNTED_LATE = 64 << 10,
};

typedef struct free_block {
  struct free_block *next;        // within the batch
  struct free_block *next_batch;  // in the depot
} free_block;

typedef struct {
  free_block *first;
  uint32_t count;
} batch;

// A counter that its own thread changes and any may read: no locked instruction needed.
typedef _Atomic int64_t counter;
static inline void change(counter *c, int64_t by) {
  atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + by, memory_order_relaxed);
}
static inline int64_t value(counter *c) { return atomic_load_explicit(c, memory_order_relaxed); }

typedef struct thread_cache {
  batch current[SIZES], spare[SIZES];
  counter live_bytes, most_live_bytes, live_blocks;  // since they were last added to the totals
  int64_t settled_bytes;                             // that were
  counter released_objects;
  struct thread_cache *previous, *next;
} thread_cache;

typedef struct slab {
  struct slab *next;                // of the unused ones
  uint32_t free_blocks, collected;  // counted while trimming, else 0
} slab;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static free_block *depot[SIZES];
static slab *unused_slabs;
static thread_cache *caches;
static int64_t live_bytes, peak_live_bytes, live_blocks, depot_bytes;
static _Atomic int64_t released_objects;  // by threads that are gone, or have no memory for a cache

static pthread_key_t exit_key;
static pthread_once_t exit_key_made = PTHREAD_ONCE_INIT;
static _Thread_local thread_cache *own;

static inline size_t size_number(size_t bytes) { return bytes == 0 ? 0 : (bytes - 1) / MEMORY_ALIGNMENT; }
static inline size_t size_of(size_t number) { return (number + 1) * MEMORY_ALIGNMENT; }
// 4 to 64 blocks, near 8 KiB.
static inline uint32_t batch_size(size_t number) {
  return number < 2 ? 64 : number < 32 ? 128 / (uint32_t)(number + 1) : 4;
}
static inline uint32_t blocks_in_slab(size_t number) { return (SLAB - MEMORY_ALIGNMENT) / (uint32_t)size_of(number); }
static inline slab *slab_of(free_block *block) { return (slab *)((uintptr_t)block & ~(uintptr_t)(SLAB - 1)); }

// ---- Counting --------------------------------------------------------------------------------------------------

// Adds a thread's counts to the totals. The lock is held.
static void settle(thread_cache *cache) {
  const int64_t peak = live_bytes + value(&cache->most_live_bytes);
  if (peak > peak_live_bytes) peak_live_bytes = peak;
  live_bytes += value(&cache->live_bytes);
  cache->settled_bytes += value(&cache->live_bytes);
  live_blocks += value(&cache->live_blocks);
  change(&cache->live_bytes, -value(&cache->live_bytes));
  change(&cache->most_live_bytes, -value(&cache->most_live_bytes));
  change(&cache->live_blocks, -value(&cache->live_blocks));
}

// The peak is exact for one thread; with several, what they have not settled yet may be missing.
static inline void count(thread_cache *cache, int64_t bytes, int64_t blocks) {
  change(&cache->live_bytes, bytes);
  change(&cache->live_blocks, blocks);
  const int64_t now = value(&cache->live_bytes);
  if (now > value(&cache->most_live_bytes)) atomic_store_explicit(&cache->most_live_bytes, now, memory_order_relaxed);
  if (now < COUNTED_LATE && now > -COUNTED_LATE) return;
  pthread_mutex_lock(&lock);
  settle(cache);
  pthread_mutex_unlock(&lock);
}

// ---- A thread comes and goes -----------------------------------------------------------------------------------

static void add_to_depot(size_t number, batch full) {
  if (!full.first) return;
  full.first->next_batch = depot[number];
  depot[number] = full.first;
  depot_bytes += full.count * (int64_t)size_of(number);
}

static void empty_into_depot(thread_cache *cache) {
  for (size_t i = 0; i < SIZES; i++) {
    add_to_depot(i, cache->current[i]);
    add_to_depot(i, cache->spare[i]);
    cache->current[i] = cache->spare[i] = (batch){0};
  }
}

static void retire(void *cache_of_thread) {
  thread_cache *cache = cache_of_thread;
  pthread_mutex_lock(&lock);
  settle(cache);
  released_objects += value(&cache->released_objects);
  empty_into_depot(cache);
  if (cache->previous) cache->previous->next = cache->next;
  else caches = cache->next;
  if (cache->next) cache->next->previous = cache->previous;
  pthread_mutex_unlock(&lock);
  own = NULL;  // what later destructors of this thread allocate starts a new cache
  free(cache);
}

static void make_exit_key(void) { pthread_key_create(&exit_key, retire); }

static __attribute__((noinline)) thread_cache *new_cache(void) {
  thread_cache *cache = calloc(1, sizeof *cache);
  if (!cache) return NULL;
  pthread_once(&exit_key_made, make_exit_key);
  pthread_setspecific(exit_key, cache);
  pthread_mutex_lock(&lock);
  cache->next = caches;
  if (caches) caches->previous = cache;
  caches = cache;
  pthread_mutex_unlock(&lock);
  return own = cache;
}

static inline thread_cache *own_cache(void) { return own ? own : new_cache(); }

// ---- Batches and slabs -----------------------------------------------------------------------------------------

// Cuts a region into slabs. The lock is held.
static void add_slabs(void) {
  char *region = large_allocate(REGION);
  for (size_t at = REGION; region && at > 0;) {
    slab *s = (slab *)(region + (at -= SLAB));
    s->next = unused_slabs;
    unused_slabs = s;
  }
}

// Adds a block to a batch, and the batch to the depot when it is full. The lock is held.
static void add_to_batch(size_t number, batch *filling, free_block *block) {
  block->next = filling->first;
  filling->first = block;
  if (++filling->count < batch_size(number)) return;
  add_to_depot(number, *filling);
  *filling = (batch){0};
}

// Cuts a slab into batches. The lock is held.
static void add_batches(size_t number) {
  if (!unused_slabs) add_slabs();
  slab *s = unused_slabs;
  if (!s) return;
  unused_slabs = s->next;
  *s = (slab){0};
  batch filling = {0};
  for (size_t i = blocks_in_slab(number); i-- > 0;) {
    free_block *block = (free_block *)((char *)s + MEMORY_ALIGNMENT + i * size_of(number));
    POISON(block + 1, size_of(number) - sizeof *block);
    add_to_batch(number, &filling, block);
  }
  add_to_depot(number, filling);
}

static uint32_t length(const free_block *block) {
  uint32_t n = 0;
  for (; block; block = block->next) n++;
  return n;
}

static __attribute__((noinline)) free_block *refill(thread_cache *cache, size_t number) {
  if (cache->spare[number].first) {
    cache->current[number] = cache->spare[number];
    cache->spare[number] = (batch){0};
    return cache->current[number].first;
  }
  pthread_mutex_lock(&lock);
  if (!depot[number]) add_batches(number);
  free_block *first = depot[number];
  if (first) {
    depot[number] = first->next_batch;
    cache->current[number] = (batch){first, length(first)};
    depot_bytes -= cache->current[number].count * (int64_t)size_of(number);
  }
  pthread_mutex_unlock(&lock);
  return first;
}

static __attribute__((noinline)) void put_aside(thread_cache *cache, size_t number) {
  if (cache->spare[number].first) {
    pthread_mutex_lock(&lock);
    add_to_depot(number, cache->spare[number]);
    pthread_mutex_unlock(&lock);
  }
  cache->spare[number] = cache->current[number];
  cache->current[number] = (batch){0};
}

// ---- Trimming --------------------------------------------------------------------------------------------------

// Empties the depot's list for a size into one list, and counts what each slab has in it.
static free_block *take_all(size_t number) {
  free_block *all = NULL;
  for (free_block *first = depot[number], *following; first; first = following) {
    following = first->next_batch;
    for (free_block *block = first, *next; block; block = next) {
      next = block->next;
      block->next = all;
      all = block;
      slab_of(block)->free_blocks++;
      depot_bytes -= (int64_t)size_of(number);
    }
  }
  depot[number] = NULL;
  return all;
}

// Gives the memory of slabs without a block in use back to the system, and keeps their addresses. The lock is held.
static void release_slabs(size_t number) {
  free_block *kept = NULL;
  for (free_block *block = take_all(number), *next; block; block = next) {
    next = block->next;
    slab *s = slab_of(block);
    if (s->free_blocks < blocks_in_slab(number)) {
      block->next = kept;
      kept = block;
    } else if (++s->collected == s->free_blocks) {
      UNPOISON(s, SLAB);
      madvise(s, SLAB, MADV_DONTNEED);
      s->next = unused_slabs;
      unused_slabs = s;
    }
  }
  batch filling = {0};
  for (free_block *block = kept, *next; block; block = next) {
    next = block->next;
    slab_of(block)->free_blocks = 0;
    add_to_batch(number, &filling, block);
  }
  add_to_depot(number, filling);
}

void memory_trim(void) {
  pthread_mutex_lock(&lock);
  if (own) empty_into_depot(own);
  for (size_t i = 0; i < SIZES; i++) release_slabs(i);
  pthread_mutex_unlock(&lock);
  large_trim();
}

void memory_set_cache_limit(size_t bytes) { large_set_limit(bytes); }

// ---- Allocating and releasing ----------------------------------------------------------------------------------

void *memory_allocate(size_t bytes) {
  thread_cache *cache = own_cache();
  if (!cache) return NULL;
  void *result;
  if (bytes <= LARGEST_SMALL) {
    const size_t number = size_number(bytes);
    batch *current = &cache->current[number];
    free_block *block = current->first ? current->first : refill(cache, number);
    if (!block) return NULL;
    current->first = block->next;
    current->count--;
    UNPOISON(block, bytes);
    result = block;
  } else {
    result = large_allocate(bytes);
    if (!result) return NULL;
  }
  count(cache, (int64_t)bytes, 1);
  return result;
}

void memory_release(void *released, size_t bytes) {
  thread_cache *cache = own_cache();
  if (!cache) return;  // not even a few kilobytes left: the block is lost, the process lives
  count(cache, -(int64_t)bytes, -1);
  if (bytes > LARGEST_SMALL) {
    large_release(released, bytes);
    return;
  }
  const size_t number = size_number(bytes);
  free_block *block = released;
  UNPOISON(block, sizeof *block);
  POISON(block + 1, size_of(number) - sizeof *block);
  batch *current = &cache->current[number];
  block->next = current->first;
  current->first = block;
  if (++current->count == batch_size(number)) put_aside(cache, number);
}

// ---- Statistics ------------------------------------------------------------------------------------------------

memory_statistics memory_get_statistics(void) {
  memory_statistics all;
  large_get_statistics(&all.cached_bytes, &all.system_allocations);
  pthread_mutex_lock(&lock);
  int64_t bytes = live_bytes, blocks = live_blocks, peak = live_bytes;
  for (thread_cache *cache = caches; cache; cache = cache->next) {
    bytes += value(&cache->live_bytes);
    blocks += value(&cache->live_blocks);
    peak += value(cache == own ? &cache->most_live_bytes : &cache->live_bytes);
  }
  if (peak > peak_live_bytes) peak_live_bytes = peak;
  all.live_bytes = (uint64_t)bytes;
  all.live_blocks = (uint64_t)blocks;
  all.peak_live_bytes = (uint64_t)peak_live_bytes;
  all.cached_bytes += (uint64_t)depot_bytes;
  pthread_mutex_unlock(&lock);
  return all;
}

int64_t memory_thread_bytes(void) {
  thread_cache *cache = own_cache();
  return cache ? cache->settled_bytes + value(&cache->live_bytes) : 0;
}

void memory_count_released_object(void) {
  thread_cache *cache = own_cache();
  if (cache) change(&cache->released_objects, 1);
  else released_objects++;
}

uint64_t memory_released_objects(void) {
  pthread_mutex_lock(&lock);
  int64_t all = released_objects;
  for (thread_cache *cache = caches; cache; cache = cache->next) all += value(&cache->released_objects);
  pthread_mutex_unlock(&lock);
  return (uint64_t)all;
}

void memory_reset_peak(void) {
  pthread_mutex_lock(&lock);
  if (own) settle(own);
  peak_live_bytes = live_bytes;
  for (thread_cache *cache = caches; cache; cache = cache->next) peak_live_bytes += value(&cache->live_bytes);
  pthread_mutex_unlock(&lock);
}
