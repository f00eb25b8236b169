/// The logarithm of the expected improvement under a Gaussian process, running trials and constraints taken into
/// account.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "base/rng.hpp"
#include "samplers/gp_feasibility.hpp"

namespace hone {

/// ln of the mean over fantasies of E[max(best - f, 0)], plus ln of the probability to be feasible. A fantasy gives
/// every running trial a value drawn from the process; its best is the smaller one of the best observed and of those.
/// Without running trials there is one fantasy, and this is log EI. The deviation at a point is the same in all of
/// them, so that the mean has no noise in the point.
///
/// Source: Ginsbourger, Le Riche, Carraro 2010 (fantasies); Ament et al. 2023 (logarithms); Gardner et al. 2014
/// (constraints).
class GpAcquisition final : public Acquisition {
 public:
  /// `surface`: over the finished points, then `running` ones. `y`: of the finished ones, standardised. `best`: nothing
  /// if no point is feasible yet; then only feasibility counts. `feasibility`: null without constraints.
  GpAcquisition(const GpSurface& surface, std::span<const double> y, std::size_t running, std::optional<double> best,
                const GpFeasibility* feasibility, Rng rng);

  /// Cost of each: n^2 + n axes, and as much for each constraint.
  void evaluate(std::span<GpCandidate> candidates) const override;
  double with_gradient(const Point& point, const Mask& active, std::span<double> gradient) const override;
  struct Belief {
    double mean, deviation;  ///< of the function, standardised, running trials at the mean of their fantasies
  };
  Belief belief(const Point& point, const Mask& active) const;

 private:
  /// Values of the acquisition from the mean of a point and its whitened covariances with the running ones: what the
  /// fantasies say of it.
  double combine(double mean, const double* v, std::size_t stride, double variance, std::vector<double>& means) const;
  double improvement_with_gradient(const Point& point, const Mask& active, std::span<double> gradient) const;

  const GpSurface& surface_;
  const GpFeasibility* feasibility_;
  std::size_t finished_, running_, fantasies_;
  bool improves_;                ///< is there a best value to be improved on?
  std::vector<double> white_;    ///< U^-T y
  std::vector<double> normals_;  ///< (fantasies, running)
  std::vector<double> best_;     ///< (fantasies)
};

}  // namespace hone
