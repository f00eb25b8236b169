#include "storage/sqlite_values.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.hpp"

namespace hone {

const char* special_name(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value == 0 && std::signbit(value) ? "-0" : nullptr;
}

double plain_value(double value) {
  return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
}

Result<double> read_number(const SqliteRows& row, int column) {
  using limits = std::numeric_limits<double>;
  if (row.is_null(column + 1)) {
    if (row.is_null(column)) return fail(Error::Kind::corrupt, "a stored number is NULL without saying why");
    return row.real(column);
  }
  const std::string_view special = row.text(column + 1);
  if (special == "nan") return limits::quiet_NaN();
  if (special == "inf") return limits::infinity();
  if (special == "-inf") return -limits::infinity();
  if (special == "-0") return -0.0;
  return fail(Error::Kind::corrupt, fmt::format("a stored number is '{}'; known: nan, inf, -inf, -0", quoted(special)));
}

std::string point_text(std::span<const double> point) {
  std::string text;
  char number[32];
  for (const double unit : point) {
    if (!text.empty()) text += ' ';
    text.append(number, std::to_chars(number, number + sizeof number, unit).ptr);
  }
  return text;
}

Result<std::vector<double>> read_point(std::string_view text) {
  std::vector<double> point;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto [next, error] = std::from_chars(at, end, point.emplace_back());
    if (error != std::errc() || (next != end && *next != ' ') || next + 1 == end)
      return fail(Error::Kind::corrupt, fmt::format("a stored point is '{}', not numbers", quoted(text)));
    at = next == end ? end : next + 1;
  }
  return point;
}

std::string seed_text(std::uint64_t seed) {
  return fmt::format("{}", seed);
}

Result<std::uint64_t> read_seed(std::string_view text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(Error::Kind::corrupt, fmt::format("a stored seed is '{}', not an integer", quoted(text)));
  return seed;
}

}  // namespace hone
