#include "report/curve.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace hone {
namespace {

/// For each of `points` places the height in 0 .. levels-1, or nothing where there is no value.
std::vector<std::optional<std::size_t>> levels_of(std::span<const double> values, std::size_t points,
                                                  std::size_t levels) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double value : values)
    if (std::isfinite(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  std::vector<std::optional<std::size_t>> all(points);
  for (std::size_t i = 0; i < points; ++i) {
    const double value = values[((i + 1) * values.size() - 1) / points];
    if (std::isnan(value)) continue;
    const double share = high > low ? (std::clamp(value, low, high) - low) / (high - low) : 0;
    all[i] = static_cast<std::size_t>(std::lround(share * static_cast<double>(levels - 1)));
  }
  return all;
}

std::string utf8(char32_t point) {  // braille: U+2800 .. U+28FF
  return {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 0x3F)),
          static_cast<char>(0x80 | (point & 0x3F))};
}

std::vector<std::string> braille_plot(std::span<const double> values, std::size_t width, std::size_t height) {
  constexpr std::uint8_t dot[4][2] = {{0x40, 0x80}, {0x04, 0x20}, {0x02, 0x10}, {0x01, 0x08}};  // [from below][column]
  std::vector<std::vector<std::uint8_t>> cells(height, std::vector<std::uint8_t>(width));
  const auto levels = levels_of(values, 2 * width, 4 * height);
  std::optional<std::size_t> before;
  for (std::size_t x = 0; x < levels.size(); ++x) {
    if (levels[x]) {
      std::size_t from = *levels[x], to = from;  // a jump is drawn as an upright stroke
      if (before && *before < from) from = *before + 1;
      if (before && *before > to) to = *before - 1;
      for (std::size_t y = from; y <= to; ++y) cells[height - 1 - y / 4][x / 2] |= dot[y % 4][x % 2];
    }
    before = levels[x];
  }
  std::vector<std::string> lines(height);
  for (std::size_t row = 0; row < height; ++row)
    for (const std::uint8_t cell : cells[row]) lines[row] += utf8(0x2800u + cell);
  return lines;
}

std::vector<std::string> ascii_plot(std::span<const double> values, std::size_t width, std::size_t height) {
  std::vector<std::string> lines(height, std::string(width, ' '));
  const auto levels = levels_of(values, width, 4 * height);
  for (std::size_t x = 0; x < width; ++x)
    if (levels[x]) lines[height - 1 - *levels[x] / 4][x] = "_.-'"[*levels[x] % 4];
  return lines;
}

}  // namespace

std::vector<std::string> curve_plot(std::span<const double> values, std::size_t width, std::size_t height,
                                    bool unicode) {
  if (width == 0 || height == 0 || std::ranges::none_of(values, [](double v) { return std::isfinite(v); })) return {};
  return unicode ? braille_plot(values, width, height) : ascii_plot(values, width, height);
}

std::vector<double> best_so_far(std::span<const double> values, bool maximize) {
  std::vector<double> best;
  best.reserve(values.size());
  double now = std::numeric_limits<double>::quiet_NaN();
  for (const double value : values) {
    if (std::isnan(now) || (maximize ? value > now : value < now)) now = value;
    best.push_back(now);
  }
  return best;
}

}  // namespace hone
