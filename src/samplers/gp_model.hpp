/// A Gaussian process over points of the unit cube, categories and conditions included.
#pragma once
#include <span>
#include <vector>

#include "math/cholesky.hpp"
#include "space/space.hpp"

namespace hone {

/// Distances: r^2 = sum over axes of weight * (difference squared; on unordered axes 1 if different), and weight once
/// more where one point has the axis active and the other has not. Inactive coordinates are 0.5 in all points, so that
/// this is a distance in a Euclidean space and the kernel is one.
class GpPoints {
 public:
  /// The axes with more than one value.
  explicit GpPoints(const Space& space);

  std::size_t size() const { return size_; }
  std::size_t padded() const { return dense_padded(size_); }
  std::size_t axes() const { return axes_.size(); }
  std::size_t axis(std::size_t a) const { return axes_[a].axis; }  ///< in the space
  bool ordered(std::size_t a) const { return axes_[a].ordered; }
  bool conditional(std::size_t a) const { return axes_[a].conditional; }
  const double* column(std::size_t a) const { return axes_[a].value.data(); }
  const double* activity(std::size_t a) const { return axes_[a].active.data(); }

  void add(std::span<const double> point, std::span<const std::uint8_t> active);
  void shrink(std::size_t n) { size_ = n; }
  GpPoints without_points() const;  ///< the same axes
  /// Point i as it was added, of the axes that are kept; room for them is made.
  void copy(std::size_t i, Point& point, Mask& active) const;

  /// Squared distances of a point to all of them from `first` (a multiple of 8) on; `out` has padded() elements.
  void distances(std::span<const double> point, std::span<const std::uint8_t> active, std::span<const double> weights,
                 std::size_t first, double* out) const;

 private:
  GpPoints() = default;
  struct Column {
    std::size_t axis;
    bool ordered, conditional;
    std::vector<double> value, active;  ///< padded; `active` only of conditional axes
  };
  std::vector<Column> axes_;
  std::size_t size_ = 0;
};

struct GpParameters {
  std::vector<double> weights;  ///< (axes) 1 / length^2
  double signal = 1;            ///< variance
  double noise = 1e-2;          ///< variance of one observation
};

/// Maximum a posteriori: length LogNormal(sqrt 2 + ln(axes) / 2, sqrt 3) at its mode (Hvarfner, Hellsten, Nardi 2024),
/// ln signal N(0, 1), noise Gamma(1.1, rate 30) above 1e-6 (as Optuna's). `y`: standardised, one per point. `repeats`:
/// how many observations each is the mean of. Deterministic: L-BFGS from lengths of sqrt(axes) / 2, or from `start` if
/// there is one; of more than 250 points from what fits every other one. From a start at most 12 iterations and 18
/// evaluations. Cost of an evaluation: n^3 / 2 + 2 n^2 axes multiply-adds.
GpParameters fit_gp(const GpPoints& points, std::span<const double> y, std::span<const double> repeats, int iterations,
                    const GpParameters* start = nullptr);

/// The sum over the points of the log density of each under the others, in the units of y.
double leave_one_out(const GpPoints& points, std::span<const double> y, std::span<const double> repeats,
                     const GpParameters& parameters);

/// What fit_gp() minimises and its gradient by (ln length of each axis, ln signal, ln noise); +infinity where the
/// matrix is not positive definite.
double gp_objective(const GpPoints& points, std::span<const double> y, std::span<const double> repeats,
                    std::span<const double> logs, std::span<double> gradient);

/// Variance of the observation itself that makes matrices of near points factorable.
constexpr double gp_least_noise = 1e-6;

/// Adds rows of points that `factor` does not have yet. False if the matrix is not positive definite.
bool extend_factor(Cholesky& factor, const GpPoints& points, std::span<const double> repeats,
                   const GpParameters& parameters);

}  // namespace hone
