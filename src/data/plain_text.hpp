/// Is this text at all, and in which alphabet?
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hone {

bool is_utf8(std::string_view text);

/// The content as UTF-8: as it is, or read as Latin-1 (ISO 8859-1) where its bytes are no UTF-8, which `notes` says.
/// Errors: what is not text (zero bytes, archives, other binary formats), naming the format where it is known.
Result<std::string> plain_text(std::string content, std::string_view name, std::vector<std::string>& notes);

}  // namespace hone
