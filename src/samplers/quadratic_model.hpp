/// A quadratic function around a known point, from however many values there are near it.
#pragma once
#include <span>
#include <vector>

#include "math/cholesky.hpp"

namespace hone {

/// The process whose kernel of two steps s and t from the known point is s.t + (s.t)^2 / 2 + 5 sum (s_i t_i)^2: every
/// quadratic that is 0 there, with the curvatures along the axes the likeliest to be large. Values deviate from it by
/// what third derivatives do, which grows with the cube of the distance. Few values give the flattest quadratic that
/// explains them (least Frobenius norm, as in Powell's NEWUOA, DAMTP 2004/NA05), many the weighted regression.
/// n values in d dimensions cost n^3 / 3 + n d^2.
class QuadraticModel {
 public:
  /// `steps`: (n)(d), not 0; `values`: (n) above that of the known point.
  QuadraticModel(std::vector<std::vector<double>> steps, std::span<const double> values);
  /// False where two of the steps are the same.
  bool valid() const { return valid_; }
  /// Mean of the process; `gradient`: (d) written. Cost: d^2.
  double mean(std::span<const double> step, std::span<double> gradient) const;
  /// Its variance, in units of the kernel. Cost: n^2.
  double variance(std::span<const double> step) const;

 private:
  std::vector<std::vector<double>> steps_;
  Cholesky factor_;
  std::vector<double> slope_, bend_;  ///< (d), (d, d): the mean is slope.s + s.bend.s / 2
  bool valid_ = false;
};

}  // namespace hone
