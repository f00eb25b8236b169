#include "nn/loss_values.hpp"

#include <algorithm>
#include <cmath>

namespace hone {
namespace {

/// Mean over the rows of `term(output, target, gradient)`, which sets the gradient of that row's own loss.
template <class Term>
double mean_of(const LossBatch& b, Term term) {
  const float inverse_rows = 1.0f / static_cast<float>(b.rows);
  double total = 0;
  for (std::size_t r = 0; r < b.rows; ++r) {
    float gradient = 0;
    total += term(b.logits[r * panel_width], b.targets->values[b.order[r]], gradient);
    b.gradient[r * panel_width] = gradient * inverse_rows;
  }
  return total / static_cast<double>(b.rows);
}

double huber_mean(const LossBatch& b, double delta) {
  const auto limit = static_cast<float>(delta);
  return mean_of(b, [&](float z, float target, float& gradient) {
    const float error = z - target;
    const double size = std::abs(static_cast<double>(error));
    gradient = error > limit ? limit : error < -limit ? -limit : error;
    return size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
  });
}

}  // namespace

double squared_error(const Kernels&, const LossBatch& b) {
  return huber_mean(b, HUGE_VAL);
}
double huber(const Kernels&, const LossBatch& b) {
  return huber_mean(b, b.spec->huber_delta);
}

double pinball(const Kernels&, const LossBatch& b) {
  const double q = b.spec->quantile;
  return mean_of(b, [&](float z, float target, float& gradient) {
    const double error = static_cast<double>(z) - static_cast<double>(target);
    gradient = static_cast<float>(error > 0 ? 1 - q : error < 0 ? -q : 0);
    return error > 0 ? (1 - q) * error : -q * error;
  });
}

double poisson(const Kernels& kernels, const LossBatch& b) {
  const std::size_t padded_rows = (b.rows + panel_width - 1) / panel_width * panel_width;
  float* rate = b.scratch_a;
  std::fill(rate, rate + padded_rows, 0.0f);
  for (std::size_t r = 0; r < b.rows; ++r) rate[r] = b.logits[r * panel_width];
  kernels.exp(rate, rate, padded_rows);
  std::size_t row = 0;
  return mean_of(b, [&](float z, float target, float& gradient) {
    const double count = 1 + b.spec->poisson_ratio * static_cast<double>(target);
    gradient = rate[row] - static_cast<float>(count);
    return static_cast<double>(rate[row++]) - count * static_cast<double>(z);
  });
}

void poisson_link(const Kernels& kernels, const NetworkSpec& spec, const OutputMatrix& o, float*) {
  kernels.exp(o.z, o.z, o.rows * panel_width);
  const auto inverse_ratio = static_cast<float>(1 / spec.poisson_ratio);
  for (std::size_t r = 0; r < o.rows; ++r) o.z[r * panel_width] = (o.z[r * panel_width] - 1) * inverse_ratio;
}

}  // namespace hone
