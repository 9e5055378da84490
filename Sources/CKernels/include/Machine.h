// Threads and memory: what the loops run on.
#ifndef MACHINE_H
#define MACHINE_H

#include <stddef.h>
#include <stdint.h>

// ---- Threads ---------------------------------------------------------------------------------------------------

// Calls body(context, chunk) for every chunk in 0 ..< chunks, on the calling thread and the pool's workers, each lane
// claiming the next chunk from a counter; returns when all are done. What a chunk computes must not depend on who
// computes it. With one thread, one chunk, or when called from within a body, everything runs on the calling thread.
// When two threads call at once, the second does its work itself.
void parallel_for(size_t chunks, void (*body)(void *context, size_t chunk), void *context);
// How many threads work together, the caller included: PULLBACK_NUM_THREADS, else the processors this process may use.
size_t parallel_thread_count(void);
void parallel_set_thread_count(size_t count);

// ---- Memory ----------------------------------------------------------------------------------------------------

// 64-byte aligned blocks from free lists: a thread's own for small sizes, shared size classes for large ones, which
// are kept for reuse up to a cap. NULL when the system has no more; never aborts. Zero bytes give a valid pointer.
void *memory_allocate(size_t bytes);
// `bytes` as asked for.
void memory_release(void *block, size_t bytes);
// Gives cached blocks back to the system.
void memory_trim(void);
void memory_set_cache_limit(size_t bytes);
typedef struct {
  uint64_t live_bytes, peak_live_bytes, cached_bytes, system_allocations, live_blocks;
} memory_statistics;
memory_statistics memory_get_statistics(void);
// What the calling thread has allocated, less what it has released.
int64_t memory_thread_bytes(void);
// Counts an object of the program's as released by the calling thread, for which no locked instruction is needed, and gives
// how many were, by all threads.
void memory_count_released_object(void);
uint64_t memory_released_objects(void);
void memory_reset_peak(void);

// ---- The lock of replays ----------------------------------------------------------------------------------------

// Under it tapes are laid out. Gives the number of replays so far, to be changed before it is unlocked. A mutex of the C
// library, since ThreadSanitizer does not see the one of Swift's, and reports what that protects.
uint64_t *replay_lock(void);
void replay_unlock(void);

// ---- State of a thread -----------------------------------------------------------------------------------------

// What the recording engine keeps for each thread, read in under a nanosecond.
typedef struct {
  int32_t recording_disabled;  // depth of scopes without recording
  int32_t keeping_differentials;  // depth of scopes whose entries are to be walked forward
  void *checked_scope;         // the innermost checked scope, or NULL
  void *release_queue;         // entries waiting to be released, or NULL
  void *named_scope;           // the innermost named scope, or NULL
  void *observer;              // profiling and anomaly detection, or NULL
  void *mapping;               // the innermost mapped function that is running, or NULL
  void *program;               // what kernel calls are noted in, or NULL
} thread_state;
extern _Thread_local thread_state current_thread_state;
static inline __attribute__((always_inline)) thread_state *thread_state_current(void) { return &current_thread_state; }

#endif
