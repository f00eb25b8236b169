#include "space/float_grid.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace hone {
namespace {

/// Digits after the decimal point of the shortest decimal that means `value`: 0.25 -> 2, 1e-05 -> 5, 1.5e-7 -> 8.
int fraction_digits(double value) {
  const std::string text = number_text(value);
  const auto e = text.find('e');
  const auto mantissa = text.substr(0, e);
  const auto point = mantissa.find('.');
  const int digits = point == std::string::npos ? 0 : static_cast<int>(mantissa.size() - point - 1);
  const int exponent = e == std::string::npos ? 0 : static_cast<int>(parse_integer(text.substr(e + 1)).value_or(0));
  return std::max(0, digits - exponent);
}

}  // namespace

FloatGrid::FloatGrid(double low, double step) : low_(low), step_(step) {
  const int digits = std::max(fraction_digits(low), fraction_digits(step));
  if (digits > 22) return;  // 10^22 is the last power of ten that is a double
  double scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  if (std::abs(low) * scale > 0x1p50 || step * scale > 0x1p50) return;  // above, rounding to a whole unit could err
  units_per_one_ = scale;
  low_units_ = std::round(low * scale);
  step_units_ = std::round(step * scale);
}

double FloatGrid::value(std::uint64_t k) const {
  const double count = static_cast<double>(k);
  if (units_per_one_ > 0) {
    const double above = count * step_units_, units = low_units_ + above;
    if (above <= 0x1p53 && std::abs(units) <= 0x1p53) return units / units_per_one_;  // exact, then rounded once
  }
  return low_ + count * step_;
}

}  // namespace hone
