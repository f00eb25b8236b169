/// Which trial is trained for good (declared in cli/fit_search.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "cli/fit_search.hpp"
#include "runners/finalists.hpp"

namespace hone {
namespace {

constexpr double final_margin = 1.15;           // the times of final training and comparison are estimates
constexpr double closing_seconds_share = 0.01;  // encoding the final data, scoring, writing files
constexpr double closing_seconds_min = 0.3;
constexpr double least_final_share = 0.05;  // of the time, for the final training
constexpr std::size_t reasons_shown = 3;

/// Final training sees train + validation rows.
double rows_ratio(const Dataset& dataset) {
  const auto train = static_cast<double>(dataset.train().features.rows);
  return (train + static_cast<double>(dataset.validation().features.rows)) / train;
}

/// What one of the trial's trainings would have taken with the rows of the final one.
double one_run_seconds(const TrialRecord& trial, const FitSetup& setup) {
  return trial.seconds / static_cast<double>(setup.seeds) * rows_ratio(*setup.dataset);
}

double closing_seconds(const FitSetup& setup) {
  return std::max(closing_seconds_min, closing_seconds_share * setup.time_seconds.value_or(0));
}

/// Of the trials with a result, the best first: those that would be compared before one of them wins.
std::vector<std::size_t> finalists_of(const FitRun& run, std::span<const TrialRecord> trials,
                                      std::span<const std::size_t> ranked) {
  std::vector<std::int64_t> epochs;
  for (const std::size_t index : ranked)
    epochs.push_back(trials[index].runs.empty() || trials[index].runs[0].reports.empty()
                         ? 0
                         : trials[index].runs[0].reports.back().step);
  const std::size_t count = finalists_within(epochs, static_cast<std::size_t>(run.setup.finalists));
  return count < 2 ? std::vector<std::size_t>()
                   : std::vector(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count));
}

/// Seconds that the comparison of these trials takes.
double comparison_seconds(const FitRun& run, std::span<const TrialRecord> trials, std::span<const std::size_t> some) {
  double seconds = 0;
  for (const std::size_t index : some) seconds += one_run_seconds(trials[index], run.setup);
  return seconds * static_cast<double>(finalist_folds - 1) / static_cast<double>(run.setup.jobs);
}

/// Seconds of the final training if it took every epoch of the trial: what its folds may ask for.
double longest_final_seconds(const TrialRecord& trial, const FitSetup& setup) {
  const FinalCost cost = final_cost(trial, setup);
  return cost.epochs == 0
             ? 0
             : cost.seconds / static_cast<double>(cost.epochs) * static_cast<double>(trial.runs[0].reports.back().step);
}

/// Why there is no winner.
std::unexpected<Error> no_winner(std::span<const TrialRecord> trials) {
  std::vector<std::string> shown;
  std::int64_t failed = 0;
  for (const TrialRecord& trial : trials) {
    if (trial.reason.empty()) continue;
    ++failed;
    if (shown.size() < reasons_shown && std::ranges::find(shown, trial.reason) == shown.end())
      shown.push_back(trial.reason);
  }
  return fail(Error::Kind::failed, shown.empty()
                                       ? "the time ended before any trial had a result; give it a larger --time"
                                       : fmt::format("no trial succeeded, {} failed, the first ones so: {}; "
                                                     "change the space, and start anew with --fresh",
                                                     failed, join(shown, "; ")));
}

/// Compares the finalists; the time that the final training needs is left. No scores if there is nothing to compare.
Result<std::vector<FinalistScore>> compare(FitRun& run, std::span<const TrialRecord> trials,
                                           std::span<const std::size_t> finalists) {
  if (finalists.empty()) return std::vector<FinalistScore>();
  FinalistsRequest request;
  request.study_seed = run.study.record().seed;
  double final_seconds = 0;
  for (const std::size_t index : finalists) {
    const TrialRecord& trial = trials[index];
    request.finalists.push_back({trial.number, trial.configuration, trial.runs[0].reports.back().step});
    final_seconds = std::max(final_seconds, longest_final_seconds(trial, run.setup));
  }
  request.fixed = run.setup.fixed;
  request.max_step = run.study.record().max_step;
  request.jobs = run.setup.jobs;
  request.should_stop = [&run, final_seconds] {
    return signalled() != 0 || run.left_seconds() <= closing_seconds(run.setup) + final_seconds;
  };
  request.progress = [&](std::int64_t done, std::int64_t all) {
    ProgressState state = run.state("comparing the best trials");
    state.step_name = "network";
    state.phase_step = done;
    state.phase_steps = all;
    run.progress.update(state);
  };
  auto scores = cross_validate(*run.setup.dataset, *run.setup.metric, request);
  if (!scores && scores.error().kind == Error::Kind::interrupted)
    return fail(Error::Kind::interrupted,
                "interrupted while the best trials were compared; every trial is saved, the "
                "same command goes on with the comparison");
  return scores;
}

/// The position in `ranked` of the trial to take when no comparison tells.
std::size_t first_affordable(FitRun& run, std::span<const TrialRecord> trials, std::span<const std::size_t> ranked) {
  if (!std::isfinite(run.left_seconds())) return 0;
  // However late the search ended, a twentieth of the time is worth a good model.
  const double left = 1.03 * *run.setup.time_seconds - run.used_seconds() - closing_seconds(run.setup);
  const double allowed = std::max(left, least_final_share * *run.setup.time_seconds);
  std::vector<double> seconds;
  for (const std::size_t index : ranked) seconds.push_back(final_cost(trials[index], run.setup).seconds);
  const std::size_t chosen = affordable(seconds, allowed);
  if (chosen > 0)
    run.progress.note(fmt::format("trial {} was better, but its final training would not fit the time: taking trial {}",
                                  trials[ranked.front()].number, trials[ranked[chosen]].number));
  return chosen;
}

}  // namespace

FinalCost final_cost(const TrialRecord& trial, const FitSetup& setup) {
  const bool maximize = setup.metric->maximize;
  FinalCost cost;
  if (trial.runs.empty() || trial.runs[0].reports.empty()) return cost;
  const auto& reports = trial.runs[0].reports;
  const auto better = [&](const Report& a, const Report& b) {  // NaN is never better; the first of equals wins
    if (std::isnan(b.value)) return !std::isnan(a.value);
    return maximize ? a.value > b.value : a.value < b.value;
  };
  const auto best = std::ranges::min_element(reports, better);
  cost.epochs = best->step;
  const double epoch_seconds = one_run_seconds(trial, setup) / static_cast<double>(reports.back().step);
  cost.seconds = epoch_seconds * static_cast<double>(cost.epochs);
  const auto networks = static_cast<double>(setup.networks());  // as many at once as there are jobs
  cost.seconds *= std::ceil(networks / static_cast<double>(setup.jobs));
  if (setup.folds > 0) cost.seconds *= (networks - 1) / networks;  // each on all rows but its own
  return cost;
}

double reserved_seconds(const FitRun& run) {
  const auto trials = run.study.trials();
  const auto ranked = best_first(trials, run.setup.metric->maximize);
  if (ranked.empty()) return closing_seconds(run.setup);
  const auto finalists = finalists_of(run, trials, ranked);
  double seconds = final_cost(trials[ranked.front()], run.setup).seconds;
  for (const std::size_t index : finalists)
    seconds = std::max(seconds, longest_final_seconds(trials[index], run.setup));
  return closing_seconds(run.setup) + final_margin * (seconds + comparison_seconds(run, trials, finalists));
}

std::size_t affordable(std::span<const double> seconds, double allowed) {
  for (std::size_t i = 0; i < seconds.size(); ++i)
    if (seconds[i] <= allowed) return i;
  const auto good = seconds.first((seconds.size() + 3) / 4);
  return static_cast<std::size_t>(std::ranges::min_element(good) - good.begin());
}

Result<FitWinner> choose_winner(FitRun& run) {
  const auto trials = run.study.trials();
  const bool maximize = run.setup.metric->maximize;
  const auto ranked = best_first(trials, maximize);
  if (ranked.empty()) return no_winner(trials);
  const std::size_t first = first_affordable(run, trials, ranked);
  const auto rest = std::span(ranked).subspan(first);
  HONE_TRY(const auto scores, compare(run, trials, finalists_of(run, trials, rest)));
  FitWinner winner;
  winner.trial = trials[rest.front()];
  winner.epochs = final_cost(winner.trial, run.setup).epochs;
  if (scores.size() < 2) return winner;
  // Among equals the one that was better in the search.
  const auto better = [&](const FinalistScore& a, const FinalistScore& b) {
    return maximize ? a.mean > b.mean : a.mean < b.mean;
  };
  winner.score = *std::ranges::min_element(scores, better);
  winner.finalists = static_cast<std::int64_t>(scores.size());
  winner.trial = *std::ranges::find(trials, winner.score->trial, &TrialRecord::number);
  winner.epochs = winner.score->epochs;
  return winner;
}

}  // namespace hone
