#include <sched.h>
#include <stdlib.h>

#include "handles.h"

_Static_assert(sizeof(MPI_Win) <= sizeof(intptr_t), "a window fits an integer");

static MPI_Win unwrap_window(cmpi_window window) {
  MPI_Win handle;
  memcpy(&handle, &window.value, sizeof handle);
  return handle;
}

int cmpi_ranks_on_host(cmpi_communicator communicator, int *ranks) {
  MPI_Comm host;
  int code = MPI_Comm_split_type(unwrap(communicator), MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
  if (code == MPI_SUCCESS) code = MPI_Comm_size(host, ranks);
  if (code == MPI_SUCCESS) code = MPI_Comm_free(&host);
  return code;
}

// Every window of the session, in the order of their making, which all ranks of a window share.
static MPI_Win *windows = NULL;
static int window_count = 0;

static int keep_window(MPI_Win window) {
  MPI_Win *longer = realloc(windows, (size_t)(window_count + 1) * sizeof *windows);
  if (!longer) return MPI_ERR_NO_MEM;
  windows = longer;
  windows[window_count++] = window;
  return MPI_SUCCESS;
}

int cmpi_windows(void) { return window_count; }

int cmpi_free_windows(int kept) {
  int code = MPI_SUCCESS;
  for (int i = kept; i < window_count && code == MPI_SUCCESS; i++) {
    code = MPI_Win_unlock_all(windows[i]);
    if (code == MPI_SUCCESS) code = MPI_Win_free(&windows[i]);
  }
  window_count = kept;
  return code;
}

int cmpi_share(cmpi_communicator communicator, int64_t count, cmpi_window *window, void **bytes) {
  MPI_Win handle = MPI_WIN_NULL;
  int code = MPI_Win_allocate_shared(
      (MPI_Aint)count, 1, MPI_INFO_NULL, unwrap(communicator), bytes, &handle);
  if (code == MPI_SUCCESS) code = MPI_Win_set_errhandler(handle, MPI_ERRORS_RETURN);
  // One epoch for good: loads and stores are ordered by the counters' own barriers.
  if (code == MPI_SUCCESS) code = MPI_Win_lock_all(MPI_MODE_NOCHECK, handle);
  if (code == MPI_SUCCESS) code = keep_window(handle);
  window->value = 0;
  memcpy(&window->value, &handle, sizeof handle);
  return code;
}

int cmpi_shared_bytes(cmpi_window window, int rank, void **bytes) {
  MPI_Aint count;
  int unit;
  return MPI_Win_shared_query(unwrap_window(window), rank, &count, &unit, bytes);
}

void cmpi_publish(uint64_t *counter, uint64_t value) { __atomic_store_n(counter, value, __ATOMIC_RELEASE); }

int cmpi_has_reached(const uint64_t *counter, uint64_t value) {
  return __atomic_load_n(counter, __ATOMIC_ACQUIRE) >= value;
}

void cmpi_await(const uint64_t *counter, uint64_t value) {
  for (int i = 0; i < 200; i++) {
    if (cmpi_has_reached(counter, value)) return;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  // Whoever is awaited may need this very core.
  while (!cmpi_has_reached(counter, value)) sched_yield();
}

void cmpi_expect_read(const void *bytes, int64_t count) {
  for (int64_t i = 0; i < count; i += 64) __builtin_prefetch((const char *)bytes + i, 0);
}

void cmpi_expect_write(void *bytes, int64_t count) {
  for (int64_t i = 0; i < count; i += 64) {
#if defined(__x86_64__)
    __asm__ volatile("prefetchw %0" : : "m"(((char *)bytes)[i]));
#else
    __builtin_prefetch((char *)bytes + i, 1);
#endif
  }
}
