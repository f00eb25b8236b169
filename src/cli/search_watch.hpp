/// Watching a search from the command's own thread: progress, time budget, failures. For `hone fit` and `hone tune`.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/study.hpp"
#include "report/progress.hpp"
#include "trial/runner.hpp"

namespace hone {

struct SearchWatch {
  Study& study;
  Progress& progress;
  std::int64_t jobs = 1;
  std::optional<std::int64_t> trials = std::nullopt;  ///< budgets, totals of the study
  std::optional<double> time_seconds = std::nullopt;
  std::optional<double> cost = std::nullopt;
  double started_seconds = 0;  ///< monotonic time at which the command started
  /// Of the study's time budget, by earlier starts; nothing: the study accounts for the time of all its workers
  /// (StudyOptions::counts_time).
  std::optional<double> used_before_seconds = std::nullopt;

  double elapsed_seconds() const;  ///< since the command started
  double used_seconds() const {
    return used_before_seconds ? *used_before_seconds + elapsed_seconds() : study.used_seconds();
  }
  /// Seconds until the time budget is spent; infinity without one.
  double left_seconds() const;
  ProgressState state(std::string phase) const;

  struct Ends {
    std::function<double()> reserved_seconds = [] { return 0.0; };  ///< of the time, for what comes after
    /// So many failures from now on, without a single value so far, end the search.
    std::int64_t hopeless_failures = 100;
    std::string stopping = "";  ///< said when running trials are to be handed back; "": nothing
  };
  /// Runs trials until a budget is spent. Returns "trials", "cost", "exhausted", "time", "hopeless"; errors:
  /// `interrupted` after a signal (everything is saved), and those of `run_study`.
  Result<std::string> run(Runner& runner, const Ends& ends);
};

/// Of the study's time budget, used by earlier starts.
Result<double> seconds_used(Study& study);

}  // namespace hone
