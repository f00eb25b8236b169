#include "samplers/quadratic_model.hpp"

#include <algorithm>

namespace hone {
namespace {

constexpr double cross_curvature = 0.5, own_curvature = 5;  // of the kernel
constexpr double third_order = 1e-3,
                 jitter = 1e-10;  // variance of a value at distance 1, and of all, beside the kernel

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double kernel(std::span<const double> a, std::span<const double> b) {
  double product = 0, own = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i] * b[i];
    product += x;
    own += x * x;
  }
  return product + cross_curvature * product * product + own_curvature * own;
}

}  // namespace

QuadraticModel::QuadraticModel(std::vector<std::vector<double>> steps, std::span<const double> values)
    : steps_(std::move(steps)), factor_(steps_.size()) {
  const std::size_t n = steps_.size(), d = steps_.front().size();
  valid_ = factor_.factor(n, [&](std::size_t k, double* row) {
    for (std::size_t i = k; i < n; ++i) row[i] = kernel(steps_[k], steps_[i]);
    const double square = dot(steps_[k], steps_[k]) / static_cast<double>(d);
    row[k] += third_order * square * square * square + jitter;
  });
  if (!valid_) return;
  std::vector<double> weight(factor_.padded(), 0);
  std::ranges::copy(values, weight.begin());
  factor_.solve_transposed(weight.data());
  factor_.solve(weight.data());
  slope_.assign(d, 0);
  bend_.assign(d * d, 0);
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < d; ++i) {
      const double s = steps_[k][i];
      slope_[i] += weight[k] * s;
      bend_[i * d + i] += 2 * own_curvature * weight[k] * s * s;
      for (std::size_t j = 0; j < d; ++j) bend_[i * d + j] += 2 * cross_curvature * weight[k] * s * steps_[k][j];
    }
}

double QuadraticModel::mean(std::span<const double> step, std::span<double> gradient) const {
  const std::size_t d = step.size();
  double value = 0;
  for (std::size_t i = 0; i < d; ++i) {
    const double bent = dot(std::span(bend_).subspan(i * d, d), step);
    gradient[i] = slope_[i] + bent;
    value += step[i] * (slope_[i] + 0.5 * bent);
  }
  return value;
}

double QuadraticModel::variance(std::span<const double> step) const {
  std::vector<double> known(factor_.padded(), 0);
  for (std::size_t k = 0; k < steps_.size(); ++k) known[k] = kernel(steps_[k], step);
  factor_.solve_transposed(known.data());
  return kernel(step, step) - dot(known, known);
}

}  // namespace hone
