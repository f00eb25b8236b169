#include "base/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace hone {

Result<std::vector<double>> option_values(std::string_view owner, std::span<const OptionRow> rows,
                                          const std::map<std::string, double>& given) {
  std::vector<double> values;
  std::vector<std::string> known;
  for (const OptionRow& row : rows) {
    known.emplace_back(row.name);
    const auto found = given.find(std::string(row.name));
    const double value = found == given.end() ? row.value : found->second;
    if (!(value >= row.low && value <= row.high))
      return refuse(fmt::format("option '{}' of {} must be from {} to {}, got {}", row.name, owner,
                                number_text(row.low), number_text(row.high), number_text(value)));
    if (row.integer && value != std::floor(value))
      return refuse(
          fmt::format("option '{}' of {} must be a whole number, got {}", row.name, owner, number_text(value)));
    values.push_back(value);
  }
  for (const auto& [name, value] : given)
    if (std::ranges::find(known, name) == known.end())
      return refuse(fmt::format("{} has no option '{}'; {}", owner, name, suggest_name(name, known)));
  return values;
}

}  // namespace hone
