/// Which trial is better: one rule for the engine, the reports and the commands.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "trial/trial.hpp"
#include "trial/view.hpp"

namespace hone {

/// How many trials are in each state.
struct TrialCounts {
  std::int64_t waiting = 0, running = 0, paused = 0, complete = 0, pruned = 0, failed = 0;
  std::int64_t total() const { return waiting + running + paused + complete + pruned + failed; }
};
TrialCounts count_trials(std::span<const TrialRecord> trials);
TrialCounts count_trials(const View& view);

/// A trial's first value if it is complete, else its last report; NaN if there is neither.
double shown_value(const TrialRecord& trial);

/// How far a trial is from being feasible: the sum of its positive constraints, 0 if it has none; infinite if one is
/// NaN.
double violation(std::span<const double> constraints);

/// Indices of the trials of a single-objective study, best first: complete ones, feasible before infeasible (those by
/// violation: Deb 2000), by value; then the others that reported
/// by last step reached (highest first) and value there; failed ones and those without a report are left out. Ties by
/// number. O(n log n).
std::vector<std::size_t> best_first(std::span<const TrialRecord> trials, bool maximize);
/// The number of the first of them in the same order; a last report that is not finite counts as none. O(n).
std::optional<std::int64_t> best_trial(const View& view);

/// Indices of the feasible complete trials that no other one dominates, by number. `maximize`: one per objective.
/// Equal values are all kept. O(n^2 objectives).
std::vector<std::size_t> pareto_front(std::span<const TrialRecord> trials, const std::vector<bool>& maximize);
/// The numbers of those of a view.
std::vector<std::int64_t> pareto_front(const View& view);

}  // namespace hone
