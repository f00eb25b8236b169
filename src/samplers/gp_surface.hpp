/// What a factored Gaussian process says at a point, and how that changes with the point.
#pragma once
#include <span>
#include <vector>

#include "samplers/gp_model.hpp"

namespace hone {

struct GpCandidate {
  Point point;  ///< (axes of the space) canonical
  Mask active;
  double value = 0;  ///< of the acquisition: larger is better
};

/// What is looked for: a function of the point that says how much it is worth to be tried.
class Acquisition {
 public:
  virtual ~Acquisition() = default;
  /// Fills the candidates' values.
  virtual void evaluate(std::span<GpCandidate> candidates) const = 0;
  /// The value of one, and its gradient by the coordinates of the axes.
  virtual double with_gradient(const Point& point, const Mask& active, std::span<double> gradient) const = 0;
};

/// Candidates whose whitened covariances are computed together: their matrix is to stay in the cache.
constexpr std::size_t gp_at_once = 128;

/// The process in whitened form: the covariances k of a point with the known ones become v = U^-T k, the values y
/// become U^-T y; the mean at the point is their product, the variance the signal without v's square.
class GpSurface {
 public:
  /// All three must outlive the surface. `factor` has all of `points`.
  GpSurface(const GpPoints& points, const Cholesky& factor, const GpParameters& parameters);

  std::size_t size() const { return points_.size(); }
  std::size_t axes() const { return points_.axes(); }
  /// U^-T y, (padded) with zeros for the points behind those that have a y.
  std::vector<double> whitened(std::span<const double> y) const;
  /// Element (i, j) of U.
  double factor(std::size_t i, std::size_t j) const { return factor_.row(i)[j]; }

  struct At {
    std::vector<double> v;      ///< (padded)
    std::vector<double> slope;  ///< (padded) of the kernel, for the gradient
    double variance = 0;        ///< of the function, at least a tiny share of the signal's
    bool known = false;         ///< is it that share? Then it does not change with the point
  };
  /// Cost: n^2 + n axes.
  At at(const Point& point, const Mask& active) const;
  /// The same for many at once, at most gp_at_once: element i of candidate c's v is v[columns i + c].
  struct AtMany {
    std::size_t columns = 0;        ///< candidates, padded
    std::vector<double> v;          ///< (padded, columns)
    std::vector<double> explained;  ///< (columns) v's squares
    std::vector<double> mean;       ///< (columns)
  };
  /// `white`: whitened values, as many as count for the mean.
  void at_many(std::span<const GpCandidate> candidates, std::span<const double> white, AtMany& out) const;
  /// The variance from v's squares, as in At.
  double variance(double explained) const;

  /// The gradient by the coordinates of the axes, of something whose derivatives by v are `by_v` (padded; changed).
  /// Adds to `gradient`. Cost: n^2 + n axes.
  void add_gradient(const At& at, const Point& point, std::vector<double>& by_v, std::span<double> gradient) const;

 private:
  const GpPoints& points_;
  const Cholesky& factor_;
  const GpParameters& parameters_;
};

}  // namespace hone
