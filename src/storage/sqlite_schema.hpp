/// The file of a SQLite store: its tables (docs/formats/storage.md), how it is created, recognised and refused.
#pragma once
#include <filesystem>
#include <string>

#include "base/files.hpp"
#include "storage/sqlite_database.hpp"

namespace hone {

/// "hone" in ASCII, bytes 68..71 of the file.
inline constexpr std::int64_t sqlite_application_id = 0x686f6e65;
/// Counts changes of the tables: `PRAGMA user_version`.
inline constexpr std::int64_t sqlite_format = 5;

struct SqliteOptions {
  std::filesystem::path path;
  bool create = false;
  double busy_seconds = 10;
  bool relaxed = false;       ///< no verb waits for the disk
  int log_pages = 8000;       ///< when the log has grown to this size, it is moved into the file
  const char* vfs = nullptr;  ///< another file layer, for simulated disks; the file is then not looked at before
  std::string (*network_file_system)(const std::filesystem::path& folder) = hone::network_file_system;
};

/// Connects `database` and makes sure of the tables. A refusal changes nothing.
/// Errors: `not_found` without `create`; `invalid_argument` (no SQLite file, another program's, a newer hone's,
/// read-only, on a network file system), each with the path and the cure; `unavailable` if locked.
Result<void> open_sqlite_file(SqliteDatabase& database, const SqliteOptions& options);

}  // namespace hone
