#include "data/part_encoder.hpp"

#include <algorithm>
#include <cmath>

#include "data/cell.hpp"

namespace hone {

/// One column's cells of some rows, one after another.
class PartEncoder::Cells {
 public:
  Cells(const CsvTable& table, std::size_t column, std::span<const std::uint32_t> rows)
      : table_(table), column_(column), rows_(rows) {}
  std::size_t size() const { return rows_.size(); }
  std::string_view operator[](std::size_t i) const { return table_.cell(rows_[i], column_); }
  double number(std::size_t i) const {
    const std::string_view cell = (*this)[i];
    return number_or_nan(cell, table_.readable_before(cell));
  }

 private:
  const CsvTable& table_;
  std::size_t column_;
  std::span<const std::uint32_t> rows_;
};

namespace {

constexpr std::int32_t missing_level = -1, unseen_level = -2;

/// Number of the level of a cell, or one of the two above.
template <class Known>
std::int32_t find_level(const ColumnCode& code, std::string_view cell, Known& known) {
  if (const auto found = known.find(cell); found != known.end()) return found->second;
  std::int32_t number = missing_level;
  if (!is_missing(cell)) {
    const std::string level = level_text(cell);
    const auto found = std::lower_bound(code.levels.begin(), code.levels.end(), level);
    number = found != code.levels.end() && *found == level ? static_cast<std::int32_t>(found - code.levels.begin())
                                                           : unseen_level;
  }
  known.emplace(cell, number);
  return number;
}

}  // namespace

PartEncoder::PartEncoder(std::span<const ColumnCode> codes, std::size_t rows) : codes_(codes), known_(codes.size()) {
  features_.rows = rows;
  for (const ColumnCode& code : codes) {
    features_.dense_width += code.dense_width();
    features_.category_width += code.is_embedding();
  }
  features_.dense.resize(rows * features_.dense_width);
  features_.categories.resize(rows * features_.category_width);
}

void PartEncoder::add(const CsvTable& table, std::span<const std::size_t> columns, std::size_t first,
                      std::span<const std::uint32_t> rows) {
  float* dense = features_.dense.data() + first * features_.dense_width;
  std::int32_t* categories = features_.categories.data() + first * features_.category_width;
  for (std::size_t c = 0; c < codes_.size(); ++c) {
    const ColumnCode& code = codes_[c];
    const Cells cells(table, columns[c], rows);
    switch (code.role) {
      case ColumnRole::numeric:
        add_numbers(code, cells, dense);
        break;
      case ColumnRole::categorical:
        add_one_hot(code, cells, known_[c], dense);
        break;
      case ColumnRole::date:
        add_dates(code, cells, dense);
        break;
      case ColumnRole::embedding:
        add_indices(code, cells, known_[c], categories++);
    }
    dense += code.dense_width();
  }
}

void PartEncoder::add_numbers(const ColumnCode& code, const Cells& cells, float* out) {
  for (std::size_t i = 0; i < cells.size(); ++i, out += features_.dense_width) {
    const double number = cells.number(i);
    const bool missing = std::isnan(number);
    float* at = out;
    *at++ = code.scaling.apply(missing ? code.scaling.center : number);
    if (code.scaling.usual) *at++ = missing || number == *code.scaling.usual ? 0.0f : 1.0f;
    if (code.indicator) *at = missing ? 1.0f : 0.0f;
  }
}

void PartEncoder::add_dates(const ColumnCode& code, const Cells& cells, float* out) {
  for (std::size_t i = 0; i < cells.size(); ++i, out += features_.dense_width) {
    const auto date = cell_date(cells[i], code.order);
    float* at = out;
    for (std::size_t p = 0; p < code.parts.size(); ++p)
      if (const auto& part = code.parts[p]) *at++ = part->apply(date ? date_parts(*date)[p] : part->center);
    if (code.indicator) *at = date ? 0.0f : 1.0f;
  }
}

void PartEncoder::add_one_hot(const ColumnCode& code, const Cells& cells, KnownLevels& known, float* out) {
  const std::size_t width = code.levels.size() == 2 ? 1 : code.levels.size();
  for (std::size_t i = 0; i < cells.size(); ++i, out += features_.dense_width) {
    const std::int32_t level = find_level(code, cells[i], known);
    if (code.levels.size() == 2)
      out[0] = level >= 0 ? static_cast<float>(level) : 0.5f;  // neither of the two
    else if (level >= 0)
      out[level] = 1.0f;
    if (code.indicator) out[width] = level == missing_level ? 1.0f : 0.0f;
  }
}

void PartEncoder::add_indices(const ColumnCode& code, const Cells& cells, KnownLevels& known, std::int32_t* out) {
  for (std::size_t i = 0; i < cells.size(); ++i, out += features_.category_width) {
    const std::int32_t level = find_level(code, cells[i], known);
    *out = level >= 0 ? level + 1 : 0;
  }
}

}  // namespace hone
