/// Decimals of up to 23 characters: all digits at once, then one division or multiplication.
#include "base/number.hpp"

#include <algorithm>
#include <array>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace hone::number_detail {
namespace {

constexpr std::size_t size_max = 23;  // so that at most 22 digits stand behind the point
constexpr std::array<double, size_max> powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

__extension__ using Wide = unsigned __int128;

/// 1 / 5^n as (high + low / 2^64) / 2^(63 + bits), cut off; high has its highest bit set.
struct Reciprocal {
  std::uint64_t high = 0, low = 0;
  int bits = 0;
};

constexpr std::array<Reciprocal, size_max> reciprocals_of_five = [] {
  std::array<Reciprocal, size_max> table{};
  std::uint64_t power = 1;
  for (std::size_t n = 1; n < table.size(); ++n) {
    power *= 5;
    const auto bits = static_cast<int>(std::bit_width(power));
    std::uint64_t rest = 1;
    Wide quotient = 0;
    for (int i = 0; i < 127 + bits; ++i) {  // long division, bit by bit
      rest *= 2;
      quotient = quotient * 2 + (rest >= power);
      if (rest >= power) rest -= power;
    }
    table[n] = {static_cast<std::uint64_t>(quotient >> 64), static_cast<std::uint64_t>(quotient), bits};
  }
  return table;
}();

/// The double closest to whole / 10^fraction, for whole > 0 and fraction > 0. False if the 128 bits of the quotient
/// that are looked at leave open which way to round. (After D. Lemire, 2021; powers this small need no care at either
/// end of the doubles.)
inline bool divide_by_power_of_ten(std::uint64_t whole, std::size_t fraction, double& quotient) {
  const Reciprocal& factor = reciprocals_of_five[fraction];
  const int shift = std::countl_zero(whole);
  whole <<= shift;
  const Wide product = Wide{whole} * factor.high + static_cast<std::uint64_t>(Wide{whole} * factor.low >> 64);
  const auto high = static_cast<std::uint64_t>(product >> 64), low = static_cast<std::uint64_t>(product);
  const int dropped = 10 + static_cast<int>(high >> 63);  // bits of `high` behind the 53 of a double
  const std::uint64_t half = std::uint64_t{1} << (dropped - 1);
  // The exact product is less than 2 above the one found: on both sides of the middle, or on it.
  if (low + 2 <= 2 && ((high + (low != 0)) & (2 * half - 1)) == half) return false;
  const std::uint64_t mantissa = ((high >> (dropped - 1)) + 1) >> 1;  // 2^52 .. 2^53
  const int exponent = 1023 + 53 + dropped - shift - factor.bits - static_cast<int>(fraction);
  quotient = std::bit_cast<double>(mantissa + (static_cast<std::uint64_t>(exponent - 1) << 52));
  return true;
}

/// whole / 10^fraction, rounded once. False: see above.
inline bool divide(std::uint64_t whole, std::size_t fraction, double& quotient) {
  if (whole <= std::uint64_t{1} << 53) {  // of two doubles (W. Clinger, 1990)
    quotient = static_cast<double>(static_cast<std::int64_t>(whole)) / powers_of_ten[fraction];
    return true;
  }
  if (fraction > 0) return divide_by_power_of_ten(whole, fraction, quotient);
  quotient = static_cast<double>(whole);
  return true;
}

#ifdef __SSE2__

/// Masks of 16 bytes: from masks + n on, those of which the last n are set; from masks + 48 - n on, the first n.
constexpr std::array<unsigned char, 80> mask_bytes = [] {
  std::array<unsigned char, 80> bytes{};
  std::fill(bytes.begin() + 16, bytes.begin() + 48, 0xFF);
  return bytes;
}();
constexpr const unsigned char* masks = mask_bytes.data();

inline __m128i load_bytes(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

/// The last `count` of the 16 characters before `end` as digits, zeros before them.
inline __m128i load_digits(const char* end, std::size_t count) {
  return _mm_and_si128(_mm_sub_epi8(load_bytes(end - 16), _mm_set1_epi8('0')), load_bytes(masks + count));
}

inline unsigned find_points(__m128i digits) {
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(digits, _mm_set1_epi8('.' - '0'))));
}

/// Bytes of `first` where the mask is set, else of `second`.
inline __m128i blend(const unsigned char* mask, __m128i first, __m128i second) {
  const __m128i chosen = load_bytes(mask);
  return _mm_or_si128(_mm_and_si128(chosen, first), _mm_andnot_si128(chosen, second));
}

inline bool all_digits(__m128i bytes) {
  return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(9)), bytes)) == 0xFFFF;
}

/// 16 digits, the most significant one first.
inline std::uint64_t join_digits(__m128i bytes) {
  const __m128i even = _mm_and_si128(bytes, _mm_set1_epi16(0xFF)), odd = _mm_srli_epi16(bytes, 8);
  const __m128i twos = _mm_add_epi16(_mm_mullo_epi16(even, _mm_set1_epi16(10)), odd);
  const __m128i fours = _mm_madd_epi16(twos, _mm_set1_epi32(100 | 1 << 16));
  const __m128i eights = _mm_madd_epi16(_mm_packs_epi32(fours, fours), _mm_set1_epi32(10000 | 1 << 16));
  const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
  return (both & 0xFFFFFFFF) * 100'000'000 + (both >> 32);
}

/// Reads the characters from `from` to `end`, 1 to 23; the 16 before `from` may be read as well.
inline bool read_digits(const char* from, const char* end, std::uint64_t& whole, std::size_t& fraction) {
  const auto size = static_cast<std::size_t>(end - from);
  // The digits before the point, if there is one, move to where it was. How many bytes end with it follows no pattern
  // either, so there is no branch.
  std::size_t moved = 0;
  if (size <= 16) {
    __m128i low = load_digits(end, size);
    moved = static_cast<std::size_t>(std::bit_width(find_points(low)));
    low = blend(masks + 48 - moved, _mm_slli_si128(low, 1), low);
    if (!all_digits(low)) return false;
    whole = join_digits(low);
    fraction = (16 - moved) % 16;
  } else {
    __m128i high = load_digits(end - 16, size - 16), low = load_digits(end, 16);
    moved = static_cast<std::size_t>(std::bit_width(find_points(high) | find_points(low) << 16));
    low = blend(masks + 64 - moved, _mm_or_si128(_mm_slli_si128(low, 1), _mm_srli_si128(high, 15)), low);
    high = blend(masks + 48 - moved, _mm_slli_si128(high, 1), high);
    if (!all_digits(high) || !all_digits(low)) return false;
    const std::uint64_t first = join_digits(high);
    if (first >= 1000) return false;  // more than 19 digits
    whole = first * 10'000'000'000'000'000 + join_digits(low);
    fraction = (32 - moved) % 32;
  }
  return size > (moved > 0);  // not a point alone
}

#else

inline bool read_digits(const char* from, const char* end, std::uint64_t& whole, std::size_t& fraction) {
  const char* point = nullptr;
  std::size_t digits = 0;
  for (; from != end; ++from) {
    const auto digit = static_cast<unsigned char>(*from - '0');
    if (digit <= 9) {
      if (whole >= 1'000'000'000'000'000'000) return false;  // more than 19 digits
      whole = whole * 10 + digit;
      ++digits;
    } else if (*from == '.' && point == nullptr) {
      point = from;
    } else {
      return false;
    }
  }
  fraction = point == nullptr ? 0 : static_cast<std::size_t>(end - point - 1);
  return digits > 0;
}

#endif

[[gnu::noinline]] bool read_copy(std::string_view text, double& value) {
  char copy[16 + 1 + size_max];
  std::memcpy(copy + 16, text.data(), text.size());
  return read_longer_decimal({copy + 16, text.size()}, value, 16);
}

}  // namespace

bool read_longer_decimal(std::string_view text, double& value, std::size_t before) {
  const bool negative = text.front() == '-';
  const std::size_t size = text.size() - negative;
  if (size - 1 >= size_max) return false;  // nothing, or too long
  if (before < 16) return read_copy(text, value);
  const char* const end = text.data() + text.size();
  std::uint64_t whole = 0;
  std::size_t fraction = 0;
  double magnitude = 0;
  if (!read_digits(end - size, end, whole, fraction) || !divide(whole, fraction, magnitude)) return false;
  value = with_sign(magnitude, negative);
  return true;
}

}  // namespace hone::number_detail
