#include "pruners/percentile_rule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hone {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The trial's report at `step`, or the last one before it; +infinity if it is not finite; nothing if there is none.
const Report* report_at(const TrialRow& row, std::int64_t step) {
  const auto after = std::ranges::upper_bound(row.reports, step, {}, &Report::step);
  return after == row.reports.begin() ? nullptr : &*(after - 1);
}
double or_infinity(double value) {
  return value < infinity ? value : infinity;
}  // NaN too

double best_until(const TrialRow& row, std::int64_t step) {
  double best = infinity;
  for (const Report& report : row.reports)
    if (report.step <= step) best = std::min(best, or_infinity(report.value));
  return best;
}

/// Linear between neighbours, as numpy's: rank (n - 1) percentile / 100. `values`: not empty; its order changes.
double percentile_of(std::vector<double>& values, double percentile) {
  const double rank = static_cast<double>(values.size() - 1) * percentile / 100;
  const auto low = values.begin() + static_cast<std::ptrdiff_t>(std::floor(rank));
  std::ranges::nth_element(values, low);
  const double share = rank - std::floor(rank);
  if (share == 0) return *low;
  const double above = *std::min_element(low + 1, values.end());
  return above == infinity ? (*low == infinity ? infinity : above) : *low * (1 - share) + above * share;
}

class Percentile final : public Pruner {
 public:
  Percentile(const PercentileRule& rule, std::int64_t max_step) : rule_(rule), max_step_(max_step) {}

  Decision decide(const View& view, std::int64_t trial, std::int64_t step) const override {
    if (step <= rule_.warmup_steps || (max_step_ > 0 && step >= max_step_)) return Decision::go_on;
    if ((step - rule_.warmup_steps - 1) % rule_.interval != 0) return Decision::go_on;
    std::vector<double> others;
    for (std::size_t i = 0; i < view.size(); ++i) {
      if (view[i].number == trial || view[i].state != TrialState::complete) continue;
      if (const Report* report = report_at(view[i], step)) others.push_back(or_infinity(report->value));
    }
    if (others.size() < rule_.startup_trials) return Decision::go_on;
    const double limit = percentile_of(others, rule_.percentile);
    return best_until(view[static_cast<std::size_t>(trial)], step) > limit ? Decision::stop : Decision::go_on;
  }

 private:
  PercentileRule rule_;
  std::int64_t max_step_;
};

}  // namespace

std::unique_ptr<Pruner> make_percentile_rule(const PercentileRule& rule, std::int64_t max_step) {
  return std::make_unique<Percentile>(rule, max_step);
}

}  // namespace hone
