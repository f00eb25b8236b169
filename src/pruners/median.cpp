/// Median rule: a trial stops when it is worse than half of the complete ones were (pruners/percentile_rule.hpp).
#include "pruners/percentile_rule.hpp"

namespace hone {
namespace {

constexpr OptionRow options[] = {
    {"startup_trials", 5, 1, 1e6, true, "Complete trials with a report at that step before anything is stopped."},
    {"warmup_steps", 0, 0, 1e9, true, "Steps that every trial may run."},
};

}  // namespace

constinit const PrunerInfo median_pruner_info{
    .name = "median",
    .summary = "Stops a trial that is worse than the median of the complete ones at the same step.",
    .paper = "Golovin et al., KDD 2017",
    .options = options,
    .make = [](std::span<const double> values, const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
      return make_percentile_rule(
          {.startup_trials = static_cast<std::size_t>(values[0]), .warmup_steps = static_cast<std::int64_t>(values[1])},
          setup.max_step);
    }};

}  // namespace hone
