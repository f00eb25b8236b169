/// Puts the commits of a SQLite file on the disk without holding its lock: threads that wait share one sync.
///
/// A commit with `synchronous=NORMAL` appends to the write-ahead log and does not wait. What has been appended is safe
/// once the log's file has been synced by anybody, however many commits that are; meanwhile others commit on. A
/// checkpoint syncs the log by itself before it touches the database.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "storage/sqlite_database.hpp"

namespace hone {

class SqliteLogSync {
 public:
  /// Connects by itself, beside the connection that writes. Errors: of SQLite.
  Result<void> open(const std::string& path, double busy_seconds, const char* vfs);
  /// After a commit, by whoever has the writer's lock: its place in the order of commits of this process.
  std::uint64_t committed() { return ++committed_; }
  /// Returns when commit number `commit` and all before it are on the disk. Thread safe. Errors: `unavailable` if they
  /// may not be: the next call tries in another way, since a file whose sync has failed cannot be trusted to say so
  /// twice: the log is moved into the database.
  Result<void> reach(std::uint64_t commit);
  /// Syncs done, for tests and benchmarks.
  std::int64_t syncs() const { return syncs_; }

 private:
  Result<void> sync();
  Result<void> move_log();

  SqliteDatabase database_;  // touched by one thread at a time: the one that syncs
  bool distrusts_log_ = false;
  std::atomic<std::uint64_t> committed_ = 0;
  std::atomic<std::int64_t> syncs_ = 0;
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::uint64_t synced_ = 0;
  bool syncing_ = false;
};

}  // namespace hone
