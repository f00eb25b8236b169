// Losses of classes; the table. Losses of values: loss_values.cpp.
#include "nn/loss.hpp"

#include <algorithm>
#include <cmath>

#include "base/elementary.hpp"
#include "nn/loss_values.hpp"
#include "nn/names.hpp"

namespace hone {
namespace {

std::size_t whole_panels(std::size_t n) {
  return (n + panel_width - 1) / panel_width * panel_width;
}

float& element(float* matrix, std::size_t stride, std::size_t row, std::size_t column) {
  return matrix[column / panel_width * stride + row * panel_width + column % panel_width];
}
float element(const float* matrix, std::size_t stride, std::size_t row, std::size_t column) {
  return matrix[column / panel_width * stride + row * panel_width + column % panel_width];
}

std::size_t label_of(const LossBatch& b, std::size_t row) {
  return static_cast<std::size_t>(b.targets->labels[b.order[row]]);
}
float weight_of(const LossBatch& b, std::size_t label) {
  return b.class_weights == nullptr ? 1.0f : b.class_weights[label];
}

/// Probabilities to `gradient`; the largest logit of each row and the logarithm of its sum to the scratch.
void softmax_to_gradient(const Kernels& kernels, const LossBatch& b) {
  std::fill(b.scratch_b + b.rows, b.scratch_b + whole_panels(b.rows), 1.0f);
  kernels.softmax({b.logits, b.gradient, b.stride, b.rows, b.spec->outputs, b.scratch_a, b.scratch_b});
  kernels.log(b.scratch_b, b.scratch_b, whole_panels(b.rows));
}

/// With label smoothing e the target of row r is (1 - e) [c = label] + e / classes.
double softmax_cross_entropy(const Kernels& kernels, const LossBatch& b) {
  softmax_to_gradient(kernels, b);
  const std::size_t outputs = b.spec->outputs;
  const auto classes = static_cast<double>(outputs);
  const float inverse_rows = 1.0f / static_cast<float>(b.rows);
  const auto share = static_cast<float>(b.label_smoothing / classes);
  const auto certain = static_cast<float>(1 - b.label_smoothing);
  double total = 0;
  for (std::size_t r = 0; r < b.rows; ++r) {
    const std::size_t label = label_of(b, r);
    const float weight = weight_of(b, label);
    const double log_sum = static_cast<double>(b.scratch_a[r]) + static_cast<double>(b.scratch_b[r]);
    double loss = (1 - b.label_smoothing) * (log_sum - static_cast<double>(element(b.logits, b.stride, r, label)));
    if (b.label_smoothing > 0) {
      double mean = 0;
      for (std::size_t c = 0; c < outputs; ++c) mean += static_cast<double>(element(b.logits, b.stride, r, c));
      loss += b.label_smoothing * (log_sum - mean / classes);
    }
    total += static_cast<double>(weight) * loss;
    element(b.gradient, b.stride, r, label) -= certain;
    const float factor = weight * inverse_rows;
    for (std::size_t start = 0; start < outputs; start += panel_width) {
      float* g = b.gradient + start / panel_width * b.stride + r * panel_width;
      const std::size_t end = std::min(panel_width, outputs - start);
      for (std::size_t c = 0; c < end; ++c) g[c] = (g[c] - share) * factor;
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
    const std::size_t label = label_of(b, r);
    const float weight = weight_of(b, label), target = certain * static_cast<float>(label) + half;
    total +=
        static_cast<double>(weight) *
        (static_cast<double>(value[r]) - static_cast<double>(target) * static_cast<double>(b.logits[r * panel_width]));
    b.gradient[r * panel_width] = (slope[r] - target) * (weight * inverse_rows);
  }
  return total / static_cast<double>(b.rows);
}

/// - sum over classes of t_c (1 - p_c)^gamma ln p_c with the smoothed targets of cross-entropy (Lin et al. 2017, for
/// several classes). With s_c = t_c (gamma p_c (1 - p_c)^(gamma - 1) ln p_c - (1 - p_c)^gamma), its slope along ln p_c,
/// the gradient of logit j is s_j - p_j (sum of s). A row whose probability is exactly 1 has neither.
double focal(const Kernels& kernels, const LossBatch& b) {
  softmax_to_gradient(kernels, b);
  const std::size_t outputs = b.spec->outputs;
  const double gamma = b.spec->focal_gamma, share = b.label_smoothing / static_cast<double>(outputs);
  double total = 0;
  for (std::size_t r = 0; r < b.rows; ++r) {
    const std::size_t label = label_of(b, r);
    const double weight = static_cast<double>(weight_of(b, label));
    const double log_sum = static_cast<double>(b.scratch_a[r]) + static_cast<double>(b.scratch_b[r]);
    double sum = 0, loss = 0;
    const auto slope = [&](std::size_t c) {
      const double target = share + (c == label ? 1 - b.label_smoothing : 0);
      if (target == 0) return 0.0;
      const double log_p = std::min(static_cast<double>(element(b.logits, b.stride, r, c)) - log_sum, 0.0);
      if (std::isnan(log_p)) return loss = log_p;
      const double p = portable_exp(log_p), rest = 1 - p;
      if (rest <= 0) return gamma == 0 ? -target : 0.0;
      const double power = gamma == 0 ? 1 : portable_exp(gamma * portable_log(rest));
      loss -= target * power * log_p;
      return target * (gamma * p * power / rest * log_p - power);
    };
    for (std::size_t c = 0; c < outputs; ++c) sum += slope(c);
    total += weight * loss;  // asking for slopes again below does not count any more
    const double factor = weight / static_cast<double>(b.rows);
    for (std::size_t c = 0; c < outputs; ++c) {
      float& g = element(b.gradient, b.stride, r, c);
      g = static_cast<float>((slope(c) - static_cast<double>(g) * sum) * factor);
    }
  }
  return total / static_cast<double>(b.rows);
}

void softmax_link(const Kernels& kernels, const NetworkSpec& spec, const OutputMatrix& o, float* scratch) {
  kernels.softmax({o.z, o.z, o.stride, o.rows, spec.outputs, scratch, scratch + o.rows});
}
void sigmoid_link(const Kernels& kernels, const NetworkSpec&, const OutputMatrix& o, float*) {
  kernels.activate[static_cast<std::size_t>(ActivationKernel::sigmoid)](o.z, nullptr, o.rows * panel_width);
}
void no_link(const Kernels&, const NetworkSpec&, const OutputMatrix&, float*) {}

constexpr LossRow table[] = {
    {LossKind::softmax_cross_entropy, "softmax_cross_entropy", "-ln of the softmax probability of the label",
     Task::classification, true, softmax_cross_entropy, softmax_link},
    {LossKind::binary_cross_entropy, "binary_cross_entropy", "-ln of the probability of the label, one logit",
     Task::classification, false, binary_cross_entropy, sigmoid_link},
    {LossKind::focal, "focal", "cross-entropy times (1 - probability)^focal_gamma: rows that are sure count less",
     Task::classification, true, focal, softmax_link},
    {LossKind::squared_error, "squared_error", "half the squared error", Task::regression, false, squared_error,
     no_link},
    {LossKind::huber, "huber", "half the squared error up to delta, linear beyond (Huber 1964)", Task::regression,
     false, huber, no_link},
    {LossKind::quantile, "quantile", "predicts a quantile of the target (pinball loss; Koenker, Bassett 1978)",
     Task::regression, false, pinball, no_link},
    {LossKind::poisson, "poisson", "-ln of the Poisson probability of a count, up to a constant; predicts its mean",
     Task::regression, false, poisson, poisson_link},
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

Task loss_task(LossKind kind) {
  return loss_row(kind).task;
}

}  // namespace hone
