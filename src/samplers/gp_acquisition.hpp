/// The logarithm of the expected improvement under a Gaussian process, running trials taken into account.
#pragma once
#include <span>
#include <vector>

#include "base/rng.hpp"
#include "samplers/gp_model.hpp"

namespace hone {

struct GpCandidate {
  Point point;  ///< (axes of the space) canonical
  Mask active;
  double value = 0;  ///< of the acquisition: larger is better
};

/// ln of the mean over fantasies of E[max(best - f, 0)]. A fantasy gives every running trial a value drawn from the
/// process; its best is the smaller one of the best observed and of those. Without running trials there is one fantasy,
/// and this is log EI. The deviation at a point is the same in all of them, so that the mean has no noise in the point.
///
/// Source: Ginsbourger, Le Riche, Carraro 2010 (fantasies); Ament et al. 2023 (logarithms).
class GpAcquisition {
 public:
  /// `points`: finished ones, then `running` ones; `factor` of all of them. `y`: of the finished ones, standardised.
  GpAcquisition(const GpPoints& points, const Cholesky& factor, const GpParameters& parameters,
                std::span<const double> y, std::size_t running, double best, Rng rng);

  /// Fills the candidates' values. Cost of each: n^2 + n axes.
  void evaluate(std::span<GpCandidate> candidates) const;
  /// The same for one, and its gradient by the coordinates of the axes of `points`.
  double with_gradient(const Point& point, const Mask& active, std::span<double> gradient) const;
  struct Belief {
    double mean, deviation;  ///< of the function, standardised, running trials at the mean of their fantasies
  };
  Belief belief(const Point& point, const Mask& active) const;

 private:
  /// Values of the acquisition from the whitened covariances v of a point: what the fantasies say of it.
  double combine(const double* v, std::size_t stride, double variance, std::vector<double>& means) const;

  const GpPoints& points_;
  const Cholesky& factor_;
  const GpParameters& parameters_;
  std::size_t finished_, running_, fantasies_;
  std::vector<double> white_;    ///< U^-T y
  std::vector<double> normals_;  ///< (fantasies, running)
  std::vector<double> best_;     ///< (fantasies)
};

}  // namespace hone
