// Writing Optuna's file, in the schema of its versions 3.0 and 3.1.
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "storage/optuna_file.hpp"
#include "storage/sqlite_database.hpp"

namespace hone {
namespace {

// The tables, constraints and index that optuna/storages/_rdb/models.py makes.
constexpr const char* schema = R"(
CREATE TABLE studies(study_id INTEGER NOT NULL PRIMARY KEY, study_name VARCHAR(512) NOT NULL);
CREATE UNIQUE INDEX ix_studies_study_name ON studies(study_name);
CREATE TABLE version_info(
  version_info_id INTEGER NOT NULL PRIMARY KEY CHECK(version_info_id = 1),
  schema_version INTEGER, library_version VARCHAR(256));
CREATE TABLE study_directions(
  study_direction_id INTEGER NOT NULL PRIMARY KEY, direction VARCHAR(8) NOT NULL,
  study_id INTEGER NOT NULL REFERENCES studies(study_id), objective INTEGER NOT NULL, UNIQUE(study_id, objective));
CREATE TABLE study_user_attributes(
  study_user_attribute_id INTEGER NOT NULL PRIMARY KEY, study_id INTEGER REFERENCES studies(study_id),
  "key" VARCHAR(512), value_json TEXT, UNIQUE(study_id, "key"));
CREATE TABLE study_system_attributes(
  study_system_attribute_id INTEGER NOT NULL PRIMARY KEY, study_id INTEGER REFERENCES studies(study_id),
  "key" VARCHAR(512), value_json TEXT, UNIQUE(study_id, "key"));
CREATE TABLE trials(
  trial_id INTEGER NOT NULL PRIMARY KEY, number INTEGER, study_id INTEGER REFERENCES studies(study_id),
  state VARCHAR(8) NOT NULL, datetime_start DATETIME, datetime_complete DATETIME);
CREATE TABLE trial_user_attributes(
  trial_user_attribute_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER REFERENCES trials(trial_id),
  "key" VARCHAR(512), value_json TEXT, UNIQUE(trial_id, "key"));
CREATE TABLE trial_system_attributes(
  trial_system_attribute_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER REFERENCES trials(trial_id),
  "key" VARCHAR(512), value_json TEXT, UNIQUE(trial_id, "key"));
CREATE TABLE trial_params(
  param_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER REFERENCES trials(trial_id), param_name VARCHAR(512),
  param_value FLOAT, distribution_json TEXT, UNIQUE(trial_id, param_name));
CREATE TABLE trial_values(
  trial_value_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER NOT NULL REFERENCES trials(trial_id),
  objective INTEGER NOT NULL, value FLOAT, value_type VARCHAR(7) NOT NULL, UNIQUE(trial_id, objective));
CREATE TABLE trial_intermediate_values(
  trial_intermediate_value_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER NOT NULL REFERENCES trials(trial_id),
  step INTEGER NOT NULL, intermediate_value FLOAT, intermediate_value_type VARCHAR(7) NOT NULL,
  UNIQUE(trial_id, step));
CREATE TABLE trial_heartbeats(
  trial_heartbeat_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER NOT NULL REFERENCES trials(trial_id),
  heartbeat DATETIME NOT NULL, UNIQUE(trial_id));
CREATE TABLE alembic_version(version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY);
INSERT INTO alembic_version VALUES('v3.0.0.d');
INSERT INTO version_info VALUES(1, 12, '3.1.0');
)";

const char* type_of(double value) {
  if (std::isnan(value)) return "NAN";
  if (std::isinf(value)) return value > 0 ? "INF_POS" : "INF_NEG";
  return "FINITE";
}

/// For binding: NaN is bound as NULL.
double finite_or_null(double value) {
  return std::isfinite(value) ? value : std::nan("");
}

const char* text_or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

class OptunaWriter {
 public:
  Result<void> write(const std::string& path, const OptunaStudy& study) {
    HONE_TRY_VOID(database_.open(path, true, 0, nullptr));
    HONE_TRY_VOID(database_.run("PRAGMA synchronous=FULL"));
    SqliteTransaction transaction(database_);
    HONE_TRY_VOID(transaction.begin_write(Commit::durable));
    HONE_TRY_VOID(database_.run(schema));
    HONE_TRY_VOID(write_study(study));
    std::int64_t id = 0;
    for (const OptunaTrial& trial : study.trials) HONE_TRY_VOID(write_trial(++id, trial));
    return transaction.commit();
  }

 private:
  Result<void> write_study(const OptunaStudy& study) {
    SqliteStatement name(database_, "INSERT INTO studies VALUES(1, ?1)");
    SqliteStatement direction(database_, "INSERT INTO study_directions VALUES(NULL, ?1, 1, ?2)");
    SqliteStatement user(database_, "INSERT INTO study_user_attributes VALUES(NULL, 1, ?1, ?2)");
    SqliteStatement system(database_, "INSERT INTO study_system_attributes VALUES(NULL, 1, ?1, ?2)");
    HONE_TRY_VOID(name.run(study.name));
    for (std::size_t i = 0; i < study.directions.size(); ++i) HONE_TRY_VOID(direction.run(study.directions[i], i));
    for (const auto& [key, json] : study.user_attributes) HONE_TRY_VOID(user.run(key, json));
    for (const auto& [key, json] : study.system_attributes) HONE_TRY_VOID(system.run(key, json));
    return {};
  }

  Result<void> write_trial(std::int64_t id, const OptunaTrial& trial) {
    HONE_TRY_VOID(
        trial_.run(id, trial.number, trial.state, text_or_null(trial.started), text_or_null(trial.completed)));
    for (const auto& parameter : trial.parameters)
      HONE_TRY_VOID(parameter_.run(id, parameter.name, parameter.value, parameter.distribution));
    for (std::size_t i = 0; i < trial.values.size(); ++i)
      HONE_TRY_VOID(value_.run(id, i, finite_or_null(trial.values[i]), type_of(trial.values[i])));
    for (const auto& [step, value] : trial.reports)
      HONE_TRY_VOID(report_.run(id, step, finite_or_null(value), type_of(value)));
    for (const auto& [key, json] : trial.user_attributes) HONE_TRY_VOID(user_.run(id, key, json));
    for (const auto& [key, json] : trial.system_attributes) HONE_TRY_VOID(system_.run(id, key, json));
    return {};
  }

  SqliteDatabase database_;
  SqliteStatement trial_{database_, "INSERT INTO trials VALUES(?1, ?2, 1, ?3, ?4, ?5)"};
  SqliteStatement parameter_{database_, "INSERT INTO trial_params VALUES(NULL, ?1, ?2, ?3, ?4)"};
  SqliteStatement value_{database_, "INSERT INTO trial_values VALUES(NULL, ?1, ?2, ?3, ?4)"};
  SqliteStatement report_{database_, "INSERT INTO trial_intermediate_values VALUES(NULL, ?1, ?2, ?3, ?4)"};
  SqliteStatement user_{database_, "INSERT INTO trial_user_attributes VALUES(NULL, ?1, ?2, ?3)"};
  SqliteStatement system_{database_, "INSERT INTO trial_system_attributes VALUES(NULL, ?1, ?2, ?3)"};
};

}  // namespace

Result<void> write_optuna(const std::filesystem::path& path, const OptunaStudy& study) {
  std::error_code error;
  if (std::filesystem::exists(path, error))
    return refuse(
        fmt::format("'{}' exists: a database is never replaced; name a new file, or remove it", path.string()));
  const std::filesystem::path folder = std::filesystem::absolute(path, error).parent_path();
  if (!std::filesystem::is_directory(folder, error))
    return fail(Error::Kind::not_found, fmt::format("the folder '{}' for '{}' does not exist: create it first",
                                                    folder.string(), path.string()));
  const std::string unfinished = fmt::format("{}.{}.tmp", path.string(), ::getpid());
  Result<void> written = OptunaWriter().write(unfinished, study);
  if (written) {
    std::filesystem::rename(unfinished, path, error);
    if (error)
      written = fail(Error::Kind::unavailable, fmt::format("cannot write '{}': {}", path.string(), error.message()));
  }
  if (!written) std::filesystem::remove(unfinished, error);
  return written;
}

}  // namespace hone
