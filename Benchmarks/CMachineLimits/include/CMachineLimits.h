// What this machine can do at most, and what is needed to time on it.
#ifndef CMACHINE_LIMITS_H
#define CMACHINE_LIMITS_H

#include <stddef.h>

// Fused multiply-adds in float32, in floating-point operations a second, on so many threads together.
double machine_peak_flops(int threads);
// Bytes read and written a second by copying between two arrays of `bytes` together, on so many threads.
double machine_copy_rate(int threads, size_t bytes);

// Seconds on a clock that only runs forward.
double machine_clock(void);
// How often the system has taken the processor from this process.
long machine_interruptions(void);

#endif
