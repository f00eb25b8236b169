/// Threshold: a trial stops when it reports a value that no good trial ever has, or none at all.
///
/// With several objectives the limits are for the first one, whose units they have; a value that is not finite stops
/// the trial in any of them.
#include <algorithm>
#include <cmath>

#include "pruners/pruner.hpp"

namespace hone {
namespace {

constexpr double unlimited = 1e15;  // what is beyond it has diverged

constexpr OptionRow options[] = {
    {"lower", -unlimited, -unlimited, unlimited, false,
     "A trial stops when it reports less, in the (first) metric's own units."},
    {"upper", unlimited, -unlimited, unlimited, false, "A trial stops when it reports more."},
    {"warmup_steps", 0, 0, 1e9, true, "Steps that every trial may run."},
};

class Threshold final : public Pruner {
 public:
  Threshold(double lower, double upper, std::int64_t warmup_steps, const PrunerSetup& setup)
      : lower_(lower), upper_(upper), warmup_steps_(warmup_steps), setup_(setup) {}

  Decision decide(const View& view, std::int64_t trial, std::int64_t step) const override {
    if (step <= warmup_steps_ || (setup_.max_step > 0 && step >= setup_.max_step)) return Decision::go_on;
    const auto& reports = view[static_cast<std::size_t>(trial)].reports;
    const auto report = std::ranges::find(reports, step, &Report::step);
    if (report == reports.end()) return Decision::go_on;
    const auto position = static_cast<std::size_t>(report - reports.begin());
    for (std::size_t m = 1; m < view.objectives(); ++m)
      if (std::isnan(reported_value(view[static_cast<std::size_t>(trial)], position, m))) return Decision::stop;
    const double value = setup_.maximize ? -report->value : report->value;
    return value >= lower_ && value <= upper_ ? Decision::go_on : Decision::stop;  // NaN is neither
  }

 private:
  double lower_, upper_;
  std::int64_t warmup_steps_;
  PrunerSetup setup_;
};

}  // namespace

constinit const PrunerInfo threshold_pruner_info{
    .name = "threshold",
    .summary = "Stops a trial that reports a value outside of [lower, upper], or one that is not finite.",
    .paper = "",
    .options = options,
    .make = [](std::span<const double> values, const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
      return std::make_unique<Threshold>(values[0], values[1], static_cast<std::int64_t>(values[2]), setup);
    }};

}  // namespace hone
