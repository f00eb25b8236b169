/// A TOML document as plain data in the order of the file, every part with its place.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "space/fault.hpp"
#include "space/place.hpp"
#include "space/value.hpp"

namespace hone {

struct TomlMember;

struct TomlNode {
  enum class Kind { table, array, value, date };
  Kind kind = Kind::table;
  Place place;
  Value value;                      ///< of Kind::value; doubles may be infinite or NaN
  std::vector<TomlMember> members;  ///< of a table, in the order of the file
  std::vector<TomlNode> items;      ///< of an array

  const TomlMember* find(std::string_view key) const;
};

struct TomlMember {
  std::string key;
  Place place;  ///< of the key
  TomlNode node;
};

struct TomlFault {
  Place place;
  std::string message;
};

/// Errors: what TOML 1.0 refuses, characters first (space/toml_characters.hpp); more than 4 MiB; tables nested deeper
/// than 200.
std::expected<TomlNode, TomlFault> parse_toml(std::string_view text);

}  // namespace hone
