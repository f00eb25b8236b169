/// Do neighbouring rows belong together? Then a random split flatters: validation rows have their twins in training.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "data/csv.hpp"
#include "data/target.hpp"

namespace hone {

struct RowOrder {
  bool ordered = false;           ///< the target depends on its neighbour: split in runs of rows
  double target_correlation = 0;  ///< of the target with that of the next row, 0 .. 1
  std::string alike_column;       ///< a column in which neighbours agree far more often than chance, or ""
  double column_correlation = 0;
};

/// A correlation of neighbours above this counts as order.
constexpr double order_correlation = 0.5;

/// Correlation of each value with the next one; NaN is left out. 0 if constant.
double neighbour_correlation(std::span<const double> values);
/// The same for labels: how much more often neighbours agree than chance would have it.
double neighbour_agreement(std::span<const std::int32_t> labels);

/// Looks at the target, then at the first 200 columns in the first 20,000 rows. A file sorted by its target is not
/// "ordered": its classes or values come in few long runs, and only a random split serves it.
RowOrder find_row_order(const CsvTable& table, const TargetColumn& target, std::size_t target_column);

}  // namespace hone
