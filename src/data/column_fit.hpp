/// Learns one column from the cells of the training rows.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/mapping.hpp"
#include "data/column_code.hpp"

namespace hone {

/// Takes the cells of one column, one after another. Memory: 8 bytes per number (a date has four), or the different
/// texts.
class ColumnFit {
 public:
  /// `rows`: how many cells will come.
  ColumnFit(const ColumnPlan& plan, std::string name, std::size_t rows);
  /// `before`: see read_plain_decimal().
  void add(std::string_view cell, std::size_t before);
  /// Call it once. O(n log n) in the numbers.
  ColumnCode finish();

 private:
  void finish_numbers();
  void finish_levels();
  void finish_dates();

  ColumnPlan plan_;
  ColumnCode code_;
  std::size_t cells_ = 0, missing_ = 0;
  LargeVector<double> numbers_;
  std::array<LargeVector<double>, 4> parts_;
  std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> counts_;  // its order is never used
};

}  // namespace hone
