// How far the vector kernels are from the table of activations in double precision, in units of the last place of the
// true value: the figures that kernels/kernels.hpp states.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <string_view>
#include <vector>

#include "kernels/kernels.hpp"
#include "nn/activation.hpp"

namespace hone {
namespace {

/// Error of `found` in units of the last place of `truth`, or of 1e-6 where that is smaller.
double ulps(float found, double truth) {
  const float near = std::max(static_cast<float>(std::abs(truth)), 1e-6f);
  const double ulp = static_cast<double>(std::nextafter(near, INFINITY)) - static_cast<double>(near);
  return std::abs(static_cast<double>(found) - truth) / ulp;
}

/// The same in units of 2^-24, half the last place of 1: slopes multiply gradients, and near their roots no relative
/// figure means anything.
double units(float found, double truth) {
  return std::abs(static_cast<double>(found) - truth) * 0x1p24;
}

/// Every 1,024th float from 1e-6 to 80 and its negative: whatever sign the kernel branches on.
std::vector<float> arguments() {
  std::vector<float> z;
  for (float x = 1e-6f; x < 80; x = std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) + 1024)) {
    z.push_back(x);
    z.push_back(-x);
  }
  z.resize(z.size() / 16 * 16);
  return z;
}

struct Stated {
  double value;  ///< ulps
  double slope;  ///< 2^-24
};

TEST(ActivationUlps, AreAsStated) {
  const std::map<std::string_view, Stated> stated = {
      {"identity", {0, 0}},      {"sigmoid", {2.1, 1}},    {"tanh", {2.5, 3.1}}, {"relu", {0, 0}},
      {"leaky_relu", {1, 0.01}}, {"elu", {1, 1}},          {"selu", {1.7, 2}},   {"gelu", {11, 3.7}},
      {"silu", {2.5, 3.2}},      {"softplus", {3.5, 1.6}}, {"mish", {4.8, 3.5}}};
  const std::vector<float> z = arguments();
  // All instruction sets give the same bits (tests/kernels/elementwise_test.cpp): one of them is enough.
  const Kernels& kernels = *find_kernels("scalar");
  for (const Activation& row : all_activations()) {
    const auto found = stated.find(row.name);
    ASSERT_NE(found, stated.end()) << row.name << ": measure it, state it here and in kernels/kernels.hpp";
    std::vector<float> value = z, slope(z.size());
    kernels.activate[row.kernel](value.data(), slope.data(), z.size());
    Stated worst{0, 0};
    for (std::size_t i = 0; i < z.size(); ++i) {
      worst.value = std::max(worst.value, ulps(value[i], row.value(static_cast<double>(z[i]))));
      worst.slope = std::max(worst.slope, units(slope[i], row.derivative(static_cast<double>(z[i]))));
    }
    EXPECT_LE(worst.value, found->second.value) << row.name;
    EXPECT_LE(worst.slope, found->second.slope) << row.name;
    EXPECT_GE(worst.value, 0.7 * found->second.value) << row.name << ": say the better figure";
  }
}

}  // namespace
}  // namespace hone
