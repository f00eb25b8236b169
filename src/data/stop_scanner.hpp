/// Where cells end: separators, line ends and quotes, found 64 bytes at a time.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace hone {

/// Which of 64 bytes are stops: bit i stands for byte i. Cells end at separators and line ends.
struct Stops {
  std::uint64_t cell_ends = 0, line_ends = 0, quotes = 0;
  std::uint64_t all() const { return cell_ends | quotes; }
};

inline Stops find_stops(const char* from, char separator) {
  Stops stops;
#ifdef __SSE2__
  const auto equal = [&](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  const auto bits = [](__m128i found) {
    return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(found)));
  };
  for (int i = 0; i < 64; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
    const __m128i line_ends = equal(bytes, '\n');
    stops.line_ends |= bits(line_ends) << i;
    stops.cell_ends |= bits(_mm_or_si128(line_ends, equal(bytes, separator))) << i;
    stops.quotes |= bits(equal(bytes, '"')) << i;
  }
#else
  for (int i = 0; i < 64; ++i) {
    stops.line_ends |= std::uint64_t{from[i] == '\n'} << i;
    stops.cell_ends |= std::uint64_t{from[i] == separator || from[i] == '\n'} << i;
    stops.quotes |= std::uint64_t{from[i] == '"'} << i;
  }
#endif
  return stops;
}

/// Goes from stop to stop through a text: each is a separator, an LF or a quote.
class StopScanner {
 public:
  StopScanner() = default;
  StopScanner(std::string_view text, char separator) : text_(text), separator_(separator) { seek(0); }

  /// The next stop is the first one at or behind `at`.
  void seek(std::size_t at) {
    base_ = at;
    mask_ = at < text_.size() ? look() : 0;
  }
  /// Position of the next stop; the size of the text if there is none.
  std::size_t next() {
    while (mask_ == 0) {
      if (text_.size() - base_ <= width) return text_.size();
      base_ += width;
      mask_ = look();
    }
    const auto at = base_ + static_cast<std::size_t>(std::countr_zero(mask_));
    mask_ &= mask_ - 1;
    return at;
  }

 private:
  static constexpr std::size_t width = 64;

  /// Bit i: a stop stands at base_ + i, which lies within the text.
  std::uint64_t look() const {
    const char* from = text_.data() + base_;
    char end[width];
    if (const std::size_t left = text_.size() - base_; left < width) {
      std::memset(end, 0, width);
      std::memcpy(end, from, left);
      from = end;
    }
    return find_stops(from, separator_).all();
  }

  std::string_view text_;
  char separator_ = ',';
  std::size_t base_ = 0;
  std::uint64_t mask_ = 0;
};

}  // namespace hone
