#include "data/csv.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/rng.hpp"
#include "data/helpers.hpp"

namespace hone {
namespace {

using test::contains;
using test::refusal;

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const CsvTable& table) {
  Rows rows;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    rows.emplace_back();
    for (std::size_t c = 0; c < table.columns(); ++c) rows.back().emplace_back(table.raw(r, c));
  }
  return rows;
}

CsvTable parse(std::string text) {
  auto table = parse_csv(std::move(text), "f.csv");
  EXPECT_TRUE(table) << table.error().message;
  return table ? std::move(*table) : CsvTable{};
}

std::string cell_text(const std::string& cell, bool always_quoted) {
  if (!always_quoted && cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

TEST(Csv, PlainTable) {
  const CsvTable table = parse("a,b\n1,x\n2,y\n");
  EXPECT_EQ(table.names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(rows_of(table), (Rows{{"1", "x"}, {"2", "y"}}));
  EXPECT_EQ(table.line(0), 2u);
  EXPECT_EQ(table.line(1), 3u);
}

TEST(Csv, LastLineNeedsNoEnd) {
  EXPECT_EQ(rows_of(parse("a,b\n1,")), (Rows{{"1", ""}}));
}

TEST(Csv, LineEndsOfAllSystems) {
  const Rows expected{{"1", "x"}, {"2", "y"}};
  EXPECT_EQ(rows_of(parse("a,b\r\n1,x\r\n2,y\r\n")), expected);
  EXPECT_EQ(rows_of(parse("a,b\r1,x\r2,y\r")), expected);
  EXPECT_EQ(rows_of(parse("a,b\r\n1,x\r\n2,\"y\"\r\n")), expected);
  EXPECT_EQ(rows_of(parse("a,b\r\n1,x\r\n2,\"y\"\r")), expected);
}

TEST(Csv, ByteOrderMarkAndEmptyLines) {
  const CsvTable table = parse("\xEF\xBB\xBF\n\na,b\n\n1,x\n\r\n\n2,y\n\n");
  EXPECT_EQ(table.names()[0], "a");
  EXPECT_EQ(rows_of(table), (Rows{{"1", "x"}, {"2", "y"}}));
  EXPECT_EQ(table.line(0), 5u);
  EXPECT_EQ(table.line(1), 8u);
}

TEST(Csv, QuotedCells) {
  const CsvTable table = parse("a,\"b, or \"\"c\"\"\"\n\"1\n2\",\"\"\n\"\",\"x\"\"\"\n3,5\" disk\n");
  EXPECT_EQ(table.names()[1], "b, or \"c\"");
  EXPECT_EQ(rows_of(table), (Rows{{"1\n2", ""}, {"", "x\""}, {"3", "5\" disk"}}));
  EXPECT_EQ(table.line(1), 4u);  // the first row covers lines 2 and 3
}

TEST(Csv, BlanksAroundCellsAreTrimmedOnlyInTheView) {
  const CsvTable table = parse("a, b \n 1 ,\tx y\n");
  EXPECT_EQ(table.names()[1], "b");
  EXPECT_EQ(table.raw(0, 0), " 1 ");
  EXPECT_EQ(table.cell(0, 0), "1");
  EXPECT_EQ(table.cell(0, 1), "x y");
}

TEST(Csv, SeparatorIsTheOneOfTheHeader) {
  EXPECT_EQ(parse("a;b,c;d\n1;2;3\n").separator(), ';');
  EXPECT_EQ(parse("a\tb\n1\t2\n").separator(), '\t');
  EXPECT_EQ(parse("\"a;b;c\",d\n1,2\n").separator(), ',');
}

TEST(Csv, UnnamedColumnsGetANumber) {
  EXPECT_EQ(parse(",b\n0,1\n").names()[0], "unnamed_1");
}

TEST(Csv, RaggedRowsAreNamedByLine) {
  const std::string less = refusal(parse_csv("a,b,c\n1,2,3\n\n4,5\n", "f.csv"));
  EXPECT_TRUE(contains(less, "f.csv") && contains(less, "line 4: 2 cells where the header has 3")) << less;
  const std::string after_newline = refusal(parse_csv("a,b\n\"1\n\n\",2\n4,5,6\n", "f.csv"));
  EXPECT_TRUE(contains(after_newline, "line 5: 3 cells")) << after_newline;
}

TEST(Csv, NoHeader) {
  EXPECT_TRUE(contains(refusal(parse_csv("1,2\n3,4\n", "f.csv")), "no header"));
  EXPECT_TRUE(contains(refusal(parse_csv("1,NA\n3,4\n", "f.csv")), "no header"));
  EXPECT_TRUE(contains(refusal(parse_csv("\n\n", "f.csv")), "no header and no rows"));
  EXPECT_TRUE(contains(refusal(parse_csv("0,a,0\n1,b,2\n", "f.csv")), "is the header missing?"));
}

TEST(Csv, DuplicateNames) {
  const std::string message = refusal(parse_csv("a,b,a\n1,2,3\n", "f.csv"));
  EXPECT_TRUE(contains(message, "columns 1 and 3 have the same name 'a'")) << message;
}

TEST(Csv, BrokenQuotes) {
  EXPECT_TRUE(contains(refusal(parse_csv("a,b\n1,2\n\"3,4\n5,6\n", "f.csv")), "line 3: a quote is opened"));
  EXPECT_TRUE(contains(refusal(parse_csv("a,b\n\"1\"x,2\n", "f.csv")), "line 2: 'x,2"));
}

RC_GTEST_PROP(CsvProperty, WhatIsWrittenIsReadBack, ()) {
  const auto columns = *rc::gen::inRange<std::size_t>(1, 6);
  const auto cell = rc::gen::container<std::string>(rc::gen::element('a', 'b', '1', ',', '"', '\n', '\r', ' ', ';'));
  const auto rows = *rc::gen::container<Rows>(rc::gen::container<std::vector<std::string>>(columns, cell));
  const std::string line_end = *rc::gen::element<std::string>("\n", "\r\n");
  std::string text;
  for (std::size_t c = 0; c < columns; ++c) text += (c ? "," : "") + std::string("name") + std::to_string(c);
  text += line_end;
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < columns; ++c)  // a row of one empty cell is an empty line unless it is quoted
      text += (c ? "," : "") + cell_text(row[c], columns == 1 || *rc::gen::arbitrary<bool>());
    text += line_end;
  }
  const auto table = parse_csv(text, "f.csv");
  RC_ASSERT(table.has_value());
  RC_ASSERT(rows_of(*table) == rows);
}

/// A fixed budget of damaged files: the reader answers, whatever it is given, and cells stay inside the text.
TEST(Csv, SurvivesDamage) {
  const std::string seed = "a,\"b \"\"x\"\"\",c\r\n1,\"2\n3\",x\n,,\n\"\",4;5,\t\n";
  constexpr std::string_view alphabet = ",\"\n\r;\t a1\xEF\xBB\xBF";
  for (std::uint32_t round = 0; round < 3000; ++round) {
    Rng rng(1, RngPurpose::simulation, round);
    std::string text = seed;
    for (std::uint32_t edits = 1 + rng.below(6); edits > 0; --edits) {
      const std::size_t at = rng.below(static_cast<std::uint32_t>(text.size() + 1));
      const char c = alphabet[rng.below(static_cast<std::uint32_t>(alphabet.size()))];
      switch (rng.below(3)) {
        case 0:
          text.insert(at, 1, c);
          break;
        case 1:
          text.erase(at, 1 + rng.below(3));
          break;
        default:
          if (at < text.size()) text[at] = c;
      }
    }
    const auto table = parse_csv(text, "f.csv");
    if (!table) {
      EXPECT_FALSE(table.error().message.empty());
      continue;
    }
    std::size_t bytes = 0;
    for (const auto& row : rows_of(*table))
      for (const std::string& cell : row) bytes += cell.size();
    EXPECT_LE(bytes, text.size());
  }
}

}  // namespace
}  // namespace hone
