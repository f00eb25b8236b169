/// The words of an expression, with their places in it.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "space/place.hpp"
#include "space/value.hpp"

namespace hone {

struct Token {
  enum class Kind { name, literal, symbol, end };
  Kind kind = Kind::end;
  std::string text;  ///< name or symbol as written; for messages about literals too
  Value value;       ///< of a literal
  Place place;
};

/// "line 1, column 8: " + what.
std::unexpected<Error> refuse_at(Place place, std::string_view what);

/// Names keep an instance suffix ("units.2"); and, or, not, in are symbols; true, false and null are literals. The last
/// token is `end`. Errors: an unterminated string, an unknown escape, a malformed number, a stray character.
Result<std::vector<Token>> tokenize(std::string_view text);

}  // namespace hone
