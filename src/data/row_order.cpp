#include "data/row_order.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include "base/mapping.hpp"
#include "data/cell.hpp"
#include "data/distinct.hpp"

namespace hone {
namespace {

constexpr std::size_t rows_looked_at = 20000, columns_looked_at = 200;  // for a hint that names a column

/// Long runs of equal labels, or values that only rise or only fall.
bool sorted_by_target(const TargetColumn& target) {
  const std::size_t n = target.rows.size();
  std::size_t changes = 0, rises = 0, falls = 0;
  if (target.task == Task::classification) {
    for (std::size_t i = 1; i < n; ++i) changes += target.labels[i] != target.labels[i - 1];
    return changes + 1 < 10 * target.classes.size();
  }
  for (std::size_t i = 1; i < n; ++i) {
    rises += target.values[i] > target.values[i - 1];
    falls += target.values[i] < target.values[i - 1];
  }
  return std::min(rises, falls) * 100 < n;
}

bool running_number(std::span<const double> values) {
  for (std::size_t i = 1; i < values.size(); ++i)
    if (std::abs(values[i] - values[i - 1]) != 1) return false;
  return true;
}

/// A column as numbers (NaN where there is none), and once there is a text, each cell as a key.
struct ColumnCells {
  LargeVector<double> numbers;
  LargeVector<std::uint64_t> keys;

  explicit ColumnCells(std::size_t rows) { numbers.reserve(rows); }

  void add(const CsvTable& table, std::string_view cell) {
    double number = std::numeric_limits<double>::quiet_NaN();
    const bool is_text = !read_cell_number(cell, number, table.readable_before(cell)) && !is_missing(cell);
    if (is_text && keys.empty()) {
      keys.reserve(numbers.capacity());
      for (const double before : numbers) keys.push_back(number_key(before));
    }
    numbers.push_back(number);
    if (is_text || !keys.empty()) keys.push_back(is_text ? text_key(cell) : number_key(number));
  }
};

/// Texts numbered as they first occur; nothing if more than half of them differ.
std::vector<std::int32_t> number_texts(std::span<const std::uint64_t> keys) {
  std::vector<std::int32_t> labels;
  std::unordered_map<std::uint64_t, std::int32_t> seen;  // its order is never used
  for (const std::uint64_t key : keys) {
    labels.push_back(seen.emplace(key, static_cast<std::int32_t>(seen.size())).first->second);
    if (seen.size() * 2 > keys.size()) return {};
  }
  return labels;
}

/// Numbers as they are, other texts by equality; a running number says nothing.
double column_order(const ColumnCells& cells) {
  if (cells.keys.empty()) return running_number(cells.numbers) ? 0 : neighbour_correlation(cells.numbers);
  return neighbour_agreement(number_texts(cells.keys));
}

}  // namespace

double neighbour_correlation(std::span<const double> values) {
  double largest = 0, sum = 0, count = 0;
  for (const double v : values)
    if (!std::isnan(v)) largest = std::max(largest, std::abs(v));
  if (largest == 0) return 0;
  for (const double v : values)
    if (!std::isnan(v)) {
      sum += v / largest;
      ++count;
    }
  const double mean = sum / count;
  double together = 0, alone = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    const double d = values[i] / largest - mean;
    alone += d * d;
    if (i + 1 < values.size() && !std::isnan(values[i + 1])) together += d * (values[i + 1] / largest - mean);
  }
  return alone > 0 ? together / alone : 0;
}

double neighbour_agreement(std::span<const std::int32_t> labels) {
  if (labels.size() < 2) return 0;
  std::map<std::int32_t, double> counts;
  for (const std::int32_t label : labels) ++counts[label];
  const auto n = static_cast<double>(labels.size());
  double chance = 0, agree = 0;
  for (const auto& [label, count] : counts) chance += (count / n) * (count / n);
  for (std::size_t i = 1; i < labels.size(); ++i) agree += labels[i] == labels[i - 1];
  return chance < 1 ? (agree / (n - 1) - chance) / (1 - chance) : 0;
}

RowOrder find_row_order(const CsvTable& table, const TargetColumn& target, std::size_t target_column) {
  RowOrder order;
  order.target_correlation =
      target.task == Task::regression ? neighbour_correlation(target.values) : neighbour_agreement(target.labels);
  if (target.rows.size() < 100) return order;  // chance alone makes short files look ordered
  order.ordered = order.target_correlation > order_correlation && !sorted_by_target(target);
  if (order.ordered || order.target_correlation > order_correlation) return order;
  // The first rows and columns are enough for a hint, and keep large files cheap.
  const std::size_t columns = std::min<std::size_t>(table.columns(), columns_looked_at);
  const auto rows = std::span(target.rows).first(std::min(target.rows.size(), rows_looked_at));
  std::vector<ColumnCells> cells;
  for (std::size_t c = 0; c < columns; ++c) cells.emplace_back(c == target_column ? 0 : rows.size());
  for_each_block(table, rows, [&](std::size_t, std::span<const std::uint32_t> in_block) {
    for (std::size_t c = 0; c < columns; ++c)
      if (c != target_column)
        for (const std::uint32_t row : in_block) cells[c].add(table, table.cell(row, c));
  });
  for (std::size_t c = 0; c < columns; ++c) {
    if (c == target_column) continue;
    const double correlation = column_order(cells[c]);
    if (correlation > order_correlation && correlation > order.column_correlation) {
      order.alike_column = table.names()[c];
      order.column_correlation = correlation;
    }
  }
  return order;
}

}  // namespace hone
