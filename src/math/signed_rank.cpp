#include "math/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "math/normal.hpp"

namespace hone {
namespace {

constexpr std::size_t exact_max = 50;

}  // namespace

double signed_rank_p_greater(std::span<const double> differences) {
  const std::size_t n = differences.size();
  std::vector<double> sorted(differences.begin(), differences.end());
  std::ranges::sort(sorted, {}, [](double d) { return std::abs(d); });
  // Twice the ranks are whole numbers, ties or not. A zero gives its rank, half of the double one, to either side: it
  // shifts both sums and decides nothing.
  std::vector<std::int64_t> doubled;
  std::int64_t positive = 0, total = 0;
  double squares = 0;
  for (std::size_t i = 0; i < n;) {
    std::size_t end = i;
    while (end < n && std::abs(sorted[end]) == std::abs(sorted[i])) ++end;
    const auto rank = static_cast<std::int64_t>(i + end + 1);  // twice the mean of i + 1 .. end
    for (std::size_t k = i; k < end && sorted[i] != 0; ++k) {
      doubled.push_back(rank);
      total += rank;
      squares += static_cast<double>(rank) * static_cast<double>(rank);
      if (sorted[k] > 0) positive += rank;
    }
    i = end;
  }
  if (doubled.empty()) return 1;
  if (n > exact_max) {
    const double z = (static_cast<double>(positive) - static_cast<double>(total) / 2) / (std::sqrt(squares) / 2);
    return normal_cdf(-z);
  }
  std::vector<double> chance(static_cast<std::size_t>(total) + 1, 0.0);  // of each sum
  chance[0] = 1;
  std::int64_t largest = 0;
  for (const std::int64_t rank : doubled) {
    for (std::int64_t sum = largest; sum >= 0; --sum) {
      const double half = chance[static_cast<std::size_t>(sum)] / 2;
      chance[static_cast<std::size_t>(sum)] = half;
      chance[static_cast<std::size_t>(sum + rank)] += half;
    }
    largest += rank;
  }
  double p = 0;
  for (std::int64_t sum = total; sum >= positive; --sum) p += chance[static_cast<std::size_t>(sum)];
  return std::min(p, 1.0);
}

}  // namespace hone
