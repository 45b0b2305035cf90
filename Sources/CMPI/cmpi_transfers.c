#include <limits.h>
#include <sched.h>
#include <stdlib.h>

#include "handles.h"

static int64_t count_limit = INT_MAX;

void cmpi_set_count_limit(int64_t limit) {
  count_limit = limit < 1 ? 1 : limit > INT_MAX ? INT_MAX : limit;
}

int64_t cmpi_count_limit(void) { return count_limit; }

int cmpi_wait_for(MPI_Request *requests, int count, MPI_Status *statuses) {
  if (!CMPI_YIELDS) return MPI_Waitall(count, requests, statuses);
  for (int tries = 0;; tries++) {
    int done = 0;
    int code = MPI_Testall(count, requests, &done, statuses);
    if (code != MPI_SUCCESS || done) return code;
    if (tries > 100) sched_yield(); // whoever is awaited may need this very core
  }
}

static int piece(int64_t count, int64_t offset) {
  int64_t left = count - offset;
  return (int)(left < count_limit ? left : count_limit);
}

// MPI_ERR_IN_STATUS says only that one request failed; the cause stands in that one's status.
static int cause(int code, const MPI_Status *statuses, int64_t count) {
  if (code != MPI_ERR_IN_STATUS) return code;
  for (int64_t i = 0; i < count; i++) {
    int each = statuses[i].MPI_ERROR;
    if (each != MPI_SUCCESS && each != MPI_ERR_PENDING) return each;
  }
  return code;
}

int cmpi_send(cmpi_communicator communicator, cmpi_transfer transfer) {
  int code = MPI_SUCCESS;
  for (int64_t offset = 0; offset < transfer.count && code == MPI_SUCCESS; offset += count_limit) {
    code = AWAITED(
        Send, Isend, (char *)transfer.bytes + offset, piece(transfer.count, offset), MPI_BYTE, transfer.peer,
        transfer.tag, unwrap(communicator));
  }
  return code;
}

int cmpi_receive(cmpi_communicator communicator, cmpi_transfer transfer, int64_t *received) {
  int code = MPI_SUCCESS;
  *received = 0;
  for (int64_t offset = 0; offset < transfer.count && code == MPI_SUCCESS; offset += count_limit) {
    MPI_Status status;
    int count = 0;
    MPI_Request request;
    code = MPI_Irecv(
        (char *)transfer.bytes + offset, piece(transfer.count, offset), MPI_BYTE, transfer.peer,
        transfer.tag, unwrap(communicator), &request);
    if (code == MPI_SUCCESS) code = cause(cmpi_wait_for(&request, 1, &status), &status, 1);
    if (code == MPI_SUCCESS) code = MPI_Get_count(&status, MPI_BYTE, &count);
    *received += count;
  }
  return code;
}

int64_t cmpi_requests_needed(const cmpi_transfer *transfers, int64_t count) {
  int64_t needed = 0;
  for (int64_t i = 0; i < count; i++) {
    needed += transfers[i].count / count_limit + (transfers[i].count % count_limit != 0);
  }
  return needed;
}

int cmpi_start(
    cmpi_communicator communicator, const cmpi_transfer *transfers, int64_t receives, int64_t sends,
    cmpi_request *requests) {
  MPI_Comm handle = unwrap(communicator);
  MPI_Request *first = (MPI_Request *)requests;
  MPI_Request *next = first;
  int code = MPI_SUCCESS;
  for (int64_t i = 0; i < receives + sends && code == MPI_SUCCESS; i++) {
    const cmpi_transfer *one = &transfers[i];
    for (int64_t offset = 0; offset < one->count && code == MPI_SUCCESS; offset += count_limit) {
      char *bytes = (char *)one->bytes + offset;
      int count = piece(one->count, offset);
      code = i < receives ? MPI_Irecv(bytes, count, MPI_BYTE, one->peer, one->tag, handle, next)
                          : MPI_Isend(bytes, count, MPI_BYTE, one->peer, one->tag, handle, next);
      if (code == MPI_SUCCESS) next++;
    }
  }
  if (code != MPI_SUCCESS) {
    // The caller gets an error and no requests: what was started must not write to its memory.
    while (next > first) {
      next--;
      MPI_Cancel(next);
      MPI_Request_free(next);
    }
  }
  return code;
}

// Statuses of a usual batch fit the stack; only messages in many pieces need more.
enum { usual = 32 };

static int received_bytes(const MPI_Status *statuses, int64_t receives, int64_t *received) {
  int code = MPI_SUCCESS;
  *received = 0;
  for (int64_t i = 0; i < receives && code == MPI_SUCCESS; i++) {
    int count = 0;
    code = MPI_Get_count(&statuses[i], MPI_BYTE, &count);
    *received += count;
  }
  return code;
}

int cmpi_test(
    cmpi_request *requests, int64_t receives, int64_t count, int64_t *received, int *done) {
  MPI_Status few[usual];
  MPI_Status *statuses = count > usual ? malloc((size_t)count * sizeof *statuses) : few;
  *done = 0;
  if (statuses == NULL) return MPI_ERR_NO_MEM;
  int code = MPI_Testall((int)count, (MPI_Request *)requests, done, statuses);
  if (code != MPI_SUCCESS) code = cause(code, statuses, count);
  if (code == MPI_SUCCESS && *done) code = received_bytes(statuses, receives, received);
  if (statuses != few) free(statuses);
  return code;
}

int cmpi_wait(cmpi_request *requests, int64_t receives, int64_t count, int64_t *received) {
  MPI_Status few[usual];
  MPI_Status *statuses = count > usual ? malloc((size_t)count * sizeof *statuses) : few;
  if (statuses == NULL) return MPI_ERR_NO_MEM;
  int code = cmpi_wait_for((MPI_Request *)requests, (int)count, statuses);
  code = code == MPI_SUCCESS ? received_bytes(statuses, receives, received)
                             : cause(code, statuses, count);
  if (statuses != few) free(statuses);
  return code;
}
