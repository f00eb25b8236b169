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
  const double explained = dense_kernels().dot(at.v.data(), at.v.data(), width);
  at.known = parameters_.signal - explained <= least_variance * parameters_.signal;
  at.variance = variance(explained);
  return at;
}

double GpSurface::variance(double explained) const {
  return std::max(parameters_.signal - explained, least_variance * parameters_.signal);
}

void GpSurface::at_many(std::span<const GpCandidate> candidates, std::span<const double> white, AtMany& out) const {
  const auto& kernels = dense_kernels();
  const std::size_t n = points_.size();
  GpPoints columns = points_.without_points();
  for (const GpCandidate& candidate : candidates) columns.add(candidate.point, candidate.active);
  out.columns = columns.padded();
  out.v.assign(points_.padded() * out.columns, 0.0);
  std::vector<double> row(out.columns);
  Point point;
  Mask active;
  for (std::size_t i = 0; i < n; ++i) {  // the distance of a known point to the candidates is theirs to it
    points_.copy(i, point, active);
    columns.distances(point, active, parameters_.weights, 0, row.data());
    kernels.matern(row.data(), row.data(), nullptr, row.size());
    kernels.add_scaled(parameters_.signal, row.data(), out.v.data() + i * out.columns, row.size());
  }
  factor_.solve_transposed(out.v.data(), out.columns);
  out.explained.assign(out.columns, 0.0);
  out.mean.assign(out.columns, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    kernels.add_squares(out.v.data() + i * out.columns, out.explained.data(), out.columns);
    if (i < white.size()) kernels.add_scaled(white[i], out.v.data() + i * out.columns, out.mean.data(), out.columns);
  }
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
