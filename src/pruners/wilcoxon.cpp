/// Wilcoxon's rule, for reports that are parts of one value (folds, seeds, instances) and not stages of a training: a
/// trial stops when it is worse than the best one on the parts that both have, beyond what chance explains.
///
/// The best trial is the complete one with the best mean of its reports. The same step must mean the same part in every
/// trial. A trial whose mean so far is better than the best trial's on the same parts is never stopped. The test is
/// repeated at every report and not corrected for that: `p` is a strictness, not an error rate.
///
/// With several objectives the best trials are those whose means no other one's dominate, and a trial stops when one of
/// them is better beyond chance in every objective in which the two differ: a test of all at once needs no correction
/// for their number (Berger, "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24, 1982).
///
/// Source: Wilcoxon, 1945; as in Optuna's WilcoxonPruner. Cost: O(trials) + O(parts^3) per report.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "math/signed_rank.hpp"
#include "pruners/pruner.hpp"
#include "pruners/rung_rank.hpp"

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
    std::vector<FrontMember> best;
    for (std::size_t i = 0; i < view.size(); ++i) {
      if (view[i].state != TrialState::complete || view[i].number == trial || view[i].reports.empty()) continue;
      std::vector<double> means = means_of(view[i], view.objectives());
      if (std::ranges::all_of(means, [](double mean) { return mean < std::numeric_limits<double>::infinity(); }))
        join_front(best, {std::move(means), &view[i]});
    }
    const TrialRow& own = view[static_cast<std::size_t>(trial)];
    const bool stops = std::ranges::any_of(
        best, [&](const FrontMember& other) { return is_worse(own, *other.row, view.objectives()); });
    return stops ? Decision::stop : Decision::go_on;
  }

 private:
  static std::vector<double> means_of(const TrialRow& row, std::size_t objectives) {
    std::vector<double> means(objectives, 0.0);
    for (std::size_t i = 0; i < row.reports.size(); ++i)
      for (std::size_t m = 0; m < objectives; ++m)
        means[m] += reported_value(row, i, m) / static_cast<double>(row.reports.size());
    return means;
  }

  /// On the parts that both have: beyond chance in every objective in which they differ at all.
  bool is_worse(const TrialRow& own, const TrialRow& other, std::size_t objectives) const {
    std::vector<std::vector<double>> differences(objectives);
    auto at = other.reports.begin();
    for (std::size_t i = 0; i < own.reports.size(); ++i) {
      at = std::ranges::lower_bound(at, other.reports.end(), own.reports[i].step, {}, &Report::step);
      if (at == other.reports.end()) break;
      if (at->step != own.reports[i].step) continue;
      const auto part = static_cast<std::size_t>(at - other.reports.begin());
      for (std::size_t m = 0; m < objectives; ++m) {
        const double value = reported_value(own, i, m), best = reported_value(other, part, m);
        if (!std::isfinite(value)) return true;  // its mean never will be
        differences[m].push_back(value - best);  // `best` is finite: its mean is
      }
    }
    if (differences[0].size() < startup_steps_) return false;
    const auto sum = [](const std::vector<double>& of_one) {
      return std::accumulate(of_one.begin(), of_one.end(), 0.0);
    };
    if (std::ranges::any_of(
            differences, [](double total) { return total < 0; }, sum))
      return false;
    bool worse = false;
    for (const std::vector<double>& of_one : differences) {
      const bool beyond_chance = signed_rank_p_greater(of_one) < p_;
      if (!beyond_chance && std::ranges::any_of(of_one, [](double d) { return d != 0; })) return false;
      worse = worse || beyond_chance;
    }
    return worse;
  }

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
