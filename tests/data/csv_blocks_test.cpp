// Tables split block by block say what tables split at once say: cells, lines, errors.
#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "data/csv.hpp"
#include "data/helpers.hpp"
#include "data/tables.hpp"

namespace hone {
namespace {

/// Every cell and line of a table, or the error's message.
std::string all_of(const Result<CsvTable>& table, bool backwards = false) {
  if (!table) return "error: " + table.error().message;
  std::string all(1, table->separator());
  for (std::size_t i = 0; i < table->rows(); ++i) {
    const std::size_t row = backwards ? table->rows() - 1 - i : i;
    std::string line = std::to_string(table->line(row)) + ":";
    for (std::size_t c = 0; c < table->columns(); ++c) line += "[" + std::string(table->raw(row, c)) + "]";
    if (backwards)
      all.insert(1, line);
    else
      all += line;
  }
  return all;
}

constexpr CsvLimits tiny{.kept_bytes = 0, .kept_cells = 1000, .block_bytes = 1};

TEST(CsvBlocks, EveryRowMayBeABlock) {
  const std::string text = "a,b\r\n1,\"x \"\"y\"\"\"\r\n\r\n\"2\n3\",4\r\n5,6\n\n";
  const auto table = parse_csv(text, "f.csv", tiny);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->blocks(), 3u);
  EXPECT_EQ(table->rows(), 3u);
  EXPECT_EQ(all_of(table), ",2:[1][x \"y\"]4:[2\n3][4]6:[5][6]");
  EXPECT_EQ(all_of(table, true), all_of(table));
}

TEST(CsvBlocks, FewCellsOrFewBytesAreOneBlock) {
  const std::string text = test::csv("a,b", 100, [](std::uint32_t row, Rng&) { return std::to_string(row) + ",x"; });
  const auto blocks = [&](CsvLimits limits) { return parse_csv(text, "f.csv", limits)->blocks(); };
  EXPECT_EQ(blocks({}), 1u);
  EXPECT_EQ(blocks({.kept_bytes = text.size()}), 1u);
  EXPECT_GT(blocks({.kept_bytes = text.size() - 1, .block_bytes = 200}), 1u);
  EXPECT_EQ(blocks({.kept_bytes = text.size(), .kept_cells = 50}), 4u);
}

TEST(CsvBlocks, RowsAreVisitedBlockByBlock) {
  const std::string text = test::csv("a", 50, [](std::uint32_t row, Rng&) { return std::to_string(row); });
  const auto table = parse_csv(text, "f.csv", {.kept_bytes = 0, .block_bytes = 20});
  ASSERT_TRUE(table);
  const std::vector<std::uint32_t> rows{0, 1, 3, 17, 18, 49};
  std::vector<std::uint32_t> visited;
  std::size_t calls = 0;
  for_each_block(*table, rows, [&](std::size_t first, std::span<const std::uint32_t> some) {
    EXPECT_EQ(first, visited.size());
    ++calls;
    for (const std::uint32_t row : some) {
      EXPECT_LT(row, table->block_end(some.front()));
      EXPECT_EQ(table->cell(row, 0), std::to_string(row));
      visited.push_back(row);
    }
  });
  EXPECT_EQ(visited, rows);
  EXPECT_GT(calls, 1u);
}

/// A fixed budget of damaged files, in blocks of several sizes; long enough to pass the 64 bytes the scanner looks at.
TEST(CsvBlocks, SameCellsLinesAndErrorsInBlocksOfAnySize) {
  const std::string rows = "1,\"2\n3\",x\n,,\n\"\",4;5,\t\n\"a\"\"b\",77777777777777777777,\"\"\"\"\n";
  constexpr std::string_view alphabet = ",\"\n\r;\t a1";
  std::size_t errors = 0;
  for (std::uint32_t round = 0; round < 1500; ++round) {
    Rng rng(3, RngPurpose::simulation, round);
    std::string text = "a,\"b \"\"x\"\"\",c\r\n" + rows + rows + rows;
    for (std::uint32_t edits = rng.below(4); edits > 0; --edits) {
      const std::size_t at = rng.below(static_cast<std::uint32_t>(text.size()));
      if (rng.below(2))
        text.insert(at, 1, alphabet[rng.below(9)]);
      else
        text.erase(at, 1 + rng.below(3));
    }
    const std::string expected = all_of(parse_csv(text, "f.csv"));
    errors += expected.starts_with("error");
    for (const std::size_t block_bytes : {1u, 30u, 100u}) {
      const CsvLimits limits{.kept_bytes = 0, .block_bytes = block_bytes};
      ASSERT_EQ(all_of(parse_csv(text, "f.csv", limits)), expected) << text;
      ASSERT_EQ(all_of(parse_csv(text, "f.csv", limits), true), expected) << text;
    }
  }
  EXPECT_GT(errors, 100u);
  EXPECT_LT(errors, 1400u);
}

/// Cells of every length at every place of the 64 bytes that are looked at together, some quoted, some lines empty or
/// ended by CRLF: they are read as they were written. A cell too many or too few is found in its line.
TEST(CsvBlocks, CellsAreReadAsTheyWereWritten) {
  for (std::uint32_t round = 0; round < 600; ++round) {
    Rng rng(4, RngPurpose::simulation, round);
    const std::uint32_t columns = 1 + rng.below(round % 10 == 0 ? 300 : 8), rows = 1 + rng.below(40);
    const std::uint32_t longest = 1 + rng.below(round % 7 == 0 ? 200 : 6), quotes = rng.below(3) ? 0 : 30;
    std::string text, expected = ",";
    for (std::uint32_t c = 0; c < columns; ++c) text += (c ? ",c" : "c") + std::to_string(c);
    std::size_t line = 1;
    const auto end_line = [&] {
      text += rng.below(5) ? "\n" : "\r\n";
      ++line;
    };
    const std::uint32_t ragged = rng.below(8) == 0 && columns > 1 ? rng.below(rows) : rows;
    const std::uint32_t wrong = rng.below(2) ? columns + 1 + rng.below(70) : 1 + rng.below(columns);
    for (std::uint32_t row = 0; row < rows; ++row) {
      do end_line();
      while (rng.below(10) == 0);
      expected += std::to_string(line) + ":";
      for (std::uint32_t c = 0, count = row == ragged ? wrong : columns; c < count; ++c) {
        std::string cell(c == 0 ? 1 + rng.below(longest) : rng.below(longest), static_cast<char>('0' + rng.below(10)));
        const bool quoted = quotes && rng.below(quotes) == 0;
        if (quoted) cell += ",\n"[rng.below(2)];
        line += quoted && cell.back() == '\n';
        if (c > 0) text += ',';
        text += quoted ? "\"" + cell + "\"" : cell;
        expected += "[" + cell + "]";
      }
      if (row == ragged && wrong != columns) {
        expected = "error";
        break;
      }
    }
    if (rng.below(2)) end_line();
    for (const std::size_t block_bytes : {1u, 100u, 100'000u}) {
      const std::string all = all_of(parse_csv(text, "f.csv", {.kept_bytes = 0, .block_bytes = block_bytes}));
      ASSERT_EQ(all.substr(0, expected == "error" ? 5 : all.size()), expected) << text;
    }
  }
}

TEST(CsvBlocks, AMappedFileWhoseLinesEndWithCr) {
  const test::Folder folder;
  const std::string path = folder.write("f.csv", "a,b\r1,\"x\ry\"\r3,4");
  auto content = open_data_file(path, 1);
  ASSERT_TRUE(content && content->is_mapped());
  const auto table = parse_csv(std::move(*content), "f.csv", tiny);
  EXPECT_EQ(all_of(table), ",2:[1][x\ny]4:[3][4]");
}

}  // namespace
}  // namespace hone
