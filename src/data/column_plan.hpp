/// What becomes of each column: decided once, on training rows, before anything is encoded.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "data/cell.hpp"
#include "data/csv.hpp"
#include "data/dataset.hpp"
#include "data/numeric_scaling.hpp"

namespace hone {

enum class ColumnRole { numeric, categorical, embedding, date };

/// A column that is used, and how. What is not listed is not used.
struct ColumnPlan {
  std::size_t column = 0;  ///< of the table
  ColumnRole role = ColumnRole::numeric;
  DateOrder order = DateOrder::year_first;
  bool without_year = false;                    ///< the time column: later years were never seen in training
  std::size_t level_count_min = 1;              ///< embedding: rarer levels share index 0
  double low = 0, high = 0;                     ///< numeric: of all usable rows
  ScalingKind scaling = ScalingKind::standard;  ///< numeric
};

/// Columns with as many levels or fewer become one input per level; more become an index for a learned embedding.
constexpr std::size_t one_hot_levels_max = 12;

/// What is not a plain feature, and what the user said.
struct ColumnRequest {
  std::size_t target = 0;
  std::size_t group = no_column, time = no_column;
  std::map<std::string, std::string> overrides;  ///< DataOptions::columns
  ScalingKind scaling = ScalingKind::standard;
  static constexpr std::size_t no_column = static_cast<std::size_t>(-1);
};

struct ColumnPlans {
  std::vector<ColumnPlan> used;           ///< in the order of the table
  std::vector<ColumnDecision> decisions;  ///< one per column of the table
};

/// Types, and what is dropped, follow from the rows `train` alone; `usable` (which includes `train`) is only searched
/// for text in numeric columns. Errors: unknown column or word in an override; a column of numbers with a little other
/// text; nothing left to learn from.
Result<ColumnPlans> plan_columns(const CsvTable& table, std::span<const std::uint32_t> train,
                                 std::span<const std::uint32_t> usable, const ColumnRequest& request,
                                 const std::string& path);

/// How the dates of a column are written. Nothing if some value is no date, or day and month cannot be told apart.
std::optional<DateOrder> find_date_order(const CsvTable& table, std::size_t column,
                                         std::span<const std::uint32_t> rows);

}  // namespace hone
