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

/// Better ones are less. `value`: oriented; `last_step`: of the last report, 0 if there is none.
auto rank_key(TrialState state, std::span<const double> constraints, std::int64_t last_step, double value,
              std::int64_t number) {
  const bool complete = state == TrialState::complete;
  return std::tuple(!complete, violation(constraints), complete ? 0 : -last_step, value, number);
}

void count(TrialCounts& counts, TrialState state) {
  switch (state) {
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
}

/// Of `usable`, those that no other one dominates. `value(i, m)`: oriented, of objective m < objectives.
template <class Index, class Value>
std::vector<Index> undominated(const std::vector<Index>& usable, std::size_t objectives, Value value) {
  const auto dominates = [&](Index a, Index b) {
    bool better = false;
    for (std::size_t m = 0; m < objectives; ++m) {
      const double x = value(a, m), y = value(b, m);
      if (x > y) return false;
      better = better || x < y;
    }
    return better;
  };
  std::vector<Index> front;
  for (const Index i : usable)
    if (std::ranges::none_of(usable, [&](Index other) { return dominates(other, i); })) front.push_back(i);
  return front;
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
  for (const TrialRecord& trial : trials) count(counts, trial.state);
  return counts;
}

TrialCounts count_trials(const View& view) {
  TrialCounts counts;
  for (std::size_t i = 0; i < view.size(); ++i) count(counts, view[i].state);
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
    const Report* last = last_report(trial);
    const double value = shown_value(trial);
    return rank_key(trial.state, trial.constraints, last ? last->step : 0, maximize ? -value : value, trial.number);
  };
  std::vector<std::size_t> ranked;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (trials[i].state != TrialState::failed && !std::isnan(shown_value(trials[i]))) ranked.push_back(i);
  std::ranges::sort(ranked, {}, key);
  return ranked;
}

std::optional<std::int64_t> best_trial(const View& view) {
  const TrialRow* best = nullptr;
  const auto value = [](const TrialRow& row) {
    if (row.state == TrialState::complete && !row.values.empty()) return row.values[0];
    return row.reports.empty() ? std::numeric_limits<double>::quiet_NaN() : row.reports.back().value;
  };
  const auto key = [&](const TrialRow& row) {
    return rank_key(row.state, row.constraints, row.reports.empty() ? 0 : row.reports.back().step, value(row),
                    row.number);
  };
  for (std::size_t i = 0; i < view.size(); ++i) {
    const TrialRow& row = view[i];
    if (row.state == TrialState::failed || std::isnan(value(row))) continue;
    if (!best || key(row) < key(*best)) best = &row;
  }
  return best ? std::optional(best->number) : std::nullopt;
}

std::vector<std::size_t> pareto_front(std::span<const TrialRecord> trials, const std::vector<bool>& maximize) {
  std::vector<std::size_t> usable;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (trials[i].state == TrialState::complete && trials[i].values.size() == maximize.size() &&
        violation(trials[i].constraints) == 0)
      usable.push_back(i);
  return undominated(usable, maximize.size(), [&](std::size_t i, std::size_t m) {
    return maximize[m] ? -trials[i].values[m] : trials[i].values[m];
  });
}

std::vector<std::int64_t> pareto_front(const View& view) {
  std::vector<std::int64_t> usable;
  for (std::size_t i = 0; i < view.size(); ++i) {
    const TrialRow& row = view[i];
    if (row.state == TrialState::complete && violation(row.constraints) == 0) usable.push_back(row.number);
  }
  return undominated(usable, view.objectives(), [&](std::int64_t number, std::size_t m) {
    return view[static_cast<std::size_t>(number)].values[m];
  });
}

}  // namespace hone
