#include "data/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "base/check.hpp"
#include "base/text.hpp"
#include "data/cell.hpp"

namespace hone {

/// Goes through the whole text once, and notes where its blocks begin.
class CsvReader {
 public:
  CsvReader(DataText content, std::string_view name, const CsvLimits& limits) : name_(name), limits_(limits) {
    table_.content_ = std::make_unique<DataText>(std::move(content));
    table_.block_ = std::make_unique<CsvBlock>();
  }

  Result<CsvTable> read() {
    std::string_view text = table_.content_->view();
    if (text.find('\n') == std::string_view::npos && text.find('\r') != std::string_view::npos) {
      if (table_.content_->is_mapped()) *table_.content_ = DataText(std::string(text));
      std::string& owned = table_.content_->owned();
      std::replace(owned.begin(), owned.end(), '\r', '\n');
      text = owned;
    }
    CsvBlockStart start;
    if (text.starts_with("\xEF\xBB\xBF")) start.byte = 3;
    CsvSplitter begin(text, ',', name_);
    begin.seek(start);
    begin.skip_empty_lines();
    if (begin.at_end()) return refuse(fmt::format("'{}' holds no header and no rows", name_));
    table_.separator_ = find_separator(text.substr(begin.place().byte));
    CsvSplitter splitter(text, table_.separator_, name_);
    splitter.seek(begin.place());
    HONE_TRY_VOID(read_header(splitter));
    HONE_TRY_VOID(read_blocks(splitter, text));
    return std::move(table_);
  }

 private:
  static char find_separator(std::string_view text) {
    std::size_t commas = 0, semicolons = 0, tabs = 0;
    bool quoted = false;
    for (const char c : text) {
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

  Result<void> read_header(CsvSplitter& splitter) {
    const std::size_t header_line = splitter.place().line;
    CsvBlock header;
    HONE_TRY_VOID(splitter.read_header(header));
    bool all_values = true;
    for (std::size_t i = 0; i < header.cell_count; ++i) {
      const std::string_view text = trim(header.text(header.cells[i]));
      all_values = all_values && (is_missing(text) || cell_number(text));
      table_.names_.emplace_back(text.empty() ? fmt::format("unnamed_{}", i + 1) : text);
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

  Result<void> read_blocks(CsvSplitter& splitter, std::string_view text) {
    const std::size_t columns = table_.columns();
    const bool kept = text.size() <= limits_.kept_bytes;
    const std::size_t bytes_max = kept ? text.size() : limits_.block_bytes;
    CsvBlock& block = *table_.block_;
    splitter.skip_empty_lines();
    const std::size_t left = std::min(text.size() - splitter.place().byte, bytes_max);
    block.reserve(std::min({left / 2 + 1, left / 6 + 1024 * columns, limits_.kept_cells + columns}));
    while (!splitter.at_end()) {
      table_.starts_.push_back(splitter.place());
      HONE_TRY_VOID(splitter.read_block(block, columns, bytes_max, limits_.kept_cells, text.size()));
    }
    table_.rows_ = splitter.place().row;
    return {};
  }

  std::string name_;
  CsvLimits limits_;
  CsvTable table_;
};

void CsvTable::load_block_of(std::size_t row) const {
  HONE_CHECK(row < rows_, "a row of the table");
  const auto behind = std::upper_bound(starts_.begin(), starts_.end(), row,
                                       [](std::size_t wanted, const CsvBlockStart& s) { return wanted < s.row; });
  const std::string_view text = content_->view();
  const std::size_t end = behind == starts_.end() ? text.size() : behind->byte;
  const std::size_t row_end = behind == starts_.end() ? rows_ : behind->row;
  CsvSplitter splitter(text, separator_, "");
  splitter.seek(*(behind - 1));
  const auto split = splitter.read_block(*block_, columns(), text.size(), std::numeric_limits<std::size_t>::max(), end);
  HONE_CHECK(split && splitter.place().row == row_end, "a data file was changed while it was in use");
}

Result<CsvTable> parse_csv(DataText content, std::string_view name, const CsvLimits& limits) {
  return CsvReader(std::move(content), name, limits).read();
}

}  // namespace hone
