// What this machine can do at most, and what is needed to time on it.
#ifndef CMACHINE_LIMITS_H
#define CMACHINE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

// Fused multiply-adds in float32, in floating-point operations a second, on so many threads together.
double machine_peak_flops(int threads);
// Bytes read and written a second by copying between two arrays of `bytes` together, on so many threads.
double machine_copy_rate(int threads, size_t bytes);

// Seconds on a clock that only runs forward.
double machine_clock(void);
// How often the system has taken the processor from this process.
long machine_interruptions(void);

// What this process has asked for so far. Negative where the platform does not tell.
typedef struct {
  int64_t page_faults;   // that needed no reading
  int64_t malloc_calls;  // of the calling thread, calloc, realloc and aligned allocation included
} machine_requests;
machine_requests machine_count_requests(void);

// Bytes of this process in main memory, and the most since the last reset. Negative where the platform does not tell.
int64_t machine_resident_bytes(void);
int64_t machine_peak_resident_bytes(void);
void machine_reset_peak_resident_bytes(void);

#endif
