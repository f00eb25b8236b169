/// The three acts of `hone fit` after the setup: search, final training, files.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "cli/fit_result.hpp"
#include "cli/fit_setup.hpp"
#include "cli/search_watch.hpp"
#include "engine/study.hpp"
#include "report/progress.hpp"
#include "runners/finalists.hpp"

namespace hone {

/// One `hone fit` at work: what its acts share.
struct FitRun : SearchWatch {
  FitRun(FitSetup& fit, Study& its_study, Progress& shown, double started, double used_before)
      : SearchWatch{.study = its_study,
                    .progress = shown,
                    .jobs = fit.jobs,
                    .trials = fit.options.trials,
                    .time_seconds = fit.time_seconds,
                    .started_seconds = started,
                    .used_before_seconds = used_before},
        setup(fit),
        checkpoints(fit.options.checkpoints) {}
  FitSetup& setup;
  std::filesystem::path checkpoints;
};

/// One native runner, or one for each seed, which share the memory for paused trials. Refers to the setup's data.
std::unique_ptr<Runner> fit_runner(const FitSetup& setup);

/// Runs trials until the budget is spent, keeping back the time that the final training will take.
/// Returns "trials", "exhausted", "time"; errors: `interrupted` after a signal (everything is saved).
Result<std::string> search(FitRun& run);

/// Of final trainings that take so many `seconds`, the best trial's first: the first one within `allowed`; when none
/// is, the quickest of the best quarter, because a quick one of a bad trial is worth nothing. `seconds` is not empty.
std::size_t affordable(std::span<const double> seconds, double allowed);

/// The trial to be trained for good.
struct FitWinner {
  TrialRecord trial;
  std::int64_t epochs = 0;             ///< of its final training
  std::optional<FinalistScore> score;  ///< by which it won, if the best trials were compared
  std::int64_t finalists = 0;          ///< how many were
};

/// The best trial whose final training fits the time that is left (it is said when that is not the very best), compared
/// with those behind it by cross-validation if the setup asks for finalists. Errors: `failed` with the reasons of the
/// failed trials when there is none; `interrupted`.
Result<FitWinner> choose_winner(FitRun& run);

/// Seconds of the time budget that are kept for what comes after the search: comparison, final training, files.
double reserved_seconds(const FitRun& run);

/// Trains the winner on train + validation, looks at the sealed part once, writes model, best.toml, trials.csv and
/// columns.json into the out folder, records the result in the study.
Result<FitFinal> finish_fit(FitRun& run, const FitWinner& winner);

/// Epochs that gave the trial its best value, and the seconds its final training is expected to take.
struct FinalCost {
  std::int64_t epochs = 0;
  double seconds = 0;
};
FinalCost final_cost(const TrialRecord& trial, const FitSetup& setup);

}  // namespace hone
