#include "nn/loss.hpp"

#include <algorithm>
#include <cmath>

#include "nn/names.hpp"

namespace hone {
namespace {

std::size_t whole_panels(std::size_t n) {
  return (n + panel_width - 1) / panel_width * panel_width;
}

float& element(float* matrix, std::size_t stride, std::size_t row, std::size_t column) {
  return matrix[column / panel_width * stride + row * panel_width + column % panel_width];
}

/// With label smoothing e the target of row r is (1 - e) [c = label] + e / classes.
double softmax_cross_entropy(const Kernels& kernels, const LossBatch& b) {
  float *largest = b.scratch_a, *sum = b.scratch_b;
  std::fill(sum + b.rows, sum + whole_panels(b.rows), 1.0f);
  kernels.softmax({b.logits, b.gradient, b.stride, b.rows, b.outputs, largest, sum});
  kernels.log(sum, sum, whole_panels(b.rows));
  const auto classes = static_cast<double>(b.outputs);
  const float inverse_rows = 1.0f / static_cast<float>(b.rows);
  const auto share = static_cast<float>(b.label_smoothing / classes);
  const auto certain = static_cast<float>(1 - b.label_smoothing);
  double total = 0;
  for (std::size_t r = 0; r < b.rows; ++r) {
    const auto label = static_cast<std::size_t>(b.targets->labels[b.order[r]]);
    const double log_sum = static_cast<double>(largest[r]) + static_cast<double>(sum[r]);
    const double z = b.logits[label / panel_width * b.stride + r * panel_width + label % panel_width];
    double loss = (1 - b.label_smoothing) * (log_sum - z);
    if (b.label_smoothing > 0) {
      double mean = 0;
      for (std::size_t c = 0; c < b.outputs; ++c)
        mean += b.logits[c / panel_width * b.stride + r * panel_width + c % panel_width];
      loss += b.label_smoothing * (log_sum - mean / classes);
    }
    total += loss;
    element(b.gradient, b.stride, r, label) -= certain;
    for (std::size_t start = 0; start < b.outputs; start += panel_width) {
      float* g = b.gradient + start / panel_width * b.stride + r * panel_width;
      const std::size_t end = std::min(panel_width, b.outputs - start);
      for (std::size_t c = 0; c < end; ++c) g[c] = (g[c] - share) * inverse_rows;
    }
  }
  return total / static_cast<double>(b.rows);
}

/// ln(1 + e^z) - t z with t = label, smoothed towards 1/2; the softplus kernel gives its slope, sigmoid(z), too.
double binary_cross_entropy(const Kernels& kernels, const LossBatch& b) {
  float *value = b.scratch_a, *slope = b.scratch_b;
  std::fill(value, value + whole_panels(b.rows), 0.0f);
  for (std::size_t r = 0; r < b.rows; ++r) value[r] = b.logits[r * panel_width];
  kernels.activate[static_cast<std::size_t>(ActivationKernel::softplus)](value, slope, whole_panels(b.rows));
  const float inverse_rows = 1.0f / static_cast<float>(b.rows);
  const auto certain = static_cast<float>(1 - b.label_smoothing), half = static_cast<float>(b.label_smoothing / 2);
  double total = 0;
  for (std::size_t r = 0; r < b.rows; ++r) {
    const float target = certain * static_cast<float>(b.targets->labels[b.order[r]]) + half;
    total +=
        static_cast<double>(value[r]) - static_cast<double>(target) * static_cast<double>(b.logits[r * panel_width]);
    b.gradient[r * panel_width] = (slope[r] - target) * inverse_rows;
  }
  return total / static_cast<double>(b.rows);
}

double huber_sum(const LossBatch& b, double delta) {
  const float inverse_rows = 1.0f / static_cast<float>(b.rows);
  const auto limit = static_cast<float>(delta);
  double total = 0;
  for (std::size_t r = 0; r < b.rows; ++r) {
    const float error = b.logits[r * panel_width] - b.targets->values[b.order[r]];
    const double size = std::abs(static_cast<double>(error));
    total += size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
    b.gradient[r * panel_width] = (error > limit ? limit : error < -limit ? -limit : error) * inverse_rows;
  }
  return total / static_cast<double>(b.rows);
}

double squared_error(const Kernels&, const LossBatch& b) {
  return huber_sum(b, HUGE_VAL);
}
double huber(const Kernels&, const LossBatch& b) {
  return huber_sum(b, b.huber_delta);
}

constexpr LossRow table[] = {
    {LossKind::softmax_cross_entropy, "softmax_cross_entropy", "-ln of the softmax probability of the label",
     Task::classification, softmax_cross_entropy},
    {LossKind::binary_cross_entropy, "binary_cross_entropy", "-ln of the probability of the label, one logit",
     Task::classification, binary_cross_entropy},
    {LossKind::squared_error, "squared_error", "half the squared error", Task::regression, squared_error},
    {LossKind::huber, "huber", "half the squared error up to delta, linear beyond (Huber 1964)", Task::regression,
     huber},
};

}  // namespace

std::span<const LossRow> all_losses() {
  return table;
}
const LossRow& loss_row(LossKind kind) {
  return row_of(all_losses(), kind);
}

Result<LossKind> find_loss(std::string_view name) {
  return find_kind(all_losses(), name, "loss");
}
std::vector<std::string> loss_names() {
  return names_of(all_losses());
}

}  // namespace hone
