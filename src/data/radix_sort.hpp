/// Sorting millions of numbers.
#pragma once
#include <cstdint>
#include <span>

namespace hone {

/// Sorts ascending. O(n) for many: one pass over the values for each byte in which they differ, about 2 ns a pass and
/// value; needs memory for as many more values. Few values are sorted by std::sort.
void radix_sort(std::span<std::uint64_t> values);
/// The same for numbers without NaN; -0 comes before +0.
void radix_sort(std::span<double> numbers);

}  // namespace hone
