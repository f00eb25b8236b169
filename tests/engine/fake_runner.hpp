// A runner whose learning curves are a formula: deterministic, instant, with real checkpoint files.
#pragma once
#include <cmath>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "temporary_folder.hpp"
#include "trial/runner.hpp"

namespace hone {

class FakeRunner final : public Runner {
 public:
  /// Lower is better; falls towards (x - 0.3)^2 with the steps.
  static double curve(const RunRequest& request, std::int64_t step) {
    const Value* x = request.configuration.find("x");
    const double u = x ? value_number(*x) : 0.5;
    const double wiggle = 1e-3 * std::sin(static_cast<double>(request.trial * 7 + step * 3));
    return (u - 0.3) * (u - 0.3) + 1.0 / static_cast<double>(step) + wiggle;
  }

  /// (objectives): the curve, then others that are better the farther x is from 0.3.
  std::vector<double> curves(const RunRequest& request, std::int64_t step) const {
    std::vector<double> values = {curve(request, step)};
    for (std::size_t m = 1; m < objectives; ++m)
      values.push_back(values[0] * static_cast<double>(m) - 2.0 / static_cast<double>(step));
    return values;
  }

  std::size_t objectives = 1;
  std::set<std::int64_t> forgotten;                                      ///< guarded by the mutex
  std::function<bool(const RunRequest&, std::int64_t step)> lose_power;  ///< true: this run vanishes before its report
  std::function<bool(const RunRequest&)> fails;
  std::int64_t epochs_run = 0;

  Result<std::vector<RunOutcome>> run(std::span<const RunRequest> requests, RunObserver& observer) override {
    RunOutcome outcome;
    const RunRequest& request = requests[0];
    if (fails && fails(request)) {
      outcome.reason = "asked to fail";
      return std::vector{outcome};
    }
    std::int64_t step = 0;
    if (request.from_step > 0) {
      const auto file = read_file(checkpoint_file(request.checkpoints, request.trial, request.from_step));
      if (file && parse_integer(*file))
        step = *parse_integer(*file);
      else
        outcome.started_anew = true;
    }
    outcome.step = step;
    while (step < request.max_step) {
      ++step;
      count();
      if (lose_power && lose_power(request, step)) {
        outcome.state = TrialState::waiting;
        return std::vector{outcome};
      }
      HONE_TRY(const Decision decision, observer.report(0, step, curves(request, step)));
      outcome.step = step;
      if (decision == Decision::stop) {
        outcome.state = TrialState::pruned;
        return std::vector{outcome};
      }
      if (decision != Decision::go_on && step < request.max_step) {
        HONE_TRY_VOID(write_file(checkpoint_file(request.checkpoints, request.trial, step), std::to_string(step)));
        outcome.state = decision == Decision::pause ? TrialState::paused : TrialState::waiting;
        return std::vector{outcome};
      }
    }
    outcome.state = TrialState::complete;
    outcome.values = curves(request, request.max_step);
    return std::vector{outcome};
  }

  void forget(std::int64_t trial) override {
    const std::scoped_lock lock(mutex_);
    forgotten.insert(trial);
  }

 private:
  void count() {
    const std::scoped_lock lock(mutex_);
    ++epochs_run;
  }
  std::mutex mutex_;
};

}  // namespace hone
