/// The values low, low + step, low + 2 step, ... of a float parameter, without drift: 0.3, never 0.30000000000000004.
#pragma once
#include <cstdint>

namespace hone {

class FloatGrid {
 public:
  FloatGrid() = default;
  /// `low` finite, `step` > 0.
  FloatGrid(double low, double step);

  /// The double nearest to the decimal number low + k step, low and step being read as the shortest decimals that mean
  /// them. Where these have more digits than a double can count (15), plain low + k step.
  double value(std::uint64_t k) const;

 private:
  double low_ = 0, step_ = 1;
  double low_units_ = 0, step_units_ = 0, units_per_one_ = 0;  ///< 0: not countable in decimal units
};

}  // namespace hone
