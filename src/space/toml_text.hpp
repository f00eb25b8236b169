/// Pieces of TOML as text.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "space/value.hpp"

namespace hone {

inline std::string string_toml(std::string_view text) {
  return value_toml(std::string(text));
}

/// `[1, "a", true]`
inline std::string array_toml(std::span<const Value> values) {
  std::string text = "[";
  for (const Value& value : values) {
    if (text.size() > 1) text += ", ";
    text += value_toml(value);
  }
  return text + ']';
}

}  // namespace hone
