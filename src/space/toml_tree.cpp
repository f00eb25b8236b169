/// TOML text as a tree with positions; the only file that includes toml++.
#undef NDEBUG  // otherwise toml++ turns the assertions below into undefined behaviour
namespace {

/// toml++ 3.3 asserts on some malformed input ("a = = 1") where it should refuse: here an assertion is an exception
/// too.
struct ParserConfused {};
[[noreturn]] void confused() {
  throw ParserConfused{};
}

}  // namespace

#define TOML_ASSERT(expression) ((expression) ? static_cast<void>(0) : confused())
#define TOML_EXCEPTIONS 1
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <string>

#include "space/toml_characters.hpp"
#include "space/toml_tree.hpp"

namespace hone {
namespace {

constexpr std::size_t size_max = 4u << 20u;
constexpr std::size_t depth_max = 200;

Place place_of(const toml::source_region& source) {
  return {std::max<std::size_t>(1, source.begin.line), std::max<std::size_t>(1, source.begin.column)};
}

/// The place of the first dotted key with too many parts: the parser would recurse into it without bound. Dots in
/// values count too, up to the next separator.
std::optional<Place> too_deep(std::string_view text) {
  Place place;
  std::size_t dots = 0;
  for (const char c : text) {
    if (c == '\n') place = {place.line + 1, 0};
    if (c == '\n' || c == '=' || c == ',' || c == '{') dots = 0;
    if (c == '.' && ++dots > depth_max) return place;
    ++place.column;
  }
  return std::nullopt;
}

bool confuses(std::string_view text) {
  try {
    (void)toml::parse(text);
  } catch (const toml::parse_error&) {
  } catch (const ParserConfused&) {
    return true;
  }
  return false;
}

/// The end of the shortest prefix that confuses the parser. It reads forwards, so that every longer prefix does too.
Place confusing_place(std::string_view text) {
  std::size_t fine = 0, confusing = text.size();
  while (confusing - fine > 1) {
    const std::size_t middle = fine + (confusing - fine) / 2;
    (confuses(text.substr(0, middle)) ? confusing : fine) = middle;
  }
  Place place{1, 0};
  for (const char c : text.substr(0, confusing)) {
    if (c == '\n')
      place = {place.line + 1, 0};
    else if ((static_cast<unsigned char>(c) & 0xC0u) != 0x80u)  // not within a UTF-8 character
      ++place.column;
  }
  return {place.line, std::max<std::size_t>(1, place.column)};
}

TomlNode converted(const toml::node& node) {
  TomlNode all;
  all.place = place_of(node.source());
  if (const auto* table = node.as_table()) {
    for (const auto& [key, child] : *table)
      all.members.push_back({std::string(key.str()), place_of(key.source()), converted(child)});
    std::ranges::stable_sort(all.members, {}, &TomlMember::place);  // the table iterates by name
  } else if (const auto* array = node.as_array()) {
    all.kind = TomlNode::Kind::array;
    for (const toml::node& child : *array) all.items.push_back(converted(child));
  } else {
    all.kind = TomlNode::Kind::value;
    if (const auto* text = node.as_string())
      all.value = text->get();
    else if (const auto* integer = node.as_integer())
      all.value = integer->get();
    else if (const auto* number = node.as_floating_point())
      all.value = number->get();
    else if (const auto* flag = node.as_boolean())
      all.value = flag->get();
    else
      all.kind = TomlNode::Kind::date;
  }
  return all;
}

}  // namespace

const TomlMember* TomlNode::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &TomlMember::key);
  return found == members.end() ? nullptr : &*found;
}

std::expected<TomlNode, TomlFault> parse_toml(std::string_view text) {
  if (text.size() > size_max)
    return std::unexpected(
        TomlFault{{}, fmt::format("a study file has at most 4 MiB, this one {} bytes", text.size())});
  if (auto fault = character_fault(text)) return std::unexpected(std::move(*fault));
  if (const auto place = too_deep(text))
    return std::unexpected(TomlFault{*place, fmt::format("nested deeper than {} tables", depth_max)});
  try {
    return converted(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return std::unexpected(TomlFault{place_of(error.source()), fmt::format("not TOML: {}", error.description())});
  } catch (const ParserConfused&) {
    return std::unexpected(TomlFault{confusing_place(text), "not TOML: this has no meaning here"});
  }
}

}  // namespace hone
