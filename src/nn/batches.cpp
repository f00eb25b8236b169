#include "nn/batches.hpp"

#include <algorithm>

#include "base/elementary.hpp"
#include "base/rng.hpp"

namespace hone {

std::vector<float> weights_of_classes(double balance, std::size_t classes, const Targets& targets) {
  if (balance == 0 || targets.labels.empty()) return {};
  std::vector<double> rows(classes, 0), weights(classes, 1);
  for (const std::int32_t label : targets.labels) rows[static_cast<std::size_t>(label)] += 1;
  const auto all = static_cast<double>(targets.labels.size());
  double sum = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    if (rows[c] > 0) weights[c] = portable_exp(balance * portable_log(all / (static_cast<double>(classes) * rows[c])));
    sum += rows[c] * weights[c];
  }
  std::vector<float> scaled(classes, 1.0f);
  for (std::size_t c = 0; c < classes; ++c)
    if (rows[c] > 0) scaled[c] = static_cast<float>(weights[c] * all / sum);
  return scaled;
}

float mixup_share(double alpha, const TrainSeed& seed, std::uint32_t step) {
  Rng rng(seed.study_seed, RngPurpose::mixup, seed.trial, step);
  constexpr int most = 1000;  // each fits with a chance of a sixth or more: never reached
  for (int i = 0; i < most; ++i) {
    // In logarithms, because u^(1 / alpha) of a small alpha is 0 in floating point.
    const double x = portable_log(rng.uniform() + 0x1p-54) / alpha, y = portable_log(rng.uniform() + 0x1p-54) / alpha;
    const double top = std::max(x, y), sum = portable_exp(x - top) + portable_exp(y - top);
    if (top + portable_log(sum) > 0) continue;  // u^(1 / alpha) + v^(1 / alpha) > 1
    const double share = portable_exp(x - top) / sum;
    return std::min(static_cast<float>(std::max(share, 1 - share)), 1 - 0x1p-24f);
  }
  return 0.5f;
}

std::int64_t count_steps(std::size_t batch, std::size_t rows) {
  if (batch >= rows) return 1;
  const std::size_t whole = rows / batch, left = rows % batch;
  return static_cast<std::int64_t>(left == 0 || (left == 1 && batch > 1) ? whole : whole + 1);
}

}  // namespace hone
