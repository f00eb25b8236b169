#include "space/study_file_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace hone {

void Complaints::at(Place place, std::string message) {
  if (message_ && place_ <= place) return;
  place_ = place;
  message_ = std::move(message);
}

Error Complaints::error(const std::string& source) const {
  return {Error::Kind::invalid_argument,
          fmt::format("{}:{}:{}: {}", source, place_.line, place_.column, message_.value_or(""))};
}

std::string node_description(const TomlNode& node) {
  switch (node.kind) {
    case TomlNode::Kind::table:
      return "a table";
    case TomlNode::Kind::array:
      return "an array";
    case TomlNode::Kind::date:
      return "a date or time";
    case TomlNode::Kind::value:
      break;
  }
  const std::string type = value_type_name(node.value);
  return fmt::format("{} ({})", quoted(value_json(node.value)), type);
}

std::optional<Value> read_value(const TomlNode& node, Complaints& complaints) {
  if (node.kind == TomlNode::Kind::value) {
    if (const auto* number = std::get_if<double>(&node.value); number && !std::isfinite(*number)) {
      complaints.at(node.place, fmt::format("a value must be finite, got {}", number_text(*number)));
      return std::nullopt;
    }
    return node.value;
  }
  if (node.kind == TomlNode::Kind::table && node.members.size() == 1 && node.members[0].key == "none" &&
      node.members[0].node.value == Value(true))
    return Null{};
  complaints.at(node.place, fmt::format("expected a number, a string, true, false or {{none = true}}, got {}",
                                        node_description(node)));
  return std::nullopt;
}

TableReader::TableReader(const TomlNode* node, std::string name, Complaints& complaints)
    : name_(std::move(name)), complaints_(complaints) {
  if (node && node->kind == TomlNode::Kind::table)
    node_ = node;
  else if (node)
    complaints_.at(node->place, fmt::format("{} must be a table, got {}", name_, node_description(*node)));
}

const TomlNode* TableReader::node(std::string_view key) {
  known_.emplace_back(key);
  const TomlMember* member = node_ ? node_->find(key) : nullptr;
  return member ? &member->node : nullptr;
}

Place TableReader::place(std::string_view key) const {
  const TomlMember* member = node_ ? node_->find(key) : nullptr;
  return member ? member->node.place : place();
}

template <class T>
const T* TableReader::get(std::string_view key, std::string_view wanted) {
  const TomlNode* found = node(key);
  if (!found) return nullptr;
  if (found->kind == TomlNode::Kind::value)
    if (const T* value = std::get_if<T>(&found->value)) return value;
  complaints_.at(found->place,
                 fmt::format("'{}' in {} must be {}, got {}", key, name_, wanted, node_description(*found)));
  return nullptr;
}

std::optional<std::string> TableReader::text(std::string_view key) {
  const auto* value = get<std::string>(key, "a string");
  if (!value) return std::nullopt;
  if (value->empty()) {
    complaints_.at(place(key), fmt::format("'{}' in {} is empty; give it a value or leave it out", key, name_));
    return std::nullopt;
  }
  return *value;
}

std::optional<std::string> TableReader::text(std::string_view key, const std::vector<std::string>& allowed) {
  auto value = text(key);
  if (!value || std::ranges::find(allowed, *value) != allowed.end()) return value;
  complaints_.at(place(key), fmt::format("'{}' in {} must be one of {}; got '{}'", key, name_, join(allowed, ", "),
                                         quoted(*value)));
  return std::nullopt;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t low) {
  const auto* value = get<std::int64_t>(key, "a whole number");
  if (!value) return std::nullopt;
  if (*value >= low) return *value;
  complaints_.at(place(key), fmt::format("'{}' in {} must be at least {}, got {}", key, name_, low, *value));
  return std::nullopt;
}

std::optional<double> TableReader::number(std::string_view key) {
  constexpr std::int64_t integer_max = std::int64_t{1} << 53;
  const TomlNode* found = node(key);
  if (!found) return std::nullopt;
  const auto* integer = std::get_if<std::int64_t>(&found->value);
  if (found->kind != TomlNode::Kind::value || !(integer || std::holds_alternative<double>(found->value))) {
    complaints_.at(found->place,
                   fmt::format("'{}' in {} must be a number, got {}", key, name_, node_description(*found)));
    return std::nullopt;
  }
  if (integer && (*integer > integer_max || *integer < -integer_max)) {
    complaints_.at(found->place, fmt::format("'{}' in {} must be within +-2^53, got {}", key, name_, *integer));
    return std::nullopt;
  }
  return value_number(found->value);
}

std::optional<bool> TableReader::flag(std::string_view key) {
  const auto* value = get<bool>(key, "true or false");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<double> TableReader::seconds(std::string_view key) {
  const auto* value = get<std::string>(key, "a duration in quotes, such as \"90s\" or \"30m\"");
  if (!value) return std::nullopt;
  const auto duration = parse_duration(*value);
  if (duration) return *duration;
  complaints_.at(place(key), fmt::format("'{}' in {}: {}", key, name_, duration.error().message));
  return std::nullopt;
}

const TomlNode* TableReader::array(std::string_view key) {
  const TomlNode* found = node(key);
  if (!found || found->kind == TomlNode::Kind::array) return found;
  complaints_.at(found->place,
                 fmt::format("'{}' in {} must be an array, got {}", key, name_, node_description(*found)));
  return nullptr;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  std::vector<std::string> all;
  const TomlNode* found = array(key);
  if (!found) return all;
  for (const TomlNode& item : found->items) {
    const auto* value = std::get_if<std::string>(&item.value);
    if (item.kind == TomlNode::Kind::value && value)
      all.push_back(*value);
    else
      complaints_.at(item.place, fmt::format("'{}' in {} must hold strings, got {}; put it in quotes", key, name_,
                                             node_description(item)));
  }
  return all;
}

std::vector<const TomlMember*> TableReader::other_tables() {
  std::vector<const TomlMember*> tables;
  if (!node_) return tables;
  for (const TomlMember& member : node_->members)
    if (member.node.kind == TomlNode::Kind::table && std::ranges::find(known_, member.key) == known_.end())
      tables.push_back(&member);
  for (const TomlMember* table : tables) known_.push_back(table->key);
  return tables;
}

bool TableReader::finish() {
  bool all_known = true;
  if (!node_) return all_known;
  for (const TomlMember& member : node_->members)
    if (std::ranges::find(known_, member.key) == known_.end()) {
      all_known = false;
      complaints_.at(member.place, fmt::format("unknown {} '{}' in {}; {}",
                                               member.node.kind == TomlNode::Kind::table ? "section or key" : "key",
                                               quoted(member.key), name_, suggest_name(member.key, known_)));
    }
  return all_known;
}

}  // namespace hone
