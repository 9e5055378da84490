// Blocks that all threads share, and the system they come from.
#ifndef LARGE_MEMORY_H
#define LARGE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define POISON(block, bytes) ASAN_POISON_MEMORY_REGION(block, bytes)
#define UNPOISON(block, bytes) ASAN_UNPOISON_MEMORY_REGION(block, bytes)
#endif
#endif
#if !defined(POISON)
#define POISON(block, bytes) ((void)(block), (void)(bytes))
#define UNPOISON(block, bytes) ((void)(block), (void)(bytes))
#endif

enum { MEMORY_ALIGNMENT = 64 };

void *large_allocate(size_t bytes);
void large_release(void *block, size_t bytes);
void large_trim(void);
void large_set_limit(size_t bytes);
// What is cached, and how often the system was asked for memory.
void large_get_statistics(uint64_t *cached_bytes, uint64_t *system_allocations);

#endif
