#include "cli/optuna_domain.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/text.hpp"
#include "report/json_text.hpp"
#include "space/float_grid.hpp"
#include "space/json_line.hpp"

namespace hone {
namespace {

struct Kind {
  std::string_view name;
  ParameterType type;
  bool log;               ///< whatever the attributes say
  std::string_view step;  ///< the attribute that has it, or ""
};
constexpr Kind kinds[] = {
    {"FloatDistribution", ParameterType::float_, false, "step"},
    {"IntDistribution", ParameterType::int_, false, "step"},
    {"CategoricalDistribution", ParameterType::categorical, false, ""},
    {"UniformDistribution", ParameterType::float_, false, ""},
    {"LogUniformDistribution", ParameterType::float_, true, ""},
    {"DiscreteUniformDistribution", ParameterType::float_, false, "q"},
    {"IntUniformDistribution", ParameterType::int_, false, "step"},
    {"IntLogUniformDistribution", ParameterType::int_, true, ""},
};

Result<double> bound(const JsonNode& attributes, std::string_view key) {
  const JsonNode* node = attributes.find(key);
  if (!node) return refuse(fmt::format("it has no '{}'", key));
  const auto number = number_of(*node);
  if (!number) return refuse(number.error().message);
  return *number;
}

Result<void> read_numbers(const JsonNode& attributes, const Kind& kind, Parameter& parameter) {
  HONE_TRY(parameter.low, bound(attributes, "low"));
  HONE_TRY(parameter.high, bound(attributes, "high"));
  const JsonNode* log = attributes.find("log");
  parameter.log = kind.log || (log && log->kind == JsonNode::Kind::boolean && log->truth);
  const JsonNode* step = kind.step.empty() ? nullptr : attributes.find(kind.step);
  if (step && step->kind != JsonNode::Kind::null) {
    HONE_TRY(parameter.step, bound(attributes, kind.step));
  }
  if (parameter.log || (kind.type == ParameterType::int_ && parameter.step == 1)) parameter.step = 0;
  // Optuna lets the range end between two steps.
  if (parameter.step > 0 && parameter.high > parameter.low) {
    const double steps = std::floor((parameter.high - parameter.low) / parameter.step + 1e-8);
    parameter.high = kind.type == ParameterType::int_
                         ? parameter.low + steps * parameter.step
                         : FloatGrid(parameter.low, parameter.step).value(static_cast<std::uint64_t>(steps));
    if (parameter.low == parameter.high) parameter.step = 0;
  }
  return {};
}

Result<void> read_choices(const JsonNode& attributes, Parameter& parameter, std::vector<std::string>& notes) {
  const JsonNode* choices = attributes.find("choices");
  if (!choices || choices->kind != JsonNode::Kind::array) return refuse("it has no array 'choices'");
  for (const JsonNode& choice : choices->members) {
    switch (choice.kind) {
      case JsonNode::Kind::null:
        parameter.choices.emplace_back(Null{});
        break;
      case JsonNode::Kind::boolean:
        parameter.choices.emplace_back(choice.truth);
        break;
      case JsonNode::Kind::integer:
        parameter.choices.emplace_back(choice.integer);
        break;
      case JsonNode::Kind::real:
        parameter.choices.emplace_back(choice.real);
        break;
      case JsonNode::Kind::text:
        parameter.choices.emplace_back(choice.text);
        break;
      case JsonNode::Kind::array:
      case JsonNode::Kind::object:
        notes.push_back(fmt::format("a choice of '{}' is {}; here it is the text '{}'", parameter.name,
                                    kind_name(choice.kind), quoted(json_text(choice))));
        parameter.choices.emplace_back(json_text(choice));
    }
  }
  return {};
}

}  // namespace

Result<Parameter> parameter_from_optuna(const std::string& name, const std::string& json,
                                        std::vector<std::string>& notes) {
  const auto wrong = [&](std::string_view what) {
    return refuse(fmt::format("the distribution of '{}' is '{}': {}", quoted(name), quoted(json, 200), what));
  };
  const auto root = parse_json_line(json);
  if (!root) return wrong(root.error().message);
  const JsonNode* kind_node = root->find("name");
  const JsonNode* attributes = root->find("attributes");
  if (!kind_node || kind_node->kind != JsonNode::Kind::text || !attributes)
    return wrong("it lacks 'name' or 'attributes'");
  for (const Kind& kind : kinds) {
    if (kind.name != kind_node->text) continue;
    Parameter parameter;
    parameter.name = name;
    parameter.type = kind.type;
    const auto read = is_numeric(kind.type) ? read_numbers(*attributes, kind, parameter)
                                            : read_choices(*attributes, parameter, notes);
    if (!read) return wrong(read.error().message);
    HONE_TRY_VOID(validate(parameter));
    return parameter;
  }
  return wrong(fmt::format("'{}' is none of the kinds that Optuna 3 and 4 write", quoted(kind_node->text)));
}

Result<Value> value_from_optuna(const Parameter& parameter, double value) {
  if (parameter.type == ParameterType::float_) return value;
  const bool whole = value == std::floor(value) && std::abs(value) <= 0x1p53;
  if (parameter.type == ParameterType::int_ && whole) return static_cast<std::int64_t>(value);
  const auto choices = choices_of(parameter);
  if (parameter.type != ParameterType::int_ && whole && value >= 0 && value < static_cast<double>(choices.size()))
    return choices[static_cast<std::size_t>(value)];
  return refuse(fmt::format("'{}' is {}: {}", quoted(parameter.name), number_text(value),
                            parameter.type == ParameterType::int_
                                ? "a whole number belongs there"
                                : fmt::format("the position of a choice belongs there, 0 to {}", choices.size() - 1)));
}

std::string optuna_distribution(const Parameter& parameter) {
  JsonObject attributes;
  std::string_view name = "CategoricalDistribution";
  if (parameter.type == ParameterType::float_) {
    name = "FloatDistribution";
    attributes.raw("step", parameter.step == 0 ? "null" : json_number(parameter.step));
    attributes.number("low", parameter.low).number("high", parameter.high);
    attributes.raw("log", parameter.log ? "true" : "false");
  } else if (parameter.type == ParameterType::int_) {
    name = "IntDistribution";
    attributes.raw("log", parameter.log ? "true" : "false");
    attributes.integer("step", parameter.step == 0 ? 1 : static_cast<std::int64_t>(parameter.step));
    attributes.integer("low", static_cast<std::int64_t>(parameter.low));
    attributes.integer("high", static_cast<std::int64_t>(parameter.high));
  } else {
    std::vector<std::string> choices;
    for (const Value& choice : choices_of(parameter)) choices.push_back(json_value(choice));
    attributes.raw("choices", "[" + join(choices, ", ") + "]");
  }
  return JsonObject().raw("name", json_string(name)).raw("attributes", attributes.text()).text();
}

double value_for_optuna(const Parameter& parameter, const Value& value) {
  if (is_numeric(parameter.type)) return value_number(value);
  return static_cast<double>(choice_index(choices_of(parameter), value).value_or(0));
}

}  // namespace hone
