#include "data/table_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>

#include "base/text.hpp"
#include "data/cell.hpp"
#include "data/gzip.hpp"
#include "data/plain_text.hpp"
#include "data/target.hpp"

namespace hone {
namespace {

/// The number in a cell, or NaN for missing values and for text.
double number_or_nan(std::string_view cell) {
  return is_missing(cell) ? std::nan("") : cell_number(cell).value_or(std::nan(""));
}

std::array<double, 4> parts_of(const CellDate& date) {
  return {double(date.year), double(date.month), double(date.weekday()), date.hour + date.minute / 60.0};
}

/// One column's cells of some rows, one after another.
class Cells {
 public:
  Cells(const CsvTable& table, std::size_t column, std::span<const std::uint32_t> rows)
      : table_(table), column_(column), rows_(rows) {}
  std::size_t size() const { return rows_.size(); }
  std::string_view operator[](std::size_t i) const { return table_.cell(rows_[i], column_); }

 private:
  const CsvTable& table_;
  std::size_t column_;
  std::span<const std::uint32_t> rows_;
};

void fit_numbers(ColumnCode& code, const Cells& cells) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (const double number = number_or_nan(cells[i]); !std::isnan(number)) numbers.push_back(number);
  code.indicator = numbers.size() < cells.size();
  if (!numbers.empty()) code.scaling = NumericScaling::fit(std::move(numbers));
}

void fit_levels(ColumnCode& code, const Cells& cells, std::size_t count_min) {
  std::map<std::string, std::size_t> counts;
  std::size_t missing = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (is_missing(cells[i]))
      ++missing;
    else
      ++counts[level_text(cells[i])];
  }
  const bool merge_rare = code.is_embedding();
  for (const auto& [level, count] : counts)
    if (!merge_rare || count >= count_min) code.levels.push_back(level);
  code.indicator = !code.is_embedding() && missing > 0 && code.levels.size() > 1;
}

void fit_dates(ColumnCode& code, const Cells& cells, bool without_year) {
  std::array<std::vector<double>, 4> parts;
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (const auto date = cell_date(cells[i], code.order)) {
      const auto values = parts_of(*date);
      for (std::size_t p = 0; p < parts.size(); ++p) parts[p].push_back(values[p]);
    }
  code.indicator = parts[0].size() < cells.size();
  for (std::size_t p = without_year ? 1 : 0; p < parts.size(); ++p) {
    if (parts[p].empty()) continue;
    const auto [low, high] = std::minmax_element(parts[p].begin(), parts[p].end());
    if (!(*low < *high)) continue;
    code.parts[p] = NumericScaling::fit(std::move(parts[p]));
    code.parts[p]->usual.reset();
  }
}

/// Where one column's inputs go: `dense` points at the first of them in the first row.
struct Destination {
  float* dense;
  std::size_t stride;
  float* row(std::size_t i) const { return dense + i * stride; }
};

void encode_numbers(const ColumnCode& code, const Cells& cells, Destination out) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double number = number_or_nan(cells[i]);
    const bool missing = std::isnan(number);
    float* at = out.row(i);
    *at++ = code.scaling.apply(missing ? code.scaling.center : number);
    if (code.scaling.usual) *at++ = missing || number == *code.scaling.usual ? 0.0f : 1.0f;
    if (code.indicator) *at = missing ? 1.0f : 0.0f;
  }
}

void encode_dates(const ColumnCode& code, const Cells& cells, Destination out) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto date = cell_date(cells[i], code.order);
    float* at = out.row(i);
    for (std::size_t p = 0; p < code.parts.size(); ++p)
      if (const auto& part = code.parts[p]) *at++ = part->apply(date ? parts_of(*date)[p] : part->center);
    if (code.indicator) *at = date ? 0.0f : 1.0f;
  }
}

constexpr std::int32_t missing_level = -1, unseen_level = -2;

/// Number of the level of each cell, or one of the two above. Each text is looked up once.
template <class Use>
void for_each_level(const ColumnCode& code, const Cells& cells, Use&& use) {
  std::unordered_map<std::string_view, std::int32_t> known;  // its order is never used
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto [entry, is_new] = known.try_emplace(cells[i], missing_level);
    if (is_new && !is_missing(cells[i])) {
      const std::string level = level_text(cells[i]);
      const auto found = std::lower_bound(code.levels.begin(), code.levels.end(), level);
      entry->second = found != code.levels.end() && *found == level
                          ? static_cast<std::int32_t>(found - code.levels.begin())
                          : unseen_level;
    }
    use(i, entry->second);
  }
}

void encode_one_hot(const ColumnCode& code, const Cells& cells, Destination out) {
  const std::size_t width = code.levels.size() == 2 ? 1 : code.levels.size();
  for_each_level(code, cells, [&](std::size_t i, std::int32_t level) {
    float* at = out.row(i);
    if (code.levels.size() == 2)
      at[0] = level >= 0 ? static_cast<float>(level) : 0.5f;  // neither of the two
    else if (level >= 0)
      at[level] = 1.0f;
    if (code.indicator) at[width] = level == missing_level ? 1.0f : 0.0f;
  });
}

}  // namespace

std::size_t ColumnCode::dense_width() const {
  const std::size_t extra = indicator ? 1 : 0;
  switch (role) {
    case ColumnRole::numeric:
      return 1 + extra + (scaling.usual ? 1 : 0);
    case ColumnRole::categorical:
      return (levels.size() == 2 ? 1 : levels.size()) + extra;
    case ColumnRole::embedding:
      return 0;
    case ColumnRole::date:
      return extra +
             static_cast<std::size_t>(std::count_if(parts.begin(), parts.end(), [](auto& p) { return bool(p); }));
  }
  return 0;
}

TableEncoder::TableEncoder(TargetInfo target, std::vector<ColumnCode> columns)
    : target_(std::move(target)), columns_(std::move(columns)) {
  for (const ColumnCode& code : columns_) dense_width_ += code.dense_width();
}

TableEncoder TableEncoder::fit(const CsvTable& table, std::span<const ColumnPlan> plans,
                               std::span<const std::uint32_t> rows, TargetInfo target) {
  std::vector<ColumnCode> columns;
  for (const ColumnPlan& plan : plans) {
    ColumnCode& code = columns.emplace_back();
    code.name = table.names()[plan.column];
    code.role = plan.role;
    code.order = plan.order;
    const Cells cells(table, plan.column, rows);
    switch (plan.role) {
      case ColumnRole::numeric:
        fit_numbers(code, cells);
        break;
      case ColumnRole::categorical:
      case ColumnRole::embedding:
        fit_levels(code, cells, plan.level_count_min);
        break;
      case ColumnRole::date:
        fit_dates(code, cells, plan.without_year);
        break;
    }
  }
  return TableEncoder(std::move(target), std::move(columns));
}

Features TableEncoder::encode(const CsvTable& table, std::span<const std::size_t> columns,
                              std::span<const std::uint32_t> rows) const {
  Features features;
  features.rows = rows.size();
  features.dense_width = dense_width_;
  features.category_width = cardinalities().size();
  features.dense.resize(rows.size() * dense_width_);
  features.categories.resize(rows.size() * features.category_width);
  std::size_t dense_at = 0, category_at = 0;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const ColumnCode& code = columns_[c];
    const Cells cells(table, columns[c], rows);
    const Destination out{features.dense.data() + dense_at, dense_width_};
    switch (code.role) {
      case ColumnRole::numeric:
        encode_numbers(code, cells, out);
        break;
      case ColumnRole::categorical:
        encode_one_hot(code, cells, out);
        break;
      case ColumnRole::date:
        encode_dates(code, cells, out);
        break;
      case ColumnRole::embedding:
        for_each_level(code, cells, [&](std::size_t i, std::int32_t level) {
          features.categories[i * features.category_width + category_at] = level >= 0 ? level + 1 : 0;
        });
        ++category_at;
    }
    dense_at += code.dense_width();
  }
  return features;
}

std::vector<std::size_t> TableEncoder::numeric_columns() const {
  std::vector<std::size_t> found;
  std::size_t at = 0;
  for (const ColumnCode& code : columns_) {
    std::size_t numbers = code.role == ColumnRole::numeric ? 1 : 0;
    if (code.role == ColumnRole::date) numbers = code.dense_width() - (code.indicator ? 1 : 0);
    for (std::size_t i = 0; i < numbers; ++i) found.push_back(at + i);  // indicators stand behind them
    at += code.dense_width();
  }
  return found;
}

std::vector<std::size_t> TableEncoder::cardinalities() const {
  std::vector<std::size_t> list;
  for (const ColumnCode& code : columns_)
    if (code.is_embedding()) list.push_back(code.levels.size() + 1);
  return list;
}

TableEncoder::FarValues TableEncoder::far_values(const CsvTable& table, std::size_t c, std::size_t column,
                                                 std::span<const std::uint32_t> rows) const {
  const NumericScaling& scaling = columns_[c].scaling;
  FarValues far;
  for (const std::uint32_t row : rows) {
    const double number = number_or_nan(table.cell(row, column));
    if (std::isnan(number) || !scaling.is_far(number)) continue;
    if (far.count++ == 0) far.row = row;
  }
  return far;
}

Result<std::vector<std::size_t>> TableEncoder::match(const CsvTable& table, const std::string& path) const {
  std::map<std::string_view, std::size_t> at;
  for (std::size_t c = 0; c < table.columns(); ++c) at.emplace(table.names()[c], c);
  std::vector<std::size_t> columns;
  std::vector<std::string> missing, wrong;
  for (const ColumnCode& code : columns_) {
    const auto found = at.find(code.name);
    if (found == at.end()) {
      missing.push_back("'" + code.name + "'");
      continue;
    }
    columns.push_back(found->second);
    if (code.role != ColumnRole::numeric && code.role != ColumnRole::date) continue;
    std::size_t present = 0, unfit = 0, first_row = 0;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::string_view cell = table.cell(row, found->second);
      if (is_missing(cell)) continue;
      ++present;
      const bool fits =
          code.role == ColumnRole::numeric ? cell_number(cell).has_value() : cell_date(cell, code.order).has_value();
      if (!fits && unfit++ == 0) first_row = row;
    }
    if (unfit * 2 > present)
      wrong.push_back(fmt::format("'{}' (line {}: '{}' is no {})", code.name, table.line(first_row),
                                  quoted(table.cell(first_row, found->second)),
                                  code.role == ColumnRole::numeric ? "number" : "date of the form in training"));
  }
  if (missing.empty() && wrong.empty()) return columns;
  std::string what;
  if (!missing.empty()) what = "missing " + join(missing, ", ");
  if (!wrong.empty()) what += (what.empty() ? "" : "; ") + ("of another kind " + join(wrong, ", "));
  return refuse(fmt::format("the columns of '{}' do not fit those the network was trained on: {}; the file has: {}",
                            path, what, quoted(join(table.names(), ", "), 300)));
}

Result<CsvTable> read_table(const std::string& path, std::vector<std::string>& notes) {
  HONE_TRY(std::string content, read_data_file(path));
  HONE_TRY(std::string text, plain_text(std::move(content), path, notes));
  return parse_csv(std::move(text), path);
}

Result<EncodedPart> TableEncoder::encode_file(const std::string& path, std::vector<std::string>& notes) const {
  HONE_TRY(const CsvTable table, read_table(path, notes));
  HONE_TRY(const std::vector<std::size_t> columns, match(table, path));
  if (table.rows() == 0) return refuse(fmt::format("'{}' has a header and no rows", path));
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  EncodedPart part{encode(table, columns, rows), {}};
  const auto found = std::find(table.names().begin(), table.names().end(), target_.name);
  if (found == table.names().end()) return part;
  const auto column = static_cast<std::size_t>(found - table.names().begin());
  auto targets = encode_targets(table, column, rows, target_);
  if (targets.unknown_rows.empty())
    part.targets = std::move(targets.targets);
  else
    notes.push_back(fmt::format("'{}' line {}: '{}' is no known value of '{}': predictions are not scored", path,
                                table.line(targets.unknown_rows[0]),
                                quoted(table.cell(targets.unknown_rows[0], column)), target_.name));
  return part;
}

}  // namespace hone
