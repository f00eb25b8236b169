#include "samplers/gp_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/elementary.hpp"
#include "math/minimize.hpp"

namespace hone {
namespace {

constexpr double length_deviation = 1.7320508075688772;  // of its logarithm
constexpr double least_length = 0.02, most_length = 50;  // the latter times sqrt(axes)
constexpr double least_signal = 1e-3, most_signal = 1e3, most_noise = 1;
constexpr double noise_shape = 1.1, noise_rate = 30;

double length_center(std::size_t axes) {
  return std::numbers::sqrt2 + 0.5 * portable_log(static_cast<double>(axes));
}

GpParameters parameters_of(std::span<const double> logs) {
  const std::size_t axes = logs.size() - 2;
  GpParameters parameters;
  for (std::size_t a = 0; a < axes; ++a) parameters.weights.push_back(portable_exp(-2 * logs[a]));
  parameters.signal = portable_exp(logs[axes]);
  parameters.noise = portable_exp(logs[axes + 1]);
  return parameters;
}

/// Kernel values and slopes of all pairs, upper triangle by whole vectors: row i from i / 8 * 8 on; and what else an
/// evaluation needs, kept from one to the next.
struct Room {
  std::size_t stride = 0;
  std::vector<double> value, slope;
  Cholesky factor;
  std::vector<double> rows, inverse, alpha, weighted;

  void set_pairs(const GpPoints& points, std::span<const double> weights) {
    stride = points.padded();
    value.resize(points.size() * stride);
    slope.resize(points.size() * stride);
    Point point;
    Mask active;
    for (std::size_t i = 0; i < points.size(); ++i) {
      points.copy(i, point, active);
      const std::size_t from = i / dense_width * dense_width;
      double* const row = value.data() + i * stride;
      points.distances(point, active, weights, from, row);
      dense_kernels().matern(row + from, row + from, slope.data() + i * stride + from, stride - from);
    }
  }
  /// Factors signal * value + noise / repeats, solves for y and inverts; false if it is not positive definite.
  bool solve(std::span<const double> y, std::span<const double> repeats, const GpParameters& parameters) {
    const std::size_t n = y.size();
    const bool factored = factor.factor(n, [&](std::size_t k, double* row) {
      for (std::size_t j = k; j < n; ++j) row[j] = parameters.signal * value[k * stride + j];
      row[k] += parameters.noise / repeats[k];
    });
    if (!factored) return false;
    alpha.assign(stride, 0.0);
    std::ranges::copy(y, alpha.begin());
    factor.solve_transposed(alpha.data());
    factor.solve(alpha.data());
    factor.inverse(rows, inverse);
    return true;
  }
};

double priors(std::span<const double> logs, std::span<double> gradient) {
  const std::size_t axes = logs.size() - 2;
  double value = 0;
  for (std::size_t a = 0; a < axes; ++a) {
    const double off = (logs[a] - length_center(axes)) / length_deviation;
    value += 0.5 * off * off + logs[a];
    gradient[a] += off / length_deviation + 1;
  }
  value += 0.5 * logs[axes] * logs[axes];
  gradient[axes] += logs[axes];
  const double noise = portable_exp(logs[axes + 1]);
  value += -(noise_shape - 1) * logs[axes + 1] + noise_rate * noise;
  gradient[axes + 1] += -(noise_shape - 1) + noise_rate * noise;
  return value;
}

}  // namespace

GpPoints::GpPoints(const Space& space) {
  for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
    const Axis& row = space.axes()[axis];
    if (row.levels != 1) axes_.push_back({axis, row.ordered, !row.parents.empty(), {}, {}});
  }
}

GpPoints GpPoints::without_points() const {
  GpPoints others;
  for (const Column& column : axes_) others.axes_.push_back({column.axis, column.ordered, column.conditional, {}, {}});
  return others;
}

void GpPoints::add(std::span<const double> point, std::span<const std::uint8_t> active) {
  const std::size_t room = dense_padded(size_ + 1);
  for (Column& column : axes_) {
    column.value.resize(std::max(room, column.value.size()), 0.5);
    column.value[size_] = point[column.axis];
    if (!column.conditional) continue;
    column.active.resize(std::max(room, column.active.size()), 0.0);
    column.active[size_] = active[column.axis];
  }
  ++size_;
}

void GpPoints::copy(std::size_t i, Point& point, Mask& active) const {
  for (const Column& column : axes_) {
    if (point.size() <= column.axis) point.resize(column.axis + 1);
    if (active.size() <= column.axis) active.resize(column.axis + 1);
    point[column.axis] = column.value[i];
    active[column.axis] = column.conditional && column.active[i] == 0 ? 0 : 1;
  }
}

void GpPoints::distances(std::span<const double> point, std::span<const std::uint8_t> active,
                         std::span<const double> weights, std::size_t first, double* out) const {
  std::vector<DenseColumn> columns;
  columns.reserve(2 * axes_.size());
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    const Column& column = axes_[a];
    columns.push_back({column.value.data() + first, point[column.axis], weights[a], column.ordered});
    if (column.conditional)
      columns.push_back({column.active.data() + first, active[column.axis] ? 1.0 : 0.0, weights[a], false});
  }
  dense_kernels().distances(columns.data(), columns.size(), out + first, padded() - first);
}

namespace {

double objective(const GpPoints& points, std::span<const double> y, std::span<const double> repeats,
                 std::span<const double> logs, std::span<double> gradient, Room& room) {
  const auto& kernels = dense_kernels();
  const std::size_t n = points.size(), axes = points.axes();
  const GpParameters parameters = parameters_of(logs);
  std::ranges::fill(gradient, 0.0);
  room.set_pairs(points, parameters.weights);
  if (!room.solve(y, repeats, parameters)) return std::numeric_limits<double>::infinity();
  const std::vector<double>& alpha = room.alpha;
  const std::size_t width = room.stride;

  // Q = alpha alpha^T - C^-1; the gradient by a parameter is -1/2 <Q, dC>. Pairs above the diagonal count twice.
  std::vector<double>& row = room.weighted;
  row.resize(width);
  double by_signal = 0, by_noise = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t from = i / dense_width * dense_width, count = width - from;
    const double* const inverse = room.inverse.data() + i * width;
    const double* const value = room.value.data() + i * width;
    const double* const slope = room.slope.data() + i * width;
    double q = alpha[i] * alpha[i] - inverse[i];
    by_signal += q * parameters.signal;
    by_noise += q * parameters.noise / repeats[i];
    std::fill(row.begin() + static_cast<std::ptrdiff_t>(from), row.end(), 0.0);
    for (std::size_t j = i + 1; j < n; ++j) {
      q = 2 * (alpha[i] * alpha[j] - inverse[j]) * parameters.signal;
      by_signal += q * value[j];
      row[j] = q * slope[j];
    }
    for (std::size_t a = 0; a < axes; ++a) {
      double sum = (points.ordered(a) ? kernels.weighted_squares : kernels.weighted_mismatches)(
          row.data() + from, points.column(a)[i], points.column(a) + from, count);
      if (points.conditional(a))
        sum += kernels.weighted_mismatches(row.data() + from, points.activity(a)[i], points.activity(a) + from, count);
      gradient[a] += parameters.weights[a] * sum;  // -1/2 by ln weight, -2 by ln length
    }
  }
  gradient[axes] = -0.5 * by_signal;
  gradient[axes + 1] = -0.5 * by_noise;
  double fit = 0;
  for (std::size_t i = 0; i < n; ++i) fit += y[i] * alpha[i];
  return 0.5 * fit + 0.5 * room.factor.log_determinant() + priors(logs, gradient);
}

}  // namespace

double gp_objective(const GpPoints& points, std::span<const double> y, std::span<const double> repeats,
                    std::span<const double> logs, std::span<double> gradient) {
  Room room;
  return objective(points, y, repeats, logs, gradient, room);
}

namespace {

/// Of more points than these, every other one is fitted first, with the first number of iterations; from what is found
/// (or from another start that is near) the second number is enough. No more than so many evaluations there: beyond it
/// they are spent on halved steps along a bound.
constexpr std::size_t whole_max = 250;
constexpr int half_iterations = 25, further_iterations = 12, further_evaluations = 18;

/// The logarithms of the parameters after so many iterations from `start`.
std::vector<double> climbed(const GpPoints& points, std::span<const double> y, std::span<const double> repeats,
                            std::vector<double> start, int iterations, int evaluations) {
  const std::size_t axes = points.axes();
  std::vector<double> low(axes, portable_log(least_length)),
      high(axes, portable_log(most_length * std::sqrt(static_cast<double>(axes))));
  low.insert(low.end(), {portable_log(least_signal), portable_log(gp_least_noise)});
  high.insert(high.end(), {portable_log(most_signal), portable_log(most_noise)});
  MinimizeOptions options;
  options.iterations = iterations;
  options.evaluations = evaluations;
  options.gradient_end = 1e-2;
  options.value_end = 1e-4;
  Room room;
  Minimum found =
      minimize([&](std::span<const double> logs,
                   std::span<double> gradient) { return objective(points, y, repeats, logs, gradient, room); },
               std::move(start), low, high, options);
  return std::move(found.x);
}

/// To every other point.
GpParameters fit_half(const GpPoints& points, std::span<const double> y, std::span<const double> repeats) {
  GpPoints some = points.without_points();
  std::vector<double> y_of_some, repeats_of_some;
  Point point;
  Mask active;
  for (std::size_t i = 1; i < points.size(); i += 2) {
    points.copy(i, point, active);
    some.add(point, active);
    y_of_some.push_back(y[i]);
    repeats_of_some.push_back(repeats[i]);
  }
  return fit_gp(some, y_of_some, repeats_of_some, half_iterations, nullptr);
}

}  // namespace

GpParameters fit_gp(const GpPoints& points, std::span<const double> y, std::span<const double> repeats, int iterations,
                    const GpParameters* start) {
  const std::size_t axes = points.axes();
  std::vector<double> logs(axes, portable_log(0.5 * std::sqrt(static_cast<double>(axes))));
  logs.insert(logs.end(), {0.0, portable_log(1e-2)});
  int evaluations = std::numeric_limits<int>::max();
  GpParameters by_half;
  if (start == nullptr && points.size() > whole_max) {
    by_half = fit_half(points, y, repeats);
    start = &by_half;
  }
  if (start != nullptr) {
    iterations = std::min(iterations, further_iterations);
    evaluations = further_evaluations;
    for (std::size_t a = 0; a < axes; ++a) logs[a] = -0.5 * portable_log(start->weights[a]);
    logs[axes] = portable_log(start->signal);
    logs[axes + 1] = portable_log(start->noise);
  }
  return parameters_of(climbed(points, y, repeats, std::move(logs), iterations, evaluations));
}

double leave_one_out(const GpPoints& points, std::span<const double> y, std::span<const double> repeats,
                     const GpParameters& parameters) {
  Room room;
  room.set_pairs(points, parameters.weights);
  if (!room.solve(y, repeats, parameters)) return -std::numeric_limits<double>::infinity();
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double precision = room.inverse[i * room.stride + i];
    sum += 0.5 * portable_log(precision) - 0.5 * room.alpha[i] * room.alpha[i] / precision - 0.91893853320467274;
  }
  return sum;
}

bool extend_factor(Cholesky& factor, const GpPoints& points, std::span<const double> repeats,
                   const GpParameters& parameters) {
  std::vector<double> row(points.padded());
  Point point;
  Mask active;
  for (std::size_t i = factor.size(); i < points.size(); ++i) {
    points.copy(i, point, active);
    points.distances(point, active, parameters.weights, 0, row.data());
    dense_kernels().matern(row.data(), row.data(), nullptr, row.size());
    for (double& value : row) value *= parameters.signal;
    if (!factor.append(std::span(row).first(factor.size()), row[i] + parameters.noise / repeats[i])) return false;
  }
  return true;
}

}  // namespace hone
