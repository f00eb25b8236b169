#include "space/expression_typing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace hone {
namespace {

std::string described(const Term& term) {
  switch (term.kind) {
    case Term::Kind::literal:
      return fmt::format("{} ({})", quoted(term.text), value_type_name(term.value));
    case Term::Kind::parameter:
      return fmt::format("'{}' ({})", term.text, parameter_type_name(term.declared->type));
    case Term::Kind::number:
      return "a number";
    case Term::Kind::truth:
      return "a comparison";
  }
  return {};
}

bool is_choice(const Term& term) {
  return term.kind == Term::Kind::parameter && !is_numeric(term.declared->type);
}

void append(Code& code, const Code& more) {
  code.insert(code.end(), more.begin(), more.end());
}

/// Code that leaves the position of `other` among the choices of `parameter`.
Result<Code> as_position(const Term& other, const Term& choice, ExpressionProgram& program) {
  const Parameter& parameter = *choice.declared;
  if (other.kind == Term::Kind::literal) {
    HONE_TRY(const double position, literal_operand(other, parameter));
    return Code{{Op::constant, position}};
  }
  const auto mismatch = [&](std::string_view why) {
    return refuse_at(other.place, fmt::format("cannot compare {} with {}{}", described(choice), described(other), why));
  };
  if (!is_choice(other) || other.declared->type != parameter.type) return mismatch("");
  const auto mine = choices_of(parameter), theirs = choices_of(*other.declared);
  if (std::ranges::equal(mine, theirs)) return other.code;
  if (parameter.type == ParameterType::ordinal) return mismatch(": their choices differ");
  std::vector<double> positions;
  for (const Value& value : theirs) {
    const auto index = choice_index(mine, value);
    positions.push_back(index ? static_cast<double>(*index) : -1.0);
  }
  if (std::ranges::all_of(positions, [](double p) { return p < 0; })) return mismatch(": they share no choice");
  Code code = other.code;
  code.push_back({Op::translate, 0, program.tables.size()});
  program.tables.push_back(std::move(positions));
  return code;
}

Result<Code> compare_choices(const Term& left, Op op, const Term& right, Place place, ExpressionProgram& program) {
  const bool left_rules = is_choice(left);
  const Term& choice = left_rules ? left : right;
  const Parameter& parameter = *choice.declared;
  if (parameter.type != ParameterType::ordinal && op != Op::equal && op != Op::unequal)
    return refuse_at(
        place, fmt::format("'{}' is {}: only == and != and in; {}", choice.text,
                           parameter.type == ParameterType::boolean ? "a bool" : "categorical",
                           parameter.type == ParameterType::boolean ? "false and true have no order"
                                                                    : "declare it as ordinal to compare by position"));
  HONE_TRY(const Code other, as_position(left_rules ? right : left, choice, program));
  Code code = left_rules ? choice.code : other;
  append(code, left_rules ? other : choice.code);
  code.push_back({op});
  return code;
}

/// Every name an expression may use: plain parameters, and the first instance of repeated ones.
std::vector<std::string> known_names(std::span<const Parameter> parameters) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters)
    names.push_back(parameter.repeat.empty() ? parameter.name : parameter.name + ".1");
  return names;
}

}  // namespace

Result<Reference> find_reference(const Token& token, std::span<const Parameter> parameters) {
  const auto wanted = parse_instance_name(token.text);
  if (!wanted) return refuse_at(token.place, fmt::format("'{}' is not a parameter's name", quoted(token.text)));
  const auto found = std::ranges::find(parameters, wanted->parameter, &Parameter::name);
  if (found == parameters.end()) {
    const bool is_text = std::ranges::any_of(
        parameters, [&](const Parameter& p) { return choice_index(p.choices, Value(token.text)).has_value(); });
    if (is_text)
      return refuse_at(token.place,
                       fmt::format("unknown parameter '{0}'; for the text write '{0}' in quotes", quoted(token.text)));
    const auto known = known_names(parameters);
    return refuse_at(token.place,
                     fmt::format("unknown parameter '{}', {}", quoted(token.text), suggest_name(token.text, known)));
  }
  const std::size_t index = static_cast<std::size_t>(found - parameters.begin());
  if (found->repeat.empty() != (wanted->instance == 0))
    return refuse_at(token.place, wanted->instance == 0
                                      ? fmt::format("'{0}' is repeated; name one instance, such as {0}.1", found->name)
                                      : fmt::format("'{0}' is not repeated; write {0}", found->name));
  if (wanted->instance > 0) {
    const auto count = std::ranges::find(parameters, found->repeat, &Parameter::name);
    if (count != parameters.end() && static_cast<double>(wanted->instance) > count->high)
      return refuse_at(token.place, fmt::format("there is no '{}': '{}' goes up to {}", token.text, count->name,
                                                number_text(count->high)));
  }
  return Reference{index, wanted->instance};
}

Result<Code> as_truth(const Term& term) {
  if (term.kind == Term::Kind::truth) return term.code;
  return refuse_at(term.place, fmt::format("expected a comparison; '{0}' alone is neither true nor false, write for "
                                           "example {0} == VALUE",
                                           quoted(term.text)));
}

Result<Code> as_number(const Term& term) {
  switch (term.kind) {
    case Term::Kind::number:
      return term.code;
    case Term::Kind::parameter:
      if (is_numeric(term.declared->type)) return term.code;
      return refuse_at(term.place, fmt::format("expected a number, got {}", described(term)));
    case Term::Kind::literal:
      if (std::holds_alternative<std::int64_t>(term.value) || std::holds_alternative<double>(term.value))
        return Code{{Op::constant, value_number(term.value)}};
      return refuse_at(term.place,
                       fmt::format("expected a number, got {} ({})", quoted(term.text), value_type_name(term.value)));
    case Term::Kind::truth:
      break;
  }
  return refuse_at(term.place, "expected a number, got a comparison");
}

Result<double> literal_operand(const Term& literal, const Parameter& parameter) {
  if (is_numeric(parameter.type)) {
    HONE_TRY(const Code code, as_number(literal));
    return code.front().number;
  }
  const auto index = choice_index(choices_of(parameter), literal.value);
  if (index) return static_cast<double>(*index);
  return refuse_at(literal.place,
                   fmt::format("{} ({}) is not a choice of '{}'; known: {}", quoted(literal.text),
                               value_type_name(literal.value), parameter.name, choices_text(choices_of(parameter))));
}

Result<Code> compare(const Term& left, Op op, const Term& right, Place place, ExpressionProgram& program) {
  if (left.constant && right.constant)
    return refuse_at(place, "this compares two constants; one side must mention a parameter");
  if (is_choice(left) || is_choice(right)) return compare_choices(left, op, right, place, program);
  HONE_TRY(Code code, as_number(left));
  HONE_TRY(const Code other, as_number(right));
  append(code, other);
  code.push_back({op});
  return code;
}

}  // namespace hone
