/// What the kernel tests share: the kernels of this machine, random matrices, comparison bit by bit.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/rng.hpp"
#include "kernels/kernels.hpp"

namespace hone::test {

/// Scalar first, then what this processor can run besides.
inline std::vector<const Kernels*> available_kernels() {
  std::vector<const Kernels*> found;
  for (const char* name : {"scalar", "avx2", "avx512"})
    if (const Kernels* kernels = find_kernels(name)) found.push_back(kernels);
  return found;
}

/// In (-1, 1), with a share of exact zeros, as after relu.
inline std::vector<float> random_floats(Rng& rng, std::size_t count, double low = -1, double high = 1) {
  std::vector<float> values(count);
  for (auto& v : values) v = rng.below(8) == 0 ? 0.0f : static_cast<float>(low + (high - low) * rng.uniform());
  return values;
}

/// Equal bit for bit, so that NaN equals NaN and 0 differs from -0.
inline ::testing::AssertionResult same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return ::testing::AssertionFailure() << "sizes " << a.size() << " and " << b.size();
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::memcmp(&a[i], &b[i], sizeof(float)) != 0)
      return ::testing::AssertionFailure() << "element " << i << " of " << a.size() << ": " << a[i] << " and " << b[i];
  return ::testing::AssertionSuccess();
}

inline std::size_t panels_of(std::size_t columns) {
  return (columns + panel_width - 1) / panel_width;
}

}  // namespace hone::test
