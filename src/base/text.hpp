/// Small pieces of text work that every room needs: numbers as text, durations, nearest names.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hone {

/// The shortest text that reads back exactly; "nan", "inf", "-inf" for what is not finite.
std::string number_text(double value);
/// The whole of `text` as a number, or nothing. Accepts what strtod's C locale does, without hexadecimal forms.
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

/// "90", "90s", "1.5m", "2h", "3d" -> seconds, > 0. Errors: `invalid_argument` with the forms that are allowed.
Result<double> parse_duration(std::string_view text);
/// 75 -> "1m15s", 0.25 -> "0.25s", 7265 -> "2h01m".
std::string duration_text(double seconds);
/// 1536 -> "1.5 KiB".
std::string bytes_text(double bytes);

/// The known name closest to `word` by edit distance with transpositions, if it is close enough to be what was meant.
std::optional<std::string> nearest_name(std::string_view word, std::span<const std::string> known);
/// "did you mean 'x'?" or "known: a, b, c": the second half of a message about an unknown name.
std::string suggest_name(std::string_view word, std::span<const std::string> known);

std::string join(std::span<const std::string> parts, std::string_view between);
std::vector<std::string> split(std::string_view text, char at);
std::string_view trim(std::string_view text);
/// Printable form for messages: control characters and invalid UTF-8 escaped, cut at `max_length` with "...".
std::string quoted(std::string_view text, std::size_t max_length = 60);
/// Exact matches, so that std::quoted is never taken for a std::string.
inline std::string quoted(const std::string& text, std::size_t max_length = 60) {
  return quoted(std::string_view(text), max_length);
}
inline std::string quoted(std::string& text, std::size_t max_length = 60) {
  return quoted(std::string_view(text), max_length);
}
/// A word of a command line as a POSIX shell takes it: quoted only if it has to be.
std::string shell_word(const std::string& word);

}  // namespace hone
