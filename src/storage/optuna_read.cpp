// Reading Optuna's file. Its schema: optuna/storages/_rdb/models.py and the revisions beside it, under alembic.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>

#include "base/text.hpp"
#include "storage/optuna_file.hpp"
#include "storage/sqlite_database.hpp"
#include "storage/sqlite_schema.hpp"

namespace hone {
namespace {

constexpr double busy_seconds = 3;

/// Revisions of the schema that have the tables below; those before must be upgraded by Optuna itself.
constexpr std::array known_revisions = {"v3.0.0.d", "v3.2.0.a"};
constexpr std::array earlier_revisions = {"v0.9.0.a", "v1.2.0.a", "v1.3.0.a", "v2.4.0.a",
                                          "v2.6.0.a", "v3.0.0.a", "v3.0.0.b", "v3.0.0.c"};

struct Column {
  const char *table, *name;
};
constexpr std::array columns = {
    Column{"studies", "study_id"},
    Column{"studies", "study_name"},
    Column{"study_directions", "study_id"},
    Column{"study_directions", "direction"},
    Column{"study_directions", "objective"},
    Column{"study_user_attributes", "value_json"},
    Column{"study_system_attributes", "value_json"},
    Column{"trials", "trial_id"},
    Column{"trials", "number"},
    Column{"trials", "study_id"},
    Column{"trials", "state"},
    Column{"trials", "datetime_start"},
    Column{"trials", "datetime_complete"},
    Column{"trial_params", "param_name"},
    Column{"trial_params", "param_value"},
    Column{"trial_params", "distribution_json"},
    Column{"trial_values", "objective"},
    Column{"trial_values", "value"},
    Column{"trial_values", "value_type"},
    Column{"trial_intermediate_values", "step"},
    Column{"trial_intermediate_values", "intermediate_value"},
    Column{"trial_intermediate_values", "intermediate_value_type"},
    Column{"trial_user_attributes", "value_json"},
    Column{"trial_system_attributes", "value_json"},
};

class OptunaReader {
 public:
  explicit OptunaReader(const std::filesystem::path& path) : path_(path.string()) {}

  Result<OptunaStudy> read(const std::optional<std::string>& name) {
    HONE_TRY_VOID(look_before());
    HONE_TRY_VOID(database_.open_to_read(path_, busy_seconds));
    SqliteTransaction transaction(database_);
    HONE_TRY_VOID(transaction.begin_read());
    HONE_TRY_VOID(check_schema());
    HONE_TRY(const std::int64_t id, find_study(name));
    HONE_TRY_VOID(read_directions(id));
    HONE_TRY(study_.user_attributes, study_attributes(id, "study_user_attributes"));
    HONE_TRY(study_.system_attributes, study_attributes(id, "study_system_attributes"));
    HONE_TRY_VOID(read_trials(id));
    HONE_TRY_VOID(read_parameters(id));
    HONE_TRY_VOID(read_values(id));
    HONE_TRY_VOID(read_reports(id));
    HONE_TRY_VOID(read_attributes(id, "trial_user_attributes", &OptunaTrial::user_attributes));
    HONE_TRY_VOID(read_attributes(id, "trial_system_attributes", &OptunaTrial::system_attributes));
    return std::move(study_);
  }

 private:
  std::unexpected<Error> wrong(std::string_view what) const { return refuse(fmt::format("'{}' {}", path_, what)); }

  /// What can be said without SQLite.
  Result<void> look_before() const {
    std::error_code error;
    if (std::filesystem::is_directory(path_, error)) return wrong("is a folder: name Optuna's file in it");
    if (!std::filesystem::exists(path_, error))
      return fail(Error::Kind::not_found,
                  fmt::format("there is no file '{}'; of the storage URL sqlite:///FILE it is FILE", path_));
    std::array<char, 16> header{};
    std::ifstream file(path_, std::ios::binary);
    if (!file) return wrong("cannot be read: change its permissions (chmod u+r)");
    file.read(header.data(), header.size());
    if (file.gcount() == 0) return wrong("is empty: Optuna has written nothing into it");
    if (!file || std::memcmp(header.data(), "SQLite format 3", header.size()) != 0)
      return wrong("is not a SQLite database: --optuna reads Optuna's RDB storage, not its journal files");
    return {};
  }

  Result<void> check_schema() {
    HONE_TRY(const std::int64_t application, database_.number("PRAGMA application_id"));
    if (application == sqlite_application_id)
      return wrong("is a hone storage, not Optuna's: `hone study list --storage sqlite:///FILE` shows what is in it");
    HONE_TRY(const std::int64_t tables,
             database_.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND (name = 'studies' OR name = "
                              "'trials' OR name = 'alembic_version')"));
    if (tables < 3) return wrong("is the SQLite database of another program: it lacks Optuna's tables");
    std::string revision;
    {
      SqliteStatement select(database_, "SELECT version_num FROM alembic_version");
      SqliteRows rows = select.query();
      HONE_TRY(const bool found, rows.next());
      if (found) revision = rows.text(0);
    }
    if (std::ranges::find(earlier_revisions, revision) != earlier_revisions.end() || revision.empty())
      return wrong(
          fmt::format("has the schema of an older Optuna ('{}'): `optuna storage upgrade --storage "
                      "sqlite:///FILE` with Optuna 3 or 4 brings it up to date",
                      quoted(revision)));
    if (std::ranges::find(known_revisions, revision) == known_revisions.end())
      return wrong(fmt::format(
          "has a newer schema ('{}') than those of Optuna 3 and 4 that this hone reads ({}): write "
          "the trials as CSV there, and import them with --csv",
          quoted(revision), join(std::vector<std::string>(known_revisions.begin(), known_revisions.end()), ", ")));
    SqliteStatement count(database_, "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2");
    for (const Column& column : columns) {
      SqliteRows rows = count.query(column.table, column.name);
      HONE_TRY_VOID(rows.next());
      if (rows.integer(0) == 0)
        return wrong(fmt::format("lacks the column {}.{}, which Optuna's schema {} has: restore a copy", column.table,
                                 column.name, revision));
    }
    return {};
  }

  Result<std::int64_t> find_study(const std::optional<std::string>& name) {
    std::map<std::string, std::int64_t> studies;
    SqliteStatement select(database_, "SELECT study_id, study_name FROM studies");
    SqliteRows rows = select.query();
    HONE_TRY_VOID(rows.each([&]() -> Result<void> {
      studies.emplace(rows.text(1), rows.integer(0));
      return {};
    }));
    if (studies.empty()) return wrong("holds no study");
    std::vector<std::string> names;
    for (const auto& [each, id] : studies) names.push_back(quoted(each));
    if (!name && studies.size() > 1)
      return wrong(fmt::format("holds {} studies: say which with --name; {}", studies.size(), suggest_name("", names)));
    const auto found = name ? studies.find(*name) : studies.begin();
    if (found == studies.end())
      return wrong(fmt::format("holds no study '{}'; {}", quoted(*name), suggest_name(*name, names)));
    study_.name = found->first;
    return found->second;
  }

  Result<void> read_directions(std::int64_t id) {
    SqliteStatement select(database_, "SELECT direction FROM study_directions WHERE study_id = ?1 ORDER BY objective");
    SqliteRows rows = select.query(id);
    HONE_TRY_VOID(rows.each([&]() -> Result<void> {
      study_.directions.emplace_back(rows.text(0));
      return {};
    }));
    if (study_.directions.empty()) return wrong(fmt::format("says no direction of study '{}'", quoted(study_.name)));
    return {};
  }

  Result<OptunaTrial::Attributes> study_attributes(std::int64_t id, const char* table) {
    OptunaTrial::Attributes all;
    const std::string sql = fmt::format("SELECT key, value_json FROM {} WHERE study_id = ?1 ORDER BY key", table);
    SqliteStatement select(database_, sql.c_str());
    SqliteRows rows = select.query(id);
    HONE_TRY_VOID(rows.each([&]() -> Result<void> {
      all.emplace_back(rows.text(0), rows.text(1));
      return {};
    }));
    return all;
  }

  Result<void> read_trials(std::int64_t id) {
    SqliteStatement select(database_,
                           "SELECT trial_id, number, state, datetime_start, datetime_complete FROM trials WHERE "
                           "study_id = ?1 ORDER BY number, trial_id");
    SqliteRows rows = select.query(id);
    return rows.each([&]() -> Result<void> {
      place_[rows.integer(0)] = study_.trials.size();
      OptunaTrial& trial = study_.trials.emplace_back();
      if (!rows.is_number(1)) return wrong(fmt::format("has no number for trial_id {}", rows.integer(0)));
      trial.number = rows.integer(1);
      trial.state = rows.text(2);
      trial.started = rows.text(3);
      trial.completed = rows.text(4);
      return {};
    });
  }

  /// Calls use(trial, rows) for the rows of a table that hangs on the trials; column 0 is the trial's id.
  template <class Use>
  Result<void> each_part(std::int64_t id, const char* what, const char* table, const char* order, Use use) {
    const std::string sql = fmt::format(
        "SELECT part.trial_id, {} FROM {} AS part JOIN trials ON trials.trial_id = part.trial_id WHERE "
        "trials.study_id = ?1 ORDER BY {}",
        what, table, order);
    SqliteStatement select(database_, sql.c_str());
    SqliteRows rows = select.query(id);
    return rows.each([&]() -> Result<void> { return use(study_.trials[place_.at(rows.integer(0))], rows); });
  }

  Result<void> read_parameters(std::int64_t id) {
    return each_part(id, "param_name, param_value, distribution_json", "trial_params", "param_id",
                     [&](OptunaTrial& trial, const SqliteRows& rows) -> Result<void> {
                       if (!rows.is_number(2))
                         return wrong(fmt::format("has '{}' as the value of '{}' in trial {}: a number belongs there",
                                                  quoted(rows.text(2)), quoted(rows.text(1)), trial.number));
                       trial.parameters.push_back({std::string(rows.text(1)), rows.real(2), std::string(rows.text(3))});
                       return {};
                     });
  }

  Result<void> read_values(std::int64_t id) {
    return each_part(
        id, "value, value_type, objective", "trial_values", "objective",
        [&](OptunaTrial& trial, const SqliteRows& rows) -> Result<void> {
          HONE_TRY(const double value, number(trial, rows, "value"));
          if (rows.integer(3) != std::ssize(trial.values))
            return wrong(fmt::format("lacks the value of objective {} in trial {}", trial.values.size(), trial.number));
          trial.values.push_back(value);
          return {};
        });
  }

  Result<void> read_reports(std::int64_t id) {
    return each_part(id, "intermediate_value, intermediate_value_type, step", "trial_intermediate_values", "step",
                     [&](OptunaTrial& trial, const SqliteRows& rows) -> Result<void> {
                       HONE_TRY(const double value, number(trial, rows, "intermediate value"));
                       if (!rows.is_number(3) || rows.integer(3) < 0)
                         return wrong(
                             fmt::format("has an intermediate value at step '{}' in trial {}: steps are 0 or "
                                         "more",
                                         quoted(rows.text(3)), trial.number));
                       trial.reports.emplace_back(rows.integer(3), value);
                       return {};
                     });
  }

  /// Columns 1 and 2: the number and its type.
  Result<double> number(const OptunaTrial& trial, const SqliteRows& rows, std::string_view what) const {
    using limits = std::numeric_limits<double>;
    const std::string_view type = rows.text(2);
    if (type == "INF_POS") return limits::infinity();
    if (type == "INF_NEG") return -limits::infinity();
    if (type == "NAN") return limits::quiet_NaN();
    if (type == "FINITE" && rows.is_number(1)) return rows.real(1);
    return wrong(
        fmt::format("has '{}' of type '{}' as {} of trial {}: a number of type FINITE, INF_POS, INF_NEG or NAN "
                    "belongs there",
                    quoted(rows.text(1)), quoted(type), what, trial.number));
  }

  Result<void> read_attributes(std::int64_t id, const char* table, OptunaTrial::Attributes OptunaTrial::*kind) {
    return each_part(id, "key, value_json", table, "key",
                     [&](OptunaTrial& trial, const SqliteRows& rows) -> Result<void> {
                       (trial.*kind).emplace_back(rows.text(1), rows.text(2));
                       return {};
                     });
  }

  std::string path_;
  SqliteDatabase database_;
  OptunaStudy study_;
  std::map<std::int64_t, std::size_t> place_;  // by trial_id, in study_.trials
};

}  // namespace

Result<OptunaStudy> read_optuna(const std::filesystem::path& path, const std::optional<std::string>& name) {
  return OptunaReader(path).read(name);
}

}  // namespace hone
