#include "data/column_fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace hone {

ColumnFit::ColumnFit(const ColumnPlan& plan, std::string name, std::size_t rows) : plan_(plan) {
  code_.name = std::move(name);
  code_.role = plan.role;
  code_.order = plan.order;
  if (plan.role == ColumnRole::numeric) numbers_.reserve(rows);
}

void ColumnFit::add(std::string_view cell, std::size_t before) {
  ++cells_;
  switch (plan_.role) {
    case ColumnRole::numeric:
      if (const double number = number_or_nan(cell, before); !std::isnan(number)) numbers_.push_back(number);
      return;
    case ColumnRole::categorical:
    case ColumnRole::embedding:
      if (is_missing(cell))
        ++missing_;
      else if (const auto found = counts_.find(cell); found != counts_.end())
        ++found->second;
      else
        counts_.emplace(cell, 1);
      return;
    case ColumnRole::date:
      if (const auto date = cell_date(cell, code_.order)) {
        const auto values = date_parts(*date);
        for (std::size_t p = 0; p < parts_.size(); ++p) parts_[p].push_back(values[p]);
      }
  }
}

ColumnCode ColumnFit::finish() {
  switch (plan_.role) {
    case ColumnRole::numeric:
      finish_numbers();
      break;
    case ColumnRole::categorical:
    case ColumnRole::embedding:
      finish_levels();
      break;
    case ColumnRole::date:
      finish_dates();
      break;
  }
  return std::move(code_);
}

void ColumnFit::finish_numbers() {
  code_.indicator = numbers_.size() < cells_;
  if (!numbers_.empty()) code_.scaling = NumericScaling::fit_in_place(numbers_, plan_.scaling);
  numbers_ = {};
}

void ColumnFit::finish_levels() {
  std::map<std::string, std::size_t> levels;
  for (const auto& [text, count] : counts_) levels[level_text(text)] += count;
  const bool merge_rare = code_.is_embedding();
  for (const auto& [level, count] : levels)
    if (!merge_rare || count >= plan_.level_count_min) code_.levels.push_back(level);
  code_.indicator = !code_.is_embedding() && missing_ > 0 && code_.levels.size() > 1;
  counts_ = {};
}

void ColumnFit::finish_dates() {
  code_.indicator = parts_[0].size() < cells_;
  for (std::size_t p = plan_.without_year ? 1 : 0; p < parts_.size(); ++p) {
    if (parts_[p].empty()) continue;
    const auto [low, high] = std::minmax_element(parts_[p].begin(), parts_[p].end());
    if (*low < *high) {
      code_.parts[p] = NumericScaling::fit_in_place(parts_[p]);
      code_.parts[p]->usual.reset();
    }
  }
  parts_ = {};
}

}  // namespace hone
