#include "handles.h"

cmpi_communicator cmpi_world(void) { return wrap(MPI_COMM_WORLD); }

int cmpi_rank(cmpi_communicator communicator, int *rank) {
  return MPI_Comm_rank(unwrap(communicator), rank);
}

int cmpi_size(cmpi_communicator communicator, int *size) {
  return MPI_Comm_size(unwrap(communicator), size);
}

int cmpi_split(
    cmpi_communicator communicator, int colour, int key, cmpi_communicator *part, int *made) {
  MPI_Comm handle = MPI_COMM_NULL;
  int code =
      MPI_Comm_split(unwrap(communicator), colour < 0 ? MPI_UNDEFINED : colour, key, &handle);
  *made = code == MPI_SUCCESS && handle != MPI_COMM_NULL;
  if (*made) code = MPI_Comm_set_errhandler(handle, MPI_ERRORS_RETURN);
  *part = wrap(handle);
  return code;
}

int cmpi_duplicate(cmpi_communicator communicator, cmpi_communicator *copy) {
  MPI_Comm handle = MPI_COMM_NULL;
  int code = MPI_Comm_dup(unwrap(communicator), &handle);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(handle, MPI_ERRORS_RETURN);
  *copy = wrap(handle);
  return code;
}

int cmpi_free(cmpi_communicator communicator) {
  MPI_Comm handle = unwrap(communicator);
  return MPI_Comm_free(&handle);
}
