#include <stdio.h>
#include <unistd.h>

#include "handles.h"

static int world_rank = -1;

int cmpi_initialize(void) {
  int provided = 0;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (code != MPI_SUCCESS) return code;
  // The default handler kills the job before the caller can say what it was doing.
  code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
  if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, &world_rank);
  if (code == MPI_SUCCESS && provided < MPI_THREAD_FUNNELED) code = MPI_ERR_UNSUPPORTED_OPERATION;
  return code;
}

int cmpi_finalize(void) { return MPI_Finalize(); }

int cmpi_is_running(void) {
  int begun = 0;
  int ended = 0;
  MPI_Initialized(&begun);
  MPI_Finalized(&ended);
  return begun && !ended;
}

void cmpi_abort(int code) {
  if (cmpi_is_running()) MPI_Abort(MPI_COMM_WORLD, code);
  _exit(code);
}

int cmpi_world_rank(void) { return world_rank; }

int cmpi_error_class(int code) {
  int class = code;
  if (cmpi_is_running()) MPI_Error_class(code, &class);
  return class;
}

void cmpi_error_text(int code, char *text, int64_t capacity) {
  char full[MPI_MAX_ERROR_STRING + 1] = "";
  int length = 0;
  if (cmpi_is_running()) MPI_Error_string(code, full, &length);
  snprintf(text, (size_t)capacity, "%s", full);
}

void cmpi_library_version(char *text, int64_t capacity) {
  char full[MPI_MAX_LIBRARY_VERSION_STRING + 1] = "";
  int length = 0;
  MPI_Get_library_version(full, &length);
  snprintf(text, (size_t)capacity, "%s", full);
}

void cmpi_header_version(char *text, int64_t capacity) {
#if defined(OMPI_MAJOR_VERSION)
  snprintf(
      text, (size_t)capacity, "Open MPI %d.%d.%d", OMPI_MAJOR_VERSION, OMPI_MINOR_VERSION,
      OMPI_RELEASE_VERSION);
#elif defined(I_MPI_VERSION) // which says that it is a MPICH too
  snprintf(text, (size_t)capacity, "Intel MPI %s", I_MPI_VERSION);
#elif defined(MPICH_VERSION)
  snprintf(text, (size_t)capacity, "MPICH %s", MPICH_VERSION);
#else
  snprintf(text, (size_t)capacity, "MPI %d.%d", MPI_VERSION, MPI_SUBVERSION);
#endif
}

void cmpi_processor_name(char *text, int64_t capacity) {
  char full[MPI_MAX_PROCESSOR_NAME + 1] = "";
  int length = 0;
  if (cmpi_is_running()) MPI_Get_processor_name(full, &length);
  snprintf(text, (size_t)capacity, "%s", full);
}
