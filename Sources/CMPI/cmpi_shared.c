#include <sched.h>

#include "handles.h"

int cmpi_ranks_on_host(cmpi_communicator communicator, int *ranks) {
  MPI_Comm host;
  int code = MPI_Comm_split_type(unwrap(communicator), MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
  if (code == MPI_SUCCESS) code = MPI_Comm_size(host, ranks);
  if (code == MPI_SUCCESS) code = MPI_Comm_free(&host);
  return code;
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
