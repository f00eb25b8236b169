#include "report/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "report/json_text.hpp"
#include "report/text_width.hpp"

namespace hone {
namespace {

constexpr std::size_t gap = 2;        // blanks between columns
constexpr std::size_t least_cut = 8;  // no column is cut below this

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

std::string cell_text(const Value& value) {
  if (std::holds_alternative<Null>(value)) return "-";
  if (const double* number = std::get_if<double>(&value)) return short_number(*number);
  const std::string text = value_text(value);
  return quoted(text, text.size());
}

std::string cell_csv(const Value& value) {
  if (std::holds_alternative<Null>(value)) return "";
  if (const double* number = std::get_if<double>(&value)) return number_text(*number);
  return csv_field(value_text(value));
}

/// Shrinks the widest columns that may be cut until the whole fits.
void fit_widths(const TextTable& table, std::vector<std::size_t>& widths, std::size_t limit) {
  for (;;) {
    std::size_t total = gap * (widths.size() - 1);
    for (const std::size_t width : widths) total += width;
    if (total <= limit) return;
    std::size_t widest = widths.size();
    for (std::size_t c = 0; c < widths.size(); ++c)
      if (table.columns[c].cut && widths[c] > least_cut && (widest == widths.size() || widths[c] > widths[widest]))
        widest = c;
    if (widest == widths.size()) return;
    widths[widest] -= std::min(widths[widest] - least_cut, std::max<std::size_t>(1, (total - limit) / 2));
  }
}

}  // namespace

std::string short_number(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}g}", value, digits) : number_text(value);
}

std::string csv_field(std::string_view text) {
  const bool blank_ends = !text.empty() && (text.front() == ' ' || text.back() == ' ');
  if (text.find_first_of(",\"\r\n") == std::string_view::npos && !blank_ends) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

std::string table_text(const TextTable& table, std::size_t width) {
  const std::size_t count = table.columns.size();
  if (count == 0) return "";
  std::vector<std::size_t> widths;
  std::vector<bool> right(count, true);
  for (const TableColumn& column : table.columns) widths.push_back(text_width(column.title));
  std::vector<std::vector<std::string>> cells;
  for (const auto& row : table.rows) {
    auto& texts = cells.emplace_back();
    for (std::size_t c = 0; c < count; ++c) {
      texts.push_back(cell_text(row[c]));
      widths[c] = std::max(widths[c], text_width(texts[c]));
      if (!is_number(row[c]) && !std::holds_alternative<Null>(row[c])) right[c] = false;
    }
  }
  if (width > 0) fit_widths(table, widths, width);

  std::string all;
  const auto add_line = [&](const auto& text_of) {
    std::string line;
    for (std::size_t c = 0; c < count; ++c) {
      const std::string text = cut_text(text_of(c), widths[c]);
      if (c > 0) line += std::string(gap, ' ');
      line += right[c] ? pad_left(text, widths[c]) : pad_right(text, widths[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    all += line + "\n";
  };
  add_line([&](std::size_t c) { return table.columns[c].title; });
  for (const auto& texts : cells) add_line([&](std::size_t c) { return texts[c]; });
  return all;
}

std::string table_csv(const TextTable& table) {
  std::string all;
  for (std::size_t c = 0; c < table.columns.size(); ++c) all += (c > 0 ? "," : "") + csv_field(table.columns[c].key);
  all += "\n";
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) all += (c > 0 ? "," : "") + cell_csv(row[c]);
    all += "\n";
  }
  return all;
}

std::string table_json(const TextTable& table) {
  std::vector<std::string> objects;
  for (const auto& row : table.rows) {
    JsonObject object;
    for (std::size_t c = 0; c < row.size(); ++c) object.add(table.columns[c].key, row[c]);
    objects.push_back(object.text());
  }
  return json_lines(objects);
}

}  // namespace hone
