// exp, log and the activations as vectors: close to the truth, and the same bits on every instruction set.
#include "support.hpp"

namespace hone::test {
namespace {

/// Everything that could be special: both zeros, tiny, clamps, infinities, a dense grid; length a multiple of 16.
std::vector<float> difficult_points() {
  std::vector<float> x = {0.0f,  -0.0f,  1e-38f, -1e-38f, 1e-7f,    -1e-7f,    87.0f, -87.0f,
                          88.0f, -88.0f, 1e30f,  -1e30f,  INFINITY, -INFINITY, 20.0f, 13.0f};
  for (int i = -16000; i < 16000; ++i) x.push_back(static_cast<float>(i) / 500.0f + 1e-4f);
  return x;
}

double ulps(float found, double truth) {
  const auto near = static_cast<float>(truth);
  const double ulp = std::abs(static_cast<double>(std::nextafter(near, INFINITY)) - static_cast<double>(near));
  return std::abs(static_cast<double>(found) - truth) / ulp;
}

TEST(Exp, IsWithinTwoUlps) {
  auto x = difficult_points();
  auto y = x;
  kernels().exp(x.data(), y.data(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::abs(x[i]) <= 87) {
      EXPECT_LE(ulps(y[i], std::exp(static_cast<double>(x[i]))), 2) << x[i];
    }
}

TEST(Exp, IsClampedAndKeepsNan) {
  for (const Kernels* k : available_kernels()) {
    std::vector<float> x(16, 1000.0f), y(16);
    x[1] = -1000.0f;
    x[2] = NAN;
    x[3] = INFINITY;
    k->exp(x.data(), y.data(), 16);
    EXPECT_FLOAT_EQ(y[0], std::exp(87.0f));
    EXPECT_FLOAT_EQ(y[1], std::exp(-87.0f));
    EXPECT_TRUE(std::isnan(y[2])) << k->name;
    EXPECT_TRUE(std::isnormal(y[0]) && std::isnormal(y[1]) && std::isnormal(1 / y[0]));
  }
}

TEST(Log, IsWithinTwoUlps) {
  std::vector<float> x, y;
  Rng rng(1, RngPurpose::simulation, 2);
  for (int i = 0; i < 16000; ++i) x.push_back(static_cast<float>(std::exp(rng.uniform() * 170 - 85)));
  for (int i = 0; i < 16000; ++i) x.push_back(static_cast<float>(0.5 + rng.uniform() * 1.5));
  y.resize(x.size());
  kernels().log(x.data(), y.data(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double truth = std::log(static_cast<double>(x[i]));
    EXPECT_LE(std::abs(static_cast<double>(y[i]) - truth), std::max(2e-7 * std::abs(truth), 6e-8)) << x[i];
  }
}

TEST(Elementwise, IsTheSameOnEveryInstructionSet) {
  const auto x = difficult_points();
  const Kernels& scalar = *find_kernels("scalar");
  for (const Kernels* k : available_kernels()) {
    for (std::size_t row = 0; row < activation_kernels; ++row) {
      auto expected = x, found = x;
      std::vector<float> expected_slope(x.size()), slope(x.size());
      scalar.activate[row](expected.data(), expected_slope.data(), x.size());
      k->activate[row](found.data(), slope.data(), x.size());
      EXPECT_TRUE(same_bits(found, expected)) << k->name << " activation " << row;
      EXPECT_TRUE(same_bits(slope, expected_slope)) << k->name << " slope " << row;
      auto alone = x;
      k->activate[row](alone.data(), nullptr, x.size());
      EXPECT_TRUE(same_bits(alone, expected)) << k->name << " without slopes " << row;
    }
    auto expected = x, found = x;
    scalar.exp(x.data(), expected.data(), x.size());
    k->exp(x.data(), found.data(), x.size());
    EXPECT_TRUE(same_bits(found, expected)) << k->name << " exp";
    std::vector<float> positive;
    for (const float v : x)
      if (std::isnormal(v) && v > 0) positive.push_back(v);
    positive.resize(positive.size() / panel_width * panel_width);
    std::vector<float> one(positive.size()), other(positive.size());
    scalar.log(positive.data(), one.data(), one.size());
    k->log(positive.data(), other.data(), other.size());
    EXPECT_TRUE(same_bits(other, one)) << k->name << " log";
  }
}

TEST(Elementwise, ActivationsKeepNan) {
  for (const Kernels* k : available_kernels())
    for (std::size_t row = 0; row < activation_kernels; ++row) {
      std::vector<float> z(panel_width, NAN), slope(panel_width);
      k->activate[row](z.data(), slope.data(), z.size());
      EXPECT_TRUE(std::isnan(z[0])) << k->name << " activation " << row;
    }
}

TEST(Elementwise, Scale) {
  for (const Kernels* k : available_kernels()) {
    std::vector<float> a(32), b(32), expected(32);
    for (std::size_t i = 0; i < 32; ++i) {
      a[i] = static_cast<float>(i) * 0.3f;
      b[i] = 1.7f - static_cast<float>(i);
      expected[i] = a[i] * b[i];
    }
    k->scale(a.data(), b.data(), a.data(), 32);
    EXPECT_TRUE(same_bits(a, expected)) << k->name;
  }
}

}  // namespace
}  // namespace hone::test
