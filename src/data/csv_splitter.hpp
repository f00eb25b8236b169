/// Splits the text of a table into cells, row by row.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/stop_scanner.hpp"

namespace hone {

/// Where a cell lies, relative to its block; or in the block's own text, if it had doubled quotes.
struct CsvSpan {
  static constexpr std::uint32_t unescaped = 0x80000000u;  // a bit of `begin`
  std::uint32_t begin, size;
};

/// Where a block of rows begins.
struct CsvBlockStart {
  std::size_t byte = 0, line = 1, row = 0;
};

/// Some rows, split. Memory is reused when it is filled again.
struct CsvBlock {
  const char* begin = nullptr;  ///< of the block, in the text of the table
  std::string_view whole;       ///< the text of the table
  std::size_t first_row = 0, first_line = 1;
  std::unique_ptr<CsvSpan[]> cells;  ///< (rows, columns) row-major
  std::size_t cell_count = 0, cell_room = 0;
  std::vector<std::uint32_t> lines;  ///< (rows) on which each begins, less first_line
  std::string unescaped;             ///< cells with doubled quotes

  std::size_t rows() const { return lines.size(); }
  std::string_view text(CsvSpan cell) const {
    if (cell.begin & CsvSpan::unescaped) [[unlikely]]
      return {unescaped.data() + (cell.begin & ~CsvSpan::unescaped), cell.size};
    return {begin + cell.begin, cell.size};
  }
  /// How many bytes in front of a cell (a view from here) may be read as well.
  std::size_t readable_before(std::string_view cell) const {
    const auto at = reinterpret_cast<std::uintptr_t>(cell.data()) - reinterpret_cast<std::uintptr_t>(whole.data());
    return at < whole.size() ? at : 0;
  }
  void clear();
  /// Room for `count` more cells, of which `begun` have been written.
  void reserve(std::size_t count, std::size_t begun = 0);
};

/// A row larger than this is refused: positions within a block have 31 bits.
constexpr std::size_t csv_row_bytes_max = std::size_t{1} << 30;

/// Reads on from a place in a text.
class CsvSplitter {
 public:
  CsvSplitter(std::string_view text, char separator, std::string_view name)
      : text_(text), separator_(separator), name_(name), scanner_(text, separator) {}

  void seek(const CsvBlockStart& start);
  /// Where the next row begins; empty lines have been skipped. At the end of the text: its size.
  CsvBlockStart place() const { return {at_, line_, row_}; }
  bool at_end() const { return at_ >= text_.size(); }
  void skip_empty_lines();

  /// Reads the header's cells into `block`. Errors: those of quotes.
  Result<void> read_header(CsvBlock& block);
  /// Reads rows of `columns` cells into `block` (cleared) until it holds `bytes_max` bytes of text, `cells_max` cells,
  /// or the text has come to `end`; one row at least. Errors: see parse_csv().
  Result<void> read_block(CsvBlock& block, std::size_t columns, std::size_t bytes_max, std::size_t cells_max,
                          std::size_t end);

 private:
  bool read_cell(CsvBlock& block, CsvSpan& cell, bool& row_ends);
  /// The row that is being read: where it begins, and how many of its cells have been.
  struct Row {
    std::size_t byte, line, count;
  };
  template <class IsFull>
  bool read_plain_rows(CsvBlock& block, std::size_t columns, Row& row, const IsFull& is_full);
  bool read_row(CsvBlock& block, std::size_t columns, Row& row);
  bool end_row(CsvBlock& block, std::size_t columns, Row& row);
  bool refuse_row(std::size_t columns, const Row& row);
  bool read_quoted(CsvBlock& block, CsvSpan& cell, bool& row_ends);
  bool refuse_cell(std::string message);

  std::string_view text_;
  char separator_;
  std::string name_;
  StopScanner scanner_;
  std::size_t at_ = 0, line_ = 1, row_ = 0;
  std::string message_;  // of the last refusal
};

}  // namespace hone
