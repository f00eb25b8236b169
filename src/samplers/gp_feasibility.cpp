#include "samplers/gp_feasibility.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/elementary.hpp"
#include "math/normal.hpp"
#include "samplers/gp_observations.hpp"

namespace hone {
namespace {

double asinh_of(double x) {
  const double size = std::abs(x);
  return std::copysign(
      size > 1e100 ? portable_log(size) + 0.6931471805599453 : portable_log(size + std::sqrt(size * size + 1)), x);
}

/// Squashes one constraint's values in place: the median of their sizes becomes asinh(1), the mean square 1.
void squash(std::vector<double>& values) {
  std::vector<double> sizes;
  double worst = 0;
  for (const double value : values)
    if (std::isfinite(value)) {
      worst = std::max(worst, value);
      if (value != 0) sizes.push_back(std::abs(value));
    }
  if (worst == 0) worst = 1;
  double scale = 1;
  if (!sizes.empty()) {
    std::ranges::nth_element(sizes, sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2));
    scale = sizes[sizes.size() / 2];
  }
  double squares = 0;
  for (double& value : values) {
    if (!std::isfinite(value)) value = value < 0 ? -worst : worst;  // NaN too
    value = asinh_of(value / scale);
    squares += value * value;
  }
  const double deviation = std::sqrt(squares / static_cast<double>(values.size()));
  if (deviation > 0)
    for (double& value : values) value /= deviation;
}

/// d ln Phi(z) / dz, stable in the lower tail.
double slope_of_log_cdf(double z, double log_cdf) {
  return portable_exp(-0.5 * z * z - 0.91893853320467274 - log_cdf);
}

}  // namespace

std::vector<double> GpConstraintData::of(std::size_t constraint) const {
  std::vector<double> own;
  for (std::size_t i = 0; i < rows.size(); ++i) own.push_back(values[i * constraints + constraint]);
  return own;
}

GpConstraintData gp_constraint_data(const View& view, std::size_t limit, std::size_t most) {
  GpConstraintData data;
  std::vector<std::uint32_t> rows = finished_rows(view);
  if (rows.size() > limit) rows.resize(limit);
  if (rows.size() > most) rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(most));
  for (const std::uint32_t i : rows) data.constraints = std::max(data.constraints, view[i].constraints.size());
  if (data.constraints == 0) return data;
  std::map<SharedVector<double>, std::size_t> place;
  for (const std::uint32_t i : rows) {
    const TrialRow& row = view[i];
    if (row.constraints.size() != data.constraints) continue;  // it failed before it could say
    const auto [at, is_new] = place.emplace(row.point, data.rows.size());
    if (is_new) {
      data.rows.push_back(i);
      data.repeats.push_back(1);
      data.values.insert(data.values.end(), row.constraints.begin(), row.constraints.end());
      continue;
    }
    const double repeats = data.repeats[at->second] += 1;
    for (std::size_t j = 0; j < data.constraints; ++j) {
      double& mean = data.values[at->second * data.constraints + j];
      mean += (row.constraints[j] - mean) / repeats;
    }
  }
  for (std::size_t j = 0; j < data.constraints; ++j) {
    std::vector<double> own = data.of(j);
    squash(own);
    for (std::size_t i = 0; i < own.size(); ++i) data.values[i * data.constraints + j] = own[i];
  }
  return data;
}

std::vector<GpParameters> fit_feasibility(const View& view, const GpConstraintData& data, int iterations) {
  GpPoints points(view.space());
  for (const std::uint32_t row : data.rows) points.add(view[row].point, view[row].active);
  std::vector<GpParameters> all;
  for (std::size_t j = 0; j < data.constraints; ++j)
    all.push_back(fit_gp(points, data.of(j), data.repeats, iterations));
  return all;
}

GpFeasibility::GpFeasibility(const View& view, const GpConstraintData& data, std::vector<GpParameters> parameters)
    : points_(view.space()) {
  for (const std::uint32_t row : data.rows) points_.add(view[row].point, view[row].active);
  for (std::size_t j = 0; j < parameters.size(); ++j) {
    auto model = std::make_unique<Model>(Model{std::move(parameters[j]), Cholesky(points_.size()), {}});
    while (!extend_factor(model->factor, points_, data.repeats, model->parameters)) {
      model->factor = Cholesky(points_.size());
      model->parameters.noise *= 10;
    }
    model->white = GpSurface(points_, model->factor, model->parameters).whitened(data.of(j));
    models_.push_back(std::move(model));
  }
}

void GpFeasibility::add_to(std::span<GpCandidate> candidates) const {
  GpSurface::AtMany at;
  for (const auto& model : models_) {
    const GpSurface surface(points_, model->factor, model->parameters);
    for (std::size_t first = 0; first < candidates.size(); first += gp_at_once) {
      const auto some = candidates.subspan(first, std::min(gp_at_once, candidates.size() - first));
      surface.at_many(some, std::span(model->white).first(points_.size()), at);
      for (std::size_t c = 0; c < some.size(); ++c)
        some[c].value +=
            log_normal_cdf(-at.mean[c] / std::sqrt(surface.variance(at.explained[c]) + model->parameters.noise));
    }
  }
}

double GpFeasibility::add_gradient(const Point& point, const Mask& active, std::span<double> gradient) const {
  double sum = 0;
  for (const auto& model : models_) {
    const GpSurface surface(points_, model->factor, model->parameters);
    const GpSurface::At at = surface.at(point, active);
    double mean = 0;
    for (std::size_t i = 0; i < points_.size(); ++i) mean += at.v[i] * model->white[i];
    const double variance = at.variance + model->parameters.noise;
    const double deviation = std::sqrt(variance), z = -mean / deviation, log = log_normal_cdf(z);
    sum += log;
    const double by_z = slope_of_log_cdf(z, log), by_mean = -by_z / deviation;
    const double by_variance = at.known ? 0 : -by_z * z / (2 * variance);
    std::vector<double> by_v(points_.padded(), 0.0);
    for (std::size_t i = 0; i < points_.size(); ++i) by_v[i] = by_mean * model->white[i] - 2 * by_variance * at.v[i];
    surface.add_gradient(at, point, by_v, gradient);
  }
  return sum;
}

}  // namespace hone
