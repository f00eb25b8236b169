/// Metrics: how good predictions are, in the user's units.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/features.hpp"

namespace hone {

struct Metric {
  std::string_view name, summary;
  Task task;
  bool maximize;
  bool binary_only;  ///< needs exactly two classes (auc, f1); class 1 is the positive one
  /// `predictions`: (rows, outputs) probabilities, or (rows, 1) scaled values. NaN predictions give NaN.
  double (*score)(const TargetInfo& info, std::span<const float> predictions, const Targets& targets);
};

/// accuracy, balanced_accuracy, log_loss, auc, f1; rmse, mae, r2. auc and f1 of several classes: macro average.
std::span<const Metric> all_metrics();
/// The metric of that name, checked against the task; "" gives accuracy or rmse. Errors name the nearest known one.
Result<const Metric*> find_metric(std::string_view name, const TargetInfo& info);

}  // namespace hone
