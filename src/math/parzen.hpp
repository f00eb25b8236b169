/// Parzen mixtures of product kernels on the unit cube: how wide each kernel is, and fast sums over many kernels.
///
/// Kernels are kept in columns of floats, one column per axis, `padded` to a multiple of 4: single precision resolves a
/// log density to 1e-5, which is far less than the noise of any loss. Sums run in a fixed order: equal bits everywhere.
///
/// Source: Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011; the multivariate form and the
/// "magic clip" of bandwidths as in Optuna 5's TPE sampler.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hone {

/// `kernels` rounded up to whole groups of 4.
constexpr std::size_t parzen_padded(std::size_t kernels) {
  return (kernels + 3) / 4 * 4;
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
  Bandwidths(std::size_t observations, std::size_t axes);

  /// Takes the next observation; gives the bandwidth of the one before it (at the first call: of nobody).
  double next(double value) {
    const double gap = walked_++ == 0 ? 0 : value - last_;
    const double sigma = clip(gap > gap_ ? gap : gap_);
    gap_ = gap;
    last_ = value;
    return sigma;
  }
  /// The bandwidth of the last observation.
  double last() const;

 private:
  double clip(double sigma) const { return sigma < low_ ? low_ : (sigma > 1 ? 1 : sigma); }

  std::size_t observations_, walked_ = 0;
  double low_;
  double last_ = 0;  // the previous observation
  double gap_ = 0;   // and its distance to the one before it, 0 if it was the first
};

/// One axis of the kernels: ln density at x is constant - ((x - center) * scale)^2. (padded)
struct NormalColumn {
  const float* center;
  const float* scale;  ///< 1 / (sigma sqrt 2)
};

/// sums[c][k] -= sum over axes of ((x[c][axis] - center[axis][k]) * scale[axis][k])^2.
/// `x`: (candidates, columns); `sums`: (candidates, padded). Cost: 4 float operations per axis, candidate and kernel.
void subtract_squares(std::span<const NormalColumn> columns, const float* x, std::size_t candidates, std::size_t padded,
                      float* sums);

/// ln sum_k weight[k] exp(term[k]); -infinity if every weight is 0. (padded) both; terms of weight 0 must be finite.
/// Error below 1e-5 for up to 10^5 kernels.
double log_weighted_sum(const float* terms, const float* weights, std::size_t padded);

}  // namespace hone
