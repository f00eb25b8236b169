#include "runners/seeds_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/rng.hpp"

namespace hone {
namespace {

/// Lets a run go until it has reported `wanted`, and pauses it there.
class StepObserver final : public RunObserver {
 public:
  explicit StepObserver(std::int64_t wanted) : wanted_(wanted) {}
  Result<Decision> report(std::size_t, std::int64_t step, std::span<const double> values) override {
    step_ = step;
    value_ = values[0];
    return step >= wanted_ ? Decision::pause : Decision::go_on;
  }
  std::int64_t step() const { return step_; }
  double value() const { return value_; }

 private:
  std::int64_t wanted_, step_ = 0;
  double value_ = 0;
};

/// One seed's run of the trial at hand.
struct SeedRun {
  RunRequest request;
  std::int64_t step = 0;  ///< last one reported in this call
  double value = 0;       ///< of that report
  bool complete = false;
  double result = 0;  ///< when complete
};

/// The same for all trials, so that they share the order of their minibatches run by run.
std::uint64_t seed_of_run(std::uint64_t study_seed, std::size_t run) {
  constexpr std::uint32_t no_trial = 0xffffffff;
  Rng rng(study_seed, RngPurpose::run_seed, no_trial, static_cast<std::uint32_t>(run));
  const std::uint64_t high = rng.next();
  return high << 32 | rng.next();
}

double mean(const std::vector<SeedRun>& runs, double SeedRun::*what) {
  double sum = 0;
  for (const SeedRun& run : runs) sum += run.*what;
  return sum / static_cast<double>(runs.size());
}

/// The step that all have to reach next, beyond `last`: a run that comes back may be further than the others.
std::int64_t next_step(const std::vector<SeedRun>& runs, std::int64_t last) {
  std::int64_t step = last + 1;
  for (const SeedRun& run : runs)
    if (!run.complete) step = std::max(step, run.step);
  return step;
}

}  // namespace

Result<std::vector<RunOutcome>> SeedsRunner::run(std::span<const RunRequest> requests, RunObserver& observer) {
  return run_each(requests, [&](const RunRequest& request, std::size_t i) { return run_one(request, i, observer); });
}

Result<RunOutcome> SeedsRunner::run_one(const RunRequest& request, std::size_t index, RunObserver& observer) {
  std::vector<SeedRun> runs(runners_.size());
  for (std::size_t k = 0; k < runs.size(); ++k) {
    runs[k].request = request;
    runs[k].request.run = static_cast<std::int64_t>(k);
    if (k > 0) runs[k].request.study_seed = seed_of_run(request.study_seed, k);
    if (request.checkpoints.empty()) continue;
    runs[k].request.checkpoints = run_folder(request.checkpoints, runs[k].request.run);
    std::error_code ignored;  // where it cannot be made, the first file says so
    std::filesystem::create_directories(runs[k].request.checkpoints, ignored);
  }
  RunOutcome outcome;
  outcome.step = request.from_step;

  /// Takes run k on to `step`. Something: the outcome of the whole trial.
  const auto advance = [&](std::size_t k, std::int64_t step) -> Result<std::optional<RunOutcome>> {
    SeedRun& run = runs[k];
    StepObserver seen(step);
    HONE_TRY(const std::vector<RunOutcome> ends, runners_[k]->run({&run.request, 1}, seen));
    const RunOutcome& end = ends.front();
    outcome.started_anew = outcome.started_anew || end.started_anew;
    if (seen.step() > 0) run.step = seen.step(), run.value = seen.value();
    run.request.from_step = 0;  // from here on the state in memory is the one to go on from, or it starts anew
    run.request.reported_step = run.step;
    if (end.state == TrialState::paused) return std::nullopt;
    if (end.state != TrialState::complete) {
      RunOutcome all = end;
      all.step = outcome.step;
      all.started_anew = outcome.started_anew;
      if (!all.reason.empty()) all.reason = fmt::format("run {}: {}", k, end.reason);
      return all;
    }
    run.complete = true;
    run.result = end.values.front();
    if (seen.step() == 0) run.step = end.step, run.value = run.result;  // it was over before, for want of patience
    return std::nullopt;
  };
  const auto together = [&](std::int64_t step) {
    return std::ranges::all_of(runs, [&](const SeedRun& run) { return run.complete || run.step == step; });
  };
  const auto over = [&] { return std::ranges::all_of(runs, &SeedRun::complete); };

  while (!over()) {
    std::int64_t step = next_step(runs, outcome.step);
    do {
      for (std::size_t k = 0; k < runs.size(); ++k) {
        if (runs[k].complete || runs[k].step >= step) continue;
        HONE_TRY(const auto ended, advance(k, step));
        if (!ended) continue;
        if (ended->state != TrialState::waiting) forget(request.trial);
        return *ended;
      }
      step = next_step(runs, step - 1);
    } while (!together(step));
    if (over()) step = std::ranges::max(runs, {}, &SeedRun::step).step;  // nothing new where all had ended before
    if (step <= outcome.step) continue;
    HONE_TRY(const Decision decision, observer.report(index, step, mean(runs, &SeedRun::value)));
    outcome.step = step;
    if (decision == Decision::stop) {
      forget(request.trial);
      outcome.state = TrialState::pruned;
      outcome.reason = fmt::format("stopped at epoch {}", step);
      return outcome;
    }
    if (over() || decision == Decision::go_on) continue;
    if (decision == Decision::hand_back) HONE_TRY_VOID(save_paused({&request.trial, 1}));
    outcome.state = decision == Decision::pause ? TrialState::paused : TrialState::waiting;
    return outcome;
  }
  outcome.state = TrialState::complete;
  outcome.values = {mean(runs, &SeedRun::result)};
  return outcome;
}

Result<void> SeedsRunner::save_paused(std::span<const std::int64_t> trials) {
  Result<void> saved;
  for (const auto& runner : runners_)
    if (auto one = runner->save_paused(trials); !one && saved) saved = std::move(one);
  return saved;
}

void SeedsRunner::forget(std::int64_t trial) {
  for (const auto& runner : runners_) runner->forget(trial);
}

}  // namespace hone
