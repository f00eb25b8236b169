#include "storage/sqlite_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace hone {

SqliteDatabase::~SqliteDatabase() {
  for (sqlite3_stmt* statement : {begin_read_, begin_write_, commit_, rollback_}) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

Result<void> SqliteDatabase::open(const std::string& path, bool create, double busy_seconds, const char* vfs) {
  return open_with(path, SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), busy_seconds, vfs);
}

Result<void> SqliteDatabase::open_to_read(const std::string& path, double busy_seconds) {
  return open_with(path, SQLITE_OPEN_READONLY, busy_seconds, nullptr);
}

Result<void> SqliteDatabase::open_with(const std::string& path, int flags, double busy_seconds, const char* vfs) {
  path_ = path;
  busy_seconds_ = busy_seconds;
  if (sqlite3_open_v2(path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, vfs) != SQLITE_OK) return failure();
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_handler(handle_, &SqliteDatabase::wait_for_lock, this);
  return {};
}

// SQLite's own waiting goes up to 100 ms at a time: made for locks that are held through a sync. Ours never are, so
// somebody who looks again after 50 us to 1 ms is served soon, and among eight processes none starves.
int SqliteDatabase::wait_for_lock(void* self, int times) {
  auto& database = *static_cast<SqliteDatabase*>(self);
  const double now = system_clock().monotonic_seconds();
  if (times == 0) database.waits_since_ = now;
  if (now - database.waits_since_ >= database.busy_seconds_) return 0;
  std::this_thread::sleep_for(std::chrono::microseconds(50 * std::min(times + 1, 20)));
  return 1;
}

Result<void> SqliteDatabase::run(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
  return {};
}

Result<void> SqliteDatabase::run_kept(sqlite3_stmt*& kept, const char* sql) {
  int code = kept ? SQLITE_OK : sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &kept, nullptr);
  if (code == SQLITE_OK) code = sqlite3_step(kept);
  Result<void> done;
  if (code != SQLITE_DONE) done = failure();
  sqlite3_reset(kept);
  return done;
}

Result<std::int64_t> SqliteDatabase::number(const char* sql) {
  SqliteStatement statement(*this, sql);
  SqliteRows rows = statement.query();
  HONE_TRY(const bool found, rows.next());
  return found ? rows.integer(0) : 0;
}

Result<void> SqliteDatabase::set_commit(Commit commit) {
  if (commit == waits_for_) return {};
  // This pragma acts while it is compiled, so a prepared one would act only once.
  HONE_TRY_VOID(run(commit == Commit::durable ? "PRAGMA synchronous=EXTRA" : "PRAGMA synchronous=NORMAL"));
  waits_for_ = commit;
  return {};
}

std::unexpected<Error> SqliteDatabase::failure() const {
  const int code = handle_ ? sqlite3_extended_errcode(handle_) : SQLITE_NOMEM;
  const std::string reason = handle_ ? sqlite3_errmsg(handle_) : "out of memory";
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(Error::Kind::unavailable,
                  fmt::format("'{}' was locked by another program for longer than {}: close that program, or try again",
                              path_, duration_text(busy_seconds_)));
    case SQLITE_FULL:
      return fail(Error::Kind::unavailable,
                  fmt::format("the disk is full: nothing was written to '{}'; free some space and try again", path_));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(Error::Kind::corrupt, fmt::format("'{}' is damaged ({}): restore a copy, or save what is left with "
                                                    "`sqlite3 FILE .recover`",
                                                    path_, reason));
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
      return fail(Error::Kind::corrupt, fmt::format("'{}' contradicts itself: {}", path_, reason));
    case SQLITE_READONLY:
      return fail(Error::Kind::unavailable,
                  fmt::format("'{}' cannot be written ({}): is it, or its folder, read-only?", path_, reason));
    case SQLITE_CANTOPEN:
      return fail(Error::Kind::unavailable,
                  fmt::format("cannot open '{}' or its log '{}-wal' ({}): are the file and its folder writable?", path_,
                              path_, reason));
    default: {
      const std::string hint =
          code == SQLITE_IOERR_WRITE ? " (is the disk full, or a limit on the size of files reached?)" : "";
      return fail(Error::Kind::unavailable,
                  fmt::format("cannot read or write '{}': {}, SQLite code {}{}; what was acknowledged before is kept",
                              path_, reason, code, hint));
    }
  }
}

Result<bool> SqliteRows::next() {
  if (code_ == SQLITE_OK || code_ == SQLITE_ROW) code_ = statement_ ? sqlite3_step(statement_) : SQLITE_NOMEM;
  if (code_ == SQLITE_ROW) return true;
  if (code_ == SQLITE_DONE) return false;
  return database_.failure();
}

int SqliteStatement::prepare() {
  if (statement_) return SQLITE_OK;
  return sqlite3_prepare_v3(database_.handle(), sql_, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
}

Result<void> SqliteStatement::check_one_row() const {
  if (const int changed = sqlite3_changes(database_.handle()); changed != 1)
    return fail(Error::Kind::corrupt, fmt::format("'{}' contradicts itself: {} rows instead of one for: {}",
                                                  database_.path(), changed, sql_));
  return {};
}

SqliteTransaction::~SqliteTransaction() {
  // Some failures have rolled back already; then there is nothing left to do.
  if (!sqlite3_get_autocommit(database_.handle())) (void)database_.run_kept(database_.rollback_, "ROLLBACK");
}

/// An earlier one is still open where there was no memory to roll it back.
Result<void> SqliteTransaction::end_earlier() {
  if (sqlite3_get_autocommit(database_.handle())) return {};
  return database_.run_kept(database_.rollback_, "ROLLBACK");
}

Result<void> SqliteTransaction::begin_write(Commit commit) {
  HONE_TRY_VOID(end_earlier());
  HONE_TRY_VOID(database_.set_commit(commit));
  return database_.run_kept(database_.begin_write_, "BEGIN IMMEDIATE");
}

Result<void> SqliteTransaction::begin_read() {
  HONE_TRY_VOID(end_earlier());
  return database_.run_kept(database_.begin_read_, "BEGIN");
}

Result<void> SqliteTransaction::commit() {
  return database_.run_kept(database_.commit_, "COMMIT");
}

}  // namespace hone
