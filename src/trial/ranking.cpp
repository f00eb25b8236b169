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

double violation(std::span<const double> constraints) {
  double sum = 0;
  for (const double constraint : constraints) {
    if (std::isnan(constraint)) return std::numeric_limits<double>::infinity();
    sum += std::max(constraint, 0.0);
  }
  return sum;
}

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
    return std::tuple(!complete, violation(trial.constraints), complete || !last ? 0 : -last->step,
                      maximize ? -value : value, trial.number);
  };
  std::vector<std::size_t> ranked;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (trials[i].state != TrialState::failed && !std::isnan(shown_value(trials[i]))) ranked.push_back(i);
  std::ranges::sort(ranked, {}, key);
  return ranked;
}

std::vector<std::size_t> pareto_front(std::span<const TrialRecord> trials, const std::vector<bool>& maximize) {
  std::vector<std::size_t> usable, front;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (trials[i].state == TrialState::complete && trials[i].values.size() == maximize.size() &&
        violation(trials[i].constraints) == 0)
      usable.push_back(i);
  const auto dominates = [&](std::size_t a, std::size_t b) {
    bool better = false;
    for (std::size_t m = 0; m < maximize.size(); ++m) {
      const double x = maximize[m] ? -trials[a].values[m] : trials[a].values[m];
      const double y = maximize[m] ? -trials[b].values[m] : trials[b].values[m];
      if (x > y) return false;
      better = better || x < y;
    }
    return better;
  };
  for (const std::size_t i : usable)
    if (std::ranges::none_of(usable, [&](std::size_t other) { return dominates(other, i); })) front.push_back(i);
  return front;
}

}  // namespace hone
