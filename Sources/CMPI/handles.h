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

static inline cmpi_communicator wrap(MPI_Comm handle) {
  cmpi_communicator communicator = {0};
  memcpy(&communicator.value, &handle, sizeof handle);
  return communicator;
}
