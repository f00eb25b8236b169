/// A place in a text.
#pragma once
#include <compare>
#include <cstddef>

namespace hone {

/// Line and column from 1; columns count characters, not bytes.
struct Place {
  std::size_t line = 1, column = 1;
  friend auto operator<=>(const Place&, const Place&) = default;
};

}  // namespace hone
