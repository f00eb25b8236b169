#include "storage/sqlite_schema.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <fstream>
#include <map>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "storage/sqlite_values.hpp"

namespace hone {
namespace {

// No list after IN has more than two members: SQLite would build a table of it at every write.
// `special` is NULL but for numbers that SQLite does not keep: see sqlite_values.hpp.
constexpr const char* tables = R"(
CREATE TABLE studies(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  seed TEXT NOT NULL,               -- 64 bits without sign
  max_step INTEGER NOT NULL,
  space_hash TEXT NOT NULL,
  data_hash TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  study_file TEXT NOT NULL
) STRICT;

CREATE TABLE objectives(
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  position INTEGER NOT NULL,
  direction TEXT NOT NULL CHECK(direction IN ('minimize', 'maximize')),
  metric TEXT NOT NULL,
  PRIMARY KEY(study, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE attributes(
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(study, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal(               -- one row per revision of a study
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  trial INTEGER NOT NULL,           -- -1: the study as a whole
  changes INTEGER NOT NULL,         -- 1 if the trial changed, 0 if the line only speaks of it
  step INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY(study, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE trials(
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK(state = 'waiting' OR state = 'running' OR state = 'paused' OR state = 'complete' OR
                            state = 'pruned' OR state = 'failed'),
  origin TEXT NOT NULL,
  arm TEXT NOT NULL,
  why TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  finished INTEGER NOT NULL DEFAULT 0,
  until_step INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  seconds REAL NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  options_hash TEXT NOT NULL,
  kernel_id TEXT NOT NULL,
  point TEXT NOT NULL,              -- unit coordinates of all axes; inactive ones are 0.5
  configuration TEXT NOT NULL,      -- a JSON object; inactive parameters are absent
  PRIMARY KEY(study, number),
  CHECK((finished > 0) = (state = 'complete' OR state = 'pruned' OR state = 'failed'))
) STRICT, WITHOUT ROWID;

CREATE TABLE trial_constraints(
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  position INTEGER NOT NULL,
  value REAL,
  special TEXT,
  PRIMARY KEY(study, trial, position),
  FOREIGN KEY(study, trial) REFERENCES trials ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE runs(
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  run INTEGER NOT NULL,
  seed TEXT NOT NULL,               -- 64 bits without sign
  attempt INTEGER NOT NULL,         -- how often it was started
  losses INTEGER NOT NULL DEFAULT 0, -- how many of its holders died
  state TEXT NOT NULL,
  token TEXT,                       -- of the present holder, or of the one who told the outcome
  host TEXT,                        -- the holder: host, boot, process, start time of the process
  boot_id TEXT,
  process INTEGER,
  process_start INTEGER,
  told TEXT,                        -- values of a complete run: a JSON array, one number per objective
  PRIMARY KEY(study, trial, run),
  FOREIGN KEY(study, trial) REFERENCES trials ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE reports(
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  value REAL,
  special TEXT,
  PRIMARY KEY(study, trial, run, step),
  FOREIGN KEY(study, trial, run) REFERENCES runs ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
)";

constexpr const char* views = R"(
CREATE VIEW parameters AS           -- text of a value as it stands in the JSON, strings bare
  SELECT trials.study, trials.number AS trial,
         row_number() OVER (PARTITION BY trials.study, trials.number ORDER BY entry.id) - 1 AS position,
         entry.key AS name,
         CASE entry.type WHEN 'integer' THEN 'int' WHEN 'real' THEN 'float' WHEN 'text' THEN 'string'
                         WHEN 'null' THEN 'null' ELSE 'bool' END AS type,
         CAST(CASE entry.type WHEN 'text' THEN entry.value ELSE trials.configuration -> entry.fullkey END
              AS TEXT) AS value
  FROM trials JOIN json_each(trials.configuration) AS entry;

CREATE VIEW run_values AS
  SELECT runs.study, runs.trial, runs.run, entry.key AS position, CAST(entry.value AS REAL) AS value,
         CASE WHEN runs.told -> entry.fullkey = '-0.0' THEN '-0' END AS special
  FROM runs JOIN json_each(runs.told) AS entry;

CREATE VIEW results AS              -- the value of a trial is the mean over its complete runs
  SELECT studies.name AS study, trials.number AS trial, trials.state, trials.arm, trials.seconds, trials.reason,
         objectives.metric, objectives.direction,
         avg(json_extract(runs.told, '$[' || objectives.position || ']')) AS value
  FROM trials JOIN studies ON studies.id = trials.study JOIN objectives ON objectives.study = trials.study
  LEFT JOIN runs ON runs.study = trials.study AND runs.trial = trials.number AND runs.state = 'complete'
  GROUP BY trials.study, trials.number, objectives.position;
)";

// What format 3 added, for studies with several objectives.
constexpr const char* further_values = R"(
CREATE TABLE further_values(        -- of a report: the objectives after the first, whose value the report has itself
  study INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  position INTEGER NOT NULL CHECK(position > 0),
  value REAL,
  special TEXT,
  PRIMARY KEY(study, trial, run, step, position),
  FOREIGN KEY(study, trial, run, step) REFERENCES reports ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE VIEW report_values AS        -- of every objective
  SELECT study, trial, run, step, 0 AS position, value, special FROM reports
  UNION ALL SELECT study, trial, run, step, position, value, special FROM further_values;
)";

// What format 4 added: the leases of workers.
constexpr const char* workers = R"(
CREATE TABLE workers(               -- processes that have worked on a study
  study INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
  host TEXT NOT NULL,               -- who it is: host, boot, process, start time of the process
  boot_id TEXT NOT NULL,
  process INTEGER NOT NULL,
  process_start INTEGER NOT NULL,
  beats INTEGER NOT NULL,           -- how often it said that it is there: its lease lasts as long as this grows
  joined_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  gone TEXT,                        -- NULL while it works; 'left', or 'lost' when it was given up
  PRIMARY KEY(study, host, boot_id, process, process_start)
) STRICT, WITHOUT ROWID;
)";

// What format 5 added: what a trial has cost so far, in the study's unit.
constexpr const char* costs = R"(
ALTER TABLE trials ADD COLUMN cost REAL NOT NULL DEFAULT 0;
)";

// Format 1 had the parameters of a configuration and the values of a run in tables of their own. A whole float was
// written without a point there.
constexpr const char* configurations_of_format_1 = R"(
DROP VIEW results;
ALTER TABLE trials ADD COLUMN configuration TEXT NOT NULL DEFAULT '{}';
ALTER TABLE runs ADD COLUMN told TEXT;
UPDATE trials SET configuration = (
  SELECT '{' || coalesce(group_concat(entry, ','), '') || '}' FROM (
    SELECT json_quote(name) || ':' || CASE
             WHEN type = 'string' THEN json_quote(value)
             WHEN type = 'float' AND value NOT GLOB '*[.e]*' THEN value || '.0'
             ELSE value END AS entry
    FROM parameters WHERE parameters.study = trials.study AND parameters.trial = trials.number ORDER BY position));
DROP TABLE parameters;
)";

std::int64_t big_endian(const unsigned char* bytes) {
  return std::int64_t{bytes[0]} << 24 | std::int64_t{bytes[1]} << 16 | std::int64_t{bytes[2]} << 8 | bytes[3];
}

/// `what` is wrong with the file.
std::unexpected<Error> not_ours(const std::string& path, std::string_view what) {
  return refuse(
      fmt::format("'{}' {}; it was left as it is. Choose another file with --storage sqlite:///FILE", path, what));
}

Result<void> check_identity(const std::string& path, std::int64_t application_id, std::int64_t format) {
  if (application_id != sqlite_application_id) return not_ours(path, "is the SQLite database of another program");
  if (format > sqlite_format)
    return refuse(
        fmt::format("'{}' was written by a newer hone (storage format {}, this one reads up to {}): upgrade "
                    "hone, or choose another file with --storage",
                    path, format, sqlite_format));
  return {};
}

/// What can be said without SQLite, which leaves traces beside a file as soon as it reads it.
Result<void> look_before(const SqliteOptions& options, const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error))
    return fail(Error::Kind::not_found,
                fmt::format("the folder '{}' for '{}' does not exist: create it first", folder.string(), path));
  if (std::filesystem::is_directory(path, error))
    return refuse(fmt::format("'{}' is a folder; name a file in it: --storage sqlite:///{}", path,
                              (options.path / "hone.db").string()));
  if (const std::string network = options.network_file_system(folder); !network.empty())
    return refuse(
        fmt::format("'{}' lies on a network file system ({}), where SQLite's locks cannot be trusted: choose "
                    "a local disk, for example --storage sqlite:////var/tmp/hone.db",
                    path, network));
  const bool exists = std::filesystem::exists(path, error);
  if (!exists && !options.create)
    return fail(Error::Kind::not_found,
                fmt::format("there is no store '{}': `hone fit` and `hone tune` create it", path));
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return refuse(
        fmt::format("the folder '{}' cannot be written, and '{}' needs its log beside it: change the "
                    "permissions, or choose another file with --storage",
                    folder.string(), path));
  if (!exists) return {};
  if (::access(path.c_str(), R_OK | W_OK) != 0)
    return refuse(
        fmt::format("'{}' cannot be {}: change its permissions (chmod u+rw), or choose another file with "
                    "--storage",
                    path, ::access(path.c_str(), R_OK) != 0 ? "read" : "written: it is read-only"));
  std::array<unsigned char, 100> header{};
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(header.data()), header.size());
  if (file && std::memcmp(header.data(), "SQLite format 3", 16) == 0)
    return check_identity(path, big_endian(&header[68]), big_endian(&header[60]));
  // Somebody who was stopped while creating the file leaves nothing in it, or a journal: SQLite puts that right.
  if (std::filesystem::file_size(path, error) == 0 || std::filesystem::exists(path + "-journal", error)) return {};
  return not_ours(path, "is not a SQLite file");
}

/// SQLite does not wait for this lock by itself.
Result<void> switch_to_log(SqliteDatabase& database, double busy_seconds) {
  const double give_up = system_clock().monotonic_seconds() + busy_seconds;
  for (;;) {
    auto done = database.run("PRAGMA journal_mode=WAL");
    const int code = sqlite3_errcode(database.handle()) & 0xff;
    if (done || code != SQLITE_BUSY || system_clock().monotonic_seconds() > give_up) return done;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Result<void> create_tables(SqliteDatabase& database) {
  SqliteTransaction transaction(database);
  HONE_TRY_VOID(transaction.begin_write(Commit::durable));
  HONE_TRY(const std::int64_t others, database.number("SELECT count(*) FROM sqlite_schema"));
  if (others > 0) return {};  // another process was faster
  HONE_TRY_VOID(database.run(tables));
  HONE_TRY_VOID(database.run(further_values));
  HONE_TRY_VOID(database.run(workers));
  HONE_TRY_VOID(database.run(costs));
  HONE_TRY_VOID(database.run(views));
  HONE_TRY_VOID(database.run(fmt::format("PRAGMA application_id={}", sqlite_application_id).c_str()));
  HONE_TRY_VOID(database.run(fmt::format("PRAGMA user_version={}", sqlite_format).c_str()));
  return transaction.commit();
}

/// Each complete run's values go from rows of their own to its column `told`.
Result<void> move_values(SqliteDatabase& database) {
  SqliteStatement select(database,
                         "SELECT study, trial, run, value, special FROM run_values ORDER BY 1, 2, 3, position");
  SqliteStatement update(database, "UPDATE runs SET told = ?4 WHERE study = ?1 AND trial = ?2 AND run = ?3");
  std::map<std::array<std::int64_t, 3>, std::vector<double>> values;
  SqliteRows rows = select.query();
  HONE_TRY_VOID(rows.each([&]() -> Result<void> {
    HONE_TRY(const double value, read_number(rows, 3));
    values[{rows.integer(0), rows.integer(1), rows.integer(2)}].push_back(value);
    return {};
  }));
  for (const auto& [run, numbers] : values)
    HONE_TRY_VOID(update.run_on_one_row(run[0], run[1], run[2], values_text(numbers)));
  return {};
}

Result<void> convert_1_to_2(SqliteDatabase& database) {
  HONE_TRY_VOID(database.run(configurations_of_format_1));
  HONE_TRY_VOID(move_values(database));
  HONE_TRY_VOID(database.run("DROP TABLE run_values"));
  return database.run(views);
}

/// The file as it is, under a name that says its format: what an older hone can still read. One from a conversion that
/// failed is replaced. The caller holds the write lock; a connection that writes cannot be copied, so another one
/// reads.
Result<void> keep_backup(const SqliteDatabase& database, std::int64_t format) {
  const std::string& path = database.path();
  const std::string backup = fmt::format("{}.format-{}", path, format), unfinished = backup + ".part";
  std::error_code error;
  std::filesystem::remove(unfinished, error);
  {
    SqliteDatabase from, to;
    HONE_TRY_VOID(from.open(path, false, 0, nullptr));
    HONE_TRY_VOID(to.open(unfinished, true, 0, nullptr));
    sqlite3_backup* const copy = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (!copy) return to.failure();
    const int stepped = sqlite3_backup_step(copy, -1);
    if (sqlite3_backup_finish(copy) != SQLITE_OK || stepped != SQLITE_DONE) return to.failure();
  }
  std::filesystem::rename(unfinished, backup, error);
  if (!error) return {};
  return fail(Error::Kind::unavailable,
              fmt::format("cannot keep a copy of '{}' as '{}' before it is converted ({}); it "
                          "was left as it is",
                          path, backup, error.message()));
}

/// Of an earlier format to this one, all or nothing.
Result<void> convert(SqliteDatabase& database, bool with_backup) {
  SqliteTransaction transaction(database);
  HONE_TRY_VOID(transaction.begin_write(Commit::durable));
  HONE_TRY(const std::int64_t format, database.number("PRAGMA user_version"));
  if (format >= sqlite_format) return {};  // another process was faster
  if (with_backup) HONE_TRY_VOID(keep_backup(database, format));
  if (format < 2) HONE_TRY_VOID(convert_1_to_2(database));
  if (format < 3) HONE_TRY_VOID(database.run(further_values));
  if (format < 4) HONE_TRY_VOID(database.run(workers));
  if (format < 5) HONE_TRY_VOID(database.run(costs));
  HONE_TRY_VOID(database.run(fmt::format("PRAGMA user_version={}", sqlite_format).c_str()));
  return transaction.commit();
}

}  // namespace

Result<void> open_sqlite_file(SqliteDatabase& database, const SqliteOptions& options) {
  const std::string path = options.vfs ? options.path.string() : std::filesystem::absolute(options.path).string();
  if (!options.vfs) HONE_TRY_VOID(look_before(options, path));
  HONE_TRY_VOID(database.open(path, options.create, options.busy_seconds, options.vfs));
  if (sqlite3_db_readonly(database.handle(), "main") == 1)
    return refuse(
        fmt::format("'{}' is read-only: change its permissions, or choose another file with --storage", path));

  HONE_TRY(const std::int64_t objects, database.number("SELECT count(*) FROM sqlite_schema"));
  if (objects == 0 && !options.create)
    return fail(Error::Kind::not_found, fmt::format("'{}' is empty: `hone fit` and `hone tune` fill it", path));
  std::int64_t format = sqlite_format;
  if (objects > 0) {
    HONE_TRY(const std::int64_t application_id, database.number("PRAGMA application_id"));
    HONE_TRY(format, database.number("PRAGMA user_version"));
    HONE_TRY_VOID(check_identity(path, application_id, format));
  }
  // EXTRA comes before WAL, so that the change of journal itself survives power loss (docs/formats/storage.md).
  HONE_TRY_VOID(database.run("PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON"));
  if (objects == 0) HONE_TRY_VOID(create_tables(database));
  HONE_TRY_VOID(switch_to_log(database, options.busy_seconds));
  if (format < sqlite_format) HONE_TRY_VOID(convert(database, !options.vfs));
  return database.run(fmt::format("PRAGMA wal_autocheckpoint={}", options.log_pages).c_str());
}

}  // namespace hone
