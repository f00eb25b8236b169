/// What `hone fit` was asked to do, checked and loaded: data, metric, space, study.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "data/dataset.hpp"
#include "engine/study.hpp"
#include "nn/metric.hpp"
#include "runners/network_parameters.hpp"
#include "space/study_file.hpp"

namespace hone {

struct FitSetup {
  std::unique_ptr<Dataset> dataset;
  const Metric* metric = nullptr;
  std::shared_ptr<const Space> space;
  Configuration fixed;
  StudyFile file;      ///< normalised: the study runs from it alone
  StudyRecord record;  ///< as it is to be created
  StudyOptions options;
  std::optional<double> time_seconds;  ///< total of the study
  std::int64_t jobs = 1;
  std::int64_t seeds = 1;    ///< runs of each trial, whose mean is its value
  std::int64_t members = 1;  ///< networks of the final ensemble
  std::int64_t folds = 0;    ///< 0, or the final ensemble is one network for each fold
  std::int64_t networks() const { return folds > 0 ? folds : members; }
  std::int64_t finalists = 1;  ///< trials that are compared by cross-validation before one wins, at most
  std::string storage_url;
  std::filesystem::path out;
  bool fresh = false;
  bool json = false;
  std::vector<std::string> notes;  ///< decisions for people, besides the data set's own
};

/// Reads and checks everything that can be checked before the store is touched. `phase` is told what is going on.
/// Errors: as of the rooms below; nothing was changed.
Result<FitSetup> fit_setup(const Arguments& arguments, const std::function<void(std::string)>& phase);

/// Trials at once unless told otherwise: as many as this process may use processors.
std::int64_t available_cores();

/// The [data] section alone, nothing typed. Errors: no path, a task of another name.
Result<DataOptions> data_options_of(const StudyFile& file, std::uint64_t seed);

/// Networks of the final ensemble unless told otherwise: more where they cost next to nothing. Of few rows the members
/// differ most, so that their mean gains most.
std::int64_t members_for(std::size_t training_rows, std::int64_t jobs);

/// Finalists unless told otherwise: where the validation part is small, the best value of many is mostly luck.
std::int64_t finalists_for(const Dataset& dataset);

/// R, the epochs of a full training: at least 20 full trainings of the default configuration fit the budget by a count
/// of operations (never by a clock), 9 <= R <= 81; 27 without a time budget.
std::int64_t epochs_for_budget(double epoch_operations, std::optional<double> time_seconds, std::int64_t jobs);

}  // namespace hone
