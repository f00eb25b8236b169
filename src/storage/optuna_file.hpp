/// Studies in the SQLite files of Optuna, as they stand there: read from its versions 3 and 4, written for 3.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace hone {

struct OptunaTrial {
  using Attributes = std::vector<std::pair<std::string, std::string>>;  ///< key, JSON
  struct Parameter {
    std::string name;
    double value = 0;          ///< of a categorical one the position of the choice
    std::string distribution;  ///< JSON: {"name": "FloatDistribution", "attributes": {"low": 0.0, ..}}
  };

  std::int64_t number = 0;
  std::string state;                                     ///< COMPLETE, PRUNED, FAIL, RUNNING, WAITING
  std::string started, completed;                        ///< "2026-11-23 20:15:07.123456" in local time, or ""
  std::vector<Parameter> parameters;                     ///< in the order in which they were asked for
  std::vector<double> values;                            ///< (objectives), infinite ones too, or none
  std::vector<std::pair<std::int64_t, double>> reports;  ///< ascending step; NaN and infinite ones too
  Attributes user_attributes, system_attributes;
};

struct OptunaStudy {
  std::string name;
  std::vector<std::string> directions;  ///< MINIMIZE, MAXIMIZE, NOT_SET
  OptunaTrial::Attributes user_attributes, system_attributes;
  std::vector<OptunaTrial> trials;  ///< by number
};

/// The study of that name, or the only one. The file is only read, in one transaction. Errors, naming the file: there
/// is none, not a SQLite file, not Optuna's, a schema before 3.0 or after 4 (with the cure), a missing column, a text
/// where a number belongs (with its trial), several studies and no name, locked.
Result<OptunaStudy> read_optuna(const std::filesystem::path& path, const std::optional<std::string>& name);

/// Writes a new file with this one study, in the schema of Optuna 3.0 and 3.1 (3.2 and later: `optuna storage
/// upgrade`). All or nothing. Errors: the file exists; as of SQLite.
Result<void> write_optuna(const std::filesystem::path& path, const OptunaStudy& study);

}  // namespace hone
