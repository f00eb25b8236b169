/// Short decimal numbers from text, several digits at a time.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hone {

/// The whole of `text` as a number, if it is a plain decimal of at most 16 characters behind its sign (digits with at
/// most one point: "-12.5", ".5", "7.") whose digits are a whole number of at most 2^53. Then the quotient by a power
/// of ten is rounded once and is bit for bit what std::from_chars says (W. Clinger, 1990). False for everything else,
/// of which it says nothing. `before`: how many bytes in front of the text may be read, whatever they are; with 16
/// there is no branch on the length, which is what costs most. About 3 ns then, else 5.
inline bool read_plain_decimal(std::string_view text, double& value, std::size_t before = 0);

namespace number_detail {

template <class Word>
Word load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// The first of 1 to 8 characters in the lowest byte, zeros behind the last. Reads within the text only.
inline std::uint64_t load_short(const char* from, std::size_t size) {
  if (size >= 4) {  // two halves that may overlap in equal bytes
    const std::uint64_t low = load<std::uint32_t>(from), high = load<std::uint32_t>(from + size - 4);
    return low | high << (8 * (size - 4));
  }
  const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(from[at])} << (8 * at); };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

constexpr std::uint64_t each_byte(unsigned char byte) {
  return 0x0101010101010101u * byte;
}

/// Not 0 if there is a point; its lowest bit lies in the byte of the first one.
inline std::uint64_t find_point(std::uint64_t word) {
  const std::uint64_t x = word ^ each_byte('.');
  return (x - each_byte(1)) & ~x & each_byte(0x80);
}

/// True if every byte is 0 .. 9.
inline bool all_digits(std::uint64_t bytes) {
  return (((bytes + each_byte(0x76)) | bytes) & each_byte(0x80)) == 0;
}

/// Eight digits (values, not characters), the most significant one in the lowest byte.
inline std::uint64_t join_digits(std::uint64_t bytes) {
  bytes = bytes * 10 + (bytes >> 8);  // pairs, in every second byte
  constexpr std::uint64_t pairs = 0x000000FF000000FFu;
  return (((bytes & pairs) * (100 + (std::uint64_t{1000000} << 32))) +
          (((bytes >> 16) & pairs) * (1 + (std::uint64_t{10000} << 32)))) >>
         32;
}

constexpr std::array<double, 17> powers_of_ten{1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7, 1e8,
                                               1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16};

}  // namespace number_detail

inline bool read_plain_decimal(std::string_view text, double& value, std::size_t before) {
  using namespace number_detail;
  if constexpr (std::endian::native != std::endian::little) return false;
  const bool negative = !text.empty() && text.front() == '-';
  const char* const from = text.data() + negative;
  const char* const end = text.data() + text.size();
  const std::size_t size = text.size() - negative;
  if (size - 1 >= 16) return false;  // nothing, or too long
  // The characters end in the highest byte of a word; what lies below the first of them is cut off at last.
  std::uint64_t whole = 0;
  std::size_t digits = size, fraction = 0;
  if (size <= 8) {
    std::uint64_t word = before >= 16 ? load<std::uint64_t>(end - 8) : load_short(from, size) << (8 * (8 - size));
    word &= ~std::uint64_t{0} << (8 * (8 - size));
    if (const std::uint64_t found = find_point(word)) {
      const auto at = static_cast<std::size_t>(std::countr_zero(found)) / 8;
      const std::uint64_t below = (std::uint64_t{1} << (8 * at)) - 1;
      word = (word & ~(below << 8 | 0xFF)) | ((word & below) << 8);
      fraction = 7 - at;
      if (--digits == 0) return false;
    }
    const std::uint64_t bytes = (word ^ each_byte('0')) & (~std::uint64_t{0} << (8 * (8 - digits)));
    if (!all_digits(bytes)) return false;
    whole = join_digits(bytes);
  } else {
    std::uint64_t low = before >= 16 ? load<std::uint64_t>(end - 16) : load_short(from, size - 8) << (8 * (16 - size));
    std::uint64_t high = load<std::uint64_t>(end - 8);
    low &= size == 16 ? ~std::uint64_t{0} : ~(~std::uint64_t{0} >> (8 * (size - 8)));
    if (const std::uint64_t found = find_point(high)) {
      const auto at = static_cast<std::size_t>(std::countr_zero(found)) / 8;
      const std::uint64_t below = (std::uint64_t{1} << (8 * at)) - 1;
      high = (high & ~(below << 8 | 0xFF)) | ((high & below) << 8) | low >> 56;
      low <<= 8;
      fraction = 7 - at;
      --digits;
    } else if (const std::uint64_t early = find_point(low)) {
      const auto at = static_cast<std::size_t>(std::countr_zero(early)) / 8;
      const std::uint64_t below = (std::uint64_t{1} << (8 * at)) - 1;
      low = (low & ~(below << 8 | 0xFF)) | ((low & below) << 8);
      fraction = 15 - at;
      --digits;
    }
    const std::uint64_t first = (low ^ each_byte('0')) & (digits == 8 ? 0 : ~std::uint64_t{0} << (8 * (16 - digits)));
    const std::uint64_t second = high ^ each_byte('0');
    if (!all_digits(first) || !all_digits(second)) return false;
    whole = join_digits(first) * 100000000 + join_digits(second);
    if (whole > std::uint64_t{1} << 53) return false;
  }
  double magnitude = static_cast<double>(static_cast<std::int64_t>(whole));
  if (fraction > 0) magnitude /= powers_of_ten[fraction];
  // Signs of data follow no pattern that a branch could foresee.
  value = std::bit_cast<double>(std::bit_cast<std::uint64_t>(magnitude) | std::uint64_t{negative} << 63);
  return true;
}

}  // namespace hone
