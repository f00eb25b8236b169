/// Percentile rule: a trial stops unless it is among the best so many percent (pruners/percentile_rule.hpp).
#include "pruners/percentile_rule.hpp"

namespace hone {
namespace {

constexpr OptionRow options[] = {
    {"percentile", 25, 0, 100, false,
     "A trial goes on while it is within the best so many percent of the complete ones."},
    {"startup_trials", 5, 1, 1e6, true, "Complete trials with a report at that step before anything is stopped."},
    {"warmup_steps", 0, 0, 1e9, true, "Steps that every trial may run."},
    {"interval", 1, 1, 1e9, true, "Trials are judged at every so many steps."},
};

}  // namespace

constinit const PrunerInfo percentile_pruner_info{
    .name = "percentile",
    .summary = "Stops a trial that is not among the best quarter of the complete ones at the same step.",
    .paper = "Golovin et al., KDD 2017",
    .options = options,
    .make = [](std::span<const double> values, const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
      return make_percentile_rule({values[0], static_cast<std::size_t>(values[1]), static_cast<std::int64_t>(values[2]),
                                   static_cast<std::int64_t>(values[3])},
                                  setup.max_step);
    }};

}  // namespace hone
