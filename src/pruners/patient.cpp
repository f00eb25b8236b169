/// Patience: a trial stops when its reports have not become better for so many steps (early stopping).
///
/// Source: Prechelt, "Early stopping - but when?", 1998. Cost: O(reports of the trial).
#include <algorithm>
#include <limits>

#include "pruners/pruner.hpp"

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
    double before = std::numeric_limits<double>::infinity(), since = before;
    bool any_before = false;
    for (const Report& report : view[static_cast<std::size_t>(trial)].reports) {
      if (report.step > step) break;
      double& best = report.step <= step - patience_ ? before : since;
      any_before = any_before || report.step <= step - patience_;
      if (report.value < best) best = report.value;  // not if it is NaN
    }
    if (!any_before) return Decision::go_on;
    return since < before - min_delta_ ? Decision::go_on : Decision::stop;
  }

 private:
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
