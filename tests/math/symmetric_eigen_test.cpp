// Eigenvalues by what they must satisfy, and by matrices whose eigenvalues are known.
#include "math/symmetric_eigen.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/rng.hpp"

namespace hone {
namespace {

void expect_decomposition(const std::vector<double>& a, std::size_t n) {
  const SymmetricEigen eigen = symmetric_eigen(a, n);
  double scale = 1e-300;
  for (const double x : a) scale = std::max(scale, std::abs(x));
  for (std::size_t j = 0; j + 1 < n; ++j) EXPECT_LE(eigen.values[j], eigen.values[j + 1]);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double again = 0, product = 0;
      for (std::size_t k = 0; k < n; ++k) {
        again += eigen.vectors[i * n + k] * eigen.values[k] * eigen.vectors[j * n + k];
        product += eigen.vectors[k * n + i] * eigen.vectors[k * n + j];
      }
      EXPECT_NEAR(again, a[std::max(i, j) * n + std::min(i, j)], 1e-13 * scale * static_cast<double>(n));
      EXPECT_NEAR(product, i == j ? 1 : 0, 1e-13 * static_cast<double>(n));
    }
}

TEST(SymmetricEigen, PutsRandomMatricesTogetherAgain) {
  Rng rng(1, RngPurpose::simulation, 0);
  for (const std::size_t n : {1u, 2u, 3u, 5u, 10u, 20u, 40u})
    for (int round = 0; round < 5; ++round) {
      std::vector<double> a(n * n);
      for (double& x : a) x = rng.uniform() - 0.5;
      expect_decomposition(a, n);
    }
}

TEST(SymmetricEigen, TakesWhatIsDegenerate) {
  expect_decomposition({}, 0);
  expect_decomposition(std::vector<double>(25, 0.0), 5);
  expect_decomposition(std::vector<double>(25, 1.0), 5);  // rank one
  std::vector<double> diagonal(36, 0.0);
  for (std::size_t i = 0; i < 6; ++i) diagonal[i * 6 + i] = i < 3 ? 2 : 1e-12;
  expect_decomposition(diagonal, 6);
  expect_decomposition({1e300, 0, 0, 1e-300}, 2);
}

/// The second difference: eigenvalues 2 - 2 cos(pi k / (n + 1)).
TEST(SymmetricEigen, FindsTheEigenvaluesOfTheSecondDifference) {
  constexpr std::size_t n = 30;
  std::vector<double> a(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    a[i * n + i] = 2;
    if (i > 0) a[i * n + i - 1] = -1;
  }
  const SymmetricEigen eigen = symmetric_eigen(a, n);
  for (std::size_t k = 0; k < n; ++k)
    EXPECT_NEAR(eigen.values[k], 2 - 2 * std::cos(std::numbers::pi * static_cast<double>(k + 1) / (n + 1)), 1e-13);
}

/// What CMA-ES makes: condition 1e12.
TEST(SymmetricEigen, KeepsSmallEigenvaluesOfScaledMatrices) {
  constexpr std::size_t n = 8;
  std::vector<double> a(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) a[i * n + i] = std::pow(10.0, -12.0 * static_cast<double>(i) / (n - 1));
  const SymmetricEigen eigen = symmetric_eigen(a, n);
  for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(eigen.values[i] / a[(n - 1 - i) * n + n - 1 - i], 1, 1e-12);
}

}  // namespace
}  // namespace hone
