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

void CsvBlock::reserve(std::size_t count) {
  if (cell_count + count <= cell_room) return;
  cell_room = std::max(cell_count + count, cell_room + cell_room / 2);
  auto larger = std::make_unique_for_overwrite<CsvSpan[]>(cell_room);
  std::copy_n(cells.get(), cell_count, larger.get());
  cells = std::move(larger);
}

void CsvSplitter::seek(const CsvBlockStart& start) {
  at_ = start.byte;
  line_ = start.line;
  row_ = start.row;
  scanner_.seek(at_);
}

void CsvSplitter::skip_empty_lines() {
  const std::size_t before = at_;
  for (;;) {
    if (at_ < text_.size() && text_[at_] == '\n')
      at_ += 1;
    else if (at_ + 1 < text_.size() && text_[at_] == '\r' && text_[at_ + 1] == '\n')
      at_ += 2;
    else
      break;
    ++line_;
  }
  if (at_ != before) scanner_.seek(at_);
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

/// Reads the cells of one row to the end of `block`; those beyond `columns` are only counted.
inline bool CsvSplitter::read_row(CsvBlock& block, std::size_t columns, std::size_t& count) {
  block.reserve(columns);
  CsvSpan* const cells = block.cells.get() + block.cell_count;
  CsvSpan surplus;
  count = 0;
  bool row_ends = false;
  while (!row_ends) {
    // What needs no care, with everything in registers: cells without quotes that another cell follows.
    StopScanner scanner = scanner_;
    const char* const text = text_.data();
    const std::size_t size = text_.size();
    const std::ptrdiff_t offset = text - block.begin;
    std::size_t begin = at_, n = count;
    for (StopScanner ahead = scanner; n < columns; scanner = ahead, ++n) {
      const std::size_t stop = ahead.next();
      if (stop >= size || text[stop] != separator_) break;
      cells[n] = {static_cast<std::uint32_t>(offset + static_cast<std::ptrdiff_t>(begin)),
                  static_cast<std::uint32_t>(stop - begin)};
      begin = stop + 1;
    }
    at_ = begin;
    count = n;
    scanner_ = scanner;
    if (!read_cell(block, count < columns ? cells[count] : surplus, row_ends)) return false;
    ++count;
  }
  return true;
}

Result<void> CsvSplitter::read_header(CsvBlock& block) {
  block.begin = text_.data() + at_;
  for (bool row_ends = false; !row_ends;) {
    block.reserve(1);
    if (!read_cell(block, block.cells[block.cell_count++], row_ends)) return refuse(std::move(message_));
  }
  return {};
}

std::unexpected<Error> CsvSplitter::ragged(std::size_t line, std::size_t count, std::size_t columns) const {
  return refuse(fmt::format("'{}' line {}: {} where the header has {}; a value that holds '{}' must be quoted", name_,
                            line, count == 1 ? "1 cell" : fmt::format("{} cells", count), columns,
                            separator_ == '\t' ? "a tab" : std::string(1, separator_)));
}

Result<void> CsvSplitter::read_block(CsvBlock& block, std::size_t columns, std::size_t bytes_max, std::size_t cells_max,
                                     std::size_t end) {
  block.clear();
  block.begin = text_.data() + at_;
  block.whole = text_;
  block.first_row = row_;
  block.first_line = line_;
  const std::size_t first_byte = at_;
  do {
    const std::size_t row_byte = at_, row_line = line_;
    std::size_t count = 0;
    if (!read_row(block, columns, count)) return refuse(std::move(message_));
    if (count != columns) return ragged(row_line, count, columns);
    if (at_ - row_byte > csv_row_bytes_max)
      return refuse(fmt::format("'{}' line {}: a row of {}; at most {} can be read (is a quote left open?)", name_,
                                row_line, bytes_text(static_cast<double>(at_ - row_byte)),
                                bytes_text(static_cast<double>(csv_row_bytes_max))));
    if (row_ >= std::numeric_limits<std::uint32_t>::max())
      return refuse(fmt::format("'{}' line {}: more than {} rows cannot be read; use fewer", name_, row_line, row_));
    block.cell_count += columns;
    block.lines.push_back(static_cast<std::uint32_t>(row_line - block.first_line));
    ++row_;
    skip_empty_lines();
  } while (at_ < end && at_ - first_byte < bytes_max && block.cell_count < cells_max);
  return {};
}

}  // namespace hone
