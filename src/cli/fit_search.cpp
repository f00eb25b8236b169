#include "cli/fit_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "engine/run_loop.hpp"
#include "report/configuration_text.hpp"
#include "runners/native_network.hpp"

namespace hone {
namespace {

constexpr double save_time_every_seconds = 2;
constexpr double final_margin = 1.15;           // the final training's time is an estimate
constexpr double closing_seconds_share = 0.01;  // encoding the final data, scoring, writing files
constexpr double closing_seconds_min = 0.3;
constexpr double least_final_share = 0.05;  // of the time, for the final training
/// So many failures without a single report end the search: a space of which 5 % can be trained is given up once in 169
/// times, one that nothing of can be trained does not take the whole of --time to say so.
constexpr std::int64_t hopeless_failures = 100;
constexpr std::size_t reasons_shown = 3;

/// Final training sees train + validation rows.
double rows_ratio(const Dataset& dataset) {
  const auto train = static_cast<double>(dataset.train().features.rows);
  return (train + static_cast<double>(dataset.validation().features.rows)) / train;
}

double closing_seconds(const FitRun& run) {
  return std::max(closing_seconds_min, closing_seconds_share * run.setup.time_seconds.value_or(0));
}

/// Best so far after each finished trial, in order of finishing.
std::vector<double> best_curve(std::vector<TrialRecord> trials, bool maximize) {
  std::erase_if(trials, [](const TrialRecord& trial) { return !is_finished(trial.state); });
  std::ranges::sort(trials, {}, &TrialRecord::finished);
  std::vector<double> curve;
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const TrialRecord& trial : trials) {
    if (trial.state == TrialState::complete && !trial.values.empty()) {
      const double value = trial.values[0];
      if (std::isnan(best) || (maximize ? value > best : value < best)) best = value;
    }
    curve.push_back(best);
  }
  return curve;
}

}  // namespace

double FitRun::elapsed_seconds() const {
  return system_clock().monotonic_seconds() - started_seconds;
}

double FitRun::left_seconds() const {
  return setup.time_seconds ? *setup.time_seconds - used_seconds() : std::numeric_limits<double>::infinity();
}

ProgressState FitRun::state(std::string phase) const {
  ProgressState state;
  state.phase = std::move(phase);
  const TrialCounts counts = study.counts();
  state.trials_total = setup.options.trials;
  state.complete = counts.complete;
  state.running = counts.running;
  state.paused = counts.paused + counts.waiting;
  state.pruned = counts.pruned;
  state.failed = counts.failed;
  state.jobs = setup.jobs;
  state.metric = std::string(setup.metric->name);
  state.maximize = setup.metric->maximize;
  if (const auto best = study.best()) {
    state.best_value = shown_value(*best);
    state.best_trial = best->number;
    state.best_parameters = short_text(best->configuration);
  }
  state.curve = best_curve(study.trials(), setup.metric->maximize);
  state.elapsed_seconds = used_seconds();
  state.time_budget_seconds = setup.time_seconds;
  return state;
}

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
  const double epoch_seconds = trial.seconds / static_cast<double>(reports.back().step) * rows_ratio(*setup.dataset);
  cost.seconds = epoch_seconds * static_cast<double>(cost.epochs);
  const auto networks = static_cast<double>(setup.networks());  // as many at once as there are jobs
  cost.seconds *= std::ceil(networks / static_cast<double>(setup.jobs));
  if (setup.folds > 0) cost.seconds *= (networks - 1) / networks;  // each on all rows but its own
  return cost;
}

Result<std::string> search(FitRun& run) {
  NativeNetworkRunner runner(*run.setup.dataset, run.setup.fixed, *run.setup.metric);
  double saved_at = 0;
  bool time_is_up = false, hopeless = false;
  RunLoopOptions options;
  options.jobs = run.setup.jobs;
  std::set<std::int64_t> failures_said;
  options.should_stop = [&] {
    run.progress.update(run.state("search"));
    for (const TrialRecord& trial : run.study.trials())
      if (trial.state == TrialState::failed && failures_said.insert(trial.number).second && failures_said.size() <= 3)
        run.progress.note(fmt::format("trial {} failed: {}", trial.number, trial.reason));
    const double elapsed = run.elapsed_seconds();
    if (run.setup.time_seconds && elapsed - saved_at > save_time_every_seconds) {
      saved_at = elapsed;  // a lost accounting line costs a few seconds of budget, nothing else
      (void)run.study.store().set_attribute(run.study.record().id, "seconds_used", number_text(run.used_seconds()));
    }
    double reserve = closing_seconds(run);
    if (const auto best = run.study.best()) reserve += final_margin * final_cost(*best, run.setup).seconds;
    time_is_up = run.left_seconds() <= reserve;
    hopeless = run.study.counts().failed >= hopeless_failures && !run.study.best();
    return time_is_up || hopeless;
  };
  HONE_TRY(const std::string ended, run_study(run.study, runner, options));
  HONE_TRY_VOID(
      run.study.store().set_attribute(run.study.record().id, "seconds_used", number_text(run.used_seconds())));
  run.progress.update(run.state("search"));
  if (ended != "stopped") return ended;
  if (time_is_up && !signalled()) return "time";
  if (hopeless && !signalled()) return "hopeless";
  return fail(Error::Kind::interrupted, "interrupted; everything is saved, the same command goes on where it stopped");
}

std::size_t affordable(std::span<const double> seconds, double allowed) {
  for (std::size_t i = 0; i < seconds.size(); ++i)
    if (seconds[i] <= allowed) return i;
  const auto good = seconds.first((seconds.size() + 3) / 4);
  return static_cast<std::size_t>(std::ranges::min_element(good) - good.begin());
}

Result<TrialRecord> choose_winner(FitRun& run) {
  const auto trials = run.study.trials();
  const bool maximize = run.setup.metric->maximize;
  const auto ranked = best_first(trials, maximize);
  if (ranked.empty()) {
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
  if (!std::isfinite(run.left_seconds())) return trials[ranked.front()];
  // However late the search ended, a twentieth of the time is worth a good model.
  const double left = 1.03 * *run.setup.time_seconds - run.used_seconds() - closing_seconds(run);
  const double allowed = std::max(left, least_final_share * *run.setup.time_seconds);
  std::vector<double> seconds;
  for (const std::size_t index : ranked) seconds.push_back(final_cost(trials[index], run.setup).seconds);
  const std::size_t chosen = ranked[affordable(seconds, allowed)];
  if (chosen != ranked.front())
    run.progress.note(fmt::format("trial {} was better, but its final training would not fit the time: taking trial {}",
                                  trials[ranked.front()].number, trials[chosen].number));
  return trials[chosen];
}

}  // namespace hone
