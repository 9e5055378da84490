// Counts what the process asks of the system. To count calls of malloc, this file defines it and passes on to the C
// library's own: a step of the thread's own counter, which is not to be seen in the times.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "CMachineLimits.h"

static int64_t page_faults(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_minflt : -1;
}

#if defined(__GLIBC__)

static _Thread_local int64_t calls;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  calls++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  calls++;
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  calls++;
  return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  calls++;
  return __libc_memalign(alignment, size);
}

machine_requests machine_count_requests(void) { return (machine_requests){page_faults(), calls}; }

#else

machine_requests machine_count_requests(void) { return (machine_requests){page_faults(), -1}; }

#endif

// A line such as "VmHWM:  1234 kB" of the process's status.
static int64_t status_bytes(const char *field) {
  FILE *file = fopen("/proc/self/status", "r");
  if (!file) return -1;
  char line[256];
  long kilobytes = -1;
  while (fgets(line, sizeof line, file)) {
    const size_t length = strlen(field);
    if (strncmp(line, field, length) == 0) kilobytes = strtol(line + length, NULL, 10);
  }
  fclose(file);
  return kilobytes < 0 ? -1 : (int64_t)kilobytes * 1024;
}

int64_t machine_resident_bytes(void) { return status_bytes("VmRSS:"); }
int64_t machine_peak_resident_bytes(void) { return status_bytes("VmHWM:"); }

void machine_reset_peak_resident_bytes(void) {
  FILE *file = fopen("/proc/self/clear_refs", "w");
  if (!file) return;
  fputs("5", file);
  fclose(file);
}
