// Every row of the table of activations: its derivative against central differences (one-sided at kinks), its vector
// kernel against the row. A planted wrong derivative in any row is caught.
#include "nn/activation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/rng.hpp"
#include "kernels/kernels.hpp"
#include "support.hpp"

namespace hone::test {
namespace {

using Function = double (*)(double);

/// The largest deviation of `derivative` from difference quotients of `value`, over a grid and random points.
/// Within `step` of a kink the quotient is taken on the point's own side; at it the derivative must lie between the
/// two.
template <class Derivative>
double worst_deviation(const Activation& row, Derivative derivative) {
  std::vector<double> points;
  Rng rng(1, RngPurpose::simulation, 7);
  for (int i = -200; i <= 200; ++i) points.push_back(i / 10.0);
  for (int i = 0; i < 2000; ++i) points.push_back((rng.uniform() - 0.5) * 16);
  const double step = 1e-4;
  const auto kinks = row.kinks();
  double worst = 0;
  for (const double z : points) {
    const auto forward = [&](double h) {  // second order, one side only
      return (-3 * row.value(z) + 4 * row.value(z + h) - row.value(z + 2 * h)) / (2 * h);
    };
    // Fourth-order central differences: truncation about step^4, rounding about 1e-16 / step.
    const double central =
        (8 * (row.value(z + step) - row.value(z - step)) - (row.value(z + 2 * step) - row.value(z - 2 * step))) /
        (12 * step);
    const auto kink = std::find_if(kinks.begin(), kinks.end(), [&](double k) { return std::abs(z - k) <= 2 * step; });
    const double given = derivative(z);
    double deviation = std::abs(given - central);
    if (kink != kinks.end()) {
      const double left = forward(-step), right = forward(step);
      if (z == *kink)
        deviation = std::max({0.0, std::min(left, right) - given, given - std::max(left, right)});
      else
        deviation = std::abs(given - (z < *kink ? left : right));
    }
    if (std::isnan(deviation)) return std::numeric_limits<double>::infinity();
    worst = std::max(worst, deviation);
  }
  return worst;
}
constexpr double allowed = 1e-8;

TEST(Activation, DerivativeIsThatOfTheValue) {
  for (const auto& row : all_activations()) EXPECT_LT(worst_deviation(row, row.derivative), allowed) << row.name;
}

TEST(Activation, APlantedWrongDerivativeIsCaughtInEveryRow) {
  for (const auto& row : all_activations()) {
    const Function right = row.derivative;
    const auto slightly_off = [right](double z) { return right(z) * 1.0001 + 1e-6; };
    const auto off_below = [right](double z) { return z < -1 ? right(z) + 1e-5 : right(z); };
    const auto value_as_derivative = [&row](double z) { return row.value(z); };
    EXPECT_GT(worst_deviation(row, slightly_off), allowed) << row.name;
    EXPECT_GT(worst_deviation(row, off_below), allowed) << row.name;
    EXPECT_GT(worst_deviation(row, value_as_derivative), allowed) << row.name;
  }
}

TEST(Activation, SubgradientsAtKinksAreTheDocumentedOnes) {
  EXPECT_EQ((*find_activation("relu"))->derivative(0), 0);
  EXPECT_EQ((*find_activation("leaky_relu"))->derivative(0), 1);
  EXPECT_NEAR((*find_activation("selu"))->derivative(0), 1.0507009873554805, 1e-15);
  EXPECT_EQ((*find_activation("elu"))->derivative(0), 1);
}

TEST(Activation, StaysFiniteAndCloseToItsLimitsFarOut) {
  for (const auto& row : all_activations())
    for (const double z : {-1e300, -1e5, -800.0, -40.0, 40.0, 800.0, 1e5}) {
      EXPECT_TRUE(std::isfinite(row.value(z))) << row.name << " at " << z;
      EXPECT_TRUE(std::isfinite(row.derivative(z))) << row.name << " at " << z;
    }
  for (const char* name : {"gelu", "silu", "mish", "softplus"}) {
    const auto& row = **find_activation(name);
    EXPECT_NEAR(row.value(800), 800, 1e-9) << name;
    EXPECT_NEAR(row.derivative(800), 1, 1e-12) << name;
    EXPECT_NEAR(row.value(-800), 0, 1e-12) << name;
    EXPECT_NEAR(row.derivative(-800), 0, 1e-12) << name;
  }
}

TEST(Activation, KnownValues) {  // to 15 digits, from 50-digit arithmetic
  const auto at_one = [](const char* name) { return (*find_activation(name))->value(1); };
  EXPECT_NEAR(at_one("sigmoid"), 0.731058578630004879, 1e-15);
  EXPECT_NEAR(at_one("tanh"), 0.761594155955764888, 1e-15);
  EXPECT_NEAR(at_one("gelu"), 0.841344746068542949, 1e-15);
  EXPECT_NEAR(at_one("silu"), 0.731058578630004879, 1e-15);
  EXPECT_NEAR(at_one("softplus"), 1.31326168751822281, 1e-15);
  EXPECT_NEAR(at_one("mish"), 0.865098388267310373, 1e-15);
  EXPECT_NEAR((*find_activation("selu"))->value(-1), -1.11133073, 1e-8);
  EXPECT_NEAR((*find_activation("elu"))->value(-1), -0.632120558828557678, 1e-15);
}

TEST(Activation, KernelsComputeTheSameRow) {
  std::vector<float> z;
  for (int i = -1600; i < 1600; ++i) z.push_back(static_cast<float>(i) / 80.0f);
  for (int i = -16; i < 16; ++i) z.push_back(static_cast<float>(i) * 7.5f);
  for (const auto& row : all_activations())
    for (const char* name : {"scalar", "avx2", "avx512"}) {
      const Kernels* k = find_kernels(name);
      if (k == nullptr) continue;
      auto value = z;
      std::vector<float> slope(z.size());
      k->activate[row.kernel](value.data(), slope.data(), z.size());
      for (std::size_t i = 0; i < z.size(); ++i) {
        const double x = z[i], size = std::max(1.0, std::abs(x));
        EXPECT_NEAR(value[i], row.value(x), 4e-7 * std::min(size, 1 + std::abs(row.value(x)))) << row.name << " " << x;
        EXPECT_NEAR(slope[i], row.derivative(x), 6e-7) << row.name << " slope at " << x;
      }
    }
}

TEST(Activation, UnknownNamesAreRefusedWithTheNearest) {
  const auto found = find_activation("rellu");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, Error::Kind::invalid_argument);
  EXPECT_NE(found.error().message.find("relu"), std::string::npos) << found.error().message;
}

}  // namespace
}  // namespace hone::test
