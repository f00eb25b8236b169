/// Parzen mixtures of product kernels on the unit cube: how wide each kernel is, and fast sums over many kernels.
///
/// Kernels are kept in columns of floats, one column per axis, `padded` to whole panels of 16: single precision
/// resolves a log density to 1e-5, which is far less than the noise of any loss. The sums are those of
/// kernels/kernels.hpp: equal bits on every instruction set.
///
/// Source: Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011; the multivariate form and the
/// "magic clip" of bandwidths as in Optuna 5's TPE sampler.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/kernels.hpp"

namespace hone {

/// `kernels` rounded up to whole panels.
constexpr std::size_t parzen_padded(std::size_t kernels) {
  return (kernels + panel_width - 1) / panel_width * panel_width;
}

/// Walks over the observations of one axis in ascending order and gives each its bandwidth: the larger gap to its two
/// neighbours (the outermost ones have one neighbour only; a single observation has the ends 0 and 1), at least
/// 1 / min(100, (kernels + 1)^e) and at most 1.
///
/// Optuna's exponent is e = 1, whatever the number of axes. Ours is 1 + 4 / (4 + axes): few axes can bear narrow
/// kernels, many cannot, since a candidate must be near a kernel on all of them. Watanabe (arXiv 2304.11127)
/// recommends 2; that the power of n falls with 4 / (4 + axes) is borrowed from Scott's rule.
class Bandwidths {
 public:
  /// `observations` >= 1 will be walked over; the mixture has one kernel more, the prior. `axes` of the kernels.
  Bandwidths(std::size_t observations, std::size_t axes)
      : observations_(observations), low_(least(observations, axes)) {}

  /// Takes the next observation; gives the bandwidth of the one before it (at the first call: of nobody).
  double next(double value) {
    const double gap = walked_++ == 0 ? 0 : value - last_;
    const double sigma = clip(gap > gap_ ? gap : gap_);
    gap_ = gap;
    last_ = value;
    return sigma;
  }
  /// The bandwidth of the last observation.
  double last() const { return clip(observations_ != 1 ? gap_ : (last_ > 1 - last_ ? last_ : 1 - last_)); }

 private:
  // All but this is in the header, so that a walk stays in registers.
  static double least(std::size_t observations, std::size_t axes);
  double clip(double sigma) const { return sigma < low_ ? low_ : (sigma > 1 ? 1 : sigma); }

  std::size_t observations_, walked_ = 0;
  double low_;
  double last_ = 0;  // the previous observation
  double gap_ = 0;   // and its distance to the one before it, 0 if it was the first
};

/// ln sum_k weight[k] exp(term[k]); -infinity if every weight is 0. (padded) both; terms of weight 0 must be finite.
/// Error below 1e-5 for up to 10^5 kernels.
double log_weighted_sum(const float* terms, const float* weights, std::size_t padded);

}  // namespace hone
