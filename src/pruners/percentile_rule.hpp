/// Stops a trial that is worse than most complete ones were at the same step: what `median` and `percentile` share.
#pragma once
#include <memory>

#include "pruners/pruner.hpp"

namespace hone {

struct PercentileRule {
  double percentile = 50;          ///< of the complete trials' values, from the best: 0 to 100
  std::size_t startup_trials = 5;  ///< complete trials with a report at that step before anything is stopped, >= 1
  std::int64_t warmup_steps = 0;   ///< steps that every trial may run
  std::int64_t interval = 1;       ///< judged at every so many steps after those, >= 1
};

/// A trial stops for good when its best report so far is worse than that percentile, linearly interpolated, of what the
/// complete trials reported at the same step (or, without a report there, at the last one before). Values that are not
/// finite count as infinitely bad. With several objectives the numbers of their fronts are compared instead, among
/// those reports and the trial's own (pruners/rung_rank.hpp): what nobody dominates never stops.
///
/// Source: Golovin et al., "Google Vizier", KDD 2017, section 3.2.2; with the best report so far instead of the running
/// average, as Optuna does. Cost: O(trials) per report.
std::unique_ptr<Pruner> make_percentile_rule(const PercentileRule& rule, std::int64_t max_step);

}  // namespace hone
