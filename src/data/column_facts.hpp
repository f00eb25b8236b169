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

/// What the cells of a column are, counted over rows that need not be those of training.
struct ColumnKinds {
  std::size_t missing = 0, numbers = 0, texts = 0;
  std::size_t first_text_row = 0;
  double low = 0, high = 0;  ///< of the numbers
  std::size_t present() const { return numbers + texts; }
};

/// One column, over the rows of training and over all that can be used.
struct ColumnSurvey {
  ColumnFacts train;
  ColumnKinds usable;
};
/// Every column; the cells are visited once for as many columns as scratch_bytes_max allows. Both lists ascend, and
/// `usable` includes `train`.
std::vector<ColumnSurvey> survey_columns(const CsvTable& table, std::span<const std::uint32_t> train,
                                         std::span<const std::uint32_t> usable);

/// Passes over a table take so many columns at once that what they keep of them has this size or less.
constexpr std::size_t scratch_bytes_max = std::size_t{2} << 30;
/// How many columns a pass may take if it keeps so many bytes of each.
std::size_t columns_per_pass(std::size_t bytes_per_column);

}  // namespace hone
