/// How wide UTF-8 text is on a terminal, and cutting, padding and wrapping by that width. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hone {

/// Columns: combining marks 0, East Asian wide and emoji 2, everything else (invalid bytes too) 1. Escape sequences of
/// colour ("\x1b[..m") are 0.
std::size_t text_width(std::string_view text);
/// The longest beginning that fits; what was cut is marked by `mark` at the end, inside the width.
std::string cut_text(std::string_view text, std::size_t width, std::string_view mark = "...");
std::string pad_right(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);
/// Breaks at spaces; a longer word stands alone on its line, uncut. "\n" in the text starts a new line.
std::vector<std::string> wrap_text(std::string_view text, std::size_t width);

}  // namespace hone
