/// How one column of a table becomes inputs.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "data/column_plan.hpp"
#include "data/numeric_scaling.hpp"

namespace hone {

/// One column as inputs. Which fields count depends on `role`.
struct ColumnCode {
  std::string name;
  ColumnRole role = ColumnRole::numeric;
  bool indicator = false;           ///< numeric, categorical, date: values were missing, an input says where
  NumericScaling scaling;           ///< numeric
  std::vector<std::string> levels;  ///< categorical, embedding: ascending; level i of an embedding is index i + 1
  DateOrder order = DateOrder::year_first;
  /// date: year, month, weekday, hour; a part that never changed in training is left out
  std::array<std::optional<NumericScaling>, 4> parts;

  std::size_t dense_width() const;
  bool is_embedding() const { return role == ColumnRole::embedding; }
};

/// Year, month, weekday, and the time of day in hours.
inline std::array<double, 4> date_parts(const CellDate& date) {
  return {double(date.year), double(date.month), double(date.weekday()), date.hour + date.minute / 60.0};
}

/// Hashes texts, views of them as well, so that a map of texts can be asked for a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace hone
