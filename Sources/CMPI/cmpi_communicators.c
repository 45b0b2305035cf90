#include <stdlib.h>

#include "handles.h"

// Those that were made and not given back, in the order of their making, which all ranks of a communicator share.
static MPI_Comm *made = NULL;
static int made_count = 0;

static int keep(MPI_Comm handle) {
  MPI_Comm *longer = realloc(made, (size_t)(made_count + 1) * sizeof *made);
  if (!longer) return MPI_ERR_NO_MEM;
  made = longer;
  made[made_count++] = handle;
  return MPI_Comm_set_errhandler(handle, MPI_ERRORS_RETURN);
}

cmpi_communicator cmpi_world(void) { return wrap(MPI_COMM_WORLD); }

int cmpi_rank(cmpi_communicator communicator, int *rank) {
  return MPI_Comm_rank(unwrap(communicator), rank);
}

int cmpi_size(cmpi_communicator communicator, int *size) {
  return MPI_Comm_size(unwrap(communicator), size);
}

int cmpi_split(
    cmpi_communicator communicator, int colour, int key, cmpi_communicator *part, int *is_member) {
  MPI_Comm handle = MPI_COMM_NULL;
  int code =
      MPI_Comm_split(unwrap(communicator), colour < 0 ? MPI_UNDEFINED : colour, key, &handle);
  *is_member = code == MPI_SUCCESS && handle != MPI_COMM_NULL;
  if (*is_member) code = keep(handle);
  *part = wrap(handle);
  return code;
}

int cmpi_duplicate(cmpi_communicator communicator, cmpi_communicator *copy) {
  MPI_Comm handle = MPI_COMM_NULL;
  int code = MPI_Comm_dup(unwrap(communicator), &handle);
  if (code == MPI_SUCCESS) code = keep(handle);
  *copy = wrap(handle);
  return code;
}

int cmpi_free(cmpi_communicator communicator) {
  MPI_Comm handle = unwrap(communicator);
  int left = 0;
  for (int i = 0; i < made_count; i++)
    if (made[i] != handle) made[left++] = made[i];
  made_count = left;
  return MPI_Comm_free(&handle);
}

int cmpi_made(void) { return made_count; }

int cmpi_give_back(int kept) {
  int code = MPI_SUCCESS;
  for (int i = kept; i < made_count && code == MPI_SUCCESS; i++) code = MPI_Comm_free(&made[i]);
  made_count = kept;
  return code;
}
