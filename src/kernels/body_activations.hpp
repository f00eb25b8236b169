/// The activations as vectors: value and slope together, so that both share one exponential. The formulas are those of
/// the rows in nn/activation.cpp, which tests hold them against. Internal linkage.
#pragma once
#include "kernels/body_math.hpp"

namespace hone {
namespace {

struct ValueSlope {
  Vec value, slope;
};

HONE_INLINE ValueSlope identity_of(Vec z) {
  return {z, all(1.0f)};
}

HONE_INLINE ValueSlope sigmoid_of(Vec z) {
  const Vec e = exp_of(Simd::sub(all(0.0f), z));
  const Vec s = Simd::div(all(1.0f), Simd::add(all(1.0f), e));
  return {s, Simd::mul(s, Simd::mul(e, s))};  // 1 - s = e s without cancellation
}

HONE_INLINE ValueSlope tanh_of(Vec z) {
  const Vec e = expm1_of(Simd::mul(all(2.0f), Simd::min(all(10.0f), Simd::abs(z))));  // tanh 10 is 1 in float
  const Vec t = Simd::div(e, Simd::add(e, all(2.0f)));
  return {Simd::with_sign_of(t, z), Simd::fnma(t, t, all(1.0f))};
}

HONE_INLINE ValueSlope relu_of(Vec z) {
  return {Simd::max(all(0.0f), z), Simd::select(Simd::less(all(0.0f), z), all(1.0f), all(0.0f))};
}

HONE_INLINE ValueSlope leaky_relu_of(Vec z) {
  const auto negative = Simd::less(z, all(0.0f));
  return {Simd::select(negative, Simd::mul(all(0.01f), z), z), Simd::select(negative, all(0.01f), all(1.0f))};
}

HONE_INLINE ValueSlope exponential_linear(Vec z, float positive, float negative) {
  const Vec e = expm1_of(Simd::min(all(0.0f), z));
  const auto below = Simd::less(z, all(0.0f));
  const Vec n = all(negative), p = all(positive);
  return {Simd::select(below, Simd::mul(n, e), Simd::mul(p, z)), Simd::select(below, Simd::fma(n, e, n), p)};
}
HONE_INLINE ValueSlope elu_of(Vec z) {
  return exponential_linear(z, 1.0f, 1.0f);
}
HONE_INLINE ValueSlope selu_of(Vec z) {
  return exponential_linear(z, 1.05070098735548f, 1.75809934084738f);
}

HONE_INLINE ValueSlope gelu_of(Vec z) {
  const Vec x = Simd::min(all(13.0f), Simd::abs(z));
  const Vec bell = exp_of(Simd::mul(Simd::mul(all(-0.5f), x), x));  // e^(-x^2 / 2)
  const Vec tail = Simd::mul(Simd::mul(all(0.5f), bell), scaled_erfc_of(Simd::mul(x, all(0.707106781186548f))));
  const Vec area = Simd::select(Simd::less(z, all(0.0f)), tail, Simd::sub(all(1.0f), tail));
  const Vec density = Simd::mul(all(0.398942280401433f), bell);
  return {Simd::mul(z, area), Simd::fma(Simd::with_sign_of(x, z), density, area)};
}

HONE_INLINE ValueSlope silu_of(Vec z) {
  const ValueSlope s = sigmoid_of(z);
  return {Simd::mul(z, s.value), Simd::fma(z, s.slope, s.value)};
}

HONE_INLINE ValueSlope softplus_of(Vec z) {
  const Vec e = exp_of(Simd::sub(all(0.0f), Simd::abs(z)));
  const Vec inverse = Simd::div(all(1.0f), Simd::add(all(1.0f), e));
  const Vec slope = Simd::select(Simd::less(z, all(0.0f)), Simd::mul(e, inverse), inverse);
  return {Simd::add(Simd::max(all(0.0f), z), log1p_of(e)), slope};
}

/// z tanh(softplus z). With e = e^z and n = e (e + 2): tanh(softplus z) = n / (n + 2), so one exponential is enough.
HONE_INLINE ValueSlope mish_of(Vec z) {
  const Vec e = exp_of(Simd::min(all(20.0f), z));  // beyond 20 the factor is 1 in float
  const Vec n = Simd::mul(e, Simd::add(e, all(2.0f)));
  const Vec q = Simd::div(all(1.0f), Simd::add(n, all(2.0f)));
  const Vec factor = Simd::mul(n, q);
  const Vec bend = Simd::mul(Simd::mul(all(4.0f), Simd::mul(e, q)), Simd::mul(Simd::add(all(1.0f), e), q));
  return {Simd::mul(z, factor), Simd::fma(z, bend, factor)};
}

template <ValueSlope (*Row)(Vec)>
void activate(float* z, float* slope, std::size_t count) {
  if (slope == nullptr) {
    for (std::size_t i = 0; i < count; i += Simd::lanes) Simd::store(z + i, Row(Simd::load(z + i)).value);
    return;
  }
  for (std::size_t i = 0; i < count; i += Simd::lanes) {
    const ValueSlope both = Row(Simd::load(z + i));
    Simd::store(z + i, both.value);
    Simd::store(slope + i, both.slope);
  }
}

void scale_each(const float* a, const float* b, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; i += Simd::lanes)
    Simd::store(out + i, Simd::mul(Simd::load(a + i), Simd::load(b + i)));
}

void approach_each(const float* a, float share, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; i += Simd::lanes) {
    const Vec old = Simd::load(out + i);
    Simd::store(out + i, Simd::fma(all(share), Simd::sub(Simd::load(a + i), old), old));
  }
}

void exp_each(const float* x, float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; i += Simd::lanes) Simd::store(y + i, exp_of(Simd::load(x + i)));
}
void log_each(const float* x, float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; i += Simd::lanes) Simd::store(y + i, log_of(Simd::load(x + i)));
}

}  // namespace
}  // namespace hone
