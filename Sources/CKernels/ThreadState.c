#include "Machine.h"

_Thread_local thread_state current_thread_state;
