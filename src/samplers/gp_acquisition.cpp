#include "samplers/gp_acquisition.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/elementary.hpp"
#include "math/improvement.hpp"
#include "math/normal.hpp"

namespace hone {
namespace {

constexpr std::size_t fantasies_of_running = 32;
constexpr double least_variance = 1e-12;  // of the signal's

}  // namespace

GpAcquisition::GpAcquisition(const GpPoints& points, const Cholesky& factor, const GpParameters& parameters,
                             std::span<const double> y, std::size_t running, double best, Rng rng)
    : points_(points),
      factor_(factor),
      parameters_(parameters),
      finished_(y.size()),
      running_(running),
      fantasies_(running > 0 ? fantasies_of_running : 1),
      white_(factor.padded(), 0.0),
      best_(fantasies_, best) {
  // Forward substitution in order: what comes behind the finished rows does not touch them.
  std::ranges::copy(y, white_.begin());
  factor_.solve_transposed(white_.data());
  std::fill(white_.begin() + static_cast<std::ptrdiff_t>(finished_), white_.end(), 0.0);
  if (running_ == 0) return;
  for (std::size_t s = 0; s < fantasies_ * running_; ++s)
    normals_.push_back(normal_quantile(rng.uniform() * 0.998 + 0.001));
  for (std::size_t s = 0; s < fantasies_; ++s)
    for (std::size_t p = 0; p < running_; ++p) {
      double value = 0;  // of the fantasy at running point p: column p of U^T times its whitened values
      for (std::size_t i = 0; i < finished_; ++i) value += factor_.row(i)[finished_ + p] * white_[i];
      for (std::size_t q = 0; q <= p; ++q)
        value += factor_.row(finished_ + q)[finished_ + p] * normals_[s * running_ + q];
      best_[s] = std::min(best_[s], value);
    }
}

double GpAcquisition::combine(const double* v, std::size_t stride, double variance, std::vector<double>& means) const {
  double mean = 0;
  for (std::size_t i = 0; i < finished_; ++i) mean += v[i * stride] * white_[i];
  means.resize(fantasies_);
  const double deviation = std::sqrt(variance);
  double top = -std::numeric_limits<double>::infinity();
  std::vector<double> logs(fantasies_);
  for (std::size_t s = 0; s < fantasies_; ++s) {
    means[s] = mean;
    for (std::size_t p = 0; p < running_; ++p) means[s] += v[(finished_ + p) * stride] * normals_[s * running_ + p];
    logs[s] = log_improvement((best_[s] - means[s]) / deviation).value;
    top = std::max(top, logs[s]);
  }
  double sum = 0;
  for (const double log : logs) sum += portable_exp(log - top);
  return portable_log(deviation) + top + portable_log(sum / static_cast<double>(fantasies_));
}

void GpAcquisition::evaluate(std::span<GpCandidate> candidates) const {
  const std::size_t n = points_.size(), width = points_.padded();
  std::vector<double> row(width), eight(width * dense_width), means;
  for (std::size_t first = 0; first < candidates.size(); first += dense_width) {
    const std::size_t count = std::min(dense_width, candidates.size() - first);
    std::ranges::fill(eight, 0.0);
    for (std::size_t c = 0; c < count; ++c) {
      points_.distances(candidates[first + c].point, candidates[first + c].active, parameters_.weights, 0, row.data());
      dense_kernels().matern(row.data(), row.data(), nullptr, width);
      for (std::size_t i = 0; i < n; ++i) eight[i * dense_width + c] = parameters_.signal * row[i];
    }
    factor_.solve_transposed_eight(eight.data());
    double explained[dense_width] = {};
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t c = 0; c < dense_width; ++c)
        explained[c] = std::fma(eight[i * dense_width + c], eight[i * dense_width + c], explained[c]);
    for (std::size_t c = 0; c < count; ++c) {
      const double variance = std::max(parameters_.signal - explained[c], least_variance * parameters_.signal);
      candidates[first + c].value = combine(eight.data() + c, dense_width, variance, means);
    }
  }
}

double GpAcquisition::with_gradient(const Point& point, const Mask& active, std::span<double> gradient) const {
  const auto& kernels = dense_kernels();
  const std::size_t n = points_.size(), width = points_.padded();
  std::vector<double> value(width), slope(width), means;
  points_.distances(point, active, parameters_.weights, 0, value.data());
  kernels.matern(value.data(), value.data(), slope.data(), width);
  std::vector<double> v(width, 0.0);
  for (std::size_t i = 0; i < n; ++i) v[i] = parameters_.signal * value[i];
  factor_.solve_transposed(v.data());
  double explained = 0;
  for (std::size_t i = 0; i < n; ++i) explained = std::fma(v[i], v[i], explained);
  const bool known = parameters_.signal - explained <= least_variance * parameters_.signal;
  const double variance = known ? least_variance * parameters_.signal : parameters_.signal - explained;
  const double deviation = std::sqrt(variance), result = combine(v.data(), 1, variance, means);

  // Derivatives by the mean of each fantasy and by the variance; then by the covariances, in one substitution.
  double by_deviation = 0, by_mean = 0;
  std::vector<double> weights(width, 0.0);
  for (std::size_t s = 0; s < fantasies_; ++s) {
    const double z = (best_[s] - means[s]) / deviation;
    const LogImprovement improvement = log_improvement(z);
    const double share =
        portable_exp(improvement.value + portable_log(deviation) - result) / static_cast<double>(fantasies_);
    const double own = -share * improvement.slope / deviation;
    by_deviation += share * (1 - improvement.slope * z) / deviation;
    by_mean += own;
    for (std::size_t p = 0; p < running_; ++p) weights[finished_ + p] += own * normals_[s * running_ + p];
  }
  for (std::size_t i = 0; i < finished_; ++i) weights[i] = by_mean * white_[i];
  if (!known) {
    const double by_variance = by_deviation / (2 * deviation);
    for (std::size_t i = 0; i < n; ++i) weights[i] -= 2 * by_variance * v[i];
  }
  factor_.solve(weights.data());
  for (std::size_t i = 0; i < n; ++i) weights[i] *= parameters_.signal * slope[i];
  for (std::size_t i = n; i < width; ++i) weights[i] = 0;
  for (std::size_t a = 0; a < points_.axes(); ++a)
    gradient[a] = points_.ordered(a) ? 2 * parameters_.weights[a] *
                                           kernels.weighted_differences(weights.data(), point[points_.axis(a)],
                                                                        points_.column(a), width)
                                     : 0;
  return result;
}

GpAcquisition::Belief GpAcquisition::belief(const Point& point, const Mask& active) const {
  const std::size_t n = points_.size(), width = points_.padded();
  std::vector<double> v(width);
  points_.distances(point, active, parameters_.weights, 0, v.data());
  dense_kernels().matern(v.data(), v.data(), nullptr, width);
  for (std::size_t i = 0; i < width; ++i) v[i] = i < n ? parameters_.signal * v[i] : 0;
  factor_.solve_transposed(v.data());
  double mean = 0, explained = 0;
  for (std::size_t i = 0; i < finished_; ++i) mean += v[i] * white_[i];
  for (std::size_t i = 0; i < n; ++i) explained = std::fma(v[i], v[i], explained);
  return {mean, std::sqrt(std::max(parameters_.signal - explained, least_variance * parameters_.signal))};
}

}  // namespace hone
