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

/// The numbers of an Update, one vector each.
struct UpdateNumbers {
  explicit UpdateNumbers(const Update& u)
      : gradient_scale(all(u.gradient_scale)),
        decay(all(u.decay)),
        keep(all(u.keep)),
        rate(all(u.rate)),
        momentum(all(u.momentum)),
        new1(all(u.one_minus_beta1)),
        new2(all(u.one_minus_beta2)),
        correction(all(u.root_correction)),
        epsilon(all(u.epsilon)) {}
  Vec gradient_scale, decay, keep, rate, momentum, new1, new2, correction, epsilon;
};

/// The step of the vector at place `i`, whose gradient is `raw`. `Plain`: nothing scales the gradient, nothing decays.
template <UpdateKernel Kind, bool Plain>
HONE_INLINE void update_vector(const UpdateNumbers& n, const Update& u, std::size_t i, Vec raw) {
  Vec w = Simd::load(u.w + i), g = raw;
  if constexpr (!Plain) {
    g = Simd::fma(n.decay, w, Simd::mul(n.gradient_scale, raw));
    w = Simd::mul(n.keep, w);
  }
  if constexpr (Kind == UpdateKernel::sgd) {
    w = Simd::fnma(n.rate, g, w);
  } else if constexpr (Kind == UpdateKernel::momentum || Kind == UpdateKernel::nesterov) {
    const Vec m = flush(Simd::fma(n.momentum, Simd::load(u.m + i), g));
    Simd::store(u.m + i, m);
    w = Simd::fnma(n.rate, Kind == UpdateKernel::nesterov ? Simd::fma(n.momentum, m, g) : m, w);
  } else {
    // beta v + (1 - beta) g^2 with one product less, likewise m.
    const Vec old_v = Simd::load(u.v + i);
    const Vec v = flush(Simd::fma(n.new2, Simd::fms(g, g, old_v), old_v));
    Simd::store(u.v + i, v);
    Vec m = g;
    if constexpr (Kind == UpdateKernel::adam) {
      const Vec old_m = Simd::load(u.m + i);
      m = flush(Simd::fma(n.new1, Simd::sub(g, old_m), old_m));
      Simd::store(u.m + i, m);
    }
    w = Simd::fnma(n.rate, Simd::div(m, Simd::fma(Simd::sqrt(v), n.correction, n.epsilon)), w);
  }
  Simd::store(u.w + i, w);
}

HONE_INLINE bool is_plain(const Update& u) {
  return u.gradient_scale == 1.0f && u.decay == 0.0f && u.keep == 1.0f;
}

template <UpdateKernel Kind>
void update(const Update& u) {
  const UpdateNumbers numbers(u);
  if (is_plain(u))
    for (std::size_t i = 0; i < u.count; i += Simd::lanes)
      update_vector<Kind, true>(numbers, u, i, Simd::load(u.g + i));
  else
    for (std::size_t i = 0; i < u.count; i += Simd::lanes)
      update_vector<Kind, false>(numbers, u, i, Simd::load(u.g + i));
}

}  // namespace
}  // namespace hone
