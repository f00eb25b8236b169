#include "pruners/percentile_rule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "pruners/rung_rank.hpp"

namespace hone {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// How many reports the trial has up to `step`.
std::size_t reports_until(const TrialRow& row, std::int64_t step) {
  return static_cast<std::size_t>(std::ranges::upper_bound(row.reports, step, {}, &Report::step) - row.reports.begin());
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
    const std::size_t objectives = view.objectives();
    std::vector<double> values;  // of the others at that step, then of the trial so far
    const auto add = [&](const TrialRow& row, std::size_t report) {
      for (std::size_t m = 0; m < objectives; ++m) values.push_back(reported_value(row, report, m));
    };
    for (std::size_t i = 0; i < view.size(); ++i) {
      if (view[i].number == trial || view[i].state != TrialState::complete) continue;
      if (const std::size_t reports = reports_until(view[i], step); reports > 0) add(view[i], reports - 1);
    }
    const std::size_t others = values.size() / objectives;
    if (others < rule_.startup_trials) return Decision::go_on;
    const TrialRow& own = view[static_cast<std::size_t>(trial)];
    for (std::size_t report = 0; report < reports_until(own, step); ++report) add(own, report);
    std::vector<double> scores = comparable(values, objectives);
    double best = infinity;
    for (const double score : std::span(scores).subspan(others)) best = std::min(best, score);
    scores.resize(others);
    return best > percentile_of(scores, rule_.percentile) ? Decision::stop : Decision::go_on;
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
