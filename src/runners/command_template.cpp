#include "runners/command_template.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace hone {
namespace {

std::vector<std::string> placeholder_names(const Space& space) {
  std::vector<std::string> names;
  for (const Parameter& parameter : space.parameters()) names.push_back(parameter.name);
  return names;
}

/// The axes that `{name}` stands for.
std::vector<std::size_t> axes_of(const Space& space, std::string_view name) {
  if (const auto axis = space.find_axis(name)) return {*axis};
  std::vector<std::size_t> axes;
  for (std::size_t i = 0; i < space.axes().size(); ++i)
    if (space.parameters()[space.axes()[i].parameter].name == name) axes.push_back(i);
  return axes;
}

}  // namespace

bool is_always_active(const Space& space, std::size_t axis) {
  const Axis& here = space.axes()[axis];
  const Parameter& parameter = space.parameters()[here.parameter];
  if (!parameter.when.empty()) return false;
  if (parameter.repeat.empty()) return true;
  const auto count = space.find_axis(parameter.repeat);
  return count && is_always_active(space, *count) &&
         static_cast<double>(here.instance) <= space.parameters()[space.axes()[*count].parameter].low;
}

Result<CommandTemplate::Word> CommandTemplate::parse_word(const std::string& text, bool optional, const Space& space) {
  Word word;
  std::string plain;
  const auto lone = [&](char brace) {
    return refuse(
        fmt::format("the argument '{}' of the command has a lone '{}': write {}{} for a brace, {{NAME}} for "
                    "the value of a parameter",
                    quoted(text), brace, brace, brace));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool doubled = i + 1 < text.size() && text[i + 1] == text[i];
    if (text[i] != '{' && text[i] != '}') {
      plain += text[i];
    } else if (doubled) {
      plain += text[i++];
    } else if (text[i] == '}') {
      return lone('}');
    } else {
      const std::size_t end = text.find('}', i);
      if (end == std::string::npos) return lone('{');
      const std::string name = text.substr(i + 1, end - i - 1);
      const auto axes = axes_of(space, name);
      if (axes.empty())
        return refuse(fmt::format("'{{{}}}' in the command is no parameter; {}", quoted(name),
                                  suggest_name(name, placeholder_names(space))));
      if (!optional && !is_always_active(space, axes.front()))
        return refuse(
            fmt::format("the parameter '{0}' is not there in every trial, so '{1}' of the command must stand "
                        "in an array of its own, which is left out then: [\"--{0}\", \"{{{0}}}\"]",
                        name, quoted(text)));
      if (!plain.empty()) word.push_back({std::exchange(plain, ""), {}});
      Piece& piece = word.emplace_back();
      for (const std::size_t axis : axes) piece.names.push_back(space.axes()[axis].name);
      i = end;
    }
  }
  if (!plain.empty() || word.empty()) word.push_back({plain, {}});
  return word;
}

Result<CommandTemplate> CommandTemplate::parse(const std::vector<CommandArgument>& command, const Space& space) {
  CommandTemplate all;
  for (const CommandArgument& each : command) {
    Argument& argument = all.arguments_.emplace_back();
    argument.optional = each.optional;
    for (const std::string& text : each.words) {
      if (text.find('\0') != std::string::npos)
        return refuse(fmt::format("the argument '{}' of the command holds a zero byte", quoted(text)));
      HONE_TRY(Word word, parse_word(text, each.optional, space));
      argument.words.push_back(std::move(word));
    }
  }
  if (all.arguments_.empty()) return refuse("there is no command: write [run] command, or `-- PROGRAM ARGUMENT ...`");
  const Word& program = all.arguments_.front().words.front();
  if (program.size() == 1 && program.front().names.empty()) all.fixed_program_ = program.front().text;
  return all;
}

std::vector<std::string> CommandTemplate::words(const Configuration& configuration) const {
  std::vector<std::string> all;
  for (const Argument& argument : arguments_) {
    std::vector<std::string> words;
    bool complete = true;
    for (const Word& word : argument.words) {
      std::string& text = words.emplace_back();
      for (const Piece& piece : word) {
        text += piece.text;
        std::vector<std::string> values;
        for (const std::string& name : piece.names)
          if (const Value* value = configuration.find(name)) values.push_back(value_text(*value));
        complete = complete && (piece.names.empty() || !values.empty());
        text += join(values, ",");
      }
    }
    if (complete) all.insert(all.end(), words.begin(), words.end());
  }
  return all;
}

}  // namespace hone
