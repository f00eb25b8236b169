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
    std::uint64_t mask = 0;
#ifdef __SSE2__
    const __m128i separator = _mm_set1_epi8(separator_), line_end = _mm_set1_epi8('\n'), quote = _mm_set1_epi8('"');
    for (std::size_t i = 0; i < width; i += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
      const __m128i stops =
          _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, separator), _mm_cmpeq_epi8(bytes, line_end)),
                       _mm_cmpeq_epi8(bytes, quote));
      mask |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(stops))) << i;
    }
#else
    for (std::size_t i = 0; i < width; ++i)
      mask |= std::uint64_t{from[i] == separator_ || from[i] == '\n' || from[i] == '"'} << i;
#endif
    return mask;
  }

  std::string_view text_;
  char separator_ = ',';
  std::size_t base_ = 0;
  std::uint64_t mask_ = 0;
};

}  // namespace hone
