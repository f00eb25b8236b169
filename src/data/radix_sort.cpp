#include "data/radix_sort.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/mapping.hpp"

namespace hone {
namespace {

constexpr std::size_t few = 2048;  // below, counting 8 times 256 digits costs more than comparing
constexpr std::uint64_t sign = std::uint64_t{1} << 63;

/// Numbers as integers of the same order: the sign is turned, and of negative ones all other bits too.
std::uint64_t ordered(double number) {
  const auto bits = std::bit_cast<std::uint64_t>(number);
  return bits & sign ? ~bits : bits | sign;
}

double number_of(std::uint64_t key) {
  return std::bit_cast<double>(key & sign ? key ^ sign : ~key);
}

/// Least significant digit first; every pass is stable. `key` and `value` turn a value into its key and back.
template <class T, class Key, class Value>
void sort_by_bytes(std::span<T> values, Key key, Value value) {
  std::array<std::array<std::size_t, 256>, 8> counts{};
  for (const T& item : values)
    for (std::size_t digit = 0; digit < 8; ++digit) ++counts[digit][(key(item) >> (8 * digit)) & 0xFF];
  const std::uint64_t first = key(values.front());
  LargeVector<std::uint64_t> other, own(values.size());
  std::transform(values.begin(), values.end(), own.begin(), key);
  for (std::size_t digit = 0; digit < 8; ++digit) {
    auto& count = counts[digit];
    if (count[(first >> (8 * digit)) & 0xFF] == values.size()) continue;  // all are equal here
    std::size_t place = 0;
    for (std::size_t& c : count) place += std::exchange(c, place);
    other.resize(values.size());
    for (const std::uint64_t item : own) other[count[(item >> (8 * digit)) & 0xFF]++] = item;
    own.swap(other);
  }
  std::transform(own.begin(), own.end(), values.begin(), value);
}

}  // namespace

void radix_sort(std::span<std::uint64_t> values) {
  if (values.size() < few) return std::sort(values.begin(), values.end());
  const auto same = [](std::uint64_t v) { return v; };
  sort_by_bytes(values, same, same);
}

void radix_sort(std::span<double> numbers) {
  if (numbers.size() < few)
    return std::sort(numbers.begin(), numbers.end(), [](double a, double b) { return ordered(a) < ordered(b); });
  sort_by_bytes(numbers, ordered, number_of);
}

}  // namespace hone
