/// Numbers of any range -> inputs of order one.
#pragma once
#include <optional>
#include <span>
#include <vector>

namespace hone {

/// Standardised numbers, cut at +-numeric_limit deviations. A column with a heavy tail is bent first:
/// sign(d) (sqrt(sqrt(1 + 4 |d| / bend)) - 1), which is d / bend near the median and its fourth root far away, so that
/// a few huge values do not press all others together. Roots are exact to the last bit on every machine; a logarithm,
/// which would do as well, is not.
struct NumericScaling {
  double center = 0;            ///< the median; stands for missing values
  double bend = 0;              ///< 0: no bend
  double mean = 0;              ///< of the bent distances from the centre
  double deviation = 1;         ///< of the same; > 0
  std::optional<double> usual;  ///< a value that more than half of the rows have: an input of its own says who has not
  float apply(double value) const;
  double bent(double value) const;
  bool is_far(double value) const;  ///< so far out that it was cut off

  /// `numbers`: any order, within +-cell_number_max, not empty. O(n log n).
  static NumericScaling fit(std::vector<double> numbers) { return fit_in_place(numbers); }
  /// The same without a copy: leaves other numbers behind.
  static NumericScaling fit_in_place(std::span<double> numbers);
};

constexpr double numeric_limit = 10;
/// A tail is heavy if it reaches further from the median than this many interquartile ranges.
constexpr double heavy_tail_ranges = 20;
/// Distances end at this many bends, so that one absurd value (1e308) leaves room for the others.
constexpr double bends_max = 1e4;

}  // namespace hone
