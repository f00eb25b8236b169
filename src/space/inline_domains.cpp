#include "space/inline_domains.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace hone {
namespace {

/// As a number or truth value if its text would come out the same.
Value choice_of(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  if (const auto whole = parse_integer(text); whole && value_text(*whole) == text) return *whole;
  if (const auto number = parse_number(text); number && value_text(*number) == text) return *number;
  return text;
}

std::unexpected<Error> wrong(std::string_view placeholder, std::string_view what) {
  return refuse(
      fmt::format("'{{{}}}' in the command: {}. Write {{lr:1e-5..1e-1:log}}, {{layers:1..5}} or "
                  "'{{opt:sgd|adam}}'",
                  quoted(placeholder), what));
}

Result<Parameter> range_of(const std::string& placeholder, const std::string& range, Parameter parameter) {
  const std::size_t dots = range.find("..");
  const std::string low = range.substr(0, dots), high = range.substr(dots + 2);
  const auto low_whole = parse_integer(low), high_whole = parse_integer(high);
  const auto low_number = parse_number(low), high_number = parse_number(high);
  if (!low_number || !high_number) return wrong(placeholder, "LOW..HIGH needs two numbers");
  parameter.type = low_whole && high_whole ? ParameterType::int_ : ParameterType::float_;
  parameter.low = *low_number;
  parameter.high = *high_number;
  return parameter;
}

/// `placeholder`: what stands between the braces, with a colon in it.
Result<Parameter> parameter_of(const std::string& placeholder) {
  const std::size_t colon = placeholder.find(':');
  Parameter parameter;
  parameter.name = placeholder.substr(0, colon);
  std::string domain = placeholder.substr(colon + 1);
  if (!is_identifier(parameter.name))
    return wrong(placeholder, "a name begins with a letter or '_' and holds letters, digits and '_'");
  if (domain.find('|') != std::string::npos) {
    parameter.type = ParameterType::categorical;
    for (const std::string& choice : split(domain, '|')) parameter.choices.push_back(choice_of(choice));
  } else {
    if (domain.ends_with(":log")) {
      parameter.log = true;
      domain.resize(domain.size() - 4);
    }
    if (domain.find("..") == std::string::npos) return wrong(placeholder, "neither LOW..HIGH nor choices with '|'");
    HONE_TRY(parameter, range_of(placeholder, domain, std::move(parameter)));
  }
  if (const auto valid = validate(parameter); !valid) return wrong(placeholder, valid.error().message);
  return parameter;
}

bool same_domain(const Parameter& a, const Parameter& b) {
  return a.type == b.type && a.low == b.low && a.high == b.high && a.log == b.log && a.choices == b.choices;
}

}  // namespace

Result<InlineCommand> inline_domains(std::span<const std::string> words) {
  InlineCommand command;
  for (const std::string& word : words) {
    std::string& out = command.words.emplace_back();
    for (std::size_t i = 0; i < word.size(); ++i) {
      const bool brace = word[i] == '{' || word[i] == '}';
      const bool doubled = brace && i + 1 < word.size() && word[i + 1] == word[i];
      const std::size_t end = word[i] == '{' && !doubled ? word.find('}', i) : std::string::npos;
      const std::string inside = end == std::string::npos ? "" : word.substr(i + 1, end - i - 1);
      if (doubled) out += word[i++];
      if (inside.find(':') == std::string::npos) {
        out += word[i];
        continue;
      }
      HONE_TRY(Parameter parameter, parameter_of(inside));
      out += "{" + parameter.name + "}";
      i = end;
      const auto known = std::ranges::find(command.parameters, parameter.name, &Parameter::name);
      if (known == command.parameters.end())
        command.parameters.push_back(std::move(parameter));
      else if (!same_domain(*known, parameter))
        return wrong(inside, fmt::format("'{}' has another domain earlier in the command", parameter.name));
    }
  }
  return command;
}

}  // namespace hone
