/// The study file (TOML, `format = 1`; docs/formats.md): what a person writes to describe a study.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "space/space.hpp"

namespace hone {

/// The largest cost of a trial and of a study: so small that no sum overflows.
inline constexpr double cost_max = 1e200;

struct SearchSection {
  std::optional<std::string> sampler, pruner;
  std::optional<std::int64_t> trials;   ///< total of the study
  std::optional<double> time_seconds;   ///< total of the study
  std::optional<double> cost;           ///< total of the study, > 0, in any unit
  std::optional<double> cost_per_hour;  ///< of one running trial, >= 0
  std::optional<std::int64_t> parallel;
  std::int64_t seeds_per_trial = 1;
  double audit = 0;  ///< share of the trials that the pruner would end, finished anyway
  std::optional<std::string> checkpoints;
  /// [search.<name>]: options of a sampler or pruner, by the rows it declares; numbers and bools as double.
  std::map<std::string, std::map<std::string, double>> options;
};

struct DataSection {
  std::optional<std::string> path, target, task, test, split_by, time_column, scaling;
  std::map<std::string, std::string> columns;  ///< column -> "categorical" | "numeric" | "date" | "drop" | "keep"
};

/// One entry of [run] command.
struct CommandArgument {
  std::vector<std::string> words;  ///< one, or those of a nested array
  bool optional = false;           ///< a nested array: dropped whole when a parameter in it is inactive
  friend bool operator==(const CommandArgument&, const CommandArgument&) = default;
};

/// [run] of `hone tune`, kept as it was read.
struct RunSection {
  std::vector<CommandArgument> command;
  std::map<std::string, std::string> environment;
  std::optional<std::string> cwd, metric_regex, memory;
  std::optional<double> timeout_seconds, grace_seconds;
  std::int64_t retries = 1;
  std::optional<std::int64_t> max_step;
  std::vector<std::string> gpus;
};

struct StudyFile {
  std::optional<std::string> name, metric;
  std::vector<std::string> directions;  ///< "minimize" or "maximize"; empty if the file says nothing
  std::vector<std::string> metrics;     ///< with `directions`
  std::optional<std::uint64_t> seed;    ///< above 2^63 - 1, which TOML cannot hold, it is written in quotes
  std::optional<Space> space;           ///< [space] with [constraints]; nothing if the file has no [space]
  Configuration fixed;                  ///< [fixed]
  std::vector<Configuration> enqueue;   ///< [[enqueue]], in order
  SearchSection search;
  DataSection data;
  std::optional<RunSection> run;
  std::optional<std::string> fit_metric;
  std::optional<std::int64_t> fit_max_step;  ///< [fit] max_step: epochs of a full training, >= 1
  std::optional<std::int64_t> ensemble;      ///< networks of the final model
  std::int64_t folds = 0;                    ///< 0: none
};

/// Parses a study file. `source` is its name in messages. Every error has the form "SOURCE:LINE:COLUMN: what, cure":
/// wrong TOML, unknown section or key (naming the nearest known one), wrong type, `format` missing or too new, and
/// whatever `Space::make` refuses. [space] keeps the order of the file.
Result<StudyFile> parse_study_file(std::string_view toml, const std::string& source);

/// What a program is searched over: [space] with the values of [fixed] as constants. Errors: a fixed instance of a
/// repeated parameter; whatever `Space::make` refuses.
Result<Space> searched_space(const StudyFile& file);

/// Writes a study file that parses back to the same content.
std::string study_file_toml(const StudyFile& file);

}  // namespace hone
