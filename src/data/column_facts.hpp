/// What a column holds: counted, not judged.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/csv.hpp"

namespace hone {

/// Counts over some rows of one column. Row numbers are those of the table.
struct ColumnFacts {
  std::size_t rows = 0, missing = 0, numbers = 0, texts = 0;  ///< rows = missing + numbers + texts
  std::size_t distinct = 0;                                   ///< different values that are not missing
  std::size_t integers = 0;
  double low = 0, high = 0;  ///< of the numbers
  bool rising = true;        ///< every number is larger than the one before it
  double mean_length = 0;    ///< bytes per value that is not missing
  std::size_t single = 0;    ///< values that occur once
  std::size_t first_text_row = 0;
  std::size_t dates_year_first = 0, dates_day_first = 0, dates_month_first = 0;
  bool day_and_month_differ = false;  ///< a day above 12 tells day/month from month/day
  std::size_t present() const { return rows - missing; }
};

ColumnFacts column_facts(const CsvTable& table, std::size_t column, std::span<const std::uint32_t> rows);

/// The facts of several columns; the table's blocks are split once for as many columns as scratch_bytes_max allows.
/// `rows` ascend. `kinds_only`: just rows, missing, numbers, texts, first_text_row, low, high, which is faster.
std::vector<ColumnFacts> facts_of_columns(const CsvTable& table, std::span<const std::size_t> columns,
                                          std::span<const std::uint32_t> rows, bool kinds_only);

/// Passes over a table of many blocks take so many columns at once that what they keep of them has this size or less.
constexpr std::size_t scratch_bytes_max = std::size_t{2} << 30;
/// How many columns a pass may take if it keeps so many bytes of each: one for a table of one block.
std::size_t columns_per_pass(const CsvTable& table, std::size_t bytes_per_column);

}  // namespace hone
