#include "data/table_split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.hpp"
#include "data/cell.hpp"
#include "data/loaders.hpp"
#include "data/row_order.hpp"

namespace hone {
namespace {

/// Runs of rows for ordered files: at most 50, of 20 rows or more.
std::size_t block_count(std::size_t rows) {
  return std::clamp<std::size_t>(rows / 20, 5, 50);
}

Result<std::vector<double>> read_times(const CsvTable& table, const TargetColumn& target, std::size_t column,
                                       const std::string& path) {
  const auto order = find_date_order(table, column, target.rows);
  std::vector<double> times;
  for (const std::uint32_t row : target.rows) {
    const std::string_view cell = table.cell(row, column);
    const auto number = cell_number(cell);
    const auto date = order ? cell_date(cell, *order) : std::nullopt;
    if (!is_missing(cell) && !number && !date)
      return refuse(
          fmt::format("'{}' line {}: '{}' in the time column '{}' is neither a number nor a date that can be told "
                      "(day and month must be distinguishable); write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS",
                      path, table.line(row), quoted(cell), table.names()[column]));
    times.push_back(is_missing(cell) ? std::nan("") : date ? date->time_line() : number.value_or(std::nan("")));
  }
  return times;
}

struct Groups {
  std::vector<std::uint32_t> of_row;
  std::size_t count = 0;
};

Groups read_groups(const CsvTable& table, const TargetColumn& target, std::size_t column) {
  Groups groups;
  std::map<std::string, std::uint32_t> known;  // rows without a group are one group
  for (const std::uint32_t row : target.rows) {
    const std::string_view cell = table.cell(row, column);
    const std::string key = is_missing(cell) ? "" : level_text(cell);
    groups.of_row.push_back(known.emplace(key, static_cast<std::uint32_t>(known.size())).first->second);
  }
  groups.count = known.size();
  return groups;
}

Result<SplitRows> split_positions(const CsvTable& table, const TargetColumn& target, const ColumnRequest& request,
                                  SplitShares shares, std::uint64_t seed, const std::string& path,
                                  std::vector<std::string>& notes) {
  if (request.group != ColumnRequest::no_column) {
    const Groups groups = read_groups(table, target, request.group);
    notes.push_back(fmt::format("split by '{}': {} groups, none in two parts", table.names()[request.group],
                                count_text(groups.count)));
    return split_groups(groups.of_row, groups.count, shares, seed, table.names()[request.group]);
  }
  if (request.time != ColumnRequest::no_column) {
    HONE_TRY(const std::vector<double> times, read_times(table, target, request.time, path));
    notes.push_back(fmt::format("split by time '{}': the latest rows {}", table.names()[request.time],
                                shares.test > 0 ? "are sealed, those before them validate" : "validate"));
    if (const auto missing = std::count_if(times.begin(), times.end(), [](double t) { return std::isnan(t); }); missing)
      notes.push_back(fmt::format("{} rows without a time count as the earliest", missing));
    return split_time(times, shares, table.names()[request.time]);
  }
  const RowOrder order = find_row_order(table, target, request.target);
  if (order.ordered) {
    const std::size_t blocks = block_count(target.rows.size());
    notes.push_back(fmt::format(
        "rows look ordered in time: '{}' of neighbouring rows correlates by {:.2f}, so a random split would flatter; "
        "{} of {} rows each are kept together instead (--time-column is better still if there is one)",
        table.names()[request.target], order.target_correlation, fmt::format("{} runs", blocks),
        count_text(target.rows.size() / blocks)));
    return split_blocks(target.rows.size(), blocks, shares, seed);
  }
  if (!order.alike_column.empty())
    notes.push_back(
        fmt::format("rows look ordered: neighbours are alike in '{}' ({:.2f}); a random split may flatter; if "
                    "rows belong together use --split-by COLUMN, if they follow time use --time-column COLUMN",
                    order.alike_column, order.column_correlation));
  return split_random(target.rows.size(), target.labels, shares, seed);
}

}  // namespace

Result<SplitRows> split_table(const CsvTable& table, const TargetColumn& target, const ColumnRequest& request,
                              SplitShares shares, std::uint64_t seed, const std::string& path,
                              std::vector<std::string>& notes) {
  HONE_TRY(SplitRows split, split_positions(table, target, request, shares, seed, path, notes));
  for (auto* part : {&split.train, &split.validation, &split.test})
    for (std::uint32_t& row : *part) row = target.rows[row];
  return split;
}

}  // namespace hone
