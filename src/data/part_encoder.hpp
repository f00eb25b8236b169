/// Turns rows of a table into features, block by block.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/column_code.hpp"
#include "data/csv.hpp"
#include "data/features.hpp"

namespace hone {

/// The features of a number of rows that is known beforehand. `codes` must outlive it.
class PartEncoder {
 public:
  PartEncoder(std::span<const ColumnCode> codes, std::size_t rows);
  /// Encodes `rows` of `table` (of one block) to the rows from `first` on; `columns`: where each code stands in it.
  void add(const CsvTable& table, std::span<const std::size_t> columns, std::size_t first,
           std::span<const std::uint32_t> rows);
  Features finish() { return std::move(features_); }

 private:
  class Cells;
  /// Level numbers by text: each text is looked up once.
  using KnownLevels = std::unordered_map<std::string, std::int32_t, TextHash, std::equal_to<>>;

  void add_numbers(const ColumnCode& code, const Cells& cells, float* out);
  void add_dates(const ColumnCode& code, const Cells& cells, float* out);
  void add_one_hot(const ColumnCode& code, const Cells& cells, KnownLevels& known, float* out);
  void add_indices(const ColumnCode& code, const Cells& cells, KnownLevels& known, std::int32_t* out);

  std::span<const ColumnCode> codes_;
  Features features_;
  std::vector<KnownLevels> known_;  // one per code; their order is never used
};

}  // namespace hone
