// MPI's handles are integers in one implementation and pointers in another; both fit an intptr_t.
#pragma once
#include <mpi.h>
#include <string.h>

#include "cmpi.h"

_Static_assert(sizeof(MPI_Comm) <= sizeof(intptr_t), "a communicator fits an integer");
_Static_assert(sizeof(MPI_Request) <= sizeof(cmpi_request), "a request fits its room");

static inline MPI_Comm unwrap(cmpi_communicator communicator) {
  MPI_Comm handle;
  memcpy(&handle, &communicator.value, sizeof handle);
  return handle;
}

// MPICH keeps the core while it waits, in 4.0 without a yield, and sharing one, small exchanges take 1000 times longer: there
// every wait is ours.
#if defined(MPICH_VERSION) && !defined(I_MPI_VERSION)
#define CMPI_YIELDS 1
#define AWAITED(name, starting, ...)                                        \
  __extension__({                                                           \
    MPI_Request started = MPI_REQUEST_NULL;                                 \
    int begun = MPI_##starting(__VA_ARGS__, &started);                      \
    begun == MPI_SUCCESS ? cmpi_wait_for(&started, 1, MPI_STATUSES_IGNORE) : begun; \
  })
#else
#define CMPI_YIELDS 0
#define AWAITED(name, starting, ...) MPI_##name(__VA_ARGS__)
#endif

// MPI_Waitall, which lets the core go where MPI's own does not.
int cmpi_wait_for(MPI_Request *requests, int count, MPI_Status *statuses);

static inline cmpi_communicator wrap(MPI_Comm handle) {
  cmpi_communicator communicator = {0};
  memcpy(&communicator.value, &handle, sizeof handle);
  return communicator;
}
