#include "cli/search_watch.hpp"

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
#include "report/summary.hpp"

namespace hone {
namespace {

constexpr double save_time_every_seconds = 2;
constexpr std::size_t failures_said_max = 3;

/// Looking at a study of many trials takes time: at most this share of it.
constexpr double looking_share = 0.02, look_every_seconds_max = 5;

/// Best so far after each finished trial, in order of finishing.
std::vector<double> best_curve(const View& view, bool maximize) {
  std::vector<std::pair<Revision, double>> finished;  // values are oriented: lower is better
  for (std::size_t i = 0; i < view.size(); ++i) {
    const TrialRow& trial = view[i];
    if (is_finished(trial.state))
      finished.emplace_back(trial.finished, trial.state == TrialState::complete
                                                ? trial.values[0]
                                                : std::numeric_limits<double>::quiet_NaN());
  }
  std::ranges::sort(finished, {}, &std::pair<Revision, double>::first);
  std::vector<double> curve;
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [revision, value] : finished) {
    if (!std::isnan(value) && !(value >= best)) best = value;
    curve.push_back(maximize ? -best : best);
  }
  return curve;
}

std::set<std::int64_t> failures(const View& view) {
  std::set<std::int64_t> numbers;
  for (std::size_t i = 0; i < view.size(); ++i)
    if (view[i].state == TrialState::failed) numbers.insert(view[i].number);
  return numbers;
}

/// Has no trial measured anything?
bool nothing_measured(Study& study) {
  return study.record().directions.size() == 1 ? !study.best() : study.counts().complete == 0;
}

}  // namespace

double SearchWatch::elapsed_seconds() const {
  return system_clock().monotonic_seconds() - started_seconds;
}

double SearchWatch::left_seconds() const {
  return time_seconds ? *time_seconds - used_seconds() : std::numeric_limits<double>::infinity();
}

ProgressState SearchWatch::state(std::string phase) const {
  ProgressState state;
  state.phase = std::move(phase);
  const TrialCounts counts = study.counts();
  state.trials_total = trials;
  state.complete = counts.complete;
  state.running = counts.running;
  state.paused = counts.paused + counts.waiting;
  state.pruned = counts.pruned;
  state.failed = counts.failed;
  state.jobs = jobs;
  state.metric = study.record().metrics.front();
  state.maximize = study.maximize();
  if (study.record().directions.size() == 1) {  // of several there is no best one
    if (const auto best = study.best()) {
      state.best_value = shown_value(*best);
      state.best_trial = best->number;
      state.best_parameters = short_text(best->configuration);
    }
    state.curve = best_curve(study.view(), state.maximize);
  }
  state.elapsed_seconds = used_seconds();
  state.time_budget_seconds = time_seconds;
  state.cost_budget = cost;
  if (cost) state.cost = study.cost_used();
  return state;
}

Result<std::string> SearchWatch::run(Runner& runner, const Ends& ends) {
  double saved_at = 0, look_at = 0;
  bool time_is_up = false, hopeless = false;
  RunLoopOptions options;
  options.jobs = jobs;
  std::set<std::int64_t> failures_said = failures(study.view());  // by an earlier start
  const std::size_t failed_before = failures_said.size();
  options.should_stop = [&] {
    const double elapsed = elapsed_seconds();
    if (elapsed >= look_at) {
      progress.update(state("search"));
      for (const std::int64_t number : failures(study.view()))
        if (failures_said.insert(number).second && failures_said.size() <= failed_before + failures_said_max)
          progress.note(fmt::format("trial {} failed: {}", number, study.trial(number)->reason));
      hopeless = static_cast<std::int64_t>(failures_said.size() - failed_before) >= ends.hopeless_failures &&
                 nothing_measured(study);
      look_at = elapsed + std::min((elapsed_seconds() - elapsed) / looking_share, look_every_seconds_max);
    }
    if (time_seconds && used_before_seconds && elapsed - saved_at > save_time_every_seconds) {
      saved_at = elapsed;  // a lost accounting line costs a few seconds of budget, nothing else
      (void)study.store().set_attribute(study.record().id, "seconds_used", number_text(used_seconds()));
    }
    time_is_up = left_seconds() <= ends.reserved_seconds();
    return time_is_up || hopeless;
  };
  options.note = [&](const std::string& text) { progress.note(text); };
  options.on_stop = [&] {
    if (!ends.stopping.empty()) progress.note(ends.stopping);
  };
  HONE_TRY(const std::string ended, run_study(study, runner, options));
  if (used_before_seconds)
    HONE_TRY_VOID(study.store().set_attribute(study.record().id, "seconds_used", number_text(used_seconds())));
  progress.update(state("search"));
  if (ended == "halted")
    return fail(
        Error::Kind::interrupted,
        fmt::format("the study was stopped from elsewhere; everything is saved. `hone study resume {}` lets it go "
                    "on, with the same command",
                    shell_word(study.record().name)));
  if (ended != "stopped") return ended;
  if (time_is_up && !signalled()) return "time";
  if (hopeless && !signalled()) return "hopeless";
  return fail(Error::Kind::interrupted, "interrupted; everything is saved, the same command goes on where it stopped");
}

Result<double> seconds_used(Study& study) {
  HONE_TRY(const auto stored, study.store().attribute(study.record().id, "seconds_used"));
  return stored ? parse_number(*stored).value_or(0) : 0;
}

}  // namespace hone
