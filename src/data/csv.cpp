#include "data/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/check.hpp"
#include "base/text.hpp"
#include "data/cell.hpp"
#include "data/gzip.hpp"

namespace hone {

/// One pass from left to right; quoted cells are unescaped where they stand.
class CsvReader {
 public:
  CsvReader(std::string content, std::string_view name) : name_(name) { table_.text_ = std::move(content); }

  Result<CsvTable> read() {
    HONE_CHECK(table_.text_.size() <= data_file_bytes_max, "read_data_file() refuses larger files");
    if (table_.text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (table_.text_.find('\n') == std::string::npos)
      std::replace(table_.text_.begin(), table_.text_.end(), '\r', '\n');
    skip_empty_lines();
    if (at_ >= table_.text_.size()) return refuse(fmt::format("'{}' holds no header and no rows", name_));
    table_.separator_ = find_separator();
    HONE_TRY_VOID(read_header());
    HONE_TRY_VOID(read_rows());
    return std::move(table_);
  }

 private:
  using Span = CsvTable::Span;

  char find_separator() const {
    std::size_t commas = 0, semicolons = 0, tabs = 0;
    bool quoted = false;
    for (std::size_t i = at_; i < table_.text_.size(); ++i) {
      const char c = table_.text_[i];
      if (c == '"') quoted = !quoted;
      if (quoted) continue;
      if (c == '\n') break;
      commas += c == ',';
      semicolons += c == ';';
      tabs += c == '\t';
    }
    if (tabs > commas && tabs >= semicolons) return '\t';
    return semicolons > commas ? ';' : ',';
  }

  void skip_empty_lines() {
    const std::string& text = table_.text_;
    for (;;) {
      if (at_ < text.size() && text[at_] == '\n')
        at_ += 1;
      else if (at_ + 1 < text.size() && text[at_] == '\r' && text[at_ + 1] == '\n')
        at_ += 2;
      else
        return;
      ++line_;
    }
  }

  /// Reads one row into `cells`, leaves `at_` behind its line end.
  Result<void> read_row(std::vector<Span>& cells) {
    const char* const text = table_.text_.data();
    const std::size_t size = table_.text_.size();
    const char separator = table_.separator_;
    for (;;) {
      if (at_ < size && text[at_] == '"') {
        HONE_TRY(const Span cell, read_quoted());
        cells.push_back(cell);
      } else {
        const std::size_t begin = at_;
        while (at_ < size && text[at_] != separator && text[at_] != '\n') ++at_;
        std::size_t end = at_;
        if (end > begin && text[end - 1] == '\r' && (at_ == size || text[at_] == '\n')) --end;
        cells.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)});
      }
      if (at_ >= size) return {};
      const char stop = text[at_++];
      if (stop == '\n') {
        ++line_;
        return {};
      }
    }
  }

  /// `at_` is on the opening quote; leaves it on the separator, the LF, or at the end.
  Result<Span> read_quoted() {
    char* const text = table_.text_.data();
    const std::size_t size = table_.text_.size(), first_line = line_;
    const std::size_t begin = ++at_;
    std::size_t write = begin;
    for (;;) {
      const void* found = std::memchr(text + at_, '"', size - at_);
      if (!found)
        return refuse(
            fmt::format("'{}' line {}: a quote is opened and never closed; close it, or double quotes inside "
                        "quoted text",
                        name_, first_line));
      const std::size_t quote = static_cast<std::size_t>(static_cast<const char*>(found) - text);
      line_ += static_cast<std::size_t>(std::count(text + at_, text + quote, '\n'));
      if (write != at_) std::memmove(text + write, text + at_, quote - at_);
      write += quote - at_;
      at_ = quote + 1;
      if (at_ < size && text[at_] == '"') {
        text[write++] = '"';
        ++at_;
        continue;
      }
      if (at_ + 1 < size && text[at_] == '\r' && text[at_ + 1] == '\n') ++at_;
      if (at_ + 1 == size && text[at_] == '\r') ++at_;
      if (at_ < size && text[at_] != table_.separator_ && text[at_] != '\n')
        return refuse(
            fmt::format("'{}' line {}: '{}' stands behind a closing quote; quotes inside quoted text are "
                        "written twice",
                        name_, line_, quoted(std::string_view(text + at_, std::min<std::size_t>(size - at_, 12)))));
      return Span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(write - begin)};
    }
  }

  Result<void> read_header() {
    const std::size_t header_line = line_;
    std::vector<Span> cells;
    HONE_TRY_VOID(read_row(cells));
    bool all_values = true;
    for (const Span cell : cells) {
      const std::string_view text = trim({table_.text_.data() + cell.begin, cell.size});
      all_values = all_values && (is_missing(text) || cell_number(text));
      table_.names_.emplace_back(text.empty() ? fmt::format("unnamed_{}", table_.names_.size() + 1) : text);
    }
    if (all_values)
      return refuse(
          fmt::format("'{}' has no header: line {} holds values only ('{}', ...); put a line with the names of "
                      "the columns before it",
                      name_, header_line, quoted(table_.names_.front())));
    std::map<std::string_view, std::size_t> seen;
    for (std::size_t i = 0; i < table_.names_.size(); ++i) {
      const auto [first, is_new] = seen.emplace(table_.names_[i], i);
      if (!is_new)
        return refuse(fmt::format("'{}' line {}: columns {} and {} have the same name '{}'{}", name_, header_line,
                                  first->second + 1, i + 1, quoted(table_.names_[i]),
                                  cell_number(table_.names_[i]) ? "; is the header missing?" : "; rename one of them"));
    }
    return {};
  }

  Result<void> read_rows() {
    const std::size_t columns = table_.names_.size();
    const std::size_t left = table_.text_.size() - at_;
    table_.cells_.reserve(std::min(left / 2 + 1, left / 6 + 1024 * columns));
    for (skip_empty_lines(); at_ < table_.text_.size(); skip_empty_lines()) {
      const std::size_t first_line = line_, before = table_.cells_.size();
      HONE_TRY_VOID(read_row(table_.cells_));
      const std::size_t count = table_.cells_.size() - before;
      if (count != columns)
        return refuse(fmt::format("'{}' line {}: {} where the header has {}; a value that holds '{}' must be quoted",
                                  name_, first_line, count == 1 ? "1 cell" : fmt::format("{} cells", count), columns,
                                  table_.separator_ == '\t' ? "a tab" : std::string(1, table_.separator_)));
      table_.lines_.push_back(static_cast<std::uint32_t>(first_line));
    }
    return {};
  }

  std::string name_;
  CsvTable table_;
  std::size_t at_ = 0, line_ = 1;
};

Result<CsvTable> parse_csv(std::string content, std::string_view name) {
  return CsvReader(std::move(content), name).read();
}

}  // namespace hone
