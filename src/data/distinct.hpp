/// How many different values a column has.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/mapping.hpp"

namespace hone {

/// A text as 64 bits. Texts of up to 7 bytes never meet; for longer ones among ten million the chance that any two do
/// is below one in 300,000.
std::uint64_t text_key(std::string_view text);
/// The same for a number by its bits.
std::uint64_t number_key(double number);

/// Counts the keys it is given: how many are different, how many came once. The first 1,024 different ones are kept in
/// a table, the others in a list of 8 bytes each that may lie in a temporary file.
class DistinctCounter {
 public:
  /// `count_max`: how many keys may come; room for as many is taken once the table is full.
  explicit DistinctCounter(std::size_t count_max) : count_max_(count_max) {}
  void add(std::uint64_t key);

  struct Counts {
    std::size_t distinct = 0, single = 0;
  };
  /// Ends counting. Cost: the list is sorted.
  Counts finish();

 private:
  struct Entry {
    std::uint64_t key = 0;
    std::uint32_t count = 0;  // 0: free, 1: came once, 2: came more often
  };
  Entry& find(std::uint64_t key);
  void grow();

  std::size_t count_max_, used_ = 0;
  std::vector<Entry> table_;
  LargeVector<std::uint64_t> list_;
};

}  // namespace hone
