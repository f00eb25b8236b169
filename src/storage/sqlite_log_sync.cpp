#include "storage/sqlite_log_sync.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hone {

Result<void> SqliteLogSync::open(const std::string& path, double busy_seconds, const char* vfs) {
  HONE_TRY_VOID(database_.open(path, false, busy_seconds, vfs));
  HONE_TRY_VOID(database_.number("SELECT count(*) FROM sqlite_schema"));  // only now it knows of the log
  return {};
}

Result<void> SqliteLogSync::reach(std::uint64_t commit) {
  std::unique_lock lock(mutex_);
  while (synced_ < commit) {
    if (syncing_) {
      changed_.wait(lock);
      continue;
    }
    syncing_ = true;
    const std::uint64_t target = committed_;
    lock.unlock();
    auto done = sync();
    lock.lock();
    syncing_ = false;
    if (done) synced_ = std::max(synced_, target);
    changed_.notify_all();
    if (!done) return done;
  }
  return {};
}

Result<void> SqliteLogSync::sync() {
  ++syncs_;
  if (distrusts_log_) HONE_TRY_VOID(move_log());
  sqlite3_file* log = nullptr;
  if (sqlite3_file_control(database_.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK)
    return database_.failure();
  if (!log || !log->pMethods)
    return fail(Error::Kind::unavailable,
                fmt::format("'{}' has no write-ahead log any more: did another program change "
                            "its journal mode?",
                            database_.path()));
  const int code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  if (code == SQLITE_OK) {
    distrusts_log_ = false;
    return {};
  }
  distrusts_log_ = true;
  return fail(Error::Kind::unavailable,
              fmt::format("the log of '{}' could not be brought to the disk (SQLite code {}): what was just told is "
                          "stored, but may not survive a power cut; tell it again",
                          database_.path(), code));
}

Result<void> SqliteLogSync::move_log() {
  // Emptied, too: old frames of a log that did not reach the disk whole must not be played over what is newer.
  HONE_TRY(const std::int64_t busy, database_.number("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (busy == 0) return {};
  return fail(Error::Kind::unavailable,
              fmt::format("'{}' is in use by another program, and its log cannot be moved into it: try again",
                          database_.path()));
}

}  // namespace hone
