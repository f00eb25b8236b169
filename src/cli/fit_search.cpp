#include "cli/fit_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "engine/run_loop.hpp"
#include "report/configuration_text.hpp"
#include "runners/native_network.hpp"
#include "runners/seeds_runner.hpp"

namespace hone {
namespace {

constexpr double save_time_every_seconds = 2;
/// So many failures without a single report end the search: a space of which 5 % can be trained is given up once in 169
/// times, one that nothing of can be trained does not take the whole of --time to say so.
constexpr std::int64_t hopeless_failures = 100;

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

/// One native runner, or one for each seed, which share the memory for paused trials.
std::unique_ptr<Runner> runner_of(const FitSetup& setup) {
  const auto seeds = static_cast<std::size_t>(setup.seeds);
  std::vector<std::unique_ptr<Runner>> runners;
  for (std::size_t k = 0; k < seeds; ++k)
    runners.push_back(
        std::make_unique<NativeNetworkRunner>(*setup.dataset, setup.fixed, *setup.metric, paused_bytes_max / seeds));
  if (seeds == 1) return std::move(runners.front());
  return std::make_unique<SeedsRunner>(std::move(runners));
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

Result<std::string> search(FitRun& run) {
  const std::unique_ptr<Runner> runner = runner_of(run.setup);
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
    time_is_up = run.left_seconds() <= reserved_seconds(run);
    hopeless = run.study.counts().failed >= hopeless_failures && !run.study.best();
    return time_is_up || hopeless;
  };
  HONE_TRY(const std::string ended, run_study(run.study, *runner, options));
  HONE_TRY_VOID(
      run.study.store().set_attribute(run.study.record().id, "seconds_used", number_text(run.used_seconds())));
  run.progress.update(run.state("search"));
  if (ended != "stopped") return ended;
  if (time_is_up && !signalled()) return "time";
  if (hopeless && !signalled()) return "hopeless";
  return fail(Error::Kind::interrupted, "interrupted; everything is saved, the same command goes on where it stopped");
}

}  // namespace hone
