#include "data/column_facts.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "data/cell.hpp"

namespace hone {

ColumnFacts column_facts(const CsvTable& table, std::size_t column, std::span<const std::uint32_t> rows) {
  ColumnFacts facts;
  facts.rows = rows.size();
  std::unordered_map<std::string_view, std::size_t> counts;  // its order is never used
  double length = 0;
  for (const std::uint32_t row : rows) {
    const std::string_view cell = table.cell(row, column);
    const auto number = cell_number(cell);
    if (is_missing(cell) || (number && std::isnan(*number))) {
      ++facts.missing;
      continue;
    }
    ++counts[cell];
    length += static_cast<double>(cell.size());
    if (number) {
      facts.rising = facts.rising && (facts.numbers == 0 || *number > facts.high);
      facts.low = facts.numbers == 0 ? *number : std::min(facts.low, *number);
      facts.high = facts.numbers == 0 ? *number : std::max(facts.high, *number);
      facts.integers += *number == std::floor(*number);
      ++facts.numbers;
      continue;
    }
    if (facts.texts++ == 0) facts.first_text_row = row;
    facts.dates_year_first += cell_date(cell, DateOrder::year_first).has_value();
    const auto by_day = cell_date(cell, DateOrder::day_first), by_month = cell_date(cell, DateOrder::month_first);
    facts.dates_day_first += by_day.has_value();
    facts.dates_month_first += by_month.has_value();
    facts.day_and_month_differ = facts.day_and_month_differ || by_day.has_value() != by_month.has_value();
  }
  facts.distinct = counts.size();
  for (const auto& [text, count] : counts) facts.single += count == 1;
  if (facts.present() > 0) facts.mean_length = length / static_cast<double>(facts.present());
  return facts;
}

}  // namespace hone
