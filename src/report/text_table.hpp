/// Lists as people and programs want them: an aligned text table, CSV, JSON.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "space/value.hpp"

namespace hone {

struct TableColumn {
  std::string key;    ///< in CSV and JSON
  std::string title;  ///< for people
  bool cut = false;   ///< may be shortened when the table is wider than the terminal
};

/// Cells are values: strings, numbers, Null for what is not there. A double that is not finite is null in JSON.
struct TextTable {
  std::vector<TableColumn> columns;
  std::vector<std::vector<Value>> rows;  ///< each as long as `columns`
};

/// Numbers to the right with at most 5 significant digits, text to the left, Null as "-". Columns that may be cut
/// shrink until the table is at most `width` wide (0: no limit). Control characters are escaped. Ends with a newline.
std::string table_text(const TextTable& table, std::size_t width = 0);
/// RFC 4180 with "\n" line ends, header first, numbers exact, Null empty.
std::string table_csv(const TextTable& table);
/// An array of objects, numbers exact.
std::string table_json(const TextTable& table);

/// At most `digits` significant digits, for people: 0.89123, 12000, 1e-05.
std::string short_number(double value, int digits = 5);
/// One CSV field, quoted if it has to be.
std::string csv_field(std::string_view text);

}  // namespace hone
