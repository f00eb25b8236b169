#include "samplers/gp_surface.hpp"

#include <algorithm>
#include <cmath>

namespace hone {
namespace {

constexpr double least_variance = 1e-12;  // of the signal's

}  // namespace

GpSurface::GpSurface(const GpPoints& points, const Cholesky& factor, const GpParameters& parameters)
    : points_(points), factor_(factor), parameters_(parameters) {}

std::vector<double> GpSurface::whitened(std::span<const double> y) const {
  std::vector<double> white(factor_.padded(), 0.0);
  std::ranges::copy(y, white.begin());
  factor_.solve_transposed(white.data());
  // Forward substitution in order: what comes behind the rows with a y does not touch them.
  std::fill(white.begin() + static_cast<std::ptrdiff_t>(y.size()), white.end(), 0.0);
  return white;
}

GpSurface::At GpSurface::at(const Point& point, const Mask& active) const {
  const std::size_t n = points_.size(), width = points_.padded();
  At at{std::vector<double>(width), std::vector<double>(width)};
  points_.distances(point, active, parameters_.weights, 0, at.v.data());
  dense_kernels().matern(at.v.data(), at.v.data(), at.slope.data(), width);
  for (std::size_t i = 0; i < width; ++i) at.v[i] = i < n ? parameters_.signal * at.v[i] : 0;
  factor_.solve_transposed(at.v.data());
  double explained = 0;
  for (std::size_t i = 0; i < n; ++i) explained = std::fma(at.v[i], at.v[i], explained);
  at.known = parameters_.signal - explained <= least_variance * parameters_.signal;
  at.variance = at.known ? least_variance * parameters_.signal : parameters_.signal - explained;
  return at;
}

void GpSurface::at_eight(std::span<const GpCandidate> candidates, AtEight& out) const {
  const std::size_t n = points_.size(), width = points_.padded();
  std::vector<double> row(width);
  out.v.assign(width * dense_width, 0.0);
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    points_.distances(candidates[c].point, candidates[c].active, parameters_.weights, 0, row.data());
    dense_kernels().matern(row.data(), row.data(), nullptr, width);
    for (std::size_t i = 0; i < n; ++i) out.v[i * dense_width + c] = parameters_.signal * row[i];
  }
  factor_.solve_transposed_eight(out.v.data());
  double explained[dense_width] = {};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t c = 0; c < dense_width; ++c)
      explained[c] = std::fma(out.v[i * dense_width + c], out.v[i * dense_width + c], explained[c]);
  for (std::size_t c = 0; c < dense_width; ++c)
    out.variance[c] = std::max(parameters_.signal - explained[c], least_variance * parameters_.signal);
}

void GpSurface::add_gradient(const At& at, const Point& point, std::vector<double>& by_v,
                             std::span<double> gradient) const {
  const auto& kernels = dense_kernels();
  const std::size_t n = points_.size(), width = points_.padded();
  factor_.solve(by_v.data());
  for (std::size_t i = 0; i < n; ++i) by_v[i] *= parameters_.signal * at.slope[i];
  for (std::size_t i = n; i < width; ++i) by_v[i] = 0;
  for (std::size_t a = 0; a < points_.axes(); ++a)
    if (points_.ordered(a))
      gradient[a] += 2 * parameters_.weights[a] *
                     kernels.weighted_differences(by_v.data(), point[points_.axis(a)], points_.column(a), width);
}

}  // namespace hone
