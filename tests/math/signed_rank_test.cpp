// The signed-rank test against scipy and against counting every combination of signs.
#include "math/signed_rank.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace hone {
namespace {

/// scipy 1.10: wilcoxon(d, alternative="greater", zero_method="zsplit", method="exact").pvalue
TEST(SignedRank, EqualsScipyWithoutTies) {
  EXPECT_DOUBLE_EQ(signed_rank_p_greater(std::vector<double>{1, 2, 3, 4, 5}), 0.03125);
  EXPECT_DOUBLE_EQ(signed_rank_p_greater(std::vector<double>{-1, 2, 3, -4, 5, 6}), 0.15625);
  EXPECT_DOUBLE_EQ(signed_rank_p_greater(std::vector<double>{0.5, -0.25, 1.5, 2.5, -3.5, 0.75, 1.25}), 0.1875);
  EXPECT_DOUBLE_EQ(signed_rank_p_greater(std::vector<double>{3, -1, -2, 4, 5, 6, 7, -8, 9, 10, 11, 12}),
                   0.013427734375);
}

/// scipy 1.10: wilcoxon(d, alternative="greater", method="approx", correction=False).pvalue
TEST(SignedRank, EqualsScipysApproximationForMany) {
  std::vector<double> differences;
  for (int i = 1; i <= 80; ++i) differences.push_back(std::sin(static_cast<double>(i) * i) + 0.1);
  EXPECT_NEAR(signed_rank_p_greater(differences), 0.06664702138152893, 1e-12);
}

double by_counting(const std::vector<double>& differences) {
  const std::size_t n = differences.size();
  std::vector<double> rank(n);
  double observed = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double a = std::abs(differences[j]), b = std::abs(differences[i]);
      rank[i] += a < b ? 1 : a == b ? 0.5 : 0;
    }
    rank[i] += 0.5;
    observed += differences[i] > 0 ? rank[i] : differences[i] == 0 ? rank[i] / 2 : 0;
  }
  int as_far = 0;
  for (unsigned signs = 0; signs < 1u << n; ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += differences[i] == 0 ? rank[i] / 2 : (signs >> i & 1) != 0 ? rank[i] : 0;
    as_far += sum >= observed - 1e-9 ? 1 : 0;
  }
  return as_far / std::pow(2.0, static_cast<double>(n));
}

TEST(SignedRank, IsExactWithTiesAndZeros) {
  for (const auto& differences : std::vector<std::vector<double>>{
           {1, 1, 1, -1, 2}, {0, 0, 1, -2, 2, 3}, {-1, -1, -1}, {0.5, 0.5, -0.5, 0, 1, 1, -1, 2, 2}, {7}, {-7}})
    EXPECT_NEAR(signed_rank_p_greater(differences), by_counting(differences), 1e-12);
}

TEST(SignedRank, NothingToTellGivesOne) {
  EXPECT_EQ(signed_rank_p_greater({}), 1);
  EXPECT_EQ(signed_rank_p_greater(std::vector<double>{0, 0, 0}), 1);
}

}  // namespace
}  // namespace hone
