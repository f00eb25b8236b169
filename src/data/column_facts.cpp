#include "data/column_facts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "data/cell.hpp"
#include "data/distinct.hpp"

namespace hone {
namespace {

/// Gathers the facts of one column, cell by cell.
class FactCounter {
 public:
  FactCounter(std::size_t rows, bool kinds_only) : distinct_(rows), kinds_only_(kinds_only) { facts_.rows = rows; }

  /// `before`: see read_plain_decimal().
  void add(std::uint32_t row, std::string_view cell, std::size_t before) {
    double number = 0;
    const bool is_number = read_cell_number(cell, number, before);
    if (is_number ? std::isnan(number) : is_missing(cell)) {
      ++facts_.missing;
      return;
    }
    if (!kinds_only_) {
      distinct_.add(text_key(cell));
      length_ += static_cast<double>(cell.size());
    }
    if (is_number)
      add_number(number);
    else
      add_text(row, cell);
  }

  ColumnFacts finish() {
    const auto counts = distinct_.finish();
    facts_.distinct = counts.distinct;
    facts_.single = counts.single;
    if (facts_.present() > 0) facts_.mean_length = length_ / static_cast<double>(facts_.present());
    return facts_;
  }

 private:
  void add_number(double number) {
    facts_.rising = facts_.rising && (facts_.numbers == 0 || number > facts_.high);
    facts_.low = facts_.numbers == 0 ? number : std::min(facts_.low, number);
    facts_.high = facts_.numbers == 0 ? number : std::max(facts_.high, number);
    facts_.integers += number == std::floor(number);
    ++facts_.numbers;
  }

  void add_text(std::uint32_t row, std::string_view cell) {
    if (facts_.texts++ == 0) facts_.first_text_row = row;
    if (kinds_only_ || cell.front() < '0' || cell.front() > '9') return;  // as no date begins
    facts_.dates_year_first += cell_date(cell, DateOrder::year_first).has_value();
    const auto by_day = cell_date(cell, DateOrder::day_first), by_month = cell_date(cell, DateOrder::month_first);
    facts_.dates_day_first += by_day.has_value();
    facts_.dates_month_first += by_month.has_value();
    facts_.day_and_month_differ = facts_.day_and_month_differ || by_day.has_value() != by_month.has_value();
  }

  ColumnFacts facts_;
  DistinctCounter distinct_;
  double length_ = 0;
  bool kinds_only_;
};

}  // namespace

std::size_t columns_per_pass(const CsvTable& table, std::size_t bytes_per_column) {
  if (table.blocks() <= 1) return 1;
  return std::max<std::size_t>(1, scratch_bytes_max / std::max<std::size_t>(1, bytes_per_column));
}

std::vector<ColumnFacts> facts_of_columns(const CsvTable& table, std::span<const std::size_t> columns,
                                          std::span<const std::uint32_t> rows, bool kinds_only) {
  std::vector<ColumnFacts> facts;
  const std::size_t step = columns_per_pass(table, kinds_only ? 1 : 8 * rows.size());
  for (std::size_t from = 0; from < columns.size(); from += step) {
    const auto some = columns.subspan(from, std::min(step, columns.size() - from));
    std::vector<FactCounter> counters(some.size(), FactCounter(rows.size(), kinds_only));
    for_each_block(table, rows, [&](std::size_t, std::span<const std::uint32_t> in_block) {
      for (std::size_t c = 0; c < some.size(); ++c)
        for (const std::uint32_t row : in_block) {
          const std::string_view cell = table.cell(row, some[c]);
          counters[c].add(row, cell, table.readable_before(cell));
        }
    });
    for (FactCounter& counter : counters) facts.push_back(counter.finish());
  }
  return facts;
}

ColumnFacts column_facts(const CsvTable& table, std::size_t column, std::span<const std::uint32_t> rows) {
  return facts_of_columns(table, std::array{column}, rows, false).front();
}

}  // namespace hone
