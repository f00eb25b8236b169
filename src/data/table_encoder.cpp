#include "data/table_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/text.hpp"
#include "data/cell.hpp"
#include "data/column_facts.hpp"
#include "data/column_fit.hpp"
#include "data/gzip.hpp"
#include "data/part_encoder.hpp"
#include "data/plain_text.hpp"
#include "data/target.hpp"

namespace hone {
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
  const std::size_t step = columns_per_pass(8 * rows.size());
  for (std::size_t from = 0; from < plans.size(); from += step) {
    const auto some = plans.subspan(from, std::min(step, plans.size() - from));
    std::vector<ColumnFit> fits;
    for (const ColumnPlan& plan : some) fits.emplace_back(plan, table.names()[plan.column], rows.size());
    for_each_block(table, rows, [&](std::size_t, std::span<const std::uint32_t> in_block) {
      for (std::size_t c = 0; c < some.size(); ++c)
        for (const std::uint32_t row : in_block) {
          const std::string_view cell = table.cell(row, some[c].column);
          fits[c].add(cell, table.readable_before(cell));
        }
    });
    for (ColumnFit& column : fits) columns.push_back(column.finish());
  }
  return TableEncoder(std::move(target), std::move(columns));
}

std::vector<EncodedPart> TableEncoder::encode_parts(const CsvTable& table, std::span<const std::size_t> columns,
                                                    std::span<const std::span<const std::uint32_t>> parts,
                                                    std::size_t target_column) const {
  std::vector<PartEncoder> features;
  std::vector<TargetEncoder> targets;
  for (const auto& rows : parts) {
    features.emplace_back(columns_, rows.size());
    targets.emplace_back(target_);
  }
  for_each_block(table, parts, [&](std::size_t part, std::size_t first, std::span<const std::uint32_t> in_block) {
    features[part].add(table, columns, first, in_block);
    if (target_column == no_target) return;
    for (const std::uint32_t row : in_block) targets[part].add(row, table.cell(row, target_column));
  });
  std::vector<EncodedPart> encoded;
  for (std::size_t p = 0; p < parts.size(); ++p) encoded.push_back({features[p].finish(), targets[p].finish().targets});
  return encoded;
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

std::vector<TableEncoder::FarValues> TableEncoder::far_values(const CsvTable& table, std::span<const ColumnPlan> plans,
                                                              std::span<const std::uint32_t> rows) const {
  std::vector<FarValues> far(columns_.size());
  std::vector<std::size_t> some;  // columns whose ends are far: few, mostly none
  for (std::size_t c = 0; c < columns_.size(); ++c)
    if (columns_[c].role == ColumnRole::numeric &&
        (columns_[c].scaling.is_far(plans[c].low) || columns_[c].scaling.is_far(plans[c].high)))
      some.push_back(c);
  if (some.empty()) return far;
  for_each_block(table, rows, [&](std::size_t, std::span<const std::uint32_t> in_block) {
    for (const std::size_t c : some)
      for (const std::uint32_t row : in_block) {
        const double number = number_or_nan(table.cell(row, plans[c].column));
        if (std::isnan(number) || !columns_[c].scaling.is_far(number)) continue;
        if (far[c].count++ == 0) far[c].row = row;
      }
  });
  return far;
}

namespace {

/// How many cells of a column there are, and how many of them are no number or no date.
struct Fit {
  std::size_t present = 0, unfit = 0, first_row = 0;
};

std::vector<Fit> count_fits(const CsvTable& table, std::span<const ColumnCode> codes,
                            std::span<const std::size_t> columns) {
  std::vector<Fit> fits(codes.size());
  for (std::size_t begin = 0, end = 0; begin < table.rows(); begin = end) {
    end = table.block_end(begin);
    for (std::size_t c = 0; c < codes.size(); ++c) {
      const bool numeric = codes[c].role == ColumnRole::numeric;
      if (!numeric && codes[c].role != ColumnRole::date) continue;
      for (std::size_t row = begin; row < end; ++row) {
        const std::string_view cell = table.cell(row, columns[c]);
        if (is_missing(cell)) continue;
        ++fits[c].present;
        double number = 0;
        const bool is_fit = numeric ? read_cell_number(cell, number) : cell_date(cell, codes[c].order).has_value();
        if (!is_fit && fits[c].unfit++ == 0) fits[c].first_row = row;
      }
    }
  }
  return fits;
}

}  // namespace

Result<std::vector<std::size_t>> TableEncoder::match(const CsvTable& table, const std::string& path) const {
  std::map<std::string_view, std::size_t> at;
  for (std::size_t c = 0; c < table.columns(); ++c) at.emplace(table.names()[c], c);
  std::vector<std::size_t> columns;
  std::vector<ColumnCode> found_codes;
  std::vector<std::string> missing, wrong;
  for (const ColumnCode& code : columns_) {
    const auto found = at.find(code.name);
    if (found == at.end()) {
      missing.push_back("'" + code.name + "'");
      continue;
    }
    columns.push_back(found->second);
    found_codes.push_back(code);
  }
  const std::vector<Fit> fits = count_fits(table, found_codes, columns);
  for (std::size_t c = 0; c < fits.size(); ++c)
    if (fits[c].unfit * 2 > fits[c].present)
      wrong.push_back(
          fmt::format("'{}' (line {}: '{}' is no {})", found_codes[c].name, table.line(fits[c].first_row),
                      quoted(table.cell(fits[c].first_row, columns[c])),
                      found_codes[c].role == ColumnRole::numeric ? "number" : "date of the form in training"));
  if (missing.empty() && wrong.empty()) return columns;
  std::string what;
  if (!missing.empty()) what = "missing " + join(missing, ", ");
  if (!wrong.empty()) what += (what.empty() ? "" : "; ") + ("of another kind " + join(wrong, ", "));
  return refuse(fmt::format("the columns of '{}' do not fit those the network was trained on: {}; the file has: {}",
                            path, what, quoted(join(table.names(), ", "), 300)));
}

Result<CsvTable> read_table(const std::string& path, std::vector<std::string>& notes) {
  HONE_TRY(DataText content, open_data_file(path));
  HONE_TRY(DataText text, plain_text(std::move(content), path, notes));
  return parse_csv(std::move(text), path);
}

Result<EncodedPart> TableEncoder::encode_file(const std::string& path, std::vector<std::string>& notes) const {
  HONE_TRY(const CsvTable table, read_table(path, notes));
  HONE_TRY(const std::vector<std::size_t> columns, match(table, path));
  if (table.rows() == 0) return refuse(fmt::format("'{}' has a header and no rows", path));
  std::vector<std::uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  EncodedPart part = encode_part(table, columns, rows, no_target);
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
