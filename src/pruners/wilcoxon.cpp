/// Wilcoxon's rule, for reports that are parts of one value (folds, seeds, instances) and not stages of a training: a
/// trial stops when it is worse than the best one on the parts that both have, beyond what chance explains.
///
/// The best trial is the complete one with the best mean of its reports. The same step must mean the same part in every
/// trial. A trial whose mean so far is better than the best trial's on the same parts is never stopped. The test is
/// repeated at every report and not corrected for that: `p` is a strictness, not an error rate.
///
/// Source: Wilcoxon, 1945; as in Optuna's WilcoxonPruner. Cost: O(trials) + O(parts^3) per report.
#include <algorithm>
#include <cmath>
#include <limits>

#include "math/signed_rank.hpp"
#include "pruners/pruner.hpp"

namespace hone {
namespace {

constexpr OptionRow options[] = {
    {"p", 0.1, 0, 1, false, "A trial stops when chance explains its being worse with a probability below this."},
    {"startup_steps", 2, 1, 1e6, true, "Parts that both trials have before anything is stopped."},
};

class Wilcoxon final : public Pruner {
 public:
  Wilcoxon(double p, std::size_t startup_steps, std::int64_t max_step)
      : p_(p), startup_steps_(startup_steps), max_step_(max_step) {}

  Decision decide(const View& view, std::int64_t trial, std::int64_t step) const override {
    if (max_step_ > 0 && step >= max_step_) return Decision::go_on;
    const TrialRow* best = nullptr;
    double best_mean = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < view.size(); ++i) {
      if (view[i].state != TrialState::complete || view[i].number == trial || view[i].reports.empty()) continue;
      double mean = 0;
      for (const Report& report : view[i].reports) mean += report.value / static_cast<double>(view[i].reports.size());
      if (mean < best_mean) {
        best_mean = mean;
        best = &view[i];
      }
    }
    if (!best) return Decision::go_on;
    std::vector<double> differences;
    double sum = 0;
    auto other = best->reports.begin();
    for (const Report& own : view[static_cast<std::size_t>(trial)].reports) {
      other = std::ranges::lower_bound(other, best->reports.end(), own.step, {}, &Report::step);
      if (other == best->reports.end()) break;
      if (other->step != own.step) continue;
      if (!std::isfinite(own.value)) return Decision::stop;  // its mean never will be
      if (!std::isfinite(other->value)) continue;
      differences.push_back(own.value - other->value);
      sum += differences.back();
    }
    if (differences.size() < startup_steps_ || sum < 0) return Decision::go_on;
    return signed_rank_p_greater(differences) < p_ ? Decision::stop : Decision::go_on;
  }

 private:
  double p_;
  std::size_t startup_steps_;
  std::int64_t max_step_;
};

}  // namespace

constinit const PrunerInfo wilcoxon_pruner_info{
    .name = "wilcoxon",
    .summary = "For reports that are folds or seeds: stops a trial that is worse than the best one beyond chance.",
    .paper = "Wilcoxon, 1945",
    .options = options,
    .make = [](std::span<const double> values, const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
      return std::make_unique<Wilcoxon>(values[0], static_cast<std::size_t>(values[1]), setup.max_step);
    }};

}  // namespace hone
