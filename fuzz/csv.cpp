// Any bytes as a CSV file: refused, naming the file, or a table whose every cell can be read.
#include "data/csv.hpp"

#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto table = hone::parse_csv({reinterpret_cast<const char*>(data), size}, "fuzz.csv");
  if (!table) {
    HONE_CHECK(table.error().message.find("fuzz.csv") != std::string::npos, "an error names the file");
    return 0;
  }
  std::size_t bytes = 0;
  for (std::size_t row = 0; row < table->rows(); ++row)
    for (std::size_t column = 0; column < table->columns(); ++column) {
      const std::string_view cell = table->cell(row, column);
      for (const char c : cell) bytes += c != '\0';  // touches every byte, for the sanitizers
      HONE_CHECK(cell.size() <= table->raw(row, column).size(), "a cell without blanks is not longer");
    }
  HONE_CHECK(bytes <= size, "cells hold no more than the file");
  return 0;
}
