/// Small tables for tests.
#pragma once
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "data/csv.hpp"
#include "data/helpers.hpp"

namespace hone::test {

/// "a,b\n" and `count` lines made by `line(row, rng)`.
inline std::string csv(const std::string& header, std::uint32_t count,
                       const std::function<std::string(std::uint32_t, Rng&)>& line) {
  std::string text = header + "\n";
  for (std::uint32_t row = 0; row < count; ++row) {
    Rng rng(11, RngPurpose::simulation, row);
    text += line(row, rng) + "\n";
  }
  return text;
}

inline CsvTable table_of(const std::string& text) {
  auto table = parse_csv(text, "f.csv");
  EXPECT_TRUE(table) << table.error().message;
  return table ? std::move(*table) : CsvTable{};
}

inline std::vector<std::uint32_t> first_rows(std::size_t count) {
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

/// 60 rows that show every kind of column; the target is `y`.
inline std::string mixed_csv(std::uint32_t rows = 60) {
  return csv("id,number,gap,sort,two,many,when,note,same,nothing,y", rows, [](std::uint32_t row, Rng& rng) {
    const auto text = [](std::uint64_t n) { return std::to_string(n); };
    std::string line = text(row + 1);
    line += "," + std::to_string(rng.uniform() * 100);
    line += row % 5 == 0 ? ",NA" : "," + std::to_string(row * row % 17 + 0.5);
    line += ",k" + text(rng.below(4));
    line += rng.below(2) ? ",yes" : ",no";
    line += ",m" + text(row % 20);
    line += ",20" + text(10 + row % 13) + "-0" + text(1 + row % 9) + "-1" + text(row % 10);
    line += ",\"a remark, number " + text(row * 31) + " of those that people write\"";
    line += ",always,";
    return line + (rng.uniform() < 0.4 ? ",good" : ",bad");
  });
}

}  // namespace hone::test
