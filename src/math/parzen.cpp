#include "math/parzen.hpp"

#include <algorithm>
#include <limits>

#include "base/elementary.hpp"

namespace hone {

double Bandwidths::least(std::size_t observations, std::size_t axes) {
  const double n = static_cast<double>(observations) + 2;
  const double exponent = 1 + 4 / (4 + static_cast<double>(axes));
  return n >= 100 ? 0.01 : 1 / std::min(100.0, portable_exp(exponent * portable_log(n)));
}

double log_weighted_sum(const float* terms, const float* weights, std::size_t padded) {
  const Kernels& fast = kernels();
  const float top = fast.largest_weighted(terms, weights, padded);
  if (!(top > -std::numeric_limits<float>::infinity())) return -std::numeric_limits<double>::infinity();
  return static_cast<double>(top) + portable_log(fast.weighted_exp_sum(terms, weights, top, padded));
}

}  // namespace hone
