#include <stdlib.h>

#include "handles.h"

int cmpi_barrier(cmpi_communicator communicator) {
  return AWAITED(Barrier, Ibarrier, unwrap(communicator));
}

int cmpi_broadcast(cmpi_communicator communicator, void *bytes, int64_t count, int root) {
  int64_t limit = cmpi_count_limit();
  int code = MPI_SUCCESS;
  for (int64_t offset = 0; offset < count && code == MPI_SUCCESS; offset += limit) {
    int64_t left = count - offset;
    code = AWAITED(
        Bcast, Ibcast, (char *)bytes + offset, (int)(left < limit ? left : limit), MPI_BYTE, root,
        unwrap(communicator));
  }
  return code;
}

int cmpi_all_reduce(
    cmpi_communicator communicator, void *values, int64_t count, cmpi_type type,
    cmpi_operation operation) {
  MPI_Datatype element = type == CMPI_INT64    ? MPI_INT64_T
                         : type == CMPI_FLOAT ? MPI_FLOAT
                                              : MPI_DOUBLE;
  MPI_Op combine = operation == CMPI_MAXIMUM   ? MPI_MAX
                   : operation == CMPI_MINIMUM ? MPI_MIN
                                               : MPI_SUM;
  int64_t size = type == CMPI_FLOAT ? 4 : 8;
  int64_t limit = cmpi_count_limit();
  int code = MPI_SUCCESS;
  for (int64_t offset = 0; offset < count && code == MPI_SUCCESS; offset += limit) {
    int64_t left = count - offset;
    code = AWAITED(
        Allreduce, Iallreduce, MPI_IN_PLACE, (char *)values + offset * size, (int)(left < limit ? left : limit), element,
        combine, unwrap(communicator));
  }
  return code;
}

int cmpi_all_gather_counts(cmpi_communicator communicator, int64_t mine, int64_t *counts) {
  return AWAITED(
      Allgather, Iallgather, &mine, 1, MPI_INT64_T, counts, 1, MPI_INT64_T, unwrap(communicator));
}

int cmpi_all_to_all_counts(cmpi_communicator communicator, const int64_t *mine, int64_t *theirs) {
  return AWAITED(
      Alltoall, Ialltoall, mine, 1, MPI_INT64_T, theirs, 1, MPI_INT64_T, unwrap(communicator));
}

// Counts and displacements as MPI wants them, or NULL where 32 bits do not hold them. Every rank
// has the same counts, so all of them decide alike.
static int *small_counts(const int64_t *counts, int size) {
  int64_t total = 0;
  for (int k = 0; k < size; k++) total += counts[k];
  if (total > cmpi_count_limit()) return NULL;
  int *both = malloc(2 * (size_t)size * sizeof *both);
  if (both == NULL) return NULL;
  int displacement = 0;
  for (int k = 0; k < size; k++) {
    both[k] = (int)counts[k];
    both[size + k] = displacement;
    displacement += both[k];
  }
  return both;
}

static int exchange(
    cmpi_communicator communicator, const cmpi_transfer *transfers, int64_t receives,
    int64_t sends) {
  int64_t incoming = cmpi_requests_needed(transfers, receives);
  int64_t all = incoming + cmpi_requests_needed(transfers + receives, sends);
  if (all == 0) return MPI_SUCCESS;
  cmpi_request *requests = malloc((size_t)all * sizeof *requests);
  if (requests == NULL) return MPI_ERR_NO_MEM;
  int64_t received = 0;
  int code = cmpi_start(communicator, transfers, receives, sends, requests);
  if (code == MPI_SUCCESS) code = cmpi_wait(requests, incoming, all, &received);
  free(requests);
  return code;
}

int cmpi_gather(
    cmpi_communicator communicator, const void *mine, const int64_t *counts, void *all, int root,
    int tag) {
  int size = 0;
  int rank = 0;
  int code = cmpi_size(communicator, &size);
  if (code == MPI_SUCCESS) code = cmpi_rank(communicator, &rank);
  if (code != MPI_SUCCESS) return code;
  int *small = small_counts(counts, size);
  if (small != NULL) {
    code = AWAITED(
        Gatherv, Igatherv, mine, (int)counts[rank], MPI_BYTE, all, small, small + size, MPI_BYTE, root,
        unwrap(communicator));
    free(small);
    return code;
  }
  cmpi_transfer *transfers = malloc(((size_t)size + 1) * sizeof *transfers);
  if (transfers == NULL) return MPI_ERR_NO_MEM;
  int receives = 0;
  char *place = all;
  for (int k = 0; rank == root && k < size; k++) {
    transfers[receives++] = (cmpi_transfer){place, counts[k], k, tag};
    place += counts[k];
  }
  transfers[receives] = (cmpi_transfer){(void *)mine, counts[rank], root, tag};
  code = exchange(communicator, transfers, receives, 1);
  free(transfers);
  return code;
}

int cmpi_all_gather(
    cmpi_communicator communicator, const void *mine, const int64_t *counts, void *all, int tag) {
  int size = 0;
  int rank = 0;
  int code = cmpi_size(communicator, &size);
  if (code == MPI_SUCCESS) code = cmpi_rank(communicator, &rank);
  if (code != MPI_SUCCESS) return code;
  int *small = small_counts(counts, size);
  if (small != NULL) {
    code = AWAITED(
        Allgatherv, Iallgatherv, mine, (int)counts[rank], MPI_BYTE, all, small, small + size, MPI_BYTE,
        unwrap(communicator));
    free(small);
    return code;
  }
  cmpi_transfer *transfers = malloc(2 * (size_t)size * sizeof *transfers);
  if (transfers == NULL) return MPI_ERR_NO_MEM;
  char *place = all;
  for (int k = 0; k < size; k++) {
    transfers[k] = (cmpi_transfer){place, counts[k], k, tag};
    transfers[size + k] = (cmpi_transfer){(void *)mine, counts[rank], k, tag};
    place += counts[k];
  }
  code = exchange(communicator, transfers, size, size);
  free(transfers);
  return code;
}

// Always single messages: whether MPI_Alltoallv's counts suffice is known to no rank alone, and
// agreeing on it would cost a collective of its own.
int cmpi_all_to_all(
    cmpi_communicator communicator, const void *sending, const int64_t *send_counts,
    void *receiving, const int64_t *receive_counts, int tag) {
  int size = 0;
  int code = cmpi_size(communicator, &size);
  if (code != MPI_SUCCESS) return code;
  cmpi_transfer *transfers = malloc(2 * (size_t)size * sizeof *transfers);
  if (transfers == NULL) return MPI_ERR_NO_MEM;
  char *arriving = receiving;
  char *leaving = (char *)sending;
  for (int k = 0; k < size; k++) {
    transfers[k] = (cmpi_transfer){arriving, receive_counts[k], k, tag};
    transfers[size + k] = (cmpi_transfer){leaving, send_counts[k], k, tag};
    arriving += receive_counts[k];
    leaving += send_counts[k];
  }
  code = exchange(communicator, transfers, size, size);
  free(transfers);
  return code;
}
