#include "session/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace hone {
namespace {

std::unexpected<LineFault> fault(std::string message, std::size_t at) {
  return std::unexpected(LineFault{std::move(message), at});
}

/// As it stands; nothing for an array or object.
std::optional<Value> plain_value(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::null:
      return Value(Null{});
    case JsonNode::Kind::boolean:
      return Value(node.truth);
    case JsonNode::Kind::integer:
      return Value(node.integer);
    case JsonNode::Kind::real:
      return Value(node.real);
    case JsonNode::Kind::text:
      return Value(node.text);
    case JsonNode::Kind::array:
    case JsonNode::Kind::object:
      return std::nullopt;
  }
  return std::nullopt;
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

/// The value that `node` means for `parameter`, as far as the type goes.
Value value_for(const Parameter& parameter, const Value& plain, const JsonNode& node) {
  if (!is_number(plain)) return plain;
  if (parameter.type == ParameterType::float_) return value_number(plain);
  if (parameter.type == ParameterType::int_) {
    const auto whole = integer_of(node);
    return whole ? Value(*whole) : plain;
  }
  const auto choices = choices_of(parameter);
  if (choice_index(choices, plain)) return plain;
  const auto same = std::ranges::find_if(
      choices, [&](const Value& choice) { return is_number(choice) && value_number(choice) == value_number(plain); });
  return same == choices.end() ? plain : *same;
}

}  // namespace

LineResult<Configuration> configuration_of(const JsonNode& object, const Space& space) {
  if (object.kind != JsonNode::Kind::object)
    return fault(fmt::format("parameters are an object {{\"NAME\": VALUE}}, got {}", kind_name(object.kind)),
                 object.at);
  Configuration configuration;
  for (const JsonNode& member : object.members) {
    const auto axis = space.find_axis(member.key);
    if (!axis) {
      std::vector<std::string> known;
      for (const Axis& each : space.axes()) known.push_back(each.name);
      return fault(fmt::format("unknown parameter '{}'; {}", quoted(member.key), suggest_name(member.key, known)),
                   member.at);
    }
    const auto plain = plain_value(member);
    if (!plain)
      return fault(fmt::format("'{}' must be one value, got {}", quoted(member.key), kind_name(member.kind)),
                   member.at);
    Value value = value_for(space.parameters()[space.axes()[*axis].parameter], *plain, member);
    if (const auto unit = space.encode(*axis, value); !unit) return fault(unit.error().message, member.at);
    configuration.set(member.key, std::move(value));
  }
  return configuration;
}

LineResult<Parameter> parameter_of(const std::string& name, const JsonNode& domain) {
  static const std::vector<std::string> keys = {"type", "low", "high", "log", "step", "choices"};
  if (domain.kind != JsonNode::Kind::object)
    return fault(fmt::format("a domain is an object such as {{\"type\": \"float\", \"low\": 0, \"high\": 1}}, got {}",
                             kind_name(domain.kind)),
                 domain.at);
  Parameter parameter;
  parameter.name = name;
  const JsonNode* type = domain.find("type");
  if (!type) return fault("the domain has no 'type'", domain.at);
  HONE_TRY(const std::string type_name, text_of(*type));
  const auto found = parameter_type_from(type_name);
  if (!found)
    return fault(
        fmt::format("unknown type '{}'; {}", quoted(type_name), suggest_name(type_name, parameter_type_names())),
        type->at);
  parameter.type = *found;
  bool has_low = false, has_high = false;
  for (const JsonNode& member : domain.members) {
    if (std::ranges::find(keys, member.key) == keys.end())
      return fault(
          fmt::format("unknown key '{}' in the domain; {}", quoted(member.key), suggest_name(member.key, keys)),
          member.at);
    const bool number_only = member.key == "low" || member.key == "high" || member.key == "step" || member.key == "log";
    if (number_only && !is_numeric(parameter.type))
      return fault(fmt::format("'{}' is for float and int, not for {}", member.key, type_name), member.at);
    if (member.key == "low" || member.key == "high" || member.key == "step") {
      HONE_TRY(const double number, number_of(member));
      (member.key == "low" ? parameter.low : member.key == "high" ? parameter.high : parameter.step) = number;
      has_low = has_low || member.key == "low";
      has_high = has_high || member.key == "high";
    } else if (member.key == "log") {
      if (member.kind != JsonNode::Kind::boolean)
        return fault(fmt::format("'log' must be true or false, got {}", kind_name(member.kind)), member.at);
      parameter.log = member.truth;
    } else if (member.key == "choices") {
      if (member.kind != JsonNode::Kind::array || is_numeric(parameter.type) ||
          parameter.type == ParameterType::boolean)
        return fault("'choices' is an array of values, for categorical and ordinal", member.at);
      for (const JsonNode& choice : member.members) {
        const auto value = plain_value(choice);
        if (!value)
          return fault(fmt::format("a choice is a text, a number, true, false or null, got {}", kind_name(choice.kind)),
                       choice.at);
        parameter.choices.push_back(*value);
      }
    }
  }
  if (is_numeric(parameter.type) && !(has_low && has_high))
    return fault(fmt::format("a domain of type {} needs 'low' and 'high'", type_name), domain.at);
  if (parameter.type == ParameterType::boolean) parameter.choices = {Value(false), Value(true)};
  if (const auto fine = validate(parameter); !fine) return fault(fine.error().message, domain.at);
  return parameter;
}

}  // namespace hone
