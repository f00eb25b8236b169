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

}  // namespace

GpAcquisition::GpAcquisition(const GpSurface& surface, std::span<const double> y, std::size_t running,
                             std::optional<double> best, const GpFeasibility* feasibility, Rng rng)
    : surface_(surface),
      feasibility_(feasibility),
      finished_(y.size()),
      running_(running),
      fantasies_(running > 0 ? fantasies_of_running : 1),
      improves_(best.has_value()),
      white_(surface.whitened(y)),
      best_(fantasies_, best.value_or(0)) {
  if (running_ == 0) return;
  for (std::size_t s = 0; s < fantasies_ * running_; ++s)
    normals_.push_back(normal_quantile(rng.uniform() * 0.998 + 0.001));
  for (std::size_t s = 0; s < fantasies_; ++s)
    for (std::size_t p = 0; p < running_; ++p) {
      double value = 0;  // of the fantasy at running point p: column p of U^T times its whitened values
      for (std::size_t i = 0; i < finished_; ++i) value += surface_.factor(i, finished_ + p) * white_[i];
      for (std::size_t q = 0; q <= p; ++q)
        value += surface_.factor(finished_ + q, finished_ + p) * normals_[s * running_ + q];
      best_[s] = std::min(best_[s], value);
    }
}

double GpAcquisition::combine(double mean, const double* v, std::size_t stride, double variance,
                              std::vector<double>& means) const {
  means.resize(fantasies_);
  const double deviation = std::sqrt(variance);
  double top = -std::numeric_limits<double>::infinity();
  std::vector<double> logs(fantasies_);
  for (std::size_t s = 0; s < fantasies_; ++s) {
    means[s] = mean;
    for (std::size_t p = 0; p < running_; ++p) means[s] += v[p * stride] * normals_[s * running_ + p];
    logs[s] = log_improvement((best_[s] - means[s]) / deviation).value;
    top = std::max(top, logs[s]);
  }
  double sum = 0;
  for (const double log : logs) sum += portable_exp(log - top);
  return portable_log(deviation) + top + portable_log(sum / static_cast<double>(fantasies_));
}

void GpAcquisition::evaluate(std::span<GpCandidate> candidates) const {
  GpSurface::AtMany at;
  std::vector<double> means;
  for (std::size_t first = 0; first < candidates.size(); first += gp_at_once) {
    const auto some = candidates.subspan(first, std::min(gp_at_once, candidates.size() - first));
    if (improves_) surface_.at_many(some, std::span(white_).first(finished_), at);
    for (std::size_t c = 0; c < some.size(); ++c)
      some[c].value = improves_ ? combine(at.mean[c], at.v.data() + finished_ * at.columns + c, at.columns,
                                          surface_.variance(at.explained[c]), means)
                                : 0;
  }
  if (feasibility_) feasibility_->add_to(candidates);
}

double GpAcquisition::with_gradient(const Point& point, const Mask& active, std::span<double> gradient) const {
  std::ranges::fill(gradient, 0.0);
  double value = improves_ ? improvement_with_gradient(point, active, gradient) : 0;
  if (feasibility_) value += feasibility_->add_gradient(point, active, gradient);
  return value;
}

double GpAcquisition::improvement_with_gradient(const Point& point, const Mask& active,
                                                std::span<double> gradient) const {
  const GpSurface::At at = surface_.at(point, active);
  const std::size_t n = surface_.size();
  std::vector<double> means;
  const double mean = dense_kernels().dot(at.v.data(), white_.data(), white_.size());
  const double deviation = std::sqrt(at.variance);
  const double result = combine(mean, at.v.data() + finished_, 1, at.variance, means);

  // Derivatives by the mean of each fantasy and by the variance; then by the covariances, in one substitution.
  double by_deviation = 0, by_mean = 0;
  std::vector<double> by_v(at.v.size(), 0.0);
  for (std::size_t s = 0; s < fantasies_; ++s) {
    const double z = (best_[s] - means[s]) / deviation;
    const LogImprovement improvement = log_improvement(z);
    const double share =
        portable_exp(improvement.value + portable_log(deviation) - result) / static_cast<double>(fantasies_);
    const double own = -share * improvement.slope / deviation;
    by_deviation += share * (1 - improvement.slope * z) / deviation;
    by_mean += own;
    for (std::size_t p = 0; p < running_; ++p) by_v[finished_ + p] += own * normals_[s * running_ + p];
  }
  for (std::size_t i = 0; i < finished_; ++i) by_v[i] = by_mean * white_[i];
  if (!at.known) {
    const double by_variance = by_deviation / (2 * deviation);
    for (std::size_t i = 0; i < n; ++i) by_v[i] -= 2 * by_variance * at.v[i];
  }
  surface_.add_gradient(at, point, by_v, gradient);
  return result;
}

GpAcquisition::Belief GpAcquisition::belief(const Point& point, const Mask& active) const {
  const GpSurface::At at = surface_.at(point, active);
  return {dense_kernels().dot(at.v.data(), white_.data(), white_.size()), std::sqrt(at.variance)};
}

}  // namespace hone
