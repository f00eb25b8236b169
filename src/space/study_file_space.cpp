/// The [space] and [constraints] sections of a study file.
#include <fmt/format.h>

#include "base/text.hpp"
#include "space/study_file.hpp"
#include "space/study_file_sections.hpp"

namespace hone {
namespace {

std::vector<Value> read_values(const TomlNode* array, Complaints& complaints) {
  std::vector<Value> values;
  if (!array) return values;
  for (const TomlNode& item : array->items)
    if (auto value = read_value(item, complaints)) values.push_back(std::move(*value));
  return values;
}

/// `low`, `high` or `step`: for an int it must be written as one.
double read_bound(TableReader& reader, const TomlNode& table, const Parameter& parameter, std::string_view key,
                  Complaints& complaints) {
  const auto number = reader.number(key);
  const TomlMember* member = table.find(key);
  if (number && parameter.type == ParameterType::int_ && !std::holds_alternative<std::int64_t>(member->node.value))
    complaints.at(member->node.place, fmt::format("'{}' of the int '{}' must be a whole number, got {}", key,
                                                  parameter.name, value_json(member->node.value)));
  return number.value_or(0);
}

Parameter read_parameter(const TomlMember& member, Complaints& complaints) {
  Parameter parameter;
  parameter.name = member.key;
  if (member.node.kind != TomlNode::Kind::table) {
    complaints.at(member.node.place,
                  fmt::format("parameter '{}' must be a table such as {{ type = \"float\", low = 0.0, high = 1.0 }}, "
                              "got {}; constants go into [fixed]",
                              quoted(member.key), node_description(member.node)));
    return parameter;
  }
  TableReader reader(&member.node, fmt::format("parameter '{}'", quoted(member.key)), complaints);
  const auto type = reader.text("type");
  if (!type) {
    if (!member.node.find("type"))
      complaints.at(member.place, fmt::format("parameter '{}' has no type; add type = \"...\", one of {}",
                                              quoted(member.key), join(parameter_type_names(), ", ")));
    return parameter;
  }
  const auto known = parameter_type_from(*type);
  if (!known) {
    complaints.at(reader.place("type"), fmt::format("unknown type '{}' of parameter '{}'; {}", quoted(*type),
                                                    quoted(member.key), suggest_name(*type, parameter_type_names())));
    return parameter;
  }
  parameter.type = *known;
  if (is_numeric(parameter.type)) {
    parameter.low = read_bound(reader, member.node, parameter, "low", complaints);
    parameter.high = read_bound(reader, member.node, parameter, "high", complaints);
    parameter.step = read_bound(reader, member.node, parameter, "step", complaints);
    parameter.log = reader.flag("log").value_or(false);
  } else if (parameter.type != ParameterType::boolean) {
    parameter.choices = read_values(reader.array("choices"), complaints);
  }
  if (const TomlNode* given = reader.node("default")) {
    if (given->kind == TomlNode::Kind::array)
      parameter.defaults = read_values(given, complaints);
    else if (auto value = read_value(*given, complaints))
      parameter.defaults = {std::move(*value)};
  }
  parameter.repeat = reader.text("repeat").value_or("");
  parameter.when = reader.text("when").value_or("");
  const bool all_known = reader.finish();
  if (all_known && is_numeric(parameter.type))  // a misspelt bound is no missing one
    for (const char* key : {"low", "high"})
      if (!member.node.find(key))
        complaints.at(member.node.place,
                      fmt::format("parameter '{0}' has no '{1}'; write for example {1} = 1", parameter.name, key));
  return parameter;
}

/// The place in the file of what `Space` found fault with.
Place place_of(const Fault& fault, const TomlNode& space, const TomlNode* constraints) {
  if (fault.field == "forbid") return constraints->find("forbid")->node.items[fault.index].place;
  const TomlMember& parameter = space.members[fault.index];
  const TomlMember* field = fault.field.empty() ? nullptr : parameter.node.find(fault.field);
  return field ? field->node.place : parameter.place;
}

}  // namespace

std::optional<Space> read_space(const TomlNode* space, const TomlNode* constraints, Complaints& complaints) {
  TableReader space_reader(space, "[space]", complaints), constraints_reader(constraints, "[constraints]", complaints);
  std::vector<std::string> forbid = constraints_reader.texts("forbid");
  constraints_reader.finish();
  if (constraints_reader.present() && !space)
    complaints.at(constraints->place, "[constraints] needs a [space] with the parameters that it names");
  if (!space_reader.present()) return std::nullopt;
  std::vector<Parameter> parameters;
  for (const TomlMember& member : space->members) parameters.push_back(read_parameter(member, complaints));
  if (complaints.any()) return std::nullopt;
  auto made = Space::make_or_blame(std::move(parameters), std::move(forbid));
  if (made) return std::move(*made);
  complaints.at(place_of(made.error(), *space, constraints), std::move(made.error().message));
  return std::nullopt;
}

Configuration read_configuration(const TomlNode& table, const std::string& name, const Space* space,
                                 Complaints& complaints) {
  std::vector<Configuration::Entry> entries;
  const TableReader reader(&table, name, complaints);
  if (!reader.present()) return {};
  const Point middle(space ? space->axes().size() : 0, 0.5);
  for (const TomlMember& member : table.members) {
    if (!parse_instance_name(member.key)) {
      complaints.at(member.place, fmt::format("'{}' in {} is not a parameter's name", quoted(member.key), name));
      continue;
    }
    const bool is_dotted = member.node.kind == TomlNode::Kind::table && !member.node.members.empty() &&
                           parse_instance_name(member.key + "." + member.node.members[0].key);
    if (is_dotted) {
      complaints.at(member.place,
                    fmt::format("write the name in quotes: \"{}.{}\" = ...", member.key, member.node.members[0].key));
      continue;
    }
    auto value = read_value(member.node, complaints);
    if (!value) continue;
    if (space)
      if (const auto fits = space->complete(Configuration({{member.key, *value}}), middle); !fits)
        complaints.at(member.place, fmt::format("in {}: {}", name, fits.error().message));
    entries.emplace_back(member.key, std::move(*value));
  }
  return Configuration(std::move(entries));
}

Result<Space> searched_space(const StudyFile& file) {
  std::vector<Parameter> parameters;
  std::vector<std::string> forbid;
  if (file.space) {
    parameters.assign(file.space->parameters().begin(), file.space->parameters().end());
    forbid.assign(file.space->forbid().begin(), file.space->forbid().end());
  }
  for (const auto& [name, value] : file.fixed.entries()) {
    if (!is_identifier(name))
      return refuse(fmt::format("[fixed] '{}' is one instance of a repeated parameter: fix all of it, or none", name));
    parameters.push_back(constant_parameter(name, value));
  }
  return Space::make(std::move(parameters), std::move(forbid));
}

}  // namespace hone
