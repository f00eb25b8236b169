#include "math/parzen.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/check.hpp"
#include "base/elementary.hpp"

namespace hone {
namespace {

// Four lanes that every machine has; a lane never mixes with another except in the sum at the end.
using Lanes = float __attribute__((vector_size(16)));
using BitLanes = std::uint32_t __attribute__((vector_size(16)));

Lanes load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}
void store(float* to, Lanes lanes) {
  std::memcpy(to, &lanes, sizeof lanes);
}

/// exp(x) for -80 <= x <= 0, relative error below 2e-7: 2^k from the exponent bits times a polynomial on the rest.
Lanes exp_negative(Lanes x) {
  constexpr float round = 0x1.8p23f;
  const Lanes shifted = x * 1.44269504f + round;  // the integer stands in the low bits of the significand
  const Lanes k = shifted - round;
  const Lanes r = (x - k * 0.693359375f) + k * 2.12194440e-4f;  // Cody and Waite: ln 2 in two parts
  Lanes p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  BitLanes bits, power;
  std::memcpy(&bits, &p, sizeof bits);
  std::memcpy(&power, &shifted, sizeof power);
  bits += power << 23;
  std::memcpy(&p, &bits, sizeof p);
  return p;
}

bool any(BitLanes mask) {
  std::uint64_t halves[2];
  std::memcpy(halves, &mask, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

float largest(Lanes x) {
  return std::max(std::max(x[0], x[1]), std::max(x[2], x[3]));
}

/// Kernels k .. k+3 for `count` candidates at once: the kernels' numbers are loaded once for all of them.
template <std::size_t count>
void subtract_block(std::span<const NormalColumn> columns, const float* x, std::size_t padded, std::size_t k,
                    float* sums) {
  Lanes sum[count];
  for (std::size_t c = 0; c < count; ++c) sum[c] = load(sums + c * padded + k);
  for (std::size_t a = 0; a < columns.size(); ++a) {
    const Lanes center = load(columns[a].center + k), scale = load(columns[a].scale + k);
    for (std::size_t c = 0; c < count; ++c) {
      const Lanes z = (x[c * columns.size() + a] - center) * scale;
      sum[c] -= z * z;
    }
  }
  for (std::size_t c = 0; c < count; ++c) store(sums + c * padded + k, sum[c]);
}

}  // namespace

Bandwidths::Bandwidths(std::size_t observations, std::size_t axes) : observations_(observations) {
  const double n = static_cast<double>(observations) + 2;
  const double exponent = 1 + 4 / (4 + static_cast<double>(axes));
  low_ = n >= 100 ? 0.01 : 1 / std::min(100.0, portable_exp(exponent * portable_log(n)));
}

double Bandwidths::last() const {
  HONE_CHECK(observations_ >= 1, "the bandwidth of an observation needs one");
  return clip(observations_ == 1 ? std::max(last_, 1 - last_) : gap_);
}

void subtract_squares(std::span<const NormalColumn> columns, const float* x, std::size_t candidates, std::size_t padded,
                      float* sums) {
  constexpr std::size_t together = 8;
  std::size_t c = 0;
  for (; c + together <= candidates; c += together)
    for (std::size_t k = 0; k < padded; k += 4)
      subtract_block<together>(columns, x + c * columns.size(), padded, k, sums + c * padded);
  for (; c < candidates; ++c)
    for (std::size_t k = 0; k < padded; k += 4)
      subtract_block<1>(columns, x + c * columns.size(), padded, k, sums + c * padded);
}

double log_weighted_sum(const float* terms, const float* weights, std::size_t padded) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  Lanes high = Lanes{} - infinity;
  for (std::size_t k = 0; k < padded; k += 4) {
    const Lanes weight = load(weights + k), term = load(terms + k);
    const Lanes counted = weight > 0 ? term : Lanes{} - infinity;
    high = counted > high ? counted : high;
  }
  const float top = largest(high);
  if (!(top > -infinity)) return -std::numeric_limits<double>::infinity();
  // What is e^-30 of the largest cannot be seen in the sum.
  constexpr float negligible = -30;
  double sum = 0;
  for (std::size_t block = 0; block < padded; block += 64) {
    Lanes part{};
    for (std::size_t k = block; k < std::min(padded, block + 64); k += 4) {
      const Lanes term = load(terms + k) - top;
      if (!any(BitLanes(term > negligible))) continue;
      part += load(weights + k) * exp_negative(term < -80.0f ? Lanes{} - 80.0f : (term > 0 ? Lanes{} : term));
    }
    sum += static_cast<double>((part[0] + part[1]) + (part[2] + part[3]));
  }
  return static_cast<double>(top) + portable_log(sum);
}

}  // namespace hone
