/// Optimizer steps; the formulas in plain words stand in kernels/reference.cpp. Exact square roots and divisions:
/// approximations gained nothing and would cost equal bits. Internal linkage.
#pragma once
#include "kernels/body_math.hpp"

namespace hone {
namespace {

/// Denormal moments to 0; NaN stays.
HONE_INLINE Vec flush(Vec x) {
  return Simd::select(Simd::less(Simd::abs(x), all(smallest_moment)), all(0.0f), x);
}

template <UpdateKernel Kind>
void update(const Update& u) {
  const Vec gradient_scale = all(u.gradient_scale), decay = all(u.decay), keep = all(u.keep), rate = all(u.rate);
  const Vec momentum = all(u.momentum), beta1 = all(u.beta1), beta2 = all(u.beta2), epsilon = all(u.epsilon);
  const Vec new1 = all(u.one_minus_beta1), new2 = all(u.one_minus_beta2), correction = all(u.root_correction);
  for (std::size_t i = 0; i < u.count; i += Simd::lanes) {
    Vec w = Simd::load(u.w + i);
    const Vec g = Simd::fma(decay, w, Simd::mul(gradient_scale, Simd::load(u.g + i)));
    w = Simd::mul(keep, w);
    if constexpr (Kind == UpdateKernel::sgd) {
      w = Simd::fnma(rate, g, w);
    } else if constexpr (Kind == UpdateKernel::momentum || Kind == UpdateKernel::nesterov) {
      const Vec m = flush(Simd::fma(momentum, Simd::load(u.m + i), g));
      Simd::store(u.m + i, m);
      w = Simd::fnma(rate, Kind == UpdateKernel::nesterov ? Simd::fma(momentum, m, g) : m, w);
    } else {
      const Vec v = flush(Simd::fma(Simd::mul(new2, g), g, Simd::mul(beta2, Simd::load(u.v + i))));
      Simd::store(u.v + i, v);
      Vec m = g;
      if constexpr (Kind == UpdateKernel::adam) {
        m = flush(Simd::fma(new1, g, Simd::mul(beta1, Simd::load(u.m + i))));
        Simd::store(u.m + i, m);
      }
      w = Simd::fnma(rate, Simd::div(m, Simd::fma(Simd::sqrt(v), correction, epsilon)), w);
    }
    Simd::store(u.w + i, w);
  }
}

}  // namespace
}  // namespace hone
