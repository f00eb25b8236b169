/// Which characters may stand where in a TOML text. Looked at before the parser sees it, which has no good words for
/// them.
#pragma once
#include <optional>
#include <string_view>

#include "space/toml_tree.hpp"

namespace hone {

/// The first character that TOML 1.0 does not allow where it stands, with what to do about it: bytes that are not
/// UTF-8, control characters, non-ASCII characters outside strings and comments. One pass over the text.
std::optional<TomlFault> character_fault(std::string_view text);

}  // namespace hone
