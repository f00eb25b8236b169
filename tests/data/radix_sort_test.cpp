#include "data/radix_sort.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "base/rng.hpp"

namespace hone {
namespace {

/// Against std::sort, below and above the size at which digits are used.
TEST(RadixSort, IntegersAsStdSort) {
  for (const std::size_t size : {0u, 1u, 2u, 2047u, 2048u, 2049u, 50'000u})
    for (const int bits : {0, 1, 8, 9, 33, 64}) {
      Rng rng(5, RngPurpose::simulation, static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(bits));
      std::vector<std::uint64_t> values(size);
      for (auto& value : values) {
        value = std::uint64_t{rng.next()} << 32 | rng.next();
        value = bits == 0 ? 7 : value >> (64 - bits);
      }
      auto expected = values;
      std::sort(expected.begin(), expected.end());
      radix_sort(std::span(values));
      EXPECT_EQ(values, expected) << size << " values of " << bits << " bits";
    }
}

TEST(RadixSort, NumbersOfEverySignAndSize) {
  for (const std::size_t size : {100u, 30'000u}) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::vector<double> numbers{0.0, -0.0, infinity, -infinity, 5e-324, -5e-324, 1e300, -1e300, 1, -1};
    Rng rng(6, RngPurpose::simulation, static_cast<std::uint32_t>(size));
    while (numbers.size() < size)
      numbers.push_back(std::ldexp(rng.uniform() - 0.5, static_cast<int>(rng.below(600)) - 300));
    auto expected = numbers;
    std::sort(expected.begin(), expected.end());
    radix_sort(std::span(numbers));
    EXPECT_EQ(numbers, expected) << size;  // 0 and -0 are equal
    const auto zero = std::lower_bound(numbers.begin(), numbers.end(), 0.0);
    EXPECT_TRUE(std::signbit(zero[0]) && !std::signbit(zero[1]));
  }
}

}  // namespace
}  // namespace hone
