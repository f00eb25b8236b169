#include "report/text_width.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hone {
namespace {

using Range = std::pair<char32_t, char32_t>;

// The blocks that matter in practice, after Unicode's EastAsianWidth.txt (W, F) and general category Mn.
constexpr Range wide[] = {
    {0x1100, 0x115F}, {0x231A, 0x231B}, {0x23E9, 0x23EC},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF}, {0xA000, 0xA4CF}, {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range combining[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                               {0x064B, 0x065F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
                               {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

template <std::size_t n>
bool within(char32_t point, const Range (&ranges)[n]) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [point](const Range& range) { return point >= range.first && point <= range.second; });
}

/// One unit that is never cut: a code point, an invalid byte, or an escape sequence of colour.
struct Piece {
  std::size_t bytes, columns;
};

Piece next_piece(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text[0] == '\x1b' && text.size() > 1 && text[1] == '[') {
    std::size_t end = 2;
    while (end < text.size() && (byte(end) < 0x40 || byte(end) > 0x7e)) ++end;
    return {std::min(end + 1, text.size()), 0};
  }
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
  if (length <= 1 || length > text.size()) return {1, 1};
  char32_t point = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) return {1, 1};
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  return {length, within(point, combining) ? 0u : within(point, wide) ? 2u : 1u};
}

}  // namespace

std::size_t text_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Piece piece = next_piece(text);
    columns += piece.columns;
    text.remove_prefix(piece.bytes);
  }
  return columns;
}

std::string cut_text(std::string_view text, std::size_t width, std::string_view mark) {
  if (text_width(text) <= width) return std::string(text);
  if (text_width(mark) > width) mark = {};
  const std::size_t room = width - text_width(mark);
  std::string kept;
  std::size_t columns = 0;
  bool full = false, coloured = false;
  while (!text.empty()) {
    const Piece piece = next_piece(text);
    const bool escape = text[0] == '\x1b' && piece.columns == 0;
    coloured |= escape;
    if (!escape && (full || columns + piece.columns > room)) {
      full = true;
    } else if (!full) {
      kept += text.substr(0, piece.bytes);
      columns += piece.columns;
    }
    text.remove_prefix(piece.bytes);
  }
  kept += mark;
  return coloured ? kept + "\x1b[0m" : kept;
}

std::string pad_right(std::string_view text, std::size_t width) {
  const std::size_t columns = text_width(text);
  return std::string(text) + std::string(columns < width ? width - columns : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t columns = text_width(text);
  return std::string(columns < width ? width - columns : 0, ' ') + std::string(text);
}

std::vector<std::string> wrap_text(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view paragraph = text.substr(at, end - at);
    at = end + 1;
    std::string line;
    while (!paragraph.empty()) {
      const std::size_t space = std::min(paragraph.find(' '), paragraph.size());
      const std::string_view word = paragraph.substr(0, space);
      paragraph.remove_prefix(std::min(space + 1, paragraph.size()));
      if (word.empty()) continue;
      if (!line.empty() && text_width(line) + 1 + text_width(word) > width) lines.push_back(std::exchange(line, ""));
      if (!line.empty()) line += ' ';
      line += word;
    }
    lines.push_back(line);
  }
  return lines;
}

}  // namespace hone
