/// Sums over the kernels of Parzen mixtures. Internal linkage.
#pragma once
#include "kernels/body_layers.hpp"

namespace hone {
namespace {

/// One vector of kernels for `Count` candidates at once: the kernels' numbers are loaded once for all of them.
template <std::size_t Count>
HONE_INLINE void subtract_for(const SquaredDistances& d, std::size_t candidate, std::size_t k) {
  const float* x = d.x + candidate * d.axes;
  float* sums = d.sums + candidate * d.padded + k;
  const Vec start = Simd::load(d.start + k);
  Vec sum[Count];
  for (std::size_t c = 0; c < Count; ++c) sum[c] = d.fresh ? start : Simd::add(Simd::load(sums + c * d.padded), start);
  for (std::size_t axis = 0; axis < d.axes; ++axis) {
    const Vec center = Simd::load(d.columns[axis].center + k), scale = Simd::load(d.columns[axis].scale + k);
    for (std::size_t c = 0; c < Count; ++c) {
      const Vec z = Simd::mul(Simd::sub(all(x[c * d.axes + axis]), center), scale);
      sum[c] = Simd::fnma(z, z, sum[c]);
    }
  }
  for (std::size_t c = 0; c < Count; ++c) Simd::store(sums + c * d.padded, sum[c]);
}

void subtract_squares_of(const SquaredDistances& d) {
  constexpr std::size_t together = 8;
  std::size_t c = 0;
  for (; c + together <= d.candidates; c += together)
    for (std::size_t k = 0; k < d.padded; k += Simd::lanes) subtract_for<together>(d, c, k);
  for (; c < d.candidates; ++c)
    for (std::size_t k = 0; k < d.padded; k += Simd::lanes) subtract_for<1>(d, c, k);
}

void add_each(const float* a, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; i += Simd::lanes)
    Simd::store(out + i, Simd::add(Simd::load(a + i), Simd::load(out + i)));
}

float largest_weighted(const float* terms, const float* weights, std::size_t count) {
  const float infinity = __builtin_inff();
  Vec high = all(-infinity);
  for (std::size_t k = 0; k < count; k += Simd::lanes) {
    const auto counts = Simd::less(all(0.0f), Simd::load(weights + k));
    high = Simd::max(Simd::select(counts, Simd::load(terms + k), all(-infinity)), high);
  }
  alignas(64) float lane[Simd::lanes];
  Simd::store(lane, high);
  float top = lane[0];
  for (const float x : lane) top = x > top ? x : top;
  return top;
}

/// Whole vectors of negligible terms are passed over; their lanes would add 0.
double weighted_exp_sum(const float* terms, const float* weights, float top, std::size_t count) {
  constexpr std::size_t block = 4 * panel_width;
  const Vec negligible = all(-30.0f), limit = all(0.0f);
  double sum = 0;
  for (std::size_t from = 0; from < count; from += block) {
    const std::size_t end = from + block < count ? from + block : count;
    Vec part[vectors_per_panel];
    for (Vec& p : part) p = all(0.0f);
    for (std::size_t panel = from; panel < end; panel += panel_width)
      for (std::size_t v = 0; v < vectors_per_panel; ++v) {
        const std::size_t k = panel + v * Simd::lanes;
        const Vec term = Simd::sub(Simd::load(terms + k), all(top));
        const auto counts = Simd::less(negligible, term);
        if (!Simd::any(counts)) continue;
        const Vec power = exp_of(Simd::min(term, limit));
        part[v] = Simd::fma(Simd::load(weights + k), Simd::select(counts, power, all(0.0f)), part[v]);
      }
    alignas(64) float lane[panel_width];
    for (std::size_t v = 0; v < vectors_per_panel; ++v) Simd::store(lane + v * Simd::lanes, part[v]);
    sum += static_cast<double>(tree_sum(lane));
  }
  return sum;
}

}  // namespace
}  // namespace hone
