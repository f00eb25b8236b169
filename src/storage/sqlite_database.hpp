/// A thin owner of the SQLite C API: connection, prepared statements, transactions. Everything fails by Result.
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.hpp"

namespace hone {

/// What a commit waits for. `relaxed`: nothing; the operating system has the data, power loss may drop the latest
/// commits. `durable`: the log is on the disk, with all commits before it.
enum class Commit { relaxed, durable };

/// One connection. Not thread safe: its owner has the lock.
class SqliteDatabase {
 public:
  SqliteDatabase() = default;
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  ~SqliteDatabase();

  /// `path` is for SQLite and for messages; `vfs` names another file layer (null: the system's own). Errors: as
  /// `failure`.
  Result<void> open(const std::string& path, bool create, double busy_seconds, const char* vfs);
  /// A file of somebody else, only to be read. Errors: as `failure`.
  Result<void> open_to_read(const std::string& path, double busy_seconds);
  /// Statements without rows that are needed once.
  Result<void> run(const char* sql);
  /// The one number that `sql` yields.
  Result<std::int64_t> number(const char* sql);
  /// Sets what later commits wait for. Outside a transaction only. Free if it is so already.
  Result<void> set_commit(Commit commit);

  /// The latest error as `unavailable` (locked, full, input or output failed) or `corrupt`, with the cure.
  std::unexpected<Error> failure() const;
  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_; }

 private:
  friend class SqliteTransaction;
  Result<void> open_with(const std::string& path, int flags, double busy_seconds, const char* vfs);
  /// What SQLite calls when somebody else has the lock, for the `times`-th time: 0 to give up.
  static int wait_for_lock(void* self, int times);
  /// Runs `sql` by the statement `kept`, which is compiled the first time.
  Result<void> run_kept(sqlite3_stmt*& kept, const char* sql);

  sqlite3* handle_ = nullptr;
  sqlite3_stmt* begin_read_ = nullptr;
  sqlite3_stmt* begin_write_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  sqlite3_stmt* rollback_ = nullptr;
  std::string path_;
  double busy_seconds_ = 0, waits_since_ = 0;
  Commit waits_for_ = Commit::durable;
};

/// The rows that a statement yields; the statement is free again when this goes.
class SqliteRows {
 public:
  SqliteRows(const SqliteDatabase& database, sqlite3_stmt* statement, int code)
      : database_(database), statement_(statement), code_(code) {}
  SqliteRows(const SqliteRows&) = delete;
  SqliteRows& operator=(const SqliteRows&) = delete;
  ~SqliteRows() { sqlite3_reset(statement_); }

  /// False after the last row. Errors: of binding, too.
  Result<bool> next();
  /// Calls `use`, which returns a Result<void>, for every row that is left.
  template <class Use>
  Result<void> each(Use use) {
    for (;;) {
      HONE_TRY(const bool found, next());
      if (!found) return {};
      HONE_TRY_VOID(use());
    }
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double real(int column) const { return sqlite3_column_double(statement_, column); }
  /// Is it of type INTEGER or REAL, whatever the column was declared as?
  bool is_number(int column) const {
    const int type = sqlite3_column_type(statement_, column);
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
  }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  /// Valid until the next row; "" for NULL.
  std::string_view text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes ? std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : "";
  }

 private:
  const SqliteDatabase& database_;
  sqlite3_stmt* statement_;
  int code_;
};

/// A statement that is compiled when first used and kept.
class SqliteStatement {
 public:
  /// `sql` is a literal.
  SqliteStatement(const SqliteDatabase& database, const char* sql) : database_(database), sql_(sql) {}
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement() { sqlite3_finalize(statement_); }

  /// Binds ?1, ?2, ... to integers, doubles, texts (a null `const char*` is NULL) or nullptr; texts must live until the
  /// rows are read.
  template <class... Values>
  SqliteRows query(const Values&... values) {
    int code = prepare();
    int position = 0;
    ((code = code == SQLITE_OK ? bind(++position, values) : code), ...);
    return SqliteRows(database_, statement_, code);
  }
  /// The same for statements without rows.
  template <class... Values>
  Result<void> run(const Values&... values) {
    HONE_TRY_VOID(query(values...).next());
    return {};
  }
  /// The same for a statement that must change exactly one row, else `corrupt`.
  template <class... Values>
  Result<void> run_on_one_row(const Values&... values) {
    HONE_TRY_VOID(run(values...));
    return check_one_row();
  }

 private:
  int prepare();
  Result<void> check_one_row() const;
  template <class T>
  int bind(int position, const T& value) {
    if constexpr (std::is_same_v<T, std::nullptr_t>)
      return sqlite3_bind_null(statement_, position);
    else if constexpr (std::is_same_v<T, const char*>)
      return value ? bind_text(position, value) : sqlite3_bind_null(statement_, position);
    else if constexpr (std::is_floating_point_v<T>)
      return sqlite3_bind_double(statement_, position, value);
    else if constexpr (std::is_integral_v<T>)
      return sqlite3_bind_int64(statement_, position, value);
    else
      return bind_text(position, value);
  }
  int bind_text(int position, std::string_view text) {
    const char* bytes = text.data() ? text.data() : "";  // a null pointer would be NULL, not ''
    return sqlite3_bind_text64(statement_, position, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }

  const SqliteDatabase& database_;
  const char* sql_;
  sqlite3_stmt* statement_ = nullptr;
};

/// All or nothing: rolled back at the end of the scope unless committed.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteDatabase& database) : database_(database) {}
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  ~SqliteTransaction();

  /// Takes the write lock at once: a reader that became a writer could be refused without waiting.
  Result<void> begin_write(Commit commit);
  /// One moment of the database for several reads; needs no commit.
  Result<void> begin_read();
  Result<void> commit();

 private:
  Result<void> end_earlier();
  SqliteDatabase& database_;
};

}  // namespace hone
