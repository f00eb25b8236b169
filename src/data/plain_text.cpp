#include "data/plain_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <utility>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace hone {
namespace {

/// Length of the UTF-8 sequence that begins at `at`, or 0 if there is none (RFC 3629: no overlong forms, no
/// surrogates).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!follows(1) || !follows(2)) return 0;
    if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
    return 4;
  }
  return 0;
}

/// A format that people hand over by mistake, or "".
std::string_view known_binary(std::string_view content) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> formats{{
      {"PK\x03\x04", "a zip archive or a spreadsheet; unpack it, or save it as CSV"},
      {"PAR1", "a Parquet file; convert it to CSV"},
      {"SQLite format 3", "an SQLite database; export the table as CSV"},
      {"\x89PNG", "an image"},
      {"\xFD"
       "7zXZ",
       "packed with xz; unpack it first"},
      {"BZh", "packed with bzip2; unpack it first"},
      {"\x28\xB5\x2F\xFD", "packed with zstd; unpack it first"},
      {"%PDF", "a PDF document"},
  }};
  for (const auto& [magic, what] : formats)
    if (content.starts_with(magic)) return what;
  if (content.starts_with("\xFF\xFE") || content.starts_with("\xFE\xFF"))
    return "UTF-16 text; convert it: iconv -f UTF-16 -t UTF-8";
  return "";
}

/// What the bytes of a text are, counted.
struct ByteKinds {
  std::size_t controls = 0;                         // below a blank, but for tabs, line ends and form feeds
  std::size_t first_zero = std::string_view::npos;  // counting ends there
  bool ascii = true;
};

void count_byte(ByteKinds& kinds, std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte == 0 && kinds.first_zero == std::string_view::npos) kinds.first_zero = at;
  kinds.controls += byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f';
  kinds.ascii = kinds.ascii && byte < 0x80;
}

ByteKinds byte_kinds(std::string_view text) {
  ByteKinds kinds;
  std::size_t at = 0;
#ifdef __SSE2__
  const auto all = [](char byte) { return _mm_set1_epi8(byte); };
  int high = 0;
  for (; at + 16 <= text.size() && kinds.first_zero == std::string_view::npos; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, all(0x1F)), bytes);
    const __m128i usual =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, all('\t')), _mm_cmpeq_epi8(bytes, all('\n'))),
                     _mm_or_si128(_mm_cmpeq_epi8(bytes, all('\r')), _mm_cmpeq_epi8(bytes, all('\f'))));
    high |= _mm_movemask_epi8(bytes);
    if (_mm_movemask_epi8(_mm_andnot_si128(usual, low)) != 0)
      for (std::size_t i = at; i < at + 16; ++i) count_byte(kinds, text, i);
  }
  kinds.ascii = kinds.ascii && high == 0;
#endif
  for (; at < text.size() && kinds.first_zero == std::string_view::npos; ++at) count_byte(kinds, text, at);
  return kinds;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::uint64_t eight = 0;
    if (at + 8 <= text.size()) {
      std::memcpy(&eight, text.data() + at, 8);
      if ((eight & 0x8080808080808080u) == 0) {
        at += 8;
        continue;
      }
    }
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

Result<DataText> plain_text(DataText content, std::string_view name, std::vector<std::string>& notes) {
  const std::string_view text = content.view();
  if (const std::string_view what = known_binary(text); !what.empty())
    return refuse(fmt::format("'{}' is not a CSV file but {}", name, what));
  const ByteKinds kinds = byte_kinds(text);
  if (kinds.first_zero != std::string_view::npos)
    return refuse(fmt::format("'{}' is binary, not text: a zero byte stands at offset {}; a CSV or IDX file is needed",
                              name, kinds.first_zero));
  if (kinds.controls * 20 > text.size())
    return refuse(
        fmt::format("'{}' is binary, not text: {} control characters in {} bytes; a CSV or IDX file is needed", name,
                    kinds.controls, text.size()));
  if (kinds.ascii || is_utf8(text)) return content;
  std::string converted;
  converted.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      converted += c;
    } else {
      converted += static_cast<char>(0xC0 | (byte >> 6));
      converted += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  notes.push_back(fmt::format("'{}' is not UTF-8: read as Latin-1", name));
  return DataText(std::move(converted));
}

}  // namespace hone
