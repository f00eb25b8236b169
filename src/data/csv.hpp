/// Comma-separated values (RFC 4180): tables of text of any size, split into cells a block of rows at a time.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/csv_limits.hpp"
#include "data/csv_splitter.hpp"
#include "data/gzip.hpp"

namespace hone {

/// A table of text. Views of its cells last until a row of another block is asked for, so whoever keeps texts copies
/// them. Tables of more than one block are for one thread at a time.
class CsvTable {
 public:
  CsvTable() = default;
  CsvTable(CsvTable&&) = default;
  CsvTable& operator=(CsvTable&&) = default;

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  /// The cell without its quotes, blanks kept. Cost: a few ns within a block, else that of splitting a block.
  std::string_view raw(std::size_t row, std::size_t column) const {
    const CsvBlock& block = block_of(row);
    return block.text(block.cells[(row - block.first_row) * names_.size() + column]);
  }
  /// The cell without blanks around it: what everything but the reader itself looks at.
  std::string_view cell(std::size_t row, std::size_t column) const {
    std::string_view text = raw(row, column);
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
  }
  /// How many bytes in front of `cell` (a view that is valid) may be read as well: see read_plain_decimal().
  std::size_t readable_before(std::string_view cell) const { return block_->readable_before(cell); }
  /// Line of the file, from 1, on which the row begins.
  std::size_t line(std::size_t row) const {
    const CsvBlock& block = block_of(row);
    return block.first_line + block.lines[row - block.first_row];
  }
  char separator() const { return separator_; }
  std::size_t text_bytes() const { return content_ ? content_->view().size() : 0; }
  /// True if the text lies in a mapped file, not in this process's own memory.
  bool is_mapped() const { return content_ && content_->is_mapped(); }

  std::size_t blocks() const { return starts_.size(); }
  /// The row behind the block of `row`.
  std::size_t block_end(std::size_t row) const {
    const CsvBlock& block = block_of(row);
    return block.first_row + block.rows();
  }

 private:
  friend class CsvReader;
  static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  const CsvBlock& block_of(std::size_t row) const {
    if (row - block_->first_row >= block_->rows()) [[unlikely]]
      load_block_of(row);
    return *block_;
  }
  void load_block_of(std::size_t row) const;

  std::unique_ptr<DataText> content_;
  std::vector<std::string> names_;
  std::vector<CsvBlockStart> starts_;
  std::unique_ptr<CsvBlock> block_;  // the one split last
  std::size_t rows_ = 0;
  char separator_ = ',';
};

/// Calls use(part, first, some) for runs of the rows of each part (ascending) that lie close together, where `some` is
/// parts[part].subspan(first, ...): so that every block is split once for all parts, and what is used column by column
/// stays within a processor's cache.
template <class Use>
void for_each_block(const CsvTable& table, std::span<const std::span<const std::uint32_t>> parts, Use&& use) {
  constexpr std::size_t cells_at_once = 16384;  // with 8 bytes for each and its text about 300 kB
  const std::size_t rows_at_once = std::max<std::size_t>(1, cells_at_once / std::max<std::size_t>(1, table.columns()));
  std::vector<std::size_t> next(parts.size(), 0);
  for (;;) {
    std::size_t row = table.rows();
    for (std::size_t p = 0; p < parts.size(); ++p)
      if (next[p] < parts[p].size()) row = std::min<std::size_t>(row, parts[p][next[p]]);
    if (row == table.rows()) return;
    const std::size_t end = std::min(table.block_end(row), row + rows_at_once);
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const std::size_t first = next[p];
      while (next[p] < parts[p].size() && parts[p][next[p]] < end) ++next[p];
      if (next[p] > first) use(p, first, parts[p].subspan(first, next[p] - first));
    }
  }
}
/// The same for one part: use(first, some).
template <class Use>
void for_each_block(const CsvTable& table, std::span<const std::uint32_t> rows, Use&& use) {
  for_each_block(table, std::span(&rows, 1),
                 [&](std::size_t, std::size_t first, std::span<const std::uint32_t> some) { use(first, some); });
}

/// Reads `content`: a header line, then rows of as many cells. Quoted cells may hold separators, line ends and doubled
/// quotes; lines end with LF, CRLF or CR; empty lines are skipped; a byte order mark is skipped. The separator is the
/// one of comma, semicolon and tab that stands most often in the header. An empty name becomes "unnamed_<position>".
/// `name` is the file's name for messages. Cost: linear, about 1 ns per byte; memory: see CsvLimits (a text whose lines
/// end with CR is copied if it is mapped). Errors, each with its line: no header, duplicate names, ragged rows, an open
/// quote, text behind a closing quote, a row of 1 GiB, more than 2^32 - 1 rows.
Result<CsvTable> parse_csv(DataText content, std::string_view name, const CsvLimits& limits = {});
inline Result<CsvTable> parse_csv(std::string content, std::string_view name, const CsvLimits& limits = {}) {
  return parse_csv(DataText(std::move(content)), name, limits);
}

}  // namespace hone
