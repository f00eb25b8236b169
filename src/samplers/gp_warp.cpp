#include "samplers/gp_warp.hpp"

#include <algorithm>
#include <cmath>

#include "base/elementary.hpp"

namespace hone {
namespace {

double log1p_of(double x) {
  return portable_log(1 + x);
}

/// (1 + x)^p - 1 over p for x >= 0, its limit ln(1 + x) at p = 0.
double power_over(double x, double p) {
  const double log = log1p_of(x);
  return std::abs(p * log) < 1e-8 ? log * (1 + 0.5 * p * log) : (portable_exp(p * log) - 1) / p;
}

double yeo_johnson(double x, double lambda) {
  return x >= 0 ? power_over(x, lambda) : -power_over(-x, 2 - lambda);
}
double log_yeo_johnson_slope(double x, double lambda) {
  return (lambda - 1) * (x >= 0 ? log1p_of(x) : -log1p_of(-x));
}

/// Of sorted values, between its neighbours.
double quantile(std::span<const double> sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Mean and deviation; the latter 1 where values do not differ.
void standardise(std::span<const double> values, GpWarp& warp) {
  const auto n = static_cast<double>(values.size());
  warp.mean = 0;
  warp.deviation = 1;
  double mean = 0, squares = 0;
  for (const double y : values) mean += warp.apply(y) / n;
  for (const double y : values) squares += (warp.apply(y) - mean) * (warp.apply(y) - mean) / n;
  warp.mean = mean;
  warp.deviation = squares > 1e-20 ? std::sqrt(squares) : 1;
}

double log_likelihood(std::span<const double> values, double lambda) {
  const GpWarp warp = fit_warp(values, lambda);
  double slopes = 0;
  for (const double y : values) slopes += log_yeo_johnson_slope((y - warp.center) / warp.scale, lambda);
  return slopes - static_cast<double>(values.size()) * portable_log(warp.deviation);
}

}  // namespace

double GpWarp::apply(double y) const {
  return (yeo_johnson((y - center) / scale, lambda) - mean) / deviation;
}
double GpWarp::log_slope(double y) const {
  return log_yeo_johnson_slope((y - center) / scale, lambda) - portable_log(scale * deviation);
}

GpWarp fit_warp(std::span<const double> values, double lambda) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  GpWarp warp;
  warp.center = quantile(sorted, 0.5);
  warp.scale = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  if (!(warp.scale > 0)) warp.scale = sorted.back() - sorted.front();
  if (!(warp.scale > 0) || !std::isfinite(warp.scale)) warp.scale = 1;
  warp.lambda = lambda;
  standardise(values, warp);
  return warp;
}

double most_normal_lambda(std::span<const double> values) {
  // Golden section: the likelihood has one maximum.
  constexpr double golden = 0.6180339887498949;
  double low = -2, high = 2;
  double a = high - golden * (high - low), b = low + golden * (high - low);
  double at_a = log_likelihood(values, a), at_b = log_likelihood(values, b);
  for (int step = 0; step < 20; ++step) {
    if (at_a < at_b) {
      low = a;
      a = b;
      at_a = at_b;
      b = low + golden * (high - low);
      at_b = log_likelihood(values, b);
    } else {
      high = b;
      b = a;
      at_b = at_a;
      a = high - golden * (high - low);
      at_a = log_likelihood(values, a);
    }
  }
  return 0.5 * (low + high);
}

}  // namespace hone
