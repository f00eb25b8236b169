/// Which characters may stand where in a TOML text. Looked at before the parser sees it: toml++ 3.3 has undefined
/// behaviour for some non-ASCII characters outside quotes.
#pragma once
#include <optional>
#include <string_view>

#include "space/toml_tree.hpp"

namespace hone {

/// The first character that TOML 1.0 does not allow where it stands, with what to do about it: bytes that are not
/// UTF-8, control characters, non-ASCII characters outside strings and comments. One pass over the text.
std::optional<TomlFault> character_fault(std::string_view text);

}  // namespace hone
