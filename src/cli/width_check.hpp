/// Does a learning rate that was found on narrow networks hold on wide ones?
#pragma once
#include <array>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "nn/metric.hpp"
#include "report/progress.hpp"
#include "space/value.hpp"

namespace hone {

/// The rate itself stands in the middle.
constexpr std::array rate_factors{0.5, 1.0, 2.0};

struct WidthCheck {
  /// Validation values of each factor, one for each seed; NaN where the training failed.
  std::array<std::vector<double>, rate_factors.size()> values;
  /// Of rate_factors: 1 if the rate holds.
  std::size_t verdict(bool maximize) const;
};

struct WidthCheckRequest {
  Configuration configuration;  ///< with learning_rate
  std::int64_t units = 0;       ///< of every hidden layer
  std::int64_t max_step = 0;
  std::int64_t seeds = 0, jobs = 1;
  std::uint64_t study_seed = 0;
};

/// Trains the configuration at `units` with half the rate, the rate and twice the rate, each from the same `seeds`
/// starts. Cost: 3 * seeds full trainings. Errors: `interrupted`; what makes every training impossible.
Result<WidthCheck> check_width(const Dataset& dataset, const Metric& metric, const WidthCheckRequest& request,
                               Progress& progress);

}  // namespace hone
