/// Patience: a trial stops when its reports have not become better for so many steps (early stopping).
///
/// With several objectives a report is better if no earlier one is as good in all of them: `min_delta` is then what it
/// has to be ahead by in one objective, another one for each of the earlier reports maybe.
///
/// Source: Prechelt, "Early stopping - but when?", 1998. Cost: O(reports of the trial),
/// times their front where there are several objectives.
#include <algorithm>
#include <cmath>

#include "pruners/pruner.hpp"
#include "pruners/rung_rank.hpp"

namespace hone {
namespace {

constexpr OptionRow options[] = {
    {"patience", 10, 1, 1e9, true, "Steps without a better report after which a trial stops."},
    {"min_delta", 0, 0, 1e15, false, "A report is better only if it is so by more than this."},
};

class Patient final : public Pruner {
 public:
  Patient(std::int64_t patience, double min_delta, std::int64_t max_step)
      : patience_(patience), min_delta_(min_delta), max_step_(max_step) {}

  Decision decide(const View& view, std::int64_t trial, std::int64_t step) const override {
    if (max_step_ > 0 && step >= max_step_) return Decision::go_on;
    const TrialRow& row = view[static_cast<std::size_t>(trial)];
    std::vector<FrontMember> before;  // the front of the reports that are that old
    bool any_before = false, better = false;
    for (std::size_t i = 0; i < row.reports.size() && row.reports[i].step <= step; ++i) {
      const bool is_before = row.reports[i].step <= step - patience_;
      any_before = any_before || is_before;
      std::vector<double> values(view.objectives());
      for (std::size_t m = 0; m < values.size(); ++m) values[m] = reported_value(row, i, m);
      if (std::ranges::any_of(values, [](double v) { return std::isnan(v); })) continue;
      if (is_before)
        join_front(before, {std::move(values), &row});
      else
        better = better || improves(values, before);
    }
    return better || !any_before ? Decision::go_on : Decision::stop;
  }

 private:
  /// Better than each of `before` in some objective, by more than `min_delta`.
  bool improves(const std::vector<double>& values, const std::vector<FrontMember>& before) const {
    return std::ranges::all_of(before, [&](const FrontMember& old) {
      for (std::size_t m = 0; m < values.size(); ++m)
        if (values[m] < old.values[m] - min_delta_) return true;
      return false;
    });
  }

  std::int64_t patience_;
  double min_delta_;
  std::int64_t max_step_;
};

}  // namespace

constinit const PrunerInfo patient_pruner_info{
    .name = "patient",
    .summary = "Stops a trial whose reports have not become better for some steps.",
    .paper = "Prechelt, 1998",
    .options = options,
    .make = [](std::span<const double> values, const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
      return std::make_unique<Patient>(static_cast<std::int64_t>(values[0]), values[1], setup.max_step);
    }};

}  // namespace hone
