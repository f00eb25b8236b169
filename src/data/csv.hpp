/// Comma-separated values (RFC 4180), read in one pass over memory.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hone {

/// A table of text: one buffer, and where each cell lies in it.
class CsvTable {
 public:
  std::size_t rows() const { return lines_.size(); }
  std::size_t columns() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  /// The cell without its quotes, blanks kept.
  std::string_view raw(std::size_t row, std::size_t column) const {
    const Span cell = cells_[row * names_.size() + column];
    return {text_.data() + cell.begin, cell.size};
  }
  /// The cell without blanks around it: what everything but the reader itself looks at.
  std::string_view cell(std::size_t row, std::size_t column) const {
    std::string_view text = raw(row, column);
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
  }
  /// Line of the file, from 1, on which the row begins.
  std::size_t line(std::size_t row) const { return lines_[row]; }
  char separator() const { return separator_; }
  std::size_t text_bytes() const { return text_.size(); }

 private:
  friend class CsvReader;
  struct Span {
    std::uint32_t begin, size;
  };
  static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

  std::string text_;
  std::vector<std::string> names_;
  std::vector<Span> cells_;           // (rows, columns) row-major
  std::vector<std::uint32_t> lines_;  // (rows)
  char separator_ = ',';
};

/// Reads `content`: a header line, then rows of as many cells. Quoted cells may hold separators, line ends and doubled
/// quotes; lines end with LF, CRLF or CR; empty lines are skipped; a byte order mark is skipped. The separator is the
/// one of comma, semicolon and tab that stands most often in the header. An empty name becomes "unnamed_<position>".
/// `name` is the file's name for messages. At most data_file_bytes_max bytes. Cost: linear, about 8 bytes per cell.
/// Errors, each with its line: no header, duplicate names, ragged rows, an open quote, text behind a closing quote.
Result<CsvTable> parse_csv(std::string content, std::string_view name);

}  // namespace hone
