#include "data/distinct.hpp"

#include <algorithm>
#include <bit>

#include "base/files.hpp"
#include "base/number.hpp"
#include "data/radix_sort.hpp"

namespace hone {
namespace {

/// The first of 1 to 8 characters in the lowest byte, zeros behind the last. Reads within the text only.
inline std::uint64_t load_short(const char* from, std::size_t size) {
  if (size >= 4) {  // two halves that may overlap in equal bytes
    const std::uint64_t low = number_detail::load<std::uint32_t>(from),
                        high = number_detail::load<std::uint32_t>(from + size - 4);
    return low | high << (8 * (size - 4));
  }
  const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(from[at])} << (8 * at); };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

constexpr std::size_t table_keys_max = 1024;

/// A bijection of 64 bits that spreads them (the last steps of splitmix64).
std::uint64_t spread(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t text_key(std::string_view text) {
  if (text.size() > 7) return hash64(text);
  const std::uint64_t bytes = text.empty() ? 0 : load_short(text.data(), text.size());
  return spread(bytes | std::uint64_t{text.size()} << 56);
}

std::uint64_t number_key(double number) {
  return spread(std::bit_cast<std::uint64_t>(number));
}

DistinctCounter::Entry& DistinctCounter::find(std::uint64_t key) {
  std::size_t at = key & (table_.size() - 1);
  while (table_[at].count > 0 && table_[at].key != key) at = (at + 1) & (table_.size() - 1);
  return table_[at];
}

void DistinctCounter::grow() {
  std::vector<Entry> old(std::max<std::size_t>(64, 2 * table_.size()));
  old.swap(table_);
  for (const Entry& entry : old)
    if (entry.count > 0) find(entry.key) = entry;
}

void DistinctCounter::add(std::uint64_t key) {
  if (used_ < table_keys_max && 2 * used_ >= table_.size()) grow();
  Entry& entry = find(key);
  if (entry.count > 0) {
    entry.count = 2;
  } else if (used_ < table_keys_max) {
    entry = {key, 1};
    ++used_;
  } else {
    if (list_.empty()) list_.reserve(count_max_);
    list_.push_back(key);
  }
}

DistinctCounter::Counts DistinctCounter::finish() {
  Counts counts{.distinct = used_};
  for (const Entry& entry : table_) counts.single += entry.count == 1;
  radix_sort(std::span<std::uint64_t>(list_));
  for (std::size_t first = 0, last = 0; first < list_.size(); first = last) {
    while (last < list_.size() && list_[last] == list_[first]) ++last;
    ++counts.distinct;
    counts.single += last - first == 1;
  }
  *this = DistinctCounter(0);
  return counts;
}

}  // namespace hone
