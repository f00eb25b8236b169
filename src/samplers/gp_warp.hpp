/// Monotone maps of observed values, so that a Gaussian process can believe them.
#pragma once
#include <span>
#include <vector>

namespace hone {

/// y -> Yeo-Johnson((y - center) / scale; lambda), then standardised with `mean` and `deviation`. lambda 1 is the
/// identity.
///
/// Source: Yeo, Johnson, "A new family of power transformations", Biometrika 87, 2000; as HEBO (Cowen-Rivers et al.
/// 2022) does it, but centred by the median and scaled by the quartiles first.
struct GpWarp {
  double center = 0, scale = 1, lambda = 1;
  double mean = 0, deviation = 1;
  double apply(double y) const;
  /// ln of the derivative of apply().
  double log_slope(double y) const;
};

/// Centre and scale of `values` (each finite, not empty), with that lambda.
GpWarp fit_warp(std::span<const double> values, double lambda);
/// The lambda in [-2, 2] under which the values look most normal (maximum likelihood).
double most_normal_lambda(std::span<const double> values);

}  // namespace hone
