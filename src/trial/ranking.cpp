#include "trial/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace hone {
namespace {

const Report* last_report(const TrialRecord& trial) {
  return trial.runs.empty() || trial.runs[0].reports.empty() ? nullptr : &trial.runs[0].reports.back();
}

}  // namespace

TrialCounts count_trials(std::span<const TrialRecord> trials) {
  TrialCounts counts;
  for (const TrialRecord& trial : trials) switch (trial.state) {
      case TrialState::waiting:
        ++counts.waiting;
        break;
      case TrialState::running:
        ++counts.running;
        break;
      case TrialState::paused:
        ++counts.paused;
        break;
      case TrialState::complete:
        ++counts.complete;
        break;
      case TrialState::pruned:
        ++counts.pruned;
        break;
      case TrialState::failed:
        ++counts.failed;
        break;
    }
  return counts;
}

double shown_value(const TrialRecord& trial) {
  if (trial.state == TrialState::complete && !trial.values.empty()) return trial.values[0];
  const Report* last = last_report(trial);
  return last ? last->value : std::numeric_limits<double>::quiet_NaN();
}

std::vector<std::size_t> best_first(std::span<const TrialRecord> trials, bool maximize) {
  const auto key = [&](std::size_t i) {
    const TrialRecord& trial = trials[i];
    const bool complete = trial.state == TrialState::complete;
    const Report* last = last_report(trial);
    const double value = shown_value(trial);
    return std::tuple(!complete, complete || !last ? 0 : -last->step, maximize ? -value : value, trial.number);
  };
  std::vector<std::size_t> ranked;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (trials[i].state != TrialState::failed && !std::isnan(shown_value(trials[i]))) ranked.push_back(i);
  std::ranges::sort(ranked, {}, key);
  return ranked;
}

}  // namespace hone
