#include "data/csv_splitter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/text.hpp"

namespace hone {

void CsvBlock::clear() {
  cell_count = 0;
  lines.clear();
  unescaped.clear();
}

void CsvBlock::reserve(std::size_t count, std::size_t begun) {
  if (cell_count + count <= cell_room) return;
  cell_room = std::max(cell_count + count, cell_room + cell_room / 2);
  auto larger = std::make_unique_for_overwrite<CsvSpan[]>(cell_room);
  std::copy_n(cells.get(), cell_count + begun, larger.get());
  cells = std::move(larger);
}

void CsvSplitter::seek(const CsvBlockStart& start) {
  at_ = start.byte;
  line_ = start.line;
  row_ = start.row;
}

void CsvSplitter::skip_empty_lines() {
  for (;;) {
    if (at_ < text_.size() && text_[at_] == '\n')
      at_ += 1;
    else if (at_ + 1 < text_.size() && text_[at_] == '\r' && text_[at_ + 1] == '\n')
      at_ += 2;
    else
      break;
    ++line_;
  }
}

bool CsvSplitter::refuse_cell(std::string message) {
  message_ = std::move(message);
  return false;
}

/// `at_` is where the cell begins, the scanner stands there; leaves both behind the separator or LF that ends it.
inline bool CsvSplitter::read_cell(CsvBlock& block, CsvSpan& cell, bool& row_ends) {
  const std::size_t begin = at_;
  std::size_t stop = scanner_.next();
  while (stop < text_.size() && text_[stop] == '"') {
    if (stop == begin) return read_quoted(block, cell, row_ends);
    stop = scanner_.next();  // a quote within a cell is a character as others
  }
  std::size_t end = stop;
  if (stop >= text_.size() || text_[stop] == '\n') {
    row_ends = true;
    if (end > begin && text_[end - 1] == '\r') --end;
    line_ += stop < text_.size();
  }
  at_ = std::min(stop + 1, text_.size());
  cell = {static_cast<std::uint32_t>(text_.data() + begin - block.begin), static_cast<std::uint32_t>(end - begin)};
  return true;
}

/// `at_` is on the opening quote.
bool CsvSplitter::read_quoted(CsvBlock& block, CsvSpan& cell, bool& row_ends) {
  const char* const text = text_.data();
  const std::size_t size = text_.size(), first_line = line_, begin = at_ + 1, kept = block.unescaped.size();
  bool doubled = false;
  at_ = begin;
  std::size_t quote = 0;
  for (;;) {
    const void* found = std::memchr(text + at_, '"', size - at_);
    if (!found)
      return refuse_cell(
          fmt::format("'{}' line {}: a quote is opened and never closed; close it, or double quotes inside "
                      "quoted text",
                      name_, first_line));
    quote = static_cast<std::size_t>(static_cast<const char*>(found) - text);
    line_ += static_cast<std::size_t>(std::count(text + at_, text + quote, '\n'));
    const bool another = quote + 1 < size && text[quote + 1] == '"';
    if (another || doubled) block.unescaped.append(text + at_, quote - at_ + another);
    at_ = quote + 1 + another;
    if (!another) break;
    doubled = true;
  }
  if (at_ + 1 < size && text[at_] == '\r' && text[at_ + 1] == '\n') ++at_;
  if (at_ + 1 == size && text[at_] == '\r') ++at_;
  if (at_ < size && text[at_] != separator_ && text[at_] != '\n')
    return refuse_cell(
        fmt::format("'{}' line {}: '{}' stands behind a closing quote; quotes inside quoted text are "
                    "written twice",
                    name_, line_, quoted(std::string_view(text + at_, std::min<std::size_t>(size - at_, 12)))));
  if (at_ >= size || text[at_] == '\n') {
    row_ends = true;
    line_ += at_ < size;
  }
  at_ = std::min(at_ + 1, size);
  scanner_.seek(at_);
  if (doubled)
    cell = {static_cast<std::uint32_t>(kept) | CsvSpan::unescaped,
            static_cast<std::uint32_t>(block.unescaped.size() - kept)};
  else
    cell = {static_cast<std::uint32_t>(text + begin - block.begin), static_cast<std::uint32_t>(quote - begin)};
  return true;
}

/// Reads rows that need no care: whole ones of `columns` cells, without quotes, of which none but the last is followed
/// by an empty line. Ends when `is_full`, or where something else begins; `row` is the one to go on with, of which
/// some cells may have been read.
template <class IsFull>
inline bool CsvSplitter::read_plain_rows(CsvBlock& block, std::size_t columns, Row& row, const IsFull& is_full) {
  const char* const text = text_.data();
  const std::size_t offset = static_cast<std::size_t>(text - block.begin);
  std::size_t begin = at_, count = 0;  // of the cell to be found next: where it begins, its column
  for (std::size_t base = at_; text_.size() - base > 64; base += 64) {
    const Stops stops = find_stops(text + base, separator_);
    const std::uint64_t before_quote = (stops.quotes - 1) & ~stops.quotes;
    block.reserve(count + 64, count);
    CsvSpan* cell = block.cells.get() + block.cell_count + count;
    for (std::uint64_t ends = stops.cell_ends & before_quote; ends != 0; ends &= ends - 1) {
      const std::size_t end = base + static_cast<std::size_t>(std::countr_zero(ends));
      *cell++ = {static_cast<std::uint32_t>(begin + offset), static_cast<std::uint32_t>(end - begin)};
      begin = end + 1;
    }
    count = static_cast<std::size_t>(cell - block.cells.get()) - block.cell_count;
    for (std::uint64_t ends = stops.line_ends & before_quote; ends != 0; ends &= ends - 1) {
      const std::size_t end = base + static_cast<std::size_t>(std::countr_zero(ends));
      if (count < columns) return true;
      CsvSpan& last = block.cells[block.cell_count + columns - 1];
      if (last.begin + last.size - offset != end) return true;
      if (last.size > 0 && text[end - 1] == '\r') --last.size;
      at_ = end + 1;
      ++line_;
      row.count = columns;
      if (!end_row(block, columns, row)) return false;
      if (text[at_] == '\n' || text[at_] == '\r') {
        skip_empty_lines();
        row = {at_, line_, 0};
        return true;
      }
      if (is_full()) return true;
      count -= columns;
    }
    if (stops.quotes != 0 || count > columns) break;
  }
  if (count <= columns) {
    at_ = begin;
    row.count = count;
  }
  return true;
}

/// Reads the cells of the row to its end; those beyond `columns` are only counted.
inline bool CsvSplitter::read_row(CsvBlock& block, std::size_t columns, Row& row) {
  block.reserve(columns, row.count);
  scanner_.seek(at_);
  CsvSpan* const cells = block.cells.get() + block.cell_count;
  CsvSpan surplus;
  for (bool row_ends = false; !row_ends; ++row.count)
    if (!read_cell(block, row.count < columns ? cells[row.count] : surplus, row_ends)) return false;
  return true;
}

/// `at_` is behind the row.
inline bool CsvSplitter::end_row(CsvBlock& block, std::size_t columns, Row& row) {
  if (row.count != columns || at_ - row.byte > csv_row_bytes_max || row_ >= std::numeric_limits<std::uint32_t>::max())
      [[unlikely]]
    return refuse_row(columns, row);
  block.cell_count += columns;
  block.lines.push_back(static_cast<std::uint32_t>(row.line - block.first_line));
  ++row_;
  row = {at_, line_, 0};
  return true;
}

Result<void> CsvSplitter::read_header(CsvBlock& block) {
  block.begin = text_.data() + at_;
  scanner_.seek(at_);
  for (bool row_ends = false; !row_ends;) {
    block.reserve(1);
    if (!read_cell(block, block.cells[block.cell_count++], row_ends)) return refuse(std::move(message_));
  }
  return {};
}

bool CsvSplitter::refuse_row(std::size_t columns, const Row& row) {
  if (row.count != columns)
    message_ = fmt::format("'{}' line {}: {} where the header has {}; a value that holds '{}' must be quoted", name_,
                           row.line, row.count == 1 ? "1 cell" : fmt::format("{} cells", row.count), columns,
                           separator_ == '\t' ? "a tab" : std::string(1, separator_));
  else if (at_ - row.byte > csv_row_bytes_max)
    message_ = fmt::format("'{}' line {}: a row of {}; at most {} can be read (is a quote left open?)", name_, row.line,
                           bytes_text(static_cast<double>(at_ - row.byte)),
                           bytes_text(static_cast<double>(csv_row_bytes_max)));
  else
    message_ = fmt::format("'{}' line {}: more than {} rows cannot be read; use fewer", name_, row.line, row_);
  return false;
}

Result<void> CsvSplitter::read_block(CsvBlock& block, std::size_t columns, std::size_t bytes_max, std::size_t cells_max,
                                     std::size_t end) {
  block.clear();
  block.begin = text_.data() + at_;
  block.whole = text_;
  block.first_row = row_;
  block.first_line = line_;
  const std::size_t first_byte = at_;
  const auto is_full = [&] { return at_ >= end || at_ - first_byte >= bytes_max || block.cell_count >= cells_max; };
  do {
    Row row{at_, line_, 0};
    if (!read_plain_rows(block, columns, row, is_full)) return refuse(std::move(message_));
    if (row.count > 0 || block.cell_count == 0 || !is_full())
      if (!read_row(block, columns, row) || !end_row(block, columns, row)) return refuse(std::move(message_));
    skip_empty_lines();
  } while (!is_full());
  return {};
}

}  // namespace hone
