// The part of MPI this package uses, without mpi.h: its types and constants differ between
// implementations, so handles cross as integers and constants do not cross at all. Every function
// that returns `int` returns an MPI error code, 0 for success. Counts are 64-bit; a message longer
// than MPI's 32-bit counts allow travels in pieces.
#pragma once
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct {
  intptr_t value;
} cmpi_communicator;

// Room for one request. An array of these holds the implementation's own requests, packed.
typedef struct {
  intptr_t value;
} cmpi_request;

// One message: `count` bytes to or from rank `peer`.
typedef struct {
  void *_Nullable bytes;
  int64_t count;
  int32_t peer;
  int32_t tag;
} cmpi_transfer;

typedef enum { CMPI_INT64, CMPI_FLOAT, CMPI_DOUBLE } cmpi_type;
typedef enum { CMPI_MAXIMUM, CMPI_MINIMUM, CMPI_SUM } cmpi_operation;

// The session, cmpi_session.c.
int cmpi_initialize(void);
int cmpi_finalize(void);
int cmpi_is_running(void);
void cmpi_abort(int code) __attribute__((noreturn));
int cmpi_world_rank(void);  // -1 before cmpi_initialize
int cmpi_error_class(int code);
void cmpi_error_text(int code, char *text, int64_t capacity);
void cmpi_library_version(char *text, int64_t capacity);
void cmpi_header_version(char *text, int64_t capacity);  // of the implementation that this was built with
void cmpi_processor_name(char *text, int64_t capacity);

// Communicators, cmpi_communicators.c. A negative colour belongs to no part: `*made` is then 0.
cmpi_communicator cmpi_world(void);
int cmpi_rank(cmpi_communicator communicator, int *rank);
int cmpi_size(cmpi_communicator communicator, int *size);
int cmpi_split(
    cmpi_communicator communicator, int colour, int key, cmpi_communicator *part, int *made);
int cmpi_duplicate(cmpi_communicator communicator, cmpi_communicator *copy);
int cmpi_free(cmpi_communicator communicator);
// How many communicators there are, and gives back all but the first so many; every rank of them calls it.
int cmpi_made(void);
int cmpi_give_back(int kept);

// Memory that ranks of one host share, cmpi_shared.c. A counter in it only grows.
int cmpi_ranks_on_host(cmpi_communicator communicator, int *ranks);  // that share memory with this one, itself too
// What was written before `cmpi_publish` is seen after the counter has been seen to reach the value.
void cmpi_publish(uint64_t *counter, uint64_t value);
int cmpi_has_reached(const uint64_t *counter, uint64_t value);
void cmpi_await(const uint64_t *counter, uint64_t value);
// Begins to bring lines that another core holds into this one's cache.
void cmpi_expect_read(const void *bytes, int64_t count);
void cmpi_expect_write(void *bytes, int64_t count);

// Messages between two ranks, cmpi_transfers.c.
void cmpi_set_count_limit(int64_t limit);  // the longest piece; more than 2^31-1 becomes 2^31-1
int64_t cmpi_count_limit(void);
int cmpi_send(cmpi_communicator communicator, cmpi_transfer transfer);
int cmpi_receive(cmpi_communicator communicator, cmpi_transfer transfer, int64_t *received);
int64_t cmpi_requests_needed(const cmpi_transfer *transfers, int64_t count);
// The first `receives` of `transfers` are received, the `sends` after them sent.
int cmpi_start(
    cmpi_communicator communicator, const cmpi_transfer *transfers, int64_t receives, int64_t sends,
    cmpi_request *requests);
// `receives` of the `count` requests, the first ones, are receives; `*received` sums their bytes.
int cmpi_wait(cmpi_request *requests, int64_t receives, int64_t count, int64_t *received);
int cmpi_test(
    cmpi_request *requests, int64_t receives, int64_t count, int64_t *received, int *done);

// Collectives, cmpi_collectives.c. `tag` serves those that fall back on single messages.
int cmpi_barrier(cmpi_communicator communicator);
int cmpi_broadcast(cmpi_communicator communicator, void *_Nullable bytes, int64_t count, int root);
int cmpi_all_reduce(
    cmpi_communicator communicator, void *_Nullable values, int64_t count, cmpi_type type,
    cmpi_operation operation);
int cmpi_all_gather_counts(cmpi_communicator communicator, int64_t mine, int64_t *counts);
int cmpi_all_to_all_counts(
    cmpi_communicator communicator, const int64_t *mine, int64_t *theirs);
// `counts` has one entry a rank, the same on every rank; `all` is the parts in rank order.
int cmpi_gather(
    cmpi_communicator communicator, const void *_Nullable mine, const int64_t *counts,
    void *_Nullable all, int root, int tag);
int cmpi_all_gather(
    cmpi_communicator communicator, const void *_Nullable mine, const int64_t *counts,
    void *_Nullable all, int tag);
// Part k of `sending` goes to rank k; part k of `receiving` comes from it.
int cmpi_all_to_all(
    cmpi_communicator communicator, const void *_Nullable sending, const int64_t *send_counts,
    void *_Nullable receiving, const int64_t *receive_counts, int tag);

#pragma clang assume_nonnull end
