/// The normal distribution, precise in its tails, and truncated to an interval.
#pragma once

namespace hone {

/// Phi(x), with full relative precision in the lower tail, the same bits on every machine.
///
/// Source: Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23, 1969.
double normal_cdf(double x);
/// ln Phi(x): finite for every finite x above -1e150, where Phi itself is 0 below -38.
double log_normal_cdf(double x);
/// Phi^-1(p) for p in [0, 1]; -infinity and +infinity at the ends. Relative error below 1e-15.
///
/// Source: Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37, 1988.
double normal_quantile(double p);
/// ln(Phi(high) - Phi(low)) for low < high, without cancellation: both ends are mirrored into the lower tail when they
/// lie on the same side.
double log_normal_mass(double low, double high);

/// A normal around `center` in [0, 1] with deviation `sigma` in (0, 1], cut to [0, 1]: the kernel of a Parzen mixture.
struct UnitNormal {
  UnitNormal(double center_in, double sigma_in);

  double center, sigma;
  double low, high;  ///< Phi at the two ends: the mass before the cut is their difference, at least 0.34

  /// ln of the mass before the cut: the normaliser.
  double log_mass() const;
  /// ln of the density at `x` is this constant minus ((x - center) / sigma)^2 / 2.
  double log_constant() const;
  /// ln of the mean density over [from, to] within [0, 1]: the mass of a grid cell over its width.
  double log_cell_density(double from, double to) const;
  /// The point below which `p` in [0, 1] of the mass lies; always in [0, 1].
  double quantile(double p) const;
};

}  // namespace hone
