#include "math/sobol.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace hone {
namespace {

// Boost.Random 1.74, boost::random::sobol_engine<std::uint32_t, 32>; it leaves out point 0.
TEST(Sobol, GoldenValues) {
  constexpr std::size_t dimensions[] = {0, 1, 2, 9, 49, 255, 511};
  const std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> golden = {
      {0, {0, 0, 0, 0, 0, 0, 0}},
      {1, {0x80000000, 0x80000000, 0x80000000, 0x80000000, 0x80000000, 0x80000000, 0x80000000}},
      {2, {0xc0000000, 0x40000000, 0x40000000, 0xc0000000, 0xc0000000, 0xc0000000, 0xc0000000}},
      {3, {0x40000000, 0xc0000000, 0xc0000000, 0x40000000, 0x40000000, 0x40000000, 0x40000000}},
      {7, {0x20000000, 0xa0000000, 0x60000000, 0xe0000000, 0x20000000, 0x20000000, 0x20000000}},
      {100, {0x6a000000, 0x42000000, 0xc6000000, 0xb2000000, 0xaa000000, 0x92000000, 0x86000000}},
      {999, {0x28400000, 0xe8c00000, 0x14c00000, 0xa1c00000, 0x4ac00000, 0x6fc00000, 0x75400000}}};
  for (const auto& [index, expected] : golden)
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_EQ(sobol(index, dimensions[i]), expected[i]) << index << " " << dimensions[i];
}

/// Each of the 2^k equal parts of (0, 1) holds exactly one of the first 2^k points.
void expect_net(std::uint64_t seed, std::size_t dimension, int k) {
  std::set<int> parts;
  const int n = 1 << k;
  for (int i = 0; i < n; ++i) {
    const double u = scrambled_sobol(seed, static_cast<std::uint32_t>(i), dimension);
    ASSERT_TRUE(u > 0 && u < 1);
    parts.insert(static_cast<int>(u * n));
  }
  EXPECT_EQ(parts.size(), static_cast<std::size_t>(n)) << "seed " << seed << " dimension " << dimension;
}

TEST(Sobol, ScrambledPointsAreANetInEveryDimension) {
  for (std::size_t d = 0; d < sobol_dimensions; d += 7) expect_net(3, d, 6);
  for (std::uint64_t seed = 0; seed < 20; ++seed) expect_net(seed, 5, 10);
}

TEST(Sobol, DimensionsBeyondTheTableAreNetsToo) {
  for (const std::size_t d : {512, 513, 1024, 5000}) expect_net(1, d, 7);
  EXPECT_NE(scrambled_sobol(1, 5, 3), scrambled_sobol(1, 5, 3 + sobol_dimensions));
}

TEST(Sobol, PairsOfEarlyDimensionsAreNets) {  // dimensions 0 and 1: a (0, m, 2)-net, scrambled or not
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (int split = 0; split <= 6; ++split) {
      std::set<std::pair<int, int>> boxes;
      for (std::uint32_t i = 0; i < 64; ++i)
        boxes.insert({static_cast<int>(std::ldexp(scrambled_sobol(seed, i, 0), split)),
                      static_cast<int>(std::ldexp(scrambled_sobol(seed, i, 1), 6 - split))});
      EXPECT_EQ(boxes.size(), 64u);
    }
}

RC_GTEST_PROP(Sobol, OwenScramblingKeepsCommonLeadingBits, (std::uint32_t x, std::uint32_t y, std::uint32_t seed)) {
  if (x == y) y = ~x;
  const int common = __builtin_clz(x ^ y);
  RC_ASSERT(__builtin_clz(owen_scramble(x, seed) ^ owen_scramble(y, seed)) == common);
}

TEST(Sobol, SeedsGiveOtherPoints) {
  std::set<double> seen;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) seen.insert(scrambled_sobol(seed, 0, 0));
  EXPECT_EQ(seen.size(), 1000u);
}

}  // namespace
}  // namespace hone
