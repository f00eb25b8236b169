/// What `hone tune` does, from a study file and what was typed: everything but where it is kept. A worker makes the
/// same from the stored study file alone.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/study.hpp"
#include "space/study_file.hpp"
#include "trial/runner.hpp"

namespace hone {

/// What was typed; it wins over the study file.
struct TuneWishes {
  std::vector<std::string> command = {};  ///< with inline domains; none: the file's
  std::optional<std::string> name = std::nullopt, sampler = std::nullopt, pruner = std::nullopt,
                             direction = std::nullopt, metric = std::nullopt, metric_regex = std::nullopt;
  std::optional<std::int64_t> trials = std::nullopt, jobs = std::nullopt;
  std::optional<std::uint64_t> seed = std::nullopt;
  std::optional<double> time_seconds = std::nullopt, timeout_seconds = std::nullopt, cost = std::nullopt,
                        cost_per_hour = std::nullopt;
  std::filesystem::path folder = "";  ///< of the study file: where its relative paths begin; "" is the current one
  std::string stem = "";              ///< of the study file's name, for a study that has none
};

struct TuneSetup {
  StudyFile file;      ///< normalised: paths absolute, domains in [space], the command in [run]
  StudyRecord record;  ///< as it is to be created
  std::shared_ptr<const Space> space;
  StudyOptions options;                ///< `checkpoints` is still to be set: see `tune_checkpoints`
  std::optional<double> time_seconds;  ///< total of the study
  std::int64_t jobs = 1;
};

/// Errors: a file for `hone fit` ([data]), no command, whatever the command, environment or `Study::check` refuse, a
/// program that is not there, a pruner without max_step, more jobs than gpus. Nothing was changed.
Result<TuneSetup> tune_setup(const StudyFile& file, const TuneWishes& wishes);

/// Where the trials' folders for checkpoints are: under [search] checkpoints if that is given, else in `files`; "" if
/// trials have no steps.
std::filesystem::path tune_checkpoints(const TuneSetup& setup, const std::filesystem::path& files);

/// From SIGTERM to SIGKILL.
double tune_grace_seconds(const TuneSetup& setup);

/// Runs the trials of such a study. `files`: the study's folder, for the logs. Errors: as `tune_setup`.
Result<std::unique_ptr<Runner>> tune_runner(const TuneSetup& setup, const std::filesystem::path& files);

/// A worker takes the study file from the record; what was changed since is kept beside it.
Result<void> keep_study_file(Study& study, const TuneSetup& setup);

/// Kills what programs of hone processes on this machine have left running that are certainly dead. Returns how many.
std::int64_t sweep_leftovers();

}  // namespace hone
