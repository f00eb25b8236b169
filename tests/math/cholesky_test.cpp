// The factor of a covariance matrix: against the matrix itself, grown row by row, and where there is none.
#include "math/cholesky.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/rng.hpp"

namespace hone {
namespace {

using Matrix = std::vector<std::vector<double>>;

/// Covariances of random points on a line, with some noise.
Matrix covariances(std::size_t n, Rng& rng) {
  std::vector<double> x(n);
  for (double& value : x) value = rng.uniform();
  Matrix a(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) a[i][j] = std::exp(-3 * std::abs(x[i] - x[j])) + (i == j ? 0.01 : 0);
  return a;
}
bool factor(Cholesky& c, const Matrix& a) {
  return c.factor(a.size(), [&](std::size_t k, double* row) {
    for (std::size_t j = k; j < a.size(); ++j) row[j] = a[k][j];
  });
}

TEST(Cholesky, TheFactorTimesItselfIsTheMatrix) {
  Rng rng(1, RngPurpose::simulation, 31);
  for (const std::size_t n : {1, 2, 7, 8, 9, 31, 33, 70, 129}) {
    const Matrix a = covariances(n, rng);
    Cholesky c;
    ASSERT_TRUE(factor(c, a));
    double log_determinant = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i; j < n; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k <= i; ++k) sum += c.row(k)[i] * c.row(k)[j];
        EXPECT_NEAR(sum, a[i][j], 1e-13) << n;
      }
      for (std::size_t j = 0; j < i; ++j) EXPECT_EQ(c.row(i)[j], 0);
      log_determinant += 2 * std::log(c.row(i)[i]);
    }
    EXPECT_NEAR(c.log_determinant(), log_determinant, 1e-10);
  }
}

TEST(Cholesky, GrownRowByRowItHasTheSameBits) {
  Rng rng(2, RngPurpose::simulation, 31);
  for (const std::size_t n : {5, 40, 75, 150}) {
    const Matrix a = covariances(n, rng);
    Cholesky whole, grown(3);
    ASSERT_TRUE(factor(whole, a));
    for (std::size_t k = 0; k < n; ++k) {
      ASSERT_TRUE(grown.append(a[k], a[k][k]));
      if (k % 7 == 3) {  // forgotten and added again
        grown.shrink(k);
        ASSERT_TRUE(grown.append(a[k], a[k][k]));
      }
    }
    ASSERT_TRUE(grown.append(a[0], 2 * a[0][0]));
    grown.shrink(n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < grown.padded(); ++j)
        EXPECT_EQ(grown.row(i)[j], whole.row(i)[j]) << i << " " << j << " of " << n;
  }
}

TEST(Cholesky, SolvesAndInverts) {
  Rng rng(3, RngPurpose::simulation, 31);
  for (const std::size_t n : {1, 8, 13, 64, 90, 131}) {
    const Matrix a = covariances(n, rng);
    Cholesky c;
    ASSERT_TRUE(factor(c, a));
    std::vector<double> right(c.padded(), 0.0), eight(c.padded() * dense_width, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      right[i] = 2 * rng.uniform() - 1;
      for (std::size_t k = 0; k < dense_width; ++k) eight[i * dense_width + k] = right[i] * static_cast<double>(k);
    }
    std::vector<double> x = right;
    c.solve_transposed(x.data());
    c.solve_transposed(eight.data(), dense_width);
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(eight[i * dense_width + 1], x[i]) << "one right side or eight";
    c.solve(x.data());
    std::vector<double> room, inverse;
    c.inverse(room, inverse);
    for (std::size_t i = 0; i < n; ++i) {
      double back = 0, by_inverse = 0;
      for (std::size_t j = 0; j < n; ++j) {
        back += a[i][j] * x[j];
        by_inverse += inverse[std::min(i, j) * c.padded() + std::max(i, j)] * right[j];
      }
      EXPECT_NEAR(back, right[i], 1e-11);
      EXPECT_NEAR(by_inverse, x[i], 1e-9);
    }
  }
}

TEST(Cholesky, FactoredAgainItForgetsWhatItWas) {
  Rng rng(4, RngPurpose::simulation, 31);
  const std::size_t n = 75;
  const Matrix a = covariances(n, rng), b = covariances(n, rng);
  Matrix none = a;
  none[3][60] = none[60][3] = std::nan("");
  Cholesky again, once;
  ASSERT_TRUE(factor(again, a));
  EXPECT_FALSE(factor(again, none));
  ASSERT_TRUE(factor(again, a));
  ASSERT_TRUE(factor(again, b));
  ASSERT_TRUE(factor(once, b));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < once.padded(); ++j) ASSERT_EQ(again.row(i)[j], once.row(i)[j]) << i << " " << j;
}

TEST(Cholesky, WhatIsNotPositiveDefiniteIsRefused) {
  Cholesky c;
  EXPECT_FALSE(factor(c, {{1, 2}, {2, 1}}));
  EXPECT_EQ(c.size(), 0u);
  EXPECT_FALSE(factor(c, {{1, std::nan("")}, {std::nan(""), 1}}));
  ASSERT_TRUE(factor(c, {{1, 0.5}, {0.5, 1}}));
  EXPECT_FALSE(c.append(std::vector<double>{1, 0.5}, 1)) << "the first row again";
  EXPECT_EQ(c.size(), 2u);
  EXPECT_TRUE(c.append(std::vector<double>{1, 0.5}, 1.001));
}

}  // namespace
}  // namespace hone
