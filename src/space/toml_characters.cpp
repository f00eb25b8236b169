#include "space/toml_characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace hone {
namespace {

/// One character, or a byte that begins none.
struct Character {
  std::size_t bytes = 1;
  std::uint32_t code = 0;
  bool valid = true;
};

/// The UTF-8 character at the start of `text`; overlong forms, surrogates and codes above U+10FFFF are not valid.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {1, first, true};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return {1, first, false};
  std::uint32_t code = first & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return {1, first, false};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least[bytes] || surrogate || code > 0x10FFFF) return {1, first, false};
  return {bytes, code, true};
}

/// Follows the text through strings and comments; knows no more of TOML than where they begin and end.
class Follower {
 public:
  /// Nothing but strings and comments may hold more than ASCII.
  bool outside() const { return inside_ == Inside::nothing; }

  /// Takes the ASCII characters at the start of `rest` that belong together (quotes, an escape); says how many.
  std::size_t take(std::string_view rest) {
    const char c = rest[0];
    switch (inside_) {
      case Inside::nothing:
        return open(rest);
      case Inside::comment:
        if (c == '\n') inside_ = Inside::nothing;
        return 1;
      case Inside::line_string:  // one that is not closed ends with its line; the parser will say so
        if (c == quote_ || c == '\n') inside_ = Inside::nothing;
        return escapes(rest) ? 2 : 1;
      case Inside::long_string:
        break;
    }
    if (escapes(rest)) return 2;
    if (c != quote_) return 1;
    const std::size_t quotes = std::min(rest.find_first_not_of(quote_), rest.size());
    if (quotes >= 3) inside_ = Inside::nothing;  // up to two quotes before the closing three belong to the string
    return std::min<std::size_t>(quotes, 5);
  }

 private:
  enum class Inside { nothing, comment, line_string, long_string };

  std::size_t open(std::string_view rest) {
    const char c = rest[0];
    if (c == '#') inside_ = Inside::comment;
    if (c != '"' && c != '\'') return 1;
    quote_ = c;
    const bool is_long = rest.size() >= 3 && rest[1] == c && rest[2] == c;
    inside_ = is_long ? Inside::long_string : Inside::line_string;
    return is_long ? 3 : 1;
  }
  /// A backslash and what it escapes, if that is ASCII and does not end the line.
  bool escapes(std::string_view rest) const {
    if (quote_ != '"' || rest[0] != '\\' || rest.size() < 2) return false;
    return rest[1] == '"' || rest[1] == '\\';
  }

  Inside inside_ = Inside::nothing;
  char quote_ = 0;
};

/// Why the character may stand nowhere, or "".
std::string never_allowed(const Character& character, bool line_feed_follows) {
  if (!character.valid)
    return fmt::format("the byte 0x{:02X} is not UTF-8: save the file as UTF-8 text", character.code);
  if (character.code == '\r' && !line_feed_follows)
    return "a carriage return without a line feed: save the file with line ends of Unix or Windows";
  const bool white = character.code == '\t' || character.code == '\n' || character.code == '\r';
  if ((character.code < 0x20 && !white) || character.code == 0x7F)
    return fmt::format(
        "a control character (0x{:02X}) may not stand in a study file: remove it, or write \"\\u{:04X}\" "
        "within double quotes",
        character.code, character.code);
  return "";
}

}  // namespace

std::optional<TomlFault> character_fault(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::size_t at = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  Place place;
  Follower follower;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    const Character character = first_character(rest);
    const bool line_feed_follows = rest.size() > 1 && rest[1] == '\n';
    if (std::string why = never_allowed(character, line_feed_follows); !why.empty())
      return TomlFault{place, std::move(why)};
    if (character.code >= 0x80) {
      if (follower.outside())
        return TomlFault{place, fmt::format("'{}' (U+{:04X}) may stand only in quotes or in a comment: put the name in "
                                            "quotes",
                                            rest.substr(0, character.bytes), character.code)};
      at += character.bytes;
      ++place.column;
      continue;
    }
    const std::size_t taken = follower.take(rest);
    at += taken;
    if (rest[0] == '\n')
      place = {place.line + 1, 1};
    else
      place.column += taken;  // quotes and escapes: a character each
  }
  return std::nullopt;
}

}  // namespace hone
