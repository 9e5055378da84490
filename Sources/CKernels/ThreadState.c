#include "Machine.h"

#include <pthread.h>

_Thread_local thread_state current_thread_state;

static pthread_mutex_t lock_of_replays = PTHREAD_MUTEX_INITIALIZER;
static uint64_t replay_count;

uint64_t *replay_lock(void) {
  pthread_mutex_lock(&lock_of_replays);
  return &replay_count;
}

void replay_unlock(void) { pthread_mutex_unlock(&lock_of_replays); }
